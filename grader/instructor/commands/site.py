"""`grader site`: the course as one static folder that any web server holds: book and lab."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from grader.instructor.classroom import Classroom
from grader.instructor.commands.release import release
from grader.instructor.courses import CourseError
from grader.instructor.kit.wheels import students_wheel
from grader.judge.course import Course, Notebook

MARK = ".nojekyll"  # GitHub Pages then serves every file as it is
REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
MISSING = "What makes the site is missing: {name}. Run `make site`, which installs it."


@dataclass(frozen=True)
class Plan:
    """What a site is to be.

    chosen: the notebooks that are to be worked on;  offline: whether the site brings every package
    of Python that it uses;  repository: owner/name on GitHub, for the links to Colab and Binder
    """

    course: Course
    chosen: list[Notebook]
    offline: bool = False
    repository: str = ""

    @property
    def too_large(self) -> list[Notebook]:
        """The notebooks whose arrays the offline build of numpy cannot hold: a whole training, or a
        batch to be timed.
        """
        return [each for each in self.chosen if self.offline and each.is_held_back]

    @property
    def in_lab(self) -> list[Notebook]:
        """The notebooks that the lab holds."""
        return [each for each in self.chosen if each not in self.too_large]

    @property
    def pages(self) -> list[Notebook]:
        """The notebooks that have a page. One that helps with the others has none before it is
        in the lab.
        """
        every = self.course.notebooks
        return [each for each in every if each in self.in_lab or not each.helps_others]


def site(plan: Plan, folder: Path) -> list[str]:
    """Write the site into a folder, in whose place it comes whole; return a line for each part.

    Raises CourseError, also where the folder holds something else than a site.
    """
    _check(plan, folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as name:
        whole = _built(plan, Path(name))
        if folder.exists():
            shutil.rmtree(folder)
        whole.rename(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    lines = [
        f"site: {folder / 'index.html'} ({size / 1e6:.0f} MB)",
        f"the lab holds {', '.join(each.assignment for each in plan.in_lab)}",
    ]
    lines += [
        f"not in the lab, since its arrays are too large for the offline numpy: {each.assignment}"
        for each in plan.too_large
    ]
    return lines


def _check(plan: Plan, folder: Path) -> None:
    """Raise CourseError for what cannot become a site."""
    if plan.repository and not REPOSITORY.fullmatch(plan.repository):
        raise CourseError(
            f"The repository is {plan.repository!r}, expected OWNER/NAME as on GitHub."
        )
    if not plan.in_lab:
        raise CourseError(
            "The lab would be empty: offline it cannot have what you named. Name another notebook."
        )
    if folder.exists() and (not folder.is_dir() or _is_strange(folder)):
        raise CourseError(f"{folder} holds something else than a site. Name a new folder.")


def _is_strange(folder: Path) -> bool:
    return any(folder.iterdir()) and not (folder / MARK).is_file()


def _built(plan: Plan, work: Path) -> Path:
    """Make the site below a folder for work, and return where it is."""
    try:
        from grader.instructor.site import book, cloud, lab, pages, pyodide  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise CourseError(MISSING.format(name=error.name)) from None
    classroom = Classroom.at(work / "class", course=plan.course)
    release(classroom, plan.in_lab)
    contents = work / "contents"
    shutil.copytree(classroom.release, contents, ignore=shutil.ignore_patterns("*.zip"))
    release(classroom, [each for each in plan.pages if each not in plan.in_lab])
    wheel = students_wheel(work)
    whole = work / "site"
    whole.mkdir()
    pyodide.distribution(work / "pyodide", wheel, plan.offline)
    lab.lab(whole, work / "lab", work / "pyodide", contents)
    chapters = []
    for each in plan.pages:
        links = []
        if each in plan.in_lab:
            links.append(pages.link_to_lab(_place(each)))
            links += [cloud.links(plan.repository, _place(each))] if plan.repository else []
        runs = each in plan.in_lab and not each.brings_answers
        chapters.append(book.Chapter(_place(each), " ".join(links), runs))
    book.book(whole, work, classroom.release, chapters)
    if plan.repository:
        places = [_place(each) for each in plan.in_lab]
        cloud.cloud(whole, classroom.release, places, wheel, plan.repository)
    (whole / MARK).touch()
    return whole


def _place(notebook: Notebook) -> str:
    """Return where a notebook's file lies below what is released."""
    return f"{notebook.assignment}/{notebook.file}"
