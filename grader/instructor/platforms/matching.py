"""Which student of a roster a platform means."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from grader.instructor.platforms.downloads.arrival import Person
from grader.instructor.platforms.roster import RosterRow

FACTS = {
    "number": "number",
    "login": "login",
    "university_id": "number of the university",
    "email": "address",
}


class Unmatched(ValueError):
    """Nobody, or more than one student, is meant; the text says which."""


class Matcher:
    """Finds the student that a platform's words mean, by what identifies a person best.

    rows: the roster. The platform's number comes first, then the login, the address, and last the
    name; of several students who share one of these, none is meant, and neither is one of whom
    the roster says another number, login or address. The name of a group means all of its members.
    """

    def __init__(self, rows: Iterable[RosterRow]) -> None:
        self.groups: dict[str, set[str]] = defaultdict(set)
        self.names: dict[str, set[str]] = defaultdict(set)
        self.facts: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.indexes: dict[str, dict[str, set[str]]] = {
            kind: defaultdict(set) for kind in ("number", "login", "university_id", "email", "name")
        }
        for row in rows:
            if row.group:
                self.groups[compact(row.group)].add(row.id)
            for kind, fact in _facts(row.person):
                if fact != _folded(row.id):
                    self.facts[row.id, kind].add(fact)
            for kind, key in _keys_of_row(row):
                self.indexes[kind][key].add(row.id)
                if kind == "name" and row.last_name:
                    self.names[row.id].add(key)

    def students(self, person: Person) -> list[str]:
        """Return the ids of the students who are meant: one, or those of a group.

        Raises Unmatched.
        """
        group = self.groups.get(compact(person.name)) if person.name else None
        return sorted(group) if group else [self.student(person)]

    def student(self, person: Person) -> str:
        """Return the id of the student who is meant. Raises Unmatched."""
        for kind, key in _keys_of_person(person):
            students = self.indexes[kind].get(key, set())
            if len(students) == 1:
                student = next(iter(students))
                if kind == "number":
                    self._check_name(student, person)
                self._check_facts(student, person)
                return student
            if students:
                several = " and ".join(sorted(students))
                raise Unmatched(f"{words(person)} may be {several}: they share one {kind}")
        raise Unmatched(f"{words(person)} is not on the roster")

    def _check_name(self, student: str, person: Person) -> None:
        """Raise Unmatched where a number is that of somebody with another name.

        Where groups hand in, Moodle and Canvas write a group's number as they write a person's.
        """
        names = self.names.get(student, set())
        if person.name and names and compact(person.name) not in names:
            raise Unmatched(f"{words(person)}: that number is {student}'s, whose name is another")

    def _check_facts(self, student: str, person: Person) -> None:
        """Raise Unmatched where the roster says something else of a student.

        Two people may have one name, and what stands before the @.
        """
        for kind, fact in _facts(person):
            known = self.facts.get((student, kind), set())
            if known and fact not in known:
                its = FACTS[kind]
                raise Unmatched(
                    f"{words(person)} may be {student}, of whom the roster has another {its} "
                    f"({', '.join(sorted(known))})"
                )


def _facts(person: Person) -> Iterator[tuple[str, str]]:
    """Yield what is one person's alone, as (kind, value)."""
    yield from ((kind, fact) for kind in FACTS if (fact := _folded(getattr(person, kind))))


def _keys_of_row(row: RosterRow) -> Iterator[tuple[str, str]]:
    """Yield by what a student is known, as (kind, key)."""
    yield "login", _folded(row.id)
    yield "name", compact(row.id)
    yield from _keys_of_person(row.person)
    yield "name", compact(f"{row.last_name}{row.first_name}")
    yield "name", compact(f"{row.first_name}{row.last_name}")


def _keys_of_person(person: Person) -> Iterator[tuple[str, str]]:
    """Yield by what a person is known, the best first."""
    address = _folded(person.email)
    keys = (
        ("number", person.number),
        ("login", _folded(person.login)),
        ("university_id", _folded(person.university_id)),
        ("email", address),
        ("login", address.partition("@")[0]),
        ("name", compact(person.name)),
    )
    yield from (pair for pair in keys if pair[1])


def rows_for(platform: str, rows: Iterable[RosterRow]) -> Iterator[RosterRow]:
    """Yield a roster's rows as a platform's files are matched with them.

    Moodle's numbers are of one assignment, and the roster's are not.
    """
    for row in rows:
        is_other = platform == "moodle"
        yield replace(row, person=replace(row.person, number="")) if is_other else row


def words(person: Person) -> str:
    """Return what a platform says of a person, for a message."""
    number = f"number {person.number}" if person.number else ""
    parts = [each for each in (person.name, person.login, person.email, number) if each]
    return ", ".join(dict.fromkeys(parts)) or "somebody without a name"


def compact(name: str) -> str:
    """Return a name's letters and digits alone, small and without accents.

    Canvas writes names so in its downloads, and people write accents or leave them out.
    """
    letters = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()
