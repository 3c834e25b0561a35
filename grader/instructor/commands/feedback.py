"""`grader feedback`: one HTML page per graded submission, by `nbgrader generate_feedback`."""

from __future__ import annotations

from collections.abc import Callable

from grader.instructor.classroom import Classroom
from grader.instructor.courses import CourseError
from grader.instructor.records import gradebook
from grader.instructor.records.steps import NbgraderSteps
from grader.instructor.sandbox.protocol import text


def feedback(classroom: Classroom, assignment: str, say: Callable[[str], None]) -> int:
    """Write the feedback pages of an assignment; say a line for each.

    Returns how many could not be written. Raises CourseError when nothing is graded.
    """
    graded = classroom.autograded.glob(f"*/{assignment}")
    students = sorted(folder.parent.name for folder in graded)
    if not students:
        raise CourseError(
            f"Nothing is graded yet for {assignment}. Run first: grader grade {assignment}"
        )
    gradebook.standings(classroom, assignment)  # nbgrader would make one that is empty
    steps = NbgraderSteps(classroom)
    failed = 0
    for number, student in enumerate(students, 1):
        try:
            steps.feedback(assignment, student)
            message = "feedback written"
        except CourseError as error:
            failed += 1
            message = str(error)
        say(f"[{number}/{len(students)}] {text(student)}: {message}")
    return failed
