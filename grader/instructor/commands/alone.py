"""What lets one run of a command alone have an assignment of a class."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from grader.instructor import rights, system
from grader.instructor.classroom import Grading
from grader.instructor.courses import CourseError


@contextmanager
def alone(grading: Grading, verb: str, file: str) -> Iterator[None]:
    """Let no other run of a command have the same assignment of a class meanwhile.

    Other assignments can be worked on beside it. file: of the lock, before the assignment's name.
    Raises CourseError where another run has this one.
    """
    folder = grading.classroom.folder
    rights.make(folder)
    with open(folder / f".{file}-{grading.assignment}", "wb") as lock:
        if not system.lock(lock.fileno()):
            raise CourseError(
                f"Another `grader {verb}` runs on {grading.assignment} of {folder}. "
                "Wait until it has ended."
            )
        yield
