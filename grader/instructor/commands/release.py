"""`grader release`: the students' notebooks, and the kit that holds all they need."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.instructor.author.notebook import slips, solve
from grader.instructor.classroom import Classroom
from grader.instructor.courses import CourseError, repository_of
from grader.instructor.kit.handout import handout_of
from grader.instructor.kit.student_kit import KIT, pages, student_kit
from grader.instructor.kit.wheels import REPOSITORY
from grader.instructor.records import gradebook
from grader.instructor.records.steps import NbgraderSteps
from grader.judge.course import Notebook
from grader.notebook.whole_file import write_atomically


def release(
    classroom: Classroom, notebooks: list[Notebook], assignment_list: bool = False
) -> list[str]:
    """Write the students' notebooks and the kit; return a line for each thing done.

    assignment_list: whether the kit brings nbgrader, for a class that hands in through
    JupyterLab's Assignment List. Raises CourseError when a notebook, or what the class's folder
    `handout` holds, is not as it should be.
    """
    repository = repository_of(classroom.course)
    if repository is None:
        raise CourseError(
            "Notebooks are released in a clone of the course's repository, from which the student "
            "kit is built."
        )
    handout = handout_of(classroom.folder)
    for notebook in notebooks:
        _check(notebook)
    with gradebook.opened(classroom):  # makes it where it is missing
        pass
    steps = NbgraderSteps(classroom)
    lines = []
    for notebook in notebooks:
        with _kept(classroom.release / notebook.assignment):
            _generate(steps, notebook.assignment)
        path = classroom.release / notebook.assignment / notebook.file
        lines.append(f"{notebook.assignment}: released {path}")
    if repository != REPOSITORY:
        return [
            *lines,
            "student kit: none, since a kit installs our own course alone",
        ]
    own_pages = pages(classroom, handout)
    kit = student_kit(classroom, assignment_list, {**own_pages, **handout.files})
    for name, page in own_pages.items():
        write_atomically(classroom.release / name, page)
    # Closed by the folder that it lies in; a copy of it is for everybody.
    write_atomically(classroom.release / f"{KIT}.zip", kit, mode=0o644)
    return [*lines, f"student kit: {classroom.release / KIT}.zip ({len(kit) / 1024:.0f} kB)"]


def _generate(steps: NbgraderSteps, assignment: str) -> None:
    """Write the students' version of an assignment. Raises CourseError."""
    try:
        steps.generate(assignment)
    except CourseError as error:
        if "Cannot add or remove cells" not in str(error):
            raise
        raise CourseError(
            f"{assignment} is not released, and what was released before stays: its notebook has "
            f"other cells than the gradebook. {gradebook.other_cells(assignment)}"
        ) from None


@contextmanager
def _kept(folder: Path) -> Iterator[None]:
    """Let a released folder stay as it was where a release fails: nbgrader removes it."""
    copy = folder.with_name(f".{folder.name}")
    shutil.rmtree(copy, ignore_errors=True)
    if folder.is_dir():
        shutil.copytree(folder, copy)
    try:
        yield
    except BaseException:
        if copy.is_dir():
            shutil.rmtree(folder, ignore_errors=True)
            os.replace(copy, folder)
        raise
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def _check(notebook: Notebook) -> None:
    """Raise CourseError for a notebook that must not go out."""
    solve(notebook)  # raises it where a stub differs from its reference
    problems = list(slips(notebook))
    if problems:
        raise CourseError("\n".join([f"{notebook.assignment} is not released:", *problems]))
