"""Every name that a notebook imports does in a graded answer what it does in a student's kernel."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from our_course import NOTEBOOKS
from tiers import best

import grader
from grader.instructor.author import notebook
from grader.instructor.courses import source_notebook
from grader.instructor.sandbox.sandbox import Sandbox
from grader.instructor.sealed.grade_one import grade_submission
from grader.judge.judge import judge
from solutions import convolution

# How an answer may use a name, so that its result hangs on it: an expression that must be `True`
# in a kernel and in the sandbox. All other names show something, and give back nothing that counts.
USES = {
    "numerical_jacobian": "np.allclose(numerical_jacobian(np.sin, np.zeros(2)), np.eye(2))",
    "equation": "(lambda kept: (equation('x', lambda: kept.append(1) or 1, 1), kept))([])[1] == [1]",
    "load_images": "load_images('cat').shape == (64, 64)",
    "initial_parameters": "set(initial_parameters('small', 0)) == {'w1', 'b1', 'w2', 'b2'}",
    "fits": "refuses(fits, np.zeros((1, 1, 2, 2)), np.zeros((1, 1, 3, 3)))",
    "pool_fits": "refuses(pool_fits, np.zeros((1, 1, 2, 2)), (3, 3), 1)",
    "track": "list(track(range(3))) == [0, 1, 2]",
    "check": "callable(check)",
}

REFUSES = """
def refuses(function, *arguments):
    try:
        function(*arguments)
    except ValueError as error:
        return "does not fit into a 2 x 2 image" in str(error)
"""


def imported(assignment: str) -> Iterator[str]:
    """Yield the names that a notebook imports from our package."""
    for cell in notebook.load(source_notebook(NOTEBOOKS[assignment]))["cells"]:
        if cell["cell_type"] == "code":
            for node in ast.walk(ast.parse(notebook.source(cell))):
                if isinstance(node, ast.ImportFrom) and node.module == "grader":
                    yield from (alias.name for alias in node.names)


CASES = [
    (assignment, name) for assignment in NOTEBOOKS for name in dict.fromkeys(imported(assignment))
]


def wrapped(assignment: str, name: str) -> tuple[str, str]:
    """Return an exercise, and an answer to it that is right if a name does what it should."""
    of = NOTEBOOKS[assignment]
    exercise = next(each for each in of.exercises if not each.costly and name not in each.without)
    source = notebook.solve(of)
    answer = notebook.source(notebook.answer_cells(source)[exercise.name])
    arguments = ", ".join(exercise.arguments)
    use = USES.get(name, f"{name} is not None and str({name}) != 'absent'")
    renamed = answer.replace(f"def {exercise.name}(", f"def right_{exercise.name}(")
    return exercise.name, (
        f"from grader import {name}\n\n{REFUSES}\n{renamed}\n\ndef {exercise.name}({arguments}):\n"
        f"    if not {use}:\n        raise ValueError('{name} does something else')\n"
        f"    return right_{exercise.name}({arguments})\n"
    )


@pytest.mark.usefixtures("some_tier")
@pytest.mark.parametrize(("assignment", "name"), CASES)
def test_a_name_gives_the_same_verdict_in_a_check_and_in_grading(assignment, name):
    of = NOTEBOOKS[assignment]
    exercise, answer = wrapped(assignment, name)
    references = importlib.import_module(f"{of.course.references}.{of.stem}")
    namespace: dict[str, Any] = vars(references) | {
        each: getattr(grader, each) for each in imported(assignment)
    }
    if of.brings_answers:
        namespace |= vars(importlib.import_module("layers"))
    exec(answer, namespace)
    check = judge(of.by_name[exercise], namespace[exercise], namespace)
    unwritten = {
        each.name: f"def {each.name}(*_):\n    raise NotImplementedError"
        for each in of.exercises
        if each.costly  # a training takes its time, and no name hangs on it
    }
    made = notebook.with_answers(notebook.solve(of), unwritten | {exercise: answer})
    with Sandbox(best(), of) as sandbox:
        result = grade_submission(notebook.dumps(made).encode(), 1, sandbox)
    (graded,) = (each for each in result["exercises"] if each["exercise"] == exercise)
    assert (check.earned, check.fault) == (of.by_name[exercise].points, "")
    assert (graded["earned"], graded["fault"]) == (check.earned, check.fault)


@pytest.mark.usefixtures("some_tier")
def test_a_notebook_that_defines_its_own_fits_is_graded_as_ever():
    """As all did before it was imported: the import is missing there, and a cell defines it."""
    of = NOTEBOOKS["3-strided"]
    own = (inspect.getsource(convolution.fits),)
    made = notebook.dumps(notebook.with_answers(notebook.solve(of), {}, extra=own))
    assert made.count('"        fits,\\n"') == 1
    with Sandbox(best(), of) as sandbox:
        older = made.replace('"        fits,\\n",\n', "")
        result = grade_submission(older.encode(), 1, sandbox)
    assert sum(each["earned"] for each in result["exercises"]) == of.automatic_points
