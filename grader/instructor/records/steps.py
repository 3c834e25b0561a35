"""nbgrader's own steps, run in this process: generate and feedback."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

from grader.instructor.classroom import SOURCES, Classroom, CourseError, environment_on_path

REASON = re.compile(
    r"(?<!NbGrader)(Error|Exception|MissingEntry|NotJSON\w+): "
)  # NbGraderException says: see above


def config(classroom: Classroom) -> Any:
    """Return what nbgrader_config.py says for this course."""
    from traitlets.config import PyFileConfigLoader

    classroom.folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {"COURSE_DIR": str(classroom.folder), "COURSE_DB": classroom.db}
    return PyFileConfigLoader("nbgrader_config.py", path=str(SOURCES)).load_config()


class NbgraderSteps:
    """nbgrader on one course."""

    def __init__(self, classroom: Classroom) -> None:
        environment_on_path()
        from nbgrader.apps.api import NbGraderAPI
        from nbgrader.coursedir import CourseDirectory

        settings = config(classroom)
        self.config = settings
        self.api = NbGraderAPI(coursedir=CourseDirectory(config=settings), config=settings)
        self.api.log.propagate = False  # what nbgrader logs comes back in its results

    def generate(self, assignment: str) -> None:
        self._run(self.api.generate_assignment, assignment)

    def feedback(self, assignment: str, student: str) -> None:
        self._run(self.generate_feedback, assignment, student)

    def generate_feedback(self, assignment: str, student: str) -> dict[str, Any]:
        """Do what nbgrader's call of this name does, with one exporter for a whole class: making one is half of the work."""
        from nbgrader.utils import capture_log, temp_attrs

        with temp_attrs(self.api.coursedir, assignment_id=assignment, student_id=student):
            return capture_log(self._pages)

    @cached_property
    def _pages(self) -> Any:
        from nbgrader.converters import GenerateFeedback

        class Pages(GenerateFeedback):  # type: ignore[misc]
            def start(self) -> None:
                if not self.trait_has_value("exporter"):
                    super().start()
                    return
                self.init_notebooks()
                before = os.getcwd()
                os.chdir(self.coursedir.root)
                try:
                    self.convert_notebooks()
                finally:
                    os.chdir(before)

        pages = Pages(coursedir=self.api.coursedir, parent=self.api)
        pages.force = True
        return pages

    def _run(self, step: Callable[..., dict[str, Any]], *args: str) -> None:
        result = step(*args)
        if not result["success"]:
            said = (result.get("log", "") + result.get("error", "")).strip().splitlines() or [
                "no reason given"
            ]
            words = next((line for line in reversed(said) if REASON.search(line)), said[-1])
            raise CourseError(f"nbgrader {step.__name__} {' '.join(args)} failed: {words.strip()}")
