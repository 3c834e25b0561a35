"""Repairs of nbgrader for folders and students whose names hold ( ) [ ] + ? * and the like.

nbgrader looks for files by patterns that begin with the path of the course, and reads the parts of
a path by a regular expression that does, too: a course in `week (2)`, a student `smith [auditor]`
are not found. Here a part of a pattern that is the name of something there stands for that alone.
"""

from __future__ import annotations

import fnmatch
import glob as standard
import os
import re
import sys
from typing import Any

# Where nbgrader calls glob.glob on what format_path returned.
MODULES = (
    "nbgrader.apps.api",
    "nbgrader.converters.base",
    "nbgrader.exchange.default.collect",
    "nbgrader.exchange.default.exchange",
    "nbgrader.exchange.default.fetch_feedback",
    "nbgrader.exchange.default.list",
    "nbgrader.exchange.default.release_feedback",
)


class LiteralGlob:
    """What takes the place of the module `glob` in nbgrader."""

    @staticmethod
    def glob(pattern: str) -> list[str]:
        """Return the paths of a pattern, sorted; a name that is there is no pattern."""
        drive, rest = os.path.splitdrive(pattern)
        paths = [drive + os.sep] if rest.startswith(os.sep) else [drive]
        for part in rest.strip(os.sep).split(os.sep):
            paths = [match for folder in paths for match in _matches(folder, part)]
        return paths


def _matches(folder: str, part: str) -> list[str]:
    """Return what one part of a pattern stands for in a folder."""
    path = os.path.join(folder, part)
    if part != "*" and os.path.lexists(path):
        return [path]
    try:
        names = sorted(os.listdir(folder or os.curdir)) if standard.has_magic(part) else []
    except OSError:
        return []
    return [
        os.path.join(folder, name)
        for name in names
        if fnmatch.fnmatchcase(name, part) and not name.startswith(".")
    ]


def repair() -> None:
    """Let those of nbgrader's modules that are loaded take the names of folders literally."""
    for name in MODULES:
        module: Any = sys.modules.get(name)
        if module is not None:
            module.glob = LiteralGlob
    courses: Any = sys.modules.get("nbgrader.coursedir")
    if courses is None or hasattr(courses.CourseDirectory.format_path, "original"):
        return
    original = courses.CourseDirectory.format_path

    def format_path(
        self: Any, nbgrader_step: str, student_id: str, assignment_id: str, escape: bool = False
    ) -> str:
        if escape:  # the caller passes patterns for the student and the assignment
            nbgrader_step = re.escape(nbgrader_step)
        return str(original(self, nbgrader_step, student_id, assignment_id, escape=escape))

    format_path.original = original  # type: ignore[attr-defined]
    courses.CourseDirectory.format_path = format_path
