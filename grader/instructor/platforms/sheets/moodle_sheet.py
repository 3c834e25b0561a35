"""Moodle: the grading worksheet of an assignment (“Offline grading worksheet”).

Source: moodle/moodle, mod/assign/gradingtable.php, commit 1494620, for its columns, and
mod/assign/feedback/offline/importgradeslib.php, commit 452e36f, importgradesform.php, commit
003699d, for what it takes back. The columns are Identifier ("Participant 1234"), Full name and
other fields of users (not where submissions are anonymous), Status, Grade, Maximum grade (or Scale
and its words), Grade can be changed, Last modified (submission), Last modified (grade), Feedback
comments, and a few between them. Their headers are in the language of whoever exports, and the
import wants them in the language of whoever imports: so columns are found by what stands in them.
The import leaves out, without a word: a grade above the maximum or below 0, one that is locked, and
one that was changed in Moodle after the export, unless “Allow updating records that have been
modified more recently in Moodle than in the spreadsheet” is on. So the column of that time stays as
it was. A comment is taken as HTML (feedback/comments/locallib.php, set_editor_text, commit
0497556). A number may have a decimal point in every language (lib/moodlelib.php, unformat_float,
commit 001247f).
"""

from __future__ import annotations

import re

from grader.instructor.courses import CourseError
from grader.instructor.platforms.downloads.arrival import Person
from grader.instructor.platforms.sheets.csv_table import CsvTable
from grader.instructor.platforms.sheets.layout import GradeColumn, Layout, check_widths, number_of
from grader.instructor.platforms.sheets.people_columns import fields_of

IDENTIFIER = re.compile(r"(?P<word>[^\d@.]*[^\d\s@._-]\s?)(?P<number>[0-9]+)")
TIME = re.compile("-|.*[0-9]{4}.*", re.DOTALL)  # of the last change: none, or a date
COMMENTS = "Feedback comments"
CHANGEABLE = "Grade can be changed"
HANDED_IN = "Last modified (submission)"
SCALE = "Scale"
LOCKED = "Moodle has locked the grade"


def is_moodle(table: CsvTable, header: int) -> bool:
    """Tell whether a sheet is Moodle's worksheet, in any language."""
    titles = table.values(header)
    if titles[0] == "Identifier" and "Grade" in titles:
        return True
    rows = range(header + 1, len(table.starts))
    words = {match["word"] if match else "" for match in _identifiers(table, rows)}
    if len(words) != 1 or "" in words:
        return False
    limit = _limit_column(table, header)
    # Behind the maximum grade come whether it can be changed, and two times.
    return limit is not None and any(
        all(TIME.fullmatch(table.value(row, place)) for row in rows if not table.is_empty(row))
        for place in range(limit + 1, len(titles))
    )


def _identifiers(table: CsvTable, rows: range) -> list[re.Match[str] | None]:
    return [IDENTIFIER.fullmatch(table.value(row, 0)) for row in rows if not table.is_empty(row)]


def layout_of(table: CsvTable, header: int) -> Layout:
    """Return where in Moodle's sheet the people are, and the points. Raises CourseError."""
    titles = table.values(header)
    rows = [row for row in range(header + 1, len(table.starts)) if not table.is_empty(row)]
    check_widths(table, header, rows)
    place = _limit_column(table, header)
    if place is None:
        words = "uses a scale of words" if SCALE in titles else "has no column of the maximum grade"
        raise CourseError(
            f"{table.path} {words}, so no points can be written into it. Set the assignment's "
            "grade to points in Moodle, and download the grading worksheet again."
        )
    limit = number_of(table.value(rows[0], place)) if rows else None
    column = GradeColumn(place - 1, titles[place - 1], limit)
    people = _people(table, rows, titles[: place - 1])
    locked = _locked(table, rows, titles)
    comments = _comments_column(table, rows, titles, place)
    handed_in = _handed_in(table, rows, titles, place)
    return Layout(
        "moodle", people, (column,), comments, locked, handed_in=handed_in, are_limits_kept=True
    )


def _limit_column(table: CsvTable, header: int) -> int | None:
    """Return the column of the maximum grade.

    It holds one number in all rows, and the column before it holds numbers or nothing.
    """
    rows = [row for row in range(header + 1, len(table.starts)) if not table.is_empty(row)]
    titles = table.values(header)
    if not rows and "Maximum grade" in titles:
        return titles.index("Maximum grade")
    for place in range(len(titles) - 1, 1, -1):
        limits = {table.value(row, place) for row in rows}
        is_one = len(limits) == 1 and (number_of(next(iter(limits))) or 0) > 0
        if is_one and all(_is_grade(table.value(row, place - 1)) for row in rows):
            return place
    return None


def _is_grade(text: str) -> bool:
    return not text.strip() or number_of(text) is not None


def _people(table: CsvTable, rows: list[int], titles: list[str]) -> dict[int, Person]:
    """Return who is in the rows. titles: of the columns before the grade."""
    fields = fields_of(titles)
    name = fields.get("name", 1 if len(titles) > 2 else None)
    people = {}
    for row in rows:
        values = [value.strip() for value in table.values(row)]
        match = IDENTIFIER.fullmatch(values[0])
        address = next((value for value in values[1 : len(titles)] if "@" in value), "")
        people[row] = Person(
            name="" if name is None else values[name],
            number=match["number"] if match else values[0],
            login=values[fields["login"]] if "login" in fields else "",
            email=address,
            university_id=values[fields["university_id"]] if "university_id" in fields else "",
        )
    return people


def _locked(table: CsvTable, rows: list[int], titles: list[str]) -> dict[int, str]:
    if CHANGEABLE not in titles:
        return {}
    place = titles.index(CHANGEABLE)
    return {row: LOCKED for row in rows if table.value(row, place) == "No"}


def _handed_in(table: CsvTable, rows: list[int], titles: list[str], limit: int) -> dict[int, str]:
    """Return when each handed in, in Moodle's words: by its header, or the first times."""
    places = range(limit + 1, len(titles))
    if HANDED_IN in titles:
        places = range(titles.index(HANDED_IN), len(titles))
    for place in places:
        cells = {row: table.value(row, place).strip() for row in rows}
        if all(TIME.fullmatch(cell) for cell in cells.values()):
            return {row: cell for row, cell in cells.items() if cell != "-"}
    return {}


def _comments_column(table: CsvTable, rows: list[int], titles: list[str], limit: int) -> int | None:
    """Return the column of feedback: by its header, or the last one that does not hold times."""
    if COMMENTS in titles:
        return titles.index(COMMENTS)
    last = len(titles) - 1
    holds_times = all(TIME.fullmatch(table.value(row, last)) for row in rows)
    return last if last > limit + 2 and not holds_times else None
