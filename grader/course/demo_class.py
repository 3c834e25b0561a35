"""The demo class: what each student hands in, what it is worth, and what must be said about it. All known beforehand."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import solutions.affine
import solutions.mistakes
from grader.course.catalogue import mistakes_of, reference
from grader.course.demo_answers import BROKEN, HELPERS, STYLES
from grader.course.demo_files import FILES, RUNAWAYS
from grader.exercises import EXERCISES, of_assignment
from solutions.mistakes import Mistake


@dataclass(frozen=True)
class Submission:
    """One student's notebook: answers by exercise (whole cells), extra cells, the points due, what the checks must say.

    edit: changes the notebook's text as a whole, for files that are broken; look: whether a person has to look at it.
    """

    student: str
    about: str
    answers: dict[str, str]
    points: float
    says: tuple[str, ...] = ()
    extra: tuple[str, ...] = field(default=())
    edit: Callable[[str], bytes] = str.encode
    look: bool = False


def submissions(assignment: str) -> list[Submission]:
    """Return the class: honest styles, stubs, half-done work, every catalogued mistake, every kind of broken answer."""
    right = {exercise.name: inspect.getsource(reference(exercise)) for exercise in of_assignment(assignment)}
    full = sum(exercise.points for exercise in of_assignment(assignment))
    made = [Submission("ada", "the reference answers", right, full), Submission("blank", "untouched stubs", {}, 0.0)]
    half = dict(list(right.items())[: len(right) // 2])
    made.append(Submission("half", "the first half only", half, sum(EXERCISES[name].points for name in half)))
    for student, (about, answers, says) in STYLES.items():
        made.append(Submission(student, about, right | answers, full, says, HELPERS.get(student, ())))
    made += _broken(right, full)
    made += _files(right, full)
    made += _mistaken(assignment, right, full)
    return made


def _broken(right: dict[str, str], full: float) -> Iterator[Submission]:
    """One broken answer each; the points lost are those of the exercise, or of its part where one is named."""
    for student, (about, exercise, part, answer, says) in BROKEN.items():
        lost = sum(p.points for p in EXERCISES[exercise].parts if part in ("", p.name))
        yield Submission(student, about, right | {exercise: answer}, full - lost, (says,))


def _files(right: dict[str, str], full: float) -> Iterator[Submission]:
    """Broken files, and code that is hostile or runs away; points as in demo_files."""
    for student, (about, points, edit, text) in FILES.items():
        yield Submission(student, about, right, points * full, (text,), (), edit, look=True)
    for student, (about, answers, extra, says) in RUNAWAYS.items():
        lost = sum(EXERCISES[name].points for name in answers)
        yield Submission(student, about, right | answers, full - lost, says, extra)


def _mistaken(assignment: str, right: dict[str, str], full: float) -> Iterator[Submission]:
    """Student number k makes the k-th catalogued mistake of every exercise."""
    rows = zip_longest(*(mistakes_of(exercise) for exercise in of_assignment(assignment)))
    for number, row in enumerate(rows, 1):
        mistakes = [mistake for mistake in row if mistake is not None]
        lost = sum(part.points for m in mistakes for part in EXERCISES[m.exercise].parts if part.name in m.parts)
        answers = {mistake.exercise: source_of(mistake) for mistake in mistakes}
        says = tuple(m.hint.split("{")[0][1:] for m in mistakes)  # up to the first size, in upper or lower case
        about = ", ".join(mistake.name for mistake in mistakes)
        yield Submission(f"slip-{number:02}", about, right | answers, full - lost, says)


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
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "affine":
            called, node.value.id, node.attr = node.attr, "right", node.attr
            needed.setdefault(called, _standalone(getattr(solutions.affine, called), f"right_{called}", needed))
        elif isinstance(node, ast.Name) and inspect.isfunction(getattr(solutions.mistakes, node.id, None)):
            needed.setdefault(node.id, _standalone(getattr(solutions.mistakes, node.id), node.id, needed))
    return ast.unparse(definition).replace("right.", "right_")
