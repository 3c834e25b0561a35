"""`grader regrade`: what today's course would give, as a table, and then, if asked, written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from grader.instructor.classroom import Grading
from grader.instructor.commands.grade import Say, grade, students_of
from grader.instructor.records import gradebook
from grader.instructor.records.standings import TEST, Standing
from grader.instructor.records.submission import VerdictFile, stored
from grader.instructor.sandbox.protocol import text
from grader.instructor.sealed.basis import differences


@dataclass(frozen=True)
class Change:
    """One student's points by exercise: those that count now, and those of a regrade.

    before: {} where the gradebook has none; why: what of the course was another one.
    """

    student: str
    before: Mapping[str, float]
    after: Mapping[str, float]
    why: tuple[str, ...]

    @property
    def gain(self) -> float:
        return sum(self.after.values()) - sum(self.before.values())

    @property
    def is_one(self) -> bool:
        """Whether there is anything to write."""
        return bool(list(self.exercises) or self.why or not self.before)

    @property
    def exercises(self) -> Iterator[str]:
        """How the points of each exercise change."""
        for name in dict.fromkeys([*self.after, *self.before]):
            before = self.before.get(name, 0.0)
            after = self.after.get(name, 0.0)
            if before != after:
                yield f"{name} {before:g} -> {after:g}"


def regrade(grading: Grading, say: Say, is_wanted: Callable[[bool], bool]) -> int:
    """Grade all submissions again, show what changes, and write it if that is wanted.

    is_wanted: whether to write, asked once the table is shown, with whether anything changes.
    Returns how many a person has to look at. Raises CourseError as `grade` does.
    """
    stage = replace(grading, regrade=True).stage
    shutil.rmtree(stage, ignore_errors=True)
    try:
        look_count = grade(replace(grading, regrade=True), say)
        changes = list(_changes(grading))
        for line in _table(grading.assignment, changes):
            say(line)
        if not is_wanted(any(change.is_one for change in changes)):
            say("Nothing was written. To write it, give --yes.")
            return look_count
        for change in changes:
            place = grading.verdicts(change.student)
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(grading.staged(change.student), place)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return grade(replace(grading, students=tuple(change.student for change in changes)), say)


def _changes(grading: Grading) -> Iterator[Change]:
    """Yield what a regrade changes, student by student."""
    standings = {
        each.student: each for each in gradebook.standings(grading.classroom, grading.assignment)
    }
    for student in students_of(grading):
        now = stored(grading.staged(student))
        if now is None:  # it was said why
            continue
        before = stored(grading.verdicts(student))
        why = differences(before.get("basis", {}), now["basis"]) if before else ()
        yield Change(
            student, _points_before(standings.get(student), before), _points(now), tuple(why)
        )


def _points_before(standing: Standing | None, before: VerdictFile | None) -> dict[str, float]:
    """Return the grader's own points in the gradebook or, without a row, in the verdict file."""
    if standing is None or not standing.is_graded:
        return _points(before) if before else {}
    return {
        name.removeprefix(TEST): cell.automatic or 0.0
        for name, cell in standing.cells.items()
        if name.startswith(TEST)
    }


def _points(verdict: VerdictFile) -> dict[str, float]:
    return {each["exercise"]: each["earned"] for each in verdict["exercises"]}


def _table(assignment: str, changes: list[Change]) -> Iterator[str]:
    """Yield who gains, who loses, and in which exercises."""
    reasons = dict.fromkeys(reason for change in changes for reason in change.why)
    if reasons:
        yield f"{assignment} was graded with {', '.join(reasons)}."
    moved = [change for change in changes if list(change.exercises)]
    moved.sort(key=lambda change: (change.gain, change.student))
    width = max((len(text(change.student)) for change in moved), default=0) + 1
    if moved:
        yield f"{'student':{width}} {'before':>7} {'after':>7} {'':>7}  exercises"
    for change in moved:
        yield _row(change, width)
    gains = sum(change.gain > 0 for change in moved)
    losses = sum(change.gain < 0 for change in moved)
    same = len(changes) - gains - losses
    yield f"{assignment}: {gains} gain, {losses} lose, {same} keep their points"


def _row(change: Change, width: int) -> str:
    before = f"{sum(change.before.values()):g}" if change.before else "-"
    after = f"{sum(change.after.values()):g}"
    exercises = ", ".join(change.exercises)
    name = text(change.student)
    return f"{name:{width}} {before:>7} {after:>7} {change.gain:>+7g}  {exercises}"
