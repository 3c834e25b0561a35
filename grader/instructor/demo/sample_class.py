"""The demo class: what each student hands in, what it is worth, and what must be said about it.

All of that is known beforehand.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from typing import Any

from grader.instructor.author.by_hand import typed_cell
from grader.instructor.author.mistakes import Mistake
from grader.instructor.author.references import mistakes_of, reference
from grader.instructor.demo.honest_styles import styles
from grader.instructor.demo.sample_files import files
from grader.judge.course import Notebook
from grader.judge.exercise import Exercise

SLIP_LIMIT = 24
ESSAY = (
    "Every output asks who reaches it. Nudge one number, and see which outputs move. Add them up."
)

Answers = dict[str, str]  # whole cells by exercise


@dataclass(frozen=True)
class Submission:
    """One student's notebook, and what must come of it.

    about: what is special about it; answers: its answer cells; points: the grader's; messages:
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


def submissions(notebook: Notebook) -> list[Submission]:
    """Return the class.

    It has honest styles, stubs, half-done work, every kind of broken answer and file, and
    catalogued mistakes.
    """
    right = {
        exercise.name: inspect.getsource(reference(exercise)) for exercise in notebook.exercises
    }
    every = [
        *_ordinary(notebook, right),
        *_styles(notebook, right),
        *_broken(notebook, right),
        *_files(notebook, right),
        *_hostile(notebook, right),
        *_mistaken(notebook, right),
    ]
    return [_with_own_numbers(notebook, right, submission) for submission in every]


def _with_own_numbers(notebook: Notebook, right: Answers, submission: Submission) -> Submission:
    """Return a submission with the numbers of its student in place of a reference by hand."""
    typed = {
        exercise.name: typed_cell(exercise, reference(exercise), submission.student)
        for exercise in notebook.exercises
        if exercise.by_hand and submission.answers.get(exercise.name) == right[exercise.name]
    }
    return replace(submission, answers=submission.answers | typed)


def _ordinary(notebook: Notebook, right: Answers) -> Iterator[Submission]:
    """Yield the reference answers, none of them, and the first half of them."""
    texts = dict.fromkeys(notebook.essay_names, ESSAY)
    yield Submission("ada", "the reference answers", right | texts, notebook.automatic_points)
    yield Submission("blank", "untouched stubs", {}, 0.0)
    half = dict(list(right.items())[: len(right) // 2])
    yield Submission("half", "the first half only", half, _points(notebook, half))


def _styles(notebook: Notebook, right: Answers) -> Iterator[Submission]:
    """Yield honest answers in many styles."""
    for style in styles(notebook):
        answers = right | style.answers
        yield Submission(
            style.student,
            style.about,
            answers,
            notebook.automatic_points,
            style.message,
            style.extra,
        )


def _broken(notebook: Notebook, right: Answers) -> Iterator[Submission]:
    """Yield one broken answer each.

    The points lost are those of the exercise, or of its part where one is named.
    """
    broken = _table(notebook, "BROKEN")
    for student, (about, name, part_name, answer, message) in broken.items():
        parts = [part for part in notebook.by_name[name].parts if part_name in ("", part.name)]
        points = notebook.automatic_points - sum(part.points for part in parts)
        answers = right | {name: answer}
        yield Submission(student, about, answers, points, (message,), kind="broken")


def _table(notebook: Notebook, name: str) -> dict[str, Any]:
    """Return a table of the course's broken answers to a notebook; none where it has none."""
    module = f"{notebook.course.references}.broken.{notebook.stem}"
    try:
        table: dict[str, Any] = getattr(importlib.import_module(module), name, {})
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        return {}
    return table


def _files(notebook: Notebook, right: Answers) -> Iterator[Submission]:
    """Yield broken files; their points are those of sample_files."""
    for student, (about, points, edit, message) in files(notebook).items():
        yield Submission(
            student, about, right, points, (message,), edit=edit, look=True, kind="file"
        )


def _hostile(notebook: Notebook, right: Answers) -> Iterator[Submission]:
    """Yield code that is hostile or runs away."""
    hostile = _table(notebook, "HOSTILE")
    for student, (about, answers, extra, messages, look) in hostile.items():
        points = notebook.automatic_points - _points(notebook, answers)
        all_answers = right | answers
        yield Submission(
            student, about, all_answers, points, messages, extra, look=look, kind="hostile"
        )


def _mistaken(notebook: Notebook, right: Answers) -> Iterator[Submission]:
    """Yield students of whom number k makes the k-th catalogued mistake of every exercise.

    There are none in a notebook that brings layers.py: a training fails with a gradient that is
    wrong. `grader verify` asks all mistakes.
    """
    if notebook.brings_answers:
        return
    rows = zip_longest(*map(mistakes_of, notebook.exercises))
    for number, row in enumerate(islice(rows, SLIP_LIMIT), 1):
        mistakes = [mistake for mistake in row if mistake is not None]
        student = f"slip-{number:02}"
        answers = {each.exercise: _cell_of(notebook, each, student) for each in mistakes}
        lost = sum(_points_lost(notebook.by_name[each.exercise], each) for each in mistakes)
        yield Submission(
            student,
            ", ".join(mistake.name for mistake in mistakes),
            right | answers,
            notebook.automatic_points - lost,
            tuple(map(_start_of_hint, mistakes)),
            kind="mistake",
        )


def _cell_of(notebook: Notebook, mistake: Mistake, student: str) -> str:
    """Return a mistake as that student hands it in."""
    exercise = notebook.by_name[mistake.exercise]
    if exercise.by_hand:
        return typed_cell(exercise, mistake.answer, student)
    return source_of(mistake)


def _points(notebook: Notebook, answers: Answers) -> float:
    """Return the points of the exercises that are answered."""
    return sum(notebook.by_name[name].points for name in answers)


def _points_lost(exercise: Exercise, mistake: Mistake) -> float:
    """Return the points of the parts that a mistake loses."""
    lost = exercise.table["parts"][mistake.name]
    return sum(part.points for part in exercise.parts if part.name in lost)


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
            if inspect.ismodule(module) and _is_near(function, module):
                node.value.id = "right"
                called = f"right_{node.attr}"
                needed.setdefault(called, _standalone(getattr(module, node.attr), called, needed))
        elif isinstance(node, ast.Name):
            value: Any = function.__globals__.get(node.id)
            if inspect.isfunction(value) and _is_near(function, value):
                needed.setdefault(node.id, _standalone(value, node.id, needed))
    return ast.unparse(definition).replace("right.", "right_")


def _is_near(function: Callable[..., Any], value: Any) -> bool:
    """Tell whether a module, or a function, is of the package that a mistake is of."""
    name = value.__name__ if inspect.ismodule(value) else getattr(value, "__module__", None) or ""
    package = str(function.__globals__["__name__"]).partition(".")[0]
    return name.startswith(f"{package}.")
