"""The right values to show beside a wrong answer, from the numerical gradient of the student's own forward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.call.call import call
from grader.call.without import Scope
from grader.judge.answers import read
from grader.judge.compare import is_right
from grader.judge.exercise import Exercise, Part

MOST_NUDGES = 60  # numbers of an argument; a student's forward may be made of loops, and each nudge calls it twice


@dataclass(frozen=True, eq=False)
class Right:
    """Right values of a part on one case and where they come from; advice: what to do first when there are none."""

    values: np.ndarray | None = None
    source: str = ""
    advice: tuple[str, ...] = ()


def right_values(exercise: Exercise, part: Part, number: int, scope: Scope) -> Right:
    """Return the right values of a part on visible case `number`, as far as they can be told."""
    entry, case = exercise.table["cases"][part.name][number], exercise.visible[number]
    if "values" in entry:
        return Right(np.array(entry["values"]), "right")
    shown = exercise.table["shown"].get(part.name)
    if shown is not None:
        return Right() if shown[number] is None else Right(np.array(shown[number]), "right")
    witness = exercise.witness.get(part.name)
    if witness is None or any(
        isinstance(arg, np.ndarray) and arg.size > MOST_NUDGES for arg in case.args
    ):
        return Right()
    if exercise.forward and not _forward_is_right(exercise, scope):
        same = exercise.forward == exercise.name
        what = f"the {exercise.parts[0].name}" if same else exercise.forward
        advice = f"to see the right values beside yours, mend {what} first: they are its numerical gradient"
        return Right(advice=(advice + ("" if same else " (your points do not depend on it)"),))
    try:
        return Right(
            np.asarray(witness(_on_copies(scope.get(exercise.forward)), *case.copy_args())),
            "numerically",
        )
    except (
        BaseException
    ):  # the student's forward, right on its own cases, may still fail here, in any way
        return Right()


def _on_copies(function: Any) -> Callable[..., Any]:
    """Return the function on copies of its arguments: a forward may change what it is given."""
    return lambda *args: function(
        *(np.array(arg) if isinstance(arg, np.ndarray) else arg for arg in args)
    )


def _forward_is_right(exercise: Exercise, scope: Scope) -> bool:
    """Tell whether the first result of the forward partner is right on all its visible cases."""
    forward, function = exercise.partner or exercise, scope.get(exercise.forward)
    if not callable(function):
        return False
    first = forward.parts[0]
    for number, case in enumerate(forward.visible):
        answer = read(forward, case, call(function, case.args), function)[first.name]
        if case.judges(first.name) and not is_right(forward, first, number, answer):
            return False
    return True
