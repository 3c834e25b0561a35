"""`grader feedback`: one HTML page per graded submission, by stock `nbgrader generate_feedback`."""

from __future__ import annotations

from collections.abc import Callable

from grader.instructor.classroom import Classroom, CourseError
from grader.instructor.records.steps import NbgraderSteps


def feedback(classroom: Classroom, assignment: str, say: Callable[[str], None]) -> int:
    """Write the feedback pages of an assignment; say a line for each; return how many could not be written."""
    students = sorted(path.parent.name for path in classroom.autograded.glob(f"*/{assignment}"))
    if not students:
        raise CourseError(
            f"Nothing is graded yet for {assignment}. Run first: grader grade {assignment}"
        )
    stock, failed = NbgraderSteps(classroom), 0
    for number, student in enumerate(students, 1):
        try:
            stock.feedback(assignment, student)
            say(f"[{number}/{len(students)}] {student}: feedback written")
        except CourseError as error:
            failed += 1
            say(f"[{number}/{len(students)}] {student}: {error}")
    return failed
