"""The demo class: what each student hands in, what it is worth, and what must be said about it.

All of that is known beforehand.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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

Answers = dict[str, str]  # whole cells by exercise


@dataclass(frozen=True)
class Submission:
    """One student's notebook, and what must come of it.

    about: what is special about it; answers: its answer cells; points: what it is worth; messages:
    what the verdicts must say; extra: further code cells; edit: changes the notebook's text as a
    whole, for files that are broken; look: whether a person has to look at it; kind: right,
    broken, file, hostile or mistake.
    """

    student: str
    about: str
    answers: Answers
    points: float
    messages: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    edit: Callable[[str], bytes] = str.encode
    look: bool = False
    kind: str = "right"


def submissions(assignment: str) -> list[Submission]:
    """Return the class.

    It has honest styles, stubs, half-done work, every kind of broken answer and file, and
    catalogued mistakes.
    """
    right: Answers = {}
    full = 0.0
    for exercise in of_assignment(assignment):
        right[exercise.name] = inspect.getsource(reference(exercise))
        full += exercise.points
    return [
        *_ordinary(right, full),
        *_styles(assignment, right, full),
        *_broken(assignment, right, full),
        *_files(assignment, right, full),
        *_runaways(assignment, right, full),
        *_mistaken(assignment, right, full),
    ]


def _ordinary(right: Answers, full: float) -> Iterator[Submission]:
    """Yield the reference answers, none of them, and the first half of them."""
    yield Submission("ada", "the reference answers", right, full)
    yield Submission("blank", "untouched stubs", {}, 0.0)
    half = dict(list(right.items())[: len(right) // 2])
    yield Submission("half", "the first half only", half, _points(half))


def _styles(assignment: str, right: Answers, full: float) -> Iterator[Submission]:
    """Yield honest answers in many styles."""
    for style in styles(NOTEBOOKS[assignment]):
        answers = right | style.answers
        yield Submission(style.student, style.about, answers, full, style.says, style.extra)


def _broken(assignment: str, right: Answers, full: float) -> Iterator[Submission]:
    """Yield one broken answer each.

    The points lost are those of the exercise, or of its part where one is named.
    """
    module = importlib.import_module(
        f"grader.instructor.demo.broken_answers.{NOTEBOOKS[assignment]}"
    )
    for student, (about, name, part_name, answer, message) in module.BROKEN.items():
        parts = [part for part in EXERCISES[name].parts if part_name in ("", part.name)]
        points = full - sum(part.points for part in parts)
        answers = right | {name: answer}
        yield Submission(student, about, answers, points, (message,), kind="broken")


def _files(assignment: str, right: Answers, full: float) -> Iterator[Submission]:
    """Yield broken files; their points are those of sample_files."""
    exercise = EXERCISES[MAIN[assignment]]
    for student, (about, points, edit, message) in files(exercise, full).items():
        yield Submission(
            student, about, right, points, (message,), edit=edit, look=True, kind="file"
        )


def _runaways(assignment: str, right: Answers, full: float) -> Iterator[Submission]:
    """Yield code that is hostile or runs away."""
    if assignment != RUN_AWAY_IN:
        return
    for student, (about, answers, extra, messages) in RUNAWAYS.items():
        points = full - _points(answers)
        yield Submission(student, about, right | answers, points, messages, extra, kind="hostile")


def _mistaken(assignment: str, right: Answers, full: float) -> Iterator[Submission]:
    """Yield students of whom number k makes the k-th catalogued mistake of every exercise.

    There are none in the capstone, whose training fails with a gradient that is wrong. `grader
    verify` asks all mistakes.
    """
    exercises = of_assignment(assignment)
    if any(exercise.layers for exercise in exercises):
        return
    rows = zip_longest(*map(mistakes_of, exercises))
    for number, row in enumerate(islice(rows, SLIP_LIMIT), 1):
        mistakes = [mistake for mistake in row if mistake is not None]
        answers = {mistake.exercise: source_of(mistake) for mistake in mistakes}
        yield Submission(
            f"slip-{number:02}",
            ", ".join(mistake.name for mistake in mistakes),
            right | answers,
            full - sum(map(_points_lost, mistakes)),
            tuple(map(_start_of_hint, mistakes)),
            kind="mistake",
        )


def _points(answers: Answers) -> float:
    """Return the points of the exercises that are answered."""
    return sum(EXERCISES[name].points for name in answers)


def _points_lost(mistake: Mistake) -> float:
    """Return the points of the parts that a mistake loses."""
    parts = EXERCISES[mistake.exercise].parts
    return sum(part.points for part in parts if part.name in mistake.parts)


def _start_of_hint(mistake: Mistake) -> str:
    """Return a hint up to the first size in it, without its first letter.

    That letter may be in upper or lower case.
    """
    text: str = mistake.hint.split("{")[0][1:]
    return text


def source_of(mistake: Mistake) -> str:
    """Return a mistake as a student would hand it in.

    That is one cell, with the functions it calls, under the exercise's name.
    """
    needed: dict[str, str] = {}
    text = _standalone(mistake.answer, mistake.exercise, needed)
    return "\n\n".join([*needed.values(), text])


def _standalone(function: Callable[..., Any], name: str, needed: dict[str, str]) -> str:
    """Return a function's source under a new name.

    needed: where what it calls of ours is collected, by name.
    """
    definition = ast.parse(inspect.getsource(function)).body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.name = name
    definition.decorator_list = []
    for node in ast.walk(definition):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = function.__globals__.get(node.value.id)
            if _is_our_module(module):
                node.value.id = "right"
                called = f"right_{node.attr}"
                needed.setdefault(called, _standalone(getattr(module, node.attr), called, needed))
        elif isinstance(node, ast.Name):
            value: Any = function.__globals__.get(node.id)
            if _is_our_function(value):
                needed.setdefault(node.id, _standalone(value, node.id, needed))
    return ast.unparse(definition).replace("right.", "right_")


def _is_our_module(value: Any) -> bool:
    return inspect.ismodule(value) and value.__name__.startswith("solutions.")


def _is_our_function(value: Any) -> bool:
    return inspect.isfunction(value) and value.__module__.startswith("solutions.")
