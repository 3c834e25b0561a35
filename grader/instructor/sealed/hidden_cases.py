"""The cases of sealed grading: those that decide, and those that explain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.judge.case import Case
from grader.judge.exercise import Exercise


@dataclass(frozen=True)
class CasesOfOne:
    """The cases that give one submission its points in one exercise.

    deciding: the visible ones and then fresh ones; hidden_from: the number of the first that must
    not be shown, which is how many there are where nothing is hidden.
    """

    deciding: tuple[Case, ...]
    hidden_from: int

    @property
    def has_hidden(self) -> bool:
        """Whether some of them must not be shown."""
        return self.hidden_from < len(self.deciding)


def cases_of(exercise: Exercise, seed: int, fresh: bool = True) -> CasesOfOne:
    """Return the cases of a submission by its seed; without `fresh` the visible ones alone."""
    visible = exercise.visible
    if not fresh:
        return CasesOfOne(visible, len(visible))
    drawn = _drawn(exercise, seed, for_words=False)
    if exercise.costly:
        # There is nothing to hide, and the visible trainings belong to a check alone.
        steps = [case for case in visible if not case.goal]
        return CasesOfOne((*steps, *drawn), len(steps) + len(drawn))
    return CasesOfOne((*visible, *drawn), len(visible))


def explaining_cases(exercise: Exercise, seed: int) -> tuple[Case, ...]:
    """Return the cases that may be shown, by which a second worker says what is wrong."""
    if exercise.costly:  # nothing was hidden
        return cases_of(exercise, seed).deciding
    return (*exercise.visible, *_drawn(exercise, seed, for_words=True))


def _drawn(exercise: Exercise, seed: int, for_words: bool) -> list[Case]:
    number = list(exercise.notebook.by_name).index(exercise.name)
    return exercise.draw(np.random.default_rng([seed, number, int(for_words)]))
