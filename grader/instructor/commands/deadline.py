"""`grader deadline`: when assignments are due, extensions, and late days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from grader.instructor.classroom import Classroom
from grader.instructor.courses import CourseError
from grader.instructor.records.arrivals.versions import FORMAT
from grader.instructor.records.lateness import late_days
from grader.instructor.records.lateness.deadlines import deadlines_of, extend, set_due
from grader.instructor.records.people import Roster
from grader.instructor.records.standings import in_days
from grader.instructor.sandbox.protocol import text
from grader.instructor.sealed.timestamp import UnreadableFile, parse

UNITS = {"minute": 60, "hour": 3600, "day": 86400, "week": 7 * 86400}
SPAN = re.compile(r"(\d+(?:\.\d+)?) ?(minute|hour|day|week)s?", re.ASCII)
NEXT = "Points off for being late are counted anew by: grader grade"


@dataclass(frozen=True)
class Request:
    """What was typed: "" and None for what was not."""

    assignment: str
    time: str
    students: tuple[str, ...]
    extension: str
    late_days: int | None


def deadline(classroom: Classroom, request: Request) -> Iterator[str]:
    """Do what is wanted, and yield how things stand then. Raises CourseError."""
    _check(request)
    if request.late_days is not None:
        yield from _late_days(classroom, request.late_days)
        return
    if request.time:
        due = None if request.time == "none" else _time(request.time)
        set_due(classroom, request.assignment, due)
        yield NEXT
    if request.extension:
        _check_students(classroom, request.students)
        span = _span(request.extension)
        extend(classroom, request.assignment, dict.fromkeys(request.students, span))
        yield NEXT
    names = [request.assignment] if request.assignment else list(classroom.course.by_assignment)
    for name in names:
        try:
            yield from _standing(classroom, name)
        except CourseError:
            if request.assignment:
                raise
            yield f"{name}: not released"


def _check(request: Request) -> None:
    """Raise CourseError where what was typed does not belong together."""
    if bool(request.students) != bool(request.extension):
        raise CourseError(
            'An extension needs both: --student NAME and --extend "2 days". Nothing was changed.'
        )
    if request.time and request.extension:
        raise CourseError(
            "A due date is everybody's, and an extension is a student's: set one after the other. "
            "Nothing was changed."
        )
    if request.extension and not request.assignment:
        raise CourseError("Say which assignment is extended. Nothing was changed.")
    if request.late_days is not None and (request.assignment or request.extension):
        raise CourseError(
            "--late-days is for the whole course: give it alone. Nothing was changed."
        )


def _check_students(classroom: Classroom, students: tuple[str, ...]) -> None:
    """Raise CourseError for a name that is not on the roster, where there is one."""
    roster = Roster.of(classroom)
    others = [text(name) for name in students if name not in roster.by_id]
    if roster.rows and others:
        raise CourseError(
            f"Not on the roster: {', '.join(others)}. Look in {classroom.roster}. "
            "Nothing was changed."
        )


def _time(words: str) -> datetime:
    try:
        return parse(words, "TIME")
    except UnreadableFile as error:
        sentence = str(error).split(". ")[0]
        raise CourseError(
            f"{sentence}. Expected a time such as 2026-12-01 23:59 Europe/Berlin, or none. "
            "Nothing was changed."
        ) from None


def _span(words: str) -> timedelta:
    """Return a length of time. Raises CourseError."""
    match = SPAN.fullmatch(words.strip())
    if match:
        return timedelta(seconds=float(match[1]) * UNITS[match[2]])
    if words.strip() == "0":
        return timedelta()
    raise CourseError(
        f'--extend says "{text(words)}". Expected a span such as 90 minutes, 36 hours, 2 days or '
        "1 week, or 0. Nothing was changed."
    )


def _standing(classroom: Classroom, assignment: str) -> Iterator[str]:
    """Yield when an assignment is due, and for whom later."""
    deadlines = deadlines_of(classroom, assignment)
    due = deadlines.due.strftime(FORMAT) if deadlines.due else "no due date: nothing is late"
    yield f"{assignment}: {f'due {due}' if deadlines.due else due}"
    for student, extension in sorted(deadlines.extensions.items()):
        yield f"  {text(student)}: {in_days(extension.total_seconds())} more"


def _late_days(classroom: Classroom, budget: int) -> Iterator[str]:
    """Spend late days; yield who used them."""
    used_count = 0
    for spent in late_days.spend(classroom, budget):
        used_count += 1
        days = "day" if spent.days == 1 else "days"
        short = f", {spent.short} more would be needed" if spent.short else ""
        yield (
            f"{text(spent.student)}: {spent.days} late {days} for {spent.assignment}, "
            f"{spent.left} left{short}"
        )
    yield f"{used_count} uses of late days; each student has {budget}. {NEXT}"
