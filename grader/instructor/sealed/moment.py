"""A time as nbgrader and learning platforms write it, read with certainty or not at all.

dateutil's own parser guesses: it takes the month first, an unknown zone for UTC, and of
"11:59:00 PM" the PM for a zone. Here a line is read whole, by a form that has one meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december", "sept", *MONTHS),
)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY_NAMES = (
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    *("tues", "weds", "thur", "thurs", *WEEKDAYS),
)
UTC_NAMES = ("UTC", "GMT", "Z")
# What the zones of the tz database write today, where it is one offset for all who write it.
_HOURS = """
WET 0, WEST 1, BST 1, CET 1, CEST 2, MET 1, MEST 2, EET 2, EEST 3, MSK 3, WAT 1, CAT 2, SAST 2,
EAT 3, PKT 5, WIB 7, WITA 8, WIT 9, HKT 8, KST 9, JST 9, AWST 8, ACST 9.5, ACDT 10.5, AEST 10,
AEDT 11, NZST 12, NZDT 13, NST -3.5, NDT -2.5, AST -4, ADT -3, EST -5, EDT -4, MST -7, MDT -6,
PDT -7, AKST -9, AKDT -8, HST -10, HDT -9
"""
HOURS = {name: float(hours) for name, hours in map(str.split, _HOURS.split(","))}
AMBIGUOUS = {
    "CST": "North America, China or Cuba",
    "CDT": "North America or Cuba",
    "PST": "North America or the Philippines",
    "IST": "India, Ireland or Israel",
    "GST": "the Gulf or Guam",
    "SST": "Samoa or Singapore",
}
ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")
# Names that are found as files, and mean another thing on each machine, or count leap seconds.
NO_ZONES = re.compile(r"right/.*|posix/.*|localtime|posixrules|Factory", re.IGNORECASE)
OFFSET = re.compile(r"([+-])(\d\d)(?::?(\d\d))?", re.ASCII)
FROM_UTC = re.compile(r"(?:UTC|GMT)([+-])(\d\d?)(?::?(\d\d))?", re.ASCII | re.IGNORECASE)
HOURS_LIMIT = 14  # of a zone from UTC
YEARS = range(1990, 2200)  # in which a notebook may have been handed in

_WEEKDAY = r"(?:(?P<weekday>[a-z]{3,9})\.?,? )?"
_NAME = r"(?P<name>[a-z]{3,9})\.?"
_DAY = r"(?P<day>\d\d?)(?:st|nd|rd|th|\.)?"
_YEAR = r"(?P<year>\d{4})"
_TIME = (
    r"(?P<hour>\d\d?)(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?)?"
    r"(?: ?(?P<half>[ap])\.?m\.?(?![a-z]))?"
)
_ZONE = r"(?: ?(?P<zone>\S+))?"
_DATES = (
    rf"{_YEAR}(?P<mark>[-/.])(?P<month>\d\d?)(?P=mark)(?P<day>\d\d?)",
    rf"(?P<first>\d\d?)(?P<mark>[-/.])(?P<other>\d\d?)(?P=mark){_YEAR}",
    rf"{_DAY}[ -]{_NAME},?[ -]{_YEAR}",
    rf"{_NAME} {_DAY},? {_YEAR}",
)
_PATTERNS = (
    *(rf"{_WEEKDAY}{day}(?:,? | at |, at |t){_TIME}{_ZONE}" for day in _DATES),
    rf"{_WEEKDAY}{_NAME} {_DAY} {_TIME}(?: (?P<zone>\S+))? {_YEAR}",  # of C and of `date`
)
FORMS = [re.compile(pattern, re.ASCII | re.IGNORECASE) for pattern in _PATTERNS]


class Unclear(Exception):
    """A text that is no time, or may be more than one.

    The text goes on after "which": "is no time".
    """


def moment(text: str) -> datetime:
    """Return the time that a text says, in UTC and without a zone; no zone at all is UTC.

    What nbgrader writes is read as by nbgrader.utils.parse_utc. There are three exceptions, in
    which that reads another time than is written: zones that it does not know, offsets without a
    colon (the +0100 of a third word is a hundred seconds there), and AM or PM in a third word.
    Raises Unclear.
    """
    line = " ".join(text.split())
    match = next(filter(None, (form.fullmatch(line) for form in FORMS)), None)
    if match is None:
        raise Unclear("is no time")
    parts = match.groupdict()
    try:
        local = datetime.combine(_day(parts), _time(parts))
        return local - _offset(parts["zone"] or "UTC", local)
    except (ValueError, OverflowError):
        raise Unclear("is no time") from None


def _day(parts: dict[str, Any]) -> date:
    """Return the day of a form's parts. Raises ValueError and Unclear."""
    days = list(dict.fromkeys(_days(parts)))
    if parts["weekday"]:
        days = _on_weekday(days, parts["weekday"].lower())
    if len(days) == 2:
        readings = " or ".join(f"{day.day} {_month_name(day)} {day.year}" for day in days)
        raise Unclear(f"may be {readings}")
    if not days:
        raise ValueError
    return days[0]


def _month_name(day: date) -> str:
    return MONTH_NAMES[day.month - 1].capitalize()


def _days(parts: dict[str, Any]) -> Iterator[date]:
    """Yield the days that a form's parts may mean; there are two where the month may be first."""
    year = int(parts["year"])
    if year not in YEARS:
        raise Unclear(f"is of the year {year}")
    if "first" not in parts:
        month = int(parts["month"]) if "month" in parts else _month(parts["name"].lower())
        yield date(year, month, int(parts["day"]))
        return
    first, other = int(parts["first"]), int(parts["other"])
    for day, month in ((first, other), (other, first)):
        if month <= 12:
            yield date(year, month, day)


def _month(name: str) -> int:
    """Return the number of a month by its English name. Raises ValueError."""
    if name not in MONTH_NAMES:
        raise ValueError
    return MONTHS.index(name[:3]) + 1


def _on_weekday(days: list[date], name: str) -> list[date]:
    """Return those of some days that fall on a weekday. Raises ValueError and Unclear."""
    if name not in WEEKDAY_NAMES:
        raise ValueError
    number = WEEKDAYS.index(name[:3])
    fitting = [day for day in days if day.weekday() == number]
    if days and not fitting:
        raise Unclear("names another weekday than its date has")
    return fitting


def _time(parts: dict[str, Any]) -> time:
    """Return the time of day of a form's parts. Raises ValueError."""
    hour = int(parts["hour"])
    if parts["half"]:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + (12 if parts["half"].lower() == "p" else 0)
    elif parts["minute"] is None:
        raise ValueError
    microseconds = (parts["fraction"] or "0")[:6].ljust(6, "0")  # cut, as nbgrader's parser does
    return time(hour, int(parts["minute"] or 0), int(parts["second"] or 0), int(microseconds))


def _offset(zone: str, local: datetime) -> timedelta:
    """Return how far a zone is from UTC at a time of its own. Raises Unclear and ValueError."""
    number = OFFSET.fullmatch(zone) or FROM_UTC.fullmatch(zone)
    if number:
        return _numeric_offset(*number.groups())
    name = zone.upper()
    if name in UTC_NAMES:
        return timedelta()
    if name in AMBIGUOUS:
        raise Unclear(f"has the zone {name}, which may be that of {AMBIGUOUS[name]}")
    by_name = _named_offset(zone, local)
    if name not in HOURS:
        if by_name is None:
            raise Unclear(f"has a zone that is not known: {zone[:40]!r}")
        return by_name
    offset = timedelta(hours=HOURS[name])
    if by_name not in (None, offset):  # nbgrader reads CET in July as Brussels' summer time
        raise Unclear(f"has the zone {name} at a time of the year when clocks there show another")
    return offset


def _numeric_offset(sign: str, hours: str, minutes: str | None) -> timedelta:
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if int(minutes or 0) > 59 or offset > timedelta(hours=HOURS_LIMIT):
        raise Unclear(f"has a zone that is not known: '{sign}{hours}{minutes or ''}'")
    return offset if sign == "+" else -offset


def _named_offset(zone: str, local: datetime) -> timedelta | None:
    """Return the offset of a zone such as Europe/Berlin, or None for a name that is not known.

    Raises Unclear for an hour that comes twice, or not at all, when clocks are set.
    """
    # Imported here, since most submissions of a class come without a timestamp.
    from dateutil import tz  # noqa: PLC0415

    # nbgrader would open any file whose path stands here.
    if not ZONE.fullmatch(zone) or NO_ZONES.fullmatch(zone):
        return None
    rules: Any = tz.gettz(zone)
    if not isinstance(rules, tz.tzfile):  # this machine's own zone, or a rule that is spelt out
        return None
    if tz.datetime_ambiguous(local, rules):
        raise Unclear(f"comes twice in {zone}, since clocks are set back")
    if not tz.datetime_exists(local, rules):
        raise Unclear(f"does not exist in {zone}, since clocks are set forward")
    offset: timedelta = local.replace(tzinfo=rules).utcoffset() or timedelta()
    return offset
