"""Read what a call gave, part by part, and take its fingerprint.

A fingerprint is the kind of the outcome where there is no usable array ("raised:ValueError", "count:2", "type:list",
"not finite"), else a hash of the shape and of rint(result * scale). The scale is 16 times a common multiple of what a mean
could divide by; rounding takes -0.0, dtype, memory order and last bits out, so one mistake written six ways has one
fingerprint.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.call.answer import Answer
from grader.judge.case import Case
from grader.judge.exercise import Exercise, Part
from grader.judge.fingerprint import GRID, fingerprint, on_grid


def entries_of(exercise: Exercise, part: Part) -> list[dict[str, Any]]:
    """Return the table's entry for every visible case, for a part and those that judge the same result on other cases."""
    parts, cases = (
        [other for other in exercise.parts if other.result == part.result],
        exercise.visible,
    )
    entries = {other.name: exercise.table["cases"][other.name] for other in parts}
    judging = [
        next((other.name for other in parts if case.judges(other.name)), part.name)
        for case in cases
    ]
    return [entries[name][number] for number, name in enumerate(judging)]


def is_right(exercise: Exercise, part: Part, number: int, answer: Answer) -> bool:
    """Tell whether a part of visible case `number` is right, by its fingerprint and its distance from the grid."""
    entry = exercise.table["cases"][part.name][number]
    case = exercise.visible[number]
    if case.goal is not None:
        return reached(case, answer)
    if case.by_values:
        return matches(answer, Answer(np.array(entry["values"])), part, case)
    return fingerprint(answer, entry["scale"]) == entry["right"] and on_grid(
        answer, part, case, entry["scale"]
    )


def reached(case: Case, answer: Answer) -> bool:
    """Tell whether the returned network has learnt enough."""
    return (
        case.goal is not None
        and answer.array is not None
        and case.goal.share(case.unpacked(answer.array)) >= case.goal.least
    )


def matches(answer: Answer, right: Answer, part: Part, case: Case) -> bool:
    """Tell whether an answer is right beside a reference answer to the same case: shape, finite, and largest error.

    The slack of a case is added, so that honest float32 costs nothing. Where several values are right, all of them count.
    """
    if answer.fault or right.array is None or answer.array is None:
        return (
            not answer.fault and answer.array is right.array is None and answer.value == right.value
        )
    if answer.array.shape != right.array.shape:
        return False
    tolerance = max(part.tolerance, case.slack)
    got, low, high = answer.array.astype(float), right.array, right.array
    if case.free is not None:
        low = np.where(case.free.where, np.minimum(case.free.bound, 0), low)
        high = np.where(case.free.where, np.maximum(case.free.bound, 0), high)
    most = tolerance * np.maximum(np.abs(low), np.abs(high)).max(initial=GRID)
    if (
        case.free is not None
        and case.free.total is not None
        and not abs(got.sum() - case.free.total) <= most
    ):
        return False
    return bool(np.maximum(low - got, got - high).max(initial=0.0) <= most)
