"""The cases that decide in sealed grading: those a student may be shown, and the hidden ones."""

from __future__ import annotations

import numpy as np

from grader.judge.case import Case
from grader.judge.exercise import Exercise


def cases_of(exercise: Exercise, seed: int, fresh: bool = True) -> tuple[tuple[Case, ...], int]:
    """Return all cases that decide, and how many of them, from the first, a student may be shown.

    The visible cases find the hint. Then come fresh ones that may be shown, and then fresh ones
    that stay hidden. Without `fresh` the visible cases are all.
    """
    if not fresh:
        return exercise.visible, len(exercise.visible)
    number = list(exercise.notebook.by_name).index(exercise.name)
    rng = np.random.default_rng([seed, number])
    if exercise.costly:
        # There is nothing to hide, and the visible trainings belong to a check alone.
        steps = [case for case in exercise.visible if not case.goal]
        cases = (*steps, *exercise.draw(rng))
        return cases, len(cases)
    hidden = exercise.draw(rng)
    visible = (*exercise.visible, *exercise.draw(rng))
    return (*visible, *hidden), len(visible)
