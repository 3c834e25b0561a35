"""Read what a student handed in, as bytes from outside: regular files only, capped, strict, and never a traceback."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.instructor import files
from grader.instructor.classroom import SECRET, STAMP
from grader.instructor.sealed.magics import beyond_python
from grader.instructor.sealed.timestamp import Garbage, submitted_at

MOST_BYTES = 8 * 2**20
FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
LINKS = (errno.ELOOP, errno.ENOTDIR)


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


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """Return the bytes of a regular file of a limited size, without following links: not its own, nor its folders'.

    Raises Unreadable, and FileNotFoundError where there is no such file.
    """
    folder = handle = -1
    try:
        folder = os.open(path.parent.parent, FLAGS | os.O_DIRECTORY)
        inner = os.open(path.parent.name, FLAGS | os.O_DIRECTORY, dir_fd=folder)
        os.close(folder)
        folder = inner
        handle = os.open(path.name, FLAGS, dir_fd=folder)
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise Unreadable(f"{path.name} is not a file. Hand in the notebook itself")
        if state.st_size > most:
            raise Unreadable(
                f"{path.name} has {state.st_size / 2**20:.1f} MiB, at most {most / 2**20:g} are read. "
                "Clear its outputs and hand it in again"
            )
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(most)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno not in LINKS:
            raise Unreadable(
                f"{path.name} cannot be opened: {error.strerror}. Hand in the notebook itself"
            ) from None
        raise Unreadable(
            f"{path.name} cannot be opened: it is a link. Hand in the notebook itself, not a link"
        ) from None
    finally:
        for opened in (folder, handle):
            if opened >= 0:
                os.close(opened)


def notebook_bytes(path: Path) -> bytes:
    """Return the bytes of a submitted notebook. Raises Unreadable."""
    try:
        return read_bytes(path)
    except FileNotFoundError:
        raise Unreadable(
            f"there is no {path.name}: hand in the notebook under its own name"
        ) from None


def submission_secret(folder: Path) -> str:
    """Return what nbgrader's Submit wrote beside a notebook, under which its feedback is fetched; "" where nothing of it is."""
    try:
        said = read_bytes(folder / SECRET, 1024).decode("ascii")
    except (Unreadable, OSError, UnicodeDecodeError):
        return ""
    return said if re.fullmatch(r"[0-9a-f]{32,}", said) else ""


def parse(content: bytes, exercises: list[str]) -> Submission:
    """Return the cells of a notebook. exercises: the names this assignment asks for. Raises Unreadable."""
    cells = _cells(content)
    code = [_cell(cell, exercises) for cell in cells if cell.get("cell_type") == "code"]
    known = [*exercises, *(f"check_{name}" for name in exercises)]
    count = Counter(cell.grade_id for cell in code if cell.grade_id in known)
    if not count:
        raise Unreadable(
            "this is not the notebook of this assignment: none of its exercises was found. Was another file handed in?"
        )
    faults = [
        f"the cell {name} stands in the notebook {count[name]} times"
        for name in sorted(count)
        if count[name] > 1
    ]
    faults += [f"the answer cell {name} is missing" for name in exercises if name not in count]
    faults += [
        f"the test cell check_{name} is missing"
        for name in exercises
        if f"check_{name}" not in count
    ]
    magics = {
        cell.grade_id: beyond_python(cell.source) for cell in code if cell.grade_id in exercises
    }
    faults += [
        f"the answer cell {name} uses {magic}, which cannot be run here"
        for name, magic in magics.items()
        if magic
    ]
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
        raise Unreadable(
            f"the file is not a notebook: no valid JSON ({error}). Download it again from JupyterLab"
        ) from None
    if (
        not isinstance(notebook, dict)
        or notebook.get("nbformat") != 4
        or not isinstance(notebook.get("cells"), list)
    ):
        raise Unreadable(
            "the file is not a notebook of format 4. Open and save it in JupyterLab, and hand it in again"
        )
    return [cell for cell in notebook["cells"] if isinstance(cell, dict)]


def _cell(cell: dict[str, Any], exercises: list[str]) -> Cell:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    source = (
        source.encode("utf-8", "replace").decode() if isinstance(source, str) else ""
    )  # half a character is none
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = marks.get("grade_id") if isinstance(marks, dict) else None
    grade_id = grade_id if isinstance(grade_id, str) else ""
    tested = grade_id.removeprefix("check_")
    return Cell(
        source, grade_id, tested if grade_id.startswith("check_") and tested in exercises else ""
    )


@dataclass(frozen=True)
class Handed:
    """What a student has handed in, read once. unreadable, no_time: what is wrong with notebook and timestamp.txt, or ""."""

    content: bytes
    unreadable: str
    time: datetime | None
    no_time: str
    secret: str

    @property
    def digest(self) -> str:
        return files.digest(self.content or self.unreadable.encode())

    @property
    def identity(self) -> dict[str, str]:
        """What tells this work from other: the verdict file and the autograded notebook say with it which one they are of."""
        return {"sha256": self.digest, "timestamp": self.no_time or str(self.time or "")}


def handed_in(path: Path) -> Handed:
    """Return a submitted notebook, and the time and the secret beside it."""
    content, unreadable, time, no_time = b"", "", None, ""
    try:
        content = notebook_bytes(path)
    except Unreadable as error:
        unreadable = str(error)
    try:
        time = submitted_at(path.with_name(STAMP))
    except Garbage as error:
        no_time = str(error)
    return Handed(content, unreadable, time, no_time, submission_secret(path.parent))
