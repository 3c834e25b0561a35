"""The late penalty: how late a submission is, and how many points nbgrader_config.py takes off.

Every run of `grader grade` writes the penalty of each submission again, or removes it, since a due
date or an extension may have changed. nbgrader once kept the old penalty (its issue 723).
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from numbers import Real
from typing import TYPE_CHECKING, Any

from grader.instructor.classroom import Classroom
from grader.instructor.courses import CourseError
from grader.instructor.records.steps import config

if TYPE_CHECKING:
    from grader.instructor.records.standings import Standing

# The sections of nbgrader_config.py that can set a penalty. nbgrader's default takes nothing off.
SECTIONS = ("AssignLatePenalties", "LateSubmissionPlugin", "BasePlugin")


def seconds_late(handed_in: datetime, due: datetime, extension: timedelta | None) -> float:
    """Return the seconds between the due date, with a student's extension, and the submission."""
    return (handed_in - due - (extension or timedelta())).total_seconds()


class LatePenalty:
    """The penalties that a course's nbgrader_config.py sets."""

    def __init__(self, classroom: Classroom) -> None:
        self.classroom = classroom

    def is_other(self, standing: Standing) -> bool:
        """Tell whether the late penalty of a row is not the one that the settings give now."""
        return (standing.penalty or 0.0) != (self.with_penalty(standing).penalty or 0.0)

    def problem_of(self, standing: Standing) -> str:
        """Return that the penalty of a row is not the one of now, in words, or ""."""
        try:
            is_other = self.is_other(standing)
        except CourseError as error:
            return f"its late penalty is not known. {error}"
        return "its late penalty is not that of now: run grader grade" if is_other else ""

    def with_penalty(self, standing: Standing) -> Standing:
        """Return a student's standing with the late penalty that the course's settings give."""
        penalty = None
        if standing.is_graded and standing.seconds_late:
            penalty = self.points_off(standing.student, standing.raw_points, standing.seconds_late)
        return replace(standing, penalty=penalty)

    def points_off(self, student: str, points: float, seconds: float) -> float | None:
        """Return the penalty of a student with these points who is late by these seconds.

        The penalty lies between 0 and the points, as with nbgrader's AssignLatePenalties. None
        means that nothing is taken off.
        """
        if self._plugin is None:
            return None
        try:
            penalty = self._plugin.late_submission_penalty(student, points, seconds)
            return None if penalty is None else min(max(_number(penalty), 0.0), points)
        except Exception as error:  # a course's own program
            raise _broken(error) from None

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


def _number(penalty: Any) -> float:
    """Return a penalty as a number. Raises TypeError and ValueError for what is none."""
    if not isinstance(penalty, (Real, Decimal)):
        raise TypeError(f"{penalty!r} is no number")
    if math.isnan(penalty):
        raise ValueError("nan is no number")
    return float(penalty)


def _broken(error: Exception) -> CourseError:
    return CourseError(
        "The late penalty that nbgrader_config.py sets cannot be had "
        f"({type(error).__name__}: {error}). Mend it there; nothing was written."
    )
