"""The right values to show beside a wrong answer, from the numerical gradient of the student's own
forward.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.call.call import call
from grader.call.without import Namespace
from grader.judge.answers import read
from grader.judge.case import Case
from grader.judge.compare import is_right
from grader.judge.exercise import Exercise, Part

# numbers of an argument; a student's forward may be made of loops, and each nudge calls it twice
NUDGES_LIMIT = 60


@dataclass(frozen=True, eq=False)
class Right:
    """Right values of a part on one case and where they come from; advice: what to do first when
    there are none.
    """

    values: np.ndarray | None = None
    source: str = ""
    advice: tuple[str, ...] = ()


def right_values(exercise: Exercise, part: Part, number: int, namespace: Namespace) -> Right:
    """Return the right values of a part on visible case `number`, as far as they can be told."""
    entry = exercise.table["cases"][part.name][number]
    if "values" in entry:
        return Right(np.array(entry["values"]), "right")
    values = exercise.table["shown"].get(part.result)
    if values is None:
        return _by_differences(exercise, part, exercise.visible[number], namespace)
    return Right() if values[number] is None else Right(np.array(values[number]), "right")


def _by_differences(exercise: Exercise, part: Part, case: Case, namespace: Namespace) -> Right:
    """Return the numerical gradient of the student's own forward, if that is right."""
    witnesses = [exercise.witness.get(name) for name in sorted(part.results)]
    if None in witnesses or any(map(_is_too_large, case.args)):
        return Right()
    if exercise.forward and not _forward_is_right(exercise, namespace):
        return Right(advice=(_advice(exercise),))
    forward = _on_copies(namespace.get(exercise.forward))
    try:
        arrays = [np.asarray(each(forward, *case.copy_args())) for each in witnesses if each]
        row = np.concatenate([array.ravel() for array in arrays])
        return Right(arrays[0] if len(arrays) == 1 else row, "numerically")
    # a forward that is right on its own cases may still fail here, in any way
    except BaseException:
        return Right()


def right_stamps(
    exercise: Exercise, part: Part, number: int, cases: Sequence[Case], namespace: Namespace
) -> list[np.ndarray] | None:
    """Return the right values of cases that are made of visible case `number`, None where they
    cannot be had. The student's own forward has to be right.
    """
    witness = exercise.witness.get(part.result)
    if witness is None:
        stamps = exercise.table.get("stamps", {}).get(part.name, {}).get(str(number))
        return None if stamps is None else [np.array(values) for values in stamps]
    forward = _remembered(_on_copies(namespace.get(exercise.forward)))
    try:
        return [np.asarray(witness(forward, *case.copy_args())) for case in cases]
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
