"""`grader export`: grades as CSV, long or wide, or in a learning platform's own sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.instructor.classroom import Classroom
from grader.instructor.courses import CourseError
from grader.instructor.platforms.sheets.layout import GradeColumn
from grader.instructor.platforms.sheets.sheet import Sheet, read_sheet
from grader.instructor.records.exports import grades_csv
from grader.instructor.records.exports.feedback_files import write_feedback
from grader.instructor.records.exports.filled import Result, filled
from grader.instructor.records.exports.pseudonyms import Pseudonyms
from grader.instructor.records.exports.wide import export_wide
from grader.instructor.sandbox.protocol import text
from grader.judge.course import Notebook

Say = Callable[[str], None]


@dataclass(frozen=True)
class Order:
    """What is exported.

    notebooks: of which assignments, all where none is named; to: the file, None for the usual one;
    like: the sheet to fill; column: its column, "" where that is to be seen; pseudonyms: whether
    they stand in place of names.
    """

    classroom: Classroom
    notebooks: list[Notebook]
    to: Path | None
    bom: bool
    wide: bool
    like: Path | None
    column: str
    pseudonyms: bool = False


def export(order: Order, say: Say) -> int:
    """Write the file; return how many rows a person has to look at. Raises CourseError."""
    if order.like and (order.wide or order.bom or order.pseudonyms):
        raise CourseError(
            "--like fills a sheet as it is: give it without --wide, --bom and --pseudonyms. "
            "Nothing was written."
        )
    if order.like:
        return _export_like(order, order.like, say)
    if order.column:
        raise CourseError("--column is one of a sheet: name the sheet with --like.")
    classroom = order.classroom
    pseudonyms = Pseudonyms.of(classroom) if order.pseudonyms else None
    to = order.to or classroom.folder / _usual_name(order)
    if order.wide:
        notebooks = order.notebooks or classroom.course.notebooks
        export_wide(classroom, notebooks, to, order.bom, pseudonyms)
    else:
        names = [notebook.assignment for notebook in order.notebooks]
        grades_csv.export(classroom, to, order.bom, names, pseudonyms)
    say(f"wrote {to}")
    return 0


def _usual_name(order: Order) -> str:
    """Return the name of a table where none is named."""
    if order.wide:
        return "grades-wide-pseudonyms.csv" if order.pseudonyms else "grades-wide.csv"
    return "grades-pseudonyms.csv" if order.pseudonyms else order.classroom.grades.name


def _export_like(order: Order, like: Path, say: Say) -> int:
    """Fill a sheet; return how many things a person has to look at."""
    sheet = read_sheet(like)
    columns = _columns(order, sheet)
    result = filled(order.classroom, sheet, columns)
    if not result.rows:
        raise CourseError(_of_another_course(order, like, result))
    for note in (*sheet.notes, *result.notes):
        say(text(note))
    for look in result.looks:
        say(f"look: {text(look)}")
    to = order.to or order.classroom.folder / f"filled-{like.name}"
    if to.resolve() == like.resolve():
        raise CourseError(f"{to} is the sheet itself. Name another place with --to.")
    grades_csv.write_file(to, result.content)
    names = ", ".join(column.name for column in columns.values())
    say(f"wrote {to}: {result.written} grades in {names}")
    for message in _feedback(order, sheet, columns, result, to):
        say(message)
    return len(result.looks)


def _of_another_course(order: Order, like: Path, result: Result) -> str:
    """Return that nobody of a sheet is known, with the first reasons."""
    reasons = "\n".join(f"  {text(look)}" for look in result.looks[:3])
    return (
        f"Nobody in {like} is a student of {order.classroom.folder}, so it may be the sheet of "
        f"another course. Nothing was written.\n{reasons}\n"
        "If it is the right one, import a roster of the same platform first: grader roster FILE"
    )


def _columns(order: Order, sheet: Sheet) -> dict[str, GradeColumn]:
    """Return the column of each assignment. Raises CourseError where that is not certain."""
    names = [notebook.assignment for notebook in order.notebooks]
    if order.column or sheet.layout.platform == "moodle":
        if len(names) != 1:
            raise CourseError(
                f"{order.like} takes the points of one assignment: say which, as in "
                f"grader export {order.classroom.course.notebooks[0].assignment} --like FILE"
            )
        return {names[0]: sheet.column(order.column) if order.column else sheet.layout.columns[0]}
    if names:
        return {name: sheet.column(name) for name in names}
    columns = {}
    for name in order.classroom.course.by_assignment:
        try:
            columns[name] = sheet.column(name)
        except CourseError:
            continue
    if not columns:
        listed = ", ".join(column.name for column in sheet.layout.columns) or "none"
        raise CourseError(
            f"No column of {order.like} has the name of an assignment. Say which one takes the "
            f"points of which assignment: grader export ASSIGNMENT --like FILE --column NAME. "
            f"There are: {listed}."
        )
    return columns


def _feedback(
    order: Order, sheet: Sheet, columns: dict[str, GradeColumn], result: Result, to: Path
) -> Iterator[str]:
    """Write the feedback that goes with a sheet; yield what was done."""
    for assignment in columns:
        notebook = order.classroom.course.by_assignment[assignment]
        path = to.with_name(f"{to.stem}-{assignment}-feedback.zip")
        message = write_feedback(order.classroom, notebook, sheet, result.rows, path)
        if message:
            yield message
