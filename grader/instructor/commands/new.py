"""`grader new`: skeletons of an exercise, a notebook or a course, which already run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from grader.instructor.author.skeleton import (
    Draft,
    Place,
    add_exercise,
    add_notebook,
    draft_of,
    new_course,
    place_of,
)
from grader.instructor.courses import VARIABLE, CourseError
from grader.judge.course import Course, Notebook

FIRST = Draft("double", ("x",), ("y",))  # the exercise of a new notebook
COMMAND = "from grader.instructor.commands.cli import main; main(prog_name='grader')"


def exercise(
    notebook: Notebook, name: str, arguments: str, results: str, forward: str, after: str
) -> Iterator[str]:
    """Add an exercise to a notebook; yield a line for each file. Raises CourseError."""
    place = place_of(notebook.course)
    draft = draft_of(notebook, name, arguments, results, forward, after)
    for path in add_exercise(place, notebook.assignment, notebook.stem, draft):
        yield f"wrote {path}"
    yield from _fingerprints(notebook.assignment, os.environ.get(VARIABLE, ""))


def notebook(course: Course, assignment: str, stem: str) -> Iterator[str]:
    """Add a notebook with one exercise to a course; yield a line for each file.

    Raises CourseError.
    """
    place = place_of(course)
    draft = Draft(f"{stem}_{FIRST.name}", FIRST.arguments, FIRST.results)
    yield from _notebook(place, assignment, stem, draft, os.environ.get(VARIABLE, ""))


def course(folder: Path) -> Iterator[str]:
    """Write a course of one notebook into a new folder; yield a line for each file.

    Raises CourseError.
    """
    place = new_course(folder.resolve())
    yield f"wrote {place.content / '__init__.py'}, and what belongs to a course"
    yield from _notebook(place, "1-first", "first", FIRST, str(place.content))
    yield f"The course is {place.content}: name it with --content, or install it (README.md)."


def _notebook(
    place: Place, assignment: str, stem: str, draft: Draft, content: str
) -> Iterator[str]:
    for path in add_notebook(place, assignment, stem, draft):
        yield f"wrote {path}"
    yield from _fingerprints(assignment, content)


def _fingerprints(assignment: str, content: str) -> Iterator[str]:
    """Make the tables, in a process that loads what was written. Raises CourseError."""
    command = [sys.executable, "-c", COMMAND, "fingerprints", assignment]
    env = os.environ | ({VARIABLE: content} if content else {})
    run = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if run.returncode:
        raise CourseError(run.stderr.strip().removeprefix("grader: "))
    yield from run.stdout.splitlines()
    yield f"Next: write what is marked TODO, then run grader verify {assignment}"
