"""Where a notebook runs, and how a package is installed there.

The places are JupyterLab, VS Code, Colab, Pyodide, and a terminal.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Any

from grader.show.display import shell

PIP = '"{python}" -m pip install "{package}"'
MAGIC = '%pip install "{package}"'


@dataclass(frozen=True)
class Place:
    """A place where a notebook runs.

    name: for messages;  run: how a command is run;  command: the one that installs a package
    kernel: how another kernel is chosen
    local: whether the notebook runs in a folder of the student's own
    """

    name: str
    run: str
    command: str
    kernel: str
    local: bool = True

    def install(self, package: str) -> str:
        """Return the sentence that says how a package is installed here."""
        return f"{self.run}: {self.command.format(python=sys.executable, package=package)}"


JUPYTER = Place("Jupyter", "Run this, then Kernel > Restart", PIP, "Kernel > Change Kernel")
TERMINAL = Place("a terminal", "Run this, then try again", PIP, "Kernel > Change Kernel")
CODE = Place(
    "VS Code",
    "Run this in a terminal, then press Restart above the notebook",
    PIP,
    "Select Kernel, at the top right of the notebook",
)
COLAB = Place(
    "Colab",
    "Run this in a cell, then Runtime > Restart session",
    MAGIC,
    "Runtime > Change runtime type",
    local=False,
)
PYODIDE = Place(
    "the browser",
    "Run this in a cell, then run this cell again",
    MAGIC,
    "Kernel > Change Kernel",
    local=False,
)


def here() -> Place:
    """Return where this process runs.

    JupyterLab and Notebook 7 are one place: their menus are the same.
    """
    ipython = shell()
    if sys.platform == "emscripten":
        return PYODIDE
    if "google.colab" in sys.modules or "COLAB_RELEASE_TAG" in os.environ:
        return COLAB
    if not hasattr(ipython, "kernel"):
        return TERMINAL
    return CODE if _in_code(ipython) else JUPYTER


def _in_code(ipython: Any) -> bool:
    """Tell whether VS Code started this kernel.

    VS Code sets a name in the kernel; its environment lacks that of a Jupyter server.
    """
    if "__vsc_ipynb_file__" in ipython.user_ns:
        return True
    return "VSCODE_PID" in os.environ and "JPY_SESSION_NAME" not in os.environ
