"""docs/architecture.md shows the rooms as they are, and the notebooks import from `grader` alone."""

from __future__ import annotations

import json
import re
import tomllib

import pytest
from support import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*/*.ipynb"))
MOST_MODULES = 15  # in one folder; grader/instructor/commands, one verb a file, may have more


def layers(container: str) -> list[list[str]]:
    """Return the layers of a container as pyproject.toml has them, top first."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    found = next(each for each in contracts if each.get("containers") == [container])
    return [re.split(r" [:|] ", layer) for layer in found["layers"]]


def tables() -> list[list[list[str]]]:
    """Return the tables of the page whose first column is `room`, as lists of the rooms of each
    row.
    """
    found = []
    for table in re.findall(r"\| room \| job \|\n\|[-:|]+\|\n((?:\|.*\n)+)", PAGE):
        found.append([re.findall(r"`([a-z]+)`", row.split("|")[1]) for row in table.splitlines()])
    return found


def test_the_page_shows_the_rooms_in_their_order():
    assert tables() == [layers("grader"), layers("grader.instructor")]


def test_every_room_is_a_folder_or_a_file():
    for container, folder in (
        ("grader", ROOT / "grader"),
        ("grader.instructor", ROOT / "grader/instructor"),
    ):
        for room in [room for layer in layers(container) for room in layer]:
            assert (folder / room).is_dir() or (folder / f"{room}.py").is_file()


def test_every_file_that_the_page_names_is_there():
    for name in re.findall(r"`([a-z_/0-9]+\.py)`", PAGE):
        homes = (ROOT, ROOT / "grader", ROOT / "grader" / "instructor")
        assert any((home / name).is_file() for home in homes), name


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_imports_from_grader_alone(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert re.findall(r"(?:from|import) +grader\.\S+", text) == []


def test_no_folder_has_more_modules_than_one_can_look_over():
    counts: dict[str, int] = {}
    for top in ("grader", "solutions", "tests"):
        for path in (ROOT / top).rglob("*.py"):
            if path.name != "__init__.py":
                folder = path.parent.relative_to(ROOT).as_posix()
                counts[folder] = counts.get(folder, 0) + 1
    del counts["grader/instructor/commands"]
    assert {folder: count for folder, count in counts.items() if count > MOST_MODULES} == {}
