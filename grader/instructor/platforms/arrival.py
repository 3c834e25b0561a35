"""What a learning platform's download holds: whose file, when, and its bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Person:
    """What a platform says of a student; each is "" where it does not.

    number: the platform's own number of the person (Canvas: the user's id) or of the person in
    this assignment (Moodle: the participant's); login: the name with which the person logs in, or
    the number of the university.
    """

    name: str = ""
    number: str = ""
    login: str = ""
    email: str = ""


@dataclass(frozen=True)
class Arrival:
    """One file that was handed in.

    platform: the scheme by which it was read: "canvas"; entry: its path in the download, by which
    feedback goes back; name: the file's own name; people: who handed it in, several where it is a
    group's; time: when, in UTC, None where the download does not say it; is_late: whether the
    platform marks it late, None where it does not say that either; attempt: a later one is greater;
    read: returns its bytes.
    """

    platform: str
    entry: str
    name: str
    people: tuple[Person, ...]
    read: Callable[[], bytes]
    time: datetime | None = None
    is_late: bool | None = None
    attempt: int = 0
