"""What is imported is declared, under the extra of those who need it; what is declared is used."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from support import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OWN = {"grader", "solutions", "layers"}
# what stands beside a file and is imported by its bare name: helpers of tests, a worker's files
BESIDE = (
    "tests",
    "tests/benchmarks",
    "tests/browser",
    "tests/engines",
    "tests/hub",
    "tests/matrix",
    "tests/site",
    "tests/toy",
    "grader/instructor/sandbox/worker",
)
# These are run as commands or plugins, built with, loaded by name (torch, psycopg, bokeh), or there for students
# (scipy), and not imported.
NOT_IMPORTED = {
    "hatchling",
    "import-linter",
    "ipywidgets",  # what anywidget makes; its version matters to JupyterLab
    "jupyterlab",
    "mypy",
    "nbstripout",
    "pytest-xdist",
    "ruff",
    "scipy",
    "uv",
    "axe-playwright-python",
    "selenium",
    "torch",
    "psycopg",
    "bokeh",
    "check-jsonschema",
    "jupyterhub",
    "jupyterlite-core",
    "jupyterlite-pyodide-kernel",
    "myst-nb",
    "sphinx-book-theme",
}
EXTRAS = ("notebook", "instructor", "postgres", "cluster", "hub", "dev", "bench", "site")
# room -> the extras that it may import from, beside the core
ROOMS = {
    "grader/*.py": (),
    "grader/call": (),
    "grader/numeric": (),
    "grader/judge": (),
    "grader/exercises": (),
    "grader/show": ("notebook",),
    "grader/widgets": ("notebook",),
    "grader/figures": ("notebook",),
    "grader/export": ("notebook",),
    "grader/notebook": ("notebook",),
    "grader/instructor": ("notebook", "instructor", "cluster", "site"),
    "solutions": (),
    "tests": EXTRAS,
    "docs": EXTRAS,
}
DEVELOPERS = {"tests", "docs"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(extra: str) -> set[str]:
    """Return the distributions of an extra, of the core where it is ''."""
    lines = PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    names = {normal(re.match(r"[\w.-]+", line)[0]) for line in lines}
    return names - {"cnn-gradients"}


def modules(room: str) -> Iterator[Path]:
    yield from ROOT.glob(room if room.endswith(".py") else f"{room}/**/*.py")


@cache
def beside() -> set[str]:
    """Return the names of the files and folders that are imported by their bare names."""
    return {path.stem for folder in BESIDE for path in (ROOT / folder).iterdir()}


@cache
def distributions() -> Mapping[str, list[str]]:
    return packages_distributions()


def imported(path: Path) -> Iterator[str]:
    """Yield the distributions whose modules a file imports.

    A module that is not installed is taken for a distribution of its own name.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        for name in names:
            top = name.partition(".")[0]
            if top in sys.stdlib_module_names or top in OWN or top in beside():
                continue
            yield from map(normal, distributions().get(top, [top]))


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_room_imports_is_declared_for_it(room):
    allowed = declared("").union(*map(declared, ROOMS[room]))
    found = {name: path.name for path in modules(room) for name in imported(path)}
    assert {name: file for name, file in found.items() if name not in allowed} == {}


def test_every_room_is_looked_at():
    folders = {f"grader/{path.parent.name}" for path in (ROOT / "grader").glob("*/__init__.py")}
    assert folders <= ROOMS.keys()


@pytest.mark.parametrize("extra", ["", *EXTRAS])
def test_what_is_declared_is_used(extra):
    """What students or instructors install is not used by the tests alone."""
    rooms = {room for room, extras in ROOMS.items() if not extra or extra in extras}
    if extra in ("", "notebook", "instructor", "cluster", "site"):
        rooms -= DEVELOPERS
    used = {name for room in rooms for path in modules(room) for name in imported(path)}
    assert declared(extra) - used - NOT_IMPORTED == set()


def test_what_is_not_imported_is_declared():
    assert set().union(*map(declared, EXTRAS)) >= NOT_IMPORTED


def test_an_import_that_is_not_declared_would_be_found(tmp_path):
    path = tmp_path / "module.py"
    path.write_text(
        "import os\nimport dateutil.tz\nimport not_installed.a\nfrom grader import check\n"
    )
    assert list(imported(path)) == ["python-dateutil", "not-installed"]
