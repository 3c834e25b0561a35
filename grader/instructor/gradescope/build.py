"""The zip file that Gradescope builds an autograder from."""

from __future__ import annotations

import io
import json
import stat
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from grader.instructor.courses import CourseError, repository_of
from grader.instructor.gradescope.layout import SETTINGS
from grader.instructor.gradescope.results import Visibility
from grader.instructor.kit.pins import all_pins
from grader.instructor.kit.wheels import REPOSITORY, build
from grader.judge.course import Notebook

CONTENTS = Path(__file__).with_name("contents")
PROGRAMS = ("setup.sh", "run_autograder")  # which Gradescope runs


def autograder_zip(notebook: Notebook, visibility: Visibility) -> bytes:
    """Return the zip file of an assignment's autograder. Raises CourseError.

    It holds both wheels, and so the reference answers.
    """
    if repository_of(notebook.course) != REPOSITORY:
        raise CourseError(
            "An autograder is built in a clone of this repository, and for its own course alone: "
            f"{notebook.assignment} does not lie in {REPOSITORY / 'notebooks'}."
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in _files(notebook, visibility):
            entry = zipfile.ZipInfo(name, time.localtime()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | mode) << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def _files(notebook: Notebook, visibility: Visibility) -> Iterator[tuple[str, bytes, int]]:
    """Yield names, contents and modes. Raises CourseError."""
    for name in PROGRAMS:
        yield name, (CONTENTS / name).read_bytes(), 0o755
    settings = {
        "course": notebook.course.name,
        "assignment": notebook.assignment,
        "visibility": visibility,
    }
    yield SETTINGS, json.dumps(settings, indent=1).encode(), 0o644
    yield "constraints.txt", all_pins().encode(), 0o644
    with tempfile.TemporaryDirectory() as folder:
        for path in build(Path(folder)):
            yield f"wheels/{path.name}", path.read_bytes(), 0o644
