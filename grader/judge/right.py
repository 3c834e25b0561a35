"""The right values to show beside a wrong answer, from the numerical gradient of the student's own
forward.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from grader.call.call import call
from grader.call.without import Namespace
from grader.judge.answers import read
from grader.judge.case import Case
from grader.judge.compare import is_right
from grader.judge.exercise import Exercise, Part
from grader.judge.further import Key, calls_of
from grader.judge.trial import Right

# numbers of an argument; a student's forward may be made of loops, and each nudge calls it twice
NUDGES_LIMIT = 60


@dataclass(frozen=True)
class Forward:
    """The student's own forward partner of an exercise."""

    exercise: Exercise
    namespace: Namespace

    @cached_property
    def is_right(self) -> bool:
        """Whether it can supply right values; where there is no partner, nothing is asked of it."""
        return not self.exercise.forward or _forward_is_right(self.exercise, self.namespace)

    @property
    def function(self) -> Callable[..., Any]:
        return _on_copies(self.namespace.get(self.exercise.forward))


def right_values(forward: Forward, part: Part, number: int) -> Right:
    """Return the right values of a part on visible case `number`, as far as they can be told."""
    exercise = forward.exercise
    if exercise.by_hand:
        return Right()
    entry = exercise.table["cases"][part.name][number]
    if "values" in entry:
        return Right(np.array(entry["values"]), "right")
    values = exercise.table["shown"].get(part.result)
    if values is None:
        return _by_differences(forward, part, exercise.visible[number])
    return Right() if values[number] is None else Right(np.array(values[number]), "right")


def _by_differences(forward: Forward, part: Part, case: Case) -> Right:
    """Return the numerical gradient of the student's own forward, if that is right."""
    exercise = forward.exercise
    witnesses = [exercise.witness.get(name) for name in sorted(part.results)]
    if None in witnesses or any(map(_is_too_large, case.args)):
        return Right()
    if not forward.is_right:
        return Right(advice=(_advice(exercise),))
    function = forward.function
    try:
        arrays = [np.asarray(each(function, *case.copy_args())) for each in witnesses if each]
        row = np.concatenate([array.ravel() for array in arrays])
        return Right(arrays[0] if len(arrays) == 1 else row, "numerically")
    # a forward that is right on its own cases may still fail here, in any way
    except BaseException:
        return Right()


def right_of_group(
    forward: Forward, part: Part, key: Key, numbers: Sequence[int]
) -> list[np.ndarray] | None:
    """Return the right values of some calls of a group, None where they cannot be had.

    The student's own forward pass has to be right.
    """
    exercise = forward.exercise
    witness, cases = exercise.witness.get(part.result), calls_of(exercise, key)
    if witness is None:
        values = exercise.table["further"][part.name][str(key)].get("values")
        return None if values is None else [np.array(values[number]) for number in numbers]
    if not forward.is_right:
        return None
    function = _remembered(forward.function)
    try:
        return [np.asarray(witness(function, *cases[number].copy_args())) for number in numbers]
    except BaseException:
        return None


def _remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function so that it is called once for the same arguments: gradients of one
    argument for many dy nudge the same numbers.
    """
    known: dict[bytes, Any] = {}

    def remembered(*args: Any) -> Any:
        key = pickle.dumps(args)
        if key not in known:
            known[key] = function(*args)
        return known[key]

    return remembered


def _is_too_large(argument: Any) -> bool:
    return isinstance(argument, np.ndarray) and argument.size > NUDGES_LIMIT


def _advice(exercise: Exercise) -> str:
    """Return what to do before right values can be shown."""
    why = "they are its numerical gradient"
    if exercise.partner is None:
        first = exercise.parts[0].name
        return f"to see the right values beside yours, mend the {first} first: {why}"
    forward, points = exercise.forward, "(your points do not depend on it)"
    return f"to see the right values beside yours, mend {forward} first: {why} {points}"


def _on_copies(function: Any) -> Callable[..., Any]:
    """Return the function on copies of its arguments: a forward may change what it is given."""
    return lambda *args: function(
        *(np.array(arg) if isinstance(arg, np.ndarray) else arg for arg in args)
    )


def _forward_is_right(exercise: Exercise, namespace: Namespace) -> bool:
    """Tell whether the first result of the forward partner is right on all its visible cases."""
    forward, function = exercise.partner or exercise, namespace.get(exercise.forward)
    if not callable(function):
        return False
    first = forward.parts[0]
    for number, case in enumerate(forward.visible):
        answer = read(forward, case, call(function, case.args), function)[first.name]
        if case.judges(first.name) and not is_right(forward, first, number, answer):
            return False
    return True
