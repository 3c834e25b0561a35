"""A course and its notebooks, as values: the engine is given them and names none of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from grader.judge.exercise import Exercise


@dataclass(frozen=True)
class Essay:
    """A question that a student answers in sentences, and a person grades.

    name: of its cell, nbgrader's manually graded answer; points: what it is worth. Its rubric
    stands beside the references, where no student sees it.
    """

    name: str
    points: float


def _no_files() -> dict[str, bytes]:
    return {}


def _nothing_hidden() -> dict[str, Path]:
    return {}


@dataclass(frozen=True, eq=False)
class Support:
    """What a notebook's cells need where they are graded, beside numpy and their own functions.

    In the sandbox the course's package is a stand-in, in which every name accepts anything and does
    nothing. What is named here is real.

    layers: the functions of layers.py, which lies beside the notebook; its text is made from the
        references of this course.
    tools: name -> the module from which the stand-in takes it. It may import numpy, and the other
        modules that are named here.
    files: makes the data files that lie beside the modules, by name. What a student must not see
        (images to test on, say) does not belong in them.
    hidden: finds the files that no student's code may read, by what they are ("the images that
        judge"): grading starts only in a sandbox where they cannot be opened.
    """

    layers: tuple[str, ...] = ()
    tools: Mapping[str, ModuleType] = field(default_factory=dict)
    files: Callable[[], Mapping[str, bytes]] = _no_files
    hidden: Callable[[], Mapping[str, Path]] = _nothing_hidden


@dataclass(frozen=True, eq=False)
class Notebook:
    """One notebook.

    assignment: its name for nbgrader, and its folder.
    stem: the name of its file, and of its module in the package of references.
    points: what the course promises for it, beside the sum of its parts and essays.
    limits: where they are not the usual ones, the limits of one submission by name, as
        grader.instructor.sandbox.time_and_memory_limits has them: {"call": 60.0} gives each call
        and each cell 60 seconds.
    support: what it needs in the sandbox; None for most notebooks.
    essays: the questions that are answered in sentences.
    helps_others: whether its text says how exercises of other notebooks can be done.
    course: the one that it belongs to, which fills this in.
    """

    assignment: str
    stem: str
    points: float
    exercises: tuple[Exercise, ...]
    limits: Mapping[str, Any] = field(default_factory=dict)
    support: Support | None = None
    essays: tuple[Essay, ...] = ()
    helps_others: bool = False
    course: Course = field(default=cast("Course", None), repr=False)

    def __post_init__(self) -> None:
        """Tell every exercise that it belongs to this notebook."""
        mine = tuple(replace(exercise, notebook=self) for exercise in self.exercises)
        object.__setattr__(self, "exercises", mine)

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.stem}.ipynb"

    @cached_property  # asked for at each comparison
    def tables(self) -> Path:
        """The file with the fingerprints of its exercises."""
        return self.course.fingerprints / f"{self.assignment}.json"

    @cached_property
    def by_name(self) -> dict[str, Exercise]:
        """Its exercises by their names, in their order."""
        return {exercise.name: exercise for exercise in self.exercises}

    def limited_to(self, names: Collection[str]) -> Notebook:
        """Return this notebook with those of its exercises and essays alone that are named.

        It is this very notebook where all of them are.
        """
        exercises = tuple(each for each in self.exercises if each.name in names)
        essays = tuple(each for each in self.essays if each.name in names)
        if len(exercises) == len(self.exercises) and len(essays) == len(self.essays):
            return self
        points = sum(each.points for each in exercises) + sum(each.points for each in essays)
        return replace(self, exercises=exercises, essays=essays, points=points)

    @property
    def automatic_points(self) -> float:
        """What its exercises are worth, without what a person grades."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def essay_names(self) -> tuple[str, ...]:
        """The names of its essays, in their order."""
        return tuple(essay.name for essay in self.essays)

    @property
    def brings_answers(self) -> bool:
        """Whether layers.py, which lies beside it, answers exercises of other notebooks."""
        return self.support is not None and bool(self.support.layers)

    @property
    def is_held_back(self) -> bool:
        """Whether students get it once the other notebooks are closed."""
        return self.brings_answers or self.helps_others

    @property
    def main(self) -> Exercise:
        """The exercise that is worth most; the later one where two are worth the same."""
        return max(reversed(self.exercises), key=lambda exercise: exercise.points)


@dataclass(frozen=True, eq=False)
class Course:
    """A course: its notebooks in their order, and where what belongs to them lies.

    name: nbgrader's course_id. The start check shows the version of the distribution of this name.
    fingerprints: the folder of the tables that `grader fingerprints` makes, one for each notebook.
    references: the package of the reference answers. It has a module for each notebook, and a
        package `mistakes` with their catalogue. Beside it lies the folder notebooks/.
    package: the package from which its notebooks import `check`.
    """

    name: str
    notebooks: tuple[Notebook, ...]
    fingerprints: Path
    references: str
    package: str

    def __post_init__(self) -> None:
        """Tell every notebook that it belongs to this course."""
        mine = tuple(replace(notebook, course=self) for notebook in self.notebooks)
        object.__setattr__(self, "notebooks", mine)

    @cached_property
    def exercises(self) -> dict[str, Exercise]:
        """All exercises by their names, in the order of the notebooks."""
        return {
            exercise.name: exercise
            for notebook in self.notebooks
            for exercise in notebook.exercises
        }

    @cached_property
    def by_assignment(self) -> dict[str, Notebook]:
        """The notebooks by the names of their assignments, in their order."""
        return {notebook.assignment: notebook for notebook in self.notebooks}
