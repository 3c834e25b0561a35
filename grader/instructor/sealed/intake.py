"""Read what a student handed in, as files from outside.

Only regular files of a limited size are read, no link is followed, and nothing of them ends in a
traceback. What is in them is read by grader.notebook.intake, which students can run themselves.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TypedDict

from grader.instructor import files, system
from grader.instructor.classroom import SECRET, STAMP
from grader.instructor.sealed.magics import beyond_python
from grader.instructor.sealed.timestamp import NEXT, UnreadableFile, submitted_at
from grader.notebook.cells_of_file import FILE_LIMIT, Unreadable
from grader.notebook.intake import ParsedNotebook, best_of, is_candidate, opened, zip_members

SECRET_LIMIT = 1024  # bytes
FILES_LIMIT = 20  # files of a student's folder, and of each folder in it, that are looked into
FOLDERS_LIMIT = 10
DEPTH_LIMIT = 3  # folders one in another
BESIDE_BYTES_LIMIT = 4 * 2**20  # of the small files beside a notebook together
PLAIN_NAME = re.compile(r"[^\W.][\w. ()+-]{0,99}")  # letters of any language; none that is hidden
LINK_ERRORS = (errno.ELOOP, errno.ENOTDIR)
KIND_ERRORS = (errno.ENXIO, errno.ENODEV)  # of what is no file: a socket


class Unreachable(Unreadable):
    """A file that cannot be opened for the moment: a fault of the machine's, not of a student's."""


class Absent(Unreadable):
    """There is no file of a student's: nothing, or a link to somewhere else."""


class Identity(TypedDict):
    """What tells a submission from others: the digest of its notebook, and when it came in."""

    sha256: str
    timestamp: str


@dataclass(frozen=True)
class Submission:
    """What a student has handed in, read once.

    content: the bytes of the file that is graded; notebook: its cells, None where there are none;
    beside: the small files beside it, by name; unreadable, no_time: what is wrong with it and with
    timestamp.txt, or ""; unreachable: why it cannot be read for the moment, or ""; is_absent:
    whether there is no file of the student's.
    """

    content: bytes
    notebook: ParsedNotebook | None
    beside: dict[str, bytes]
    unreadable: str
    time: datetime | None
    no_time: str
    secret: str
    unreachable: str = ""
    is_absent: bool = False

    @property
    def digest(self) -> str:
        """The SHA-256 digest of the file and of those beside it, or of what is wrong with it."""
        parts = [self.content or self.unreadable.encode()]
        for name, content in self.beside.items():
            parts += [name.encode(), content]
        return files.digest(b"\0".join(parts))

    @property
    def identity(self) -> Identity:
        """What tells this work from other work.

        It stands in the verdict file and in the autograded notebook.
        """
        return {"sha256": self.digest, "timestamp": self.no_time or str(self.time or "")}


def read_submission(path: Path, exercises: Sequence[str], essays: Sequence[str] = ()) -> Submission:
    """Return a submission, and the time and the secret beside it. Raises nothing.

    path: where its notebook should be, submitted/STUDENT/ASSIGNMENT/NAME.ipynb; exercises,
    essays: the names that the assignment asks for.
    """
    content = b""
    notebook = None
    beside: dict[str, bytes] = {}
    unreadable = unreachable = ""
    is_absent = False
    try:
        candidates = opened(files_of(path))
        name, notebook = best_of(candidates, path.name, exercises, essays)
        content = candidates[name]
        beside = small_files(path.parent, name, path.name)
    except Unreachable as error:
        unreachable = str(error)
    except Unreadable as error:
        unreadable = str(error)
        is_absent = isinstance(error, Absent)
    time = None
    no_time = ""
    try:
        time = submitted_at(path.with_name(STAMP))
    except UnreadableFile as error:
        no_time = str(error)
    if time is None and not no_time and os.path.lexists(path.with_name(STAMP)):
        no_time = f"{STAMP} is empty. {NEXT}"
    secret = submission_secret(path.parent)
    return Submission(
        content, notebook, beside, unreadable, time, no_time, secret, unreachable, is_absent
    )


def magic_faults(notebook: ParsedNotebook) -> Iterator[str]:
    """Yield which answer cells hold a magic that takes them out of Python's hands."""
    last = {cell.grade_id: cell.source for cell in notebook.cells}  # what a kernel ends with
    for name in notebook.answers:
        magic = beyond_python(last[name])
        if magic:
            yield f"the answer cell {name} uses {magic}, which cannot be run here"


def files_of(path: Path) -> dict[str, bytes]:
    """Return the files of a submission that may hold its cells, by their paths in its folder.

    These are the expected one, others beside it, and those in folders there. Raises Unreadable for
    an expected file, or a folder, that cannot be read, and Unreachable for any file that cannot be
    opened for the moment.
    """
    try:
        names, folders = _entries(path.parent, ())
    except FileNotFoundError:
        names, folders = [], []
    except OSError as error:
        raise _not_opened(path.name, error) from None
    contents = {}
    if path.name in (*names, *folders):
        contents[path.name] = read_bytes(path)
    left = FILE_LIMIT  # of the others together
    for place in _places(path.parent, ()):
        if str(place) not in contents and _may_hold_cells(place):
            others = _readable(path.parent, place, left)
            left -= sum(map(len, others.values()))
            contents |= others
    if not contents:
        raise Absent(f"there is no {path.name}: hand in the notebook under its own name")
    return contents


def small_files(folder: Path, chosen: str, expected: str) -> dict[str, bytes]:
    """Return the small files of a submission that a cell may read or import.

    folder: the submission's; chosen: the path of the file that is graded, which may lie in a folder
    or in a zip file; expected: the notebook's proper name, which is not among them. They are named
    by their paths in the folder of the chosen one. Of more than is allowed, the last are left out.
    """
    contents: dict[str, bytes] = {}
    left = BESIDE_BYTES_LIMIT
    for name, read in _beside(folder, PurePosixPath(chosen)):
        parts = PurePosixPath(name).parts
        is_plain = all(PLAIN_NAME.fullmatch(part) for part in parts)
        if not is_plain or parts[0] in (STAMP, SECRET, expected) or len(contents) == FILES_LIMIT:
            continue
        try:
            content = read(left)
        except OSError as error:
            _check_reachable(name, error)
            continue
        except Unreadable:
            continue
        contents[name] = content
        left -= len(content)
    return contents


def _beside(folder: Path, chosen: PurePosixPath) -> Iterator[tuple[str, Callable[[int], bytes]]]:
    """Yield the files in the folder of a chosen one, with what reads them up to a size."""
    archives = [part for part in chosen.parents if part.suffix.lower() == ".zip"]
    if archives:
        base = chosen.parent.relative_to(archives[-1])
        content = _bytes(folder, archives[-1].parts, FILE_LIMIT)
        for name, inner in zip_members(content, is_small, BESIDE_BYTES_LIMIT):
            place = PurePosixPath(name)
            if place.is_relative_to(base):
                yield str(place.relative_to(base)), partial(_cut, inner)
        return
    for place in _places(folder, chosen.parent.parts):
        if place != chosen and is_small(place):
            name = str(place.relative_to(chosen.parent))
            yield name, partial(_bytes, folder, place.parts)


def is_small(place: PurePosixPath) -> bool:
    """Tell whether a file may be data or a module of a student's, by its name."""
    return not place.name.lower().endswith((".ipynb", ".zip"))


def _cut(content: bytes, limit: int) -> bytes:
    """Return the content of a file in an archive. Raises Unreadable for more than the limit."""
    if len(content) > limit:
        raise Unreadable("a file is too large")
    return content


def _places(folder: Path, parts: tuple[str, ...]) -> Iterator[PurePosixPath]:
    """Yield where files lie in a student's folder, a few folders deep."""
    try:
        names, folders = _entries(folder, parts)
    except OSError as error:
        _check_reachable("/".join(parts) or folder.name, error)
        return
    for name in names[:FILES_LIMIT]:
        yield PurePosixPath(*parts, name)
    if len(parts) < DEPTH_LIMIT:
        for inner in folders[:FOLDERS_LIMIT]:
            if not inner.startswith("."):
                yield from _places(folder, (*parts, inner))


def _may_hold_cells(place: PurePosixPath) -> bool:
    return is_candidate(place) or place.suffix.lower() == ".zip"


def _readable(folder: Path, place: PurePosixPath, limit: int) -> dict[str, bytes]:
    """Return a file's bytes under its path, or nothing for what is no file that can be read."""
    try:
        return {str(place): _bytes(folder, place.parts, limit)}
    except OSError as error:
        _check_reachable(str(place), error)
        return {}
    except Unreadable:
        return {}


def _entries(folder: Path, parts: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Return the names of the files and of the folders in a folder, sorted; links are files.

    Raises OSError.
    """
    names: list[str] = []
    folders: list[str] = []
    with _opened(folder, parts, system.FOLDER_FLAG) as place, os.scandir(place) as entries:
        for entry in entries:
            (folders if entry.is_dir(follow_symlinks=False) else names).append(entry.name)
    return sorted(names), sorted(folders)


def submission_secret(folder: Path) -> str:
    """Return what nbgrader's Submit wrote beside a notebook, under which its feedback is fetched.

    "" means that no such secret is there.
    """
    try:
        secret = read_bytes(folder / SECRET, SECRET_LIMIT).decode("ascii")
    except (Unreadable, OSError, UnicodeDecodeError):
        return ""
    return secret if re.fullmatch(r"[0-9a-f]{32,}", secret) else ""


def read_bytes(path: Path, limit: int = FILE_LIMIT) -> bytes:
    """Return the bytes of a regular file of a limited size.

    Links are not followed: neither the file itself nor the two folders above it may be one.
    Raises Unreadable, and FileNotFoundError where there is no such file.
    """
    try:
        return _bytes(path.parent, (path.name,), limit)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _not_opened(path.name, error) from None


def _not_opened(name: str, error: OSError) -> Unreadable:
    """Return what to raise for a file or a folder that cannot be opened."""
    if error.errno in LINK_ERRORS:
        return Absent(
            f"{name} cannot be opened: it is a link. Hand in the notebook itself, not a link"
        )
    if error.errno in KIND_ERRORS:
        return Unreadable(f"{name} cannot be opened: {error.strerror}. Hand in the notebook itself")
    return Unreachable(f"{name} cannot be opened: {error.strerror}")


def _check_reachable(name: str, error: OSError) -> None:
    """Raise Unreachable for a file that is there, and cannot be opened for the moment."""
    if not isinstance(error, FileNotFoundError):
        fault = _not_opened(name, error)
        if isinstance(fault, Unreachable):
            raise fault from None


def _bytes(folder: Path, parts: tuple[str, ...], limit: int) -> bytes:
    """Return the bytes of a file in a folder. Raises OSError and Unreadable."""
    with _opened(folder, parts, 0) as place:
        _check_file(parts[-1], os.stat(place), limit)
        with open(place, "rb", closefd=isinstance(place, str)) as file:
            return file.read(limit)


@contextmanager
def _opened(folder: Path, parts: tuple[str, ...], flags: int) -> Iterator[int | str]:
    """Open what lies in a student's folder, following no link. Yields its handle, or its path.

    Neither it nor the folders above it, up to the student's, may be a link. Raises OSError.
    """
    if not system.OPENS_SAFELY:
        yield _without_links(folder, parts)
        return
    handles: list[int] = []
    try:
        handles.append(os.open(folder.parent, system.OPEN_FLAGS | system.FOLDER_FLAG))
        for number, part in enumerate((folder.name, *parts)):
            kind = flags if number == len(parts) else system.FOLDER_FLAG
            handles.append(os.open(part, system.OPEN_FLAGS | kind, dir_fd=handles[-1]))
        yield handles[-1]
    finally:
        for handle in handles:
            os.close(handle)


def _without_links(folder: Path, parts: tuple[str, ...]) -> str:
    """Return the path of what lies in a student's folder. Raises OSError for a link on the way.

    Windows cannot open a file below an open folder, so each step is looked at before. Somebody who
    can write in the course's folder could put a link there meanwhile; no submission can.
    """
    path = folder.parent
    for part in ("", folder.name, *parts):
        path = path / part
        if system.is_link(path.lstat()):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return str(path)


def _check_file(name: str, state: os.stat_result, limit: int) -> None:
    """Raise Unreadable for what is not a regular file, or too large."""
    if not stat.S_ISREG(state.st_mode):
        raise Unreadable(f"{name} is not a file. Hand in the notebook itself")
    if state.st_size > limit:
        raise Unreadable(
            f"{name} has {state.st_size / 2**20:.1f} MiB, at most {limit / 2**20:g} are read. "
            "Clear its outputs and hand it in again"
        )
