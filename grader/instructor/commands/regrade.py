"""`grader regrade`: what today's course would give, as a table, and then, if asked, written."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from grader.instructor.classroom import Grading
from grader.instructor.commands.grade import Say, grade, students_of
from grader.instructor.courses import CourseError
from grader.instructor.records import gradebook
from grader.instructor.records.standings import NOT_HANDED_IN, Standing
from grader.instructor.records.submission import basis_now
from grader.instructor.sandbox.protocol import text
from grader.instructor.sealed.intake import read_submission
from grader.instructor.sealed.verdict_file import (
    VerdictFile,
    identity_of,
    scores_of,
    stored,
    time_of,
)


@dataclass(frozen=True)
class Change:
    """What a regrade does to one student.

    verdict: what it would write; before, after: what the gradebook holds, and would hold; scores:
    the grader's points of before and after by exercise; penalties: the points off for being late,
    of before and after; why: what of the course was another one.
    """

    student: str
    verdict: VerdictFile
    before: float | None
    after: float
    scores: tuple[Mapping[str, float], Mapping[str, float]]
    why: tuple[str, ...] = ()
    penalties: tuple[float, float] = (0.0, 0.0)

    @property
    def gain(self) -> float:
        return self.after - (self.before or 0.0)

    @property
    def is_one(self) -> bool:
        """Whether there is anything to write."""
        return self.is_moved or bool(self.why) or self.before is None

    @property
    def is_moved(self) -> bool:
        """Whether points change."""
        return bool(list(self.exercises)) or self.penalties[0] != self.penalties[1]

    @property
    def exercises(self) -> Iterator[str]:
        """How the grader's points of each exercise change."""
        then, now = self.scores
        for name in dict.fromkeys([*now, *then]):
            if then.get(name) != now.get(name):
                yield f"{name} {_points(then.get(name))} -> {_points(now.get(name))}"

    @property
    def lateness(self) -> Iterator[str]:
        """How the points off for being late change: a due date may have moved since."""
        before, after = self.penalties
        if before != after:
            yield f"late penalty {before:g} -> {after:g}"


def regrade(grading: Grading, say: Say, is_wanted: Callable[[bool], bool]) -> int:
    """Grade all submissions again, show what changes, and write it if that is wanted.

    is_wanted: whether to write, asked once the table is shown, with whether anything changes.
    Returns how many a person has to look at. Raises CourseError as `grade` does.
    """
    stage = grading.stage
    shutil.rmtree(stage, ignore_errors=True)
    try:
        look_count = grade(replace(grading, regrade=True), say)
        with gradebook.Writer(grading.classroom, grading.assignment) as book:
            standings = {each.student: each for each in book.standings()}
            changes = list(_changes(grading, book, standings))
        for line in _table(grading.assignment, changes):
            say(line)
        for line in _gone(grading, standings):
            say(line)
        is_any = any(change.is_one for change in changes)
        if not is_wanted(is_any):
            if is_any:
                say("Nothing was written. To write it, give --yes.")
            return look_count
        _check(grading, changes)
        students = tuple(change.student for change in changes)
        left_count = len(set(students_of(grading)) - set(students))  # it was said why
        # The verdict files stay where they are until the gradebook has their rows.
        again = replace(grading, students=students, accept=True)
        return left_count + (grade(again, say) if students else 0)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _check(grading: Grading, changes: list[Change]) -> None:
    """Raise CourseError where nothing of the table can or may be written.

    The gradebook may not hold the points of today's course; and the course, the submissions or the
    gradebook may have changed while the question was open.
    """
    with gradebook.Writer(grading.classroom, grading.assignment) as book:
        misfit = book.misfit(grading.notebook, regrade=True)
        standings = {each.student: each for each in book.standings()}
        again = {each.student: each for each in _changes(grading, book, standings)}
    if misfit:
        raise CourseError(f"Nothing was written: {misfit}")
    now = basis_now(grading)
    others = [
        each.student
        for each in changes
        if again.get(each.student) != each or not _is_as_it_was(grading, each)
    ]
    if any(each.verdict["basis"] != now for each in changes):
        others.insert(0, "the course")
    if others:
        raise CourseError(
            f"Nothing was written: this has changed since: {', '.join(map(text, others))}. "
            f"Run again: grader regrade {grading.assignment}"
        )


def _is_as_it_was(grading: Grading, change: Change) -> bool:
    """Tell whether a student's work is what was graded."""
    if not grading.classroom.is_handed_in(change.student, grading.assignment):
        return False
    path = grading.submitted(change.student)
    submission = read_submission(path, list(grading.notebook.by_name), grading.notebook.essay_names)
    return submission.identity == identity_of(change.verdict)


def _changes(
    grading: Grading, book: gradebook.Writer, standings: Mapping[str, Standing]
) -> Iterator[Change]:
    """Yield what a regrade changes, student by student."""
    for student in sorted(path.parent.name for path in grading.stage.glob("*/*.json")):
        verdict = stored(grading.staged(student))  # where there is none, it was said why
        assert verdict is not None
        scores = scores_of(verdict)
        standing = standings.get(student) or Standing(student, due=book.due)
        then = replace(standing.with_scores(scores), handed_in=time_of(verdict["handed_in"]))
        then = book.penalty.with_penalty(then)
        penalties = (standing.penalty or 0.0, then.penalty or 0.0)
        if not standing.is_graded:
            yield Change(student, verdict, None, then.points, ({}, scores), (), penalties)
            continue
        why = tuple(standing.differences(verdict["basis"]))
        both = (standing.automatic, scores)
        yield Change(student, verdict, standing.points, then.points, both, why, penalties)


def _gone(grading: Grading, standings: Mapping[str, Standing]) -> Iterator[str]:
    """Yield whose grade stays, since the work is no longer there."""
    here = set(grading.classroom.students(grading.assignment))
    for student, standing in standings.items():
        if standing.is_graded and student not in here and not grading.students:
            yield f"{text(student)}: {NOT_HANDED_IN}; the gradebook keeps {standing}"


def _table(assignment: str, changes: list[Change]) -> Iterator[str]:
    """Yield who gains, who loses, and in which exercises."""
    reasons = dict.fromkeys(reason for change in changes for reason in change.why)
    if reasons:
        yield f"{assignment} was graded with {', '.join(reasons)}."
    moved = [change for change in changes if change.is_moved]
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


def _points(number: float | None) -> str:
    """Return points, "-" where there is no such exercise."""
    return "-" if number is None else f"{number:g}"


def _row(change: Change, width: int) -> str:
    before = _points(change.before)
    after = f"{change.after:g}"
    exercises = ", ".join([*change.exercises, *change.lateness])
    name = text(change.student)
    return f"{name:{width}} {before:>7} {after:>7} {change.gain:>+7g}  {exercises}"
