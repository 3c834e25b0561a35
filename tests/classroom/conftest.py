"""A class of 4-relu, released, and what its students hand in."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from our_course import NOTEBOOKS
from support import grader
from tiers import unsafe

from grader.instructor.author.notebook import answer_cells, dumps, set_source, solve
from grader.instructor.classroom import Classroom

ASSIGNMENT = "4-relu"
FILE = "relu.ipynb"


@pytest.fixture
def course(released_course, tmp_path) -> Classroom:
    """The released assignment, in a class to which nobody belongs yet."""
    return released_course(ASSIGNMENT, tmp_path / "class")


def solved_by(student: str, **answers: str) -> bytes:
    """Return the solved notebook with somebody's id; answers: other sources, by exercise."""
    made = solve(NOTEBOOKS[ASSIGNMENT], student)
    for name, source in answers.items():
        set_source(answer_cells(made)[name], source)
    return dumps(made).encode()


def run(course: Classroom, verb: str, *words: object) -> tuple[int, list[str]]:
    """Run a verb of `grader` on a class; return its status and what it said, line by line."""
    sandbox = unsafe() if verb == "grade" else []
    status, said = grader(verb, "--course", course.folder, *words, *sandbox)
    assert "Traceback" not in said, said
    return status, said.splitlines()


def write_csv(path: Path, *rows: tuple[object, ...]) -> Path:
    """Write a table; return its path."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def files_in(folder: Path) -> dict[str, bytes]:
    """Return what is in a folder, by path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
