"""What downloads say of the files that were collected: by that, grades and feedback go back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

from grader.instructor.classroom import Classroom
from grader.instructor.courses import CourseError
from grader.notebook.whole_file import write_atomically


class Entry(TypedDict):
    """What a download says of the version of a student's that counts.

    platform: whose download; entry: the file's path in it; name, number, login, email: what it says
    of the person; timestamp: when it was handed in, "" where that is not known; attempt: a later
    one of the same platform is greater.
    """

    platform: str
    entry: str
    name: str
    number: str
    login: str
    email: str
    timestamp: str
    attempt: int


def collected(classroom: Classroom, assignment: str) -> dict[str, Entry]:
    """Return what is known of an assignment's files, by student. Raises CourseError."""
    path = _path(classroom, assignment)
    try:
        entries: dict[str, Entry] = json.loads(path.read_text(encoding="utf-8"))
        if all(entry.keys() == Entry.__annotations__.keys() for entry in entries.values()):
            return entries
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError):
        pass
    raise CourseError(
        f"{path} is not as `grader collect` writes it. Bring it back from a copy; or remove it, "
        f"and collect {assignment} again."
    )


def write_collected(classroom: Classroom, assignment: str, entries: Mapping[str, Entry]) -> None:
    """Write what is known of an assignment's files, by student. Raises OSError."""
    content = json.dumps(dict(sorted(entries.items())), indent=1, ensure_ascii=False)
    write_atomically(_path(classroom, assignment), f"{content}\n")


def _path(classroom: Classroom, assignment: str) -> Path:
    return classroom.collected / f"{assignment}.json"
