"""What the grades of an assignment depend on beside the submissions: the course's own part.

The gradebook keeps it beside each grade. Where the course has changed since, `grader grade` says
so, and `grader regrade` shows who gains and who loses by it.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, fields, is_dataclass
from types import CodeType, FunctionType
from typing import Any, TypedDict

import numpy as np

from grader.instructor.author import layers
from grader.instructor.author.catalogue import reference
from grader.instructor.author.notebook import NotebookJSON, source
from grader.instructor.courses import engine_version
from grader.instructor.files import digest
from grader.instructor.sandbox.time_and_memory_limits import Limits
from grader.judge.course import Notebook
from grader.judge.exercise import Exercise

DRAWS = 4  # of fresh cases, beside the code that makes them


class ExerciseBasis(TypedDict):
    """Digests of what the points of an exercise depend on."""

    points: str
    rules: str
    cases: str
    table: str
    reference: str


class Basis(TypedDict):
    """What the grades of an assignment depend on. course: the version of this package."""

    course: str
    notebook: str
    limits: str
    exercises: dict[str, ExerciseBasis]


def basis_of(notebook: Notebook, released: NotebookJSON) -> Basis:
    """Return what grades depend on now. released: the notebook as students got it."""
    with layers.importable(notebook):
        exercises = {exercise.name: _of_exercise(exercise) for exercise in notebook.exercises}
    return {
        "course": engine_version(),
        "notebook": _digest(list(_graded_cells(released))),
        "limits": _digest(asdict(Limits(**notebook.limits))),
        "exercises": exercises,
    }


def differences(before: Mapping[str, Any], now: Basis) -> Iterator[str]:
    """Yield with what a grade was made that is another one now: "other cases of relu_backward".

    before: what a grade's key holds; {} for a grade that has none.
    """
    if not before:
        yield "another program, or an earlier version of this one"
        return
    if before["course"] != now["course"]:
        yield f"version {before['course']} of the course"
    if before["notebook"] != now["notebook"]:
        yield "another released notebook"
    if before["limits"] != now["limits"]:
        yield "other limits of time and memory"
    for name in [*now["exercises"], *before["exercises"]]:
        yield from _differences(name, before["exercises"], now["exercises"])


def _differences(
    name: str, before: Mapping[str, ExerciseBasis], now: Mapping[str, ExerciseBasis]
) -> Iterator[str]:
    """Yield what is different about one exercise."""
    if name not in before:
        yield f"no exercise {name}"
    elif name not in now:
        yield f"an exercise {name}, which is gone"
    else:
        for kind, value in now[name].items():
            if before[name].get(kind) != value:
                words = f"another {kind}" if kind in ("table", "reference") else f"other {kind}"
                yield f"{words} of {name}"


def _graded_cells(released: NotebookJSON) -> Iterator[Any]:
    """Yield what a notebook says of each cell that counts."""
    for cell in released["cells"]:
        metadata = cell["metadata"].get("nbgrader")
        if metadata and metadata.get("grade"):
            yield metadata["grade_id"], metadata["points"], source(cell)
        elif metadata:
            yield metadata["grade_id"], metadata.get("solution", False)


def _of_exercise(exercise: Exercise) -> ExerciseBasis:
    rules = [exercise.arguments, exercise.forward, exercise.without, exercise.layers]
    for part in exercise.parts:
        values = asdict(part)
        rules += [values[name] for name in values if name not in ("points", "convention")]
    return {
        "points": _digest({part.name: float(part.points) for part in exercise.parts}),
        "rules": _digest(rules),
        "cases": _digest([_code(exercise.build), *_draws(exercise)]),
        "table": digest(json.dumps(exercise.table, sort_keys=True).encode()),
        "reference": _digest(_code(reference(exercise))),
    }


def _draws(exercise: Exercise) -> Iterator[Any]:
    """Yield the visible cases and some draws of fresh ones."""
    yield exercise.visible
    for seed in range(1 if exercise.costly else DRAWS):
        yield exercise.draw(np.random.Generator(np.random.PCG64(seed)))


# --- digests ---


def _digest(value: Any) -> str:
    """Return a digest of plain values, arrays, functions, and what is made of them."""
    content = hashlib.sha256()
    for piece in _pieces(value):
        content.update(len(piece).to_bytes(8, "big") + piece)
    return content.hexdigest()


def _pieces(value: Any) -> Iterator[bytes]:
    """Yield a value as bytes, the same on every machine."""
    yield type(value).__name__.encode()
    if isinstance(value, np.ndarray):
        array = np.ascontiguousarray(value)
        yield str((array.dtype.str, array.shape)).encode()
        yield array.tobytes()
    elif isinstance(value, Mapping):
        for key in sorted(value, key=str):
            yield from _pieces(key)
            yield from _pieces(value[key])
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _pieces(item)
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from _pieces(getattr(value, each.name))
    elif callable(value):
        yield from _pieces(_code(value))
    else:
        yield repr(value).encode()


def _code(function: Callable[..., Any]) -> list[str]:
    """Return the text of a function and of those that it calls, of its own package.

    Comments, docstrings and the form of the lines do not count.
    """
    texts: dict[str, str] = {}
    waiting = [inspect.unwrap(function)]
    while waiting:
        each = waiting.pop()
        name = f"{each.__module__}.{getattr(each, '__qualname__', '')}"
        if name in texts or not isinstance(each, FunctionType):
            continue
        texts[name] = _text(each)
        for used in _names(each.__code__):
            value = each.__globals__.get(used)
            if isinstance(value, FunctionType) and _are_neighbours(value, each):
                waiting.append(value)
            elif isinstance(value, (int, float, str, tuple)):
                texts[f"{each.__module__}.{used}"] = repr(value)
    return [f"{name} {text}" for name, text in sorted(texts.items())]


def _are_neighbours(one: FunctionType, other: FunctionType) -> bool:
    """Tell whether two functions are of one package."""
    return one.__module__.split(".")[0] == other.__module__.split(".")[0]


def _names(code: CodeType) -> Iterator[str]:
    """Yield the names that a function and those inside it look up."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _text(function: FunctionType) -> str:
    """Return a function's source without comments and docstrings, or "" where there is none."""
    with suppress(OSError, TypeError, SyntaxError):
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
                node.body = node.body[1:] or [ast.Pass()]
        return ast.unparse(tree)
    return ""
