"""The one module that knows the gradebook's database."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course.files import write_atomically
from grader.course.notebook import dumps
from grader.course.paths import Course, CourseError, environment_on_path
from grader.course.stock import config
from grader.exercises import EXERCISES, NOTEBOOKS


@dataclass(frozen=True)
class Score:
    """A student's points in one assignment, and per exercise."""

    student: str
    points: float
    most: float
    per_exercise: dict[str, float]


@contextmanager
def opened(course: Course) -> Iterator[Any]:
    """Open the gradebook, making it when it is missing. Raises CourseError when that cannot be done."""
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import SQLAlchemyError

    environment_on_path()
    try:
        course.folder.mkdir(parents=True, exist_ok=True)
        book = Gradebook(course.db, "cnn-gradients")
    except (SQLAlchemyError, OSError, ImportError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise CourseError(
            f"The gradebook {course.db} cannot be opened: {reason}. Expected an nbgrader database or a place where one can be "
            "made; look at the path and its permissions, or name another with --db. Nothing was changed."
        ) from None
    try:
        yield book
    finally:
        book.close()


def scores(course: Course, assignment: str) -> list[Score]:
    """Return the points of every student who submitted the assignment, sorted by student."""
    from nbgrader.api import MissingEntry

    found = []
    with opened(course) as book:
        try:
            book.find_assignment(assignment)
        except MissingEntry:
            raise CourseError(
                f"{assignment} is not in the gradebook {course.db}. Run first: grader release {assignment}"
            ) from None
        for submission in book.assignment_submissions(assignment):
            each = {
                grade.name.removeprefix("check_"): float(grade.score)
                for notebook in submission.notebooks
                for grade in notebook.grades
                if grade.name.removeprefix("check_") in EXERCISES
            }
            found.append(Score(submission.student_id, float(submission.score), float(submission.max_score), each))
    return sorted(found, key=lambda score: score.student)


def record(course: Course, assignment: str, student: str, notebook: dict[str, Any], looks: set[str]) -> None:
    """Write the scores of an autograded notebook as stock autograde does: by nbgrader's own preprocessors.

    Manual scores, extra credit and comments survive; timestamps and late penalties are nbgrader's. looks: the exercises
    that a person should look at, which are marked needs_manual_grade.
    """
    import nbformat
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
    from sqlalchemy.exc import SAWarning, SQLAlchemyError

    warnings.filterwarnings("ignore", category=SAWarning)  # of nbgrader's own queries, with this SQLAlchemy
    settings = config(course)
    name = NOTEBOOKS[assignment]
    try:
        stamp = CourseDirectory(config=settings).get_existing_timestamp(str(course.submitted / student / assignment))
        with opened(course) as book:
            book.update_or_create_student(student)
            given = {"timestamp": stamp} if stamp else {}
            book.update_or_create_submission(assignment, student, **given)
        node = nbformat.reads(dumps(notebook), as_version=4)  # type: ignore[no-untyped-call]
        where = {"student": student, "assignment": assignment, "notebook": name, "db_url": course.db}
        for step in (SaveAutoGrades(config=settings), AssignLatePenalties(config=settings)):
            step.log.propagate = False
            step.preprocess(node, {"nbgrader": where})
        if looks:
            with opened(course) as book:
                for exercise in looks:
                    book.find_grade(f"check_{exercise}", name, assignment, student).needs_manual_grade = True
                book.db.commit()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise CourseError(
            f"The gradebook {course.db} cannot be written: {reason}. {student} has no new score. Close what holds it "
            "(formgrader, another grader) and run the command again: it goes on where it stopped."
        ) from None


def export(course: Course, to: Path) -> None:
    """Write all grades as CSV with nbgrader's own exporter; the file is whole or not there."""
    from nbgrader.plugins import CsvExportPlugin

    part = to.with_name(f".{to.name}.part")
    with opened(course) as book:
        try:
            plugin = CsvExportPlugin(to=str(part))
            plugin.log.propagate = False
            plugin.export(book)
            write_atomically(to, part.read_bytes())
        except OSError as error:
            raise CourseError(f"{to} cannot be written: {error.strerror}. Name another place with --to.") from None
        finally:
            if part.exists():
                os.unlink(part)
