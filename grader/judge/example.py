"""The example of a verdict: the smallest case that shows what is wrong, yours beside right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np

from grader.call.answer import Answer
from grader.call.ended import ENDS
from grader.judge.answers import expected_shape
from grader.judge.case import Case
from grader.judge.exercise import Exercise, Part
from grader.judge.explain.stamps import Stamped
from grader.judge.further import TOGETHER, Key, calls_of, is_wrong_there, probed
from grader.judge.trial import Answers, Right, Trial
from grader.show.verdict import Example, first_place


@dataclass(frozen=True, eq=False)
class Sample:
    """A case that may be shown, how it was answered, and the right values of a part on it."""

    case: Case
    answers: Answers
    right: Callable[[Part], Right]


def visible(trial: Trial, number: int) -> Sample:
    """Return visible case `number`."""
    return Sample(
        trial.cases[number], trial.answers[number], lambda part: trial.right(part, number)
    )


def smallest(trial: Trial, part: Part, number: int, others: Sequence[int]) -> Sample:
    """Return the smallest case on which a part fails as it does on visible case `number`.

    others: the visible cases on which it fails. Where none of them is easy to follow, the cases
    that decide nothing are asked as well.
    """
    first = visible(trial, number)
    wrong = (visible(trial, other) for other in others if not trial.cases[other].is_bulky)
    known = sorted([first, *wrong], key=lambda sample: sample.case.extent)
    best = next(each for each in known if each is first or _fails_alike(part, first, each))
    if best.case.is_easy:
        return best
    probes = _wrong_probes(trial, part, best.case.extent)
    return next((probe for probe in probes if _fails_alike(part, first, probe)), best)


def _wrong_probes(trial: Trial, part: Part, extent: tuple[int, int]) -> Iterator[Sample]:
    """Yield the cases that decide nothing, have no more numbers than that, and are wrong."""
    for _, key, answers in probed(trial, part, limit=extent):
        if is_wrong_there(trial, part, key, answers):
            case = calls_of(trial.exercise, key)[TOGETHER]
            # Once: the time in which right values can be had is short.
            yield Sample(case, answers, cache(partial(_right_of_probe, trial, key)))


def _fails_alike(part: Part, one: Sample, other: Sample) -> bool:
    """Tell whether a part fails in one way in two cases: by the same fault, a wrong shape, or
    nothing but wrong numbers; and whether the numbers show it.
    """
    if _failure(part, one) != _failure(part, other):
        return False
    if one.answers[part.name].array is None:
        return True
    is_known = all(each.right(part).values is not None for each in (one, other))
    return not is_known or has_other_numbers(part, one) == has_other_numbers(part, other)


def _failure(part: Part, sample: Sample) -> tuple[str, str, bool, bool]:
    """Return the kind of a fault, its exception, whether it is explained, whether the shape is
    wrong.
    """
    answer = sample.answers[part.name]
    is_misshapen = (
        len(part.results) == 1
        and answer.array is not None
        and answer.array.shape != expected_shape(part, sample.case)
    )
    kind = answer.form or answer.fault
    details = answer.details
    return kind, str(details.get("type")), bool(details.get("because")), is_misshapen


def has_other_numbers(part: Part, sample: Sample) -> bool:
    """Tell whether a result holds other numbers than the right ones, or none; nothing is told where
    the right ones are not.
    """
    result = sample.answers[part.name].array
    if result is None:
        return True
    right = sample.right(part).values
    if right is None:
        return False
    return result.size != right.size or first_place(result.ravel(), right.ravel()) is not None


def _right_of_probe(trial: Trial, key: Key, part: Part) -> Right:
    """Return the right values of a part on a case that decides nothing, and what a visible one says
    of them: their source, or what to do first.
    """
    rights = trial.more.rights(part, key, [TOGETHER]) if trial.more else None
    number = next(number for number, case in enumerate(trial.cases) if case.judges(part.name))
    like = trial.right(part, number)
    values = None if rights is None else rights[0]
    # A forward pass that is right on its own cases may be wrong here.
    if values is not None and is_wrong_there(trial, part, key, {part.name: Answer(values)}):
        values = None
    return replace(like, values=values, source=like.source or "right")


def example_of(exercise: Exercise, part: Part, sample: Sample, right: Right) -> Example | None:
    """Return the input with yours and right, or None where there is nothing to set side by side."""
    example = _beside_right(exercise, part, sample, right)
    if example is None or not exercise.by_hand:
        return example
    return replace(example, title="Your numbers")  # there is no smaller case


def _beside_right(exercise: Exercise, part: Part, sample: Sample, right: Right) -> Example | None:
    answer = sample.answers[part.name]
    if not exercise.arguments or exercise.costly or answer.fault in ENDS:
        return None
    inputs = dict(zip(exercise.arguments, sample.case.args, strict=True))
    if len(part.results) > 1:
        if answer.array is None:
            return Example(part.name, inputs, None)
        return _of_one_result(exercise, sample.case, inputs, answer, right)
    yours: Any = _yours(answer)
    values: Any = right.values
    if answer.layout and sample.case.layout and values is not None:
        # by name, and not as one row
        yours, values = sample.case.unpacked(yours), sample.case.unpacked(values)
    return _with_window(exercise, Example(part.result, inputs, yours, values, right.source))


def example_of_stamps(exercise: Exercise, part: Part, stamped: Stamped, right: Right) -> Example:
    """Return the call that shows where a single number lands."""
    inputs = dict(zip(exercise.arguments, stamped.args, strict=True))
    source = right.source or "right"
    return _with_window(
        exercise, Example(part.result, inputs, stamped.result, stamped.right, source)
    )


def _of_one_result(
    exercise: Exercise, case: Case, inputs: dict[str, Any], answer: Answer, right: Right
) -> Example | None:
    """Return yours and right of the first wrong result of a part that judges several."""
    if right.values is None or answer.array is None or answer.array.shape != right.values.shape:
        return None
    yours, rights = case.unpacked(answer.array), case.unpacked(right.values)
    for name, value in yours.items():
        if not np.allclose(value, rights[name]):
            return _with_window(exercise, Example(name, inputs, value, rights[name], right.source))
    return None


def _with_window(exercise: Exercise, example: Example) -> Example:
    """Return an example with the window of the first entry that differs."""
    place = first_place(example.yours, example.right)
    if exercise.window is None or place is None:
        return example
    return replace(example, window=exercise.window(example.part, place, **example.inputs))


def _yours(answer: Answer) -> Any:
    """Return what was answered, None where there is nothing to show."""
    if answer.fault or answer.message:  # that stands where nothing was returned
        return None
    return answer.value if answer.array is None else answer.array
