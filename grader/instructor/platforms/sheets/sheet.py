"""A sheet of grades that a platform has exported: read, and filled with points.

A filled sheet is the exported one byte by byte, but for the cells of one column of points, and of
the column of feedback. Cells of others stay as they are, even where a spreadsheet program would
take them for a formula.
"""

from __future__ import annotations

import difflib
import html
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.instructor.courses import CourseError
from grader.instructor.platforms.sheets import canvas_sheet, moodle_sheet
from grader.instructor.platforms.sheets.csv_table import WINDOWS, CsvTable, read_table
from grader.instructor.platforms.sheets.layout import GradeColumn, Layout
from grader.instructor.platforms.sheets.plain_sheet import layout_of as plain_layout

DIGITS = 2  # behind the point: what Canvas exports and compares


@dataclass(frozen=True)
class Sheet:
    """A sheet of grades.

    table: its cells; layout: where the people are, and the points; notes: what was guessed to read
    it, in sentences.
    """

    table: CsvTable
    layout: Layout
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> GradeColumn:
        """Return the column of a name; Canvas's number at its end may be left out.

        Raises CourseError where there is none, or more than one.
        """
        columns = self.layout.columns
        exact = [column for column in columns if column.name == name]
        matches = exact or [column for column in columns if _title(column) == name]
        if len(matches) == 1:
            return matches[0]
        names = [column.name for column in columns]
        if matches:
            several = ", ".join(column.name for column in matches)
            raise CourseError(f"{self.table.path} has several columns {name}: {several}. Name one.")
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]!r}?" if near else ""
        listed = ", ".join(names[:20]) or "none"
        raise CourseError(
            f"{self.table.path} has no column {name!r} that takes points. {hint} "
            f"There are: {listed}."
        )


@dataclass(frozen=True)
class Filled:
    """A filled sheet.

    content: its bytes; left: why the points of some rows were not written, by the row's index.
    """

    content: bytes
    left: Mapping[int, str]


def read_sheet(path: Path) -> Sheet:
    """Read a sheet of grades. Raises CourseError where it is none."""
    table = read_table(path)
    header = next((row for row in range(len(table.starts)) if not table.is_empty(row)), None)
    if header is None:
        raise CourseError(f"{path} is empty. Export the sheet again.")
    if canvas_sheet.is_canvas(table.values(header)):
        layout = canvas_sheet.layout_of(table, header)
    elif moodle_sheet.is_moodle(table, header):
        layout = moodle_sheet.layout_of(table, header)
    else:
        layout = plain_layout(table, header)
    return Sheet(table, layout, tuple(_notes(table)))


def _notes(table: CsvTable) -> Iterator[str]:
    if table.encoding in (WINDOWS, "latin-1"):
        yield f"{table.path} is not in UTF-8: it was read as Windows-1252, and is written so."


def _title(column: GradeColumn) -> str:
    match = canvas_sheet.ASSIGNMENT.fullmatch(column.name)
    return match["title"] if match else column.name


def problem_of_total(column: GradeColumn, total: float) -> str:
    """Return what to say where a column's points possible are not ours, or ""."""
    if column.limit is None or math.isclose(column.limit, total, abs_tol=0.005):
        return ""
    return (
        f"The column {column.name!r} has {points_text(column.limit)} points possible, and this "
        f"assignment has {points_text(total)}."
    )


def points_text(points: float) -> str:
    """Return points as they are written: with a point, which all platforms read, and no zeros.

    Raises ValueError for what is no number.
    """
    if not math.isfinite(points):
        raise ValueError(f"{points} are no points")
    text = f"{points:.{DIGITS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def fill(
    sheet: Sheet,
    points: Mapping[GradeColumn, Mapping[int, float | None]],
    comments: Mapping[int, str] | None = None,
) -> Filled:
    """Return a sheet with points, and with a line of feedback where it has a column for that.

    points: by the column and the index of the row; a row without points, or with None, stays as it
    is; comments: by the index of the row. Raises ValueError for a row that is nobody's, and
    CourseError where a comment cannot be written.
    """
    cells: dict[tuple[int, int], str] = {}
    left = {}
    for column, values in points.items():
        for row, value in values.items():
            if row not in sheet.layout.people:
                raise ValueError(f"row {row} of {sheet.table.path} is nobody's")
            if value is None:
                continue
            reason = _reason_to_leave(sheet, column, row, value)
            if reason:
                left[row] = reason
            else:
                cells[row, column.index] = points_text(value)
    place = sheet.layout.comments
    if place is not None:
        for row, comment in (comments or {}).items():
            is_html = sheet.layout.platform == "moodle"
            cells[row, place] = html.escape(comment, quote=False) if is_html else comment
    return Filled(sheet.table.replaced(cells), left)


def _reason_to_leave(sheet: Sheet, column: GradeColumn, row: int, points: float) -> str:
    """Return why points are not written into a row, or ""."""
    layout = sheet.layout
    if layout.platform == "canvas":
        state = sheet.table.value(row, column.index).strip().upper()
        return canvas_sheet.KEPT.get(state, "")
    if row in layout.locked:
        return layout.locked[row]
    if layout.are_limits_kept and column.limit is not None and not 0 <= points <= column.limit:
        return (
            f"{points_text(points)} points are not between 0 and {points_text(column.limit)}: the "
            "platform would leave them out"
        )
    return ""
