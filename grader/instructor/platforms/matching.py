"""Which student of a roster a platform means."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

from grader.instructor.platforms.arrival import Person
from grader.instructor.platforms.roster import RosterRow


class Unmatched(ValueError):
    """Nobody, or more than one student, is meant; the text says which."""


class Matcher:
    """Finds the student that a platform's words mean, by what identifies a person best.

    rows: the roster. The platform's number comes first, then the login, the address, and last the
    name; of several students who share one of these, none is meant.
    """

    def __init__(self, rows: Iterable[RosterRow]) -> None:
        self.indexes: dict[str, dict[str, set[str]]] = {
            kind: defaultdict(set) for kind in ("number", "login", "university_id", "email", "name")
        }
        for row in rows:
            for kind, key in _keys_of_row(row):
                self.indexes[kind][key].add(row.id)

    def student(self, person: Person) -> str:
        """Return the id of the student who is meant. Raises Unmatched."""
        for kind, key in _keys_of_person(person):
            students = self.indexes[kind].get(key, set())
            if len(students) == 1:
                return next(iter(students))
            if students:
                several = " and ".join(sorted(students))
                raise Unmatched(f"{words(person)} may be {several}: they share one {kind}")
        raise Unmatched(f"{words(person)} is not on the roster")


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
