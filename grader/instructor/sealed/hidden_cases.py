"""The cases that decide in sealed grading: those a student may be shown, and the hidden ones."""

from __future__ import annotations

import numpy as np

from grader.exercises import of_assignment
from grader.exercises.case import Case
from grader.exercises.cases import draw, visible
from grader.exercises.exercise import Exercise


def cases_of(exercise: Exercise, seed: int, fresh: bool = True) -> tuple[tuple[Case, ...], int]:
    """Return all cases that decide, and how many of them, from the first, a student may be shown.

    The visible cases find the hint. Then come fresh ones that may be shown, and then fresh ones
    that stay hidden. Without `fresh` the visible cases are all.
    """
    if not fresh:
        return visible(exercise.name), len(visible(exercise.name))
    names = [other.name for other in of_assignment(exercise.assignment)]
    rng = np.random.default_rng([seed, names.index(exercise.name)])
    if exercise.costly:
        # There is nothing to hide, and the visible trainings belong to a check alone.
        steps = [case for case in visible(exercise.name) if not case.goal]
        cases = (*steps, *draw(exercise.name, rng))
        return cases, len(cases)
    hidden = draw(exercise.name, rng)
    shown = (*visible(exercise.name), *draw(exercise.name, rng))
    return (*shown, *hidden), len(shown)
