"""The unit of work of a class: one submission read, graded and judged, in a process of the pool."""

from __future__ import annotations

import gc
import json
import re
import signal
import sys
from dataclasses import dataclass
from multiprocessing import util
from pathlib import Path
from typing import Any

from grader.instructor.author.notebook import load
from grader.instructor.classroom import CourseError, Grading, made_with
from grader.instructor.files import write_atomically
from grader.instructor.records.autograded import KEY, transplant
from grader.instructor.records.gradebook_tables import Graded
from grader.instructor.sandbox.protocol import text
from grader.instructor.sandbox.sandbox import MachineFault, Sandbox, Tier
from grader.instructor.sealed.grade_one import TRIES, grade_again, ungraded
from grader.instructor.sealed.intake import Handed, handed_in
from grader.instructor.sealed.seed import seed_of

NAME = re.compile(
    r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,127}"
)  # a student's folder: it stands in pages, addresses and the database


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
        work, before = (
            handed_in(self.grading.submitted(student)),
            stored(self.grading.verdicts(student)),
        )
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
                    student,
                    f"not graded; look: a fault of the grader ({type(error).__name__}: {text(str(error))})",
                    True,
                )
            write_atomically(self.grading.verdicts(student), json.dumps(result, indent=1) + "\n")
        return self._ready(student, result, work)

    def _stands(self, before: dict[str, Any], work: Handed) -> bool:
        """Tell whether an earlier result is of the same work by the same course. It may not have reached the gradebook."""
        same = work.identity.items() <= before.items() and before["made_with"] == self.made_with
        return same and before["sandbox"] == self.tier.value and not self.grading.force

    def _verdicts(
        self, student: str, work: Handed, before: dict[str, Any] | None
    ) -> dict[str, Any]:
        same = before is not None and before["sha256"] == work.digest
        seed = (
            before["seed"]
            if before is not None and same
            else seed_of(self.secret, student, work.digest)
        )
        if work.unreadable:
            result = ungraded(self.grading.assignment, seed, work.unreadable)
        else:
            result = grade_again(work.content, seed, self.sandbox)
        if work.no_time:
            result["faults"].append(work.no_time)
        return (
            result
            | work.identity
            | {"student": student, "made_with": self.made_with, "sandbox": self.tier.value}
        )

    def _ready(self, student: str, result: dict[str, Any], work: Handed) -> Done:
        notebook = transplant(json.loads(self.released), result, work.identity)
        looks = {told["exercise"] for told in result["exercises"] if told["look"]}
        told = f"{result['points']:g} points"
        told = f"{told}; look: {'; '.join(result['faults'])}" if result["faults"] else told
        return Done(
            student,
            told,
            bool(result["faults"]),
            Graded(student, notebook, looks, work.time, work.secret),
        )


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
        from grader.instructor.sandbox.worker import seal

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
