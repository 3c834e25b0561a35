"""When a submission was handed in: timestamp.txt, a file from outside."""

from __future__ import annotations

import os
import re
import stat
import warnings
from datetime import datetime
from pathlib import Path

MOST = 100  # characters
ZONE = re.compile(
    r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*|[+-]?[0-9]{1,5}"
)  # nbgrader would read any file that stands here


class Garbage(ValueError):
    """A timestamp that says nothing; the text is for the instructor."""


def submitted_at(path: Path) -> datetime | None:
    """Return what timestamp.txt says, in UTC as the gradebook holds it; None where there is no file, or an empty one.

    Links are not followed, and no more is read than a time takes. Raises Garbage.
    """
    try:
        text = _text(path)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no text in UTF-8"
        raise Garbage(f"{path.name} cannot be read: {reason}. {NEXT}") from None
    return parse(text, path.name) if text else None


NEXT = "Expected a line such as 2026-01-31 23:59:00 UTC. Mend or remove the file and grade again"


def _text(path: Path) -> str:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Garbage(f"{path.name} is not a file. {NEXT}")
        return file.read(4 * MOST + 1).decode("utf-8").strip()


def parse(text: str, name: str = "the timestamp") -> datetime:
    """Return a time as nbgrader.utils.parse_utc does, but only one that is whole: what lacks a day would be one of today's."""
    said = f"{name} says {text[:40]!r}, which is no time. {NEXT}"
    if len(text) > MOST:
        raise Garbage(said)
    try:
        one, other = (
            _utc(text, datetime(year, month, month)) for year, month in ((2000, 1), (2003, 2))
        )
    except (ValueError, OverflowError, TypeError, ArithmeticError, LookupError):
        raise Garbage(said) from None
    if one != other:
        raise Garbage(said)
    return one


def _utc(text: str, default: datetime) -> datetime:
    """Return the time in UTC, without saying so. A third word is a zone's name or, as for nbgrader, its offset in seconds."""
    from dateutil.parser import parse as parse_date  # type: ignore[import-untyped]
    from dateutil.tz import gettz  # type: ignore[import-untyped]

    parts = text.split(" ")
    zones = {}
    if len(parts) == 3:
        text, zone = " ".join([*parts[:2], "TZ"]), parts[2]
        if not ZONE.fullmatch(zone):
            raise ValueError(zone)
        zones = {"TZ": int(zone) if zone.lstrip("+-").isdigit() else gettz(zone)}
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # of zones that dateutil does not know: it takes the time for UTC
        time: datetime = parse_date(text, default=default, tzinfos=zones)
    offset = time.utcoffset()
    return time if offset is None else (time - offset).replace(tzinfo=None)
