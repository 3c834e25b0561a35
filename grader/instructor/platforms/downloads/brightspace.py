"""Brightspace (D2L): “Download” of an assignment's submissions.

Source: no code is public; the names are those that public tools take apart, as
cschellenberger/brightspace-assessment-rename ("123456-789012 - John Smith - Nov 26, 2025 933 PM"):
a folder
NUMBER-NUMBER - NAME - MONTH DAY, YEAR HOURMINUTE AM|PM for each submission, the time without its
colon, with the student's own files in it; an index.html, which Brightspace writes for itself; in
older versions no folders, and OWN after another " - ". The first number is taken for the person's.
Where the platform speaks another language its time is not read, and the file is placed without it.
The time is that of the platform's zone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo

from grader.instructor.platforms.downloads.arrival import Arrival, Person, in_utc
from grader.instructor.platforms.downloads.entries import Entry
from grader.instructor.platforms.downloads.scheme import Placement, Scheme
from grader.instructor.sealed.moment import MONTHS

PREFIX = r"(?P<number>[0-9]+)-[0-9]+ - (?P<name>.+?) - (?P<time>[^-/]*[0-9]{4}[^-/]*?)"
FOLDER = re.compile(PREFIX, re.DOTALL)
FILE = re.compile(PREFIX + " - (?P<own>.+)", re.DOTALL)
TIME = re.compile(
    r"(?P<month>[A-Za-z]{3})[a-z]* (?P<day>\d{1,2}), (?P<year>\d{4}) "
    r"(?P<hour>\d{1,2}):?(?P<minute>\d{2})[ \u202f](?P<half>[AP])M",
    re.ASCII,
)


def place(entries: Sequence[Entry], zone: tzinfo | None) -> Placement:
    """Return whose files these are by Brightspace's names."""
    placement = Placement()
    for entry in entries:
        match = _match_of(entry)
        if match:
            placement.arrivals.append(_arrival(entry, match, zone))
        elif entry.name == "index.html":
            placement.own.add(entry.path)
    return placement


def _match_of(entry: Entry) -> re.Match[str] | None:
    for folder in entry.parts[:-1]:
        match = FOLDER.fullmatch(folder)
        if match:
            return match
    return FILE.fullmatch(entry.name)


def _arrival(entry: Entry, match: re.Match[str], zone: tzinfo | None) -> Arrival:
    own = match.groupdict().get("own") or entry.name
    person = Person(name=match["name"], number=match["number"])
    time = _time_of(match["time"], zone)
    return Arrival("brightspace", entry.path, own, (person,), entry.read, time)


def _time_of(text: str, zone: tzinfo | None) -> datetime | None:
    """Return the time in a name, or None where it is written in another way."""
    match = TIME.fullmatch(text.strip())
    if not match or match["month"].lower() not in MONTHS:
        return None
    month = MONTHS.index(match["month"].lower()) + 1
    hour = int(match["hour"]) % 12 + (12 if match["half"] == "P" else 0)
    try:
        time = datetime(int(match["year"]), month, int(match["day"]), hour, int(match["minute"]))
        return in_utc(time, zone)
    except (ValueError, OverflowError):
        return None


SCHEME = Scheme(
    "brightspace",
    "Brightspace",
    "12345-67890 - Ada Lovelace - Jan 31, 2026 1159 PM/affine.ipynb",
    place,
)
