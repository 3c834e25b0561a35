"""A CSV file that no platform is known to write: a header that says who, and columns of points."""

from __future__ import annotations

from grader.instructor.courses import CourseError
from grader.instructor.platforms.sheets.csv_table import CsvTable
from grader.instructor.platforms.sheets.layout import GradeColumn, Layout, check_widths
from grader.instructor.platforms.sheets.people_columns import fields_of, person_of

IDENTIFYING = ("id", "login", "university_id", "number", "email", "name", "last_name")


def layout_of(table: CsvTable, header: int) -> Layout:
    """Return where the people are, and what else there is. Raises CourseError.

    The id that stands in a column of its own is a person's login.
    """
    titles = table.values(header)
    fields = fields_of(titles)
    if not any(field in fields for field in IDENTIFYING):
        raise CourseError(
            f"{table.path} has no column that says who somebody is: its header is "
            f"{', '.join(titles[:8])}. Expected is a column such as student_id, username, email or "
            "name. Name the file that the platform exports."
        )
    rows = [row for row in range(header + 1, len(table.starts)) if not table.is_empty(row)]
    check_widths(table, header, rows)
    columns = [
        GradeColumn(index, title)
        for index, title in enumerate(titles)
        if index not in fields.values()
    ]
    login = fields.get("id", fields.get("login"))
    of_person = fields if login is None else fields | {"login": login}
    values = {row: table.values(row) for row in rows}
    return Layout(
        "plain",
        {row: person_of(cells, of_person) for row, cells in values.items()},
        tuple(columns),
        sections=_cells(values, fields.get("section")),
        groups=_cells(values, fields.get("group")),
        names=_names(values, fields),
    )


def _names(values: dict[int, list[str]], fields: dict[str, int]) -> dict[int, tuple[str, str]]:
    """Return last and first names, where each has a column."""
    if "last_name" not in fields:
        return {}
    firsts = _cells(values, fields.get("first_name"))
    lasts = _cells(values, fields["last_name"])
    return {row: (last, firsts.get(row, "")) for row, last in lasts.items()}


def _cells(values: dict[int, list[str]], place: int | None) -> dict[int, str]:
    if place is None:
        return {}
    return {row: cells[place].strip() for row, cells in values.items()}
