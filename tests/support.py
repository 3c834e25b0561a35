"""What several tests need."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.exercises import EXERCISES, NOTEBOOKS

ROOT = Path(__file__).resolve().parents[1]


def need(module: str) -> Any:
    """Import a tool that is optional on a developer's machine and required on CI (REQUIRE_ALL=1)."""
    if os.environ.get("REQUIRE_ALL"):
        return importlib.import_module(module)
    return pytest.importorskip(module)


def references() -> dict[str, Callable[..., Any]]:
    """Return the reference answers by name: what a student who solved everything has defined."""
    modules = {name: importlib.import_module(f"solutions.{module}") for name, module in NOTEBOOKS.items()}
    return {exercise.name: getattr(modules[exercise.assignment], exercise.name) for exercise in EXERCISES.values()}
