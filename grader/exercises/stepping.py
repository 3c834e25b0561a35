"""What is seen of a training that ends at one place: one step against the gradient, or none at a rate of 0."""

from __future__ import annotations

import numpy as np

from grader.judge.case import Case

CLOSE = 1e-4  # of the way: float32 errs by less
ASKED = "asked for is params - rate * gradient, for every array in params (section 5)"


def message(got: np.ndarray, right: np.ndarray, case: Case) -> str:
    """Return where the parameters went, and where they should have gone, in words.

    got, right: the parameters after the training, in one row
    """
    start = case.args[0]
    here = np.concatenate([start[name].ravel() for name in sorted(start)])
    way, due = got - here, right - here
    names = sorted(start)
    far = np.abs(due).max() if case.rate else np.abs(here).max()
    still = [name for name, part in case.unpacked(way).items() if np.abs(part).max() <= CLOSE * far]
    if not case.rate:
        return f"at a rate of 0 params stays as it is; yours moves {_and([name for name in names if name not in still])}"
    if still == names:
        return f"one step leaves every parameter where it was; {ASKED}"
    if still:
        return f"one step leaves {_and(still)} where {'it was' if len(still) == 1 else 'they were'}; {ASKED}"
    factor = float(np.vdot(due, way) / np.vdot(due, due))
    if np.isclose(factor, -1, rtol=CLOSE) and _same(way, -due):
        return "one step goes uphill, along the gradient instead of against it"
    if _same(way, factor * due):
        return f"one step at rate {case.rate:g} goes {factor:.4g} times as far as rate * gradient, the mean over the batch"
    theirs, ours = case.unpacked(due), case.unpacked(way)
    wrong = [name for name in names if not _same(ours[name], theirs[name])]
    return f"one step leads {_and(wrong)} elsewhere; {ASKED}. It takes a loss_and_gradients that is right"


def _same(way: np.ndarray, due: np.ndarray) -> bool:
    return bool(np.abs(way - due).max(initial=0.0) <= CLOSE * np.abs(due).max(initial=0.0))


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
