"""All grades as one wide table: a row a student, a column an exercise."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from grader.instructor.classroom import Classroom
from grader.instructor.records.exports.grades_csv import people_of, write_table
from grader.instructor.records.exports.pseudonyms import Pseudonyms
from grader.instructor.records.gradebook import reading
from grader.instructor.records.people import Roster
from grader.instructor.records.standings import Standing, standings_of, worth_of
from grader.judge.course import Notebook
from grader.notebook.intake import TEST

NAMES = ("student_id", "last_name", "first_name", "email", "section", "group")


def export_wide(
    classroom: Classroom,
    notebooks: Collection[Notebook],
    to: Path,
    bom: bool = False,
    pseudonyms: Pseudonyms | None = None,
) -> None:
    """Write a row for each student: the points of each exercise and essay, and their sums.

    What was not handed in has empty cells, and counts 0 in the sums. pseudonyms: what stands in
    place of names. Raises CourseError as grades_csv.export does.
    """
    roster = Roster.of(classroom)
    with reading(classroom) as (db, tables):
        released = [each for each in notebooks if worth_of(db, tables, each.assignment)]
        parts = [
            (notebook, {one.student: one for one in standings_of(db, tables, notebook.assignment)})
            for notebook in released
        ]
        people = people_of(db, tables)
    columns = [*NAMES, *(name for notebook in released for name in _columns(notebook)), "total"]
    rows = [_row(person, parts, roster) for person in people]
    if pseudonyms:
        rows = sorted(_renamed(row, pseudonyms) for row in rows)
    write_table(to, columns, rows, bom)


def _renamed(row: list[Any], pseudonyms: Pseudonyms) -> list[Any]:
    """Return a row with pseudonyms in it."""
    names = pseudonyms.row(dict(zip(NAMES, row)))
    return [*names.values(), *row[len(NAMES) :]]


def _columns(notebook: Notebook) -> Iterator[str]:
    """Yield the names of a notebook's columns."""
    for name in _cells(notebook):
        yield f"{notebook.assignment}: {name.removeprefix(TEST)}"
    yield f"{notebook.assignment}: late penalty"
    yield f"{notebook.assignment}: points"


def _cells(notebook: Notebook) -> list[str]:
    """Return the names of a notebook's graded cells, in their order."""
    return [*(f"{TEST}{name}" for name in notebook.by_name), *notebook.essay_names]


def _row(
    person: Sequence[Any],
    parts: Sequence[tuple[Notebook, dict[str, Standing]]],
    roster: Roster,
) -> list[Any]:
    """Return a student's row. parts: each notebook, and what the gradebook holds by student."""
    student = person[0]
    row = [*person, roster.section(student), roster.group(student)]
    total = 0.0
    for notebook, standings in parts:
        standing = standings.get(student)
        if standing is None or not standing.is_graded:
            row += [None] * (len(_cells(notebook)) + 2)
            continue
        cells = [standing.cells.get(name) for name in _cells(notebook)]
        row += [cell.points if cell else None for cell in cells]
        row += [standing.penalty or 0.0, standing.points]
        total += standing.points
    return [*row, total]
