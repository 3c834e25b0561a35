"""Notebooks as plain JSON: their answer and test cells, and what is out of step in them."""

from __future__ import annotations

import ast
import copy
import importlib
import inspect
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.instructor.author.by_hand import SOMEBODY, typed_line
from grader.instructor.author.references import reference
from grader.instructor.courses import CourseError, source_notebook, sources_of
from grader.judge.course import Essay, Notebook
from grader.judge.exercise import Exercise
from grader.notebook.intake import UNWRITTEN_TEXT
from grader.notebook.student_id import NAME

NotebookJSON = dict[str, Any]
Cell = dict[str, Any]

REGION = re.compile(
    r"^[ \t]*### BEGIN SOLUTION\n.*?^[ \t]*### END SOLUTION[ \t]*$", re.MULTILINE | re.DOTALL
)
ID_LINE = re.compile(rf'^{NAME} = ""$', re.MULTILINE)  # of the cell that holds a student's id
MARKERS = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION[ \t]*\n?", re.MULTILINE)


def load(path: Path) -> NotebookJSON:
    """Return a notebook of ours. Raises CourseError for what is not one."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        assert notebook["nbformat"] == 4
        assert isinstance(notebook["cells"], list)
    except (OSError, ValueError, AssertionError, KeyError, TypeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise CourseError(f"{path} cannot be read as a notebook of format 4 ({reason}).") from None
    return notebook


def dumps(notebook: NotebookJSON) -> str:
    """Return a notebook as text, as JupyterLab writes it."""
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def source(cell: Cell) -> str:
    """Return the source of a cell."""
    return "".join(cell["source"])


def set_source(cell: Cell, text: str) -> None:
    """Replace the source of a cell."""
    cell["source"] = text.splitlines(keepends=True)


def _nbgrader(cell: Cell) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell."""
    metadata: dict[str, Any] = cell.get("metadata", {}).get("nbgrader", {})
    return metadata


def _cells_with(notebook: NotebookJSON, mark: str) -> dict[str, Cell]:
    """Return the cells whose metadata has a mark, by grade_id."""
    marked = [cell for cell in notebook["cells"] if _nbgrader(cell).get(mark)]
    return {_nbgrader(cell)["grade_id"]: cell for cell in marked}


def answer_cells(notebook: NotebookJSON) -> dict[str, Cell]:
    """Return the cells that students fill in, by grade_id."""
    return _cells_with(notebook, "solution")


def check_cells(notebook: NotebookJSON) -> dict[str, Cell]:
    """Return the locked cells that earn points, by grade_id."""
    return {
        name: cell
        for name, cell in _cells_with(notebook, "grade").items()
        if not _nbgrader(cell).get("solution")
    }


def essay_cells(notebook: NotebookJSON) -> dict[str, Cell]:
    """Return the cells that students fill in and a person grades, by grade_id."""
    return {
        name: cell for name, cell in answer_cells(notebook).items() if _nbgrader(cell).get("grade")
    }


def course_cells(notebook: Notebook) -> list[str]:
    """Return the sources of the code cells that students get as they are: no answers, no tests."""
    return [
        source(cell)
        for cell in load(source_notebook(notebook))["cells"]
        if cell["cell_type"] == "code" and not _nbgrader(cell)
    ]


def stubs_of(notebook: Notebook) -> dict[str, str]:
    """Return the answer cells as students get them, by the exercises' names. Raises CourseError."""
    cells = answer_cells(load(source_notebook(notebook)))
    return {
        exercise.name: MARKERS.sub("", source(_answer_cell(cells, exercise))).rstrip()
        for exercise in notebook.exercises
    }


def _answer_cell(cells: dict[str, Cell], exercise: Exercise) -> Cell:
    """Return the cell of an exercise. Raises CourseError where there is none."""
    if exercise.name not in cells:
        raise CourseError(
            f"{exercise.assignment}: the notebook has no answer cell for {exercise.name} "
            "(its grade_id is the name)."
        )
    return cells[exercise.name]


def solve(notebook: Notebook, student: str = SOMEBODY) -> NotebookJSON:
    """Return a notebook with the reference answers filled in.

    student: whose id it says, and whose numbers its exercises by hand have. Raises CourseError when
    a stub's signature or docstring differs from the reference's.
    """
    result = load(source_notebook(notebook))
    cells = answer_cells(result)
    for exercise in notebook.exercises:
        cell = _answer_cell(cells, exercise)
        function = reference(exercise)
        _compare_heads(exercise, source(cell), function)
        if exercise.by_hand:
            fill(cell, typed_line(exercise, function, student))
        else:
            fill(cell, _body(function))
    return with_id(result, notebook, student)


def with_id(result: NotebookJSON, notebook: Notebook, student: str) -> NotebookJSON:
    """Type a student's id into a notebook that asks for it, and return that notebook."""
    for cell in _id_cells(notebook, result):
        set_source(cell, ID_LINE.sub(lambda _: f"{NAME} = {student!r}", source(cell)))
    return result


def _id_cells(notebook: Notebook, cells: NotebookJSON) -> list[Cell]:
    """Return the cells in which a student types the id, where the notebook asks for it."""
    if not any(exercise.by_hand for exercise in notebook.exercises):
        return []
    return [
        cell
        for cell in cells["cells"]
        if cell["cell_type"] == "code" and not _nbgrader(cell) and ID_LINE.search(source(cell))
    ]


def fill(cell: Cell, body: str) -> None:
    """Put a function body between the markers of a stub.

    Raises CourseError where the cell does not have one pair of markers.
    """
    solution = f"    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"
    text, count = REGION.subn(lambda _: solution, source(cell))
    if count != 1:
        raise CourseError(
            f"The cell {cell['id']} has {count} regions from ### BEGIN SOLUTION "
            "to ### END SOLUTION, expected 1."
        )
    set_source(cell, text)


def _definition(text: str) -> ast.FunctionDef:
    """Return the one function in a cell. Raises CourseError."""
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    if len(functions) != 1:
        raise CourseError(f"expected one function in this cell, found {len(functions)}:\n{text}")
    return functions[0]


def _body(function: Callable[..., Any]) -> str:
    """Return the lines after the docstring, comments included."""
    text = inspect.getsource(function)
    docstring = _definition(text).body[0]
    return "".join(text.splitlines(keepends=True)[docstring.end_lineno :]).rstrip()


def _compare_heads(exercise: Exercise, stub: str, function: Callable[..., Any]) -> None:
    """Raise CourseError where a stub's head differs from the reference's."""
    ours = _definition(stub)
    theirs = _definition(inspect.getsource(function))
    arguments = ast.unparse(theirs.args)
    typed = "" if exercise.by_hand else arguments  # a stub by hand has no arguments
    for what, here, there in (
        ("signature", ast.unparse(ours.args), typed),
        ("name", ours.name, theirs.name),
        ("docstring", ast.get_docstring(ours), ast.get_docstring(theirs)),
        ("arguments in the points table", ", ".join(exercise.arguments), arguments),
    ):
        if here != there:
            module = function.__module__.replace(".", "/")
            raise CourseError(
                f"{exercise.assignment}: the {what} of {exercise.name} differs.\n"
                f"  notebook:  {here}\n  reference: {there}  ({module}.py)\n"
                "Make the two the same."
            )


def slips(notebook: Notebook) -> Iterator[str]:
    """Yield what is out of step in a notebook: cells, points, ids, outputs."""
    path = source_notebook(notebook)
    cells = load(path)
    where = str(path.relative_to(sources_of(notebook.course)))
    for name in answer_cells(cells).keys() - {*notebook.by_name, *notebook.essay_names}:
        yield f"{where}: the answer cell {name} is no exercise of the points table"
    tests, essays = check_cells(cells), essay_cells(cells)
    for exercise in notebook.exercises:
        yield from _test_slips(where, exercise, tests.get(f"check_{exercise.name}"))
    for essay in notebook.essays:
        yield from _essay_slips(where, essay, essays.get(essay.name))
    yield from _id_slips(where, notebook, cells)
    total = notebook.automatic_points + sum(essay.points for essay in notebook.essays)
    if total != notebook.points:
        yield (
            f"{notebook.assignment}: the points table adds up to {total:g}, "
            f"the course promises {notebook.points:g}"
        )
    references = importlib.import_module(f"{notebook.course.references}.{notebook.stem}")
    for cell in cells["cells"]:
        yield from _cell_slips(where, cell, references)


def _id_slips(where: str, notebook: Notebook, cells: NotebookJSON) -> Iterator[str]:
    """Yield that there is not one cell for the student's id, where exercises by hand need it."""
    by_hand = [exercise.name for exercise in notebook.exercises if exercise.by_hand]
    if by_hand and len(_id_cells(notebook, cells)) != 1:
        yield (
            f'{where}: expected one code cell with the line {NAME} = "", no answer cell and near '
            f"the top: the numbers of {by_hand[0]} follow from it"
        )


def _test_slips(where: str, exercise: Exercise, test: Cell | None) -> Iterator[str]:
    """Yield what is wrong with an exercise's test cell."""
    name = exercise.name
    if test is None or source(test).strip() != f"check({name})":
        yield f"{where}: expected a locked test cell check_{name} with the one line check({name})"
        return
    points = _nbgrader(test)["points"]
    if float(points) != exercise.points:
        yield (
            f"{where}: check_{name} gives {points:g} points, "
            f"the points table says {exercise.points:g}"
        )


def _essay_slips(where: str, essay: Essay, cell: Cell | None) -> Iterator[str]:
    """Yield what is wrong with an essay's cell."""
    if cell is None or cell["cell_type"] != "markdown" or source(cell) != UNWRITTEN_TEXT:
        yield (
            f"{where}: expected a Markdown cell {essay.name}, a manually graded answer, "
            f"with the one line {UNWRITTEN_TEXT}"
        )
        return
    points = _nbgrader(cell)["points"]
    if float(points) != essay.points:
        yield (
            f"{where}: {essay.name} gives {points:g} points, the points table says {essay.points:g}"
        )


def _cell_slips(where: str, cell: Cell, references: ModuleType) -> Iterator[str]:
    """Yield what is wrong with any one cell. references: the module of the reference answers."""
    name = cell["id"]
    helper: Any = getattr(references, name, None)
    is_handed_out = inspect.isfunction(helper) and not _nbgrader(cell)
    if is_handed_out and source(cell).strip() != inspect.getsource(helper).strip():
        yield (
            f"{where}: the given cell {name} differs from the function in "
            f"{references.__name__}; make the two the same"
        )
    grade_id = _nbgrader(cell).get("grade_id", name)
    if grade_id != name:
        yield f"{where}: the cell {name} has the grade_id {grade_id}; the two must be the same"
    if cell.get("outputs") or cell.get("execution_count"):
        yield (
            f"{where}: the cell {name} holds outputs; "
            f"remove them with: nbstripout --keep-id {where}"
        )


def with_answers(
    notebook: NotebookJSON, answers: dict[str, str], extra: tuple[str, ...] = ()
) -> NotebookJSON:
    """Return a copy of a notebook with whole answer cells replaced.

    extra: code cells that are put in after the first one. Raises CourseError for an answer that
    has no cell.
    """
    result = copy.deepcopy(notebook)
    cells = answer_cells(result)
    for name, text in answers.items():
        if name not in cells:
            raise CourseError(f"no answer cell {name}")
        set_source(cells[name], text)
    kinds = [cell["cell_type"] for cell in result["cells"]]
    start = kinds.index("code") + 1
    result["cells"][start:start] = [_code_cell(*item) for item in enumerate(extra)]
    return result


def _code_cell(number: int, text: str) -> Cell:
    cell: Cell = {
        "cell_type": "code",
        "execution_count": None,
        "id": f"extra-{number}",
        "metadata": {},
        "outputs": [],
    }
    set_source(cell, text)
    return cell
