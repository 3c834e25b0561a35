"""When a submission was handed in: timestamp.txt, a file from outside."""

from __future__ import annotations

import errno
import os
import stat
from datetime import datetime
from pathlib import Path

from grader.instructor import system
from grader.instructor.sealed.moment import Unclear, moment
from grader.notebook.cells_of_file import Unreadable, text_of

LENGTH_LIMIT = 100  # characters
NEXT = "Expected a line such as 2026-01-31 23:59:00 UTC. Mend or remove the file and grade again"


class UnreadableFile(ValueError):
    """A timestamp that cannot be read as a time; the text is for the instructor."""


def submitted_at(path: Path) -> datetime | None:
    """Return the time in timestamp.txt, in UTC as the gradebook holds it.

    None means that there is no file, or an empty one. Links are not followed, and no more is read
    than a time takes. Raises UnreadableFile.
    """
    try:
        text = _text(path)
    except FileNotFoundError:
        return None
    except Unreadable:
        message = f"{path.name} cannot be read: no text in UTF-8 or UTF-16. {NEXT}"
        raise UnreadableFile(message) from None
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be read: {error.strerror}. {NEXT}") from None
    return parse(text, path.name) if text else None


def _text(path: Path) -> str:
    if not system.OPENS_SAFELY and system.is_link(path.lstat()):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    handle = os.open(path, system.OPEN_FLAGS)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise UnreadableFile(f"{path.name} is not a file. {NEXT}")
        content = file.read(4 * (LENGTH_LIMIT + 1))
    text = text_of(content)[0].strip()
    if not text and b"\0" in content:  # a damaged file is not an empty one
        return "\0"
    return text


def parse(text: str, name: str = "the timestamp") -> datetime:
    """Return a time in UTC (sealed/moment.py). Raises UnreadableFile for what is not certain."""
    try:
        if len(text) > LENGTH_LIMIT:
            raise Unclear("is no time")
        return moment(text)
    except Unclear as error:
        raise UnreadableFile(f"{name} says {text[:40]!r}, which {error}. {NEXT}") from None
