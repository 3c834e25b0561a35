"""Where a class keeps its files."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from grader.instructor.courses import (
    CourseError,
    engine_version,
    find_course,
    notebooks,
    repository_of,
)
from grader.instructor.files import digest
from grader.judge.course import Course, Notebook

# nbgrader's Submit puts these files beside a notebook.
STAMP = "timestamp.txt"
SECRET = "submission_secret.txt"


@dataclass(frozen=True)
class Classroom:
    """The folder in which a class is released to, graded, and given feedback.

    db: the gradebook's URL; course: what is taught.
    """

    folder: Path
    db: str
    course: Course = field(default_factory=find_course)

    @classmethod
    def at(
        cls, folder: Path | None = None, db: str | None = None, course: Course | None = None
    ) -> Classroom:
        """Return the class in a folder with its gradebook, by default SQLite in that folder.

        The default folder is course/ in the course's repository, or in the current folder where
        the course is installed. Raises CourseError when the folder is a file.
        """
        course = course or find_course()
        if folder is None:
            folder = (repository_of(course) or Path.cwd()) / "course"
        folder = folder.resolve()
        if folder.exists() and not folder.is_dir():
            raise CourseError(f"The course folder {folder} is a file. Name a folder with --course.")
        return cls(folder, db or f"sqlite:///{folder / 'gradebook.db'}", course)

    @property
    def release(self) -> Path:
        """The folder of what students get: release/ASSIGNMENT/."""
        return self.folder / "release"

    @property
    def submitted(self) -> Path:
        """The folder of what students hand in: submitted/STUDENT/ASSIGNMENT/."""
        return self.folder / "submitted"

    @property
    def autograded(self) -> Path:
        """The folder of autograded notebooks: autograded/STUDENT/ASSIGNMENT/."""
        return self.folder / "autograded"

    @property
    def feedback(self) -> Path:
        """The folder of feedback pages: feedback/STUDENT/ASSIGNMENT/."""
        return self.folder / "feedback"

    @property
    def grades(self) -> Path:
        """The file of all grades as CSV."""
        return self.folder / "grades.csv"

    def students(self, assignment: str) -> list[str]:
        """Return the students with a submission, sorted."""
        folders = self.submitted.glob(f"*/{assignment}")
        return sorted(folder.parent.name for folder in folders if folder.is_dir())


@dataclass(frozen=True)
class Grading:
    """What one run of grading does.

    classroom, assignment: what is graded.
    unsafe: whether students' code runs without a sandbox.
    force: whether unchanged work is graded again.
    workers: how many submissions are graded at once.
    students: these alone, or everybody where there are none.
    """

    classroom: Classroom
    assignment: str
    unsafe: bool = False
    force: bool = False
    workers: int = 1
    students: tuple[str, ...] = ()

    @property
    def notebook(self) -> Notebook:
        """The assignment's notebook."""
        return self.classroom.course.by_assignment[self.assignment]

    def released(self) -> Path:
        """Return the path of the released notebook."""
        return self.classroom.release / self.assignment / self.notebook.file

    def submitted(self, student: str) -> Path:
        """Return the path of a submitted notebook."""
        return self._of(student, self.classroom.submitted)

    def autograded(self, student: str) -> Path:
        """Return the path of an autograded notebook."""
        return self._of(student, self.classroom.autograded)

    def _of(self, student: str, folder: Path) -> Path:
        return folder / student / self.assignment / self.notebook.file

    def verdicts(self, student: str) -> Path:
        """Return the path of a verdict file."""
        return self.classroom.folder / "verdicts" / student / f"{self.assignment}.json"


def notebooks_handed_in(classroom: Classroom, names: tuple[str, ...]) -> list[Notebook]:
    """Return the notebooks asked for, or else those that somebody has handed in.

    Where nobody has, it is the first one. Raises CourseError.
    """
    every = notebooks(classroom.course, names)
    if names:
        return every
    handed_in = [notebook for notebook in every if classroom.students(notebook.assignment)]
    return handed_in or every[:1]


def notebooks_to_release(course: Course, names: tuple[str, ...]) -> list[Notebook]:
    """Return the notebooks asked for, or all that bring no answer to others.

    Raises CourseError.
    """
    every = notebooks(course, names)
    if names:
        return every
    return [notebook for notebook in every if not notebook.brings_answers]


def made_with(notebook: Notebook) -> dict[str, str]:
    """Return what a grade depends on beside the submission and its seed."""
    return {
        "course": engine_version(),
        "numpy": version("numpy"),
        "fingerprints": digest(notebook.tables.read_bytes()),
    }


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def environment_on_path() -> None:
    """Put this interpreter's folder on PATH, so that an environment need not be activated.

    nbgrader starts alembic from there; without it Formgrader stays at "Loading".
    """
    folder = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "")
    if folder not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([folder, path])
