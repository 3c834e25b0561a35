"""What the gradebook holds on a class: the one source of the points that any command shows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, TableClause, func, select

from grader.instructor.records.keys import Key, read_keys
from grader.instructor.records.late_penalty import seconds_late
from grader.instructor.sealed.basis import Basis, differences
from grader.notebook.intake import TEST

DAY = 24 * 3600
NOT_HANDED_IN = "no longer in submitted/"  # of a row whose folder is gone


@dataclass(frozen=True)
class CellScore:
    """The points of one cell: by the grader, by hand, and extra credit. None where there are none.

    max_score: what it is worth; look: whether a person has to look at it.
    """

    automatic: float | None
    by_hand: float | None
    extra: float | None
    max_score: float
    look: bool

    @property
    def points(self) -> float:
        """What counts, as nbgrader.api.Grade.score says it: points by hand go before ours."""
        score = self.automatic if self.by_hand is None else self.by_hand
        return 0.0 if score is None else score + (self.extra or 0.0)

    @property
    def is_scored(self) -> bool:
        return self.automatic is not None or self.by_hand is not None

    @property
    def is_by_hand(self) -> bool:
        return self.by_hand is not None or bool(self.extra)


@dataclass(frozen=True)
class Standing:
    """What the gradebook holds on one student's assignment.

    handed_in, due: in UTC; extension: added to the due date; penalty: the points taken off for
    being late; max_points: what the assignment is worth; key: what the grade depends on, None where
    another program made it; cells: the scores by the names of cells.
    """

    student: str
    handed_in: datetime | None = None
    due: datetime | None = None
    extension: timedelta | None = None
    penalty: float | None = None
    max_points: float = 0.0
    key: Key | None = None
    cells: dict[str, CellScore] = field(default_factory=dict)

    @property
    def is_graded(self) -> bool:
        """Whether any cell has a score. An extension alone makes a row, too."""
        return any(cell.is_scored for cell in self.cells.values())

    @property
    def raw_points(self) -> float:
        """The points before a late penalty."""
        return sum(cell.points for cell in self.cells.values())

    @property
    def points(self) -> float:
        """The points that count."""
        return max(0.0, self.raw_points - (self.penalty or 0.0))

    @property
    def per_exercise(self) -> dict[str, float]:
        """The points of each exercise."""
        return {name: cell.points for name, cell in self._tests.items()}

    @property
    def automatic(self) -> dict[str, float]:
        """The grader's own points of each exercise."""
        return {name: cell.automatic or 0.0 for name, cell in self._tests.items()}

    @property
    def by_exercise(self) -> dict[str, CellScore]:
        """The cells' scores by the names of their exercises and essays."""
        return {name.removeprefix(TEST): cell for name, cell in self.cells.items()}

    @property
    def _tests(self) -> dict[str, CellScore]:
        """The test cells by the names of their exercises."""
        cells = self.cells.items()
        return {name.removeprefix(TEST): cell for name, cell in cells if name.startswith(TEST)}

    @property
    def looks(self) -> list[str]:
        """The exercises that a person has to look at, as formgrader marks them."""
        waiting = self.waiting
        return [
            name.removeprefix(TEST)
            for name, cell in self.cells.items()
            if cell.look and name not in waiting
        ]

    @property
    def waiting(self) -> list[str]:
        """The cells that wait for points by hand: essays that nobody has graded yet."""
        return [
            name
            for name, cell in self.cells.items()
            if cell.look and not cell.is_scored and not name.startswith(TEST)
        ]

    @property
    def wait(self) -> str:
        """That it waits for points by hand, and in which cells; "" where it does not."""
        return f"waits for points by hand in {', '.join(self.waiting)}" if self.waiting else ""

    @property
    def by_hand(self) -> list[str]:
        """The exercises that have points by hand in place of the grader's, or beside them."""
        return [name for name, cell in self._tests.items() if cell.is_by_hand]

    @property
    def seconds_late(self) -> float:
        """By how many seconds it is late; 0 where it is not, or where that is not known."""
        if self.handed_in is None or self.due is None:
            return 0.0
        return max(0.0, seconds_late(self.handed_in, self.due, self.extension))

    @property
    def notes(self) -> list[str]:
        """What makes the points other than the grader's, in words."""
        return list(self._notes())

    def _notes(self) -> Iterator[str]:
        if self.seconds_late:
            yield f"{in_days(self.seconds_late)} late"
        if self.penalty:
            why = "that" if self.seconds_late else "being late"
            yield f"{self.penalty:g} of {self.raw_points:g} points off for {why}"
        if self.by_hand:
            yield f"points by hand in {', '.join(self.by_hand)}"
        if self.extension:
            yield f"an extension of {in_days(self.extension.total_seconds())}"

    def differences(self, now: Basis) -> Iterator[str]:
        """Yield with what the grade was made that is another one now."""
        yield from differences(self.key["basis"] if self.key else {}, now)

    def with_scores(self, scores: Mapping[str, float]) -> Standing:
        """Return what it would be with other points of the grader's. scores: by exercise.

        An exercise that is not among them counts no longer.
        """
        cells = {name: cell for name, cell in self.cells.items() if not name.startswith(TEST)}
        empty = CellScore(None, None, None, 0.0, False)
        for exercise, score in scores.items():
            cell = self.cells.get(f"{TEST}{exercise}", empty)
            cells[f"{TEST}{exercise}"] = replace(cell, automatic=score)
        return replace(self, cells=cells)

    def __str__(self) -> str:
        notes = f" ({', '.join(self.notes)})" if self.notes else ""
        return f"{self.points:g} points{notes}"


@dataclass(frozen=True)
class PageRecord:
    """What a feedback page shows of the gradebook.

    notebook: the name of the assignment's notebook, "" where the gradebook has several of them;
    comments: by the names of cells, None where there is no comment.
    """

    standing: Standing
    notebook: str
    comments: dict[str, str | None]


def in_days(seconds: float) -> str:
    """Return a time in the unit that suits it."""
    for unit, length in (("day", DAY), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = _three_digits(seconds / length)
            return f"{count} {unit}" if count == "1" else f"{count} {unit}s"
    return f"{seconds:.3g} seconds"


def _three_digits(number: float) -> str:
    return f"{number:.3g}" if number < 100 else f"{number:.0f}"


def standings_of(
    db: Connection,
    tables: dict[str, TableClause],
    assignment: str,
    students: Collection[str] | None = None,
) -> list[Standing]:
    """Return what the gradebook holds on an assignment, sorted by student.

    students: these alone. There is nothing on a student who has no row.
    """
    rows = _submissions(db, tables, assignment, students)
    cells: dict[str, dict[str, CellScore]] = {}
    for student, name, *scores in _grades(db, tables, assignment, students):
        cells.setdefault(student, {})[name] = CellScore(*scores)
    worth = worth_of(db, tables, assignment)
    keys = read_keys(db, assignment, students)
    standings = [
        Standing(
            student,
            handed_in,
            due,
            extension,
            penalty,
            worth,
            keys.get(student),
            cells.get(student, {}),
        )
        for student, handed_in, due, extension, penalty in rows
    ]
    return sorted(standings, key=lambda standing: standing.student)


def graded_students(db: Connection, tables: dict[str, TableClause], assignment: str) -> list[str]:
    """Return the students with a score on an assignment."""
    grade = tables["grade"].c
    is_scored = func.coalesce(grade.auto_score, grade.manual_score).is_not(None)
    student = tables["submitted_assignment"].c.student_id
    query = _of_notebooks(tables, "grade", assignment, None, student).where(is_scored).distinct()
    return list(db.scalars(query))


def comments_of(
    db: Connection, tables: dict[str, TableClause], assignment: str, students: Collection[str]
) -> dict[str, dict[str, str | None]]:
    """Return the comments on these students' cells, by student and cell.

    A comment by hand goes before the grader's, as in nbgrader.api.Comment.comment.
    """
    columns = tables["comment"].c
    query = _of_notebooks(
        tables,
        "comment",
        assignment,
        students,
        tables["submitted_assignment"].c.student_id,
        tables["base_cell"].c.name,
        func.coalesce(columns.manual_comment, columns.auto_comment),
    )
    comments: dict[str, dict[str, str | None]] = {}
    for student, cell, comment in db.execute(query):
        comments.setdefault(student, {})[cell] = comment
    return comments


def _submissions(
    db: Connection,
    tables: dict[str, TableClause],
    assignment: str,
    students: Collection[str] | None,
) -> list[Any]:
    """Return student, time, due date, extension and penalty of each submission."""
    of = tables["assignment"].c
    submission = tables["submitted_assignment"].c
    notebook = tables["submitted_notebook"].c
    query = (
        _of_assignment(
            tables,
            assignment,
            students,
            submission.student_id,
            submission.timestamp,
            of.duedate,
            submission.extension,
            func.sum(notebook.late_submission_penalty),
        )
        .outerjoin(
            tables["submitted_notebook"],
            # both conditions, so that the index is used
            (notebook.assignment_id == submission.id)
            & notebook.notebook_id.in_(_notebooks_of(tables, assignment)),
        )
        .group_by(submission.student_id, submission.timestamp, of.duedate, submission.extension)
    )
    return list(db.execute(query))


def _of_assignment(
    tables: dict[str, TableClause],
    assignment: str,
    students: Collection[str] | None,
    *columns: Any,
) -> Any:
    """Return a query of columns over the submissions of an assignment, by these students."""
    of = tables["assignment"].c
    submission = tables["submitted_assignment"].c
    query = (
        select(*columns)
        .join_from(
            tables["submitted_assignment"], tables["assignment"], submission.assignment_id == of.id
        )
        .where(of.name == assignment)
    )
    return query if students is None else query.where(submission.student_id.in_(students))


def _grades(
    db: Connection,
    tables: dict[str, TableClause],
    assignment: str,
    students: Collection[str] | None,
) -> list[Any]:
    """Return student, cell and scores of each graded cell."""
    grade = tables["grade"].c
    query = _of_notebooks(
        tables,
        "grade",
        assignment,
        students,
        tables["submitted_assignment"].c.student_id,
        tables["base_cell"].c.name,
        grade.auto_score,
        grade.manual_score,
        grade.extra_credit,
        _worth(tables),
        grade.needs_manual_grade,
    )
    return list(db.execute(query))


def _of_notebooks(
    tables: dict[str, TableClause],
    name: str,
    assignment: str,
    students: Collection[str] | None,
    *columns: Any,
) -> Any:
    """Return a query of columns over the grades or the comments in notebooks, by these students.

    name: grade or comment.
    """
    notebook = tables["submitted_notebook"].c
    rows = tables[name].c
    submitted = _of_assignment(tables, assignment, students, notebook.id).join(
        tables["submitted_notebook"],
        (notebook.assignment_id == tables["submitted_assignment"].c.id)
        & notebook.notebook_id.in_(_notebooks_of(tables, assignment)),
    )
    # Both columns of the index of these rows, and then what belongs to each.
    return (
        select(*columns)
        .join_from(tables[name], tables["base_cell"], tables["base_cell"].c.id == rows.cell_id)
        .join(tables["submitted_notebook"], notebook.id == rows.notebook_id)
        .join(
            tables["submitted_assignment"],
            tables["submitted_assignment"].c.id == notebook.assignment_id,
        )
        .where(
            rows.cell_id.in_(_cells_of(tables, assignment)),
            rows.notebook_id.in_(submitted.correlate(None)),
        )
    )


def _notebooks_of(tables: dict[str, TableClause], assignment: str) -> Any:
    """Return a query of the ids of an assignment's notebooks."""
    notebook = tables["notebook"].c
    of = tables["assignment"].c
    return (
        select(notebook.id)
        .join_from(tables["notebook"], tables["assignment"], notebook.assignment_id == of.id)
        .where(of.name == assignment)
        .correlate(None)
    )


def _cells_of(tables: dict[str, TableClause], assignment: str) -> Any:
    """Return a query of the ids of an assignment's cells."""
    cell = tables["base_cell"].c
    of_assignment = cell.notebook_id.in_(_notebooks_of(tables, assignment))
    return select(cell.id).where(of_assignment).correlate(None)


def due_date(db: Connection, tables: dict[str, TableClause], assignment: str) -> datetime | None:
    """Return when an assignment is due, None where that is not set."""
    of = tables["assignment"].c
    due: datetime | None = db.scalar(select(of.duedate).where(of.name == assignment))
    return due


def worth_of(db: Connection, tables: dict[str, TableClause], assignment: str) -> float:
    """Return what an assignment is worth."""
    of = tables["assignment"].c
    notebook = tables["notebook"].c
    cell = tables["base_cell"].c
    query = (
        select(func.sum(_worth(tables)))
        .join_from(tables["assignment"], tables["notebook"], notebook.assignment_id == of.id)
        .join(tables["base_cell"], cell.notebook_id == notebook.id)
        .where(of.name == assignment)
    )
    return float(db.scalar(query) or 0.0)


def _worth(tables: dict[str, TableClause]) -> Any:
    """Return the points of the graded cell of a row, which may be a task."""
    cell = tables["base_cell"].c
    kinds = [tables[name].c for name in ("grade_cells", "task_cells")]
    scores = [select(kind.max_score).where(kind.id == cell.id).scalar_subquery() for kind in kinds]
    return func.coalesce(*scores, 0.0)
