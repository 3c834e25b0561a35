"""Where a class keeps its files, and which assignments the course has."""

from __future__ import annotations

import difflib
import os
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from grader.exercises import NOTEBOOKS, file_of, of_assignment
from grader.instructor.files import digest

try:
    import solutions
except ModuleNotFoundError:
    raise SystemExit(
        "grader: this command needs the course repository, and no solutions/ was found. Students "
        "use check() in their notebooks; instructors clone the repository and install it with: "
        'pip install -e ".[instructor]"'
    ) from None

REPOSITORY = Path(solutions.__file__).resolve().parents[1]
# Where this is no clone, both wheels are installed, and the notebooks lie in the second one.
IS_CLONE = (REPOSITORY / "notebooks").is_dir()
SOURCES = REPOSITORY if IS_CLONE else Path(__file__).parent  # has notebooks/, nbgrader_config.py
# nbgrader's Submit puts these files beside a notebook.
STAMP = "timestamp.txt"
SECRET = "submission_secret.txt"


class CourseError(Exception):
    """A broken course or a wrong request.

    The message says what is wrong, where, what was expected, and what to do.
    """


@dataclass(frozen=True)
class Classroom:
    """The folder in which a class is released to, graded, and given feedback.

    db: the gradebook's URL.
    """

    folder: Path
    db: str

    @classmethod
    def at(cls, folder: Path | None = None, db: str | None = None) -> Classroom:
        """Return the class in a folder with its gradebook, by default SQLite in that folder.

        The default folder is course/ in the clone, or in the current folder where the wheels are
        installed. Raises CourseError when the folder is a file.
        """
        if folder is None:
            folder = (REPOSITORY if IS_CLONE else Path.cwd()) / "course"
        folder = folder.resolve()
        if folder.exists() and not folder.is_dir():
            raise CourseError(f"The course folder {folder} is a file. Name a folder with --course.")
        return cls(folder, db or f"sqlite:///{folder / 'gradebook.db'}")

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

    def released(self) -> Path:
        """Return the path of the released notebook."""
        return self.classroom.release / self.assignment / notebook_file(self.assignment)

    def submitted(self, student: str) -> Path:
        """Return the path of a submitted notebook."""
        return self._of(student, self.classroom.submitted)

    def autograded(self, student: str) -> Path:
        """Return the path of an autograded notebook."""
        return self._of(student, self.classroom.autograded)

    def _of(self, student: str, folder: Path) -> Path:
        return folder / student / self.assignment / notebook_file(self.assignment)

    def verdicts(self, student: str) -> Path:
        """Return the path of a verdict file."""
        return self.classroom.folder / "verdicts" / student / f"{self.assignment}.json"


def notebook_file(assignment: str) -> str:
    """Return the name of an assignment's notebook."""
    return f"{NOTEBOOKS[assignment]}.ipynb"


def source_notebook(assignment: str) -> Path:
    """Return the path of an assignment's notebook with stubs. Raises CourseError."""
    path = SOURCES / "notebooks" / assignment / notebook_file(assignment)
    if not path.is_file():
        raise CourseError(
            f"There is no notebook for {assignment}: expected {path.relative_to(SOURCES)}. "
            "Restore it from git."
        )
    return path


def assignments(names: tuple[str, ...]) -> list[str]:
    """Return the assignments asked for, all of them if none is named. Raises CourseError."""
    for name in names:
        if name not in NOTEBOOKS:
            raise CourseError(f"There is no assignment {name!r}. {_nearest(name)}")
    return list(dict.fromkeys(names)) or list(NOTEBOOKS)


def _nearest(name: str) -> str:
    """Return a sentence that names the assignment a wrong name may stand for, or all of them."""
    assignment_of = {notebook: assignment for assignment, notebook in NOTEBOOKS.items()}
    near = difflib.get_close_matches(name, [*NOTEBOOKS, *NOTEBOOKS.values()], n=1, cutoff=0.3)
    if near:
        return f"Did you mean {assignment_of.get(near[0], near[0])}?"
    return f"There are: {', '.join(NOTEBOOKS)}."


def assignments_handed_in(classroom: Classroom, names: tuple[str, ...]) -> list[str]:
    """Return the assignments asked for, or else those that somebody has handed in.

    Where nobody has, it is the first one. Raises CourseError.
    """
    every = assignments(names)
    if names:
        return every
    return [name for name in every if classroom.students(name)] or every[:1]


def assignments_to_release(names: tuple[str, ...]) -> list[str]:
    """Return the assignments asked for, or all whose files hold no answer to others.

    Raises CourseError.
    """
    every = assignments(names)
    if names:
        return every
    return [name for name in every if not _brings_answers(name)]


def _brings_answers(assignment: str) -> bool:
    """Tell whether an assignment comes with layers.py, which answers others."""
    return any(exercise.layers for exercise in of_assignment(assignment))


def made_with(assignment: str) -> dict[str, str]:
    """Return what a grade depends on beside the submission and its seed."""
    return {
        "course": version("cnn-gradients"),
        "numpy": version("numpy"),
        "fingerprints": digest(file_of(assignment).read_bytes()),
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
