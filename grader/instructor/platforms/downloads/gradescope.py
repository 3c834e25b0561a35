"""Gradescope: “Export Submissions” of an assignment.

Source: no code is public, and Gradescope's documentation does not show the file; the layout is that
which public tools for exports read: a folder assignment_ID_export/ with a
submission_metadata.yml, and one folder submission_ID/ for each submission. The metadata says for
each of them :submitters: (:name:, :sid:, :email:, several for a group) and :created_at:, with its
zone. Assignments of PDF files have ID.pdf in place of the folders.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

import yaml

from grader.instructor.platforms.downloads.arrival import Arrival, Person, Unplaced
from grader.instructor.platforms.downloads.entries import Entry
from grader.instructor.platforms.downloads.scheme import Placement, Scheme
from grader.notebook.cells_of_file import Unreadable

METADATA = "submission_metadata.yml"
# It takes every value for a string, and Ruby's own types for what they are made of.
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[ T](?P<clock>\d\d:\d\d:\d\d(?:\.\d{1,6})?)\d*"
    r" ?(?P<zone>Z|[+-]\d\d:?\d\d|)",
    re.ASCII,
)
UNNAMED = "the metadata does not say whose it is"


def place(entries: Sequence[Entry], zone: tzinfo | None) -> Placement:
    """Return whose files these are by Gradescope's metadata."""
    placement = Placement()
    for metadata in entries:
        if metadata.name == METADATA:
            _place_export(metadata, entries, placement)
    return placement


def _place_export(metadata: Entry, entries: Sequence[Entry], placement: Placement) -> None:
    """Place the files beside a metadata file."""
    try:
        submissions = _submissions(metadata)
    except Unreadable as error:
        placement.others.append(Unplaced(metadata.path, str(error)))
        return
    placement.own.add(metadata.path)
    base = metadata.path.removesuffix(METADATA)
    for entry in entries:
        if not entry.path.startswith(base) or entry.path == metadata.path:
            continue
        submission = submissions.get(entry.path[len(base) :].split("/")[0])
        people = _people(submission)
        if people:
            time = _time_of(_value(submission, ":created_at"))
            arrival = Arrival("gradescope", entry.path, entry.name, people, entry.read, time)
            placement.arrivals.append(arrival)
        else:
            placement.others.append(Unplaced(entry.path, UNNAMED))


def _submissions(metadata: Entry) -> dict[str, Any]:
    """Return what the metadata says, by the names of folders. Raises Unreadable."""
    try:
        submissions = yaml.load(metadata.read(), LOADER)
    except Unreadable:
        raise
    except Exception as error:  # of its grammar, its letters, its depth
        raise Unreadable(f"it is no YAML that Gradescope writes ({type(error).__name__})") from None
    if not isinstance(submissions, dict):
        raise Unreadable("it is no metadata that Gradescope writes: no submissions are in it")
    return {str(name): submission for name, submission in submissions.items()}


def _value(node: Any, key: str) -> Any:
    return node.get(key) if isinstance(node, dict) else None


def _people(submission: Any) -> tuple[Person, ...]:
    submitters = _value(submission, ":submitters")
    people = []
    for submitter in submitters if isinstance(submitters, list) else []:
        texts = [_value(submitter, key) for key in (":name", ":email", ":sid")]
        name, email, number = (text if isinstance(text, str) else "" for text in texts)
        if name or email or number:
            people.append(Person(name=name, email=email, university_id=number))
    return tuple(people)


def _time_of(value: Any) -> datetime | None:
    """Return a time in UTC, which is the zone where none is named; None where it is no time."""
    if isinstance(value, dict):  # of Rails: {utc, zone, time}
        value = value.get("utc")
    match = TIME.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return None
    try:
        time = datetime.fromisoformat(f"{match['day']}T{match['clock']}{match['zone'] or 'Z'}")
        return time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


SCHEME = Scheme(
    "gradescope",
    "Gradescope",
    "assignment_12_export/submission_34/affine.ipynb beside a submission_metadata.yml",
    place,
)
