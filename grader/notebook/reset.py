"""`python -m grader reset NAME`: puts an exercise's stub back, and keeps the answer beside it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.judge.course import Course, Notebook
from grader.judge.exercise import Exercise
from grader.notebook.cells_of_file import Unreadable
from grader.notebook.check import unknown_name
from grader.notebook.intake import TEST, Cell, parse
from grader.notebook.whole_file import write_atomically

CELLS_HAVE_IDS = 5  # the minor number of the notebook format
RELOAD = "In JupyterLab, choose File > Reload Notebook from Disk."


class NotReset(Exception):
    """Why a stub was not put back; the text is for the student. No file has changed."""


def reset(course: Course, name: str, file: str = "") -> Iterator[str]:
    """Put the stub of an exercise back into a notebook; yield what was done, in sentences.

    file: the notebook; by default that of the exercise, in this folder or in its own below it. The
    answer that stood there goes into a text file beside the notebook, which no grading reads.
    Raises NotReset, and OSError where a file cannot be read or written.
    """
    exercise = course.exercises.get(name)
    if exercise is None:
        raise NotReset(f"{unknown_name(name, course)}.")
    path = Path(file).resolve() if file else _notebook_here(exercise.notebook)
    content = path.read_bytes()
    notebook = _as_jupyter_writes(path, content)
    answer = _put_back(notebook, exercise, _cells_of(path, content, exercise))
    if answer == exercise.table["stub"]:
        yield f"Nothing to do: {name} in {path.name} is as you got it."
        return
    if answer.strip():
        kept = _keep(path, exercise, answer)
        yield f"Your answer is kept in {kept.name}, beside the notebook."
    mode = path.stat().st_mode & 0o777
    write_atomically(path, _text(notebook), mode)
    yield f"{name} in {path.name} is as you got it. {RELOAD}"


def _notebook_here(notebook: Notebook) -> Path:
    """Return the notebook in this folder, or in its own folder below. Raises NotReset."""
    here = Path.cwd()
    places = (here / notebook.file, here / notebook.assignment / notebook.file)
    for path in places:
        if path.is_file():
            return path.resolve()
    raise NotReset(
        f"There is no {notebook.file} in {here}. Go to its folder, or name the file: "
        "python -m grader reset NAME FILE"
    )


def _as_jupyter_writes(path: Path, content: bytes) -> dict[str, Any]:
    """Return a notebook with everything that is in it. Raises NotReset for another file."""
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
        is_notebook = notebook["nbformat"] == 4 and isinstance(notebook["cells"], list)
    except (ValueError, KeyError, TypeError, RecursionError):
        is_notebook = False
    if not is_notebook or not all(isinstance(cell, dict) for cell in notebook["cells"]):
        raise NotReset(
            f"{path.name} is not a notebook as JupyterLab saves it. Open and save it there, then "
            "run this again."
        )
    return dict(notebook)


def _cells_of(path: Path, content: bytes, exercise: Exercise) -> dict[str, Cell]:
    """Return the cells that grading knows by name, the first of each. Raises NotReset."""
    try:
        cells = parse(content, list(exercise.notebook.by_name), path.name).cells
    except Unreadable as error:
        raise NotReset(f"{path.name}: {error}.") from None
    named: dict[str, Cell] = {}
    for cell in cells:
        named.setdefault(cell.grade_id, cell)
    return named


def _put_back(notebook: dict[str, Any], exercise: Exercise, named: dict[str, Cell]) -> str:
    """Put the stub into the answer's cell, and return what stood there.

    A cell that was deleted is put above its check. Raises NotReset where that is gone too.
    """
    cells = notebook["cells"]
    answer = named.get(exercise.name)
    test = named.get(f"{TEST}{exercise.name}")
    if test is not None:
        cells[test.number]["outputs"] = []  # a verdict on the old answer
    new = _stub_cell(exercise)
    if answer is not None:
        old = cells[answer.number]
        new["metadata"] = {**_metadata_of(old), **new["metadata"]}
        cells[answer.number] = {**({"id": old["id"]} if "id" in old else {}), **new}
        return answer.source
    if test is None:
        raise NotReset(
            f"The notebook has neither the cell of {exercise.name} nor its check. Get the notebook "
            "again from your instructor, and copy your answers into it."
        )
    if notebook.get("nbformat_minor", 0) >= CELLS_HAVE_IDS:
        new["id"] = exercise.name
    cells.insert(test.number, new)
    return ""


def _metadata_of(cell: dict[str, Any]) -> dict[str, Any]:
    metadata = cell.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _stub_cell(exercise: Exercise) -> dict[str, Any]:
    """Return an answer cell as students get it."""
    nbgrader = {
        "grade": False,
        "grade_id": exercise.name,
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"nbgrader": nbgrader},
        "outputs": [],
        "source": exercise.table["stub"].splitlines(keepends=True),
    }


def _keep(path: Path, exercise: Exercise, answer: str) -> Path:
    """Write an answer into a new file beside the notebook; return its path."""
    number = 1
    while (kept := path.with_name(f"{exercise.name}_before_{number}.txt")).exists():
        number += 1
    write_atomically(kept, answer.rstrip("\n") + "\n")
    shutil.copymode(path, kept)
    return kept


def _text(notebook: dict[str, Any]) -> bytes:
    """Return a notebook as JupyterLab writes it."""
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:  # half of a pair of code units, which JSON alone can hold
        return (json.dumps(notebook, indent=1) + "\n").encode("ascii")
