"""Files written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

PREFIX = "cnn-gradients-"
DAY = 24 * 3600
NOBODY = 65534  # whose files they are when the superuser grades without bubblewrap


def write_atomically(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """Write to a temporary file beside path and rename it, so that no half-written file is ever seen."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def temporary_folder() -> Path:
    """Make a temporary folder with this process's number in its name; remove a killed process's of an earlier day."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        number = folder.name.removeprefix(PREFIX).split("-")[0]
        with suppress(OSError):
            state = folder.lstat()
            ours = stat.S_ISDIR(state.st_mode) and state.st_uid in (os.geteuid(), NOBODY)
            if ours and not Path(f"/proc/{number}").exists() and time.time() - state.st_mtime > DAY:
                remove(folder)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))


def remove(folder: Path) -> None:
    """Remove a folder, also what a student's code has made unreadable in it, or nested without end."""
    for command in (["/bin/chmod", "-R", "u+rwX"], ["/bin/rm", "-rf", "--one-file-system"]):
        subprocess.run([*command, "--", str(folder)], check=False, capture_output=True)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
