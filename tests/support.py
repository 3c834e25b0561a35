"""What several tests need."""

from __future__ import annotations

import importlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from click.testing import CliRunner
from tiers import lacking

from grader.course.cli import main
from grader.exercises import NOTEBOOKS, of_assignment

WIDTH = 1150  # pixels of a browser window
ROOT = Path(__file__).resolve().parents[1]


def need(module: str) -> Any:
    """Import a tool that is optional on a developer's machine and required on CI (REQUIRE_ALL=1)."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        lacking(f"{module} is not installed")


def references(*assignments: str) -> dict[str, Callable[..., Any]]:
    """Return the reference answers by name, of the assignments named or of all: what a student who solved them has defined."""
    found = {}
    for assignment in assignments or NOTEBOOKS:
        module = importlib.import_module(f"solutions.{NOTEBOOKS[assignment]}")
        found |= {exercise.name: getattr(module, exercise.name) for exercise in of_assignment(assignment)}
    return found


def quarters(seed: int, *shapes: tuple[int, ...]) -> list[np.ndarray]:
    """Return arrays of multiples of 1/4 within +-4, read-only: whoever changes an argument raises."""
    rng = np.random.default_rng(seed)
    arrays = [rng.integers(-16, 17, shape) / 4 for shape in shapes]
    for array in arrays:
        array.setflags(write=False)
    return arrays


def run_all(browser: Any, address: str, path: str, until: str, height: int) -> Any:
    """Return a page with a notebook, run from top to bottom, in a window tall enough to hold all of it; its errors are kept."""
    page = browser.new_page(viewport={"width": WIDTH, "height": height})
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}/lab/tree/{path}?reset")
    page.locator(".jp-Cell").first.wait_for(timeout=60_000)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.get_by_text(until).wait_for(timeout=180_000)  # the capstone trains; on a busy machine for minutes
    return page


def grader(*args: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, [str(a) for a in args])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def rows(db: Path) -> list[tuple]:
    """Every student's scores, cell by cell, as the gradebook holds them."""
    query = """SELECT s.student_id, c.name, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade
    FROM grade g JOIN submitted_notebook n ON g.notebook_id = n.id JOIN submitted_assignment s ON n.assignment_id = s.id
    JOIN base_cell c ON g.cell_id = c.id ORDER BY s.student_id, c.name"""
    with sqlite3.connect(db) as connection:
        return connection.execute(query).fetchall()
