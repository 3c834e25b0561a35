"""Compare an answer with the right one: by their values, or by what the table of fingerprints
knows of a visible case.

The tolerance is how far an answer may lie from the right one, and from the grid of numbers.
"""

from __future__ import annotations

import numpy as np

from grader.call.answer import Answer
from grader.judge.case import Case, Free
from grader.judge.exercise import Entry, Exercise, Part
from grader.judge.fingerprint import fingerprint

# Products of quarters; where everything is 0, a Fourier transform still errs by 1e-17.
GRID = 1 / 16


def tolerance(part: Part, case: Case) -> float:
    """Return the largest error that is accepted, relative to the largest entry of the right answer.

    The slack of a case is the error that honest float32 makes there: it costs nothing.
    """
    return max(part.tolerance, case.slack)


def matches(answer: Answer, right: Answer, part: Part, case: Case) -> bool:
    """Tell whether an answer is right beside a reference answer to the same case.

    It must have the right shape, be finite, and nowhere lie further off than the tolerance. Where
    several values are right, all of them count.
    """
    if answer.fault:
        return False
    if right.array is None or answer.array is None:
        return answer.array is right.array is None and answer.value == right.value
    if answer.array.shape != right.array.shape or not _same_layout(answer, right):
        return False
    result = answer.array.astype(float)
    if case.free is not None:
        return _is_within(result, *_free_range(case.free, right.array), part, case)
    allowed = tolerance(part, case) * np.abs(right.array).max(initial=GRID)
    return bool(np.abs(result - right.array).max(initial=0.0) <= allowed)


def _is_within(
    result: np.ndarray, low: np.ndarray, high: np.ndarray, part: Part, case: Case
) -> bool:
    """Tell whether every entry lies between its least and its largest right value, and those that
    are free add up.
    """
    assert case.free is not None
    allowed = tolerance(part, case) * np.maximum(np.abs(low), np.abs(high)).max(initial=GRID)
    outside = np.maximum(low - result, result - high)
    return bool(outside.max(initial=0.0) <= allowed) and _adds_up(result, case.free, allowed)


def _same_layout(answer: Answer, right: Answer) -> bool:
    """Tell whether long rows are made of the same arrays, where both are known."""
    return not (answer.layout and right.layout) or answer.layout == right.layout


def _free_range(free: Free, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and the largest right value of every entry."""
    low = np.where(free.where, np.minimum(free.bound, 0), right)
    high = np.where(free.where, np.maximum(free.bound, 0), right)
    return low, high


def _adds_up(result: np.ndarray, free: Free, allowed: float) -> bool:
    return all(abs(result[where].sum() - total) <= allowed for where, total in free.totals)


def on_grid(answer: Answer, part: Part, case: Case, scale: float) -> bool:
    """Tell whether the values lie on multiples of 1/scale as closely as a right answer does."""
    if answer.array is None:
        return True
    values = answer.array.astype(np.float64) * scale
    worst = np.abs(values - np.rint(values)).max(initial=0.0)
    largest = np.abs(values).max(initial=scale * GRID)
    return bool(worst <= tolerance(part, case) * largest)


def entries_of(exercise: Exercise, part: Part) -> list[Entry]:
    """Return the table's entry for every visible case.

    For a case that does not judge the part it is the entry of one that judges the same result.
    """
    table = exercise.table["cases"]
    parts = [other.name for other in exercise.parts if other.result == part.result]
    entries = []
    for number, case in enumerate(exercise.visible):
        judging = filter(case.judges, parts)
        entries.append(table[next(judging, part.name)][number])
    return entries


def is_right(exercise: Exercise, part: Part, number: int, answer: Answer) -> bool:
    """Tell whether a part of visible case `number` is right.

    Its fingerprint decides, and that it lies on the grid of right answers as closely as they do.
    """
    entry = exercise.table["cases"][part.name][number]
    case = exercise.visible[number]
    if case.goal is not None:
        return reached(case, answer)
    if case.by_values:
        layout = tuple(sorted(case.layout.items())) if len(part.results) > 1 else ()
        return matches(answer, Answer(np.array(entry["values"]), layout=layout), part, case)
    if fingerprint(answer, entry["scale"]) != entry["right"]:
        return False
    return on_grid(answer, part, case, entry["scale"])


def reached(case: Case, answer: Answer) -> bool:
    """Tell whether the returned network has learnt enough."""
    if case.goal is None or answer.array is None:
        return False
    return case.goal.share(case.unpacked(answer.array)) >= case.goal.least
