"""The cases that decide in sealed grading: those a student may be shown, and those that stay hidden."""

from __future__ import annotations

import numpy as np

from grader.exercises import of_assignment
from grader.judge.case import Case
from grader.judge.exercise import Exercise


def cases_of(exercise: Exercise, seed: int, fresh: bool = True) -> tuple[tuple[Case, ...], int]:
    """Return all cases that decide, and how many of them, from the first, a student may be shown.

    The visible ones find the hint; then come fresh ones that may be shown, and fresh ones that stay hidden.
    """
    if not fresh:
        return exercise.visible, len(exercise.visible)
    number = [other.name for other in of_assignment(exercise.assignment)].index(exercise.name)
    rng = np.random.default_rng([seed, number])
    if exercise.costly:  # nothing to hide, and the visible trainings are asked in a check alone
        cases = (*(case for case in exercise.visible if not case.goal), *exercise.draw(rng))
        return cases, len(cases)
    hidden = exercise.draw(rng)
    seen = (*exercise.visible, *exercise.draw(rng))
    return (*seen, *hidden), len(seen)
