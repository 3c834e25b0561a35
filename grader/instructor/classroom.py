"""Where a course keeps its files, and which assignments it has."""

from __future__ import annotations

import difflib
import os
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from grader.exercises import NOTEBOOKS, of_assignment
from grader.instructor.files import digest
from grader.judge.table import file_of

try:
    import solutions
except ModuleNotFoundError:
    raise SystemExit(
        "grader: this command needs the course repository, and no solutions/ was found. Students use check() in their "
        'notebooks; instructors clone the repository and install it with: pip install -e ".[instructor]"'
    ) from None

REPOSITORY = Path(solutions.__file__).resolve().parents[1]
IS_CLONE = (
    REPOSITORY / "notebooks"
).is_dir()  # else both wheels are installed, and the notebooks lie in the second
SOURCES = (
    REPOSITORY if IS_CLONE else Path(__file__).parent
)  # the folder of notebooks/ and nbgrader_config.py
STAMP, SECRET = (
    "timestamp.txt",
    "submission_secret.txt",
)  # nbgrader's Submit puts them beside a notebook


class CourseError(Exception):
    """A broken course or a wrong request, told in one message: what, where, what was expected, what to do."""


@dataclass(frozen=True)
class Classroom:
    """A course folder. db: the gradebook's URL."""

    folder: Path
    db: str

    @classmethod
    def at(cls, folder: Path | None = None, db: str | None = None) -> Classroom:
        """Return the course in a folder with its gradebook, by default SQLite in that folder.

        The default folder is course/ in the clone, or in the current folder where the wheels are installed.
        """
        folder = (folder or (REPOSITORY if IS_CLONE else Path.cwd()) / "course").resolve()
        if folder.exists() and not folder.is_dir():
            raise CourseError(f"The course folder {folder} is a file. Name a folder with --course.")
        return cls(folder, db or f"sqlite:///{folder / 'gradebook.db'}")

    @property
    def release(self) -> Path:
        return self.folder / "release"

    @property
    def submitted(self) -> Path:
        return self.folder / "submitted"

    @property
    def autograded(self) -> Path:
        return self.folder / "autograded"

    @property
    def feedback(self) -> Path:
        return self.folder / "feedback"

    @property
    def grades(self) -> Path:
        return self.folder / "grades.csv"

    def students(self, assignment: str) -> list[str]:
        """Return the students with a submission, sorted."""
        return sorted(
            path.parent.name for path in self.submitted.glob(f"*/{assignment}") if path.is_dir()
        )


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def environment_on_path() -> None:
    """Put this interpreter's folder on PATH: nbgrader looks alembic up there, and an environment need not be activated."""
    folder = str(Path(sys.executable).parent)
    if folder not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([folder, os.environ.get("PATH", "")])


def source_notebook(assignment: str) -> Path:
    """Return the path of an assignment's notebook with stubs."""
    path = SOURCES / "notebooks" / assignment / f"{NOTEBOOKS[assignment]}.ipynb"
    if not path.is_file():
        raise CourseError(
            f"There is no notebook for {assignment}: expected {path.relative_to(SOURCES)}. Restore it from git."
        )
    return path


def handed_in(classroom: Classroom, names: tuple[str, ...]) -> list[str]:
    """Return the assignments asked for, or those that somebody has handed in (the first one where nobody has)."""
    found = assignments(names)
    return found if names else [name for name in found if classroom.students(name)] or found[:1]


def to_release(names: tuple[str, ...]) -> list[str]:
    """Return the assignments asked for, or all whose files tell no answer to others."""
    found = assignments(names)
    return (
        found
        if names
        else [
            name for name in found if not any(exercise.layers for exercise in of_assignment(name))
        ]
    )


def assignments(names: tuple[str, ...]) -> list[str]:
    """Return the assignments asked for, all of them if none is named."""
    for name in names:
        if name not in NOTEBOOKS:
            near = difflib.get_close_matches(name, [*NOTEBOOKS, *NOTEBOOKS.values()], 1, 0.3)
            known = {notebook: assignment for assignment, notebook in NOTEBOOKS.items()}
            hint = (
                f"Did you mean {known.get(near[0], near[0])}?"
                if near
                else f"There are: {', '.join(NOTEBOOKS)}."
            )
            raise CourseError(f"There is no assignment {name!r}. {hint}")
    return list(dict.fromkeys(names)) or list(NOTEBOOKS)


@dataclass(frozen=True)
class Grading:
    """What one run does: which course and assignment, in a sandbox or not, unchanged work again or not, for how many at once.

    students: these alone, or everybody.
    """

    classroom: Classroom
    assignment: str
    unsafe: bool = False
    force: bool = False
    workers: int = 1
    students: tuple[str, ...] = ()

    def released(self) -> Path:
        return self.classroom.release / self.assignment / f"{NOTEBOOKS[self.assignment]}.ipynb"

    def submitted(self, student: str) -> Path:
        return (
            self.classroom.submitted
            / student
            / self.assignment
            / f"{NOTEBOOKS[self.assignment]}.ipynb"
        )

    def autograded(self, student: str) -> Path:
        return (
            self.classroom.autograded
            / student
            / self.assignment
            / f"{NOTEBOOKS[self.assignment]}.ipynb"
        )

    def verdicts(self, student: str) -> Path:
        return self.classroom.folder / "verdicts" / student / f"{self.assignment}.json"


def made_with(assignment: str) -> dict[str, str]:
    """Return what a grade depends on beside the submission and its seed."""
    return {
        "course": version("cnn-gradients"),
        "numpy": version("numpy"),
        "fingerprints": digest(file_of(assignment).read_bytes()),
    }
