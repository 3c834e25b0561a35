"""The versions of a student's work: one that counts, in submitted/, and the others in earlier/.

Nothing is written over. A version that another one replaces is moved.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import count
from pathlib import Path

from grader.instructor import files
from grader.instructor.classroom import SECRET, STAMP, Classroom
from grader.instructor.sealed.timestamp import UnreadableFile, submitted_at
from grader.notebook.whole_file import write_atomically

FORMAT = "%Y-%m-%d %H:%M:%S UTC"  # of a time in timestamp.txt, which nbgrader reads


@dataclass(frozen=True)
class Version:
    """One version of a student's work.

    contents: what reads each file, by name; time: when it was handed in, in UTC, None where that is
    not known; is_late: whether it is known to be late, or not to be, without a time; stamp: what
    its timestamp.txt says in place of a time, "" for nothing.
    """

    contents: Mapping[str, Callable[[], bytes]]
    time: datetime | None = None
    is_late: bool | None = None
    stamp: str = ""

    @cached_property
    def digest(self) -> str:
        """What tells its files from those of another version, whatever the times say."""
        names = sorted(self.contents)
        lines = (f"{name} {files.digest(self.contents[name]())}" for name in names)
        return files.digest("\n".join(lines).encode("utf-8", "surrogateescape"))

    def is_on_time(self, deadline: datetime | None) -> bool:
        """Tell whether it was handed in until then; without a time it is unless it is marked."""
        if self.time is None:
            return not self.is_late
        return deadline is None or self.time <= deadline

    @property
    def words(self) -> str:
        """When it was handed in, as far as that is known."""
        if self.time:
            return f"handed in {self.timestamp}"
        return self.stamp or ("not marked late" if self.is_late is False else "without a time")

    @property
    def timestamp(self) -> str:
        """The line of its timestamp.txt, "" where it has none."""
        return self.time.strftime(FORMAT) if self.time else self.stamp


def folder_of(classroom: Classroom, student: str, assignment: str) -> Path:
    """Return the folder of the version that counts."""
    return classroom.submitted / student / assignment


def version_in(folder: Path) -> Version | None:
    """Return the version that lies in a folder, None where there is none. Raises OSError."""
    if not folder.is_dir():
        return None
    paths = [path for path in sorted(folder.rglob("*")) if not path.is_dir()]
    contents = {
        path.relative_to(folder).as_posix(): _reader(path)
        for path in paths
        if path.name not in (STAMP, SECRET)
    }
    if not contents:
        return None
    stamp = folder / STAMP
    try:
        return Version(contents, submitted_at(stamp))
    except UnreadableFile:
        return Version(contents, stamp=stamp.read_text(encoding="utf-8", errors="replace"))


def _reader(path: Path) -> Callable[[], bytes]:
    """Return what reads a file; a link is read as where it leads, and is never followed."""
    if path.is_symlink():
        return lambda: os.fsencode(os.readlink(path))
    return path.read_bytes


def counting(versions: Sequence[Version], deadline: datetime | None) -> int:
    """Return which version counts: the last one before the deadline, else the last one.

    versions: in the order in which they came, which decides where a time is missing.
    """
    on_time = [index for index, each in enumerate(versions) if each.is_on_time(deadline)]
    candidates = on_time or list(range(len(versions)))
    times = [versions[index].time for index in candidates]
    if any(time is None for time in times):
        return candidates[-1]
    return max(candidates, key=lambda index: (versions[index].time, index))


def place(classroom: Classroom, student: str, assignment: str, version: Version) -> Path | None:
    """Let a version count; return where the one is now that counted before, None for none.

    Beside its files it gets what nbgrader's release of feedback needs: a secret, and its time. The
    new folder is written whole and then renamed. Raises OSError.
    """
    folder = folder_of(classroom, student, assignment)
    new = _written(classroom, version)
    write_atomically(new / SECRET, secrets.token_hex(32))
    if not version.timestamp:  # nbgrader reads an empty one, and misses one that is not there
        write_atomically(new / STAMP, "")
    folder.parent.mkdir(parents=True, exist_ok=True)
    kept = None
    if folder.exists():
        kept = _next_folder(classroom, student, assignment)
        os.rename(folder, kept)
    os.rename(new, folder)
    return kept


def keep(classroom: Classroom, student: str, assignment: str, version: Version) -> Path | None:
    """Store a version that does not count; return its folder, None where it is stored already.

    Raises OSError.
    """
    if version.digest in stored_digests(classroom, student, assignment):
        return None
    new = _written(classroom, version)
    folder = _next_folder(classroom, student, assignment)
    os.rename(new, folder)
    return folder


def stored_digests(classroom: Classroom, student: str, assignment: str) -> set[str]:
    """Return the digests of the versions that do not count."""
    parent = _earlier(classroom, student, assignment)
    versions = (version_in(folder) for folder in sorted(parent.glob("[0-9]*")))
    return {version.digest for version in versions if version}


def _earlier(classroom: Classroom, student: str, assignment: str) -> Path:
    return classroom.earlier / student / assignment


def _next_folder(classroom: Classroom, student: str, assignment: str) -> Path:
    """Return the first folder for another version that is not there yet."""
    parent = _earlier(classroom, student, assignment)
    parent.mkdir(parents=True, exist_ok=True)
    return next(path for number in count(1) if not (path := parent / str(number)).exists())


def _written(classroom: Classroom, version: Version) -> Path:
    """Write a version's files and its time into a new folder beside the others; return it."""
    folder = classroom.folder / f".new-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        for name, read in version.contents.items():
            write_atomically(folder / name, read())
        if version.timestamp:
            write_atomically(folder / STAMP, f"{version.timestamp}\n")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder
