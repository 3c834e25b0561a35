"""`grader export`: grades as CSV, long or wide, or in a learning platform's own sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.instructor.classroom import Classroom
from grader.instructor.courses import CourseError
from grader.instructor.records.exports import grades_csv
from grader.instructor.records.exports.wide import export_wide
from grader.judge.course import Notebook

Say = Callable[[str], None]


@dataclass(frozen=True)
class Order:
    """What is exported.

    notebooks: of which assignments, all where none is named; to: the file, None for the usual one;
    like: the sheet to fill; column: its column, "" where that is to be seen.
    """

    classroom: Classroom
    notebooks: list[Notebook]
    to: Path | None
    bom: bool
    wide: bool
    like: Path | None
    column: str


def export(order: Order, say: Say) -> int:
    """Write the file; return how many rows a person has to look at. Raises CourseError."""
    if order.like and order.wide:
        raise CourseError(
            "--wide and --like are two kinds of table: give one. Nothing was written."
        )
    if order.like:
        raise CourseError("not yet")
    classroom = order.classroom
    if order.wide:
        to = order.to or classroom.folder / "grades-wide.csv"
        export_wide(classroom, order.notebooks or classroom.course.notebooks, to, order.bom)
    else:
        to = order.to or classroom.grades
        names = [notebook.assignment for notebook in order.notebooks]
        grades_csv.export(classroom, to, order.bom, names)
    say(f"wrote {to}")
    return 0
