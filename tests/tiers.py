"""The sandbox's tiers as this machine has them, each examined once in a process, and the one place
where a test is skipped.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any, NoReturn

import pytest

from grader.exercises import COURSE
from grader.instructor.courses import CourseError
from grader.instructor.sandbox import probes
from grader.instructor.sandbox.sandbox import Tier

SEALED = {"bubblewrap": Tier.BUBBLEWRAP, "landlock": Tier.LANDLOCK}


class Lacking(pytest.skip.Exception):
    """A test is skipped for want of a tool."""


def lacking(why: str) -> NoReturn:
    """Skip a test for want of a tool; with REQUIRE_ALL=1 (on CI) let it fail."""
    if os.environ.get("REQUIRE_ALL"):
        pytest.fail(f"REQUIRE_ALL: {why}", pytrace=False)
    raise Lacking(why)


def in_one_line(report: Any, call: Any) -> None:
    """Give all tests that lack the same tool the same place, so that pytest tells of them in one
    line.
    """
    if report.skipped and call.excinfo is not None and isinstance(call.excinfo.value, Lacking):
        report.longrepr = (__file__, lacking.__code__.co_firstlineno, str(call.excinfo.value))


@cache
def best() -> Tier:
    """Return the tier in which `grader grade` grades here; NONE where no tier holds."""
    try:
        return probes.pick_tier(COURSE)
    except CourseError:
        return Tier.NONE


@cache
def finding(tier: Tier) -> probes.Finding:
    return probes.examine(tier, COURSE)


def need_some_tier() -> Tier:
    """Return the best tier, for a test of what a sandbox protects."""
    if best() is Tier.NONE:
        lacking(
            "no sandbox holds here: "
            + "; ".join(f"{tier.value}: {finding(tier)}" for tier in SEALED.values())
        )
    return best()


def need_tier(tier: Tier) -> Tier:
    """Return a tier that holds."""
    need_some_tier()
    if not finding(tier).holds:
        lacking(f"{tier.value}: {finding(tier)}")
    return tier


def unsafe() -> list[str]:
    """Return what `grader grade` and `explain` must be told here, so that work of our own is graded
    all the same.
    """
    return ["--unsafe"] if best() is Tier.NONE else []
