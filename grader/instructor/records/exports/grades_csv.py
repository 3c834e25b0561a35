"""All grades as CSV: the columns of nbgrader's own export, section, group and remarks."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, TableClause, select

from grader.instructor.classroom import Classroom
from grader.instructor.courses import CourseError
from grader.instructor.records.exports.pseudonyms import Pseudonyms
from grader.instructor.records.gradebook import reading
from grader.instructor.records.late_penalty import LatePenalty
from grader.instructor.records.people import Roster
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
    "section",
    "group",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
    "remarks",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with these a spreadsheet begins to compute


def export(
    classroom: Classroom,
    to: Path,
    bom: bool = False,
    assignments: Collection[str] = (),
    pseudonyms: Pseudonyms | None = None,
) -> None:
    """Write grades as CSV, sorted by assignment and student; the file is whole or not there.

    bom: begin with a byte order mark, by which a spreadsheet program knows that it is UTF-8;
    assignments: these alone, or all that the gradebook has; pseudonyms: what stands in place of
    names, in an order that says nothing of them. Raises CourseError when the gradebook or the
    roster cannot be read, or the file cannot be written.
    """
    with reading(classroom) as (db, tables):
        rows = list(_rows(classroom, db, tables, assignments))
        if pseudonyms:
            rows = [pseudonyms.row(row) for row in rows]
            rows.sort(key=lambda row: (row["assignment"], row["student_id"]))
        write_table(to, COLUMNS, (list(row.values()) for row in rows), bom)


def write_table(
    to: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]], bom: bool = False
) -> None:
    """Write a table as CSV; the file is whole or not there. Raises CourseError."""
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns)
    table.writerows(map(_cell, row) for row in rows)
    write_file(to, text.getvalue().encode("utf-8-sig" if bom else "utf-8"))


def write_file(to: Path, content: bytes) -> None:
    """Write a file that goes out. Raises CourseError where it cannot be written."""
    try:
        if not to.parent.is_dir():
            raise NotADirectoryError(0, "there is no such folder")
        write_atomically(to, content)
    except OSError as error:
        raise CourseError(
            f"{to} cannot be written: {error.strerror}. Name another place with --to."
        ) from None


def _rows(
    classroom: Classroom,
    db: Connection,
    tables: dict[str, TableClause],
    assignments: Collection[str],
) -> Iterator[dict[str, Any]]:
    """Yield a row for every student in every assignment; who has not handed in has 0 points."""
    of = tables["assignment"].c
    people = people_of(db, tables)
    roster = Roster.of(classroom)
    penalty = LatePenalty(classroom)
    for assignment, due in sorted(db.execute(select(of.name, of.duedate))):
        if assignments and assignment not in assignments:
            continue
        standings = {one.student: one for one in standings_of(db, tables, assignment)}
        worth = worth_of(db, tables, assignment)
        for name, *names in people:
            standing = standings.get(name)
            notes = _notes(classroom, assignment, name, standing, penalty)
            row = _row(standing or Standing(name, due=due, max_points=worth), names, roster)
            yield {"assignment": assignment, **row, "remarks": "; ".join(notes)}


def people_of(db: Connection, tables: dict[str, TableClause]) -> list[Any]:
    """Return id, last name, first name and email of everybody, sorted by id."""
    student = tables["student"].c
    query = select(student.id, student.last_name, student.first_name, student.email)
    return sorted(db.execute(query), key=lambda row: str(row[0]))


def _notes(
    classroom: Classroom,
    assignment: str,
    student: str,
    standing: Standing | None,
    penalty: LatePenalty,
) -> Iterator[str]:
    """Yield what makes a row's points other than the grader's, and what is to be looked at."""
    is_here = classroom.is_handed_in(student, assignment)
    if standing is None or not standing.is_graded:
        yield "not graded yet" if is_here else "not handed in"
    if standing is None:
        return
    yield from standing.notes
    if standing.is_graded and not is_here:
        yield NOT_HANDED_IN
    stale = penalty.problem_of(standing)
    if stale:
        yield stale
    if standing.wait:
        yield standing.wait
    if standing.looks:
        yield f"to look at: {', '.join(standing.looks)}"


def _row(standing: Standing, names: list[str | None], roster: Roster) -> dict[str, Any]:
    """Return a row's values in the order of COLUMNS, but for the first and the last one."""
    last_name, first_name, email = names
    return {
        "duedate": standing.due,
        "timestamp": standing.handed_in,
        "student_id": standing.student,
        "last_name": last_name,
        "first_name": first_name,
        "email": email,
        "section": roster.section(standing.student),
        "group": roster.group(standing.student),
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
