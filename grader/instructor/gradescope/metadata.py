"""Who has handed in, by Gradescope's submission_metadata.json.

Source: docs/submission_metadata.md of gradescope/autograder_samples, commit af5dee4. It shows id,
email and name of each user; a sid is read where there is one, since exports of submissions have it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.instructor.platforms.downloads.arrival import Person

FIELDS = {"name": "name", "number": "id", "email": "email", "university_id": "sid"}


def people_of(path: Path) -> tuple[Person, ...]:
    """Return who handed in, several people where it is a group; nobody where that is not known."""
    try:
        users = json.loads(path.read_text(encoding="utf-8"))["users"]
        return tuple(_person(user) for user in users)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return ()


def _person(user: dict[str, Any]) -> Person:
    return Person(**{field: _word(user.get(name)) for field, name in FIELDS.items()})


def _word(value: Any) -> str:
    """Return a text or a number as text, "" for anything else."""
    return str(value).strip() if isinstance(value, str | int) else ""


def ids_of(person: Person) -> Iterator[str]:
    """Yield what a person may have typed as the student's id, the best first."""
    names = (person.email, person.university_id, person.email.partition("@")[0], person.name)
    yield from filter(None, names)


def name_of(person: Person) -> str:
    """Return what a person is called in a sentence."""
    return next(ids_of(person), f"Gradescope's user {person.number}")


def key_of(people: tuple[Person, ...]) -> str:
    """Return what stands for the people in the seed: it is the same at every run."""
    return "\n".join(sorted(person.number or name_of(person) for person in people))
