"""The reference answers and the catalogued mistakes of a course, and what they answer."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from grader.call.answer import Answer
from grader.call.call import call
from grader.instructor.author.mistakes import Mistake
from grader.judge.answers import read
from grader.judge.case import Case
from grader.judge.course import Notebook
from grader.judge.exercise import Exercise


def reference(exercise: Exercise) -> Callable[..., Any]:
    """Return the reference answer to an exercise."""
    notebook = exercise.notebook
    name = f"{notebook.course.references}.{notebook.stem}"
    function: Callable[..., Any] = getattr(importlib.import_module(name), exercise.name)
    return function


def mistakes_of(exercise: Exercise) -> list[Mistake]:
    """Return the catalogued mistakes of an exercise."""
    # Loaded here, since it takes a while, and grading needs none of it.
    module = importlib.import_module(f"{exercise.notebook.course.references}.mistakes")
    return [mistake for mistake in module.CATALOGUE if mistake.exercise == exercise.name]


def rubric_of(notebook: Notebook, essay: str) -> str:
    """Return how an essay is graded, "" where the course does not say it."""
    name = f"{notebook.course.references}.rubrics"
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return ""
    return inspect.cleandoc(str(module.RUBRICS.get(essay, "")))


def answers_of(
    exercise: Exercise, function: Callable[..., Any], cases: Sequence[Case]
) -> list[dict[str, Answer]]:
    """Return what a trusted function answers to each case, part by part.

    There is nothing where a goal decides.
    """
    answers = []
    for case in cases:
        parts: dict[str, Answer] = {}
        if not case.goal:
            parts = read(exercise, case, call(function, case.args), function)
        answers.append(parts)
    return answers
