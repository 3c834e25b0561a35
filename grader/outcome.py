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
GRID = 1 / 16  # products of quarters; where everything is 0, a Fourier transform still errs by 1e-17


def read(exercise: Exercise, case: Case, made: Call, function: Any = None) -> dict[str, Answer]:
    """Return one Answer per part. Never raises, whatever the function returned."""
    if made.error is not None:
        return {part.name: raised(made.error, function) for part in exercise.parts}
    return by_part(exercise, case, split(made.result, list(exercise.results), exercise.is_quiz))


def by_part(exercise: Exercise, case: Case, results: list[Answer]) -> dict[str, Answer]:
    """Return what each part judges, from one Answer per result of the function."""
    by_result = dict(zip(exercise.results, results, strict=True))
    return {part.name: accepted(part, case, by_result[part.result]) for part in exercise.parts}


def accepted(part: Part, case: Case, answer: Answer) -> Answer:
    """Return an array of the part's second shape in its first one, and a dict that is not the expected one as a fault."""
    if case.layout and part.like == "params":
        return answer if (wrong := _wrong_layout(case, answer)) is None else wrong
    if answer.layout:
        return Answer(fault="type:dict", says="is a dict, expected a numpy array of numbers")
    if part.also is None or answer.array is None or answer.array.shape != shape_of(part.also, case):
        return answer
    return replace(answer, array=answer.array.reshape(expected_shape(part, case)), also=True)


def _wrong_layout(case: Case, answer: Answer) -> Answer | None:
    """Return the fault of a dict with other names or shapes than the parameters, or None."""
    if answer.fault and not answer.fault.startswith("type:"):
        return None
    if not answer.layout:
        what = answer.says.split(", expected")[0] or "is no dict"
        return Answer(fault="type:no dict", says=f"{what}, expected a dict with the keys {', '.join(sorted(case.layout))}")
    got = dict(answer.layout)
    missing, more = sorted(case.layout.keys() - got.keys()), sorted(got.keys() - case.layout.keys())
    if missing or more:
        says = [f"lacks {', '.join(missing)}"] * bool(missing) + [f"has {', '.join(more)}, which is no parameter"] * bool(more)
        return Answer(fault=f"keys:{','.join(missing)}:{','.join(more)}", says=" and ".join(says))
    for name, shape in case.layout.items():
        if got[name] != shape:
            return Answer(
                fault=f"shape:{name}:{got[name]}", says=f"{name} has shape {got[name]}, expected {shape} like params[{name!r}]"
            )
    return None


def shape_of(text: str, case: Case) -> tuple[int, ...]:
    """Return (4, 3) for 'D C' in a case with D = 4 and C = 3; a letter may stand for a whole shape."""
    shape: list[int] = []
    for size in text.split():
        found = int(size) if size.isdigit() else case.sizes[size]
        shape += found if isinstance(found, tuple) else [found]
    return tuple(shape)


def expected_shape(part: Part, case: Case) -> tuple[int, ...]:
    return shape_of(part.shape or "", case)


def fingerprint(answer: Answer, scale: float = SCALE) -> str:
    """Return the fault, or sixteen hex digits for the shape and the scaled and rounded values."""
    if answer.fault:
        return answer.fault
    if answer.array is None:
        spelt = repr(answer.value).replace("True", "1").replace("False", "0")  # words are in lower case
        return hashlib.blake2b(spelt.encode(), digest_size=8).hexdigest()
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
    return bool(worst <= max(part.tolerance, case.slack) * np.abs(values).max(initial=scale * GRID))


def entries_of(exercise: Exercise, part: Part) -> list[dict[str, Any]]:
    """Return the table's entry for every visible case, for a part and those that judge the same result on other cases."""
    parts, cases = [other for other in exercise.parts if other.result == part.result], visible(exercise.name)
    entries = {other.name: table(exercise.name)["cases"][other.name] for other in parts}
    judging = [next((other.name for other in parts if case.judges(other.name)), part.name) for case in cases]
    return [entries[name][number] for number, name in enumerate(judging)]


def is_right(exercise: Exercise, part: Part, number: int, answer: Answer) -> bool:
    """Tell whether a part of visible case `number` is right, by its fingerprint and its distance from the grid."""
    entry = table(exercise.name)["cases"][part.name][number]
    case = visible(exercise.name)[number]
    if case.goal is not None:
        return reached(case, answer)
    if case.by_values:
        return matches(answer, Answer(np.array(entry["values"])), part, case)
    return fingerprint(answer, entry["scale"]) == entry["right"] and on_grid(answer, part, case, entry["scale"])


def reached(case: Case, answer: Answer) -> bool:
    """Tell whether the returned network has learnt enough."""
    return case.goal is not None and answer.array is not None and case.goal.share(case.unpacked(answer.array)) >= case.goal.least


def matches(answer: Answer, right: Answer, part: Part, case: Case) -> bool:
    """Tell whether an answer is right beside a reference answer to the same case: shape, finite, and largest error.

    The slack of a case is added, so that honest float32 costs nothing. Where several values are right, all of them count.
    """
    if answer.fault or right.array is None or answer.array is None:
        return not answer.fault and answer.array is right.array is None and answer.value == right.value
    if answer.array.shape != right.array.shape:
        return False
    tolerance = max(part.tolerance, case.slack)
    got, low, high = answer.array.astype(float), right.array, right.array
    if case.free is not None:
        low = np.where(case.free.where, np.minimum(case.free.bound, 0), low)
        high = np.where(case.free.where, np.maximum(case.free.bound, 0), high)
    most = tolerance * np.maximum(np.abs(low), np.abs(high)).max(initial=GRID)
    if case.free is not None and case.free.total is not None and not abs(got.sum() - case.free.total) <= most:
        return False
    return bool(np.maximum(low - got, got - high).max(initial=0.0) <= most)
