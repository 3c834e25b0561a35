"""`grader release`: the students' notebooks, and the kit that holds all they need."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from grader.exercises import NOTEBOOKS
from grader.instructor.author.notebook import slips, solve
from grader.instructor.classroom import IS_CLONE, Classroom, CourseError
from grader.instructor.files import write_atomically
from grader.instructor.kit.pins import constraints
from grader.instructor.kit.wheels import students_wheel
from grader.instructor.records import gradebook
from grader.instructor.records.steps import NbgraderSteps

KIT = "student-kit"
PARTS = Path(__file__).parents[1] / "kit" / "contents"
HAND_IN = """ If that is by JupyterLab: in the menu Nbgrader, the Assignment List
has Submit beside the notebook's folder (it takes the file as last saved) and, later, Fetch Feedback."""


def release(classroom: Classroom, names: list[str], assignment_list: bool = False) -> list[str]:
    """Write course/release/ASSIGNMENT/NOTEBOOK.ipynb for each name and the kit; return a line per thing done.

    assignment_list: the kit brings nbgrader, for a class that hands in through JupyterLab's Assignment List.
    """
    if not IS_CLONE:
        raise CourseError(
            "Notebooks are released in a clone of the course's repository, from which the student kit is built."
        )
    for assignment in names:
        solve(assignment)  # a stub that differs from its reference must not go out
        problems = list(slips(assignment))
        if problems:
            raise CourseError("\n".join([f"{assignment} is not released:", *problems]))
    with gradebook.opened(classroom):
        pass
    stock, lines = NbgraderSteps(classroom), []
    for assignment in names:
        stock.generate(assignment)
        lines.append(
            f"{assignment}: released {classroom.release / assignment / NOTEBOOKS[assignment]}.ipynb"
        )
    kit = _kit(classroom, assignment_list)
    write_atomically(classroom.release / f"{KIT}.zip", kit)
    return [*lines, f"student kit: {classroom.release / KIT}.zip ({len(kit) / 1024:.0f} kB)"]


def _kit(classroom: Classroom, assignment_list: bool) -> bytes:
    """Return a zip: the released notebooks, the students' wheel, the versions that fit, and start.py, which installs them."""
    also = ("nbgrader",) if assignment_list else ()
    buffer = io.BytesIO()
    with (
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as kit,
    ):
        wheel = students_wheel(Path(folder))
        kit.write(wheel, f"{KIT}/{wheel.name}")
        kit.write(PARTS / "start.py", f"{KIT}/start.py")
        kit.writestr(f"{KIT}/constraints.txt", constraints(wheel.name, also))
        readme = (PARTS / "README.md").read_text(encoding="utf-8")
        kit.writestr(
            f"{KIT}/README.md",
            readme.format(wheel=wheel.name, hand_in=HAND_IN if assignment_list else ""),
        )
        for (
            assignment
        ) in NOTEBOOKS:  # what has been released so far, with the files that lie beside a notebook
            for path in sorted((classroom.release / assignment).glob("*.*")):
                kit.write(path, f"{KIT}/{assignment}/{path.name}")
    return buffer.getvalue()
