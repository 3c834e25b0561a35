"""Which feedback pages are up to date, so that they need not be written again.

feedback/.ASSIGNMENT.json keeps a mark for each student's page: a digest of all that the page was
made from, and one of the page. A page that was edited, restored or deleted has another digest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from grader.instructor.classroom import Classroom, Grading
from grader.instructor.files import digest
from grader.instructor.records.standings import PageRecord
from grader.instructor.records.still_pictures import still_pictures
from grader.notebook.whole_file import write_atomically

# What makes a page beside the course: packages, and our own files by their endings.
PACKAGES = (
    "jinja2",
    "latex2mathml",
    "markupsafe",
    "mistune",
    "nbconvert",
    "nbformat",
    "nbgrader",
    "nh3",
    "pygments",
)
ENDINGS = (".j2", ".json", ".py")


class Mark(NamedTuple):
    """Digests of what a page was made from, and of the page; "" where that is not known."""

    inputs: str
    page: str


def path_of(classroom: Classroom, assignment: str) -> Path:
    """Return the file of the marks of an assignment's pages."""
    return classroom.feedback / f".{assignment}.json"


def load(path: Path) -> dict[str, Mark]:
    """Return the marks of pages by student, none where there is no file of them."""
    try:
        marks = json.loads(path.read_text(encoding="utf-8"))
        return {student: Mark(*mark) for student, mark in marks.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def save(path: Path, marks: Mapping[str, Mark]) -> None:
    """Write the marks of pages. Pages whose marks cannot be kept are only written once more."""
    with suppress(OSError):
        write_atomically(path, json.dumps(marks))


def of_all_pages(grading: Grading, config: Any) -> str:
    """Return a digest of what all pages of an assignment are made from.

    config: nbgrader's settings.
    """
    ours = [path for path in _files_in(Path(__file__).parents[2]) if path.suffix in ENDINGS]
    files = [digest(path.read_bytes()) for path in (*ours, *_templates(config))]
    versions = {package: version(package) for package in PACKAGES}
    return _digest_of([files, versions, dict(still_pictures(grading.notebook)), config])


def _templates(config: Any) -> Iterator[Path]:
    """Yield the files in the folders of templates that nbgrader's settings name."""
    for section in config.values():
        for folder in section.get("extra_template_basedirs", ()):
            yield from _files_in(Path(folder))


def _files_in(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def mark_of(grading: Grading, shared: str, record: PageRecord) -> Mark:
    """Return the mark of a student's page as things are now.

    shared: the digest of what all pages are made from.
    """
    standing = record.standing
    work = _digest_of_folder(grading.autograded(standing.student).parent)
    submitted = grading.classroom.submitted / standing.student / grading.assignment
    scores = {name: [cell.points, cell.max_score] for name, cell in standing.cells.items()}
    numbers = [scores, standing.penalty, standing.max_points]
    inputs = _digest_of([shared, work, submitted.is_dir(), numbers, record.comments])
    is_known = bool(work and record.notebook)
    return Mark(inputs if is_known else "", digest_of_page(grading, standing.student))


def digest_of_page(grading: Grading, student: str) -> str:
    """Return the digest of the folder of a student's page, "" where there is none."""
    return _digest_of_folder(grading.classroom.feedback / student / grading.assignment)


def is_up_to_date(mark: Mark, before: Mark | None) -> bool:
    """Tell whether a page is the one that was written, of the same inputs."""
    return mark == before and all(mark)


def _digest_of(value: Any) -> str:
    return digest(json.dumps(value, sort_keys=True, default=repr).encode())


def _digest_of_folder(folder: Path) -> str:
    """Return a digest of the files in a folder, "" where there is none or one cannot be read."""
    files = {}
    with suppress(OSError):
        for path in _files_in(folder):
            files[path.relative_to(folder).as_posix()] = digest(path.read_bytes())
        return _digest_of(files) if files else ""
    return ""
