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
from grader.judge.exercise import DIFFERENCES, SMOOTH, Exercise, Part

__all__ = [
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


def _exercises() -> dict[str, Exercise]:
    """Give every row of the points table what belongs to its exercise."""
    exercises: dict[str, Exercise] = {}
    for row in (*AFFINE, *CONVOLUTION, *STRIDED, *RELU, *MAX_POOL, *CAPSTONE):
        exercises[row.name] = replace(
            row,
            build=BUILDERS[row.name],
            partner=exercises.get(row.forward),
            witness=WITNESSES.get(row.name, {}),
            tables=file_of(row.assignment),
        )
    return exercises


EXERCISES = _exercises()

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
