"""A file that is written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, content: str | bytes, mode: int | None = None) -> None:
    """Write a file so that no half-written one is ever seen. Raises OSError.

    A temporary file beside the path is written and renamed. mode: by default that of any new file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, mode_of_new_files() if mode is None else mode)
        os.replace(name, path)
    except BaseException as error:
        os.unlink(name)
        if isinstance(error, OSError) and error.errno:
            # Of a full disk the system does not say which file it is.
            error.filename = error.filename or str(path)
        raise


def mode_of_new_files() -> int:
    """Return the mode that a new file gets, which follows this process's umask."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
