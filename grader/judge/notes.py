"""What is worth saying of an answer and costs nothing.

Changed inputs, memory shared with an input, another convention, the second shape, what was read as
something else, float32.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.call.call import Call
from grader.call.forms import KINDLY
from grader.judge.exercise import Exercise, Part
from grader.judge.trial import Trial

ONLY_WHERE_RIGHT = ("one number", "none", "nothing", "empty")


def notes_on(trial: Trial) -> Iterator[str]:
    """Yield the notes on a trial."""
    for name in trial.changed:
        if name in trial.exercise.keeps:  # the verdict says so
            continue
        whoever = f"whoever called it finds {name} changed afterwards"
        yield f"it changes its input {name} in place; {whoever}"
    for part in trial.exercise.parts:
        if _follows_another_convention(trial, part):
            yield part.convention
        if trial.answers[0][part.name].also:
            yield _second_shape(part)
    yield from dict.fromkeys(note for part in trial.exercise.parts for note in _kindly(trial, part))
    if any(_is_in_float32(trial, part) for part in trial.exercise.parts):
        yield "float32: seven digits"


def _kindly(trial: Trial, part: Part) -> Iterator[str]:
    """Yield what a part's answers were read as, which they are not.

    A part of several results says nothing: those that judge one of them do.
    """
    if len(part.results) > 1:
        return
    visible = (
        answers[part.name]
        for number, answers in enumerate(trial.answers)
        if trial.is_visible(number)
    )
    kinds = dict.fromkeys(kind for answer in visible if not answer.fault for kind in answer.kindly)
    is_wrong = bool(trial.wrong(part))
    for kind in kinds:
        # Where these are wrong, they are no single number, and no answer: the verdict says so.
        if not (is_wrong and kind in ONLY_WHERE_RIGHT):
            yield KINDLY[kind].format(name=part.result)


def _second_shape(part: Part) -> str:
    printed = ", ".join((part.also or "").split())
    accepted = f"accepted for one row; {part.like} itself has shape ({part.shape},)"
    return f"{part.name} has shape ({printed}), as the equation prints it: {accepted}"


def _follows_another_convention(trial: Trial, part: Part) -> bool:
    """Tell whether a right part differs from the reference where several values are right."""
    if not part.convention or trial.wrong(part):
        return False
    for number, answer in enumerate(trial.answers):
        case, result = trial.cases[number], answer[part.name].array
        if case.free is None or not case.judges(part.name) or not trial.is_visible(number):
            continue
        right = trial.right(part, number).values
        if result is not None and right is not None and not np.allclose(result, right):
            return True
    return False


def argument_order(exercise: Exercise, names: tuple[str, ...]) -> list[str]:
    """Return a note on arguments that are the exercise's in another order.

    The answer is then computed from the wrong arrays. names: those of the function's arguments.
    """
    expected = exercise.arguments
    if names == expected or sorted(names) != sorted(expected):
        return []
    return [f"its arguments are ({', '.join(names)}), expected ({', '.join(expected)})"]


def shares(part: str, argument: str) -> str:
    fine = "fine here, but changing one later changes the other"
    return f"{part} shares its memory with the input {argument}: {fine}"


def changed_by(exercise: Exercise, calls: list[Call]) -> list[str]:
    """Return the arguments that a function has changed in any call, each once."""
    names = (exercise.arguments[number] for each in calls for number in each.changed)
    return list(dict.fromkeys(names))


def shared_by(exercise: Exercise, calls: list[Call]) -> list[str]:
    """Return a note for every result that shares memory with an argument in any call."""
    pairs = dict.fromkeys(pair for each in calls for pair in each.shared)
    notes = []
    for result, argument in pairs:
        if result < len(exercise.results):
            notes.append(shares(exercise.results[result], exercise.arguments[argument]))
    return notes


def _is_in_float32(trial: Trial, part: Part) -> bool:
    """Tell whether a right part holds float32's digits on a large case where more are needed.

    It costs nothing: a case's `slack`, the error that honest float32 makes there, widens the
    tolerance (grader.judge.compare). Large cases, whose products have more digits than float32
    holds, tell whether it was used.
    """
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
        return right is not None and _fits_float32(result) and not _fits_float32(right)
    return False


def _fits_float32(array: np.ndarray) -> bool:
    """Tell whether float32 holds all numbers of an array without rounding."""
    with np.errstate(all="ignore"):
        return np.array_equal(array, array.astype(np.float32))
