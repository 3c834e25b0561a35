"""The cases of sealed grading: those that decide, and those that explain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.judge.case import Case
from grader.judge.exercise import Exercise


@dataclass(frozen=True)
class CasesOfOne:
    """The cases that one submission is asked in one exercise.

    deciding: the visible ones and then fresh ones, which together give the points; hidden_from: the
    number of the first that must not be shown; explaining: those that say what is wrong, in a
    second worker, () where nothing is hidden.
    """

    deciding: tuple[Case, ...]
    hidden_from: int
    explaining: tuple[Case, ...] = ()


def cases_of(exercise: Exercise, seed: int, fresh: bool = True) -> CasesOfOne:
    """Return the cases of a submission by its seed; without `fresh` the visible ones alone."""
    if not fresh:
        return CasesOfOne(exercise.visible, len(exercise.visible))
    number = list(exercise.notebook.by_name).index(exercise.name)
    rng = np.random.default_rng([seed, number])
    if exercise.costly:
        # There is nothing to hide, and the visible trainings belong to a check alone.
        steps = [case for case in exercise.visible if not case.goal]
        cases = (*steps, *exercise.draw(rng))
        return CasesOfOne(cases, len(cases))
    visible = exercise.visible
    hidden = exercise.draw(rng)
    return CasesOfOne((*visible, *hidden), len(visible), (*visible, *exercise.draw(rng)))
