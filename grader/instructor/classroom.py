"""Where a class keeps its files."""

from __future__ import annotations

import difflib
import json
import os
import platform
import re
import sys
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote, unquote

from grader.instructor.courses import (
    CourseError,
    find_course,
    notebooks,
    repository_of,
)
from grader.judge.course import Course, Notebook
from grader.notebook.intake import TEST

# nbgrader's Submit puts these files beside a notebook.
STAMP = "timestamp.txt"
SECRET = "submission_secret.txt"
# Grading puts this beside an autograded notebook: when the same file came for the first time.
FIRST_STAMP = "first_timestamp.txt"
NAME_LIMIT = 128  # letters of a student's name: nbgrader's column


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
        return cls(folder, db or sqlite_url(folder), course)

    def check(self) -> None:
        """Raise CourseError where there is no such folder, and name one that may be meant."""
        if self.folder.is_dir():
            return
        folders = [path for path in self.folder.parent.glob("*") if path.is_dir()]
        names = [path.name for path in folders]
        near = difflib.get_close_matches(self.folder.name, names, n=1)
        hint = f"Did you mean {self.folder.with_name(near[0])}?" if near else ""
        raise CourseError(
            f"There is no course folder {self.folder}. {hint or 'Run first: grader release'}"
        )

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

    @property
    def roster(self) -> Path:
        """The file of who is in the class; without it, whoever hands in is."""
        return self.folder / "roster.csv"

    @property
    def earlier(self) -> Path:
        """The folder of versions that do not count: earlier/STUDENT/ASSIGNMENT/NUMBER/."""
        return self.folder / "earlier"

    @property
    def collected(self) -> Path:
        """The folder of what downloads say of their files: collected/ASSIGNMENT.json."""
        return self.folder / "collected"

    @property
    def late_days(self) -> Path:
        """The file of the late days that were used."""
        return self.folder / "late_days.json"

    @property
    def secret(self) -> Path:
        """The file of the class's secret, from which seeds are made."""
        return self.folder / "verdicts" / ".secret"

    @property
    def gradebook_file(self) -> Path | None:
        """The gradebook's file, or None where the gradebook is no SQLite."""
        url = re.fullmatch(r"sqlite(?:\+\w+)?:///([^?]+)(?:\?.*)?", self.db)
        return Path(unquote(url[1])) if url else None

    def students(self, assignment: str) -> list[str]:
        """Return the students with a submission, sorted."""
        if not self.submitted.is_dir():
            return []
        names = [folder.name for folder in self.submitted.iterdir()]
        return sorted(name for name in names if _is_there(self.submitted / name / assignment))

    def is_handed_in(self, student: str, assignment: str) -> bool:
        """Tell whether there is a file of a student's; what cannot be opened is there."""
        if not _is_there(self.submitted / student / assignment):
            return False
        try:
            names = os.listdir(self.submitted / student / assignment)
        except OSError:
            return True
        return any(name not in (STAMP, SECRET) for name in names)


def _is_there(folder: Path) -> bool:
    """Tell whether there is a folder; one that cannot be looked at is there."""
    try:
        return folder.is_dir()
    except OSError:
        return True


@dataclass(frozen=True)
class Grading:
    """What one run of grading does.

    classroom, assignment: what is graded.
    unsafe: whether students' code runs without a sandbox.
    regrade: whether everything is graded again, into verdicts that are only compared.
    accept: whether verdicts of a regrade take the place of the grades that are there.
    workers: how many submissions are graded at once.
    students: these alone, or everybody where there are none.
    scheduler: the address of a Dask scheduler whose workers grade, "" where this machine does.
    """

    classroom: Classroom
    assignment: str
    unsafe: bool = False
    regrade: bool = False
    accept: bool = False
    workers: int = 1
    students: tuple[str, ...] = ()
    scheduler: str = ""

    @property
    def notebook(self) -> Notebook:
        """The assignment's notebook, with the exercises alone that the released one has.

        Others were added to the course since. It is the whole one where nothing is released.
        """
        return _as_released(self._whole, _names_in(self.released()))

    @property
    def added(self) -> list[str]:
        """The exercises and essays that the course has, and the released notebook does not."""
        names = (*self._whole.by_name, *self._whole.essay_names)
        held = {*self.notebook.by_name, *self.notebook.essay_names}
        return [name for name in names if name not in held]

    @property
    def _whole(self) -> Notebook:
        return self.classroom.course.by_assignment[self.assignment]

    def released(self) -> Path:
        """Return the path of the released notebook."""
        return self.classroom.release / self.assignment / self._whole.file

    def submitted(self, student: str) -> Path:
        """Return the path of a submitted notebook."""
        return self._of(student, self.classroom.submitted)

    def autograded(self, student: str) -> Path:
        """Return the path of an autograded notebook."""
        return self._of(student, self.classroom.autograded)

    def _of(self, student: str, folder: Path) -> Path:
        return folder / student / self.assignment / self._whole.file

    def verdicts(self, student: str) -> Path:
        """Return the path of a verdict file."""
        return self.classroom.folder / "verdicts" / student / f"{self.assignment}.json"

    def staged(self, student: str) -> Path:
        """Return the path of a verdict file that a regrade compares with the one that counts."""
        return self.stage / student / f"{self.assignment}.json"

    @property
    def stage(self) -> Path:
        """The folder of the verdicts of a regrade, until they are written or given up."""
        return self.classroom.folder / "verdicts" / ".regrade"


def _names_in(released: Path) -> frozenset[str]:
    """Return the exercises and essays of a released notebook, none where it cannot be read."""
    try:
        state = released.stat()
    except OSError:
        return frozenset()
    return _names_then(released, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=32)
def _names_then(released: Path, changed: int, size: int) -> frozenset[str]:
    """Return what `_names_in` does for a file that was changed at a time and has a size."""
    try:
        cells = json.loads(released.read_bytes())["cells"]
        graded = [cell["metadata"].get("nbgrader", {}) for cell in cells]
        names = [metadata["grade_id"] for metadata in graded if metadata.get("grade")]
        return frozenset(name.removeprefix(TEST) for name in names)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return frozenset()


@lru_cache(maxsize=32)
def _as_released(notebook: Notebook, names: frozenset[str]) -> Notebook:
    """Return a notebook with these exercises alone; the same object for the same arguments."""
    limited = notebook.limited_to(names)
    return limited if limited.exercises else notebook


def notebooks_handed_in(classroom: Classroom, names: tuple[str, ...]) -> list[Notebook]:
    """Return the notebooks asked for, or else those that somebody has handed in.

    Where nobody has, it is the first one that is released, or the first one. Raises CourseError.
    """
    every = notebooks(classroom.course, names)
    if names:
        return every
    handed_in = [notebook for notebook in every if classroom.students(notebook.assignment)]
    released = [each for each in every if (classroom.release / each.assignment).is_dir()]
    return handed_in or released[:1] or every[:1]


def notebooks_to_release(course: Course, names: tuple[str, ...]) -> list[Notebook]:
    """Return the notebooks asked for, or all that give nothing of the others away.

    Raises CourseError.
    """
    every = notebooks(course, names)
    if names:
        return every
    return [notebook for notebook in every if not notebook.is_held_back]


def sqlite_url(folder: Path) -> str:
    """Return the URL of a class's own gradebook.

    In a database's URL %, ? and # have a meaning, so they are quoted (RFC 3986).
    """
    path = str(folder / "gradebook.db")
    for letter in "%?#":
        path = path.replace(letter, quote(letter))
    return f"sqlite:///{path}"


def problem_of_name(name: str) -> str:
    """Return why a folder's name can be no student's, or "".

    Letters of any writing, marks, spaces and signs are names.
    """
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return "its name is not written in UTF-8"
    if len(name) > NAME_LIMIT:
        return f"its name has {len(name)} letters, and the gradebook holds {NAME_LIMIT}"
    if name.startswith("."):
        return "its name begins with a dot, as those of hidden folders do"
    if plain_name(name) != name:
        return "another folder has the same name, in another form of Unicode or without spaces"
    if any(unicodedata.category(letter) in ("Cc", "Zl", "Zp") for letter in name):
        return "its name holds a line's end or another control character"
    return ""


def plain_name(name: str) -> str:
    """Return a student's name in Unicode's form NFC, without spaces at its ends.

    A folder that comes from macOS or out of its zip files has the form NFD.
    """
    return unicodedata.normalize("NFC", name).strip()


def versions() -> dict[str, str]:
    """Return the versions of Python and numpy: they are recorded, and no grade depends on them."""
    return {"python": platform.python_version(), "numpy": version("numpy")}


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
