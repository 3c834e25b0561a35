"""The late penalty: how late a submission is, and how many points nbgrader_config.py takes off.

Every run of `grader grade` writes the penalty of each submission again, or removes it, since a due
date or an extension may have changed. nbgrader once kept the old penalty (its issue 723).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from grader.instructor.classroom import Classroom
from grader.instructor.courses import CourseError
from grader.instructor.records.steps import config

# The sections of nbgrader_config.py that can set a penalty. nbgrader's default takes nothing off.
SECTIONS = ("AssignLatePenalties", "LateSubmissionPlugin", "BasePlugin")


def seconds_late(handed_in: datetime, due: datetime, extension: timedelta | None) -> float:
    """Return the seconds between the due date, with a student's extension, and the submission."""
    return (handed_in - due - (extension or timedelta())).total_seconds()


class LatePenalty:
    """The penalties that a course's nbgrader_config.py sets."""

    def __init__(self, classroom: Classroom) -> None:
        self.classroom = classroom

    def points_off(self, student: str, points: float, seconds: float) -> float | None:
        """Return the penalty of a student with these points who is late by these seconds.

        The penalty lies between 0 and the points, as with nbgrader's AssignLatePenalties. None
        means that nothing is taken off.
        """
        if self._plugin is None:
            return None
        try:
            penalty = self._plugin.late_submission_penalty(student, points, seconds)
        except Exception as error:  # a course's own program
            raise _broken(error) from None
        if penalty is None:
            return None
        return min(max(penalty, 0.0), points)

    @cached_property
    def _plugin(self) -> Any:
        """nbgrader's plugin for penalties, or None where nbgrader_config.py sets nothing there."""
        settings = config(self.classroom)
        if not any(section in settings for section in SECTIONS):
            return None
        # Imported here, since loading nbgrader takes two seconds and few courses have penalties.
        from nbgrader.preprocessors import AssignLatePenalties  # noqa: PLC0415

        try:
            step = AssignLatePenalties(config=settings)
            step.log.propagate = False
            step.init_plugin()
        except Exception as error:  # whatever the settings name
            raise _broken(error) from None
        return step.plugin_inst


def _broken(error: Exception) -> CourseError:
    return CourseError(
        "The late penalty that nbgrader_config.py sets cannot be had "
        f"({type(error).__name__}: {error}). Mend it there; nothing was written."
    )
