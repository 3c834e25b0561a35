"""The texts of `grader new`: modules, cells, and the files of a new course."""

from __future__ import annotations

from typing import Any

ROW_IMPORTS = "from grader.judge.exercise import Exercise, Part"
GRADIENT_IMPORT = "from grader.numeric.gradient import Gradient"
ROW = """
    Exercise(
        "{name}",
        {argument_names},
        {parts},
        build=cases.{name},
    ),
"""
BACKWARD_ROW = """
    Exercise(
        "{name}",
        {argument_names},
        {parts},
        forward="{forward}",
        without=("numerical_jacobian",),
        build=cases.{name},
        witness={{{witness}
        }},
    ),
"""
CASE_IMPORTS = "from grader.judge.case import Case, Generator, quarters"
CASES = '''

def {name}(rng: Generator, fresh: bool) -> list[Case]:
    """TODO: say what these cases hold, and which mistakes they show."""
    return [Case({arrays}, {{"n": n}}) for n in (2, 3, 5)]
'''
ANSWER_IMPORTS = "import numpy as np"
ANSWER = '''

def {name}({arguments}):
    """TODO: say in one line what is returned.

    {shapes}  ->  {result_shapes}
    """
    return {values}
'''
MISTAKE_IMPORTS = """from grader.instructor.author.mistakes import Reference
from {references} import {stem}
from {references}.mistakes.catalogue import wrong"""
MISTAKES = """
# --- {name} ---

{name} = Reference({stem}.{name}, "{results}")
{rows}"""
MISTAKE = """
wrong(
    {name},
    "{result}",
    {name}_{result}_sign=(
        lambda {result}: -{result},
        "TODO: {result} has the wrong sign everywhere, and what to think about",
    ),
)
"""

ROWS_FILE = '''"""{assignment}: TODO: say what this notebook teaches."""

from {content}.cases import {stem} as cases
from grader.judge.course import Notebook
from grader.judge.exercise import Exercise, Part

EXERCISES = (
)

{constant} = Notebook("{assignment}", "{stem}", 1.0, EXERCISES)
'''
CASES_FILE = '''"""Cases of {assignment}."""

from grader.judge.case import Case, Generator, quarters
'''
ANSWERS_FILE = '''"""Reference answers to {assignment}."""

import numpy as np
'''
MISTAKES_FILE = '''"""Mistakes in {assignment}."""

from grader.instructor.author.mistakes import Reference
from {references} import {stem}
from {references}.mistakes.catalogue import wrong
'''
NOTEBOOK_IMPORT = "from {content}.{stem} import {constant}"

START = """import numpy as np

from {package} import check, progress, start_check

start_check()"""
STUB = '''def {name}({arguments}):
    """TODO: say in one line what is returned.

    {shapes}  ->  {result_shapes}
    """
    ### BEGIN SOLUTION
    # YOUR CODE HERE
    raise NotImplementedError()
    ### END SOLUTION'''
ANSWER_MARKS = {"grade": False, "locked": False, "solution": True}
TEST_MARKS = {"grade": True, "locked": True, "solution": False}
LOCKED_MARKS = {"grade": False, "locked": True, "solution": False}
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}

PROJECT = """[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "{package}"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["cnn-gradients[notebook]"]

[project.optional-dependencies]
instructor = ["cnn-gradients[instructor]"]

[project.entry-points."grader.courses"]
{package} = "{package}:COURSE"

# The students' wheel: it holds no answer.
[tool.hatch.build.targets.wheel]
only-include = ["{package}"]
"""
README = """# {package}

A course of notebooks whose exercises grade themselves.

    pip install -e ".[instructor]"
    grader --help

Installed, the course is found by its name; without, name its package: `--content ./{package}`.

| folder | what is in it |
|:--|:--|
| `notebooks/` | what students get |
| `{package}/` | the points table, the cases and the fingerprints: what notebooks import from |
| `{references}/` | reference answers and mistakes: students never get it |

After a change: `grader fingerprints`, then `grader verify`.
"""
COURSE = '''"""The course."""

from pathlib import Path

from grader.judge.course import Course
from grader.notebook.check import Checks
from grader.notebook.equation import equation
from grader.notebook.guess import guess
from grader.notebook.start import StartCheck

COURSE = Course(
    "{package}",
    (),
    fingerprints=Path(__file__).parent / "fingerprints",
    references="{references}",
    package="{package}",
)
_checks = Checks(COURSE)
check = _checks.check
numbers_for = _checks.numbers_for
progress = _checks.progress
start_check = StartCheck(COURSE).start_check

__all__ = ["check", "equation", "guess", "numbers_for", "progress", "start_check"]
'''
CATALOGUE = '''"""The one catalogue that the modules beside this one fill."""

from grader.instructor.author.mistakes import Catalogue

CATALOGUE = Catalogue()
wrong = CATALOGUE.wrong
'''
MISTAKES_PACKAGE = '''"""The catalogue of mistakes, one module for each notebook."""

from {references}.mistakes.catalogue import CATALOGUE
'''
CONFIG = '''"""nbgrader's settings for this course."""

from pathlib import Path

from grader.instructor.records.settings import configure

c = get_config()  # traitlets provides it
configure(c, Path(__file__).resolve().parent, "{package}")
'''
COURSE_FILES = {
    "pyproject.toml": PROJECT,
    "README.md": README,
    ".gitignore": "/course/\n__pycache__/\n",
    "nbgrader_config.py": CONFIG,
    "{package}/__init__.py": COURSE,
    "{package}/cases/__init__.py": '"""The cases of the exercises."""\n',
    "{references}/__init__.py": '"""Reference answers. Students never get them."""\n',
    "{references}/mistakes/__init__.py": MISTAKES_PACKAGE,
    "{references}/mistakes/catalogue.py": CATALOGUE,
}


def empty_notebook(values: dict[str, str]) -> dict[str, Any]:
    """Return a notebook without an exercise."""
    title = f"# TODO: a title\n\nTODO: say what one learns in {values['assignment']}."
    return {
        "cells": [
            _cell("markdown", "title", title),
            _code("start", START.format(**values), LOCKED_MARKS),
            _cell("markdown", "still-open", "What is still open?"),
            _cell("code", "progress", "progress()"),
        ],
        "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def exercise_cells(name: str, points: float, values: dict[str, str]) -> list[dict[str, Any]]:
    """Return the cells of an exercise: what it asks, the answer cell and the test cell."""
    text = f"## TODO: a heading\n\nTODO: derive what `{name}` computes, and say what to write."
    return [
        _cell("markdown", f"{name.replace('_', '-')}-text", text),
        _code(name, STUB.format(**values), ANSWER_MARKS),
        _code(f"check_{name}", f"check({name})", TEST_MARKS | {"points": points}),
    ]


def _code(name: str, source: str, marks: dict[str, Any]) -> dict[str, Any]:
    """Return a code cell with nbgrader's metadata. marks: those that are not the same for all."""
    cell = _cell("code", name, source)
    cell["metadata"]["nbgrader"] = {"grade_id": name, "schema_version": 3, "task": False} | marks
    if marks["locked"]:
        cell["metadata"] |= {"deletable": False, "editable": False}
    return cell


def _cell(kind: str, name: str, source: str) -> dict[str, Any]:
    """Return a cell."""
    cell: dict[str, Any] = {
        "cell_type": kind,
        "id": name,
        "metadata": {},
        "source": source.splitlines(keepends=True),
    }
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell
