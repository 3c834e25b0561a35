"""Broken files of the demo class: what a grader meets beside wrong answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from grader.judge.course import Notebook


def _cells(change: Callable[[list[dict[str, Any]]], None]) -> Callable[[str], bytes]:
    """Return an edit that changes the list of cells."""

    def edit(text: str) -> bytes:
        notebook = json.loads(text)
        change(notebook["cells"])
        return json.dumps(notebook).encode()

    return edit


def _at(cells: list[dict[str, Any]], name: str) -> int:
    return next(number for number, cell in enumerate(cells) if cell.get("id") == name)


def _without(name: str) -> Callable[[str], bytes]:
    def change(cells: list[dict[str, Any]]) -> None:
        del cells[_at(cells, name)]

    return _cells(change)


def _twice(name: str) -> Callable[[str], bytes]:
    return _cells(lambda cells: cells.append(cells[_at(cells, name)]))


def _other_notebook(cells: list[dict[str, Any]]) -> None:
    cells[:] = [cell | {"source": "x = 1", "id": f"x-{n}"} for n, cell in enumerate(cells)]
    _lose_metadata(cells)


def _lose_metadata(cells: list[dict[str, Any]]) -> None:
    for cell in cells:
        cell["metadata"] = {}


File = tuple[str, float, Callable[[str], bytes], str]
ANOTHER = "this is not the notebook of this assignment"
NO_ANSWER = "no cell of the notebook that ran defines it"


def files(notebook: Notebook) -> dict[str, File]:
    """Return student -> (what is special, the points due, the edit, what must be said).

    Some of them edit the cells of the exercise that is worth most.
    """
    exercise = notebook.main
    name = exercise.name
    full = notebook.automatic_points
    right = f"{name}: {exercise.points:g} of {exercise.points:g} points"
    without_it = full - exercise.points
    return {
        "not-json": ("a file that is no JSON", 0.0, _first_half, "the file is not a notebook"),
        "empty": ("an empty file", 0.0, _empty, "the file is empty"),
        "another": ("another notebook", 0.0, _cells(_other_notebook), ANOTHER),
        "stripped": ("cells that lost their metadata", full, _cells(_lose_metadata), right),
        "utf-16": ("another encoding", full, _as_utf_16, right),
        "no-test": ("a deleted test cell", full, _without(f"check_{name}"), right),
        "no-answer": ("a deleted answer cell", without_it, _without(name), NO_ANSWER),
        "twice": ("a cell that stands there twice", full, _twice(name), right),
    }


def _first_half(text: str) -> bytes:
    return text[: len(text) // 2].encode()


def _empty(text: str) -> bytes:
    return b""


def _as_utf_16(text: str) -> bytes:
    return b"\xff\xfe" + text.encode("utf-16-le")
