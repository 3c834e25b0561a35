"""The points table: every exercise of the course, its arguments, its parts and what each part is worth.

`grader verify` compares it with the points in the notebooks' metadata, and the sum per assignment with course totals.
"""

from __future__ import annotations

from grader.exercises.affine import AFFINE
from grader.exercises.capstone import CAPSTONE
from grader.exercises.convolution import CONVOLUTION
from grader.exercises.exercise import DIFFERENCES, SMOOTH, Exercise, Part
from grader.exercises.max_pool import MAX_POOL
from grader.exercises.relu import RELU
from grader.exercises.strided import STRIDED

__all__ = ["DIFFERENCES", "EXERCISES", "NOTEBOOKS", "SMOOTH", "TOTALS", "Exercise", "Part", "of_assignment"]

EXERCISES: dict[str, Exercise] = {
    exercise.name: exercise for table in (AFFINE, CONVOLUTION, STRIDED, RELU, MAX_POOL, CAPSTONE) for exercise in table
}

NOTEBOOKS = {  # assignment -> notebook and module of solutions
    "1-affine": "affine",
    "2-convolution": "convolution",
    "3-strided": "strided",
    "4-relu": "relu",
    "5-max-pool": "max_pool",
    "6-capstone": "capstone",
}

TOTALS = {  # what the course promises, beside the sum of the parts above
    "1-affine": 20.0,
    "2-convolution": 30.0,
    "3-strided": 20.0,
    "4-relu": 8.0,
    "5-max-pool": 12.0,
    "6-capstone": 10.0,
}


def of_assignment(assignment: str) -> list[Exercise]:
    """Return the exercises of an assignment, in the notebook's order."""
    return [exercise for exercise in EXERCISES.values() if exercise.assignment == assignment]
