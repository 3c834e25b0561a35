"""float32: whether an answer was computed with seven digits, which costs nothing and is noted.

What it costs nothing by: a case's `slack`, the error that honest float32 makes there, widens the
tolerance (grader.judge.tolerance). Large cases, whose products have more digits than float32
holds, tell whether it was used.
"""

from __future__ import annotations

import numpy as np

from grader.judge.exercise import Part
from grader.judge.trial import Trial


def is_in_float32(trial: Trial, part: Part) -> bool:
    """Tell whether a right part holds float32's digits on a large case where more are needed."""
    if trial.wrong(part):
        return False
    for number, answer in enumerate(trial.answers):
        result = answer[part.name].array
        case = trial.cases[number]
        needs_digits = case.large and case.slack and case.judges(part.name)
        if not needs_digits or not trial.is_visible(number):
            continue
        if result is None or result.dtype.kind != "f":
            continue
        right = trial.right(part, number).values
        return right is not None and fits_float32(result) and not fits_float32(right)
    return False


def fits_float32(array: np.ndarray) -> bool:
    """Tell whether float32 holds all numbers of an array without rounding."""
    with np.errstate(all="ignore"):
        return np.array_equal(array, array.astype(np.float32))
