"""What is imported is declared, under the extra of those who need it; what is declared is used."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from support import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OWN = {"grader", "solutions", "layers"}
# These are run as commands or plugins, built with, or loaded by name (torch), and not imported.
NOT_IMPORTED = {
    "hatchling",
    "import-linter",
    "jupyterlab",
    "mypy",
    "nbstripout",
    "pytest-xdist",
    "ruff",
    "uv",
    "axe-playwright-python",
    "torch",
}
EXTRAS = ("notebook", "instructor", "dev", "bench")
# room -> the extras that it may import from, beside the core
ROOMS = {
    "grader/call": (),
    "grader/numeric": (),
    "grader/judge": (),
    "grader/exercises": (),
    "grader/show": ("notebook",),
    "grader/widgets": ("notebook",),
    "grader/figures": ("notebook",),
    "grader/export": ("notebook",),
    "grader/notebook": ("notebook",),
    "grader/instructor": ("notebook", "instructor"),
    "solutions": (),
    "tests": EXTRAS,
}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(extra: str) -> set[str]:
    """Return the distributions of an extra, of the core where it is ''."""
    lines = PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    names = {normal(re.match(r"[\w.-]+", line)[0]) for line in lines}
    return names - {"cnn-gradients"}


def modules(room: str) -> Iterator[Path]:
    for path in (ROOT / room).rglob("*.py"):
        if "node_modules" not in path.parts:
            yield path


def imported(path: Path) -> Iterator[str]:
    """Yield the distributions whose modules a file imports."""
    known = packages_distributions()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        for name in names:
            top = name.partition(".")[0]
            if top in sys.stdlib_module_names or top in OWN:
                continue
            yield from map(normal, known.get(top, ()))


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_room_imports_is_declared_for_it(room):
    allowed = declared("").union(*map(declared, ROOMS[room]))
    found = {name: path.name for path in modules(room) for name in imported(path)}
    assert {name: file for name, file in found.items() if name not in allowed} == {}


def test_every_room_is_looked_at():
    folders = {f"grader/{path.parent.name}" for path in (ROOT / "grader").glob("*/__init__.py")}
    assert folders <= ROOMS.keys()


def test_what_is_declared_is_used():
    used = {name for room in ROOMS for path in modules(room) for name in imported(path)}
    used |= {name for path in (ROOT / "grader").glob("*.py") for name in imported(path)}
    every = declared("").union(*map(declared, EXTRAS))
    assert every - used - NOT_IMPORTED == set()
    assert every >= NOT_IMPORTED


def test_an_import_that_is_not_declared_would_be_found(tmp_path):
    path = tmp_path / "module.py"
    path.write_text("import os\nimport bleach.css_sanitizer\nfrom grader import check\n")
    assert list(imported(path)) == ["bleach"]
