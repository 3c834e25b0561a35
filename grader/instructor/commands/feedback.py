"""`grader feedback`: one HTML page per graded submission, by `nbgrader generate_feedback`."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple

from grader.instructor import system
from grader.instructor.classroom import Classroom, Grading, cores
from grader.instructor.courses import CourseError
from grader.instructor.records import gradebook
from grader.instructor.records.autograded import key_in, key_of
from grader.instructor.records.keys import is_of, remedy
from grader.instructor.records.standings import NOT_HANDED_IN, Standing
from grader.instructor.records.steps import NbgraderSteps
from grader.instructor.records.submission import basis_now, begin_beside
from grader.instructor.sandbox.protocol import text
from grader.instructor.sealed.basis import Basis
from grader.instructor.sealed.verdict_file import identity_of, stored


def feedback(classroom: Classroom, assignment: str, say: Callable[[str], None]) -> int:
    """Write the feedback pages of an assignment; say a line for each.

    Returns how many a person has to look at. Raises CourseError when nothing is graded.
    """
    grading = Grading(classroom, assignment)
    standings = gradebook.standings(classroom, assignment)
    graded = {standing.student: standing for standing in standings if standing.is_graded}
    autograded = classroom.autograded.glob(f"*/{assignment}")
    students = sorted({*graded, *(folder.parent.name for folder in autograded)})
    if not students:
        raise CourseError(
            f"Nothing is graded yet for {assignment}. Run first: grader grade {assignment}"
        )
    now = None
    with suppress(CourseError):  # the pages do not need it
        now = basis_now(grading)
    pages = Pages(NbgraderSteps(classroom), grading, graded, now)
    look_count = 0
    with pages.written(students) as results:
        for number, result in enumerate(results, 1):
            look_count += result.look
            say(f"[{number}/{len(students)}] {text(result.student)}: {result.message}")
    return look_count


class PageResult(NamedTuple):
    """What became of a student's page, in words; look: whether a person has to look at it."""

    student: str
    message: str
    look: bool


@dataclass(frozen=True)
class Pages:
    """The pages of an assignment.

    graded: what the gradebook holds, by student; now: what grades depend on today, None where that
    is not known.
    """

    steps: NbgraderSteps
    grading: Grading
    graded: dict[str, Standing]
    now: Basis | None

    @contextmanager
    def written(self, students: list[str]) -> Iterator[Iterator[PageResult]]:
        """Yield what becomes of each student's page, in this order, as they are written.

        Processes write them, one for each core, where processes can be forked. Raises CourseError
        where one of them is lost.
        """
        if not system.is_linux():
            yield map(self.write, students)
            return
        pool = ProcessPoolExecutor(
            min(cores(), len(students)),
            mp_context=multiprocessing.get_context("fork"),
            initializer=_begin,
            initargs=(os.getpid(), self),
        )
        try:
            yield pool.map(_write, students)
        except BrokenProcessPool:
            raise CourseError(
                "A process that writes pages was lost. Run it again: all pages are written anew."
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)

    def write(self, student: str) -> PageResult:
        """Write a student's page."""
        try:
            standing = self.graded.get(student)
            if standing is None:
                raise CourseError("look: the gradebook has no grade of it. Run: grader grade")
            self._write(student)
            notes = list(_notes(self.grading, standing, self.now))
        except CourseError as error:
            return PageResult(student, str(error), look=True)
        look = any(note.startswith("look: ") for note in notes)
        return PageResult(student, "; ".join(["feedback written", *notes]), look)

    def _write(self, student: str) -> None:
        """Let nbgrader write a student's page. Raises CourseError."""
        assignment = self.grading.assignment
        folder = self.grading.classroom.autograded / student / assignment
        if folder.is_dir():
            self.steps.feedback(assignment, student)
        elif self.grading.classroom.is_handed_in(student, assignment):
            raise CourseError(f"look: {folder} is missing. Run first: grader grade {assignment}")
        else:
            raise CourseError(f"look: {folder} is missing, and the work is {NOT_HANDED_IN}")


_pages: Pages | None = None  # of a process that writes pages


def _begin(parent: int, pages: Pages) -> None:
    """Make a process ready to write pages. It leaves Ctrl-C to its parent, and dies with it."""
    global _pages
    begin_beside(parent)
    _pages = pages


def _write(student: str) -> PageResult:
    assert _pages is not None
    return _pages.write(student)


def _notes(grading: Grading, standing: Standing, now: Basis | None) -> Iterator[str]:
    """Yield what a person has to know of a page, which shows a verdict and not the grade."""
    is_here = grading.classroom.is_handed_in(standing.student, grading.assignment)
    if not is_here:
        yield NOT_HANDED_IN
    why = _other_verdict(grading, standing)
    if why:
        advice = f". Run: grader {remedy(standing.key, now)} {grading.assignment}"
        yield f"look: {why}{advice if is_here else ''}"


def _other_verdict(grading: Grading, standing: Standing) -> str:
    """Return why a page may show another verdict than the one of the grade, or ""."""
    shows = key_in(grading.autograded(standing.student))
    if standing.key is None:  # another program graded it
        return "its page shows a verdict of ours, and another program graded it" if shows else ""
    verdict = stored(grading.verdicts(standing.student))
    if verdict is None:
        return "its verdict file is missing or cannot be read"
    if not is_of(verdict, standing.key):
        return "its verdict file does not belong to its grade"
    on_page = {**shows, "timestamp": verdict["timestamp"]}
    if on_page != key_of(verdict, identity_of(verdict)):
        return "its page shows another verdict than that of its grade"
    return ""
