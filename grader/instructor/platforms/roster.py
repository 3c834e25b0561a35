"""A roster: who is in a class, from the sheet that a platform exports or from one of one's own.

The id by which a student is graded is one kind of name for the whole class: the first of these that
the sheet has. A column of ids, or the name with which one logs in (Canvas: SIS Login ID, Moodle:
Username); the university's number (Canvas: SIS User ID, Moodle: ID number); the e-mail address, and
of it what stands before the @ where that is nobody else's; Canvas's own number; the name. Moodle's
number of a participant is none: it is another one in the next assignment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.instructor.classroom import plain_name, problem_of_name
from grader.instructor.courses import CourseError
from grader.instructor.platforms.downloads.arrival import Person
from grader.instructor.platforms.sheets.layout import Layout
from grader.instructor.platforms.sheets.sheet import Sheet, read_sheet

KINDS = {
    "login": "login",
    "university_id": "number of the university",
    "email": "e-mail address",
    "number": "number",
    "name": "name",
}
LISTED = 10  # problems that are named


@dataclass(frozen=True)
class RosterRow:
    """A student of a class; what a roster does not say is "".

    id: by which the student is graded; last_name, first_name: where the roster has one column for
    both, they are parted at the comma, or else before the last word; person: by whom downloads and
    sheets are matched.
    """

    id: str
    last_name: str = ""
    first_name: str = ""
    person: Person = field(default_factory=Person)
    section: str = ""
    group: str = ""


def read_roster(path: Path) -> list[RosterRow]:
    """Return the students of a roster. Raises CourseError, which names the lines to mend."""
    return roster_in(read_sheet(path))


def roster_in(sheet: Sheet) -> list[RosterRow]:
    """Return the students of a sheet. Raises CourseError, which names the lines to mend."""
    layout, path = sheet.layout, sheet.table.path
    if not layout.people:
        raise CourseError(f"{path} names no student: it has a header and no rows. Export it again.")
    kind, ids = _ids(layout)
    problems = _problems(sheet, kind, ids)
    if problems:
        more = f"\nand {len(problems) - LISTED} more." if len(problems) > LISTED else ""
        raise CourseError(
            f"{path} cannot be used as a roster, in which each student has one {KINDS[kind]}:\n"
            + "\n".join(problems[:LISTED])
            + f"{more}\nMend these lines in the platform or in the file, and run it again."
        )
    return [_row(layout, row, student) for row, student in ids.items()]


def _ids(layout: Layout) -> tuple[str, dict[int, str]]:
    """Return which kind of name the ids are, and them by the row."""
    kinds = [kind for kind in KINDS if kind != "number" or layout.platform != "moodle"]
    for kind in kinds:
        ids = {row: plain_name(getattr(person, kind)) for row, person in layout.people.items()}
        if any(ids.values()):
            return kind, _without_host(ids) if kind == "email" else ids
    return "name", dict.fromkeys(layout.people, "")


def _without_host(addresses: dict[int, str]) -> dict[int, str]:
    """Return what stands before the @, or the whole addresses where that is not one's own."""
    names = {row: address.partition("@")[0] for row, address in addresses.items()}
    return names if len(set(names.values())) == len(names) else addresses


def _problems(sheet: Sheet, kind: str, ids: Mapping[int, str]) -> list[str]:
    """Return what is wrong with the ids, line by line."""
    table = sheet.table
    rows: dict[str, list[int]] = {}
    for row, student in ids.items():
        rows.setdefault(student, []).append(row)
    problems = [f"line {table.line(row)}: it has no {KINDS[kind]}" for row in rows.pop("", [])]
    for student, places in rows.items():
        problem = _problem_of_id(student)
        if problem:
            line = table.line(places[0])
            problems.append(f"line {line}: {student[:40]!r} can be no student's id: {problem}")
        if len(places) > 1:
            lines = " and ".join(str(table.line(row)) for row in places)
            problems.append(f"lines {lines}: they have one {KINDS[kind]}, {student}")
    return problems


def _problem_of_id(student: str) -> str:
    """Return why an id, which names a folder, is none, or ""."""
    if "/" in student or "\\" in student:
        return "its name holds a slash, which parts folders"
    return problem_of_name(student)


def _row(layout: Layout, row: int, student: str) -> RosterRow:
    person = layout.people[row]
    last, first = layout.names.get(row) or _parted(person.name)
    section = layout.sections.get(row, "")
    return RosterRow(student, last, first, person, section, layout.groups.get(row, ""))


def _parted(name: str) -> tuple[str, str]:
    """Return the last and the first name in a name."""
    if "," in name:
        last, _, first = name.partition(",")
        return last.strip(), first.strip()
    first, _, last = name.rpartition(" ")
    return last, first
