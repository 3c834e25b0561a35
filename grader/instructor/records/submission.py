"""One submission of a class, read, graded and judged in a process of the pool."""

from __future__ import annotations

import gc
import json
import re
import signal
from dataclasses import dataclass
from multiprocessing import util
from pathlib import Path

from grader.instructor.author.notebook import load
from grader.instructor.classroom import Grading, made_with
from grader.instructor.courses import CourseError
from grader.instructor.files import write_atomically
from grader.instructor.records.autograded import KEY, autograded_notebook
from grader.instructor.records.gradebook_tables import Graded
from grader.instructor.sandbox.protocol import text
from grader.instructor.sandbox.sandbox import MachineFault, Sandbox, Tier
from grader.instructor.sealed.grade_one import TRIES, WorkJSON, grade_again, ungraded
from grader.instructor.sealed.intake import Identity, Submission, read_submission
from grader.instructor.sealed.seed import seed_of

# A student's folder: its name stands in pages, in addresses and in the database.
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,127}")
BAD_NAME = (
    "the folder's name is none of a student: expected letters, digits and _ . @ + -, at most 128. "
    "Rename it"
)
VERDICT_KEYS = frozenset(
    ("sha256", "seed", "made_with", "points", "faults", "exercises", "answers", "sandbox")
)


class VerdictFile(WorkJSON, Identity):
    """What a verdict file holds. made_with: the versions; sandbox: the name of its tier."""

    student: str
    made_with: dict[str, str]
    sandbox: str


@dataclass(frozen=True)
class Result:
    """What became of one submission.

    look: whether a person has to look at it; graded: what the gradebook does not have yet.
    """

    student: str
    message: str
    look: bool
    graded: Graded | None = None


class SubmissionGrader:
    """Grades submissions one after another, in one sandbox. secret: what seeds are drawn from."""

    def __init__(self, grading: Grading, tier: Tier, secret: bytes) -> None:
        self.grading = grading
        self.tier = tier
        self.secret = secret
        self.made_with = made_with(grading.notebook)
        self.released = grading.released().read_text(encoding="utf-8")
        self.exercises = list(grading.notebook.by_name)
        self.sandbox = Sandbox(tier, grading.notebook)
        self.sandbox.load()

    def grade(self, student: str) -> Result:
        """Return what became of a student's submission; its verdict file is written.

        Raises OSError when the file cannot be written.
        """
        if not NAME.fullmatch(student):
            return Result(student, f"not graded; look: {BAD_NAME}", look=True)
        submission = read_submission(self.grading.submitted(student), self.exercises)
        before = stored(self.grading.verdicts(student))
        if before is not None and self._is_current(before, submission):
            if _is_recorded(self.grading.autograded(student), submission.identity):
                message = f"unchanged, {before['points']:g} points"
                return Result(student, message, look=bool(before["faults"]))
            return self._result(student, before, submission)
        try:
            verdict = self._verdict(student, submission, before)
        except MachineFault as error:
            message = f"not graded: {error}, {TRIES} times. Run it again"
            return Result(student, message, look=True)
        except OSError:
            raise
        except Exception as error:
            # A fault of ours on a file that nobody thought of: the class goes on, and a person
            # looks at this one.
            reason = f"{type(error).__name__}: {text(str(error))}"
            message = f"not graded; look: a fault of the grader ({reason})"
            return Result(student, message, look=True)
        write_atomically(self.grading.verdicts(student), json.dumps(verdict, indent=1) + "\n")
        return self._result(student, verdict, submission)

    def _is_current(self, before: VerdictFile, submission: Submission) -> bool:
        """Tell whether an earlier verdict is on the same work, by the same course.

        Such a verdict may not have reached the gradebook.
        """
        if self.grading.force or before["sandbox"] != self.tier.value:
            return False
        is_same_work = submission.identity.items() <= before.items()
        return is_same_work and before["made_with"] == self.made_with

    def _verdict(
        self, student: str, submission: Submission, before: VerdictFile | None
    ) -> VerdictFile:
        """Return a new verdict file. Unchanged work keeps its seed. Raises MachineFault."""
        if before is not None and before["sha256"] == submission.digest:
            seed = before["seed"]
        else:
            seed = seed_of(self.secret, student, submission.digest)
        if submission.notebook is None:
            verdict = ungraded(self.grading.notebook, seed, submission.unreadable)
        else:
            verdict = grade_again(submission.notebook, seed, self.sandbox, beside=submission.beside)
        if submission.no_time:
            verdict["faults"].append(submission.no_time)
        return {
            **verdict,
            **submission.identity,
            "student": student,
            "made_with": self.made_with,
            "sandbox": self.tier.value,
        }

    def _result(self, student: str, verdict: VerdictFile, submission: Submission) -> Result:
        notebook = autograded_notebook(json.loads(self.released), verdict, submission.identity)
        exercises = verdict["exercises"]
        looks = {exercise["exercise"] for exercise in exercises if exercise["look"]}
        message = f"{verdict['points']:g} points"
        if verdict["faults"]:
            message += f"; look: {'; '.join(verdict['faults'])}"
        graded = Graded(student, notebook, looks, submission.time, submission.secret)
        return Result(student, message, bool(verdict["faults"]), graded)


def stored(path: Path) -> VerdictFile | None:
    """Return an earlier verdict file, or None where there is none that can be used."""
    try:
        verdict = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    is_whole = isinstance(verdict, dict) and verdict.keys() >= VERDICT_KEYS
    return verdict if is_whole else None


def _is_recorded(path: Path, identity: Identity) -> bool:
    """Tell whether an autograded notebook is of the work with this identity."""
    try:
        return bool(load(path)["metadata"].get(KEY) == identity)
    except CourseError:
        return False


# A process of the pool is given its task when it starts, and makes its grader for the first
# submission: the sandbox then loads in all processes at once.
_task: tuple[Grading, Tier, bytes] | None = None
_grader: SubmissionGrader | None = None


def begin(parent: int, grading: Grading, tier: Tier, secret: bytes) -> None:
    """Make this process of the pool ready. It leaves Ctrl-C to its parent, and dies with it."""
    # Imported here, since `grader report` reads verdicts on Windows, which lacks `resource`.
    from grader.instructor.sandbox.worker import seal  # noqa: PLC0415

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    seal.die_with(parent)
    take(grading, tier, secret)


def take(grading: Grading, tier: Tier, secret: bytes) -> None:
    """Take the task of a run; in this process nothing else is graded until it has ended."""
    global _task, _grader
    if _grader is not None:
        _grader.sandbox.close()
    _task = grading, tier, secret
    _grader = None


def run(student: str) -> Result:
    """Grade one submission in this process of the pool. Raises OSError."""
    global _grader
    if _grader is None:
        assert _task is not None
        _grader = SubmissionGrader(*_task)
        util.Finalize(None, _grader.sandbox.close, exitpriority=10)
        gc.freeze()
    return _grader.grade(student)
