"""Canvas: the gradebook that “Export” gives and “Import” takes.

Source: instructure/canvas-lms, lib/gradebook_exporter.rb (csv_data), commit 0140a2e, and
lib/gradebook_importer.rb, commit 00b222d. The header is Student (or LastName, FirstName), ID,
[SIS User ID], SIS Login ID, [Integration ID], [Root Account], Section, the teacher's own columns,
one TITLE (ID) for each assignment, and totals, whose cell in the row of points possible is
“(read only)”. A row “Manual Posting” may stand before that of the points possible, and the test
student at the end. EX is excused, N/A is not assigned to the student. The importer finds a student
by ID, then by SIS User ID, by SIS Login ID, and last by name; it takes a comma or a point in
numbers, and rewrites no grade that stays the same to two digits. Headers are not translated.
"""

from __future__ import annotations

import re

from grader.instructor.platforms.downloads.arrival import Person
from grader.instructor.platforms.sheets.csv_table import CsvTable
from grader.instructor.platforms.sheets.layout import GradeColumn, Layout, check_widths, number_of

ASSIGNMENT = re.compile(r"(?P<title>.*)\s\((?P<id>[0-9]+)\)", re.DOTALL)
TOTAL = re.compile("(?:Current|Final|Override) (?:Score|Points|Grade|Status)")
POINTS_POSSIBLE = "Points Possible"
READ_ONLY = re.compile(r"read\s+only")
POSTING = re.compile(r"\s*(?:Muted|Manual Posting.*)?\s*", re.IGNORECASE | re.DOTALL)
TEST_STUDENTS = ("Student, Test", "Test Student")
KEPT = {"EX": "Canvas has excused the student (EX)", "N/A": "it is not assigned to the student"}
FIELDS = {
    "Student": "name",
    "LastName": "last_name",
    "FirstName": "first_name",
    "ID": "number",
    "SIS User ID": "university_id",
    "SIS Login ID": "login",
    "Section": "section",
}


def is_canvas(header: list[str]) -> bool:
    """Tell whether a header is one of Canvas's."""
    begins = header[:2] == ["Student", "ID"] or header[:3] == ["LastName", "FirstName", "ID"]
    return begins and "Section" in header[:9]


def layout_of(table: CsvTable, header: int) -> Layout:
    """Return where in Canvas's sheet the people are, and the points. Raises CourseError."""
    titles = table.values(header)
    fields = {FIELDS[title]: titles.index(title) for title in FIELDS if title in titles}
    rows = [row for row in range(header + 1, len(table.starts)) if not table.is_empty(row)]
    check_widths(table, header, rows)
    possible: list[str] = []
    people = {}
    sections = {}
    for row in rows:
        values = table.values(row)
        if POINTS_POSSIBLE in values[0]:
            possible = values
        elif any(values) and all(POSTING.fullmatch(value) for value in values):
            continue
        else:
            person = _person(values, fields)
            if person.name not in TEST_STUDENTS:
                people[row] = person
                sections[row] = values[fields["section"]].strip()
    columns = _columns(titles, possible, fields["section"])
    return Layout("canvas", people, tuple(columns), sections=sections)


def _person(values: list[str], fields: dict[str, int]) -> Person:
    said = {field: values[place].strip() for field, place in fields.items()}
    both = ", ".join(filter(None, (said.get("last_name"), said.get("first_name"))))
    return Person(
        name=said.get("name") or both,
        number=said["number"],
        login=said.get("login", ""),
        university_id=said.get("university_id", ""),
    )


def _columns(titles: list[str], possible: list[str], section: int) -> list[GradeColumn]:
    columns = []
    for index, title in enumerate(titles):
        limit = possible[index] if possible else ""
        is_total = TOTAL.search(title) or READ_ONLY.search(limit)
        if index > section and ASSIGNMENT.fullmatch(title) and not is_total:
            columns.append(GradeColumn(index, title, number_of(limit)))
    return columns
