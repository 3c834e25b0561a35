"""nbgrader's tables, as far as grading writes them: one method for each table.

A class's results are written by statements on these tables, a batch at once. To import nbgrader
takes two seconds (its server extensions, and a grammar of web addresses), and its own steps take
117 PRAGMAs and 27 commits for each submission.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    DateTime,
    Interval,
    String,
    TableClause,
    bindparam,
    case,
    column,
    func,
    insert,
    inspect,
    select,
    table,
    update,
)

from grader.instructor.author.notebook import NotebookJSON
from grader.instructor.records.keys import Key, write_keys
from grader.instructor.records.late_penalty import seconds_late
from grader.instructor.records.scores import NeedsReview, read
from grader.judge.course import Notebook
from grader.notebook.intake import TEST

KNOWN = "e43177bfe90b"  # the version of nbgrader's database that has these tables and columns
TABLES = {
    "assignment": "id name duedate",
    "notebook": "id name assignment_id",
    "base_cell": "id name notebook_id type",
    "grade_cells": "id max_score",
    "task_cells": "id max_score",
    "student": "id first_name last_name email lms_user_id",
    "submitted_assignment": "id assignment_id student_id timestamp extension",
    "submitted_notebook": "id notebook_id assignment_id flagged late_submission_penalty",
    "grade": "id cell_id notebook_id auto_score manual_score extra_credit needs_manual_grade",
    "comment": "id cell_id notebook_id auto_comment manual_comment",
}
# The types of columns in SQLAlchemy; all other columns hold Python's own types.
TYPES = {"duedate": DateTime, "timestamp": DateTime, "extension": Interval}
# What a new row holds beside its keys, in columns that must not be NULL.
NEW_ROW = {
    "submitted_notebook": {"flagged": False},
    "grade": {"needs_manual_grade": True},
}

Scores = tuple[dict[str, float | None], dict[str, str | None]]  # and comments, by cell
Ids = dict[tuple[str, str], str]  # ids of rows, by the two keys of the row
Penalty = Callable[[str, float, float], float | None]  # see LatePenalty.points_off


@dataclass(frozen=True)
class Graded:
    """One submission's result.

    notebook: the autograded notebook, None where no scores are written; looks: the exercises that a
    person should look at; timestamp: when it was handed in, in UTC; stamp: what its timestamp.txt
    says, which is later where the same file came again; secret: under which nbgrader releases its
    feedback; has_new_scores: whether its scores are written, and not only how late it is; key: what
    the grade depends on; read: the essays that are the same as in the grade before, so that points
    by hand are still those of this text; is_untimed: whether the time that the gradebook has is
    that of another file, and this one has none.
    """

    student: str
    notebook: NotebookJSON | None
    looks: set[str]
    timestamp: datetime | None = None
    stamp: datetime | None = None
    secret: str = ""
    has_new_scores: bool = True
    key: Key | None = None
    read: set[str] = field(default_factory=set)
    is_untimed: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell that the gradebook knows.

    notebook_id, notebook: the id and the name of its notebook; kind: GradeCell, SolutionCell or
    TaskCell; max_score: the points of a grade cell.
    """

    notebook_id: str
    notebook: str
    id: str
    name: str
    kind: str
    max_score: float


def tables_of(db: Connection) -> dict[str, TableClause]:
    """Return nbgrader's tables by name, or none where the database has none yet.

    In a database whose version is not KNOWN, the tables are as nbgrader defines them.
    """
    existing = inspect(db).get_table_names()
    if "assignment" not in existing:
        return {}
    versions = table("alembic_version", column("version_num", String))
    if "alembic_version" not in existing or db.scalar(select(versions)) != KNOWN:
        # Imported here: see the head of this module.
        from nbgrader.api import Base  # noqa: PLC0415

        return {name: Base.metadata.tables[name] for name in TABLES}
    return {name: _table(name) for name in TABLES}


def _table(name: str) -> TableClause:
    names = TABLES[name].split()
    return table(name, *(column(column_name, TYPES.get(column_name)) for column_name in names))


def cells_of(db: Connection, tables: dict[str, TableClause], assignment: str) -> list[Cell]:
    """Return the cells of all notebooks of an assignment."""
    assignments = tables["assignment"].c
    notebook = tables["notebook"].c
    cell = tables["base_cell"].c
    grade_cell = tables["grade_cells"].c
    columns = (notebook.id, notebook.name, cell.id, cell.name, cell.type, grade_cell.max_score)
    query = (
        select(*columns)
        .join_from(
            tables["notebook"], tables["assignment"], notebook.assignment_id == assignments.id
        )
        .outerjoin(tables["base_cell"], cell.notebook_id == notebook.id)
        .outerjoin(tables["grade_cells"], grade_cell.id == cell.id)
        .where(assignments.name == assignment)
    )
    return [Cell(*row) for row in db.execute(query)]


class Batch:
    """The results of some students, written in one transaction: one method for each table.

    db: a connection with a transaction; results: the students' results by student.
    """

    def __init__(
        self,
        db: Connection,
        tables: dict[str, TableClause],
        notebook: Notebook,
        results: dict[str, Graded],
    ) -> None:
        self.db = db
        self.tables = tables
        self.assignment = notebook.assignment
        self.name = notebook.stem
        self.exercises = notebook.by_name
        self.results = results
        self.refused: dict[str, str] = {}
        self.scores: dict[str, Scores] = {}

    def write(self, penalty: Penalty) -> None:
        """Make the rows that are missing and fill in what nbgrader's autograde step does.

        Whose notebook does not fit the gradebook's cells is left out, and put into `refused` with
        the reason. Raises NeedsReview when the gradebook has no such notebook.
        """
        assignment_id, due = self._assignment()
        cells = cells_of(self.db, self.tables, self.assignment)
        own_cells = [cell for cell in cells if cell.notebook == self.name]
        if not own_cells:
            raise NeedsReview(f"the gradebook has no notebook {self.name} any more")
        self._read(own_cells)
        if not self.results:
            return
        self._student()
        submissions = self._submitted_assignment(assignment_id)
        notebooks = self._submitted_notebook(cells, submissions)
        own_notebooks = {
            student: notebooks[own_cells[0].notebook_id, submission]
            for student, submission in submissions.items()
        }
        self._grade_and_comment(cells, own_cells, notebooks, own_notebooks)
        late = self._late(assignment_id, due) if due else {}
        self._penalties(own_cells, own_notebooks, late, penalty)
        keys = {student: graded.key for student, graded in self.results.items() if graded.key}
        if keys:
            write_keys(self.db, self.assignment, keys)

    def _assignment(self) -> tuple[str, datetime | None]:
        """Return the assignment's id and due date.

        Its row is written first, so that no other writer comes between.
        """
        assignment = self.tables["assignment"]
        is_ours = assignment.c.name == self.assignment
        self.db.execute(update(assignment).where(is_ours).values(name=assignment.c.name))
        query = select(assignment.c.id, assignment.c.duedate).where(is_ours)
        row = self.db.execute(query).one()
        return row[0], row[1]

    def _student(self) -> None:
        """Make the rows of students who are new."""
        student = self.tables["student"]
        query = select(student.c.id).where(student.c.id.in_(self.results))
        known = set(self.db.scalars(query))
        missing = [{"id": name} for name in self.results if name not in known]
        if missing:
            self.db.execute(insert(student), missing)

    def _submitted_assignment(self, assignment_id: str) -> dict[str, str]:
        """Write when the students handed in; return the ids of their rows by student.

        A time that the gradebook has stays where a submission has none.
        """
        pairs = product([assignment_id], self.results)
        ids = self._rows("submitted_assignment", "assignment_id", "student_id", pairs)
        submissions = {student: ids[assignment_id, student] for student in self.results}
        changes = []
        for student, row in submissions.items():
            timestamp = self.results[student].timestamp
            if timestamp or self.results[student].is_untimed:
                changes.append({"row": row, "timestamp": timestamp})
        self._update("submitted_assignment", changes)
        return submissions

    def _submitted_notebook(self, cells: list[Cell], submissions: dict[str, str]) -> Ids:
        """Return the ids of the submitted notebooks, by notebook and submission."""
        pairs = product({cell.notebook_id for cell in cells}, submissions.values())
        return self._rows("submitted_notebook", "notebook_id", "assignment_id", pairs)

    def _grade_and_comment(
        self,
        cells: list[Cell],
        own_cells: list[Cell],
        notebooks: Ids,
        own_notebooks: dict[str, str],
    ) -> None:
        """Write scores and comments as nbgrader's SaveAutoGrades does."""
        graded = _pairs(cells, notebooks, "GradeCell", "TaskCell")
        grade_ids = self._rows("grade", "cell_id", "notebook_id", graded)
        answered = _pairs(cells, notebooks, "SolutionCell", "TaskCell")
        comment_ids = self._rows("comment", "cell_id", "notebook_id", answered)
        grade_cells = [cell for cell in own_cells if cell.kind == "GradeCell"]
        solution_cells = [cell for cell in own_cells if cell.kind == "SolutionCell"]
        grades: list[dict[str, Any]] = []
        comments: list[dict[str, Any]] = []
        for student, row in self._with_new_scores(own_notebooks):
            scores, texts = self.scores[student]
            looks = self.results[student].looks
            for cell in grade_cells:
                score = scores[cell.name]
                look = score is None or cell.name.removeprefix(TEST) in looks
                again = cell.name not in self.results[student].read
                grades.append(
                    {
                        "row": grade_ids[cell.id, row],
                        "auto_score": score,
                        "look": look,
                        "again": again,
                    }
                )
            for cell in solution_cells:
                text = texts.get(cell.name)
                comments.append({"row": comment_ids[cell.id, row], "auto_comment": text})
        self._grade(grades)
        self._update("comment", comments)

    def _with_new_scores(self, own_notebooks: dict[str, str]) -> list[tuple[str, str]]:
        """Return the students whose scores are written, and the rows of their notebooks."""
        rows = own_notebooks.items()
        return [(student, row) for student, row in rows if self.results[student].has_new_scores]

    def _read(self, own_cells: list[Cell]) -> None:
        """Read the scores and comments of all autograded notebooks, before any row is written."""
        grade_cells = [cell for cell in own_cells if cell.kind == "GradeCell"]
        max_scores = {cell.name: cell.max_score for cell in grade_cells}
        tests = [name for name in max_scores if name.startswith(TEST)]
        gone = [name for name in tests if name.removeprefix(TEST) not in self.exercises]
        for student, graded in list(self.results.items()):
            if not graded.has_new_scores or graded.notebook is None:
                continue
            try:
                self.scores[student] = read(graded.notebook, max_scores, gone)
            except NeedsReview as error:
                self.refused[student] = str(error)
                del self.results[student]

    def _grade(self, changes: list[dict[str, Any]]) -> None:
        """Write scores. What has a score by hand is to be looked at again, but for an essay that is
        the same as before.
        """
        by_hand = self.tables["grade"].c.manual_score.is_not(None)
        look = case(
            (by_hand, bindparam("again", type_=Boolean)), else_=bindparam("look", type_=Boolean)
        )
        self._update("grade", changes, needs_manual_grade=look)

    def _penalties(
        self,
        cells: list[Cell],
        notebooks: dict[str, str],
        late: dict[str, float],
        penalty: Penalty,
    ) -> None:
        """Write the late penalty of every submitted notebook, or remove an earlier one."""
        points = self._points(cells, [notebooks[student] for student in late])
        penalties = {}
        for student, seconds in late.items():
            row = notebooks[student]
            penalties[row] = penalty(student, points[row], seconds)
        changes = [
            {"row": row, "late_submission_penalty": penalties.get(row)}
            for row in notebooks.values()
        ]
        self._update("submitted_notebook", changes)

    def _late(self, assignment_id: str, due: datetime) -> dict[str, float]:
        """Return by how many seconds each late student is late."""
        columns = self.tables["submitted_assignment"].c
        query = select(columns.student_id, columns.timestamp, columns.extension).where(
            columns.assignment_id == assignment_id,
            columns.student_id.in_(self.results),
            columns.timestamp.is_not(None),
        )
        late = {}
        for student, handed_in, extension in self.db.execute(query):
            seconds = seconds_late(handed_in, due, extension)
            if seconds > 0:
                late[student] = seconds
        return late

    def _points(self, cells: list[Cell], notebooks: list[str]) -> dict[str, float]:
        """Return the points of submitted notebooks, as nbgrader.api.Grade.score counts them.

        Points by hand go before ours, and extra credit is added.
        """
        if not notebooks:
            return {}
        grade = self.tables["grade"].c
        score = func.coalesce(grade.manual_score, grade.auto_score)
        with_extra = score + func.coalesce(grade.extra_credit, 0.0)
        counted = case((score.is_(None), 0.0), else_=with_extra)
        query = (
            select(grade.notebook_id, func.sum(counted))
            # both conditions, so that the index is used
            .where(grade.cell_id.in_([cell.id for cell in cells]), grade.notebook_id.in_(notebooks))
            .group_by(grade.notebook_id)
        )
        return {row[0]: row[1] for row in self.db.execute(query)}

    def _rows(self, name: str, first: str, second: str, pairs: Iterable[tuple[str, str]]) -> Ids:
        """Return the ids of a table's rows by the two columns of its index, in their order.

        Rows that are missing are made.
        """
        rows = self.tables[name]
        wanted = list(pairs)
        first_keys = {key for key, _ in wanted}
        second_keys = {key for _, key in wanted}
        query = select(rows.c[first], rows.c[second], rows.c.id).where(
            rows.c[first].in_(first_keys), rows.c[second].in_(second_keys)
        )
        known = {(row[0], row[1]): row[2] for row in self.db.execute(query)}
        missing = {pair: _new_id() for pair in wanted if pair not in known}
        new_rows = []
        for (first_key, second_key), row_id in missing.items():
            keys = {"id": row_id, first: first_key, second: second_key}
            new_rows.append(keys | NEW_ROW.get(name, {}))
        if new_rows:
            self.db.execute(insert(rows), new_rows)
        return known | missing

    def _update(self, name: str, changes: list[dict[str, Any]], **values: Any) -> None:
        """Update rows of a table. changes: for each row its id, as "row", and its new values."""
        if not changes:
            return
        rows = self.tables[name]
        statement = update(rows).where(rows.c.id == bindparam("row")).values(**values)
        self.db.execute(statement, changes)


def _pairs(cells: list[Cell], notebooks: Ids, *kinds: str) -> list[tuple[str, str]]:
    """Return every cell of these kinds with every submission of its notebook."""
    pairs = []
    for (notebook_id, _), row in notebooks.items():
        for cell in cells:
            if cell.kind in kinds and cell.notebook_id == notebook_id:
                pairs.append((cell.id, row))
    return pairs


def _new_id() -> str:
    """Return an id of 32 digits, as nbgrader's are, but rising.

    Rising ids put new rows side by side in an index, and not all over it.
    """
    return f"{time.time_ns():016x}{secrets.token_hex(8)}"
