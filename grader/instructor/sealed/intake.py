"""Read what a student handed in, as bytes from outside.

Only regular files of a limited size are read, strictly, and nothing of them ends in a traceback.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypedDict

from grader.instructor import files
from grader.instructor.classroom import SECRET, STAMP
from grader.instructor.sealed.magics import beyond_python
from grader.instructor.sealed.timestamp import UnreadableFile, submitted_at

BYTE_LIMIT = 8 * 2**20
SECRET_LIMIT = 1024  # bytes
FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
LINK_ERRORS = (errno.ELOOP, errno.ENOTDIR)
TEST = "check_"  # what the grade_id of an exercise's locked test begins with


class Unreadable(Exception):
    """A submission that cannot be graded at all; the text is for the student."""


@dataclass(frozen=True)
class Cell:
    """One code cell: its source, and which exercise's locked test stands there ("" for none)."""

    source: str
    grade_id: str = ""
    tests: str = ""


@dataclass(frozen=True)
class ParsedNotebook:
    """The code cells of a notebook in their order.

    faults: what is wrong with its structure, for a person to look at; answers: the sources of
    answer cells by exercise.
    """

    cells: tuple[Cell, ...]
    faults: tuple[str, ...]
    answers: dict[str, str]


class Identity(TypedDict):
    """What tells a submission from others: the digest of its notebook, and when it came in."""

    sha256: str
    timestamp: str


@dataclass(frozen=True)
class Submission:
    """What a student has handed in, read once.

    unreadable, no_time: what is wrong with the notebook and with timestamp.txt, or "".
    """

    content: bytes
    unreadable: str
    time: datetime | None
    no_time: str
    secret: str

    @property
    def digest(self) -> str:
        """The SHA-256 digest of the notebook, or of what is wrong with it."""
        return files.digest(self.content or self.unreadable.encode())

    @property
    def identity(self) -> Identity:
        """What tells this work from other work.

        It stands in the verdict file and in the autograded notebook.
        """
        return {"sha256": self.digest, "timestamp": self.no_time or str(self.time or "")}


def read_submission(path: Path) -> Submission:
    """Return a submitted notebook, and the time and the secret beside it. Raises nothing."""
    content = b""
    unreadable = ""
    try:
        content = notebook_bytes(path)
    except Unreadable as error:
        unreadable = str(error)
    time = None
    no_time = ""
    try:
        time = submitted_at(path.with_name(STAMP))
    except UnreadableFile as error:
        no_time = str(error)
    return Submission(content, unreadable, time, no_time, submission_secret(path.parent))


def notebook_bytes(path: Path) -> bytes:
    """Return the bytes of a submitted notebook. Raises Unreadable."""
    try:
        return read_bytes(path)
    except FileNotFoundError:
        raise Unreadable(
            f"there is no {path.name}: hand in the notebook under its own name"
        ) from None


def submission_secret(folder: Path) -> str:
    """Return what nbgrader's Submit wrote beside a notebook, under which its feedback is fetched.

    "" means that no such secret is there.
    """
    try:
        secret = read_bytes(folder / SECRET, SECRET_LIMIT).decode("ascii")
    except (Unreadable, OSError, UnicodeDecodeError):
        return ""
    return secret if re.fullmatch(r"[0-9a-f]{32,}", secret) else ""


def read_bytes(path: Path, limit: int = BYTE_LIMIT) -> bytes:
    """Return the bytes of a regular file of a limited size.

    Links are not followed: neither the file itself nor the two folders above it may be one.
    Raises Unreadable, and FileNotFoundError where there is no such file.
    """
    try:
        with _opened(path) as handle:
            _check_file(path.name, os.fstat(handle), limit)
            with os.fdopen(handle, "rb", closefd=False) as file:
                return file.read(limit)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in LINK_ERRORS:
            reason = "it is a link. Hand in the notebook itself, not a link"
        else:
            reason = f"{error.strerror}. Hand in the notebook itself"
        raise Unreadable(f"{path.name} cannot be opened: {reason}") from None


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Open a file by way of the two folders above it, following no link. Yields its handle."""
    handles: list[int] = []
    try:
        handles.append(os.open(path.parent.parent, FLAGS | os.O_DIRECTORY))
        handles.append(os.open(path.parent.name, FLAGS | os.O_DIRECTORY, dir_fd=handles[-1]))
        handles.append(os.open(path.name, FLAGS, dir_fd=handles[-1]))
        yield handles[-1]
    finally:
        for handle in handles:
            os.close(handle)


def _check_file(name: str, state: os.stat_result, limit: int) -> None:
    """Raise Unreadable for what is not a regular file, or too large."""
    if not stat.S_ISREG(state.st_mode):
        raise Unreadable(f"{name} is not a file. Hand in the notebook itself")
    if state.st_size > limit:
        raise Unreadable(
            f"{name} has {state.st_size / 2**20:.1f} MiB, at most {limit / 2**20:g} are read. "
            "Clear its outputs and hand it in again"
        )


def parse(content: bytes, exercises: list[str]) -> ParsedNotebook:
    """Return the cells of a notebook. exercises: the names this assignment asks for.

    Raises Unreadable.
    """
    code = [cell for cell in _cells(content) if cell.get("cell_type") == "code"]
    cells = [_cell(cell, exercises) for cell in code]
    answers: dict[str, str] = {}
    for cell in cells:
        if cell.grade_id in exercises:
            answers.setdefault(cell.grade_id, cell.source)
    faults = [*_structural_faults(cells, exercises), *_magic_faults(cells, exercises)]
    return ParsedNotebook(tuple(cells), tuple(faults), answers)


def _structural_faults(cells: list[Cell], exercises: list[str]) -> Iterator[str]:
    """Yield what is wrong with the number of answer and test cells.

    Raises Unreadable when there is none of them.
    """
    known = [*exercises, *(f"{TEST}{name}" for name in exercises)]
    count = Counter(cell.grade_id for cell in cells if cell.grade_id in known)
    if not count:
        raise Unreadable(
            "this is not the notebook of this assignment: none of its exercises was found. "
            "Was another file handed in?"
        )
    for name in sorted(count):
        if count[name] > 1:
            yield f"the cell {name} stands in the notebook {count[name]} times"
    yield from _missing("answer", exercises, count)
    yield from _missing("test", [f"{TEST}{name}" for name in exercises], count)


def _missing(kind: str, names: list[str], count: Counter[str]) -> Iterator[str]:
    for name in names:
        if name not in count:
            yield f"the {kind} cell {name} is missing"


def _magic_faults(cells: list[Cell], exercises: list[str]) -> Iterator[str]:
    """Yield which answer cells hold a magic that takes them out of Python's hands."""
    magics = {}  # of several cells with one name the last counts, as it does when the notebook runs
    for cell in cells:
        if cell.grade_id in exercises:
            magics[cell.grade_id] = beyond_python(cell.source)
    for name, magic in magics.items():
        if magic:
            yield f"the answer cell {name} uses {magic}, which cannot be run here"


def _cells(content: bytes) -> list[dict[str, Any]]:
    """Return the cells of a notebook as JSON. Raises Unreadable."""
    notebook = _json(content)
    cells = None
    if isinstance(notebook, dict) and notebook.get("nbformat") == 4:
        cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise Unreadable(
            "the file is not a notebook of format 4. Open and save it in JupyterLab, "
            "and hand it in again"
        )
    return [cell for cell in cells if isinstance(cell, dict)]


def _json(content: bytes) -> Any:
    """Return the JSON value in a file's bytes. Raises Unreadable."""
    if not content.strip():
        raise Unreadable("the file is empty. Save the notebook and hand it in again")
    try:
        return json.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise Unreadable("the file is not text in UTF-8. Hand in the .ipynb file itself") from None
    except RecursionError:
        raise Unreadable("the file is nested too deeply to be a notebook") from None
    except ValueError as error:
        raise Unreadable(
            f"the file is not a notebook: no valid JSON ({error}). "
            "Download it again from JupyterLab"
        ) from None


def _cell(cell: dict[str, Any], exercises: list[str]) -> Cell:
    grade_id = _grade_id(cell)
    tested = grade_id.removeprefix(TEST)
    is_test = grade_id.startswith(TEST) and tested in exercises
    return Cell(_source(cell), grade_id, tested if is_test else "")


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return ""
    return source.encode("utf-8", "replace").decode()  # drops lone surrogates


def _grade_id(cell: dict[str, Any]) -> str:
    metadata = cell.get("metadata")
    if not isinstance(metadata, dict):
        return ""
    nbgrader = metadata.get("nbgrader")
    if not isinstance(nbgrader, dict):
        return ""
    grade_id = nbgrader.get("grade_id")
    return grade_id if isinstance(grade_id, str) else ""
