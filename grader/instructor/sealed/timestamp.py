"""When a submission was handed in: timestamp.txt, a file from outside."""

from __future__ import annotations

import os
import re
import stat
import warnings
from datetime import datetime
from pathlib import Path

LENGTH_LIMIT = 100  # characters
# A zone's name or offset. nbgrader would open any file whose path stands here.
ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*|[+-]?[0-9]{1,5}")
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
    except UnicodeDecodeError:
        raise UnreadableFile(f"{path.name} cannot be read: no text in UTF-8. {NEXT}") from None
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be read: {error.strerror}. {NEXT}") from None
    return parse(text, path.name) if text else None


def _text(path: Path) -> str:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise UnreadableFile(f"{path.name} is not a file. {NEXT}")
        return file.read(4 * LENGTH_LIMIT + 1).decode("utf-8").strip()


def parse(text: str, name: str = "the timestamp") -> datetime:
    """Return a time in UTC as nbgrader.utils.parse_utc does, and reject incomplete dates.

    nbgrader's parser would fill in what is missing from today's date. Raises UnreadableFile.
    """
    message = f"{name} says {text[:40]!r}, which is no time. {NEXT}"
    if len(text) > LENGTH_LIMIT:
        raise UnreadableFile(message)
    try:
        time = _utc(text, default=datetime(2000, 1, 1))
        same_time = _utc(text, default=datetime(2003, 2, 2))
    except (ValueError, OverflowError, TypeError, ArithmeticError, LookupError):
        raise UnreadableFile(message) from None
    if time != same_time:
        raise UnreadableFile(message)
    return time


def _utc(text: str, default: datetime) -> datetime:
    """Return the time in UTC, without a zone; what is missing comes from the default.

    A third word is a zone's name or, as for nbgrader, its offset in seconds.
    """
    # Imported here, since most submissions of a class come without a timestamp.
    from dateutil.parser import parse as parse_date  # noqa: PLC0415
    from dateutil.tz import gettz  # noqa: PLC0415

    words = text.split(" ")
    zones = {}
    if len(words) == 3:
        zone = words[2]
        if not ZONE.fullmatch(zone):
            raise ValueError(zone)
        is_offset = zone.lstrip("+-").isdigit()
        zones["TZ"] = int(zone) if is_offset else gettz(zone)
        text = " ".join([*words[:2], "TZ"])
    with warnings.catch_warnings():
        # dateutil warns of zones that it does not know, and takes the time for UTC.
        warnings.simplefilter("ignore")
        time: datetime = parse_date(text, default=default, tzinfos=zones)
    offset = time.utcoffset()
    if offset is None:
        return time
    return (time - offset).replace(tzinfo=None)
