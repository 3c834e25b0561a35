"""The points table: every exercise of the course, its arguments, its parts and what each part is
worth.

`grader verify` compares it with the points in the notebooks' metadata, and the sum per assignment
with course totals.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from grader.exercises.affine import AFFINE
from grader.exercises.capstone import CAPSTONE
from grader.exercises.cases import BUILDERS
from grader.exercises.convolution import CONVOLUTION
from grader.exercises.max_pool import MAX_POOL
from grader.exercises.relu import RELU
from grader.exercises.strided import STRIDED
from grader.exercises.witnesses import WITNESSES
from grader.judge.course import Course, Notebook
from grader.judge.exercise import DIFFERENCES, SMOOTH, Exercise, Part

__all__ = [
    "COURSE",
    "DIFFERENCES",
    "EXERCISES",
    "NOTEBOOKS",
    "SMOOTH",
    "TOTALS",
    "Exercise",
    "Part",
    "file_of",
    "of_assignment",
]

FINGERPRINTS = Path(__file__).parents[1] / "fingerprints"


def file_of(assignment: str) -> Path:
    """Return the file with the fingerprints of an assignment's exercises."""
    return FINGERPRINTS / f"{assignment}.json"


def _notebook(assignment: str, stem: str, points: float, rows: tuple[Exercise, ...]) -> Notebook:
    """Give every row of a notebook's points table what belongs to its exercise."""
    exercises: dict[str, Exercise] = {}
    for row in rows:
        exercises[row.name] = replace(
            row,
            build=BUILDERS[row.name],
            partner=exercises.get(row.forward),
            witness=WITNESSES.get(row.name, {}),
            tables=file_of(assignment),
        )
    return Notebook(assignment, stem, points, tuple(exercises.values()))


COURSE = Course(
    "cnn-gradients",
    (
        _notebook("1-affine", "affine", 20.0, AFFINE),
        _notebook("2-convolution", "convolution", 30.0, CONVOLUTION),
        _notebook("3-strided", "strided", 20.0, STRIDED),
        _notebook("4-relu", "relu", 8.0, RELU),
        _notebook("5-max-pool", "max_pool", 12.0, MAX_POOL),
        _notebook("6-capstone", "capstone", 10.0, CAPSTONE),
    ),
)
EXERCISES = COURSE.exercises
NOTEBOOKS = {notebook.assignment: notebook.stem for notebook in COURSE.notebooks}
TOTALS = {notebook.assignment: notebook.points for notebook in COURSE.notebooks}


def of_assignment(assignment: str) -> list[Exercise]:
    """Return the exercises of an assignment, in the notebook's order."""
    return [exercise for exercise in EXERCISES.values() if exercise.assignment == assignment]
