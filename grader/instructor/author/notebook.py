"""Notebooks as plain JSON: their answer and test cells, and the checks that keep them in step with table and solutions."""

from __future__ import annotations

import ast
import copy
import inspect
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from grader.exercises import EXERCISES, TOTALS, of_assignment
from grader.exercises.exercise import Exercise
from grader.instructor.author.catalogue import reference
from grader.instructor.classroom import SOURCES, CourseError, source_notebook
from solutions import convolution, max_pool

Notebook = dict[str, Any]
Cell = dict[str, Any]

GIVEN = {
    "fits": convolution.fits,
    "pool_fits": max_pool.pool_fits,
}  # helpers that a notebook hands out

REGION = re.compile(
    r"^[ \t]*### BEGIN SOLUTION\n.*?^[ \t]*### END SOLUTION[ \t]*$", re.MULTILINE | re.DOTALL
)


def load(path: Path) -> Notebook:
    """Return a notebook of ours. Raises CourseError for what is not one."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        assert notebook["nbformat"] == 4
        assert isinstance(notebook["cells"], list)
    except (OSError, ValueError, AssertionError, KeyError, TypeError) as error:
        raise CourseError(
            f"{path} cannot be read as a notebook of format 4 ({type(error).__name__}: {error})."
        ) from None
    return notebook


def dumps(notebook: Notebook) -> str:
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def source(cell: Cell) -> str:
    return "".join(cell["source"])


def set_source(cell: Cell, text: str) -> None:
    cell["source"] = text.splitlines(keepends=True)


def _marked(cell: Cell, mark: str) -> bool:
    return bool(cell.get("metadata", {}).get("nbgrader", {}).get(mark))


def answer_cells(notebook: Notebook) -> dict[str, Cell]:
    """Return the cells that students fill in, by grade_id."""
    return {
        c["metadata"]["nbgrader"]["grade_id"]: c
        for c in notebook["cells"]
        if _marked(c, "solution")
    }


def check_cells(notebook: Notebook) -> dict[str, Cell]:
    """Return the locked cells that earn points, by grade_id."""
    return {
        c["metadata"]["nbgrader"]["grade_id"]: c for c in notebook["cells"] if _marked(c, "grade")
    }


def solve(assignment: str) -> Notebook:
    """Return the assignment's notebook with the reference answers filled in.

    Raises CourseError when a stub's signature or docstring differs from the reference's.
    """
    notebook = load(source_notebook(assignment))
    cells = answer_cells(notebook)
    for exercise in of_assignment(assignment):
        if exercise.name not in cells:
            raise CourseError(
                f"{assignment}: the notebook has no answer cell for {exercise.name} (its grade_id is the name)."
            )
        function = reference(exercise)
        _same_head(assignment, exercise, source(cells[exercise.name]), function)
        fill(cells[exercise.name], _body(function))
    return notebook


def fill(cell: Cell, body: str) -> None:
    """Put a function body between the markers of a stub."""
    text, filled = REGION.subn(
        lambda _: f"    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION", source(cell)
    )
    if filled != 1:
        raise CourseError(
            f"The cell {cell['id']} has {filled} regions from ### BEGIN SOLUTION to ### END SOLUTION, expected 1."
        )
    set_source(cell, text)


def _definition(text: str) -> ast.FunctionDef:
    found = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    if len(found) != 1:
        raise CourseError(f"expected one function in this cell, found {len(found)}:\n{text}")
    return found[0]


def _body(function: Callable[..., Any]) -> str:
    """Return the lines after the docstring, comments included."""
    text = inspect.getsource(function)
    docstring = _definition(text).body[0]
    return "".join(text.splitlines(keepends=True)[docstring.end_lineno :]).rstrip()


def _same_head(
    assignment: str, exercise: Exercise, stub: str, function: Callable[..., Any]
) -> None:
    ours, theirs = _definition(stub), _definition(inspect.getsource(function))
    for what, a, b in (
        ("signature", ast.unparse(ours.args), ast.unparse(theirs.args)),
        ("name", ours.name, theirs.name),
        ("docstring", ast.get_docstring(ours), ast.get_docstring(theirs)),
        ("arguments in the points table", ", ".join(exercise.arguments), ast.unparse(theirs.args)),
    ):
        if a != b:
            module = function.__module__.replace(".", "/")
            raise CourseError(
                f"{assignment}: the {what} of {exercise.name} differs.\n  notebook:  {a}\n  reference: {b}  ({module}.py)\n"
                "Make the two the same."
            )


def slips(assignment: str) -> Iterator[str]:
    """Yield what is out of step in an assignment's notebook: cells, points, ids, outputs."""
    path = source_notebook(assignment)
    notebook = load(path)
    answers, tests = answer_cells(notebook), check_cells(notebook)
    exercises = {exercise.name: exercise for exercise in of_assignment(assignment)}
    where = path.relative_to(SOURCES)
    for name in answers.keys() - exercises.keys():
        yield f"{where}: the answer cell {name} is no exercise of the points table"
    for name, exercise in exercises.items():
        test = tests.get(f"check_{name}")
        if test is None or source(test).strip() != f"check({name})":
            yield f"{where}: expected a locked test cell check_{name} with the one line check({name})"
        elif float(test["metadata"]["nbgrader"]["points"]) != exercise.points:
            points = test["metadata"]["nbgrader"]["points"]
            yield f"{where}: check_{name} gives {points:g} points, the points table says {exercise.points:g}"
    total = sum(exercise.points for exercise in exercises.values())
    if total != TOTALS[assignment]:
        yield f"{assignment}: the points table adds up to {total:g}, the course promises {TOTALS[assignment]:g}"
    for cell in notebook["cells"]:
        if (
            cell["id"] in GIVEN
            and source(cell).strip() != inspect.getsource(GIVEN[cell["id"]]).strip()
        ):
            yield f"{where}: the given cell {cell['id']} differs from the function in solutions/; make the two the same"
        grade_id = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", cell["id"])
        if grade_id != cell["id"]:
            yield f"{where}: the cell {cell['id']} has the grade_id {grade_id}; the two must be the same"
        if cell.get("outputs") or cell.get("execution_count"):
            yield f"{where}: the cell {cell['id']} holds outputs; remove them with: nbstripout --keep-id {where}"


def with_answers(
    notebook: Notebook, answers: dict[str, str], extra: tuple[str, ...] = ()
) -> Notebook:
    """Return a copy with whole answer cells replaced and extra code cells put in after the first code cell."""
    made = copy.deepcopy(notebook)
    cells = answer_cells(made)
    for name, text in answers.items():
        if name not in EXERCISES or name not in cells:
            raise CourseError(f"no answer cell {name}")
        set_source(cells[name], text)
    first = next(number for number, cell in enumerate(made["cells"]) if cell["cell_type"] == "code")
    for number, text in enumerate(extra):
        cell: Cell = {
            "cell_type": "code",
            "execution_count": None,
            "id": f"extra-{number}",
            "metadata": {},
            "outputs": [],
        }
        set_source(cell, text)
        made["cells"].insert(first + 1 + number, cell)
    return made
