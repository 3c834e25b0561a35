"""What this operating system has of what the instructor's commands use.

Sealed grading needs Linux. Everything else works on Windows and macOS too: what they lack is asked
for here, and by no import or name that they do not have.
"""

from __future__ import annotations

import importlib
import os
import platform
import stat
import sys
from pathlib import Path
from typing import Any

# To open what was handed in: no link is followed, nothing is waited for, no child inherits it.
# Windows has none of these and, of its own, one for bytes as they are.
OPEN_FLAGS = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
    OPEN_FLAGS |= getattr(os, _name, 0)
FOLDER_FLAG = getattr(os, "O_DIRECTORY", 0)
# Whether a file can be opened so that no link is followed on the way to it.
OPENS_SAFELY = hasattr(os, "O_NOFOLLOW") and os.open in os.supports_dir_fd
MOUNT_POINT = 0xA0000003  # Windows' mark of a junction, a folder that is a link
NAMES = {"win32": "Windows", "darwin": "macOS"}
WAYS = {"win32": "in WSL or in a container", "darwin": "in a container or a virtual machine"}


def is_linux() -> bool:
    """Tell whether sealed grading can work at all, and processes may be forked.

    macOS can fork, but its libraries need not survive it.
    """
    return sys.platform == "linux"


def name() -> str:
    """Return what people call this system."""
    return NAMES.get(sys.platform, platform.system())


def what_sealed_grading_needs() -> str:
    """Return a clause that says what is missing where this is not Linux."""
    way = WAYS.get(sys.platform, WAYS["darwin"])
    return f"sealed grading needs Linux, and this is {name()}: run it {way} (docs/grading.md)"


def is_link(state: os.stat_result) -> bool:
    """Tell whether what `lstat` says is of a link, or of what Windows has in its place."""
    return stat.S_ISLNK(state.st_mode) or getattr(state, "st_reparse_tag", 0) == MOUNT_POINT


def has_modes() -> bool:
    """Tell whether files have modes that say who may read them."""
    return sys.platform != "win32"


def user_ids(*others: int) -> tuple[int, ...]:
    """Return the user ids whose temporary files are ours; none where files have no such owner."""
    return (os.geteuid(), *others) if hasattr(os, "geteuid") else ()


def is_running(number: int) -> bool:
    """Tell whether a process with this number runs; False where that cannot be seen."""
    return Path(f"/proc/{number}").exists()


def lock(handle: int) -> bool:
    """Lock an open file for this process until it is closed; tell whether nobody else has it."""
    try:
        _lock(handle)
    except OSError:
        return False
    return True


def _lock(handle: int) -> None:
    """Lock an open file. Raises OSError where somebody else has it."""
    try:
        fcntl: Any = importlib.import_module("fcntl")
    except ImportError:
        windows: Any = importlib.import_module("msvcrt")
        windows.locking(handle, windows.LK_NBLCK, 1)
        return
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
