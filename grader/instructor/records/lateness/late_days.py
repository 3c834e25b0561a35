"""Late days: each student has some in the whole course, and late work uses them up.

nbgrader knows extensions alone, so a late day that is used is one: it counts in formgrader and
wherever else lateness is counted.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from grader.instructor.classroom import Classroom
from grader.instructor.courses import CourseError
from grader.instructor.records import gradebook
from grader.instructor.records.lateness.deadlines import deadlines_of, extend
from grader.instructor.records.standings import DAY, Standing
from grader.notebook.whole_file import write_atomically

Used = dict[str, dict[str, int]]  # days, by assignment and student


@dataclass(frozen=True)
class Spent:
    """The late days of one submission.

    left: what the student has after it; short: how many more it would need to be on time.
    """

    student: str
    assignment: str
    days: int
    left: int
    short: int


def spend(classroom: Classroom, budget: int) -> Iterator[Spent]:
    """Let late work use up late days, in the order of the due dates; yield what was used.

    An extension that was granted by hand goes first. It may be done again: what an earlier run has
    used is counted anew. Raises CourseError where the gradebook cannot be read or written.
    """
    before = _used(classroom)
    after: Used = {}
    left: dict[str, int] = {}
    for assignment in _in_order(classroom):
        own = before.get(assignment, {})
        extensions = {}
        used: dict[str, int] = {}
        for standing in gradebook.standings(classroom, assignment):
            student = standing.student
            by_hand = _by_hand(standing, own.get(student, 0))
            needed = _days_late(standing, by_hand)
            days = min(needed, left.get(student, budget))
            left[student] = left.get(student, budget) - days
            if days:
                used[student] = days
                yield Spent(student, assignment, days, left[student], needed - days)
            extension = by_hand + timedelta(days=days)
            if extension != (standing.extension or timedelta()):
                extensions[student] = extension
        after[assignment] = used
        extend(classroom, assignment, extensions)
        write_atomically(classroom.late_days, json.dumps(before | after, indent=1))


def _in_order(classroom: Classroom) -> list[str]:
    """Return the released assignments that have a due date, the first due first."""
    dues = {}
    for assignment in classroom.course.by_assignment:
        try:
            due = deadlines_of(classroom, assignment).due
        except CourseError:
            continue
        if due is not None:
            dues[assignment] = due
    return sorted(dues, key=lambda assignment: dues[assignment])


def _by_hand(standing: Standing, days: int) -> timedelta:
    """Return what of an extension is not late days that an earlier run has used."""
    extension = standing.extension or timedelta()
    spent = timedelta(days=days)
    return extension - spent if extension >= spent else extension


def _days_late(standing: Standing, extension: timedelta) -> int:
    """Return how many days more it would take for a submission to be on time."""
    if standing.handed_in is None or standing.due is None:
        return 0
    seconds = (standing.handed_in - standing.due - extension).total_seconds()
    return max(0, math.ceil(seconds / DAY))


def _used(classroom: Classroom) -> Used:
    """Return what an earlier run has used. Raises CourseError where that cannot be read."""
    path = classroom.late_days
    try:
        used: Used = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise CourseError(
            f"{path} cannot be read, so which extensions are late days is not known. Bring it back "
            "from a copy, or remove it: then all extensions count as granted by hand. Nothing was "
            "changed."
        ) from None
    return used
