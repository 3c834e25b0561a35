"""`grader grade`: a class into verdicts, gradebook and autograded notebooks. Student code never decides its own score."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import signal
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress

from tqdm import tqdm

from grader.instructor.author.notebook import dumps
from grader.instructor.classroom import SECRET, STAMP, Course, CourseError, Grading
from grader.instructor.files import write_atomically
from grader.instructor.records import gradebook, submission
from grader.instructor.records.gradebook_tables import Graded
from grader.instructor.records.submission import Done
from grader.instructor.sandbox.probes import pick_tier
from grader.instructor.sandbox.protocol import text
from grader.instructor.sandbox.sandbox import Tier
from grader.instructor.sandbox.support import support_of
from grader.instructor.sealed.grade_one import TRIES
from grader.instructor.sealed.seed import secret_of

Say = Callable[[str], None]
BATCH, PAUSE = 50, 1.0  # submissions in one transaction, and seconds after which fewer are written


def grade(grading: Grading, say: Say) -> int:
    """Grade every submission of an assignment; say a line for each; return how many a person has to look at."""
    course, assignment = grading.course, grading.assignment
    students = course.students(assignment)
    if not students:
        raise CourseError(
            f"There are no submissions of {assignment}: expected {course.submitted}/STUDENT/{assignment}/*.ipynb"
        )
    for name in grading.students:
        if name not in students:
            raise CourseError(
                f"{name} has handed in no {assignment}: expected {course.submitted / name / assignment}"
            )
    students = list(grading.students) or students
    if not grading.released().is_file():
        raise CourseError(
            f"{assignment} is not released: {grading.released()} is missing. Run first: grader release {assignment}"
        )
    with _alone(course):
        tier = Tier.NONE if grading.unsafe else pick_tier()
        if tier is not Tier.BUBBLEWRAP:
            say(
                "--unsafe: the students' code runs without a sandbox"
                if tier is Tier.NONE
                else f"sandbox: {tier.value}"
            )
        return _Class(grading, tier, students, say).run()


class _Class:
    """One run over a class: a pool of processes that grade, and one writer, here."""

    def __init__(self, grading: Grading, tier: Tier, students: list[str], say: Say) -> None:
        self.grading, self.tier, self.say, self.total = grading, tier, say, len(students)
        self.secret = secret_of(grading.course)
        self.open = deque(students)
        self.tries: Counter[str] = Counter()
        self.batch: list[Done] = []
        self.count, self.looks, self.written = 0, 0, time.monotonic()
        self.lost = 0  # pools, one after another, that gave no result

    def run(self) -> int:
        support_of(
            self.grading.assignment
        )  # made here: processes of the pool leave without tidying up
        with (
            _interrupts() as interrupted,
            tqdm(total=self.total, unit=" students", disable=None) as self.bar,
        ):
            pool = self._pool()
            try:
                with gradebook.Writer(self.grading.course, self.grading.assignment) as self.writer:
                    self._grade(pool, interrupted)
                    while self.open and not interrupted:  # a process was lost
                        pool.shutdown()
                        self.lost += 1
                        if self.lost > TRIES:
                            raise CourseError(
                                "The processes that grade are lost as soon as they start. Run it again."
                            )
                        pool = self._pool()
                        self._grade(pool, interrupted)
                    self._write()
            finally:
                pool.shutdown(cancel_futures=True)
        if self.open:
            raise CourseError(
                f"Interrupted: {self.count} of {self.total} are graded. Run it again to go on."
            )
        return self.looks

    def _pool(self) -> ProcessPoolExecutor:
        """Return processes that start at once, and load while the gradebook is opened here."""
        arguments = (os.getpid(), self.grading, self.tier, self.secret)
        count = min(self.grading.workers, len(self.open))
        context = multiprocessing.get_context("fork")
        pool = ProcessPoolExecutor(
            count, mp_context=context, initializer=submission.begin, initargs=arguments
        )
        self.pending: dict[Future[Done], str] = {}
        with suppress(BrokenProcessPool):  # told again by the first result
            self._fill(pool)
        return pool

    def _fill(self, pool: ProcessPoolExecutor) -> None:
        """Keep the processes busy, and no more than that in memory."""
        while self.open and len(self.pending) < 2 * self.grading.workers:
            student = self.open[0]
            self.pending[pool.submit(submission.run, student)] = student
            self.tries[self.open.popleft()] += 1

    def _grade(self, pool: ProcessPoolExecutor, interrupted: list[int]) -> None:
        """Take results as they come, until all are there, a process of the pool is lost, or somebody interrupts."""
        try:
            while self.pending:
                ready, _ = wait(self.pending, return_when=FIRST_COMPLETED)
                for future in ready:
                    self._take(future.result())
                    del self.pending[future]
                if not interrupted:
                    self._fill(pool)
        except BrokenProcessPool:
            self._again()

    def _again(self) -> None:
        """Put back what a lost process had in hand; give up what has lost several."""
        for student in self.pending.values():
            if self.tries[student] < TRIES:
                self.open.append(student)
            else:
                self._take(
                    Done(
                        student,
                        f"not graded: the process that graded it was lost, {TRIES} times. Run it again",
                        True,
                    )
                )
        self.pending.clear()

    def _take(self, done: Done) -> None:
        self.tries.pop(done.student, None)
        self.lost = 0
        self.batch.append(done)
        if len(self.batch) >= BATCH or time.monotonic() - self.written > PAUSE:
            self._write()

    def _write(self) -> None:
        """Write gradebook, then autograded notebooks: that one is there, with its digest, says that all before it was done."""
        self.batch.sort(key=lambda done: done.student)
        self.writer.record([done.ready for done in self.batch if done.ready])
        for done in self.batch:
            if done.ready:
                self._write_notebook(done.ready)
        with tqdm.external_write_mode(file=sys.stdout):
            for done in self.batch:
                self.count += 1
                self.looks += done.look
                self.say(f"[{self.count}/{self.total}] {text(done.student)}: {done.told}")
        self.bar.update(len(self.batch))
        self.batch, self.written = [], time.monotonic()

    def _write_notebook(self, ready: Graded) -> None:
        target = self.grading.autograded(ready.student)
        stamp = f"{ready.timestamp.isoformat(' ')} UTC\n" if ready.timestamp else ""
        for name, said in (
            (STAMP, stamp),
            (SECRET, ready.secret),
        ):  # go with the feedback to the exchange
            path = target.with_name(name)
            if said:
                write_atomically(path, said)
            else:
                path.unlink(missing_ok=True)
        write_atomically(target, dumps(ready.notebook))


@contextmanager
def _alone(course: Course) -> Iterator[None]:
    """Let no other run grade the same course meanwhile."""
    course.folder.mkdir(parents=True, exist_ok=True)
    with open(course.folder / ".grading", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CourseError(
                f"Another `grader grade` runs on {course.folder}. Wait until it has ended."
            ) from None
        yield


@contextmanager
def _interrupts() -> Iterator[list[int]]:
    """Let Ctrl-C end the run after the submissions at hand, whole; a second one ends it at once.

    Yields a list that holds the signal from then on. (An exception could be raised anywhere, and lost in a destructor.)
    """
    received: list[int] = []

    def note(number: int, frame: object) -> None:
        received.append(number)
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield received
    finally:
        signal.signal(signal.SIGINT, before)
