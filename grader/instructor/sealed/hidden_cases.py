"""The cases that decide in sealed grading: those a student may be shown, and those that stay hidden."""

from __future__ import annotations

import numpy as np

from grader.exercises import of_assignment
from grader.exercises.case import Case
from grader.exercises.cases import draw, visible
from grader.exercises.exercise import Exercise


def cases_of(exercise: Exercise, seed: int, fresh: bool = True) -> tuple[tuple[Case, ...], int]:
    """Return all cases that decide, and how many of them, from the first, a student may be shown.

    The visible ones find the hint; then come fresh ones that may be shown, and fresh ones that stay hidden.
    """
    if not fresh:
        return visible(exercise.name), len(visible(exercise.name))
    number = [other.name for other in of_assignment(exercise.assignment)].index(exercise.name)
    rng = np.random.default_rng([seed, number])
    if exercise.costly:  # nothing to hide, and the visible trainings are asked in a check alone
        cases = (
            *(case for case in visible(exercise.name) if not case.goal),
            *draw(exercise.name, rng),
        )
        return cases, len(cases)
    hidden = draw(exercise.name, rng)
    seen = (*visible(exercise.name), *draw(exercise.name, rng))
    return (*seen, *hidden), len(seen)
