"""Which columns of a sheet say who somebody is, by their headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.instructor.platforms.downloads.arrival import Person

# By what a column says: its headers, in small letters and with spaces for _ and - . Those first
# that say it for certain.
HEADERS: dict[str, tuple[str, ...]] = {
    "id": ("student id", "studentid", "nbgrader id", "id", "student"),
    "login": (
        *("sis login id", "login", "login id", "username", "user name", "user id", "userid"),
        *("netid", "net id", "uid", "account", "benutzername", "anmeldename"),
    ),
    "university_id": (
        *("sis user id", "id number", "student number", "university id", "registration number"),
        *("sid", "orgdefinedid", "matriculation number", "matrikelnummer", "matrikel"),
    ),
    "number": ("number", "no", "nr"),
    "last_name": ("last name", "lastname", "surname", "family name", "nachname"),
    "first_name": ("first name", "firstname", "given name", "given names", "vorname"),
    "name": (
        *("full name", "fullname", "student name", "name", "student"),
        *("first name / last name", "first name / surname"),
    ),
    "email": ("email", "email address", "e mail", "e mail address", "mail", "e mail adresse"),
    "section": ("section", "sections", "class", "tutorial"),
    "group": ("group", "groups", "team", "gruppe", "gruppen"),
}


def fields_of(header: Sequence[str]) -> dict[str, int]:
    """Return which column says what of a person, by the keys of HEADERS."""
    plain = [_plain(title) for title in header]
    fields: dict[str, int] = {}
    for field, titles in HEADERS.items():
        places = [plain.index(title) for title in titles if title in plain]
        free = [place for place in places if place not in fields.values()]
        if free:
            fields[field] = free[0]
    return fields


def _plain(title: str) -> str:
    return " ".join(title.casefold().replace("_", " ").replace("-", " ").split())


def person_of(values: Sequence[str], fields: Mapping[str, int]) -> Person:
    """Return the person in a row. values: its cells; fields: as of fields_of."""
    said = {field: values[place].strip() for field, place in fields.items()}
    both = " ".join(filter(None, (said.get("first_name"), said.get("last_name"))))
    return Person(
        name=said.get("name") or both,
        number=said.get("number", ""),
        login=said.get("login", ""),
        email=said.get("email", ""),
        university_id=said.get("university_id", ""),
    )
