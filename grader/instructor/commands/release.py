"""`grader release`: the students' notebooks, and the kit that holds all they need."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from grader.exercises import NOTEBOOKS
from grader.instructor.author.notebook import slips, solve
from grader.instructor.classroom import IS_CLONE, Classroom, CourseError, notebook_file
from grader.instructor.files import write_atomically
from grader.instructor.kit.pins import constraints
from grader.instructor.kit.wheels import students_wheel
from grader.instructor.records import gradebook
from grader.instructor.records.steps import NbgraderSteps

KIT = "student-kit"
PARTS = Path(__file__).parents[1] / "kit" / "contents"
HAND_IN = """ If that is by JupyterLab: in the menu Nbgrader, the Assignment List
has Submit beside the notebook's folder (it takes the file as last saved) and, later, Fetch\
 Feedback."""


def release(
    classroom: Classroom, assignments: list[str], assignment_list: bool = False
) -> list[str]:
    """Write the students' notebooks and the kit; return a line for each thing done.

    assignment_list: whether the kit brings nbgrader, for a class that hands in through
    JupyterLab's Assignment List. Raises CourseError when a notebook is not as it should be.
    """
    if not IS_CLONE:
        raise CourseError(
            "Notebooks are released in a clone of the course's repository, from which the student "
            "kit is built."
        )
    for assignment in assignments:
        _check(assignment)
    with gradebook.opened(classroom):  # makes it where it is missing
        pass
    steps = NbgraderSteps(classroom)
    lines = []
    for assignment in assignments:
        steps.generate(assignment)
        path = classroom.release / assignment / notebook_file(assignment)
        lines.append(f"{assignment}: released {path}")
    kit = _kit(classroom, assignment_list)
    write_atomically(classroom.release / f"{KIT}.zip", kit)
    return [*lines, f"student kit: {classroom.release / KIT}.zip ({len(kit) / 1024:.0f} kB)"]


def _check(assignment: str) -> None:
    """Raise CourseError for a notebook that must not go out."""
    solve(assignment)  # raises it where a stub differs from its reference
    problems = list(slips(assignment))
    if problems:
        raise CourseError("\n".join([f"{assignment} is not released:", *problems]))


def _kit(classroom: Classroom, assignment_list: bool) -> bytes:
    """Return a zip file with all that students need.

    It holds the released notebooks, the students' wheel, the versions of packages that fit, and
    start.py, which installs them.
    """
    also = ("nbgrader",) if assignment_list else ()
    hand_in = HAND_IN if assignment_list else ""
    readme = (PARTS / "README.md").read_text(encoding="utf-8")
    buffer = io.BytesIO()
    with (
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as kit,
    ):
        wheel = students_wheel(Path(folder))
        kit.write(wheel, f"{KIT}/{wheel.name}")
        kit.write(PARTS / "start.py", f"{KIT}/start.py")
        kit.writestr(f"{KIT}/constraints.txt", constraints(wheel.name, also))
        kit.writestr(f"{KIT}/README.md", readme.format(wheel=wheel.name, hand_in=hand_in))
        # What has been released so far, with the files that lie beside a notebook.
        for assignment in NOTEBOOKS:
            for path in sorted((classroom.release / assignment).glob("*.*")):
                kit.write(path, f"{KIT}/{assignment}/{path.name}")
    return buffer.getvalue()
