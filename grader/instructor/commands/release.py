"""`grader release`: the students' notebooks, and the kit that holds all they need."""

from __future__ import annotations

from grader.instructor.author.notebook import slips, solve
from grader.instructor.classroom import IS_CLONE, Classroom, CourseError, notebook_file
from grader.instructor.files import write_atomically
from grader.instructor.kit.student_kit import KIT, student_kit
from grader.instructor.records import gradebook
from grader.instructor.records.steps import NbgraderSteps


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
    kit = student_kit(classroom, assignment_list)
    write_atomically(classroom.release / f"{KIT}.zip", kit)
    return [*lines, f"student kit: {classroom.release / KIT}.zip ({len(kit) / 1024:.0f} kB)"]


def _check(assignment: str) -> None:
    """Raise CourseError for a notebook that must not go out."""
    solve(assignment)  # raises it where a stub differs from its reference
    problems = list(slips(assignment))
    if problems:
        raise CourseError("\n".join([f"{assignment} is not released:", *problems]))
