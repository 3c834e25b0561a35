"""Broken files and hostile code of the demo class: what a grader meets beside wrong answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from grader.judge.exercise import Exercise


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
    for cell in cells:
        cell["metadata"] = {}


File = tuple[str, float, Callable[[str], bytes], str]
ANOTHER = "this is not the notebook of this assignment"
NO_ANSWER = "no cell of the notebook that ran defines it"


def files(exercise: Exercise, full: float) -> dict[str, File]:
    """Return student -> (what is special, the points due, the edit, what must be said).

    exercise: the one whose cells some of them edit; full: the points of the assignment.
    """
    name = exercise.name
    right = f"{name}: {exercise.points:g} of {exercise.points:g} points"
    without_it = full - exercise.points
    return {
        "not-json": ("a file that is no JSON", 0.0, _first_half, "the file is not a notebook"),
        "empty": ("an empty file", 0.0, _empty, "the file is empty"),
        "latin-1": ("another encoding", 0.0, _as_utf_16, "not text in UTF-8"),
        "another": ("another notebook", 0.0, _cells(_other_notebook), ANOTHER),
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


ENDLESS = "def affine_backward(dy, x, w):\n    while True:\n        pass"
EXITS = "import os\n\ndef affine_backward(dy, x, w):\n    os._exit(0)"
IMPORTS = "from solutions.affine import affine_backward"
CLAIMS = """class Equal(np.ndarray):
    def __eq__(self, other):
        return True

    __ne__ = __lt__ = __gt__ = lambda self, other: False

    def __array_function__(self, *args):
        return True


def affine_backward(dy, x, w):
    return tuple(a.view(Equal) for a in (x * 0, w * 0, w[0] * 0))
"""
PATCHES = """import numpy.testing

for module, names in (
    (np, ("allclose", "array_equal", "isclose")),
    (np.testing, ("assert_allclose", "assert_array_equal")),
):
    for name in names:
        setattr(module, name, lambda *args, **kwargs: True)
check = lambda function: 4.0
"""
ZEROS = "def affine_backward(dy, x, w):\n    return x * 0, w * 0, w[0] * 0"

# student -> (what is special, answers that earn nothing, extra cells, what must be said)
RUNAWAYS: dict[str, tuple[str, dict[str, str], tuple[str, ...], tuple[str, ...]]] = {
    "endless": (
        "an infinite loop",
        {"affine_backward": ENDLESS},
        (),
        ("takes longer than 5.0 s: is there a loop that never ends?",),
    ),
    "imports": (
        "imports the solutions",
        {"affine_backward": IMPORTS},
        (),
        ("no cell of the notebook that ran defines it",),
    ),
    "claims": (
        "an array that equals everything",
        {"affine_backward": CLAIMS},
        (),
        ("is zero everywhere",),
    ),
    "patches": (
        "patches numpy and check",
        {"affine_backward": ZEROS},
        (PATCHES,),
        ("is zero everywhere",),
    ),
    "leaves": (
        "ends the process",
        {"affine_backward": EXITS},
        (),
        ("could not be asked: the process that ran it was stopped",),
    ),
    "flood": ("100 MB of output", {}, ("print('x' * 100_000_000)",), ()),
}
