"""All grades as CSV: the columns of nbgrader's own export, and remarks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, TableClause, select

from grader.instructor.classroom import Classroom
from grader.instructor.courses import CourseError
from grader.instructor.records.gradebook import reading
from grader.instructor.records.lateness.late_penalty import LatePenalty
from grader.instructor.records.standings import NOT_HANDED_IN, Standing, standings_of, worth_of
from grader.notebook.whole_file import write_atomically

COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
    "remarks",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with these a spreadsheet begins to compute


def export(classroom: Classroom, to: Path, bom: bool = False) -> None:
    """Write all grades as CSV, sorted by assignment and student; the file is whole or not there.

    bom: begin with a byte order mark, by which a spreadsheet program knows that it is UTF-8.
    Raises CourseError when the gradebook cannot be read, or the file cannot be written.
    """
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    table.writeheader()
    with reading(classroom) as (db, tables):
        for row in _rows(classroom, db, tables):
            table.writerow({key: _cell(value) for key, value in row.items()})
    try:
        if not to.parent.is_dir():
            raise NotADirectoryError(0, "there is no such folder")
        write_atomically(to, text.getvalue().encode("utf-8-sig" if bom else "utf-8"))
    except OSError as error:
        raise CourseError(
            f"{to} cannot be written: {error.strerror}. Name another place with --to."
        ) from None


def _rows(
    classroom: Classroom, db: Connection, tables: dict[str, TableClause]
) -> Iterator[dict[str, Any]]:
    """Yield a row for every student in every assignment; who has not handed in has 0 points."""
    of = tables["assignment"].c
    student = tables["student"].c
    people = sorted(
        db.execute(select(student.id, student.last_name, student.first_name, student.email))
    )
    penalty = LatePenalty(classroom)
    for assignment, due in sorted(db.execute(select(of.name, of.duedate))):
        standings = {one.student: one for one in standings_of(db, tables, assignment)}
        worth = worth_of(db, tables, assignment)
        for name, *names in people:
            standing = standings.get(name)
            notes = standing.notes if standing else []
            is_here = classroom.is_handed_in(name, assignment)
            if standing and standing.is_graded and not is_here:
                notes.append(NOT_HANDED_IN)
            stale = penalty.problem_of(standing) if standing else ""
            notes += [stale] if stale else []
            if standing and standing.wait:
                notes.append(standing.wait)
            if standing and standing.looks:
                notes.append(f"to look at: {', '.join(standing.looks)}")
            row = _row(standing or Standing(name, due=due, max_points=worth), names)
            yield {"assignment": assignment, **row, "remarks": "; ".join(notes)}


def _row(standing: Standing, names: list[str | None]) -> dict[str, Any]:
    last_name, first_name, email = names
    return {
        "duedate": standing.due,
        "timestamp": standing.handed_in,
        "student_id": standing.student,
        "last_name": last_name,
        "first_name": first_name,
        "email": email,
        "raw_score": float(standing.raw_points),
        "late_submission_penalty": float(standing.penalty or 0.0),
        "score": float(standing.points),
        "max_score": float(standing.max_points),
    }


def _cell(value: Any) -> str:
    """Return what stands in a cell: nothing that a spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
