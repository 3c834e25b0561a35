"""The one module that knows the gradebook's database.

A class's results are written by statements on nbgrader's tables, a batch at once: to import nbgrader takes two seconds (its
server extensions, and a grammar of web addresses), and its own steps take 117 PRAGMAs and 27 commits a submission. What is
made or only read (a new database, scores, the CSV) goes through nbgrader.
"""

from __future__ import annotations

import os
import secrets
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.exercises import EXERCISES, NOTEBOOKS
from grader.instructor.classroom import Course, CourseError, environment_on_path
from grader.instructor.files import write_atomically
from grader.instructor.records.scores import Odd, read
from grader.instructor.records.steps import config

if TYPE_CHECKING:
    from sqlalchemy import Connection, TableClause

KNOWN = "e43177bfe90b"  # the version of nbgrader's database that has these tables, and these columns among others
TABLES = {
    "assignment": "id name duedate",
    "notebook": "id name assignment_id",
    "base_cell": "id name notebook_id type",
    "grade_cells": "id max_score",
    "student": "id",
    "submitted_assignment": "id assignment_id student_id timestamp extension",
    "submitted_notebook": "id notebook_id assignment_id flagged late_submission_penalty",
    "grade": "id cell_id notebook_id auto_score manual_score extra_credit needs_manual_grade",
    "comment": "id cell_id notebook_id auto_comment",
}
TYPES = {
    "duedate": "DateTime",
    "timestamp": "DateTime",
    "extension": "Interval",
}  # all others are Python's own
FRESH = {
    "submitted_notebook": {"flagged": False},
    "grade": {"needs_manual_grade": True},
}  # in a new row, where not NULL

Ids = dict[tuple[str, str], str]  # of rows, by two keys
Penalty = Callable[
    [str, float, float], float | None
]  # for a student with so many points who is so many seconds late


@dataclass(frozen=True)
class Score:
    """A student's points in one assignment, and per exercise."""

    student: str
    points: float
    most: float
    per_exercise: dict[str, float]


@dataclass(frozen=True)
class Graded:
    """One submission's result. notebook: the autograded one; looks: the exercises that a person should look at."""

    student: str
    notebook: dict[str, Any]
    looks: set[str]
    timestamp: datetime | None = None
    secret: str = ""


@contextmanager
def opened(course: Course) -> Iterator[Any]:
    """Open the gradebook, making it when it is missing. Raises CourseError when that cannot be done."""
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import SAWarning, SQLAlchemyError

    environment_on_path()
    try:
        course.folder.mkdir(parents=True, exist_ok=True)
        book = Gradebook(course.db, "cnn-gradients")
    except (SQLAlchemyError, OSError, ImportError) as error:
        raise _not_opened(course, error) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", SAWarning
            )  # of nbgrader's own queries, with this SQLAlchemy
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
            raise _not_released(course, assignment) from None
        for submission in book.assignment_submissions(assignment):
            each = {
                grade.name.removeprefix("check_"): float(grade.score)
                for notebook in submission.notebooks
                for grade in notebook.grades
                if grade.name.removeprefix("check_") in EXERCISES
            }
            found.append(
                Score(
                    submission.student_id,
                    float(submission.score),
                    float(submission.max_score),
                    each,
                )
            )
    return sorted(found, key=lambda score: score.student)


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
            raise CourseError(
                f"{to} cannot be written: {error.strerror}. Name another place with --to."
            ) from None
        finally:
            if part.exists():
                os.unlink(part)


class Writer:
    """Writes results as stock autograde leaves them, a batch in one transaction; between batches no connection is open.

    patience: seconds to wait for another program that holds a SQLite gradebook.
    """

    def __init__(self, course: Course, assignment: str, patience: float = 10.0) -> None:
        from sqlalchemy import NullPool, create_engine, make_url
        from sqlalchemy.exc import SQLAlchemyError

        self.course, self.assignment = course, assignment
        try:
            sqlite = make_url(course.db).get_backend_name() == "sqlite"
            self.engine = create_engine(
                course.db, poolclass=NullPool, connect_args={"timeout": patience} if sqlite else {}
            )
            with self.engine.connect() as db:
                self.tables = _tables(db)
                cells = _Batch(db, self.tables, assignment, {}).cells() if self.tables else []
        except (SQLAlchemyError, OSError, ImportError) as error:
            raise _not_opened(course, error) from None
        if not any(cell.book == NOTEBOOKS[assignment] for cell in cells):
            raise _not_released(course, assignment)

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *error: object) -> None:
        self.engine.dispose()

    def record(self, batch: Sequence[Graded]) -> None:
        """Write all of a batch or, with a CourseError, nothing. Manual scores, extra credit and manual comments are kept."""
        from sqlalchemy.exc import SQLAlchemyError

        sheets = {graded.student: graded for graded in batch}
        if not sheets:
            return
        try:
            with self.engine.begin() as db:
                _Batch(db, self.tables, self.assignment, sheets).write(self._penalty)
        except Odd as error:
            raise CourseError(
                f"{error}. That is no fault of a student's; nothing of this batch was written to the gradebook. If the "
                f"notebook has changed since its release, run: grader release {self.assignment}"
            ) from None
        except SQLAlchemyError as error:
            raise _not_written(self.course, list(sheets), error) from None

    def _penalty(self, student: str, points: float, late: float) -> float | None:
        """Return the penalty for so many seconds, between 0 and the points, as AssignLatePenalties does."""
        penalty = (
            self._plugin.late_submission_penalty(student, points, late) if self._plugin else None
        )
        return None if penalty is None else min(max(penalty, 0.0), points)

    @cached_property
    def _plugin(self) -> Any:
        """What gives penalties to the late, if nbgrader_config.py sets anything there; nbgrader's default gives none."""
        settings = config(self.course)
        if not any(
            section in settings
            for section in ("AssignLatePenalties", "LateSubmissionPlugin", "BasePlugin")
        ):
            return None
        from nbgrader.preprocessors import AssignLatePenalties

        step = AssignLatePenalties(config=settings)
        step.log.propagate = False
        step.init_plugin()
        return step.plugin_inst


def _tables(db: Connection) -> dict[str, TableClause]:
    """Return nbgrader's tables, none where there are none yet. In a database not KNOWN, they are what nbgrader says."""
    import sqlalchemy
    from sqlalchemy import column, inspect, select, table

    there = inspect(db).get_table_names()
    if "assignment" not in there:
        return {}
    known = select(column("version_num", sqlalchemy.String)).select_from(table("alembic_version"))
    if "alembic_version" not in there or db.scalar(known) != KNOWN:
        from nbgrader.api import Base

        return {name: Base.metadata.tables[name] for name in TABLES}
    types = {name: getattr(sqlalchemy, kind) for name, kind in TYPES.items()}
    return {
        name: table(name, *(column(c, types.get(c)) for c in columns.split()))
        for name, columns in TABLES.items()
    }


@dataclass(frozen=True)
class _Cell:
    """A cell that the gradebook knows. kind: GradeCell, SolutionCell or TaskCell; most: a grade cell's points."""

    notebook: str
    book: str
    id: str
    name: str
    kind: str
    most: float


class _Batch:
    """The steps of one transaction."""

    def __init__(
        self,
        db: Connection,
        tables: dict[str, TableClause],
        assignment: str,
        sheets: dict[str, Graded],
    ) -> None:
        self.db, self.tables, self.assignment, self.sheets = db, tables, assignment, sheets

    def write(self, penalty: Penalty) -> None:
        """Make the rows that are missing, as nbgrader's add_submission does, and fill in what autograde does."""
        key, due = self._hold()
        cells = self.cells()
        ours = [cell for cell in cells if cell.book == NOTEBOOKS[self.assignment]]
        if not ours:
            raise Odd(f"the gradebook has no notebook {NOTEBOOKS[self.assignment]} any more")
        self._students()
        submissions = self._rows(
            "submitted_assignment", "assignment_id", "student_id", product([key], self.sheets)
        )
        pairs = product({cell.notebook for cell in cells}, submissions.values())
        notebooks = self._rows("submitted_notebook", "notebook_id", "assignment_id", pairs)
        grades = self._rows(
            "grade", "cell_id", "notebook_id", _pairs(cells, notebooks, "GradeCell", "TaskCell")
        )
        comments = self._rows(
            "comment",
            "cell_id",
            "notebook_id",
            _pairs(cells, notebooks, "SolutionCell", "TaskCell"),
        )
        self._stamp({student: submissions[key, student] for student in self.sheets})
        rows = {
            student: notebooks[ours[0].notebook, submissions[key, student]]
            for student in self.sheets
        }
        self._fill(ours, rows, grades, comments)
        self._punish(ours, rows, self._late(key, due) if due else {}, penalty)

    def _hold(self) -> tuple[str, datetime | None]:
        """Return the assignment's id and due date. Its row is written first, so that no other writer comes between."""
        from sqlalchemy import select, update

        table = self.tables["assignment"]
        this = table.c.name == self.assignment
        self.db.execute(update(table).where(this).values(name=table.c.name))
        found = self.db.execute(select(table.c.id, table.c.duedate).where(this)).one()
        return found[0], found[1]

    def cells(self) -> list[_Cell]:
        """Return the cells of all notebooks of the assignment."""
        from sqlalchemy import select

        assignment, notebook, cell, graded = (
            self.tables[t] for t in ("assignment", "notebook", "base_cell", "grade_cells")
        )
        query = (
            select(
                notebook.c.id,
                notebook.c.name,
                cell.c.id,
                cell.c.name,
                cell.c.type,
                graded.c.max_score,
            )
            .join_from(notebook, assignment, notebook.c.assignment_id == assignment.c.id)
            .outerjoin(cell, cell.c.notebook_id == notebook.c.id)
            .outerjoin(graded, graded.c.id == cell.c.id)
            .where(assignment.c.name == self.assignment)
        )
        return [_Cell(*row) for row in self.db.execute(query)]

    def _students(self) -> None:
        from sqlalchemy import insert, select

        table = self.tables["student"]
        there = set(self.db.scalars(select(table.c.id).where(table.c.id.in_(self.sheets))))
        if missing := [{"id": student} for student in self.sheets if student not in there]:
            self.db.execute(insert(table), missing)

    def _rows(self, name: str, first: str, second: str, pairs: Iterable[tuple[str, str]]) -> Ids:
        """Return the ids of a table's rows by the two keys of its index, in their order; rows that are missing are made."""
        from sqlalchemy import insert, select

        table, wanted = self.tables[name], list(pairs)
        one, other = table.c[first], table.c[second]
        query = select(one, other, table.c.id).where(
            one.in_({a for a, _ in wanted}), other.in_({b for _, b in wanted})
        )
        found = {(a, b): id for a, b, id in self.db.execute(query)}
        missing = {pair: _new_id() for pair in wanted if pair not in found}
        made = [
            {"id": id, first: a, second: b} | FRESH.get(name, {}) for (a, b), id in missing.items()
        ]
        if made:
            self.db.execute(insert(table), made)
        return found | missing

    def _update(self, name: str, changes: list[dict[str, Any]], **values: Any) -> None:
        from sqlalchemy import bindparam, update

        table = self.tables[name]
        if changes:
            self.db.execute(
                update(table).where(table.c.id == bindparam("row")).values(**values), changes
            )

    def _stamp(self, submissions: dict[str, str]) -> None:
        """Write when they handed in; what the gradebook has stays where nothing says so."""
        times = {row: self.sheets[student].timestamp for student, row in submissions.items()}
        self._update(
            "submitted_assignment",
            [{"row": row, "timestamp": at} for row, at in times.items() if at],
        )

    def _fill(self, cells: list[_Cell], rows: dict[str, str], grades: Ids, comments: Ids) -> None:
        """Write scores and comments as SaveAutoGrades does: who has a score by hand is to be looked at again."""
        from sqlalchemy import Boolean, bindparam, or_

        most = {cell.name: cell.most for cell in cells if cell.kind == "GradeCell"}
        marks, remarks = [], []
        for student, row in rows.items():
            sheet = self.sheets[student]
            try:
                scored, said = read(sheet.notebook, most)
            except Odd as error:
                raise Odd(f"{student}: {error}") from None
            for cell in cells:
                if cell.kind == "GradeCell":
                    score = scored[cell.name]
                    look = score is None or cell.name.removeprefix("check_") in sheet.looks
                    marks.append({"row": grades[cell.id, row], "auto_score": score, "look": look})
                if cell.kind == "SolutionCell":
                    remarks.append(
                        {"row": comments[cell.id, row], "auto_comment": said.get(cell.name)}
                    )
        by_hand = self.tables["grade"].c.manual_score.is_not(None)
        self._update(
            "grade", marks, needs_manual_grade=or_(by_hand, bindparam("look", type_=Boolean))
        )
        self._update("comment", remarks)

    def _punish(
        self, cells: list[_Cell], rows: dict[str, str], late: dict[str, float], penalty: Penalty
    ) -> None:
        """Write penalties as AssignLatePenalties does: for the late only, and an earlier one is taken back."""
        points = self._points(cells, [rows[student] for student in late])
        given = {
            rows[student]: penalty(student, points[rows[student]], seconds)
            for student, seconds in late.items()
        }
        changes = [{"row": row, "late_submission_penalty": given.get(row)} for row in rows.values()]
        self._update("submitted_notebook", changes)

    def _late(self, key: str, due: datetime) -> dict[str, float]:
        """Return who is late, and by how many seconds, extensions counted in."""
        from sqlalchemy import select

        table = self.tables["submitted_assignment"]
        these = (
            table.c.assignment_id == key,
            table.c.student_id.in_(self.sheets),
            table.c.timestamp.is_not(None),
        )
        query = select(table.c.student_id, table.c.timestamp, table.c.extension).where(*these)
        seconds = {
            student: (at - due - (more or timedelta())).total_seconds()
            for student, at, more in self.db.execute(query)
        }
        return {student: late for student, late in seconds.items() if late > 0}

    def _points(self, cells: list[_Cell], rows: list[str]) -> dict[str, float]:
        """Return the points of submitted notebooks: those by hand before ours, and extra credit (nbgrader.api.Grade.score)."""
        from sqlalchemy import case, func, select

        table = self.tables["grade"]
        given = func.coalesce(table.c.manual_score, table.c.auto_score)
        score = case((given.is_(None), 0.0), else_=given + func.coalesce(table.c.extra_credit, 0.0))
        these = (
            table.c.cell_id.in_([cell.id for cell in cells]),
            table.c.notebook_id.in_(rows),
        )  # both, as the index has them
        query = (
            select(table.c.notebook_id, func.sum(score)).where(*these).group_by(table.c.notebook_id)
        )
        return {row[0]: row[1] for row in self.db.execute(query)} if rows else {}


def _pairs(cells: list[_Cell], notebooks: Ids, *kinds: str) -> list[tuple[str, str]]:
    """Return every cell of these kinds with every submission of its notebook."""
    wanted = [cell for cell in cells if cell.kind in kinds]
    return [
        (cell.id, row)
        for (notebook, _), row in notebooks.items()
        for cell in wanted
        if cell.notebook == notebook
    ]


def _new_id() -> str:
    """Return 32 digits as nbgrader's ids have, but rising: in order, new rows lie together in an index, not all over it."""
    return f"{time.time_ns():016x}{secrets.token_hex(8)}"


def _not_opened(course: Course, error: Exception) -> CourseError:
    return CourseError(
        f"The gradebook {course.db} cannot be opened: {_reason(error)}. Expected an nbgrader database or a place where one can "
        "be made; look at the path and its permissions, or name another with --db. Nothing was changed."
    )


def _not_released(course: Course, assignment: str) -> CourseError:
    return CourseError(
        f"{assignment} is not in the gradebook {course.db}. Run first: grader release {assignment}"
    )


def _not_written(course: Course, students: list[str], error: Exception) -> CourseError:
    who = (
        students[0]
        if len(students) == 1
        else f"This batch of {len(students)} ({students[0]} to {students[-1]})"
    )
    return CourseError(
        f"The gradebook {course.db} cannot be written: {_reason(error)}. {who} has no new score. Close what holds it "
        "(formgrader, another grader) or make room, and run the command again: it goes on where it stopped."
    )


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
