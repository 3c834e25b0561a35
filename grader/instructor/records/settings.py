"""nbgrader's settings for a course: what nbgrader_config.py says, for any course."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.instructor import paths, rights
from grader.instructor.classroom import environment_on_path, sqlite_url
from grader.instructor.courses import VARIABLE, find_course
from grader.notebook import validate


def configure(c: Any, repository: Path, name: str) -> None:
    """Set where nbgrader finds a course, and what keeps students' work from running in its pages.

    c: traitlets' config; repository: the folder with the course's notebooks/; name: the course's.
    COURSE_DIR in the environment names another course folder, EXCHANGE_DIR another place where
    students fetch and hand in, COURSE_DB another gradebook (docs/interface.md), GRADER_GROUP the
    group of those who grade together (docs/instructors.md).
    """
    os.environ.setdefault(VARIABLE, name)  # for the pages, which know no class
    environment_on_path()  # also where a server was started without activating the environment
    set_folders(c, repository, name)
    _set_pages(c)
    _repair_nbgrader(c)


def set_folders(c: Any, repository: Path, name: str) -> None:
    """Name the course's folders and its exchange, and nothing else.

    They are absolute, or relative to the repository.
    """
    course = Path(os.environ.get("COURSE_DIR", repository / "course")).resolve()
    rights.make(course)  # SQLite makes the gradebook's file, not the folder
    _set_rights(c, course)
    _set_exchange(c, course)
    c.CourseDirectory.course_id = name
    c.CourseDirectory.root = str(repository)
    c.CourseDirectory.source_directory = "notebooks"
    c.CourseDirectory.db_url = os.environ.get("COURSE_DB", sqlite_url(course))
    for step in ("release", "submitted", "autograded", "feedback"):
        setattr(c.CourseDirectory, f"{step}_directory", _relative(course / step, repository))


def _relative(path: Path, folder: Path) -> str:
    """Return a path as it is seen from a folder, or whole where that cannot be."""
    try:
        return os.path.relpath(path, folder)
    except ValueError:  # on Windows, from another drive
        return str(path)


def _set_rights(c: Any, course: Path) -> None:
    """Let nbgrader's own files have the rights of the course folder.

    What it puts into the exchange has rights of its own, by which students can read it.
    """
    mode = 0o666 & ~rights.mask_of(course)
    for step in (c.GenerateAssignment, c.GenerateFeedback):
        step.permissions = int(f"{mode:o}")  # nbgrader's numbers are read as octal ones
    if os.environ.get(rights.VARIABLE):
        c.CourseDirectory.groupshared = True


def _set_exchange(c: Any, course: Path) -> None:
    """Name the place where students fetch and hand in."""
    shared = Path(os.environ.get("EXCHANGE_DIR", course / "exchange")).resolve()
    with suppress(OSError), rights.public():  # nbgrader says so, and shows no Release button
        shared.mkdir(parents=True, exist_ok=True)
    c.Exchange.root = str(shared)
    c.ExchangeFactory.release_feedback = "grader.instructor.records.exchange.ReleaseFeedback"


def _set_pages(c: Any) -> None:
    """Let nothing of a student's run in a feedback page or in formgrader.

    See grader/instructor/records/pages.py and grader/export/safe.py.
    """
    c.GenerateFeedback.exporter_class = "grader.instructor.records.pages.FeedbackPage"
    c.HTMLExporter.sanitize_html = True
    c.HTMLExporter.preprocessors = ["grader.instructor.records.pages.plain_names"]
    c.HTMLExporter.filters = {
        "markdown2html": "grader.export.safe.markdown",
        "clean_html": "grader.export.safe.clean",
    }


def _repair_nbgrader(c: Any) -> None:
    """Repair what of nbgrader is loaded: to load it here would take two seconds."""
    paths.repair()
    if "nbgrader.validator" in sys.modules:
        validate.repair(find_course())
    if "nbgrader.apps.api" in sys.modules:
        # formgrader's Autograde button grades sealed, as `grader grade` does
        from grader.instructor.records import button, exchange  # noqa: PLC0415

        button.install()
        exchange.tolerate_bad_timestamps()
    if "nbgrader.server_extensions.formgrader.base" in sys.modules:
        # its pages print names as they stand in an address
        from grader.instructor.records import pages  # noqa: PLC0415

        pages.escape_names()
        c.HTMLExporter.extra_template_basedirs = pages.formgrader_templates()
