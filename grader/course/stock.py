"""nbgrader's own steps, run in this process: generate and feedback."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

from grader.course.paths import REPOSITORY, Course, CourseError, environment_on_path


def config(course: Course) -> Any:
    """Return what nbgrader_config.py says for this course."""
    from traitlets.config import PyFileConfigLoader

    course.folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {"COURSE_DIR": str(course.folder), "COURSE_DB": course.db}
    return PyFileConfigLoader("nbgrader_config.py", path=str(REPOSITORY)).load_config()


class Stock:
    """nbgrader on one course."""

    def __init__(self, course: Course) -> None:
        environment_on_path()
        from nbgrader.apps.api import NbGraderAPI
        from nbgrader.coursedir import CourseDirectory

        settings = config(course)
        self.config = settings
        self.api = NbGraderAPI(coursedir=CourseDirectory(config=settings), config=settings)
        self.api.log.propagate = False  # what nbgrader logs comes back in its results

    def generate(self, assignment: str) -> None:
        self._run(self.api.generate_assignment, assignment)

    def feedback(self, assignment: str, student: str) -> None:
        self._run(self.api.generate_feedback, assignment, student)

    def _run(self, step: Callable[..., dict[str, Any]], *args: str) -> None:
        result = step(*args)
        if not result["success"]:
            said = (result.get("log", "") + result.get("error", "")).strip().splitlines() or ["no reason given"]
            words = next((line for line in reversed(said) if re.search(r"\w+(Error|Exception): ", line)), said[-1])
            raise CourseError(f"nbgrader {step.__name__} {' '.join(args)} failed: {words.strip()}")
