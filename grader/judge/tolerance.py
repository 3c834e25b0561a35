"""The tolerance: how far an answer may lie from the right one, and from the grid of numbers."""

from __future__ import annotations

import numpy as np

from grader.call.answer import Answer
from grader.judge.case import Case, Free
from grader.judge.exercise import Part

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
    low, high = right.array, right.array
    if case.free is not None:
        low, high = _free_range(case.free, right.array)
    largest = np.maximum(np.abs(low), np.abs(high)).max(initial=GRID)
    allowed = tolerance(part, case) * largest
    if case.free is not None and not _adds_up(result, case.free, allowed):
        return False
    outside = np.maximum(low - result, result - high)
    return bool(outside.max(initial=0.0) <= allowed)


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
