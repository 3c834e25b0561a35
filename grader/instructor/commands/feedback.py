"""`grader feedback`: one HTML page per graded submission, by `nbgrader generate_feedback`."""

from __future__ import annotations

import math
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from grader.instructor import system
from grader.instructor.classroom import Classroom, Grading, cores
from grader.instructor.commands.alone import alone
from grader.instructor.commands.unchanged_pages import (
    Mark,
    digest_of_page,
    is_up_to_date,
    load,
    mark_of,
    of_all_pages,
    path_of,
    save,
)
from grader.instructor.courses import CourseError
from grader.instructor.records.autograded import key_in, key_of
from grader.instructor.records.gradebook import Writer
from grader.instructor.records.keys import is_of, remedy
from grader.instructor.records.standings import NOT_HANDED_IN, PageRecord, Standing
from grader.instructor.records.steps import NbgraderSteps
from grader.instructor.records.submission import basis_now, begin_beside
from grader.instructor.sandbox.protocol import text
from grader.instructor.sealed.basis import Basis
from grader.instructor.sealed.verdict_file import identity_of, stored

BATCH = 20  # students of whom the gradebook is read at once
SAVED_AFTER = 500  # pages, so that a run that is killed has not to begin again


def feedback(classroom: Classroom, assignment: str, say: Callable[[str], None]) -> int:
    """Write the feedback pages of an assignment that are not up to date; say a line for each.

    Returns how many a person has to look at. Raises CourseError when nothing is graded.
    """
    grading = Grading(classroom, assignment)
    with alone(grading, "feedback", "feedback"), Writer(classroom, assignment) as book:
        autograded = classroom.autograded.glob(f"*/{assignment}")
        names = {*book.graded_students(), *(folder.parent.name for folder in autograded)}
        if not names:
            raise CourseError(
                f"Nothing is graded yet for {assignment}. Run first: grader grade {assignment}"
            )
        students = sorted(names)
        now = None
        with suppress(CourseError):  # the pages do not need it
            now = basis_now(grading)
        steps = NbgraderSteps(classroom)
        shared = of_all_pages(grading, steps.config)
        pages = Pages(steps, grading, book, now, shared, load(path_of(classroom, assignment)))
        with pages.written(students) as results:
            return _say(pages, students, results, say)


def _say(
    pages: Pages,
    students: list[str],
    results: Iterator[PageResult],
    say: Callable[[str], None],
) -> int:
    """Say what became of each page, and keep its mark; return how many a person has to look at."""
    path = path_of(pages.grading.classroom, pages.grading.assignment)
    marks = dict(pages.marks)
    look_count = 0
    try:
        for number, result in enumerate(results, 1):
            look_count += result.look
            marks[result.student] = result.mark
            say(f"[{number}/{len(students)}] {text(result.student)}: {result.message}")
            if number % SAVED_AFTER == 0:
                save(path, marks)
    finally:
        if marks != pages.marks:
            save(path, marks)
    return look_count


class PageResult(NamedTuple):
    """What became of a student's page, in words; look: whether a person has to look at it."""

    student: str
    message: str
    look: bool
    mark: Mark = Mark("", "")


@dataclass(frozen=True)
class Pages:
    """The pages of an assignment.

    book: the gradebook; now: what grades depend on today, None where that is not known; shared: a
    digest of what all pages were made from; marks: those of an earlier run, by student.
    """

    steps: NbgraderSteps
    grading: Grading
    book: Writer
    now: Basis | None
    shared: str
    marks: dict[str, Mark]

    @contextmanager
    def written(self, students: list[str]) -> Iterator[Iterator[PageResult]]:
        """Yield what becomes of each student's page, in this order, as they are written.

        Processes write them, one for each core, where processes can be forked. Raises CourseError
        where one of them is lost.
        """
        size = min(BATCH, math.ceil(len(students) / cores()))
        batches = [students[start : start + size] for start in range(0, len(students), size)]
        if not system.is_linux():
            yield chain.from_iterable(map(self.write, batches))
            return
        pool = ProcessPoolExecutor(
            min(cores(), len(batches)),
            mp_context=multiprocessing.get_context("fork"),
            initializer=_begin,
            initargs=(os.getpid(), self),
        )
        try:
            yield chain.from_iterable(pool.map(_write, batches))
        except BrokenProcessPool:
            raise CourseError(
                "A process that writes pages was lost. Run it again: it writes those that are "
                "missing."
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)

    def write(self, students: list[str]) -> list[PageResult]:
        """Write the pages of some students that are not up to date."""
        records = self.book.page_records(students)
        return [self._result(student, records.get(student)) for student in students]

    def _result(self, student: str, record: PageRecord | None) -> PageResult:
        """Write a student's page where it is not up to date; return what became of it."""
        try:
            if record is None or not record.standing.is_graded:
                raise CourseError("look: the gradebook has no grade of it. Run: grader grade")
            mark = mark_of(self.grading, self.shared, record)
            state = "feedback is up to date"
            if not is_up_to_date(mark, self.marks.get(student)):
                self._write(student, record)
                state = "feedback written"
                mark = mark._replace(page=digest_of_page(self.grading, student))
            notes = list(_notes(self.grading, record.standing, self.now))
        except CourseError as error:
            return PageResult(student, str(error), look=True)
        look = any(note.startswith("look: ") for note in notes)
        return PageResult(student, "; ".join([state, *notes]), look, mark)

    def _write(self, student: str, record: PageRecord) -> None:
        """Let nbgrader write a student's page. Raises CourseError."""
        assignment = self.grading.assignment
        folder = self.grading.classroom.autograded / student / assignment
        if folder.is_dir():
            self.steps.feedback(assignment, student, record)
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


def _write(students: list[str]) -> list[PageResult]:
    assert _pages is not None
    return _pages.write(students)


def _notes(grading: Grading, standing: Standing, now: Basis | None) -> Iterator[str]:
    """Yield what a person has to know of a page, which shows a verdict and not the grade."""
    is_here = grading.classroom.is_handed_in(standing.student, grading.assignment)
    if not is_here:
        yield NOT_HANDED_IN
    why = _other_verdict(grading, standing)
    if why:
        advice = f". Run: grader {remedy(standing.key, now)} {grading.assignment}"
        yield f"look: {why}{advice if is_here else ''}"
    if standing.wait:
        yield standing.wait


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
