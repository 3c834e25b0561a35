"""What a training that ends at one place says of itself: one step, or none at a rate of 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.judge.case import Case

CLOSE = 1e-4  # of the way: float32 errs by less
EXPECTED = "asked for is params - rate * gradient, for every array in params (section 4)"


@dataclass(frozen=True, eq=False)
class Steps:
    """Where the parameters went from where they started, and where they should have gone, as rows.

    still: the names of the parameters that stayed where they were.
    """

    case: Case
    taken: np.ndarray
    due: np.ndarray
    still: list[str]

    @property
    def names(self) -> list[str]:
        return sorted(self.case.layout)


def message(result: np.ndarray, right: np.ndarray, case: Case) -> str:
    """Return where the parameters went, and where they should have gone, in words.

    result, right: the parameters after the training, in one row
    """
    steps = _steps(result, right, case)
    if not case.rate:
        moved = [name for name in steps.names if name not in steps.still]
        return f"at a rate of 0 params stays as it is; yours moves {_and(moved)}"
    if steps.still == steps.names:
        return f"one step leaves every parameter where it was; {EXPECTED}"
    if steps.still:
        stayed = "it was" if len(steps.still) == 1 else "they were"
        return f"one step leaves {_and(steps.still)} where {stayed}; {EXPECTED}"
    return _wrong_length(steps) or _elsewhere(steps)


def _steps(result: np.ndarray, right: np.ndarray, case: Case) -> Steps:
    start = case.args[0]
    here = np.concatenate([start[name].ravel() for name in sorted(start)])
    taken, due = result - here, right - here
    far = np.abs(due).max() if case.rate else np.abs(here).max()
    parts = case.unpacked(taken)
    still = [name for name, part in parts.items() if np.abs(part).max() <= CLOSE * far]
    return Steps(case, taken, due, still)


def _wrong_length(steps: Steps) -> str:
    """Return how far a step along the gradient goes, '' where it goes elsewhere."""
    factor = float(np.vdot(steps.due, steps.taken) / np.vdot(steps.due, steps.due))
    if np.isclose(factor, -1, rtol=CLOSE) and _same(steps.taken, -steps.due):
        return "one step goes uphill, along the gradient instead of against it"
    if not _same(steps.taken, factor * steps.due):
        return ""
    times = f"{factor:.4g} times as far as rate * gradient, the mean over the batch"
    return f"one step at rate {steps.case.rate:g} goes {times}"


def _elsewhere(steps: Steps) -> str:
    due, taken = steps.case.unpacked(steps.due), steps.case.unpacked(steps.taken)
    wrong = [name for name in steps.names if not _same(taken[name], due[name])]
    needed = "It takes a loss_and_gradients that is right"
    return f"one step leads {_and(wrong)} elsewhere; {EXPECTED}. {needed}"


def _same(way: np.ndarray, due: np.ndarray) -> bool:
    return bool(np.abs(way - due).max(initial=0.0) <= CLOSE * np.abs(due).max(initial=0.0))


def _and(names: list[str]) -> str:
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last
