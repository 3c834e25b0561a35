"""A repair of nbgrader's Validate: no Success for a file whose answers nobody would test.

nbgrader tests the cells that have its metadata. In a file that has lost it (by marimo, by nb-clean)
it tests nothing, and says "Success! Your notebook passes all the tests."
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.judge.course import Course
from grader.notebook.cells_of_file import Unreadable
from grader.notebook.intake import TEST, look

LOOK = "a person will look at it: "  # what a line of `look` begins with that is a problem
NOTHING = "Validate tested nothing, since no cell here has nbgrader's metadata."


def repair(course: Course) -> None:
    """Let nbgrader's Validate name what grading would miss. It does nothing without nbgrader.

    It is called in nbgrader_config.py, an instructor's or a student's.
    """
    module: Any = sys.modules.get("nbgrader.validator")
    if module is None or hasattr(module.Validator.validate, "original"):
        return
    original = module.Validator.validate

    def validate(self: Any, filename: str) -> dict[str, Any]:
        results: dict[str, Any] = original(self, filename)
        for problem in problems_of(Path(filename), course):
            entry = {"source": Path(filename).name, "error": problem, "raw_error": problem}
            results.setdefault("failed", []).append(entry)
        return results

    validate.original = original  # type: ignore[attr-defined]
    module.Validator.validate = validate


def problems_of(path: Path, course: Course) -> Iterator[str]:
    """Yield why Validate's word on a notebook is not to be relied on; nothing for most of them."""
    tests = _tests_in(path)
    ours = {f"{TEST}{name}" for name in course.exercises}
    if tests - ours:  # a notebook of another course
        return
    if not tests:
        yield NOTHING
    try:
        for line in look(path, course):
            if line.startswith(LOOK):
                yield f"{line.removeprefix(LOOK)}. Grading reads it all the same."
    except Unreadable as error:
        yield f"Grading would not find an answer in it: {error}"


def _tests_in(path: Path) -> set[str]:
    """Return the names of the cells that nbgrader tests."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
        marks = [cell["metadata"].get("nbgrader", {}) for cell in cells]
        # An essay's cell is marked as a test and as an answer.
        tests = [mark for mark in marks if mark.get("grade") and not mark.get("solution")]
        return {mark["grade_id"] for mark in tests}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()
