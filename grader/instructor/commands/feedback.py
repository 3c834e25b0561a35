"""`grader feedback`: one HTML page per graded submission, by `nbgrader generate_feedback`."""

from __future__ import annotations

from collections.abc import Callable

from grader.instructor.classroom import Classroom
from grader.instructor.courses import CourseError
from grader.instructor.records import gradebook
from grader.instructor.records.standings import NOT_HANDED_IN
from grader.instructor.records.steps import NbgraderSteps
from grader.instructor.sandbox.protocol import text


def feedback(classroom: Classroom, assignment: str, say: Callable[[str], None]) -> int:
    """Write the feedback pages of an assignment; say a line for each.

    Returns how many could not be written. Raises CourseError when nothing is graded.
    """
    standings = gradebook.standings(classroom, assignment)
    graded = {standing.student for standing in standings if standing.is_graded}
    autograded = classroom.autograded.glob(f"*/{assignment}")
    students = sorted(graded.union(folder.parent.name for folder in autograded))
    if not students:
        raise CourseError(
            f"Nothing is graded yet for {assignment}. Run first: grader grade {assignment}"
        )
    steps = NbgraderSteps(classroom)
    failed = 0
    for number, student in enumerate(students, 1):
        try:
            _write(steps, classroom, assignment, student)
            message = "feedback written"
        except CourseError as error:
            failed += 1
            message = str(error)
        say(f"[{number}/{len(students)}] {text(student)}: {message}")
    return failed


def _write(steps: NbgraderSteps, classroom: Classroom, assignment: str, student: str) -> None:
    """Write a student's pages. Raises CourseError."""
    folder = classroom.autograded / student / assignment
    if folder.is_dir():
        steps.feedback(assignment, student)
    elif (classroom.submitted / student / assignment).is_dir():
        raise CourseError(f"look: {folder} is missing. Run first: grader grade {assignment}")
    else:
        raise CourseError(f"look: {folder} is missing, and the work is {NOT_HANDED_IN}")
