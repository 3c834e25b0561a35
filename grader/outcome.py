"""Read what a call gave, part by part, and take its fingerprint.

A fingerprint is the kind of the outcome where there is no usable array ("raised:ValueError", "count:2", "type:list",
"not finite"), else a hash of the shape and of rint(result * scale). The scale is 16 times a common multiple of what a mean
could divide by; rounding takes -0.0, dtype, memory order and last bits out, so one mistake written six ways has one
fingerprint.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.capture import Call, short, where
from grader.cases import Case, visible
from grader.exercises import SMOOTH, Exercise, Part
from grader.table import table

SCALE = 16 * 3600.0
BIGGEST = 2.0**62


@dataclass(frozen=True, eq=False)
class Answer:
    """One part of one call: an array of real numbers (value for a quiz), or the fault that prevents it.

    fault: the kind, which is also its fingerprint; says: the sentence for the student; also: it came in the second shape.
    """

    array: np.ndarray | None = None
    fault: str = ""
    says: str = ""
    value: Any = None
    also: bool = False


def read(exercise: Exercise, case: Case, made: Call, function: Any = None) -> dict[str, Answer]:
    """Return one Answer per part. Never raises, whatever the function returned."""
    try:
        return _read(exercise, case, made, function)
    except Exception as error:  # an object that raises when it is looked at
        return _all(exercise, f"type:{type(made.result).__name__}", f"cannot be read: {short(error)}")


def _read(exercise: Exercise, case: Case, made: Call, function: Any) -> dict[str, Answer]:
    if made.error is not None:
        return _all(exercise, *_raised(made.error, function))
    result = made.result
    if exercise.is_quiz:
        return {"answer": _quiz_answer(result)}
    if len(exercise.parts) == 1:
        return {exercise.parts[0].name: _number_array(exercise.parts[0], case, result)}
    if isinstance(result, (tuple, list)):
        if len(result) != len(exercise.parts):
            text = f"returned {len(result)} results, expected {len(exercise.parts)}: {exercise.results}"
            return _all(exercise, f"count:{len(result)}", text)
        return {p.name: _number_array(p, case, r) for p, r in zip(exercise.parts, result, strict=True)}
    text = f"returned {_kind(result)}, expected {len(exercise.parts)} results: {exercise.results}"
    return _all(exercise, f"type:{type(result).__name__}", text)


def _all(exercise: Exercise, fault: str, says: str) -> dict[str, Answer]:
    return {part.name: Answer(fault=fault, says=says) for part in exercise.parts}


def _raised(error: BaseException, function: Any) -> tuple[str, str]:
    name = type(error).__name__
    texts = {
        NotImplementedError: "is not written yet",
        RecursionError: "calls itself without an end",
        KeyboardInterrupt: "was interrupted: is there a loop that never ends?",
        SystemExit: "ends the program: return the result instead of calling exit()",
    }
    for kind, text in texts.items():
        if isinstance(error, kind):
            return f"raised:{name}", text
    return f"raised:{name}", f"raised {name}{where(function, error)} ({short(error)})"


def _kind(result: object) -> str:
    """Return 'None', 'a list', 'an array of shape (2, 3)' for a message."""
    if result is None:
        return "None (is the return missing?)"
    if isinstance(result, np.ndarray):
        return f"an array of shape {result.shape}"
    name = type(result).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _number_array(part: Part, case: Case, result: Any) -> Answer:
    if not isinstance(result, (np.ndarray, np.generic, int, float, complex)):
        return Answer(fault=f"type:{type(result).__name__}", says=f"is {_kind(result)}, expected a numpy array of numbers")
    array = np.asarray(result)
    if array.dtype.kind == "c":
        return Answer(fault="type:complex", says="holds complex numbers, expected real ones")
    if array.dtype.kind not in "fiub":
        return Answer(fault=f"type:{array.dtype.kind}", says=f"holds {array.dtype.name} objects, expected numbers")
    finite = np.isfinite(array)
    if not finite.all():
        place = tuple(int(i) for i in np.argwhere(~finite)[0])
        bad = array[place]
        name = "NaN" if np.isnan(bad) else "infinity"
        return Answer(fault="not finite", says=f"holds {name}" + (f" at {list(place)}" if place else ""))
    if part.also is not None and array.shape == shape_of(part.also, case):
        return Answer(array.reshape(expected_shape(part, case)), also=True)
    return Answer(array)


def _quiz_answer(result: Any) -> Answer:
    if result is None or isinstance(result, (dict, set)) or callable(result):
        return Answer(fault=f"type:{type(result).__name__}", says=f"is {_kind(result)}, expected numbers, a tuple or a word")
    return Answer(value=plain(result))


def plain(value: Any) -> Any:
    """Return a quiz answer in one spelling: tuples, ints, and words in lower case."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (tuple, list)):
        return tuple(plain(v) for v in value)
    if isinstance(value, str):
        return value.strip().lower()
    number = float(value)
    return int(number) if number.is_integer() else number


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


def on_grid(answer: Answer, part: Part, scale: float) -> bool:
    """Tell whether the values lie on multiples of 1/scale as closely as a right answer does."""
    if answer.array is None:
        return True
    values = answer.array.astype(np.float64) * scale
    worst = np.abs(values - np.rint(values)).max(initial=0.0)
    return bool(worst <= part.tolerance * np.abs(values).max(initial=0.0))


def is_right(exercise: Exercise, part: Part, number: int, answer: Answer) -> bool:
    """Tell whether a part of visible case `number` is right, by its fingerprint and its distance from the grid."""
    entry = table()["cases"][exercise.name][part.name][number]
    case = visible(exercise.name)[number]
    if case.large:
        return matches(answer, Answer(np.array(entry["right"])), part, case)
    return fingerprint(answer, entry["scale"]) == entry["right"] and on_grid(answer, part, entry["scale"])


def matches(answer: Answer, right: Answer, part: Part, case: Case) -> bool:
    """Tell whether an answer is right beside a reference answer to the same case: shape, finite, and largest error.

    A large case is judged to float32's precision, so that honest float32 costs nothing.
    """
    if answer.fault or right.array is None or answer.array is None:
        return not answer.fault and answer.array is right.array is None and answer.value == right.value
    if answer.array.shape != right.array.shape:
        return False
    tolerance = max(part.tolerance, SMOOTH if case.large else 0.0)
    error = np.abs(answer.array.astype(float) - right.array).max(initial=0.0)
    return bool(error <= tolerance * np.abs(right.array).max(initial=0.0))
