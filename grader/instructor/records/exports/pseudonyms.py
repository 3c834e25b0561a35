"""Pseudonyms in place of ids, groups and sections: a table that leads back to nobody by itself.

A pseudonym is a digest of the name under the class's secret, so it is the same in every table of a
class, and another one in another class. Who has the secret can make them again from the names.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.instructor.classroom import Classroom
from grader.instructor.sealed.seed import secret_of

DIGITS = 10  # of a pseudonym: two of a class of 1000 are the same once in two million classes
KINDS = {"student_id": "s", "section": "c", "group": "g"}  # columns, and what theirs begin with
# Names, and the second of a hand-in, by which the learning platform can tell whose it is.
LEFT_OUT = ("last_name", "first_name", "email", "timestamp")


@dataclass(frozen=True)
class Pseudonyms:
    """The pseudonyms of a class. secret: of the class."""

    secret: bytes

    @classmethod
    def of(cls, classroom: Classroom) -> Pseudonyms:
        """Return those of a class. Raises CourseError where its secret is damaged."""
        return cls(secret_of(classroom))

    def name(self, kind: str, name: str) -> str:
        """Return the pseudonym of a name, "" for none. kind: a column of KINDS."""
        if not name:
            return ""
        message = f"pseudonym\0{kind}\0{name}".encode()
        digits = hmac.digest(self.secret, message, hashlib.sha256).hex()[:DIGITS]
        return f"{KINDS[kind]}-{digits}"

    def row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row of a table with pseudonyms in it, and without names."""
        changed = dict(row)
        for column in KINDS:
            changed[column] = self.name(column, str(row[column] or ""))
        for column in LEFT_OUT:
            if column in changed:
                changed[column] = ""
        return changed
