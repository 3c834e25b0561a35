"""`grader grade`: a class into verdicts, gradebook and autograded notebooks.

A student's code never decides its own score.
"""

from __future__ import annotations

import difflib
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
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from grader.instructor import system
from grader.instructor.author.notebook import NotebookJSON, dumps
from grader.instructor.benches.bench import Bench, BenchLost
from grader.instructor.classroom import FIRST_STAMP, SECRET, STAMP, Classroom, Grading, plain_name
from grader.instructor.commands.alone import alone
from grader.instructor.commands.private_places import places_to_hide
from grader.instructor.courses import CourseError, Interrupted
from grader.instructor.files import UNWRITABLE, move
from grader.instructor.records import gradebook, submission
from grader.instructor.records.arrivals.groups import share
from grader.instructor.records.gradebook_tables import Graded
from grader.instructor.records.lateness.deadlines import deadlines_of
from grader.instructor.records.people import Roster
from grader.instructor.records.standings import NOT_HANDED_IN, Standing
from grader.instructor.records.submission import Result, Task, basis_now, released_notebook
from grader.instructor.sandbox.probes import pick_tier
from grader.instructor.sandbox.protocol import text
from grader.instructor.sandbox.sandbox import Tier
from grader.instructor.sandbox.support import support_of
from grader.instructor.sealed.grade_one import TRIES
from grader.instructor.sealed.seed import secret_of
from grader.notebook.whole_file import write_atomically

if TYPE_CHECKING:
    from grader.instructor.benches.workers import Workers

Say = Callable[[str], None]
BATCH_SIZE = 50  # submissions in one transaction
BATCH_SECONDS = 1.0  # the time after which a smaller batch is written


def grade(grading: Grading, say: Say) -> int:
    """Grade every submission of an assignment; say a line for each.

    Returns how many a person has to look at. Raises CourseError when there is nothing to grade,
    when the assignment is not released, and when the run is interrupted.
    """
    for line in _rename_folders(grading.classroom):
        say(line)
    roster = Roster.of(grading.classroom)
    look_count = 0 if grading.regrade or grading.accept else _share(grading, roster, say)
    students = students_of(grading)
    released_notebook(grading)  # raises CourseError where there is none
    with alone(grading, "grade", "grading"):
        workers = _cluster(grading, say) if grading.scheduler else None
        try:
            tier = workers.tier if workers else tier_of(grading)
            if tier is Tier.NONE:
                say("--unsafe: the students' code runs without a sandbox")
            elif tier is not Tier.BUBBLEWRAP and not workers:
                say(f"sandbox: {tier.value}")
            with gradebook.Writer(grading.classroom, grading.assignment) as writer:
                misfit = writer.misfit(grading.notebook)
            if grading.added:
                say(_added(grading))
            task = Task.of(grading, tier, secret_of(grading.classroom), misfit)
            run = GradingRun(
                task,
                waiting=deque(students),
                total=len(students),
                say=say,
                progress=tqdm(total=len(students), unit=" students", disable=None),
                bench=workers,
                slots=workers.slots if workers else grading.workers,
            )
            look_count += run.run()
        finally:
            if workers:
                workers.close()
    if not grading.students:
        for line in _beside_roster(grading, roster):
            say(line)
    return look_count


def _share(grading: Grading, roster: Roster, say: Say) -> int:
    """Let a group's hand-in count for all its members; return how many groups to look at."""
    if not roster.groups:
        return 0
    classroom, assignment = grading.classroom, grading.assignment
    problem_count = 0
    for shared in share(classroom, roster, assignment, deadlines_of(classroom, assignment)):
        say(shared.message)
        problem_count += shared.is_problem
    return problem_count


def _beside_roster(grading: Grading, roster: Roster) -> Iterator[str]:
    """Yield who of the roster has not handed in, and who handed in and is not on it."""
    if not roster.rows:
        return
    here = set(grading.classroom.students(grading.assignment))
    absent = [text(name) for name in roster.by_id if name not in here]
    others = [text(name) for name in sorted(here) if name not in roster.by_id]
    if absent:
        yield (
            f"not handed in, 0 points: {len(absent)} of {len(roster.rows)} on the roster: "
            f"{', '.join(absent)}"
        )
    if others:
        yield f"not on the roster: {', '.join(others)}"


def _added(grading: Grading) -> str:
    """Return that the course has more exercises than the students' notebook, and what to do."""
    return (
        f"{', '.join(grading.added)}: not in the released notebook, so nobody is graded on it. "
        f"While the gradebook has no submissions, it comes in with: "
        f"grader release {grading.assignment}"
    )


def _cluster(grading: Grading, say: Say) -> Workers:
    """Return the workers of a Dask cluster. Raises CourseError where there are none."""
    # Imported here, since Dask is an extra.
    from grader.instructor.benches.workers import Workers  # noqa: PLC0415

    return Workers(grading, basis_now(grading), say)


def _rename_folders(classroom: Classroom) -> Iterator[str]:
    """Give students' folders the names that the gradebook has, in NFC; yield what was renamed.

    Where another folder has that name already, both stay, and the second is not graded.
    """
    for folder in sorted(classroom.submitted.glob("*")):
        name = plain_name(folder.name)
        if name in (folder.name, "") or folder.with_name(name).exists():
            continue
        with suppress(FileNotFoundError):  # somebody who grades beside us has renamed it
            folder.rename(folder.with_name(name))
            yield f"{text(name)}: the folder's name is now written as the gradebook has it"


def _misnamed(grading: Grading) -> Iterator[str]:
    """Yield the folders that may be meant for this assignment and have another name."""
    names = {grading.assignment.casefold(), grading.notebook.stem.casefold()}
    others = set(grading.classroom.course.by_assignment)
    for folder in sorted(grading.classroom.submitted.glob("*/*")):
        near = difflib.get_close_matches(folder.name.casefold(), names, n=1, cutoff=0.8)
        if near and folder.name not in others and folder.is_dir():
            yield (
                f"{text(folder.parent.name)}: look: the folder {text(folder.name)} is not graded. "
                f"Is it meant for {grading.assignment}?"
            )


def students_of(grading: Grading) -> list[str]:
    """Return the students to grade; nobody, where all work is gone that has grades.

    Raises CourseError when one of those asked for, or everybody, has handed in nothing.
    """
    assignment = grading.assignment
    submitted = grading.classroom.submitted
    students = grading.classroom.students(assignment)
    wanted = list(dict.fromkeys(plain_name(name) for name in grading.students))
    if grading.accept:  # whoever's work has gone since keeps the grade
        return [name for name in wanted if name in students]
    for name in wanted:
        if name not in students:
            kept = _kept(grading).get(name)
            note = f"; it is {NOT_HANDED_IN}, and the gradebook keeps {kept}" if kept else ""
            raise CourseError(
                f"{name} has handed in no {assignment}: expected {submitted / name / assignment}"
                f"{note}"
            )
    if not students and (grading.regrade or not _kept(grading)):
        raise CourseError(no_submissions(grading))
    return wanted or students


def no_submissions(grading: Grading) -> str:
    """Return that nobody has handed in, and how many grades the gradebook keeps all the same."""
    kept = len(_kept(grading))
    note = f". The gradebook keeps {kept} grades of it" if kept else ""
    return (
        f"There are no submissions of {grading.assignment}: "
        f"expected {grading.classroom.submitted}/STUDENT/{grading.assignment}/*.ipynb{note}"
    )


def _kept(grading: Grading) -> dict[str, Standing]:
    """Return the grades that the gradebook holds, by student; none where it cannot be read."""
    with suppress(CourseError):
        standings = gradebook.standings(grading.classroom, grading.assignment)
        return {each.student: each for each in standings if each.is_graded}
    return {}


@dataclass(eq=False)
class GradingRun:
    """One run over a class: a pool of processes that grade, and one writer, in this process.

    waiting: the students whose submission no process has yet; total: how many there are; bench:
    other machines that grade, None where this one does; slots: how many submissions at once.
    """

    task: Task
    waiting: deque[str]
    total: int
    say: Say
    progress: Any
    bench: Bench | None = None
    slots: int = 1
    pending: dict[Future[Result], str] = field(default_factory=dict)  # what the processes have
    tries: Counter[str] = field(default_factory=Counter)  # a student's, over all pools
    batch: list[Result] = field(default_factory=list)  # results that are not written yet
    written_at: float = field(default_factory=time.monotonic)  # when the last batch was written
    written_count: int = 0
    look_count: int = 0  # submissions that a person has to look at
    standings: dict[str, Standing] = field(
        default_factory=dict
    )  # what the gradebook holds, by student
    basis: Counter[str] = field(default_factory=Counter)  # what of the course is another one now
    versions: Counter[str] = field(default_factory=Counter)  # of Python and numpy, likewise
    outdated_count: int = 0  # submissions graded by a course that has changed since
    gone: dict[str, list[str]] = field(default_factory=dict)  # whose work is gone: reasons
    lost_pools: int = 0  # pools, one after another, that gave no result

    def run(self) -> int:
        """Grade all submissions; return how many a person has to look at. Raises CourseError."""
        # Made here, since processes of the pool leave without tidying up.
        support_of(self.task.grading.notebook)
        with _interrupts() as interrupts, self.progress:
            self._grade_all(interrupts)
        if self.waiting:
            count = f"{self.written_count} of {self.total}"
            if self.task.grading.regrade:
                raise Interrupted(f"Interrupted: {count} were tried, and nothing was written.")
            raise Interrupted(f"Interrupted: {count} are graded. Run it again to go on.")
        if not self.task.grading.regrade:
            for line in self._summary():
                self.say(line)
        return self.look_count

    def _summary(self) -> Iterator[str]:
        """Yield what is to be said of the class as a whole."""
        assignment = self.task.grading.assignment
        if self.outdated_count:
            kinds = ", ".join(self.basis)
            were = "was" if self.outdated_count == 1 else "were"
            yield (
                f"{self.outdated_count} {were} graded with {kinds}. Their points stay; "
                f"see who would gain or lose with: grader regrade {assignment}"
            )
        for version, count in self.versions.items():
            yield f"{count} graded with {version}. Nothing is graded again for that."
        if not self.task.grading.students:
            yield from self._missing()
            yield from _misnamed(self.task.grading)

    def _missing(self) -> Iterator[str]:
        """Yield whose work is no longer there; a changed course counts for them too."""
        for student, reasons in self.gone.items():
            standing = self.standings[student]
            kinds = ", ".join(standing.differences(self.task.basis))
            with_what = f", graded with {kinds}" if kinds else ""
            why = f"; recorded again, since {' and '.join(reasons)}" if reasons else ""
            self.look_count += bool(kinds)
            keeps = f"the gradebook keeps {standing}{with_what}"
            yield f"{text(student)}: {NOT_HANDED_IN}; {keeps}{why}"
        if not self.total:
            self.look_count += 1
            yield no_submissions(self.task.grading)

    def _record_gone(self, writer: gradebook.Writer) -> None:
        """Record anew how late the work is that is no longer there: that hangs on no file."""
        here = set(self.task.grading.classroom.students(self.task.grading.assignment))
        batch = []
        for student, standing in self.standings.items():
            if not standing.is_graded or student in here:
                continue
            other_penalty = writer.has_other_penalty(standing)
            self.gone[student], graded = submission.only_late(standing, other_penalty)
            batch += [graded] if graded else []
        writer.record(batch)
        self._read_again(writer, batch)

    def _read_again(self, writer: gradebook.Writer, batch: list[Graded]) -> None:
        if batch:
            now = writer.standings([one.student for one in batch])
            self.standings |= {each.student: each for each in now}

    def _grade_all(self, interrupts: list[int]) -> None:
        """Grade until nobody waits, with a new pool whenever one is lost."""
        grading = self.task.grading
        pool = self._start_pool()
        try:
            with gradebook.Writer(grading.classroom, grading.assignment, say=self.say) as writer:
                self.standings = {each.student: each for each in writer.standings()}
                self._take_results(pool, writer, interrupts)
                while self.waiting and not interrupts:
                    pool.shutdown()
                    self._count_lost_pool()
                    pool = self._start_pool()
                    self._take_results(pool, writer, interrupts)
                self._write(writer)
                if not (grading.regrade or grading.students or interrupts):
                    self._record_gone(writer)
        finally:
            if self.bench:  # whoever waits for it need not
                self.bench.close()
            pool.shutdown(cancel_futures=True)

    def _count_lost_pool(self) -> None:
        self.lost_pools += 1
        if self.lost_pools > TRIES:
            raise CourseError(
                "The processes that grade are lost as soon as they start. Run it again."
            )

    def _start_pool(self) -> Executor:
        """Return processes that start at once, and load while the gradebook is opened here."""
        if self.bench:
            return self._threads()
        count = min(self.slots, len(self.waiting)) if system.is_linux() else 1
        count = max(count, 1)
        pool = self._pool(count) if system.is_linux() else self._thread()
        self.pending = {}
        with suppress(BrokenProcessPool):  # the first submission raises it again
            for _ in range(count):
                pool.submit(submission.prepare)
        return pool

    def _pool(self, count: int) -> Executor:
        return ProcessPoolExecutor(
            count,
            mp_context=multiprocessing.get_context("fork"),
            initializer=submission.begin,
            initargs=(os.getpid(), self.task),
        )

    def _thread(self) -> Executor:
        """Return one thread in place of processes, since a course cannot be sent to another one.

        The students' code runs in processes all the same.
        """
        return ThreadPoolExecutor(1, initializer=submission.take, initargs=(self.task,))

    def _threads(self) -> Executor:
        """Return threads that wait for other machines, each with one submission.

        There are twice as many as there are workers, so that none of these waits for us.
        """
        submission.take(self.task, self.bench)
        submission.prepare()
        return ThreadPoolExecutor(2 * self.slots)

    def _submit(self, pool: Executor, writer: gradebook.Writer) -> None:
        """Keep the processes busy, and no more submissions than that in memory."""
        while self.waiting and len(self.pending) < 2 * self.slots:
            student = self.waiting[0]
            standing = self.standings.get(student) or Standing(student, due=writer.due)
            other_penalty = writer.has_other_penalty(standing)
            future = pool.submit(submission.run, standing, other_penalty)
            self.pending[future] = student
            self.waiting.popleft()
            self.tries[student] += 1

    def _take_results(
        self, pool: Executor, writer: gradebook.Writer, interrupts: list[int]
    ) -> None:
        """Take results as they come.

        Ends when all are there, a process of the pool is lost, or somebody interrupts.
        """
        try:
            self._submit(pool, writer)
            while self.pending:
                done, _ = wait(self.pending, return_when=FIRST_COMPLETED)
                for future in done:
                    self._take(future.result(), writer)
                    del self.pending[future]
                if not interrupts:
                    self._submit(pool, writer)
        except BrokenProcessPool:
            self._put_back(writer)
        except BenchLost:
            self._write(writer)
            raise

    def _put_back(self, writer: gradebook.Writer) -> None:
        """Let submissions wait again that a lost process had; give up those that lost several."""
        for student in self.pending.values():
            if self.tries[student] < TRIES:
                self.waiting.append(student)
                continue
            problem = (
                f"not graded: the process that graded it was lost, {TRIES} times. Run it again"
            )
            self._take(Result(student, problem, look=True), writer)
        self.pending.clear()

    def _take(self, result: Result, writer: gradebook.Writer) -> None:
        self.tries.pop(result.student, None)
        self.lost_pools = 0
        self.batch.append(result)
        is_due = time.monotonic() - self.written_at > BATCH_SECONDS
        if is_due or len(self.batch) >= BATCH_SIZE:
            self._write(writer)

    def _write(self, writer: gradebook.Writer) -> None:
        """Write a batch into the gradebook, and then its files.

        An autograded notebook holds its submission's digest: where it is there, all was written.
        Where the files cannot be written, what was recorded is said before that.
        """
        self.batch.sort(key=lambda result: result.student)
        self._record(writer)
        try:
            self.batch = [_with_problem(each, self._write_files(each)) for each in self.batch]
        finally:
            self._say_all()

    def _record(self, writer: gradebook.Writer) -> None:
        """Write the rows of a batch; those that the gradebook does not take stay as they were."""
        graded = [result.graded for result in self.batch if result.graded]
        refused = writer.record(graded)
        if refused:
            self.batch = [
                self._without(each, refused[each.student], writer)
                if each.student in refused
                else each
                for each in self.batch
            ]
            late = [each.graded for each in self.batch if each.student in refused and each.graded]
            writer.record(late)
        self._read_again(writer, graded)

    def _without(self, result: Result, why: str, writer: gradebook.Writer) -> Result:
        """Return a result without the scores that the gradebook does not take, and say why."""
        note = (
            f"look: the gradebook does not take its verdict, since {why}. "
            f"See: grader regrade {self.task.grading.assignment}"
        )
        standing = self.standings.get(result.student)
        if standing is None or not standing.is_graded:
            return Result(result.student, f"not recorded; {note}", look=True)
        reasons, late = submission.only_late(standing, writer.has_other_penalty(standing))
        return submission.left(standing, reasons, late, note, self.task.basis)

    def _say_all(self) -> None:
        """Say what became of a batch; the next one begins."""
        with tqdm.external_write_mode(file=sys.stdout):
            for result in self.batch:
                self._say(result)
        self.progress.update(len(self.batch))
        self.batch = []
        self.written_at = time.monotonic()

    def _say(self, result: Result) -> None:
        self.written_count += 1
        self.look_count += result.look
        self.basis.update(result.basis)
        self.outdated_count += bool(result.basis)
        self.versions.update(result.versions)
        if self.task.grading.regrade and not result.problem:
            return
        number = f"[{self.written_count}/{self.total}]"
        self.say(f"{number} {text(result.student)}: {self._line(result)}")

    def _line(self, result: Result) -> str:
        """Return what became of a submission, with the points that the gradebook holds now."""
        if result.problem:
            return result.problem
        points = str(self.standings[result.student])
        if result.unchanged:
            points = f"unchanged, {points}"
        return "; ".join([points, *result.notes])

    def _write_files(self, result: Result) -> str:
        """Write an autograded notebook, and beside it what releases its feedback.

        The verdict file of a regrade takes the place of the earlier one. Returns why that cannot be
        done, or "". Raises OSError when no file can be written.
        """
        grading = self.task.grading
        staged = grading.staged(result.student)
        try:
            if grading.accept and result.has_verdict:
                move(staged, grading.verdicts(result.student))
            if result.graded and result.graded.notebook:
                self._write_notebook(result.graded, result.graded.notebook)
        except UNWRITABLE as error:
            return submission.cannot_write(error)
        return ""

    def _write_notebook(self, graded: Graded, notebook: NotebookJSON) -> None:
        target = self.task.grading.autograded(graded.student)
        stamp = ""
        if graded.stamp:
            stamp = f"{graded.stamp.isoformat(' ')} UTC\n"
        _write_or_remove(target.with_name(STAMP), stamp)
        first = ""
        if graded.timestamp and graded.stamp and graded.timestamp != graded.stamp:
            first = f"{graded.timestamp.isoformat(' ')} UTC\n"
        _write_or_remove(target.with_name(FIRST_STAMP), first)
        _write_or_remove(target.with_name(SECRET), graded.secret)
        write_atomically(target, dumps(notebook))


def _with_problem(result: Result, why: str) -> Result:
    """Return a result with why its files cannot be written, where that is so."""
    if not why:
        return result
    return replace(result, notes=(*result.notes, f"look: {why}"), look=True)


def _write_or_remove(path: Path, content: str) -> None:
    """Write a file, or remove it where it would be empty."""
    if content:
        write_atomically(path, content)
    else:
        path.unlink(missing_ok=True)


def tier_of(grading: Grading) -> Tier:
    """Return the tier in which submissions are graded. Raises CourseError where none holds."""
    if grading.unsafe:
        return Tier.NONE
    return pick_tier(grading.classroom.course, places_to_hide(grading.classroom))


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
