"""Files that are new, moved or temporary, and whether there is room for them."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from grader.instructor import system
from grader.notebook.whole_file import write_atomically

PREFIX = "cnn-gradients-"
DAY = 24 * 3600
NOBODY = 65534  # whose files they are when the superuser grades without bubblewrap
ROOM_ADVICE = "Make room there, or name another folder by TMPDIR, and run the command again."
TRIED = 1 << 16  # bytes that are written to see whether there is room

FULL = (errno.ENOSPC, errno.EDQUOT)
# Why one place cannot be written while others can: unlike a full disk.
UNWRITABLE = (PermissionError, NotADirectoryError, IsADirectoryError, FileExistsError)


def write_once(path: Path, content: bytes, mode: int) -> None:
    """Write a new file as a whole; where another process has written it meanwhile, that one stays.

    Raises OSError.
    """
    new = path.with_name(f"{path.name}.{os.getpid()}")
    write_atomically(new, content, mode)
    try:
        os.link(new, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def move(path: Path, to: Path) -> None:
    """Let a file take the place of another one. Raises OSError."""
    to.parent.mkdir(parents=True, exist_ok=True)
    os.replace(path, to)


def temporary_folder() -> Path:
    """Make a temporary folder with this process's number in its name; return its path.

    Folders of killed processes, of an earlier day, are removed.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        with suppress(OSError):
            if _is_left_over(folder):
                remove(folder)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))


def lack_of_room(needed: int) -> str:
    """Return why so many bytes of temporary files cannot be written, in a sentence, or ""."""
    try:
        folder = tempfile.gettempdir()
        free = shutil.disk_usage(folder).free
        with tempfile.TemporaryFile() as file:  # a quota does not show in what is free
            file.write(bytes(min(needed, TRIED)))
    except FileNotFoundError as error:  # gettempdir has tried all the usual folders
        return f"There is no room for temporary files: {error.strerror}. {ROOM_ADVICE}"
    except OSError as error:
        return f"There is no room for temporary files in {folder}: {error.strerror}. {ROOM_ADVICE}"
    if free >= needed:
        return ""
    return (
        f"There is no room for temporary files: {folder} has {free / 2**20:.1f} MiB left, and "
        f"{needed / 2**20:.0f} MiB are needed. {ROOM_ADVICE}"
    )


def _is_left_over(folder: Path) -> bool:
    """Tell whether a temporary folder is ours, of an ended process, and old. Raises OSError."""
    state = folder.lstat()
    owners = system.user_ids(NOBODY)
    is_ours = stat.S_ISDIR(state.st_mode) and (not owners or state.st_uid in owners)
    number = folder.name.removeprefix(PREFIX).split("-")[0]
    has_ended = number.isdigit() and not system.is_running(int(number))
    return is_ours and has_ended and time.time() - state.st_mtime > DAY


def remove(folder: Path) -> None:
    """Remove a folder.

    A student's code may have made folders in it unreadable, or nested without end.
    """
    if not system.is_linux():  # other systems have no such rm
        _make_writable(folder)  # Windows would keep what is read-only
        shutil.rmtree(folder, ignore_errors=True)
        return
    for command in (["/bin/chmod", "-R", "u+rwX"], ["/bin/rm", "-rf", "--one-file-system"]):
        subprocess.run([*command, "--", str(folder)], check=False, capture_output=True)


def _make_writable(folder: Path) -> None:
    """Let everything in a folder be removed."""
    for where, folders, names in os.walk(folder):
        for path in (Path(where, name) for name in (*folders, *names)):
            with suppress(OSError):
                if not system.is_link(path.lstat()):
                    path.chmod(stat.S_IRWXU)


def digest(content: bytes) -> str:
    """Return the SHA-256 digest of some bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
