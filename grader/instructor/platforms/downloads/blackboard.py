"""Blackboard: “Assignment File Download” of the grade centre.

Source: no code is public; the names are those of nbgrader's documentation of `zip_collect`
(jupyter/nbgrader, nbgrader/docs/source/user_guide/managing_assignment_files_manually.ipynb, commit
207a8e5, whose FileNameCollectorPlugin has no expression of its own), and of kwurst/bb-file-cleanup
(README.md): ASSIGNMENT_LOGIN_attempt_YEAR-MONTH-DAY-HOUR-MINUTE-SECOND_OWN, and beside each attempt
a receipt, a .txt without OWN, whose first line ends with the login in brackets. The assignment and
the login may both hold _ : the receipt tells them apart, and without one the login is what follows
the last _ . The time is that of the platform's zone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo

from grader.instructor.platforms.downloads.arrival import Arrival, Person, Unplaced, in_utc
from grader.instructor.platforms.downloads.entries import Entry
from grader.instructor.platforms.downloads.scheme import Placement, Scheme
from grader.notebook.cells_of_file import Unreadable

NAME = re.compile(
    r"(?P<head>.+?)_attempt_(?P<time>[0-9]{4}(?:-[0-9]{2}){5})(?:_(?P<own>.+)|(?P<receipt>\.txt))",
    re.DOTALL,
)
FIRST_LINE = re.compile(r"[^:\n]*:\s*(?P<name>[^\n]*?)\s*\((?P<login>[^()\n]+)\)\s*(?:\n|\Z)")


def place(entries: Sequence[Entry], zone: tzinfo | None) -> Placement:
    """Return whose files these are by Blackboard's names."""
    placement = Placement()
    matches = [(entry, NAME.fullmatch(entry.name)) for entry in entries]
    ours = [(entry, match) for entry, match in matches if match]
    people = _people(ours)
    with_file = {match["head"] for _, match in ours if match["own"]}
    for entry, match in ours:
        if match["receipt"]:
            placement.own.add(entry.path)
            if match["head"] not in with_file:
                reason = "the receipt of an attempt without a file: a text may stand in it"
                placement.others.append(Unplaced(entry.path, reason))
            continue
        try:
            time = in_utc(datetime.strptime(match["time"], "%Y-%m-%d-%H-%M-%S"), zone)
        except (ValueError, OverflowError):
            placement.others.append(Unplaced(entry.path, f"{match['time']} is no time"))
            continue
        person = people.get(match["head"]) or Person(login=match["head"].rpartition("_")[2])
        arrival = Arrival("blackboard", entry.path, match["own"], (person,), entry.read, time)
        placement.arrivals.append(arrival)
    return placement


def _people(matches: Sequence[tuple[Entry, re.Match[str]]]) -> dict[str, Person]:
    """Return whom the receipts name, by what stands before the attempt in their names."""
    people = {}
    for entry, match in matches:
        if match["receipt"]:
            try:
                text = entry.read().decode("utf-8-sig", "replace")
            except Unreadable:
                continue
            line = FIRST_LINE.match(text)
            if line and match["head"].endswith(f"_{line['login']}"):
                people[match["head"]] = Person(name=line["name"], login=line["login"])
    return people


SCHEME = Scheme(
    "blackboard",
    "Blackboard (or nbgrader's zip_collect)",
    "Lab 1_ada_attempt_2026-01-31-23-59-00_affine.ipynb",
    place,
)
