"""The demo class: what each student hands in, what it is worth, and what must be said about it. All known beforehand."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import Any

from grader.exercises import EXERCISES, NOTEBOOKS, of_assignment
from grader.instructor.author.catalogue import mistakes_of, reference
from grader.instructor.demo.sample_files import RUNAWAYS, files
from solutions.mistakes import Mistake
from solutions.styles import styles

SLIP_LIMIT = 24
RUN_AWAY_IN = "1-affine"  # once is enough: each of them takes seconds
MAIN = {  # the exercise whose cells are broken
    "1-affine": "affine_backward",
    "2-convolution": "conv_backward",
    "3-strided": "strided_backward_spray",
    "4-relu": "relu_backward",
    "5-max-pool": "max_pool_backward",
    "6-capstone": "train",
}


@dataclass(frozen=True)
class Submission:
    """One student's notebook: answers by exercise (whole cells), extra cells, the points due, what the checks must say.

    edit: changes the notebook's text as a whole, for files that are broken; look: whether a person has to look at it;
    kind: right, broken, file, hostile or mistake.
    """

    student: str
    about: str
    answers: dict[str, str]
    points: float
    says: tuple[str, ...] = ()
    extra: tuple[str, ...] = field(default=())
    edit: Callable[[str], bytes] = str.encode
    look: bool = False
    kind: str = "right"


def submissions(assignment: str) -> list[Submission]:
    """Return the class: honest styles, stubs, half-done work, every catalogued mistake, every kind of broken answer."""
    right = {
        exercise.name: inspect.getsource(reference(exercise))
        for exercise in of_assignment(assignment)
    }
    full = sum(exercise.points for exercise in of_assignment(assignment))
    made = [
        Submission("ada", "the reference answers", right, full),
        Submission("blank", "untouched stubs", {}, 0.0),
    ]
    half = dict(list(right.items())[: len(right) // 2])
    made.append(
        Submission(
            "half", "the first half only", half, sum(EXERCISES[name].points for name in half)
        )
    )
    for style in styles(NOTEBOOKS[assignment]):
        made.append(
            Submission(
                style.student, style.about, right | style.answers, full, style.says, style.extra
            )
        )
    broken = importlib.import_module(
        f"grader.instructor.demo.broken_answers.{NOTEBOOKS[assignment]}"
    ).BROKEN
    made += _broken(broken, right, full)
    made += _files(assignment, right, full)
    made += _mistaken(assignment, right, full)
    return made


def _broken(
    broken: dict[str, tuple[str, str, str, str, str]], right: dict[str, str], full: float
) -> Iterator[Submission]:
    """One broken answer each; the points lost are those of the exercise, or of its part where one is named."""
    for student, (about, exercise, part, answer, says) in broken.items():
        lost = sum(p.points for p in EXERCISES[exercise].parts if part in ("", p.name))
        yield Submission(
            student, about, right | {exercise: answer}, full - lost, (says,), kind="broken"
        )


def _files(assignment: str, right: dict[str, str], full: float) -> Iterator[Submission]:
    """Broken files, and code that is hostile or runs away; points as in demo_files."""
    for student, (about, points, edit, text) in files(EXERCISES[MAIN[assignment]], full).items():
        yield Submission(student, about, right, points, (text,), (), edit, look=True, kind="file")
    for student, (about, answers, extra, says) in (
        RUNAWAYS.items() if assignment == RUN_AWAY_IN else ()
    ):
        lost = sum(EXERCISES[name].points for name in answers)
        yield Submission(student, about, right | answers, full - lost, says, extra, kind="hostile")


def _mistaken(assignment: str, right: dict[str, str], full: float) -> Iterator[Submission]:
    """Student number k makes the k-th catalogued mistake of every exercise. (`grader verify` asks all of them.)

    Not in the capstone, whose training fails with a gradient that is wrong.
    """
    if any(exercise.layers for exercise in of_assignment(assignment)):
        return
    rows = zip_longest(*(mistakes_of(exercise) for exercise in of_assignment(assignment)))
    for number, row in enumerate(islice(rows, SLIP_LIMIT), 1):
        mistakes = [mistake for mistake in row if mistake is not None]
        lost = sum(
            part.points
            for m in mistakes
            for part in EXERCISES[m.exercise].parts
            if part.name in m.parts
        )
        answers = {mistake.exercise: source_of(mistake) for mistake in mistakes}
        says = tuple(
            m.hint.split("{")[0][1:] for m in mistakes
        )  # up to the first size, in upper or lower case
        about = ", ".join(mistake.name for mistake in mistakes)
        yield Submission(
            f"slip-{number:02}", about, right | answers, full - lost, says, kind="mistake"
        )


def source_of(mistake: Mistake) -> str:
    """Return a mistake as a student would hand it in: one cell, with the functions it calls, under the exercise's name."""
    needed: dict[str, str] = {}
    text = _standalone(mistake.answer, mistake.exercise, needed)
    return "\n\n".join([*needed.values(), text])


def _standalone(function: Callable[..., Any], name: str, needed: dict[str, str]) -> str:
    """Return a function's source under a new name; what it calls of ours is collected in `needed`."""
    definition = ast.parse(inspect.getsource(function)).body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.name, definition.decorator_list = name, []
    for node in ast.walk(definition):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = function.__globals__.get(node.value.id)
            if inspect.ismodule(module) and module.__name__.startswith("solutions."):
                called, node.value.id = node.attr, "right"
                needed.setdefault(
                    f"right_{called}",
                    _standalone(getattr(module, called), f"right_{called}", needed),
                )
        elif isinstance(node, ast.Name) and _is_ours(function.__globals__.get(node.id)):
            needed.setdefault(node.id, _standalone(function.__globals__[node.id], node.id, needed))
    return ast.unparse(definition).replace("right.", "right_")


def _is_ours(value: Any) -> bool:
    return inspect.isfunction(value) and value.__module__.startswith("solutions.")
