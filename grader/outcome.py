"""Read what a call gave, part by part, and take its fingerprint.

A fingerprint is the kind of the outcome where there is no usable array ("raised:ValueError", "count:2", "type:list",
"not finite"), else a hash of the shape and of rint(result * scale). The scale is 16 times a common multiple of what a mean
could divide by; rounding takes -0.0, dtype, memory order and last bits out, so one mistake written six ways has one
fingerprint.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import numpy as np

from grader.capture import Call
from grader.cases import Case, visible
from grader.exercises import Exercise, Part
from grader.results import Answer, raised, split
from grader.table import table

SCALE = 16 * 3600.0
BIGGEST = 2.0**62


def read(exercise: Exercise, case: Case, made: Call, function: Any = None) -> dict[str, Answer]:
    """Return one Answer per part. Never raises, whatever the function returned."""
    names = [part.name for part in exercise.parts]
    if made.error is not None:
        return dict.fromkeys(names, raised(made.error, function))
    answers = split(made.result, names, exercise.is_quiz)
    return {part.name: accepted(part, case, answer) for part, answer in zip(exercise.parts, answers, strict=True)}


def accepted(part: Part, case: Case, answer: Answer) -> Answer:
    """Return an array that came in the part's second shape in its first one."""
    if part.also is None or answer.array is None or answer.array.shape != shape_of(part.also, case):
        return answer
    return replace(answer, array=answer.array.reshape(expected_shape(part, case)), also=True)


def shape_of(text: str, case: Case) -> tuple[int, ...]:
    """Return (4, 3) for 'D C' in a case with D = 4 and C = 3."""
    return tuple(int(size) if size.isdigit() else case.sizes[size] for size in text.split())


def expected_shape(part: Part, case: Case) -> tuple[int, ...]:
    return shape_of(part.shape or "", case)


def fingerprint(answer: Answer, scale: float = SCALE) -> str:
    """Return the fault, or sixteen hex digits for the shape and the scaled and rounded values."""
    if answer.fault:
        return answer.fault
    if answer.array is None:
        return hashlib.blake2b(repr(answer.value).encode(), digest_size=8).hexdigest()
    with np.errstate(all="ignore"):
        scaled = np.rint(answer.array.astype(np.float64) * scale)
    if not (np.abs(scaled) < BIGGEST).all():
        return "too large"
    digits = str(answer.array.shape).encode() + scaled.astype("<i8").tobytes()
    return hashlib.blake2b(digits, digest_size=8).hexdigest()


def on_grid(answer: Answer, part: Part, case: Case, scale: float) -> bool:
    """Tell whether the values lie on multiples of 1/scale as closely as a right answer does."""
    if answer.array is None:
        return True
    values = answer.array.astype(np.float64) * scale
    worst = np.abs(values - np.rint(values)).max(initial=0.0)
    return bool(worst <= max(part.tolerance, case.slack) * np.abs(values).max(initial=0.0))


def is_right(exercise: Exercise, part: Part, number: int, answer: Answer) -> bool:
    """Tell whether a part of visible case `number` is right, by its fingerprint and its distance from the grid."""
    entry = table()["cases"][exercise.name][part.name][number]
    case = visible(exercise.name)[number]
    if case.large:
        return matches(answer, Answer(np.array(entry["values"])), part, case)
    return fingerprint(answer, entry["scale"]) == entry["right"] and on_grid(answer, part, case, entry["scale"])


def matches(answer: Answer, right: Answer, part: Part, case: Case) -> bool:
    """Tell whether an answer is right beside a reference answer to the same case: shape, finite, and largest error.

    The slack of a case is added, so that honest float32 costs nothing.
    """
    if answer.fault or right.array is None or answer.array is None:
        return not answer.fault and answer.array is right.array is None and answer.value == right.value
    if answer.array.shape != right.array.shape:
        return False
    tolerance = max(part.tolerance, case.slack)
    error = np.abs(answer.array.astype(float) - right.array).max(initial=0.0)
    return bool(error <= tolerance * np.abs(right.array).max(initial=0.0))
