"""Read what a student handed in, as bytes from outside: regular files only, capped, strict, and never a traceback."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_BYTES = 8 * 2**20


class Unreadable(Exception):
    """A submission that cannot be graded at all; the text is for the student."""


@dataclass(frozen=True)
class Cell:
    """One code cell: what it says, and which exercise's locked test stands there ("" for none)."""

    source: str
    grade_id: str = ""
    tests: str = ""


@dataclass(frozen=True)
class Submission:
    """The code cells of a notebook in their order, and the structural faults that a person should look at."""

    cells: tuple[Cell, ...]
    faults: tuple[str, ...]
    answers: dict[str, str]


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a regular file of at most 8 MiB, without following links. Raises Unreadable."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise Unreadable(f"there is no {path.name}: hand in the notebook under its own name") from None
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be opened: {error.strerror}. Hand in the notebook itself, not a link") from None
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise Unreadable(f"{path.name} is not a file. Hand in the notebook itself")
        if state.st_size > MOST_BYTES:
            size = state.st_size / 2**20
            raise Unreadable(f"{path.name} has {size:.0f} MiB, at most 8 are read. Clear its outputs and hand it in again")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(MOST_BYTES)
    finally:
        os.close(handle)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def parse(content: bytes, exercises: list[str]) -> Submission:
    """Return the cells of a notebook. exercises: the names this assignment asks for. Raises Unreadable."""
    cells = _cells(content)
    code = [_cell(cell, exercises) for cell in cells if cell.get("cell_type") == "code"]
    ids = [cell.grade_id for cell in code if cell.grade_id]
    known = {*exercises, *(f"check_{name}" for name in exercises)}
    if not known & set(ids):
        raise Unreadable(
            "this is not the notebook of this assignment: none of its exercises was found. Was another file handed in?"
        )
    faults = [
        f"the cell {name} stands in the notebook {ids.count(name)} times" for name in sorted(set(ids)) if ids.count(name) > 1
    ]
    faults += [f"the answer cell {name} is missing" for name in exercises if name not in ids]
    faults += [f"the test cell check_{name} is missing" for name in exercises if f"check_{name}" not in ids]
    answers: dict[str, str] = {}
    for cell in code:
        if cell.grade_id in exercises:
            answers.setdefault(cell.grade_id, cell.source)
    return Submission(tuple(code), tuple(faults), answers)


def _cells(content: bytes) -> list[dict[str, Any]]:
    if not content.strip():
        raise Unreadable("the file is empty. Save the notebook and hand it in again")
    try:
        notebook = json.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise Unreadable("the file is not text in UTF-8. Hand in the .ipynb file itself") from None
    except RecursionError:
        raise Unreadable("the file is nested too deeply to be a notebook") from None
    except ValueError as error:
        raise Unreadable(f"the file is not a notebook: no valid JSON ({error}). Download it again from JupyterLab") from None
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4 or not isinstance(notebook.get("cells"), list):
        raise Unreadable("the file is not a notebook of format 4. Open and save it in JupyterLab, and hand it in again")
    return [cell for cell in notebook["cells"] if isinstance(cell, dict)]


def _cell(cell: dict[str, Any], exercises: list[str]) -> Cell:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        source = ""
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = marks.get("grade_id") if isinstance(marks, dict) else None
    grade_id = grade_id if isinstance(grade_id, str) else ""
    tested = grade_id.removeprefix("check_")
    return Cell(source, grade_id, tested if grade_id.startswith("check_") and tested in exercises else "")
