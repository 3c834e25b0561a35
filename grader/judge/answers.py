"""Read what a call gave as one answer per part of the exercise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from grader.call.answer import Answer, split
from grader.call.call import Call
from grader.call.fault import raised
from grader.judge.case import Case
from grader.judge.exercise import Exercise, Part


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
        return Answer(
            fault="type:no dict",
            says=f"{what}, expected a dict with the keys {', '.join(sorted(case.layout))}",
        )
    got = dict(answer.layout)
    missing, more = sorted(case.layout.keys() - got.keys()), sorted(got.keys() - case.layout.keys())
    if missing or more:
        says = [f"lacks {', '.join(missing)}"] * bool(missing) + [
            f"has {', '.join(more)}, which is no parameter"
        ] * bool(more)
        return Answer(fault=f"keys:{','.join(missing)}:{','.join(more)}", says=" and ".join(says))
    for name, shape in case.layout.items():
        if got[name] != shape:
            return Answer(
                fault=f"shape:{name}:{got[name]}",
                says=f"{name} has shape {got[name]}, expected {shape} like params[{name!r}]",
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
