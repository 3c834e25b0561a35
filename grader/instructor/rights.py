"""Who may read what an instructor's commands write: the instructor, and a group that is named.

The course folder is closed to all others, and its own mode is what everything written into it
follows. Where files have no such modes, on Windows, nothing is done.
"""

from __future__ import annotations

import importlib
import os
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from grader.instructor import system
from grader.instructor.courses import CourseError

VARIABLE = "GRADER_GROUP"  # in the environment: the group of those who grade together
PRIVATE = 0o700
SHARED = stat.S_ISGID | 0o770  # what is made in the folder gets its group
OTHERS = stat.S_IRWXO
PUBLIC_MASK = 0o022


def make(folder: Path) -> None:
    """Make a course folder, where there is none, that is closed to others.

    Raises CourseError where the group that GRADER_GROUP names cannot be had, and OSError.
    """
    if folder.exists():
        return
    with public():  # the folders above it may be other people's as well
        folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(PRIVATE, exist_ok=True)
    close(folder)


def close(folder: Path) -> str:
    """Close a course folder that is open to others; return what was done, or "".

    A folder that is closed to others already keeps its modes: somebody has chosen them. Raises
    CourseError where the group that GRADER_GROUP names cannot be had.
    """
    if not system.has_modes():
        return ""
    group = os.environ.get(VARIABLE, "")
    return _give(folder, group) if group else _close(folder)


def _close(folder: Path) -> str:
    """Close a folder to everybody else, if others may enter it."""
    before = stat.S_IMODE(folder.stat().st_mode)
    if not before & OTHERS:
        return ""
    with suppress(OSError):  # another's folder, or a file system without modes: doctor tells
        folder.chmod(PRIVATE)
    if folder.stat().st_mode & OTHERS:
        return ""
    return (
        f"{folder} was open to others (mode {before:o}) and is closed now (mode {PRIVATE:o}). "
        f"To share it with people who grade, name their group: {VARIABLE}=GROUP"
    )


def _give(folder: Path, group: str) -> str:
    """Close a folder to all but a group, which may read and write. Raises CourseError."""
    before = folder.stat()
    number = _number_of(group)
    if before.st_gid == number and stat.S_IMODE(before.st_mode) & (SHARED | OTHERS) == SHARED:
        return ""
    try:
        os.chown(folder, -1, number)
        folder.chmod(SHARED)
    except OSError as error:
        raise CourseError(
            f"{folder} cannot be given to the group {group} ({VARIABLE}): {error.strerror}. The "
            "folder must be yours, and you must be a member of the group (look with: id)."
        ) from None
    return (
        f"{folder} is open to the group {group}, and closed to others. For what is in it already: "
        f"chgrp -R {group} {folder} && chmod -R g+rwX,o-rwx {folder}"
    )


def _number_of(group: str) -> int:
    """Return the number of a group. Raises CourseError where there is none of that name."""
    groups: Any = importlib.import_module("grp")
    try:
        return int(groups.getgrnam(group).gr_gid)
    except KeyError:
        raise CourseError(
            f"There is no group {group!r} on this machine ({VARIABLE}). Name one that is there "
            "(getent group), or leave the variable out: then nobody else may read the course."
        ) from None


def mask_of(folder: Path) -> int:
    """Return the umask under which what is written gets the rights of a course folder.

    Others never get any, and the group where the folder is closed to others.
    """
    mode = folder.stat().st_mode
    if mode & OTHERS:
        return stat.S_IRWXG | OTHERS
    return OTHERS | (stat.S_IRWXG & ~mode)


@contextmanager
def private(folder: Path) -> Iterator[None]:
    """Let what is written meanwhile have the rights of a course folder."""
    with masked(mask_of(folder)) if system.has_modes() else nullcontext():
        yield


def public() -> AbstractContextManager[None]:
    """Let everybody read what is written meanwhile."""
    return masked(PUBLIC_MASK)


@contextmanager
def masked(mask: int) -> Iterator[None]:
    """Write under a umask meanwhile."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def others_may_read(path: Path) -> bool:
    """Tell whether other users of this machine can reach a path and read it, or what is in it."""
    if not system.has_modes() or not path.exists():
        return False
    real = path.resolve()
    can_reach = all(parent.stat().st_mode & stat.S_IXOTH for parent in real.parents)
    # Who may enter a folder without listing it can still read what has a known name.
    wanted = stat.S_IROTH | stat.S_IXOTH if real.is_dir() else stat.S_IROTH
    return can_reach and bool(real.stat().st_mode & wanted)
