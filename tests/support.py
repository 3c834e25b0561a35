"""What several tests need."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.exercises import NOTEBOOKS, of_assignment

ROOT = Path(__file__).resolve().parents[1]


def need(module: str) -> Any:
    """Import a tool that is optional on a developer's machine and required on CI (REQUIRE_ALL=1)."""
    if os.environ.get("REQUIRE_ALL"):
        return importlib.import_module(module)
    return pytest.importorskip(module)


def references(*assignments: str) -> dict[str, Callable[..., Any]]:
    """Return the reference answers by name, of the assignments named or of all: what a student who solved them has defined."""
    found = {}
    for assignment in assignments or NOTEBOOKS:
        module = importlib.import_module(f"solutions.{NOTEBOOKS[assignment]}")
        found |= {exercise.name: getattr(module, exercise.name) for exercise in of_assignment(assignment)}
    return found
