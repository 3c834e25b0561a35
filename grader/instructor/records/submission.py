"""One submission of a class, read, graded and judged in a process of the pool."""

from __future__ import annotations

import gc
import json
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing import util
from pathlib import Path
from typing import cast

from grader.instructor.author.notebook import NotebookJSON, check_cells, load, source
from grader.instructor.benches.bench import Bench, BenchLost, OwnBench, Work
from grader.instructor.classroom import Grading, problem_of_name, versions
from grader.instructor.courses import CourseError
from grader.instructor.files import UNWRITABLE
from grader.instructor.records.autograded import (
    autograded_notebook,
    key_in,
    key_of,
    same_texts,
)
from grader.instructor.records.gradebook_tables import Graded
from grader.instructor.records.keys import Key, is_of, other_lateness
from grader.instructor.records.people import Roster
from grader.instructor.records.standings import NOT_HANDED_IN, Standing
from grader.instructor.sandbox.protocol import text
from grader.instructor.sandbox.sandbox import MachineFault, Tier
from grader.instructor.sealed import verdict_file
from grader.instructor.sealed.basis import Basis, basis_of, differences
from grader.instructor.sealed.grade_one import TRIES, WorkJSON, ungraded, with_other_id
from grader.instructor.sealed.intake import Submission, read_submission
from grader.instructor.sealed.seed import seed_of
from grader.instructor.sealed.verdict_file import (
    VerdictFile,
    identity_of,
    scores_of,
    stored,
    time_of,
)
from grader.notebook.intake import TEST

UNTIMED = "it has no time"  # how a fault begins of a file that may be late, and nobody knows


@dataclass(frozen=True)
class Result:
    """What became of one submission.

    problem: why it has no grade, or ""; notes: what is said of it beside its points; look: whether
    a person has to look at it; graded: what the gradebook does not have yet; unchanged: whether
    nothing was done; has_verdict: whether a verdict file goes with the grade; basis: in what the
    course has changed since it was graded; versions: with which Python and numpy it was graded,
    where these are others now.
    """

    student: str
    problem: str = ""
    notes: tuple[str, ...] = ()
    look: bool = False
    graded: Graded | None = None
    unchanged: bool = False
    has_verdict: bool = False
    basis: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """What all submissions of a run share.

    secret: what seeds are drawn from; misfit: why nothing that is graded today can be recorded, or
    "".
    """

    grading: Grading
    tier: Tier
    secret: bytes
    basis: Basis
    misfit: str = ""

    @classmethod
    def of(cls, grading: Grading, tier: Tier, secret: bytes, misfit: str = "") -> Task:
        """Return the task of a run. Raises CourseError, as basis_now does."""
        return cls(grading, tier, secret, basis_now(grading), misfit)


def released_notebook(grading: Grading) -> NotebookJSON:
    """Return the notebook as students got it. Raises CourseError."""
    path = grading.released()
    advice = f"Run first: grader release {grading.assignment}"
    if not path.is_file():
        raise CourseError(f"{grading.assignment} is not released: {path} is missing. {advice}")
    try:
        released = load(path)
        for cell in released["cells"]:
            source(cell)
            metadata = cell["metadata"].get("nbgrader")
            if metadata:
                assert isinstance(metadata["grade_id"], str)
                assert "points" in metadata or not metadata.get("grade")
        assert check_cells(released)
    except (CourseError, AssertionError, KeyError, TypeError, AttributeError):
        raise CourseError(f"{path} is no released notebook, or is damaged. {advice}") from None
    return released


def basis_now(grading: Grading) -> Basis:
    """Return what grades of an assignment depend on today.

    Raises CourseError for a released notebook that cannot be read, and for a broken course.
    """
    released = released_notebook(grading)
    try:
        return basis_of(grading.notebook, released)
    except Exception as error:  # references, cases and tables are a course's own programs
        raise CourseError(
            f"The course of {grading.assignment} cannot be read ({type(error).__name__}: "
            f"{error}). Run grader verify {grading.assignment}, and mend what it says."
        ) from None


class SubmissionGrader:
    """Grades submissions, by default one after another in a sandbox of this process.

    bench: where their code runs.
    """

    def __init__(self, task: Task, bench: Bench | None = None) -> None:
        self.task = task
        self.grading = task.grading
        self.versions = versions()
        self.roster = Roster.of(task.grading.classroom)
        released = released_notebook(task.grading)
        self.released = json.dumps(released)
        self.tests = {name.removeprefix(TEST) for name in check_cells(released)}
        self.exercises = list(task.grading.notebook.by_name)
        self.gone = [name for name in sorted(self.tests) if name not in self.exercises]
        self.bench = bench or OwnBench(task.tier, task.grading.notebook)

    def grade(self, standing: Standing, other_penalty: bool = False) -> Result:
        """Return what became of a student's submission; its verdict file is written.

        standing: what the gradebook holds on it; other_penalty: whether that penalty is not the one
        of now. Raises OSError when no file can be written.
        """
        problem = problem_of_name(standing.student)
        if problem:
            problem = f"not graded; look: {problem}. Rename the folder"
            return Result(standing.student, problem, look=True)
        try:
            return self._grade(standing, other_penalty)
        except UNWRITABLE as error:
            return Result(standing.student, f"not graded; look: {cannot_write(error)}", look=True)

    def _grade(self, standing: Standing, other_penalty: bool) -> Result:
        """Return what `grade` does, for a student with a good name. Raises OSError."""
        submission = read_submission(
            self.grading.submitted(standing.student),
            self.exercises,
            self.grading.notebook.essay_names,
        )
        if submission.unreachable or (submission.is_absent and standing.is_graded):
            return self._not_there(submission, standing, other_penalty)
        before = stored(self._place(standing.student))
        if before is not None and before["sha256"] != submission.digest:
            before = None
        if self.grading.accept:
            return self._accept(before, submission, standing, other_penalty)
        reasons = list(self._reasons_to_grade(before, submission, standing))
        if not reasons and before is not None and self._may_record(before, standing):
            return self._keep(before, submission, standing, other_penalty)
        if not reasons and standing.is_graded:
            note = self._why_left(standing)
            return self._leave(standing, submission, other_penalty, note)
        if self.task.misfit and not self.grading.regrade:
            return self._refuse(standing, submission, other_penalty, reasons)
        return self._grade_now(before, submission, standing, reasons)

    def _grade_now(
        self,
        before: VerdictFile | None,
        submission: Submission,
        standing: Standing,
        reasons: list[str],
    ) -> Result:
        """Grade a submission; its verdict file is written. reasons: why again."""
        student = standing.student
        try:
            work = self._work(student, submission, before)
        except (OSError, BenchLost):
            raise
        except Exception as error:
            return Result(student, _failure(error), look=True)
        how = {
            "made_with": work.made_with,
            "sandbox": work.sandbox,
            "basis": self.task.basis,
        }
        new = cast("VerdictFile", {**work.verdicts, **how})
        verdict = self._verdict(new, before, submission, standing)
        verdict_file.write(self._place(student), verdict)
        if self.grading.regrade:
            return Result(student)
        notes = []
        if reasons:
            notes.append(
                f"graded again, since {' and '.join(reasons)}{_change(standing, work.verdicts)}"
            )
        graded = self._graded(verdict, submission, standing, why="".join(notes))
        notes += _came_again(before, verdict)
        return self._result(verdict, notes, graded)

    def _place(self, student: str) -> Path:
        """Return where the verdict file of this run is; that of a regrade waits for its row."""
        is_staged = self.grading.regrade or self.grading.accept
        return self.grading.staged(student) if is_staged else self.grading.verdicts(student)

    def _accept(
        self,
        before: VerdictFile | None,
        submission: Submission,
        standing: Standing,
        other_penalty: bool,
    ) -> Result:
        """Return what became of the verdict of a regrade, which takes the place of the grade."""
        if before is not None and before["basis"] == self.task.basis:
            return self._keep(before, submission, standing, other_penalty)
        note = (
            "look: its file or the course has changed since the regrade. "
            f"Run again: grader regrade {self.grading.assignment}"
        )
        if not standing.is_graded:
            return Result(standing.student, f"not graded; {note}", look=True)
        return self._leave(standing, submission, other_penalty, note)

    def _reasons_to_grade(
        self, before: VerdictFile | None, submission: Submission, standing: Standing
    ) -> Iterator[str]:
        """Yield why a submission that has a grade is graded again.

        A grade of a course that has changed since stays, unless its file is another one.
        """
        key = standing.key
        if self.grading.regrade:
            yield "that was asked for"
        elif not standing.is_graded or key is None:
            if before and not standing.is_graded and not self._fits(before):
                yield "the gradebook had no grade of it, and the notebook has other exercises now"
        elif key["sha256"] != submission.digest:
            yield "its file is another one"
            for other in differences(key["basis"], self.task.basis):
                yield f"it was graded with {other}"
        elif not list(differences(key["basis"], self.task.basis)):
            if key["sandbox"] == Tier.NONE.value != self.task.tier.value:
                yield "it was graded without a sandbox"
            if before is None or not is_of(before, key):
                yield "its verdict file was missing or of another grade"

    def _may_record(self, before: VerdictFile, standing: Standing) -> bool:
        """Tell whether a verdict file is that of the grade, or that of a grade not recorded yet."""
        if not standing.is_graded:
            return not self.task.misfit
        return standing.key is not None and is_of(before, standing.key)

    def _why_left(self, standing: Standing) -> str:
        """Return what a person has to know of a grade that stays as it is.

        Nothing says how today's course would grade the work.
        """
        if standing.key is None:
            return (
                "look: another program graded it, and its points stay. "
                f"See what this one would give with: {self._regrade()}"
            )
        path = self.grading.verdicts(standing.student)
        state = "does not belong to its grade"
        if stored(path) is None:
            state = "cannot be read" if path.exists() else "is missing"
        return f"look: its verdict file {state}, and the course has changed. See: {self._regrade()}"

    def _regrade(self) -> str:
        return f"grader regrade {self.grading.assignment}"

    def _leave(
        self, standing: Standing, submission: Submission | None, other_penalty: bool, note: str
    ) -> Result:
        """Return a grade whose scores stay as they are; how late it is counts all the same.

        submission: what is handed in, None where that cannot be read.
        """
        reasons, graded = only_late(standing, other_penalty, submission)
        result = left(standing, reasons, graded, note, self.task.basis)
        time = submission.time if submission else None
        if standing.key is None and time is not None and time != standing.handed_in:
            note = f"its timestamp.txt says {time} UTC, and the gradebook another time"
            return replace(result, notes=(*result.notes, note), unchanged=False)
        return result

    def _not_there(self, submission: Submission, standing: Standing, other_penalty: bool) -> Result:
        """Return what became of work that cannot be opened, or is gone: a grade of it stays."""
        why = f"look: {NOT_HANDED_IN}: {submission.unreadable}"
        if submission.unreachable:
            why = f"look: {submission.unreachable}. Mend that and run it again"
        if self.grading.regrade or not standing.is_graded:
            return Result(standing.student, f"not graded; {why}", look=True)
        return self._leave(standing, None, other_penalty, f"{why}; its grade stays")

    def _refuse(
        self, standing: Standing, submission: Submission, other_penalty: bool, reasons: list[str]
    ) -> Result:
        """Return what became of work that would be graded, and cannot be recorded."""
        if not standing.is_graded:
            return Result(standing.student, f"not graded; look: {self.task.misfit}", look=True)
        note = f"look: {' and '.join(reasons)}, but it is not graded: {self.task.misfit}"
        return self._leave(standing, submission, other_penalty, note)

    def _fits(self, verdict: VerdictFile) -> bool:
        """Tell whether the gradebook can hold a verdict: the same exercises, no more points."""
        earned = scores_of(verdict)
        exercises = self.grading.notebook.by_name
        if earned.keys() != exercises.keys():
            return False
        return all(exercises[name].points >= points for name, points in earned.items())

    def _keep(
        self,
        before: VerdictFile,
        submission: Submission,
        standing: Standing,
        other_penalty: bool,
    ) -> Result:
        """Return what became of work that keeps its verdict.

        Only what the gradebook does not have of it, or has otherwise, is recorded.
        """
        verdict = self._verdict(before, before, submission, standing)
        if not self.tests.difference(self.gone) <= scores_of(verdict).keys() <= self.tests:
            note = (
                "look: its verdict file and the released notebook have other exercises. "
                f"See: {self._regrade()}"
            )
            return self._leave(standing, submission, other_penalty, note)
        if verdict != before:
            verdict_file.write(self._place(standing.student), verdict)
        shows = key_in(self.grading.autograded(standing.student))
        late = list(_lateness(verdict, standing, other_penalty))
        if not late:  # a run may have ended before it wrote all of it
            late += _other_times(verdict, standing, shows)
        scores = list(_other_scores(verdict, standing))
        scores += _other_notebook(verdict, standing, shows)
        is_new = bool(self.grading.accept and standing.is_graded and scores)
        scores = ["it was regraded"] if is_new else scores
        notes = list(_came_again(before, verdict))
        if not late and not scores:
            return replace(self._result(verdict, notes, None), unchanged=True)
        reasons = scores if not standing.is_graded else [*late, *scores]
        notes.insert(0, f"recorded again, since {' and '.join(reasons)}")
        why = standing.key.get("why", "") if standing.key else ""
        why = "regraded" if is_new else why
        graded = self._graded(verdict, submission, standing, why)
        return self._result(verdict, notes, replace(graded, has_new_scores=bool(scores)))

    def _work(self, student: str, submission: Submission, before: VerdictFile | None) -> Work:
        """Return new verdicts. Unchanged work keeps its seed. Raises MachineFault."""
        if before is None:
            seed = seed_of(self.task.secret, student, submission.digest)
        else:
            seed = before["seed"]
        if submission.notebook is None:
            verdicts = ungraded(self.grading.notebook, seed, submission.unreadable)
            return Work(verdicts, self.task.tier.value, self.versions)
        work = self.bench.grade(submission.notebook, seed, submission.beside)
        marked = with_other_id(
            work.verdicts,
            submission.notebook,
            self.grading.notebook,
            student,
            self.roster.ids(student),
        )
        faults = [*marked["faults"], *map(_ungraded, self.gone)]
        return replace(work, verdicts={**marked, "faults": faults})

    def _verdict(
        self,
        work: VerdictFile,
        before: VerdictFile | None,
        submission: Submission,
        standing: Standing,
    ) -> VerdictFile:
        """Return a verdict file: verdicts, new or kept, and what the gradebook is to know."""
        faults = list(work["faults"])
        if work is before:
            faults = [fault for fault in faults if fault != before["timestamp"]]
        handed_in = _first_time(before, submission, standing)
        faults = _faults_of_time(faults, submission, standing, handed_in)
        verdict = {
            **work,
            **submission.identity,
            "faults": faults,
            "student": standing.student,
            "handed_in": str(handed_in or ""),
        }
        return cast("VerdictFile", verdict)

    def _graded(
        self, verdict: VerdictFile, submission: Submission, standing: Standing, why: str
    ) -> Graded:
        """Return all that the gradebook is to have of a verdict. why: see Key."""
        looks = {each["exercise"] for each in verdict["exercises"] if each["look"]}
        looks |= set(self.gone)
        if verdict["faults"] and not looks:  # of the whole: formgrader shows cells alone
            looks = {verdict["exercises"][0]["exercise"]}
        notebook = autograded_notebook(json.loads(self.released), verdict, identity_of(verdict))
        essays = self.grading.notebook.essay_names
        return Graded(
            verdict["student"],
            notebook,
            looks,
            time_of(verdict["handed_in"]),
            submission.time,
            submission.secret,
            key=_key(verdict, standing, why),
            read=same_texts(self.grading.autograded(verdict["student"]), notebook, essays),
            is_untimed=not verdict["handed_in"] and _is_another_file(submission, standing),
        )

    def _result(self, verdict: VerdictFile, notes: Sequence[str], graded: Graded | None) -> Result:
        """Return what became of work that has a verdict."""
        basis = tuple(differences(verdict["basis"], self.task.basis))
        faults = verdict["faults"]
        if faults:
            notes = [*notes, f"look: {'; '.join(faults)}"]
        return Result(
            verdict["student"],
            notes=tuple(notes),
            look=bool(faults or basis),
            graded=graded,
            has_verdict=True,
            basis=basis,
            versions=tuple(_other_versions(verdict["made_with"], self.versions)),
        )


def _ungraded(name: str) -> str:
    """Return that a cell waits for points by hand."""
    return (
        f"the course has no exercise {name} any more: its cell has no points until somebody gives "
        "them in formgrader"
    )


def _change(standing: Standing, work: WorkJSON) -> str:
    """Return how many points there were before, where that is not how many there are."""
    points = sum(cell.automatic or 0.0 for cell in standing.cells.values())
    if not standing.is_graded or points == work["points"]:
        return ""
    return f" ({points:g} points before)"


def _failure(error: Exception) -> str:
    """Return why a submission is not graded: a fault of the machine's or, on a file that nobody
    thought of, of ours. The class goes on, and a person looks at this one.
    """
    if isinstance(error, MachineFault):
        return f"not graded: {error}, {TRIES} times. Run it again"
    reason = f"{type(error).__name__}: {text(str(error))}"
    return f"not graded; look: a fault of the grader ({reason})"


def cannot_write(error: OSError) -> str:
    """Return why one of a student's files cannot be written, and what to do."""
    return f"{error.filename} cannot be written ({error.strerror}). Mend that and run it again"


def only_late(
    standing: Standing, other_penalty: bool, submission: Submission | None = None
) -> tuple[list[str], Graded | None]:
    """Return why it is recorded again how late a grade is whose scores stay, and what is recorded.

    submission: what is handed in, None where that cannot be read. None is returned for nothing.
    """
    key = standing.key
    reasons: list[str] = []
    handed_in = standing.handed_in
    if key is not None:
        timestamp = key.get("timestamp", "")
        if submission is not None and not _is_another_file(submission, standing):
            timestamp = submission.identity["timestamp"]
            handed_in = _first_time(None, submission, standing)
        due, extension = str(standing.due or ""), str(standing.extension or "")
        reasons += other_lateness(key, due, extension, timestamp)
        key = cast("Key", {**key, "due": due, "extension": extension, "timestamp": timestamp})
        key["handed_in"] = str(handed_in or "")
    if other_penalty:
        reasons.append("the late penalty is another one")
    if not reasons:
        return [], None
    graded = Graded(standing.student, None, set(), handed_in, has_new_scores=False, key=key)
    return reasons, graded


def left(
    standing: Standing, reasons: list[str], graded: Graded | None, note: str, now: Basis
) -> Result:
    """Return a grade whose scores stay. reasons, graded: of only_late; note: what is to be seen."""
    notes = [f"recorded again, since {' and '.join(reasons)}"] if reasons else []
    return Result(
        standing.student,
        notes=(*notes, note),
        look=True,
        graded=graded,
        unchanged=not reasons,
        basis=tuple(standing.differences(now)),
    )


def _key(verdict: VerdictFile, standing: Standing, why: str) -> Key:
    """Return the key of the grade that a verdict file gives. why: it was graded again."""
    return {
        "sha256": verdict["sha256"],
        "handed_in": verdict["handed_in"],
        "timestamp": verdict["timestamp"],
        "due": str(standing.due or ""),
        "extension": str(standing.extension or ""),
        "sandbox": verdict["sandbox"],
        "basis": verdict["basis"],
        "scores": scores_of(verdict),
        "why": why,
    }


def _is_another_file(submission: Submission, standing: Standing) -> bool:
    """Tell whether the gradebook's grade is of another file."""
    return standing.key is not None and standing.key["sha256"] != submission.digest


def _first_time(
    before: VerdictFile | None, submission: Submission, standing: Standing
) -> datetime | None:
    """Return when a file was handed in; the very same file that comes again keeps its first time.

    Of a grade by another program it is not known which file it was: its time counts where there is
    no other one.
    """
    times = [submission.time] if submission.time else []
    is_known = standing.key is not None and not _is_another_file(submission, standing)
    if standing.handed_in and (is_known or (standing.key is None and not times)):
        times.append(standing.handed_in)
    first = time_of(before["handed_in"]) if before is not None else None
    times += [first] if first else []
    return min(times, default=None)


def _faults_of_time(
    faults: list[str], submission: Submission, standing: Standing, handed_in: datetime | None
) -> list[str]:
    """Return the faults of a submission with what is wrong with its time.

    Another file without a time may be late where the earlier one was not: a person has to know.
    """
    others = [fault for fault in faults if not fault.startswith(UNTIMED)]
    if submission.no_time:
        return [*others, submission.no_time]
    if handed_in or not standing.due:
        return others
    if standing.handed_in and _is_another_file(submission, standing):
        return [
            *others,
            f"{UNTIMED}, so it counts as not late: the file before it came at "
            f"{standing.handed_in} UTC, and this one has no timestamp.txt",
        ]
    return faults


def _came_again(before: VerdictFile | None, verdict: VerdictFile) -> Iterator[str]:
    """Yield a sentence on a file that was handed in again, later, and is the same."""
    time = time_of(verdict["timestamp"])
    if before is None or time is None or before["timestamp"] == verdict["timestamp"]:
        return
    if str(time) > verdict["handed_in"]:
        yield (
            f"the same file came again at {time} UTC: "
            f"its first time, {verdict['handed_in']} UTC, counts"
        )


def _lateness(verdict: VerdictFile, standing: Standing, other_penalty: bool) -> Iterator[str]:
    """Yield what is otherwise now about how late a submission is."""
    if standing.key is not None and standing.key["sha256"] == verdict["sha256"]:
        due, extension = str(standing.due or ""), str(standing.extension or "")
        yield from other_lateness(standing.key, due, extension, verdict["timestamp"])
    if other_penalty:
        yield "the late penalty is another one"


def _other_times(verdict: VerdictFile, standing: Standing, shows: dict[str, str]) -> Iterator[str]:
    """Yield where the time of a submission is another one than in its verdict file."""
    if shows.get("timestamp", verdict["timestamp"]) != verdict["timestamp"]:
        yield "its autograded notebook had another time of it"
    if verdict["handed_in"] and str(standing.handed_in) != verdict["handed_in"]:
        yield "the gradebook had another time of it"


def _other_scores(verdict: VerdictFile, standing: Standing) -> Iterator[str]:
    """Yield what the gradebook lacks of the scores of a verdict."""
    if not standing.is_graded:
        yield "the gradebook had no grade of it"
        return
    if standing.key is None or not is_of(verdict, standing.key):
        yield "it was regraded"
        return
    for name, earned in scores_of(verdict).items():
        cell = standing.cells.get(f"{TEST}{name}")
        if cell is None or cell.automatic != earned:
            yield "the gradebook had other points"
            return


def _other_notebook(
    verdict: VerdictFile, standing: Standing, shows: dict[str, str]
) -> Iterator[str]:
    """Yield what is wrong with an autograded notebook. shows: which verdict it shows."""
    expected = key_of(verdict, identity_of(verdict))
    if not shows:
        yield "its autograded notebook was missing or another one"
    elif {**shows, "timestamp": expected["timestamp"]} != expected:
        # A run ended after it wrote the row: what it would have said of the grade is said now.
        why = standing.key.get("why", "") if standing.key else ""
        yield f"its autograded notebook was another one{f': it had been {why}' if why else ''}"


def _other_versions(before: dict[str, str], now: dict[str, str]) -> Iterator[str]:
    """Yield the versions with which a grade was made, where these are others now."""
    for name, version in now.items():
        then = before.get(name)
        if then and then != version:
            yield f"{name} {then} (now {version})"


# A process of the pool is given its task when it starts, and makes its grader before the first
# submission: the sandbox then loads in all processes at once.
_task: Task | None = None
_bench: Bench | None = None
_grader: SubmissionGrader | None = None


def begin(parent: int, task: Task) -> None:
    """Make this process of the pool ready."""
    begin_beside(parent)
    take(task)


def begin_beside(parent: int) -> None:
    """Let a process of a pool leave Ctrl-C to its parent, and die with it."""
    # Imported here, since `grader report` reads verdicts on Windows, which lacks `resource`.
    from grader.instructor.sandbox.worker import seal  # noqa: PLC0415

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    seal.die_with(parent)


def take(task: Task, bench: Bench | None = None) -> None:
    """Take the task of a run; in this process nothing else is graded until it has ended."""
    global _task, _bench, _grader
    if _grader is not None:
        _grader.bench.close()
    _task = task
    _bench = bench
    _grader = None


def prepare() -> None:
    """Make this process's grader."""
    global _grader
    if _grader is None:
        assert _task is not None
        _grader = SubmissionGrader(_task, _bench)
        util.Finalize(None, _grader.bench.close, exitpriority=10)
        gc.freeze()


def run(standing: Standing, other_penalty: bool) -> Result:
    """Grade one submission in this process of the pool. Raises OSError."""
    prepare()
    assert _grader is not None
    return _grader.grade(standing, other_penalty)
