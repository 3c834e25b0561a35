"""What plain.py, one folder up, starts: a worker that is a process of its own, and is not sealed.

    python -I plain.py [MODULE ...]

The modules are loaded first, and not in the time of a cell.
Over standard input come a setup, as for a zygote, and then the requests of one submission; replies
go to standard output. What the student's code prints goes to standard error.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

# An isolated Python does not look for modules beside the script.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

if TYPE_CHECKING:
    from grader.instructor.sandbox.messages import Setup
    from grader.instructor.sandbox.worker import worker
else:
    import worker


def own_pipes() -> tuple[int, int]:
    """Take standard input and output for requests and replies; return their new numbers.

    A student's code finds nothing to read, and prints where it cannot be taken for a reply.
    """
    read, write = os.dup(0), os.dup(1)
    with suppress(ImportError):  # on Windows, where bytes would else be taken for lines of text
        windows: Any = importlib.import_module("msvcrt")
        for handle in (read, write):
            windows.setmode(handle, getattr(os, "O_BINARY", 0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return read, write


def line(handle: int) -> bytes:
    """Return the first line of a pipe, and read nothing behind it."""
    letters = bytearray()
    while not letters.endswith(b"\n"):
        letter = os.read(handle, 1)
        if not letter:
            os._exit(0)
        letters += letter
    return bytes(letters)


def main() -> NoReturn:
    """Take the setup, and serve one submission."""
    read, write = own_pipes()
    setup: Setup = json.loads(line(read))
    folder = setup["folder"]
    os.environ |= {"HOME": folder, "TMPDIR": folder, "MPLCONFIGDIR": folder}
    worker.load(sys.argv[1:])
    worker.prepare(setup)
    tempfile.tempdir = folder
    sys.path.append(folder)  # last: a file of the student's is found, and shadows nothing
    worker.serve(read, write)


if __name__ == "__main__":
    main()
