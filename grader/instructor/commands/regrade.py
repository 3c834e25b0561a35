"""`grader regrade`: what today's course would give, as a table, and then, if asked, written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from grader.instructor.classroom import Grading
from grader.instructor.commands.grade import Say, grade, students_of
from grader.instructor.courses import CourseError
from grader.instructor.records import gradebook
from grader.instructor.records.submission import stored
from grader.instructor.sandbox.protocol import text


@dataclass(frozen=True)
class Change:
    """What a regrade does to one student.

    before, after: what the gradebook holds, and would hold; scores: the grader's points of before
    and after by exercise; why: what of the course was another one.
    """

    student: str
    before: float | None
    after: float
    scores: tuple[Mapping[str, float], Mapping[str, float]]
    why: tuple[str, ...]

    @property
    def gain(self) -> float:
        return self.after - (self.before or 0.0)

    @property
    def is_one(self) -> bool:
        """Whether there is anything to write."""
        return bool(list(self.exercises) or self.why or self.before is None)

    @property
    def exercises(self) -> Iterator[str]:
        """How the grader's points of each exercise change."""
        then, now = self.scores
        for name in dict.fromkeys([*now, *then]):
            if then.get(name, 0.0) != now.get(name, 0.0):
                yield f"{name} {then.get(name, 0.0):g} -> {now.get(name, 0.0):g}"


def regrade(grading: Grading, say: Say, is_wanted: Callable[[bool], bool]) -> int:
    """Grade all submissions again, show what changes, and write it if that is wanted.

    is_wanted: whether to write, asked once the table is shown, with whether anything changes.
    Returns how many a person has to look at. Raises CourseError as `grade` does.
    """
    stage = grading.stage
    shutil.rmtree(stage, ignore_errors=True)
    try:
        look_count = grade(replace(grading, regrade=True), say)
        changes = list(_changes(grading))
        for line in _table(grading.assignment, changes):
            say(line)
        is_any = any(change.is_one for change in changes)
        if not is_wanted(is_any):
            if is_any:
                say("Nothing was written. To write it, give --yes.")
            return look_count
        _check_points(grading)
        for change in changes:
            place = grading.verdicts(change.student)
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(grading.staged(change.student), place)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    students = tuple(change.student for change in changes)
    return grade(replace(grading, students=students, accept=True), say)


def _check_points(grading: Grading) -> None:
    """Raise CourseError where the gradebook cannot hold the points of today's course."""
    with gradebook.Writer(grading.classroom, grading.assignment) as book:
        worth = book.points_of_exercises()
    for exercise in grading.notebook.exercises:
        points = worth.get(exercise.name)
        if points != exercise.points:
            raise CourseError(
                f"{exercise.name} is worth {exercise.points:g} in the course and {points} in the "
                f"gradebook. Nothing was written. Run first: grader release {grading.assignment}"
            )


def _changes(grading: Grading) -> Iterator[Change]:
    """Yield what a regrade changes, student by student."""
    with gradebook.Writer(grading.classroom, grading.assignment) as book:
        standings = {each.student: each for each in book.standings()}
        for student in students_of(grading):
            verdict = stored(grading.staged(student))
            if verdict is None:  # it was said why
                continue
            scores = {each["exercise"]: each["earned"] for each in verdict["exercises"]}
            standing = standings.get(student)
            if standing is None or not standing.is_graded:
                yield Change(student, None, sum(scores.values()), ({}, scores), ())
                continue
            why = tuple(standing.differences(verdict["basis"]))
            after = book.with_penalty(standing.with_scores(scores)).points
            yield Change(student, standing.points, after, (standing.automatic, scores), why)


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
    before = "-" if change.before is None else f"{change.before:g}"
    after = f"{change.after:g}"
    exercises = ", ".join(change.exercises)
    name = text(change.student)
    return f"{name:{width}} {before:>7} {after:>7} {change.gain:>+7g}  {exercises}"
