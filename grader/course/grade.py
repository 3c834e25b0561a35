"""`grader grade`: the submissions of a class into the gradebook, by stock `nbgrader autograde`."""

from __future__ import annotations

from collections.abc import Callable

from grader.course import gradebook
from grader.course.paths import Course, CourseError
from grader.course.stock import Stock


def grade(course: Course, assignment: str, say: Callable[[str], None]) -> int:
    """Autograde every submission of an assignment; say a line for each; return how many could not be graded."""
    students = course.students(assignment)
    if not students:
        raise CourseError(f"There are no submissions of {assignment}: expected {course.submitted}/STUDENT/{assignment}/*.ipynb")
    gradebook.scores(course, assignment)  # not released or no gradebook: say so before the first submission
    stock, failed = Stock(course), 0
    for number, student in enumerate(students, 1):
        try:
            stock.autograde(assignment, student)
            say(f"[{number}/{len(students)}] {student}: graded")
        except CourseError as error:
            failed += 1
            say(f"[{number}/{len(students)}] {student}: {error}")
    return failed
