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
from typing import Any, cast

from grader.instructor.author.notebook import load
from grader.instructor.classroom import Grading, problem_of_name, versions
from grader.instructor.courses import CourseError
from grader.instructor.files import UNWRITABLE, digest, write_atomically
from grader.instructor.records.autograded import KEY, autograded_notebook, key_of
from grader.instructor.records.gradebook_tables import Graded
from grader.instructor.records.keys import Key
from grader.instructor.records.standings import Standing
from grader.instructor.sandbox.protocol import text
from grader.instructor.sandbox.sandbox import MachineFault, Sandbox, Tier
from grader.instructor.sealed.basis import Basis, basis_of, differences
from grader.instructor.sealed.grade_one import TRIES, WorkJSON, grade_again, ungraded
from grader.instructor.sealed.intake import Identity, Submission, read_submission
from grader.instructor.sealed.seed import seed_of
from grader.notebook.intake import TEST


class VerdictFile(WorkJSON, Identity):
    """What a verdict file holds.

    made_with: the versions of Python and numpy; sandbox: the name of its tier; basis: what of the
    course the grade depends on; handed_in: when this file first came; due, extension: what the
    gradebook said of them.
    """

    student: str
    made_with: dict[str, str]
    sandbox: str
    basis: Basis
    handed_in: str
    due: str
    extension: str


@dataclass(frozen=True)
class Result:
    """What became of one submission.

    problem: why it has no grade, or ""; notes: what is said of it beside its points; look: whether
    a person has to look at it; graded: what the gradebook does not have yet; unchanged: whether
    nothing was done; basis: in what the course has changed since it was graded; versions: with
    which Python and numpy it was graded, where these are others now.
    """

    student: str
    problem: str = ""
    notes: tuple[str, ...] = ()
    look: bool = False
    graded: Graded | None = None
    unchanged: bool = False
    basis: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """What all submissions of a run share. secret: what seeds are drawn from."""

    grading: Grading
    tier: Tier
    secret: bytes
    basis: Basis

    @classmethod
    def of(cls, grading: Grading, tier: Tier, secret: bytes) -> Task:
        """Return the task of a run. Raises OSError and CourseError, as basis_now does."""
        return cls(grading, tier, secret, basis_now(grading))


def basis_now(grading: Grading) -> Basis:
    """Return what grades of an assignment depend on today.

    Raises OSError where the released notebook cannot be read, and CourseError for a broken course.
    """
    released = json.loads(grading.released().read_text(encoding="utf-8"))
    try:
        return basis_of(grading.notebook, released)
    except Exception as error:  # references, cases and tables are a course's own programs
        raise CourseError(
            f"The course of {grading.assignment} cannot be read ({type(error).__name__}: "
            f"{error}). Run grader verify {grading.assignment}, and mend what it says."
        ) from None


class SubmissionGrader:
    """Grades submissions one after another, in one sandbox."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.grading = task.grading
        self.versions = versions()
        self.released = task.grading.released().read_text(encoding="utf-8")
        self.exercises = list(task.grading.notebook.by_name)
        self.sandbox = Sandbox(task.tier, task.grading.notebook)
        self.sandbox.load()

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
        student = standing.student
        submission = read_submission(self.grading.submitted(student), self.exercises)
        before = stored(self.grading.verdicts(student))
        if before is not None and before["sha256"] != submission.digest:
            before = None
        reasons = list(self._reasons_to_grade(before, submission, standing))
        if not reasons and before is not None and self._may_record(before, standing):
            return self._keep(before, submission, standing, other_penalty)
        if not reasons and standing.is_graded:
            return self._leave(standing)
        try:
            work = self._work(student, submission, before)
        except OSError:
            raise
        except Exception as error:
            return Result(student, _failure(error), look=True)
        verdict = self._verdict(work, before, submission, standing)
        if self.grading.regrade:
            self._write(self.grading.staged(student), verdict)
            return Result(student)
        self._write(self.grading.verdicts(student), verdict)
        notes = []
        if reasons:
            notes.append(f"graded again, since {' and '.join(reasons)}{_change(standing, work)}")
        notes += _came_again(before, verdict)
        return self._result(verdict, notes, self._graded(verdict, submission))

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
            if before is None or not _is_of(before, key):
                yield "its verdict file was missing or of another grade"

    def _may_record(self, before: VerdictFile, standing: Standing) -> bool:
        """Tell whether a verdict file is that of the grade, or may take its place."""
        if not standing.is_graded:
            return True
        if self.grading.accept:
            return before["basis"] == self.task.basis
        return standing.key is not None and _is_of(before, standing.key)

    def _leave(self, standing: Standing) -> Result:
        """Return a grade that stays as it is, since nothing says how today's course compares."""
        kinds = tuple(standing.differences(self.task.basis))
        note = "look: its verdict file does not belong to its grade"
        if standing.key is None:
            note = (
                "look: another program graded it, and its points stay. "
                "See what this one would give with grader regrade"
            )
        return Result(standing.student, notes=(note,), look=True, unchanged=True, basis=kinds)

    def _fits(self, verdict: VerdictFile) -> bool:
        """Tell whether the gradebook can hold a verdict: the same exercises, no more points."""
        earned = {each["exercise"]: each["earned"] for each in verdict["exercises"]}
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
        student = standing.student
        verdict = self._verdict(before, before, submission, standing)
        if verdict != before:
            self._write(self.grading.verdicts(student), verdict)
        expected = key_of(verdict, _identity(verdict))
        key = _autograded_key(self.grading.autograded(student))
        late = list(_other_lateness(before, verdict))
        if other_penalty:
            late.append("the late penalty is another one")
        if not late:  # a run may have ended before it wrote all of it
            late += _other_times(verdict, standing, key)
        is_new = standing.key is None or not _is_of(verdict, standing.key)
        scores = list(_other_scores(verdict, standing, is_new))
        if {**key, "timestamp": expected["timestamp"]} != expected:
            scores.append("its autograded notebook was missing or another one")
        notes = list(_came_again(before, verdict))
        if not late and not scores:
            return replace(self._result(verdict, notes, None), unchanged=True)
        reasons = scores if not standing.is_graded else [*late, *scores]
        notes.insert(0, f"recorded again, since {' and '.join(reasons)}")
        graded = replace(self._graded(verdict, submission), has_new_scores=bool(scores))
        return self._result(verdict, notes, graded)

    def _work(self, student: str, submission: Submission, before: VerdictFile | None) -> WorkJSON:
        """Return new verdicts. Unchanged work keeps its seed. Raises MachineFault."""
        if before is None:
            seed = seed_of(self.task.secret, student, submission.digest)
        else:
            seed = before["seed"]
        if submission.notebook is None:
            return ungraded(self.grading.notebook, seed, submission.unreadable)
        return grade_again(submission.notebook, seed, self.sandbox, beside=submission.beside)

    def _verdict(
        self,
        work: WorkJSON | VerdictFile,
        before: VerdictFile | None,
        submission: Submission,
        standing: Standing,
    ) -> VerdictFile:
        """Return a verdict file: verdicts, new or kept, and what the gradebook is to know."""
        faults = list(work["faults"])
        if work is before:
            faults = [fault for fault in faults if fault != before["timestamp"]]
        faults += [submission.no_time] if submission.no_time else []
        how: dict[str, Any] = {}
        if work is not before:
            tier = self.task.tier.value
            how = {"made_with": self.versions, "sandbox": tier, "basis": self.task.basis}
        handed_in = _first_time(before, submission, standing)
        verdict = {
            **work,
            **how,
            **submission.identity,
            "faults": faults,
            "student": standing.student,
            "handed_in": str(handed_in or ""),
            "due": str(standing.due or ""),
            "extension": str(standing.extension or ""),
        }
        return cast("VerdictFile", verdict)

    def _write(self, path: Path, verdict: VerdictFile) -> None:
        whole = {**verdict, "digest": _digest_of(verdict)}
        write_atomically(path, json.dumps(whole, indent=1) + "\n")

    def _graded(self, verdict: VerdictFile, submission: Submission) -> Graded:
        """Return all that the gradebook is to have of a verdict."""
        looks = {each["exercise"] for each in verdict["exercises"] if each["look"]}
        if verdict["faults"] and not looks:  # of the whole: formgrader shows cells alone
            looks = {verdict["exercises"][0]["exercise"]}
        return Graded(
            verdict["student"],
            autograded_notebook(json.loads(self.released), verdict, _identity(verdict)),
            looks,
            _time(verdict["handed_in"]),
            submission.time,
            submission.secret,
            key=_key(verdict),
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
            basis=basis,
            versions=tuple(_other_versions(verdict["made_with"], self.versions)),
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


def _identity(verdict: VerdictFile) -> Identity:
    return {"sha256": verdict["sha256"], "timestamp": verdict["timestamp"]}


def _is_of(verdict: VerdictFile, key: Key) -> bool:
    """Tell whether a verdict file is that of a recorded grade."""
    return _key(verdict) == {**key, "handed_in": verdict["handed_in"]}


def _key(verdict: VerdictFile) -> Key:
    """Return the key of the grade that a verdict file gives."""
    return {
        "sha256": verdict["sha256"],
        "handed_in": verdict["handed_in"],
        "sandbox": verdict["sandbox"],
        "basis": verdict["basis"],
        "scores": {each["exercise"]: each["earned"] for each in verdict["exercises"]},
    }


def _first_time(
    before: VerdictFile | None, submission: Submission, standing: Standing
) -> datetime | None:
    """Return when a file was handed in; the same file that comes again keeps its first time."""
    times = [submission.time] if submission.time else []
    if standing.key and standing.key["sha256"] == submission.digest and standing.handed_in:
        times.append(standing.handed_in)
    first = _time(before["handed_in"]) if before is not None else None
    times += [first] if first else []
    return min(times, default=None)


def _came_again(before: VerdictFile | None, verdict: VerdictFile) -> Iterator[str]:
    """Yield a sentence on a file that was handed in again, later, and is the same."""
    time = _time(verdict["timestamp"])
    if before is None or time is None or before["timestamp"] == verdict["timestamp"]:
        return
    if str(time) > verdict["handed_in"]:
        yield (
            f"the same file came again at {time} UTC: "
            f"its first time, {verdict['handed_in']} UTC, counts"
        )


def _time(text: str) -> datetime | None:
    """Return a time of a verdict file, None where it holds none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _other_lateness(before: VerdictFile, now: VerdictFile) -> Iterator[str]:
    """Yield what the gradebook says otherwise about how late a submission is."""
    for key, what in (("due", "due date"), ("extension", "extension")):
        then, value = before[key], now[key]  # type: ignore[literal-required]
        if then != value:
            yield f"the {what} was {_plain(then)} and is {_plain(value)}"
    if before["timestamp"] != now["timestamp"]:
        yield "its timestamp.txt is another one"


def _plain(value: str) -> str:
    """Return a due date or an extension in words."""
    return value.removesuffix(", 0:00:00") or "none"


def _other_times(verdict: VerdictFile, standing: Standing, key: dict[str, str]) -> Iterator[str]:
    """Yield where the time of a submission is another one than in its verdict file."""
    if key.get("timestamp", verdict["timestamp"]) != verdict["timestamp"]:
        yield "its autograded notebook had another time of it"
    if verdict["handed_in"] and str(standing.handed_in) != verdict["handed_in"]:
        yield "the gradebook had another time of it"


def _other_scores(verdict: VerdictFile, standing: Standing, is_new: bool) -> Iterator[str]:
    """Yield what the gradebook lacks of a verdict. is_new: whether it is one of a regrade."""
    if not standing.is_graded:
        yield "the gradebook had no grade of it"
        return
    if is_new:
        yield "it was regraded"
        return
    for each in verdict["exercises"]:
        cell = standing.cells.get(f"{TEST}{each['exercise']}")
        if cell is None or cell.automatic != each["earned"]:
            yield "the gradebook had other points"
            return


def _autograded_key(path: Path) -> dict[str, str]:
    """Return which verdict an autograded notebook shows, {} where there is none to read."""
    try:
        key = load(path)["metadata"].get(KEY)
    except CourseError:
        return {}
    is_ours = isinstance(key, dict) and key.keys() == {"sha256", "timestamp", "verdict"}
    return key if is_ours else {}


def _other_versions(before: dict[str, str], now: dict[str, str]) -> Iterator[str]:
    """Yield the versions with which a grade was made, where these are others now."""
    for name, version in now.items():
        then = before.get(name)
        if then and then != version:
            yield f"{name} {then} (now {version})"


def stored(path: Path) -> VerdictFile | None:
    """Return an earlier verdict file, or None where there is none that is whole and ours."""
    try:
        verdict = json.loads(path.read_text(encoding="utf-8"))
        its_digest = verdict.pop("digest")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return verdict if its_digest == _digest_of(verdict) else None


def _digest_of(verdict: Any) -> str:
    return digest(json.dumps(verdict, sort_keys=True).encode())


# A process of the pool is given its task when it starts, and makes its grader before the first
# submission: the sandbox then loads in all processes at once.
_task: Task | None = None
_grader: SubmissionGrader | None = None


def begin(parent: int, task: Task) -> None:
    """Make this process of the pool ready. It leaves Ctrl-C to its parent, and dies with it."""
    # Imported here, since `grader report` reads verdicts on Windows, which lacks `resource`.
    from grader.instructor.sandbox.worker import seal  # noqa: PLC0415

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    seal.die_with(parent)
    take(task)


def take(task: Task) -> None:
    """Take the task of a run; in this process nothing else is graded until it has ended."""
    global _task, _grader
    if _grader is not None:
        _grader.sandbox.close()
    _task = task
    _grader = None


def prepare() -> None:
    """Make this process's grader."""
    global _grader
    if _grader is None:
        assert _task is not None
        _grader = SubmissionGrader(_task)
        util.Finalize(None, _grader.sandbox.close, exitpriority=10)
        gc.freeze()


def run(standing: Standing, other_penalty: bool) -> Result:
    """Grade one submission in this process of the pool. Raises OSError."""
    prepare()
    assert _grader is not None
    return _grader.grade(standing, other_penalty)
