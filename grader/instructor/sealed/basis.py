"""What the grades of an assignment depend on beside the submissions: the course's own part.

The gradebook keeps it beside each grade. Where the course has changed since, `grader grade` says
so, and `grader regrade` shows who gains and who loses by it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from grader.instructor.author import layers
from grader.instructor.author.notebook import NotebookJSON, source
from grader.instructor.author.references import reference
from grader.instructor.courses import engine_version
from grader.instructor.files import digest
from grader.instructor.sandbox.time_and_memory_limits import Limits
from grader.instructor.sealed.dependencies import Modules, digest_of, digest_of_name
from grader.judge.course import Notebook
from grader.judge.exercise import Exercise, Table

DRAWS = 4  # of fresh cases, beside the code that makes them
# The modules of this package that decide. In a clone they change, and the version stays.
JUDGE = ("judge", "call", "numeric", "instructor/sandbox/worker")
SEALED = ("grade_one", "hidden_cases", "judge_replies", "seed", "session")


class ExerciseBasis(TypedDict):
    """Digests of what the points of an exercise depend on."""

    points: str
    rules: str
    cases: str
    table: str
    reference: str


class Basis(TypedDict):
    """What the grades of an assignment depend on.

    course: the version of this package; judge: a digest of its modules that judge.
    """

    course: str
    judge: str
    notebook: str
    limits: str
    exercises: dict[str, ExerciseBasis]


def basis_of(notebook: Notebook, released: NotebookJSON) -> Basis:
    """Return what grades depend on now. released: the notebook as students got it."""
    modules = Modules(notebook.course)
    with layers.importable(notebook):
        exercises = {each.name: _of_exercise(each, modules) for each in notebook.exercises}
    return {
        "course": engine_version(),
        "judge": _judge(),
        "notebook": digest_of(modules, list(_graded_cells(released))),
        "limits": digest_of(modules, asdict(Limits(**notebook.limits))),
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
    elif before.get("judge") != now["judge"]:
        yield "another judge"
    if before["notebook"] != now["notebook"]:
        yield "another released notebook"
    if before["limits"] != now["limits"]:
        yield "other limits of time and memory"
    for name in dict.fromkeys([*now["exercises"], *before["exercises"]]):
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


@cache
def _judge() -> str:
    """Return a digest of the modules that judge, as they are when a run begins."""
    top = Path(__file__).parents[2]
    paths = [path for folder in JUDGE for path in sorted((top / folder).rglob("*.py"))]
    paths += [Path(__file__).with_name(f"{name}.py") for name in SEALED]
    paths.append(top / "notebook" / "student_id.py")
    texts = [path.read_bytes().replace(b"\r\n", b"\n") for path in paths]
    return digest(b"\0".join(texts))


def _graded_cells(released: NotebookJSON) -> Iterator[Any]:
    """Yield what a notebook says of each cell that counts."""
    for cell in released["cells"]:
        metadata = cell["metadata"].get("nbgrader")
        if metadata and metadata.get("grade"):
            yield metadata["grade_id"], metadata["points"], source(cell)
        elif metadata:
            yield metadata["grade_id"], metadata.get("solution", False)


def _of_exercise(exercise: Exercise, modules: Modules) -> ExerciseBasis:
    rules: list[Any] = [
        exercise.arguments,
        exercise.forward,
        exercise.without,
        exercise.layers,
        *(["by hand"] if exercise.by_hand else []),
    ]
    for part in exercise.parts:
        values = asdict(part)
        rules += [values[name] for name in values if name not in ("points", "convention")]
    points = {part.name: float(part.points) for part in exercise.parts}
    notebook = exercise.notebook
    where = f"{notebook.course.references}.{notebook.stem}"
    return {
        "points": digest_of(modules, points),
        "rules": digest_of(modules, rules),
        "cases": digest_of(modules, exercise.build, *_draws(exercise)),
        "table": digest(json.dumps(_judging(exercise.table), sort_keys=True).encode()),
        "reference": digest_of_name(modules, where, exercise.name, reference(exercise)),
    }


def _judging(table: Table) -> dict[str, Any]:
    """Return what of a table decides on an answer: the stub does not."""
    return {name: value for name, value in table.items() if name != "stub"}


def _draws(exercise: Exercise) -> Iterator[Any]:
    """Yield the visible cases and some draws of fresh ones."""
    yield exercise.visible
    for seed in range(1 if exercise.costly else DRAWS):
        yield exercise.draw(np.random.Generator(np.random.PCG64(seed)))
