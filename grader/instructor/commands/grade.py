"""`grader grade`: a class into verdicts, gradebook and autograded notebooks.

A student's code never decides its own score.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from grader.instructor import system
from grader.instructor.author.notebook import dumps
from grader.instructor.classroom import SECRET, STAMP, Classroom, Grading
from grader.instructor.courses import CourseError
from grader.instructor.files import write_atomically
from grader.instructor.records import gradebook, submission
from grader.instructor.records.gradebook_tables import Graded
from grader.instructor.records.submission import Result
from grader.instructor.sandbox.probes import pick_tier
from grader.instructor.sandbox.protocol import text
from grader.instructor.sandbox.sandbox import Tier
from grader.instructor.sandbox.support import support_of
from grader.instructor.sealed.grade_one import TRIES
from grader.instructor.sealed.seed import secret_of

Say = Callable[[str], None]
BATCH_SIZE = 50  # submissions in one transaction
BATCH_SECONDS = 1.0  # the time after which a smaller batch is written


def grade(grading: Grading, say: Say) -> int:
    """Grade every submission of an assignment; say a line for each.

    Returns how many a person has to look at. Raises CourseError when there is nothing to grade,
    when the assignment is not released, and when the run is interrupted.
    """
    students = _students(grading)
    if not grading.released().is_file():
        raise CourseError(
            f"{grading.assignment} is not released: {grading.released()} is missing. "
            f"Run first: grader release {grading.assignment}"
        )
    with _alone(grading.classroom):
        tier = Tier.NONE if grading.unsafe else pick_tier(grading.classroom.course)
        if tier is Tier.NONE:
            say("--unsafe: the students' code runs without a sandbox")
        elif tier is not Tier.BUBBLEWRAP:
            say(f"sandbox: {tier.value}")
        run = GradingRun(
            grading,
            tier,
            secret_of(grading.classroom),
            waiting=deque(students),
            total=len(students),
            say=say,
            progress=tqdm(total=len(students), unit=" students", disable=None),
        )
        return run.run()


def _students(grading: Grading) -> list[str]:
    """Return the students to grade. Raises CourseError when one of them has handed in nothing."""
    assignment = grading.assignment
    submitted = grading.classroom.submitted
    students = grading.classroom.students(assignment)
    if not students:
        raise CourseError(
            f"There are no submissions of {assignment}: "
            f"expected {submitted}/STUDENT/{assignment}/*.ipynb"
        )
    for name in grading.students:
        if name not in students:
            raise CourseError(
                f"{name} has handed in no {assignment}: expected {submitted / name / assignment}"
            )
    return list(grading.students) or students


@dataclass(eq=False)
class GradingRun:
    """One run over a class: a pool of processes that grade, and one writer, in this process.

    waiting: the students whose submission no process has yet; total: how many there are.
    """

    grading: Grading
    tier: Tier
    secret: bytes
    waiting: deque[str]
    total: int
    say: Say
    progress: Any
    pending: dict[Future[Result], str] = field(default_factory=dict)  # what the processes have
    tries: Counter[str] = field(default_factory=Counter)  # a student's, over all pools
    batch: list[Result] = field(default_factory=list)  # results that are not written yet
    written_at: float = field(default_factory=time.monotonic)  # when the last batch was written
    written_count: int = 0
    look_count: int = 0  # submissions that a person has to look at
    lost_pools: int = 0  # pools, one after another, that gave no result

    def run(self) -> int:
        """Grade all submissions; return how many a person has to look at. Raises CourseError."""
        # Made here, since processes of the pool leave without tidying up.
        support_of(self.grading.notebook)
        with _interrupts() as interrupts, self.progress:
            self._grade_all(interrupts)
        if self.waiting:
            raise CourseError(
                f"Interrupted: {self.written_count} of {self.total} are graded. "
                "Run it again to go on."
            )
        return self.look_count

    def _grade_all(self, interrupts: list[int]) -> None:
        """Grade until nobody waits, with a new pool whenever one is lost."""
        classroom = self.grading.classroom
        pool = self._start_pool()
        try:
            with gradebook.Writer(classroom, self.grading.assignment) as writer:
                self._take_results(pool, writer, interrupts)
                while self.waiting and not interrupts:
                    pool.shutdown()
                    self._count_lost_pool()
                    pool = self._start_pool()
                    self._take_results(pool, writer, interrupts)
                self._write(writer)
        finally:
            pool.shutdown(cancel_futures=True)

    def _count_lost_pool(self) -> None:
        self.lost_pools += 1
        if self.lost_pools > TRIES:
            raise CourseError(
                "The processes that grade are lost as soon as they start. Run it again."
            )

    def _start_pool(self) -> Executor:
        """Return processes that start at once, and load while the gradebook is opened here."""
        pool = self._pool() if system.is_linux() else self._thread()
        self.pending = {}
        with suppress(BrokenProcessPool):  # the first result raises it again
            self._submit(pool)
        return pool

    def _pool(self) -> Executor:
        return ProcessPoolExecutor(
            min(self.grading.workers, len(self.waiting)),
            mp_context=multiprocessing.get_context("fork"),
            initializer=submission.begin,
            initargs=(os.getpid(), self.grading, self.tier, self.secret),
        )

    def _thread(self) -> Executor:
        """Return one thread in place of processes, since a course cannot be sent to another one.

        The students' code runs in processes all the same.
        """
        return ThreadPoolExecutor(
            1, initializer=submission.take, initargs=(self.grading, self.tier, self.secret)
        )

    def _submit(self, pool: Executor) -> None:
        """Keep the processes busy, and no more submissions than that in memory."""
        while self.waiting and len(self.pending) < 2 * self.grading.workers:
            student = self.waiting[0]
            self.pending[pool.submit(submission.run, student)] = student
            self.waiting.popleft()
            self.tries[student] += 1

    def _take_results(
        self, pool: Executor, writer: gradebook.Writer, interrupts: list[int]
    ) -> None:
        """Take results as they come.

        Ends when all are there, a process of the pool is lost, or somebody interrupts.
        """
        try:
            while self.pending:
                done, _ = wait(self.pending, return_when=FIRST_COMPLETED)
                for future in done:
                    self._take(future.result(), writer)
                    del self.pending[future]
                if not interrupts:
                    self._submit(pool)
        except BrokenProcessPool:
            self._put_back(writer)

    def _put_back(self, writer: gradebook.Writer) -> None:
        """Let submissions wait again that a lost process had; give up those that lost several."""
        for student in self.pending.values():
            if self.tries[student] < TRIES:
                self.waiting.append(student)
                continue
            message = (
                f"not graded: the process that graded it was lost, {TRIES} times. Run it again"
            )
            self._take(Result(student, message, look=True), writer)
        self.pending.clear()

    def _take(self, result: Result, writer: gradebook.Writer) -> None:
        self.tries.pop(result.student, None)
        self.lost_pools = 0
        self.batch.append(result)
        is_due = time.monotonic() - self.written_at > BATCH_SECONDS
        if is_due or len(self.batch) >= BATCH_SIZE:
            self._write(writer)

    def _write(self, writer: gradebook.Writer) -> None:
        """Write a batch into the gradebook, and then its autograded notebooks.

        An autograded notebook holds its submission's digest: where it is there, all was written.
        """
        self.batch.sort(key=lambda result: result.student)
        graded = [result.graded for result in self.batch if result.graded]
        writer.record(graded)
        for one in graded:
            self._write_notebook(one)
        with tqdm.external_write_mode(file=sys.stdout):
            for result in self.batch:
                self._say(result)
        self.progress.update(len(self.batch))
        self.batch = []
        self.written_at = time.monotonic()

    def _say(self, result: Result) -> None:
        self.written_count += 1
        self.look_count += result.look
        number = f"[{self.written_count}/{self.total}]"
        self.say(f"{number} {text(result.student)}: {result.message}")

    def _write_notebook(self, graded: Graded) -> None:
        """Write an autograded notebook, and beside it what releases its feedback."""
        target = self.grading.autograded(graded.student)
        stamp = ""
        if graded.timestamp:
            stamp = f"{graded.timestamp.isoformat(' ')} UTC\n"
        _write_or_remove(target.with_name(STAMP), stamp)
        _write_or_remove(target.with_name(SECRET), graded.secret)
        write_atomically(target, dumps(graded.notebook))


def _write_or_remove(path: Path, content: str) -> None:
    """Write a file, or remove it where it would be empty."""
    if content:
        write_atomically(path, content)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def _alone(classroom: Classroom) -> Iterator[None]:
    """Let no other run grade the same class meanwhile. Raises CourseError when one does."""
    classroom.folder.mkdir(parents=True, exist_ok=True)
    with open(classroom.folder / ".grading", "wb") as file:
        if not system.lock(file.fileno()):
            raise CourseError(
                f"Another `grader grade` runs on {classroom.folder}. Wait until it has ended."
            )
        yield


@contextmanager
def _interrupts() -> Iterator[list[int]]:
    """Let Ctrl-C end the run after the submissions at hand; a second one ends it at once.

    Yields a list that holds the signal from then on. (An exception could be raised anywhere, and
    be lost in a destructor.)
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
