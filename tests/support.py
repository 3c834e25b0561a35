"""What several tests need."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import settings
from nbclient import NotebookClient
from our_course import NOTEBOOKS
from tiers import lacking

from grader.instructor.author import notebook
from grader.instructor.author.by_hand import SOMEBODY, as_typed
from grader.instructor.commands.cli import main
from grader.instructor.courses import source_notebook
from grader.judge.exercise import Exercise
from grader.notebook.student_id import NAME, drawn_for

WIDTH, HEIGHT = 1150, 900  # pixels of a browser window
ROOT = Path(__file__).resolve().parents[1]
SCREENSHOTS = ROOT / "course" / "screenshots"  # kept, to be looked at


def need(module: str) -> Any:
    """Import a tool that is optional on a developer's machine and required on CI (REQUIRE_ALL=1)."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        lacking(f"{module} is not installed")


def few_and_many(few: int, many: int) -> Any:
    """Parametrise a test by how many seeds it draws: few in `make test`, many in `make soak`."""
    return pytest.mark.parametrize("seeds", [few, pytest.param(many, marks=pytest.mark.soak)])


def examples(many: int) -> settings:
    """Let hypothesis draw so many examples in `make soak` (SOAK=1), a quarter in `make test`."""
    return settings(max_examples=many if os.environ.get("SOAK") else many // 4)


def run_in_kernel(made: dict[str, Any], folder: Path) -> Any:
    """Run a notebook in a kernel, going on after errors; return it with its outputs."""
    node = nbformat.reads(notebook.dumps(made), as_version=4)
    NotebookClient(
        node, timeout=300, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    ).execute()
    return node


def with_guesses(made: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook in which 7 is guessed wherever a cell waits for a guess."""
    for cell in made["cells"]:
        source = "".join(cell["source"])
        if "\nguess(" in source:
            cell["source"] = re.sub(r"(?<=[\[ ])\.\.\.(?=[\],])", "7", source)
    return made


def beside(assignment: str, folder: Path) -> Path:
    """Put the files that lie beside a notebook into the folder in which it is run."""
    for path in source_notebook(NOTEBOOKS[assignment]).parent.glob("*.py"):
        shutil.copy(path, folder)
    return folder


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock among the processes of a session, on any system; it ends with its process."""
    with closing(sqlite3.connect(path, timeout=600, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield


def references(*assignments: str) -> dict[str, Callable[..., Any]]:
    """Return the reference answers by name, of the assignments named or of all: what a student who
    solved them has defined. By hand they are the numbers of SOMEBODY, whose id is there too.
    """
    found: dict[str, Any] = {NAME: SOMEBODY}
    for assignment in assignments or NOTEBOOKS:
        module = importlib.import_module(f"solutions.{NOTEBOOKS[assignment].stem}")
        found |= {
            exercise.name: as_typed(of_somebody(exercise), getattr(module, exercise.name))
            for exercise in NOTEBOOKS[assignment].exercises
        }
    return found


def of_somebody(exercise: Exercise) -> Exercise:
    """Return an exercise as SOMEBODY has it: by hand with the one draw of that id."""
    drawn = drawn_for(exercise, SOMEBODY)
    assert drawn is not None
    return drawn


def quarters(seed: int, *shapes: tuple[int, ...]) -> list[np.ndarray]:
    """Return arrays of multiples of 1/4 within +-4, read-only: whoever changes an argument raises."""
    rng = np.random.default_rng(seed)
    arrays = [rng.integers(-16, 17, shape) / 4 for shape in shapes]
    for array in arrays:
        array.setflags(write=False)
    return arrays


def opened(browser: Any, address: str, path: str) -> Any:
    """Return a page with a notebook, its kernel started; the page's errors are kept."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on(
        "console",
        lambda message: page.errors.append(message.text) if message.type == "error" else None,
    )
    page.goto(f"{address}/lab/tree/{path}?reset")
    page.locator(".jp-Cell").first.wait_for(timeout=60_000)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
    return page


def run_all(browser: Any, address: str, path: str, until: str) -> Any:
    """Return a page with a notebook, run from top to bottom."""
    page = opened(browser, address, path)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.get_by_text(until).wait_for(
        timeout=180_000
    )  # the capstone trains; on a busy machine for minutes
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


def framed_in_still(still: str) -> dict[str, set[str]]:
    """Return the places, "row,column", of the cells that a still picture frames, by grid.

    Of several drawings of a grid (slices, the student's own result) the first one counts.
    """
    svg = "{http://www.w3.org/2000/svg}"
    framed: dict[str, set[str]] = {}
    for group in ElementTree.fromstring(still).iter(f"{svg}g"):
        squares = group.findall(f"{svg}rect")
        corners = [_corner(square) for square in squares if square.get("class") == "cell"]
        frames = [_corner(square) for square in squares if square.get("stroke-width") == "2.5"]
        rows, columns = (sorted({corner[axis] for corner in corners}) for axis in (1, 0))
        places = [f"{rows.index(y - 1)},{columns.index(x - 1)}" for x, y in frames]
        if corners:
            framed.setdefault(str(group.get("data-grid")), set(places))
    return framed


def _corner(square: ElementTree.Element) -> tuple[float, float]:
    return float(square.get("x", "")), float(square.get("y", ""))
