"""A course and its notebooks, as values: the engine is given them and names none of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from grader.judge.exercise import Exercise


@dataclass(frozen=True)
class Notebook:
    """One notebook.

    assignment: its name for nbgrader, and its folder.
    stem: the name of its file, and of its module in `solutions`.
    points: what the course promises for it, beside the sum of its parts.
    """

    assignment: str
    stem: str
    points: float
    exercises: tuple[Exercise, ...]


@dataclass(frozen=True)
class Course:
    """A course: its notebooks in their order."""

    name: str
    notebooks: tuple[Notebook, ...]

    @cached_property
    def exercises(self) -> dict[str, Exercise]:
        """All exercises by their names, in the order of the notebooks."""
        return {
            exercise.name: exercise
            for notebook in self.notebooks
            for exercise in notebook.exercises
        }
