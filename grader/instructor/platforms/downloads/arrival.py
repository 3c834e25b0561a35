"""What a learning platform's download holds: whose file, when, and its bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple


@dataclass(frozen=True)
class Person:
    """What a platform says of a student; each is "" where it does not.

    number: the platform's own number of the person (Canvas: the user's id) or of the person in
    this assignment (Moodle: the participant's); login: the name with which the person logs in;
    university_id: the number that the university gives (Canvas: SIS User ID, Moodle: ID number).
    """

    name: str = ""
    number: str = ""
    login: str = ""
    email: str = ""
    university_id: str = ""


@dataclass(frozen=True)
class Arrival:
    """One file that was handed in.

    platform: the scheme by which it was read: "canvas"; entry: its path in the download, by which
    feedback goes back; name: the file's own name; people: who handed it in, several where it is a
    group's; time: when, in UTC, None where the download does not say it; is_late: whether the
    platform marks it late, None where it does not say that either; attempt: a later one is greater;
    via: who sent it on, where it came inside another one's mail; read: returns its bytes, or raises
    Unreadable where they are damaged or too many.
    """

    platform: str
    entry: str
    name: str
    people: tuple[Person, ...]
    read: Callable[[], bytes]
    time: datetime | None = None
    is_late: bool | None = None
    attempt: int = 0
    via: Person | None = None


class Unplaced(NamedTuple):
    """A file of a download of which nobody can be told to have handed it in, and why."""

    entry: str
    reason: str


@dataclass(frozen=True)
class Download:
    """What a download holds.

    platform: the scheme by which its names were read; arrivals: the files that were handed in;
    unplaced: all others, but for what systems and platforms put there for themselves (__MACOSX,
    .DS_Store, Brightspace's index.html); alternatives: the schemes that read as many of its names.
    """

    platform: str
    arrivals: tuple[Arrival, ...]
    unplaced: tuple[Unplaced, ...]
    alternatives: tuple[str, ...] = ()


def in_utc(time: datetime, zone: tzinfo | None) -> datetime:
    """Return a time without a zone in UTC; zone None is that of this machine."""
    return (time.replace(tzinfo=zone) if zone else time).astimezone(UTC)
