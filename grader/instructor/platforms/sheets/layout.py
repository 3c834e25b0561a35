"""What a platform's sheet of grades has where."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.instructor.courses import CourseError
from grader.instructor.platforms.downloads.arrival import Person
from grader.instructor.platforms.sheets.csv_table import CsvTable


@dataclass(frozen=True)
class GradeColumn:
    """A column that may take points.

    name: its header; limit: how many points are possible there, None where the sheet does not say.
    """

    index: int
    name: str
    limit: float | None = None


@dataclass(frozen=True)
class Layout:
    """Where in a sheet the people are, and the points.

    platform: "canvas", "moodle" or "plain"; people: by the index of their row, 0 being the header;
    sections, groups, names (last and first): likewise, where the sheet says them; handed_in:
    likewise, when somebody handed in, in the sheet's words; columns: those that may take points;
    comments: the column that takes a line of feedback, None where there is none; locked: rows that
    take no points, with the reason; are_limits_kept: whether the platform leaves out, without a
    word, a grade that is more than possible or less than 0.
    """

    platform: str
    people: Mapping[int, Person]
    columns: tuple[GradeColumn, ...]
    comments: int | None = None
    locked: Mapping[int, str] = field(default_factory=dict)
    sections: Mapping[int, str] = field(default_factory=dict)
    groups: Mapping[int, str] = field(default_factory=dict)
    names: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    handed_in: Mapping[int, str] = field(default_factory=dict)
    are_limits_kept: bool = False


def number_of(text: str) -> float | None:
    """Return a number, which may have a decimal comma; None where it is none."""
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def check_widths(table: CsvTable, header: int, rows: Sequence[int]) -> None:
    """Raise CourseError where a row has not as many cells as the header."""
    width = table.width(header)
    odd = [row for row in rows if table.width(row) != width]
    if not odd:
        return
    named = ", ".join(f"line {table.line(row)} ({table.width(row)} cells)" for row in odd[:3])
    more = f" and {len(odd) - 3} more" if len(odd) > 3 else ""
    raise CourseError(
        f"{table.path} is damaged: its header has {width} cells, and not so {named}{more}. "
        "Export it again, and do not change it by hand."
    )
