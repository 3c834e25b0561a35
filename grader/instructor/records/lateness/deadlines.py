"""Due dates and extensions, as nbgrader's gradebook holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, update

from grader.instructor.classroom import Classroom
from grader.instructor.courses import CourseError
from grader.instructor.records import gradebook


@dataclass(frozen=True)
class Deadlines:
    """When an assignment is due, in UTC, and what is added to that for single students."""

    due: datetime | None
    extensions: dict[str, timedelta] = field(default_factory=dict)

    def of(self, student: str) -> datetime | None:
        """Return until when a student's work is on time, None where nothing is late."""
        if self.due is None:
            return None
        return self.due + self.extensions.get(student, timedelta())


def deadlines_of(classroom: Classroom, assignment: str) -> Deadlines:
    """Return the deadlines of an assignment. Raises CourseError where it is not released."""
    with gradebook.reading(classroom) as (db, tables):
        of = tables["assignment"].c
        row = db.execute(select(of.id, of.duedate).where(of.name == assignment)).one_or_none()
        if row is None:
            raise _not_released(assignment)
        rows = tables["submitted_assignment"].c
        query = select(rows.student_id, rows.extension).where(
            rows.assignment_id == row[0], rows.extension.is_not(None)
        )
        extensions = {student: extension for student, extension in db.execute(query) if extension}
    return Deadlines(row[1], extensions)


def set_due(classroom: Classroom, assignment: str, due: datetime | None) -> None:
    """Set when an assignment is due, in UTC; None: nothing is late. Raises CourseError."""
    with gradebook.writing(classroom) as (db, tables):
        rows = tables["assignment"]
        statement = update(rows).where(rows.c.name == assignment).values(duedate=due)
        if not db.execute(statement).rowcount:
            raise _not_released(assignment)


def extend(classroom: Classroom, assignment: str, extensions: Mapping[str, timedelta]) -> None:
    """Set what is added to the due date for students; nothing takes an extension away.

    As in nbgrader's grant_extension, a new extension takes the place of an earlier one. Raises
    CourseError where the assignment is not released.
    """
    deadlines_of(classroom, assignment)  # raises CourseError
    if not extensions:
        return
    with gradebook.opened(classroom) as book:
        for student, extension in extensions.items():
            book.update_or_create_student(student)
            book.update_or_create_submission(assignment, student)
            minutes = extension.total_seconds() / 60
            book.grant_extension(assignment, student, minutes=minutes)


def _not_released(assignment: str) -> CourseError:
    return CourseError(
        f"{assignment} is not in the gradebook. Run first: grader release {assignment}"
    )
