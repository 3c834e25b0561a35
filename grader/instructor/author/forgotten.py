"""What the author of an exercise has forgotten, one sentence each."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator
from string import Formatter
from typing import Any

from grader.instructor.author.notebook import answer_cells, load, source
from grader.instructor.author.references import rubric_of
from grader.instructor.courses import source_notebook
from grader.judge.course import Notebook
from grader.judge.exercise import Exercise

MARK = "TODO"  # what `grader new` writes where the author has something to say


def forgotten(notebook: Notebook) -> Iterator[str]:
    """Yield what a notebook's exercises lack: without it nothing else can be verified.

    Raises CourseError when there is no notebook.
    """
    cells = answer_cells(load(source_notebook(notebook)))
    names = [each.name for other in notebook.course.notebooks for each in other.exercises]
    for exercise in notebook.exercises:
        for problem in _problems(exercise):
            yield f"{exercise.name} {problem}"
        if exercise.name not in cells:
            yield f"{exercise.name} has no answer cell in the notebook (its grade_id is the name)"
        if names.count(exercise.name) > 1:
            yield f"{exercise.name} is the name of two exercises of the course"
    yield from _essay_problems(notebook)


def _essay_problems(notebook: Notebook) -> Iterator[str]:
    """Yield what the essays of a notebook lack beside their cells."""
    for essay in notebook.essays:
        if essay.name in notebook.course.exercises:
            yield f"{essay.name} is the name of an essay and of an exercise"
        if not rubric_of(notebook, essay.name):
            package = notebook.course.references
            yield f"{essay.name} has no rubric: {package}/rubrics.py says nothing of it"


def _problems(exercise: Exercise) -> Iterator[str]:
    """Yield what is missing, as what follows the exercise's name."""
    notebook = exercise.notebook
    package = notebook.course.references
    yield from _missing_reference(exercise, f"{package}.{notebook.stem}")
    yield from _missing_mistakes(exercise, f"{package}.mistakes")
    yield from _missing_cases(exercise)
    yield from _unfit_by_hand(exercise)
    yield from _sizes_of_hints(exercise, f"{package}.mistakes")
    if exercise.forward and exercise.forward not in notebook.by_name:
        yield f"has the forward {exercise.forward!r}, which is no exercise of {notebook.assignment}"
    if exercise.partner and not exercise.witness:
        yield "has a forward and no witness: say how its numerical gradient is taken"
    for name in exercise.witness:
        if name not in {part.name for part in exercise.parts}:
            yield f"has a witness of {name!r}, which is none of its parts"


def _missing_reference(exercise: Exercise, module: str) -> Iterator[str]:
    try:
        function = getattr(importlib.import_module(module), exercise.name, None)
    except Exception as error:  # an author's module may fail in any way
        yield f"has no reference: {module} cannot be imported ({_reason(error)})"
        return
    if not callable(function):
        yield f"has no reference: {module} defines no function of this name"


def _missing_mistakes(exercise: Exercise, module: str) -> Iterator[str]:
    try:
        catalogue = importlib.import_module(module).CATALOGUE
    except Exception as error:
        yield f"has no mistakes: {module} cannot be imported ({_reason(error)})"
        return
    if all(mistake.exercise != exercise.name for mistake in catalogue):
        yield f"has no mistakes: {module} names none of it, so every wrong answer is just wrong"


def _missing_cases(exercise: Exercise) -> Iterator[str]:
    try:
        cases = exercise.visible
    except Exception as error:
        yield f"has no cases: they cannot be built ({_reason(error)})"
        return
    if not cases:
        yield "has no cases: its row names no function that builds them (build=...)"
    for number, case in enumerate(cases, 1):
        if len(case.args) != len(exercise.arguments):
            yield (
                f"has {len(case.args)} arguments in its case {number}, and "
                f"{len(exercise.arguments)} in the points table: {', '.join(exercise.arguments)}"
            )
            return


def _unfit_by_hand(exercise: Exercise) -> Iterator[str]:
    """Yield what keeps an exercise by hand from being one."""
    if not exercise.by_hand:
        return
    for name in ("linear", "picks", "costly", "layers"):
        if getattr(exercise, name):
            yield f"is by hand and has {name}: its function takes no arguments to try"
    try:
        cases = exercise.visible
    except Exception:  # said above
        return
    if len(cases) == 1:
        yield "is by hand and has a pool of one case: all students get the same numbers"
    for number, case in enumerate(cases, 1):
        if case.by_values or case.goal or not case.smooth:
            yield (
                f"is by hand, and its case {number} (large, free, goal or not smooth) puts right "
                "numbers into the students' table"
            )
            return


def _sizes_of_hints(exercise: Exercise, module: str) -> Iterator[str]:
    """Yield the hints that name a size which a visible case does not have."""
    try:
        catalogue = importlib.import_module(module).CATALOGUE
        cases = exercise.visible
    except Exception:  # said above
        return
    for mistake in catalogue:
        if mistake.exercise != exercise.name:
            continue
        names = {name for _, name, _, _ in Formatter().parse(mistake.hint) if name}
        for number, case in enumerate(cases, 1):
            unknown = sorted(names - set(case.sizes))
            if unknown:
                sizes = ", ".join(case.sizes) or "none"
                yield (
                    f"has a hint with {{{unknown[0]}}}, of {mistake.name}; the sizes of its case "
                    f"{number} are: {sizes}"
                )
                break


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def left_to_write(notebook: Notebook) -> Iterator[str]:
    """Yield where a text of `grader new` still waits for its author."""
    module = importlib.import_module(f"{notebook.course.references}.{notebook.stem}")
    catalogue = importlib.import_module(f"{notebook.course.references}.mistakes").CATALOGUE
    for exercise in notebook.exercises:
        function: Callable[..., Any] = getattr(module, exercise.name)
        texts = {
            f"docstring of {exercise.name} in {module.__name__}": inspect.getdoc(function),
            f"docstring of {exercise.name}'s cases": exercise.build.__doc__,
        }
        mistakes = [mistake for mistake in catalogue if mistake.exercise == exercise.name]
        texts |= {f"hint of {mistake.name}": mistake.hint for mistake in mistakes}
        for what, text in texts.items():
            if MARK in (text or ""):
                yield f"the {what} says {MARK}"
    for cell in load(source_notebook(notebook))["cells"]:
        if MARK in source(cell):
            yield f"the cell {cell['id']} of {notebook.file} says {MARK}"
