"""The people of a class: the roster in roster.csv, and their rows in the gradebook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, TableClause, bindparam, insert, select, update

from grader.instructor.classroom import Classroom, problem_of_name
from grader.instructor.platforms.downloads.arrival import Person
from grader.instructor.platforms.roster import RosterRow, read_roster
from grader.instructor.records import gradebook
from grader.notebook.whole_file import write_atomically

COLUMNS = (
    *("student", "last_name", "first_name", "email"),
    *("number", "login", "university_id", "section", "group"),
)


@dataclass(frozen=True)
class Roster:
    """Who is in a class, sorted by id; nobody where no roster was imported."""

    rows: tuple[RosterRow, ...] = ()

    @classmethod
    def of(cls, classroom: Classroom) -> Roster:
        """Return a class's roster. Raises CourseError where it cannot be read.

        It may be edited by hand: then it is read as any other table of people.
        """
        path = classroom.roster
        if not path.exists():
            return cls()
        rows = _as_written(path)
        rows = read_roster(path) if rows is None else rows
        return cls(tuple(sorted(rows, key=lambda row: row.id)))

    @cached_property
    def by_id(self) -> dict[str, RosterRow]:
        """The students by their ids."""
        return {row.id: row for row in self.rows}

    @cached_property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """The ids of those who hand in together, by the name of their group."""
        groups: dict[str, list[str]] = {}
        for row in self.rows:
            if row.group:
                groups.setdefault(row.group, []).append(row.id)
        return {name: tuple(ids) for name, ids in sorted(groups.items())}

    def mates(self, student: str) -> tuple[str, ...]:
        """Return those who hand in together with a student, the student among them."""
        return self.groups.get(self.group(student), (student,))

    def ids(self, student: str) -> tuple[str, ...]:
        """Return what a student, or who hands in with this student, may type as student_id."""
        ids = [student]
        for name in self.mates(student):
            row = self.by_id.get(name)
            if row:
                person = row.person
                ids += [name, person.login, person.university_id, person.number, person.email]
                ids.append(person.email.partition("@")[0])
        return tuple(dict.fromkeys(filter(None, ids)))

    def section(self, student: str) -> str:
        """Return a student's section, "" for none."""
        row = self.by_id.get(student)
        return row.section if row else ""

    def group(self, student: str) -> str:
        """Return the name of a student's group, "" for none."""
        row = self.by_id.get(student)
        return row.group if row else ""

    def with_rows(self, rows: Iterable[RosterRow]) -> Roster:
        """Return this roster with rows added; what they leave empty stays as it is."""
        all_rows = dict(self.by_id)
        for row in rows:
            all_rows[row.id] = _completed(row, all_rows.get(row.id))
        return Roster(tuple(all_rows[name] for name in sorted(all_rows)))

    def changes(self, after: Roster) -> Iterator[str]:
        """Yield who is new in another roster, and what of whom is another there."""
        for row in after.rows:
            before = self.by_id.get(row.id)
            if before is None:
                yield f"{row.id}: new{_in_words(row)}"
                continue
            pairs = zip(COLUMNS, _values(before), _values(row), strict=True)
            others = [f'{name} "{old}" -> "{new}"' for name, old, new in pairs if old != new]
            if others:
                yield f"{row.id}: {', '.join(others)}"


def _as_written(path: Path) -> list[RosterRow] | None:
    """Return the rows of a roster that is as `grader roster` writes it, None of any other."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *table = csv.reader(file)
    except (OSError, ValueError, csv.Error):
        return None
    ids = [cells[0] for cells in table if cells]
    is_sound = all(len(cells) == len(COLUMNS) for cells in table) and len({*ids}) == len(table)
    if tuple(header) != COLUMNS or not is_sound or any(map(problem_of_name, ids)):
        return None
    return [_row_of(dict(zip(COLUMNS, cells, strict=True)), "") for cells in table]


def known_students(classroom: Classroom) -> list[RosterRow]:
    """Return who is known of a class without a roster: by the gradebook, and by folders.

    Raises CourseError where the gradebook cannot be read.
    """
    with gradebook.reading(classroom) as (db, tables):
        of = tables["student"].c
        query = select(of.id, of.last_name, of.first_name, of.email, of.lms_user_id)
        people = [[value or "" for value in row] for row in db.execute(query)]
    rows = {
        name: RosterRow(name, last, first, Person("", number, "", email))
        for name, last, first, email, number in people
    }
    folders = (path.name for path in classroom.submitted.glob("*") if path.is_dir())
    return [*rows.values(), *(RosterRow(name) for name in folders if name not in rows)]


def _completed(row: RosterRow, before: RosterRow | None) -> RosterRow:
    """Return a row in which what is empty is taken from an earlier one."""
    if before is None:
        return row
    values = [new or old for new, old in zip(_values(row), _values(before), strict=True)]
    return _row_of(dict(zip(COLUMNS, values, strict=True)), row.person.name)


def _values(row: RosterRow) -> list[str]:
    """Return a row's values in the order of COLUMNS."""
    person = row.person
    names = [row.id, row.last_name, row.first_name]
    keys = [person.email, person.number, person.login, person.university_id]
    return [*names, *keys, row.section, row.group]


def _row_of(values: dict[str, str], name: str) -> RosterRow:
    keys = (values[key] for key in ("number", "login", "email", "university_id"))
    person = Person(name, *keys)
    return RosterRow(
        values["student"],
        values["last_name"],
        values["first_name"],
        person,
        values["section"],
        values["group"],
    )


def _in_words(row: RosterRow) -> str:
    name = " ".join(filter(None, (row.first_name, row.last_name)))
    section = f"section {row.section}" if row.section else ""
    group = f"group {row.group}" if row.group else ""
    words = ", ".join(filter(None, (name, section, group)))
    return f" ({words})" if words else ""


def write_roster(classroom: Classroom, roster: Roster) -> None:
    """Write roster.csv, and the students' names and addresses into the gradebook.

    Nobody is removed from the gradebook. Raises CourseError where it cannot be written, and
    OSError.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(_values(row) for row in roster.rows)
    write_atomically(classroom.roster, text.getvalue())
    write_students(classroom, roster)


def write_students(classroom: Classroom, roster: Roster) -> None:
    """Write the roster's students into the gradebook, which is made where there is none.

    Raises CourseError.
    """
    if not roster.rows:
        return
    if classroom.gradebook_file and not classroom.gradebook_file.exists():
        with gradebook.opened(classroom):
            pass
    with gradebook.writing(classroom) as (db, tables):
        _write_rows(db, tables["student"], {row.id: _names(row) for row in roster.rows})


def _write_rows(db: Connection, student: TableClause, rows: dict[str, dict[str, Any]]) -> None:
    """Make the rows of new students, and change those in which something is another."""
    columns = ("first_name", "last_name", "email", "lms_user_id")
    query = select(student.c.id, *(student.c[name] for name in columns))
    known = {row[0]: tuple(row[1:]) for row in db.execute(query)}
    new = [{"id": name, **values} for name, values in rows.items() if name not in known]
    if new:
        db.execute(insert(student), new)
    changed = [
        {"row": name, **values}
        for name, values in rows.items()
        if name in known and known[name] != tuple(values.values())
    ]
    if changed:
        db.execute(update(student).where(student.c.id == bindparam("row")), changed)


def _names(row: RosterRow) -> dict[str, Any]:
    """Return what the gradebook's row of a student holds, beside the id."""
    person = row.person
    return {
        "first_name": row.first_name or None,
        "last_name": row.last_name or None,
        "email": person.email or None,
        "lms_user_id": person.number or None,
    }
