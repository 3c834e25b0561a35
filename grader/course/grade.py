"""`grader grade`: submissions into verdicts, gradebook and autograded notebooks. Student code never decides its own score."""

from __future__ import annotations

import json
import secrets
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from grader.course import gradebook, intake
from grader.course.files import write_atomically
from grader.course.notebook import dumps, load
from grader.course.paths import Course, CourseError
from grader.course.sandbox import Limits, check_sandbox, limits_of
from grader.course.sealed import grade_submission
from grader.course.transplant import KEY, transplant
from grader.exercises import NOTEBOOKS
from grader.table import file_of

Say = Callable[[str], None]


@dataclass(frozen=True)
class Grading:
    """What one run of `grader grade` does: which course and assignment, sandboxed or not, unchanged work again or not."""

    course: Course
    assignment: str
    sandboxed: bool = True
    force: bool = False

    @property
    def limits(self) -> Limits:
        return limits_of(self.assignment)

    def released(self) -> Path:
        return self.course.release / self.assignment / f"{NOTEBOOKS[self.assignment]}.ipynb"

    def submitted(self, student: str) -> Path:
        return self.course.submitted / student / self.assignment / f"{NOTEBOOKS[self.assignment]}.ipynb"

    def autograded(self, student: str) -> Path:
        return self.course.autograded / student / self.assignment / f"{NOTEBOOKS[self.assignment]}.ipynb"

    def verdicts(self, student: str) -> Path:
        return self.course.folder / "verdicts" / student / f"{self.assignment}.json"


def grade(grading: Grading, say: Say) -> int:
    """Grade every submission of an assignment; say a line for each; return how many a person has to look at."""
    course, assignment = grading.course, grading.assignment
    students = course.students(assignment)
    if not students:
        raise CourseError(f"There are no submissions of {assignment}: expected {course.submitted}/STUDENT/{assignment}/*.ipynb")
    gradebook.scores(course, assignment)  # not released or no gradebook: say so before the first submission
    if not grading.released().is_file():
        raise CourseError(
            f"{assignment} is not released: {grading.released()} is missing. Run first: grader release {assignment}"
        )
    if grading.sandboxed:
        check_sandbox(grading.limits)
    else:
        say("--unsafe: the students' code runs without a sandbox")
    looks = 0
    with _interrupts() as interrupted:
        for number, student in enumerate(students, 1):
            told, look = _grade_one(grading, student)
            looks += look
            say(f"[{number}/{len(students)}] {student}: {told}")
            if interrupted and number < len(students):
                raise CourseError(f"Interrupted: {number} of {len(students)} are graded. Run it again to go on.")
    return looks


@contextmanager
def _interrupts() -> Iterator[list[int]]:
    """Let Ctrl-C end the run after the submission at hand, whole; a second one ends it at once.

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


def _grade_one(grading: Grading, student: str) -> tuple[str, bool]:
    """Grade one submission and record it; return what to say, and whether a person has to look at it."""
    try:
        content, unreadable = intake.read_bytes(grading.submitted(student)), ""
    except intake.Unreadable as error:
        content, unreadable = b"", str(error)
    digest = intake.digest(content)
    before = stored(grading.verdicts(student))
    same = before is not None and before["sha256"] == digest and before["made_with"] == made_with(grading.assignment)
    if before is not None and same and not grading.force and _is_recorded(grading.autograded(student), digest):
        return f"unchanged, {before['points']:g} points", bool(before["faults"])
    seed = before["seed"] if before is not None and before["sha256"] == digest else secrets.randbits(64)
    result = grade_submission(content, grading.assignment, seed, grading.limits, grading.sandboxed)
    if unreadable:
        result["faults"] = [unreadable]
    result |= {"student": student, "sha256": digest, "made_with": made_with(grading.assignment), "sandboxed": grading.sandboxed}
    write_atomically(grading.verdicts(student), json.dumps(result, indent=1) + "\n")
    _record(grading, student, result, digest)
    told = f"{result['points']:g} points"
    return (f"{told}; look: {'; '.join(result['faults'])}", True) if result["faults"] else (told, False)


def _record(grading: Grading, student: str, result: dict[str, Any], digest: str) -> None:
    """Write gradebook, then autograded notebook: that it is there, with this digest, says that all before it was done."""
    notebook = transplant(load(grading.released()), result, digest)
    looks = {told["exercise"] for told in result["exercises"] if told["look"]}
    gradebook.record(grading.course, grading.assignment, student, notebook, looks)
    stamp = grading.submitted(student).with_name("timestamp.txt")
    target = grading.autograded(student)
    if stamp.is_file() and not stamp.is_symlink():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(stamp, target.with_name("timestamp.txt"))
    write_atomically(target, dumps(notebook))


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
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return stored if isinstance(stored, dict) and {"sha256", "seed", "made_with", "points", "faults"} <= stored.keys() else None


def _is_recorded(path: Path, digest: str) -> bool:
    try:
        return bool(load(path)["metadata"].get(KEY, {}).get("sha256") == digest)
    except CourseError:
        return False
