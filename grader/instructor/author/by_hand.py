"""An exercise by hand as a student answers it: the numbers of one draw, typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.judge.exercise import Exercise
from grader.notebook.student_id import drawn_for

SOMEBODY = "ada"  # in whose name a notebook is solved


def as_typed(exercise: Exercise, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what a student's function does that gives the answers of a reference or a mistake.

    exercise: one by hand is of one draw, and its function takes no arguments.
    """
    if not exercise.by_hand:
        return function
    (case,) = exercise.visible
    return lambda: function(*case.copy_args())


def typed_line(exercise: Exercise, function: Callable[..., Any], student: str) -> str:
    """Return the line by which a student types what a function answers to the draw of an id."""
    drawn = drawn_for(exercise, student)
    assert drawn is not None
    result = as_typed(drawn, function)()
    results = result if isinstance(result, tuple) and not exercise.is_quiz else (result,)
    return f"    return {', '.join(map(_literal, results))}"


def typed_cell(exercise: Exercise, function: Callable[..., Any], student: str) -> str:
    """Return the answer cell with that line."""
    return f"def {exercise.name}():\n{typed_line(exercise, function, student)}\n"


def _literal(value: Any) -> str:
    """Return a result as a student types it."""
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()})"
    return repr(value.item() if isinstance(value, np.generic) else value)
