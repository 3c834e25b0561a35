"""What is worth saying of an answer and costs nothing: changed inputs, shared memory, another convention, float32."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.call.call import Call
from grader.judge.exercise import Exercise, Part
from grader.judge.trial import Trial


def remarks(trial: Trial, changed: list[str]) -> Iterator[str]:
    """What is worth saying and costs nothing: changed inputs, the second shape, float32."""
    for name in changed:
        yield f"it changes its input {name} in place; whoever called it finds another {name} afterwards"
    for part in trial.exercise.parts:
        if part.convention and not trial.wrong(part) and _by_another_convention(trial, part):
            yield part.convention
        if trial.answers[0][part.name].also:
            printed = f"{part.name} has shape ({', '.join((part.also or '').split())}), as the equation prints it"
            yield f"{printed}: accepted for one row; {part.like} itself has shape ({part.shape},)"
    if any(_in_float32(trial, part) for part in trial.exercise.parts):
        yield "float32: seven digits"


def _by_another_convention(trial: Trial, part: Part) -> bool:
    """Tell whether a right part differs from the reference where several values are right."""
    for number, (case, answer) in enumerate(zip(trial.cases, trial.answers, strict=False)):
        got = answer[part.name].array
        if (
            case.free is not None
            and case.judges(part.name)
            and number < trial.visible_count
            and got is not None
        ):
            right = trial.right(part, number).values
            if right is not None and not np.allclose(got, right):
                return True
    return False


def argument_order(exercise: Exercise, names: tuple[str, ...]) -> list[str]:
    """Name arguments that are the exercise's in another order: the answer is then computed from the wrong arrays."""
    if names == exercise.arguments or sorted(names) != sorted(exercise.arguments):
        return []
    return [f"its arguments are ({', '.join(names)}), expected ({', '.join(exercise.arguments)})"]


def shares(part: str, argument: str) -> str:
    return f"{part} shares its memory with the input {argument}: fine here, but changing one later changes the other"


def changed_by(exercise: Exercise, made: list[Call]) -> list[str]:
    """Return the arguments that a function has changed in any call."""
    return list(dict.fromkeys(exercise.arguments[number] for one in made for number in one.changed))


def shared_by(exercise: Exercise, made: list[Call]) -> list[str]:
    """Return a note for every result that shares memory with an argument in any call."""
    pairs = dict.fromkeys(
        pair for one in made for pair in one.shared if pair[0] < len(exercise.results)
    )
    return [
        shares(exercise.results[result], exercise.arguments[argument]) for result, argument in pairs
    ]


def _in_float32(trial: Trial, part: Part) -> bool:
    """A right part whose values on a large case were rounded to what float32 holds, while the right ones need more digits."""
    for number, (case, answer) in enumerate(zip(trial.cases, trial.answers, strict=False)):
        got = answer[part.name].array
        if (
            case.large
            and number < trial.visible_count
            and got is not None
            and got.dtype.kind == "f"
            and not trial.wrong(part)
        ):
            right = trial.right(part, number).values
            return right is not None and _is_float32(got) and not _is_float32(right)
    return False


def _is_float32(array: np.ndarray) -> bool:
    with np.errstate(all="ignore"):
        return np.array_equal(array, array.astype(np.float32))
