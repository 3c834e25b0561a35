"""Where a notebook runs, and how a package is installed there: JupyterLab, VS Code, Colab, Pyodide, or a terminal."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Any

PIP = '"{python}" -m pip install "{package}"'
MAGIC = '%pip install "{package}"'


@dataclass(frozen=True)
class Place:
    """A place where a notebook runs.

    name: as a message says it;  run: how a command is run;  command: which one;  kernel: how another kernel is chosen
    local: the folder in which it runs is one of the student's own
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
    """Return where this process runs. JupyterLab and Notebook 7 are told apart by nobody: their menus are the same."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if sys.platform == "emscripten":
        return PYODIDE
    if "google.colab" in sys.modules or "COLAB_RELEASE_TAG" in os.environ:
        return COLAB
    if not hasattr(shell, "kernel"):
        return TERMINAL
    return CODE if _in_code(shell) else JUPYTER


def _in_code(shell: Any) -> bool:
    """Tell whether VS Code started this kernel: by the name that it sets there, or its environment without a Jupyter server's."""
    if "__vsc_ipynb_file__" in shell.user_ns:
        return True
    return "VSCODE_PID" in os.environ and "JPY_SESSION_NAME" not in os.environ
