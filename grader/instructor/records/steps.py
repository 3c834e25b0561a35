"""nbgrader's own steps, run in this process: generate and feedback."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from grader.instructor.classroom import Classroom, environment_on_path
from grader.instructor.courses import CourseError, sources_of
from grader.instructor.records.settings import configure

if TYPE_CHECKING:
    from grader.instructor.records.standings import PageRecord

# A line that names an error. An NbGraderException only refers to what was logged above it.
REASON = re.compile(r"(?<!NbGrader)(Error|Exception|MissingEntry|NotJSON\w+): ")


def config(classroom: Classroom) -> Any:
    """Return nbgrader's settings for a class: those of the course's nbgrader_config.py, if any."""
    # Imported here, as nbgrader below: most of what `grader grade` does needs neither, and
    # nbgrader takes two seconds.
    from traitlets.config import Config, PyFileConfigLoader  # noqa: PLC0415

    os.environ |= {"COURSE_DIR": str(classroom.folder), "COURSE_DB": classroom.db}
    folder = sources_of(classroom.course)
    if (folder / "nbgrader_config.py").is_file():
        try:
            return PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()
        except Exception as error:  # it is a program
            reason = f"{type(error).__name__}: {error}"
            raise CourseError(
                f"{folder / 'nbgrader_config.py'} cannot be read ({reason}). "
                "Mend it and run the command again."
            ) from None
    settings = Config()
    configure(settings, folder, classroom.course.name)
    return settings


class NbgraderSteps:
    """nbgrader on one class."""

    def __init__(self, classroom: Classroom) -> None:
        environment_on_path()
        from nbgrader.apps.api import NbGraderAPI  # noqa: PLC0415
        from nbgrader.coursedir import CourseDirectory  # noqa: PLC0415

        self.config = config(classroom)
        self.api = NbGraderAPI(coursedir=CourseDirectory(config=self.config), config=self.config)
        self.api.log.propagate = False  # what nbgrader logs comes back in its results

    def generate(self, assignment: str) -> None:
        """Write the students' version of an assignment. Raises CourseError."""
        self._run(self.api.generate_assignment, assignment)

    def feedback(self, assignment: str, student: str, record: PageRecord | None = None) -> None:
        """Write the feedback pages of a student's assignment. Raises CourseError.

        record: what the gradebook holds on it, where that was read before.
        """
        self._pages.grades.record = record
        self._run(self.generate_feedback, assignment, student)

    def generate_feedback(self, assignment: str, student: str) -> dict[str, Any]:
        """Do what nbgrader's call of this name does, with one converter for a whole class."""
        from nbgrader.utils import capture_log, temp_attrs  # noqa: PLC0415

        with temp_attrs(self.api.coursedir, assignment_id=assignment, student_id=student):
            return capture_log(self._pages)

    @cached_property
    def _pages(self) -> Any:
        """nbgrader's converter for a whole class."""
        from grader.instructor.records.pages import FeedbackPages  # noqa: PLC0415

        return FeedbackPages(coursedir=self.api.coursedir, parent=self.api)

    def _run(self, step: Callable[..., dict[str, Any]], *args: str) -> None:
        """Run a step. Raises CourseError with nbgrader's reason in one line."""
        result = step(*args)
        if result["success"]:
            return
        log = (result.get("log", "") + result.get("error", "")).strip()
        lines = log.splitlines() or ["no reason given"]
        reasons = [line for line in lines if REASON.search(line)]
        last = (reasons or lines)[-1]
        raise CourseError(f"nbgrader {step.__name__} {' '.join(args)} failed: {last.strip()}")
