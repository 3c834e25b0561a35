"""Read what a call gave as one answer per part of the exercise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from grader.call.answer import Answer, faulty, split
from grader.call.call import Call
from grader.call.fault import raised
from grader.call.forms import UNNAMED
from grader.call.nested import KINDS
from grader.call.text import is_name
from grader.judge.case import Case
from grader.judge.exercise import Exercise, Part
from grader.judge.fingerprint import fingerprint

ONE_NUMBER = ((1,), (1, 1))
# What None can mean in a quiz, as grader.call.forms.KINDLY calls it
NONES: dict[str, str | tuple] = {"none": "none", "nothing": "nothing", "empty": ()}


def read(exercise: Exercise, case: Case, call: Call, function: Any = None) -> dict[str, Answer]:
    """Return one Answer per part. Never raises, whatever the function returned."""
    if call.reached:
        fault = faulty("reached", name=call.reached)
        return {part.name: fault for part in exercise.parts}
    if call.error is not None:
        return {part.name: raised(call.error, function) for part in exercise.parts}
    results = split(call.result, list(exercise.results), exercise.is_quiz)
    return by_part(exercise, case, results, call.nudged)


def by_part(
    exercise: Exercise, case: Case, results: list[Answer], nudged: tuple[str, int] | None
) -> dict[str, Answer]:
    """Return what each part judges, from one Answer per result of the function.

    nudged: as Call has it. What is to be derived is then no answer.
    """
    if exercise.is_quiz:
        results = [_with_none_read(exercise, result) for result in results]
    by_result = dict(zip(exercise.results, results, strict=True))
    if nudged is not None:
        name, count = nudged
        fault = faulty("nudged", name=name if is_name(name) else UNNAMED, count=count)
        by_result |= dict.fromkeys(exercise.derived, fault)
    return {part.name: _of_part(part, case, by_result) for part in exercise.parts}


def _with_none_read(exercise: Exercise, answer: Answer) -> Answer:
    """Return a quiz's answer; None becomes "none", where that is right on one of its cases.

    The message stays: where something else is right, the return may be missing.
    """
    if answer.fault != "type:NoneType":
        return answer
    for kind, value in NONES.items():
        spelt = Answer(value=value, message=answer.message, kindly=(kind,))
        if fingerprint(spelt) in _right_fingerprints(exercise):
            return spelt
    return answer


def _right_fingerprints(exercise: Exercise) -> frozenset[str]:
    """Return those of a quiz's right answers, none for a new exercise that has no table yet."""
    try:
        entries = exercise.table["cases"][exercise.parts[0].name]
    except (KeyError, OSError):
        return frozenset()
    return frozenset(entry["right"] for entry in entries)


def _of_part(part: Part, case: Case, by_result: dict[str, Answer]) -> Answer:
    """Return what a part judges: one result, or several of them in one long row."""
    if len(part.results) == 1:
        return accepted(part, case, by_result[part.result])
    rows, layout = [], []
    kindly: set[str] = set()
    for name in sorted(part.results):
        answer = by_result[name]
        if answer.array is None:
            is_of_all = all(other.message == answer.message for other in by_result.values())
            message = answer.message if is_of_all else f"{name} {answer.message}"
            return replace(answer, message=message)
        array = answer.array
        if case.layout.get(name) == () and array.shape in ONE_NUMBER:
            array = array.reshape(())
        rows.append(array.ravel().astype(float))
        layout.append((name, array.shape))
        kindly.update(answer.kindly)
    return Answer(np.concatenate(rows), layout=tuple(layout), kindly=tuple(sorted(kindly)))


def accepted(part: Part, case: Case, answer: Answer) -> Answer:
    """Return an answer in the form that its part is judged in.

    An array of the part's second shape is returned in its first one, an array of one number as that
    number, a dict that is not the expected one as a fault.
    """
    if case.layout and part.like == "params":
        return _wrong_layout(case, answer) or answer
    if answer.layout or answer.form == "keys":
        return Answer(fault="type:dict", message="is a dict, expected a numpy array of numbers")
    if answer.array is None:
        return answer
    if part.shape == "" and answer.array.shape in ONE_NUMBER:
        kindly = (*(kind for kind in answer.kindly if kind not in KINDS), "one number")
        return replace(answer, array=answer.array.reshape(()), kindly=kindly)
    if part.also is None:
        return answer
    if answer.array.shape != shape_of(part.also, case):
        return answer
    return replace(answer, array=answer.array.reshape(expected_shape(part, case)), also=True)


def _wrong_layout(case: Case, answer: Answer) -> Answer | None:
    """Return the fault of a dict with other names or shapes than the parameters, or None."""
    if answer.fault and not answer.fault.startswith("type:"):
        return None
    if not answer.layout:
        what = answer.message.split(", expected")[0] or "is no dict"
        names = ", ".join(sorted(case.layout))
        return Answer(
            fault="type:no dict", message=f"{what}, expected a dict with the keys {names}"
        )
    shapes = dict(answer.layout)
    return _wrong_names(case, shapes) or _wrong_shapes(case, shapes)


def _wrong_names(case: Case, shapes: dict[str, tuple[int, ...]]) -> Answer | None:
    missing = ", ".join(sorted(case.layout.keys() - shapes.keys()))
    unknown = ", ".join(sorted(shapes.keys() - case.layout.keys()))
    sentences = []
    if missing:
        sentences.append(f"lacks {missing}")
    if unknown:
        sentences.append(f"has {unknown}, which is no parameter")
    if not sentences:
        return None
    fault = f"keys:{missing}:{unknown}".replace(", ", ",")
    return Answer(fault=fault, message=" and ".join(sentences))


def _wrong_shapes(case: Case, shapes: dict[str, tuple[int, ...]]) -> Answer | None:
    for name, expected in case.layout.items():
        if shapes[name] != expected:
            message = f"{name} has shape {shapes[name]}, expected {expected} like params[{name!r}]"
            return Answer(fault=f"shape:{name}:{shapes[name]}", message=message)
    return None


def shape_of(text: str, case: Case) -> tuple[int, ...]:
    """Return (4, 3) for 'D C' in a case with D = 4 and C = 3 (a letter may be a whole shape)."""
    shape: list[int] = []
    for size in text.split():
        length = int(size) if size.isdigit() else case.sizes[size]
        shape += length if isinstance(length, tuple) else [length]
    return tuple(shape)


def expected_shape(part: Part, case: Case) -> tuple[int, ...]:
    return shape_of(part.shape or "", case)
