"""The gradebook: opened, read, exported and written. Its tables are in gradebook_tables.py.

What is made or only read (a new database, scores, the CSV) goes through nbgrader, which is
imported where it is needed: that takes two seconds, and `grader grade` only writes.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, make_url
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from grader.instructor.classroom import Classroom, environment_on_path
from grader.instructor.courses import CourseError
from grader.instructor.files import write_atomically
from grader.instructor.records.gradebook_tables import Batch, Graded, cells_of, tables_of
from grader.instructor.records.late_penalty import LatePenalty
from grader.instructor.records.scores import NeedsReview


@dataclass(frozen=True)
class Score:
    """A student's points in one assignment, the points it has, and the points per exercise."""

    student: str
    points: float
    max_points: float
    per_exercise: dict[str, float]


@contextmanager
def opened(classroom: Classroom) -> Iterator[Any]:
    """Open the gradebook, making it when it is missing; yield nbgrader's Gradebook.

    Raises CourseError when that cannot be done.
    """
    # Imported here: see the head of this module.
    from nbgrader.api import Gradebook  # noqa: PLC0415

    environment_on_path()
    try:
        classroom.folder.mkdir(parents=True, exist_ok=True)
        book = Gradebook(classroom.db, classroom.course.name)
    except (SQLAlchemyError, OSError, ImportError) as error:
        raise _not_opened(classroom, error) from None
    try:
        with warnings.catch_warnings():
            # nbgrader's own queries give this warning with SQLAlchemy 2.
            warnings.simplefilter("ignore", SAWarning)
            yield book
    finally:
        book.close()


def scores(classroom: Classroom, assignment: str) -> list[Score]:
    """Return the points of every student who submitted the assignment, sorted by student.

    Raises CourseError when the assignment is not released.
    """
    # Imported here: see the head of this module.
    from nbgrader.api import MissingEntry  # noqa: PLC0415

    with opened(classroom) as book:
        try:
            book.find_assignment(assignment)
        except MissingEntry:
            raise _not_released(classroom, assignment) from None
        exercises = classroom.course.exercises
        students = [
            _score(submission, exercises) for submission in book.assignment_submissions(assignment)
        ]
    return sorted(students, key=lambda score: score.student)


def _score(submission: Any, exercises: Container[str]) -> Score:
    """Return the points of one of nbgrader's submissions. exercises: all names of a course's."""
    per_exercise = {}
    for notebook in submission.notebooks:
        for grade in notebook.grades:
            exercise = grade.name.removeprefix("check_")
            if exercise in exercises:
                per_exercise[exercise] = float(grade.score)
    points = float(submission.score)
    return Score(submission.student_id, points, float(submission.max_score), per_exercise)


def export(classroom: Classroom, to: Path) -> None:
    """Write all grades as CSV with nbgrader's own exporter; the file is whole or not there.

    Raises CourseError when the file cannot be written.
    """
    # Imported here: see the head of this module.
    from nbgrader.plugins import CsvExportPlugin  # noqa: PLC0415

    part = to.with_name(f".{to.name}.part")
    with opened(classroom) as book:
        try:
            plugin = CsvExportPlugin(to=str(part))
            plugin.log.propagate = False
            plugin.export(book)
            write_atomically(to, part.read_bytes())
        except OSError as error:
            raise CourseError(
                f"{to} cannot be written: {error.strerror}. Name another place with --to."
            ) from None
        finally:
            if part.exists():
                os.unlink(part)


class Writer:
    """Writes results as nbgrader's autograde leaves them, each batch in one transaction.

    Between batches no connection is open. patience: seconds to wait for another program that
    holds a SQLite gradebook. Raises CourseError when the gradebook cannot be opened, or the
    assignment is not released.
    """

    def __init__(self, classroom: Classroom, assignment: str, patience: float = 10.0) -> None:
        self.classroom = classroom
        self.notebook = classroom.course.by_assignment[assignment]
        self.penalty = LatePenalty(classroom)
        cells = []
        try:
            self.engine = _engine(classroom.db, patience)
            with self.engine.connect() as db:
                self.tables = tables_of(db)
                if self.tables:
                    cells = cells_of(db, self.tables, assignment)
        except (SQLAlchemyError, OSError, ImportError) as error:
            raise _not_opened(classroom, error) from None
        if not any(cell.notebook == self.notebook.stem for cell in cells):
            raise _not_released(classroom, assignment)

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *error: object) -> None:
        self.engine.dispose()

    def record(self, batch: Sequence[Graded]) -> None:
        """Write all of a batch. Manual scores, extra credit and manual comments are kept.

        Raises CourseError, and then nothing of the batch is written.
        """
        results = {graded.student: graded for graded in batch}
        if not results:
            return
        try:
            with self.engine.begin() as db:
                rows = Batch(db, self.tables, self.notebook, results)
                rows.write(self.penalty.points_off)
        except NeedsReview as error:
            raise CourseError(
                f"{error}. That is no fault of a student's; nothing of this batch was written to "
                "the gradebook. If the notebook has changed since its release, run: "
                f"grader release {self.notebook.assignment}"
            ) from None
        except SQLAlchemyError as error:
            raise _not_written(self.classroom, list(results), error) from None


def _engine(url: str, patience: float) -> Engine:
    options: dict[str, Any] = {}
    if make_url(url).get_backend_name() == "sqlite":
        options["timeout"] = patience
    return create_engine(url, poolclass=NullPool, connect_args=options)


def _not_opened(classroom: Classroom, error: Exception) -> CourseError:
    return CourseError(
        f"The gradebook {classroom.db} cannot be opened: {_reason(error)}. Expected an nbgrader "
        "database or a place where one can be made; look at the path and its permissions, or name "
        "another with --db. Nothing was changed."
    )


def _not_released(classroom: Classroom, assignment: str) -> CourseError:
    return CourseError(
        f"{assignment} is not in the gradebook {classroom.db}. "
        f"Run first: grader release {assignment}"
    )


def _not_written(classroom: Classroom, students: list[str], error: Exception) -> CourseError:
    who = students[0]
    if len(students) > 1:
        who = f"This batch of {len(students)} ({students[0]} to {students[-1]})"
    return CourseError(
        f"The gradebook {classroom.db} cannot be written: {_reason(error)}. "
        f"{who} has no new score. Close what holds it (formgrader, another grader) or make room, "
        "and run the command again: it goes on where it stopped."
    )


def _reason(error: Exception) -> str:
    """Return the first line of an error, of the database's own error where there is one."""
    return str(getattr(error, "orig", None) or error).splitlines()[0]
