"""What a notebook that a browser saved is worth: by `grader grade`, as for everybody."""

from __future__ import annotations

import csv
from pathlib import Path

from our_course import NOTEBOOKS
from support import grader

from grader.instructor.classroom import Classroom


def points(classroom: Classroom, assignment: str, file: Path) -> float:
    """Hand a file in for ada, grade it sealed, and return the points of the assignment."""
    name = NOTEBOOKS[assignment].file
    path = classroom.folder / "submitted" / "ada" / assignment / name
    path.parent.mkdir(parents=True)
    path.write_bytes(file.read_bytes())
    status, told = grader("grade", assignment, "--course", classroom.folder)
    assert status == 0, told
    grades = classroom.folder / "grades.csv"
    status, told = grader("export", assignment, "--course", classroom.folder, "--to", grades)
    assert status == 0, told
    with grades.open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    return float(row["score"])
