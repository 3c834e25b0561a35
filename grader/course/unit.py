"""The unit of work of a class: one submission read, graded and judged, in a process of the pool."""

from __future__ import annotations

import gc
import hashlib
import hmac
import json
import re
import signal
import sys
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from multiprocessing import util
from pathlib import Path
from typing import Any

from grader.course import intake
from grader.course.files import write_atomically
from grader.course.gradebook import Graded
from grader.course.notebook import load
from grader.course.paths import STAMP, Course, CourseError
from grader.course.protocol import text
from grader.course.sandbox import MachineFault, Sandbox, Tier
from grader.course.sealed import grade_submission, ungraded
from grader.course.timestamp import Garbage, submitted_at
from grader.course.transplant import KEY, transplant
from grader.exercises import NOTEBOOKS
from grader.table import file_of

TRIES = 3  # of a submission, when something of ours was lost
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,127}")  # a student's folder: it stands in pages, addresses and the database


@dataclass(frozen=True)
class Grading:
    """What one run does: which course and assignment, in a sandbox or not, unchanged work again or not, for how many at once.

    students: these alone, or everybody.
    """

    course: Course
    assignment: str
    unsafe: bool = False
    force: bool = False
    workers: int = 1
    students: tuple[str, ...] = ()

    def released(self) -> Path:
        return self.course.release / self.assignment / f"{NOTEBOOKS[self.assignment]}.ipynb"

    def submitted(self, student: str) -> Path:
        return self.course.submitted / student / self.assignment / f"{NOTEBOOKS[self.assignment]}.ipynb"

    def autograded(self, student: str) -> Path:
        return self.course.autograded / student / self.assignment / f"{NOTEBOOKS[self.assignment]}.ipynb"

    def verdicts(self, student: str) -> Path:
        return self.course.folder / "verdicts" / student / f"{self.assignment}.json"


@dataclass(frozen=True)
class Handed:
    """What a student has handed in, read once. unreadable, no_time: what is wrong with notebook and timestamp.txt, or ""."""

    content: bytes
    unreadable: str
    time: datetime | None
    no_time: str
    secret: str

    @property
    def digest(self) -> str:
        return intake.digest(self.content or self.unreadable.encode())

    @property
    def identity(self) -> dict[str, str]:
        """What tells this work from other: the verdict file and the autograded notebook say with it which one they are of."""
        return {"sha256": self.digest, "timestamp": self.no_time or str(self.time or "")}


def handed_in(path: Path) -> Handed:
    """Return a submitted notebook, and the time and the secret beside it."""
    content, unreadable, time, no_time = b"", "", None, ""
    try:
        content = intake.notebook_bytes(path)
    except intake.Unreadable as error:
        unreadable = str(error)
    try:
        time = submitted_at(path.with_name(STAMP))
    except Garbage as error:
        no_time = str(error)
    return Handed(content, unreadable, time, no_time, intake.submission_secret(path.parent))


@dataclass(frozen=True)
class Done:
    """What became of one submission. look: a person has to look at it; ready: what the gradebook has not got yet."""

    student: str
    told: str
    look: bool
    ready: Graded | None = None


class Unit:
    """Grades submissions one after another, in one sandbox. secret: what seeds are drawn from."""

    def __init__(self, grading: Grading, tier: Tier, secret: bytes) -> None:
        self.grading, self.tier, self.secret = grading, tier, secret
        self.made_with = made_with(grading.assignment)
        self.released = grading.released().read_text(encoding="utf-8")
        self.sandbox = Sandbox(tier, grading.assignment)
        self.sandbox.load()

    def grade(self, student: str) -> Done:
        """Return what became of a submission; its verdict file is written. Raises OSError when that cannot be done."""
        if not NAME.fullmatch(student):
            says = "the folder's name is none of a student: expected letters, digits and _ . @ + -, at most 128. Rename it"
            return Done(student, f"not graded; look: {says}", True)
        work, before = handed_in(self.grading.submitted(student)), stored(self.grading.verdicts(student))
        result = before if before is not None and self._stands(before, work) else None
        if result is not None and _is_recorded(self.grading.autograded(student), work.identity):
            return Done(student, f"unchanged, {result['points']:g} points", bool(result["faults"]))
        if result is None:
            try:
                result = self._verdicts(student, work, before)
            except MachineFault as error:
                return Done(student, f"not graded: {error}, {TRIES} times. Run it again", True)
            except OSError:
                raise
            except Exception as error:  # a fault of ours on a file that nobody thought of: for a person, and the class goes on
                return Done(
                    student, f"not graded; look: a fault of the grader ({type(error).__name__}: {text(str(error))})", True
                )
            write_atomically(self.grading.verdicts(student), json.dumps(result, indent=1) + "\n")
        return self._ready(student, result, work)

    def _stands(self, before: dict[str, Any], work: Handed) -> bool:
        """Tell whether an earlier result is of the same work by the same course. It may not have reached the gradebook."""
        same = work.identity.items() <= before.items() and before["made_with"] == self.made_with
        return same and before["sandbox"] == self.tier.value and not self.grading.force

    def _verdicts(self, student: str, work: Handed, before: dict[str, Any] | None) -> dict[str, Any]:
        same = before is not None and before["sha256"] == work.digest
        seed = before["seed"] if before is not None and same else seed_of(self.secret, student, work.digest)
        if work.unreadable:
            result = ungraded(self.grading.assignment, seed, work.unreadable)
        else:
            result = grade_again(work.content, seed, self.sandbox)
        if work.no_time:
            result["faults"].append(work.no_time)
        return result | work.identity | {"student": student, "made_with": self.made_with, "sandbox": self.tier.value}

    def _ready(self, student: str, result: dict[str, Any], work: Handed) -> Done:
        notebook = transplant(json.loads(self.released), result, work.identity)
        looks = {told["exercise"] for told in result["exercises"] if told["look"]}
        told = f"{result['points']:g} points"
        told = f"{told}; look: {'; '.join(result['faults'])}" if result["faults"] else told
        return Done(student, told, bool(result["faults"]), Graded(student, notebook, looks, work.time, work.secret))


def grade_again(content: bytes, seed: int, sandbox: Sandbox, fresh: bool = True) -> dict[str, Any]:
    """Return the verdicts on a submission; when something of ours was lost, try again. Raises MachineFault."""
    for _ in range(TRIES - 1):
        try:
            return grade_submission(content, seed, sandbox, fresh)
        except MachineFault:
            continue
    return grade_submission(content, seed, sandbox, fresh)


def seed_of(secret: bytes, student: str, digest: str) -> int:
    """Return the seed of a submission: nobody can foresee it who does not have the secret, and a repeated run draws it again."""
    return int.from_bytes(hmac.digest(secret, f"{student}\0{digest}".encode(), hashlib.sha256)[:8], "big")


def made_with(assignment: str) -> dict[str, str]:
    """Return what a grade depends on beside the submission and its seed."""
    return {
        "course": version("cnn-gradients"),
        "numpy": version("numpy"),
        "fingerprints": intake.digest(file_of(assignment).read_bytes()),
    }


def stored(path: Path) -> dict[str, Any] | None:
    """Return an earlier verdict file, or None where there is none that can be used."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    needed = {"sha256", "seed", "made_with", "points", "faults", "exercises", "answers", "sandbox"}
    return found if isinstance(found, dict) and needed <= found.keys() else None


def _is_recorded(path: Path, identity: dict[str, str]) -> bool:
    try:
        return bool(load(path)["metadata"].get(KEY) == identity)
    except CourseError:
        return False


_unit: Unit | None = None
_made_of: tuple[Grading, Tier, bytes] | None = None


def begin(parent: int, grading: Grading, tier: Tier, secret: bytes) -> None:
    """Make this process of the pool ready. It leaves Ctrl-C to its parent, and dies with it."""
    global _made_of
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        from grader.course.worker import seal

        seal.die_with(parent)
    _made_of = grading, tier, secret


def run(student: str) -> Done:
    """Grade one submission in this process of the pool, which makes its unit for the first."""
    global _unit
    if _unit is None:
        assert _made_of is not None
        _unit = Unit(*_made_of)
        util.Finalize(None, _unit.sandbox.close, exitpriority=10)
        gc.freeze()
    return _unit.grade(student)
