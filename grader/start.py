"""The start check: one line on kernel, versions, folder and widgets, with the one command that mends what is wrong."""

from __future__ import annotations

import difflib
import importlib.metadata as metadata
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.checking import unknown_name
from grader.exercises import EXERCISES
from grader.verdict import PartVerdict, Verdict

PYTHON = (3, 11)
NEEDED = {
    "numpy": (2, 0),
    "matplotlib": (3, 8),
    "ipykernel": (6, 0),
    "ipywidgets": (8, 0),
    "jupyterlab_widgets": (3, 0),
    "anywidget": (0, 9),
}
SHADOWS = ("grader", "numpy", "matplotlib", "ipywidgets", "random", "math", "json", "typing", "statistics", "string", "copy")


def start_check() -> None:
    """Print one line on this kernel, and let a misspelt function name be told by a verdict instead of a traceback."""
    print(report())
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None:
        shell.set_custom_exc((NameError,), _name_error)


def report(folder: Path | None = None) -> str:
    """Return 'Ready: ...', or the first problem with the command that mends it."""
    problem = next(problems(folder or Path.cwd()), "")
    if problem:
        return problem
    versions = ", ".join(f"{name} {_version(name)}" for name in ("numpy", "ipywidgets"))
    return f"Ready: Python {sys.version.split()[0]}, {versions}, course {_version('cnn-gradients')}, in {Path.cwd().name}/"


def problems(folder: Path) -> Iterator[str]:
    """Yield what is wrong with interpreter, packages and folder: what was found, what is expected, what to do."""
    here = sys.executable
    if sys.version_info[:2] < PYTHON:
        yield (
            f"This kernel runs Python {sys.version.split()[0]}; the course needs 3.11 or newer. "
            "Choose another kernel: Kernel > Change Kernel."
        )
    for name, least in NEEDED.items():
        found, wanted = _version(name), ".".join(map(str, least))
        if found is None or _numbers(found) < least:
            was = "is missing" if found is None else f"has version {found}, expected {wanted} or newer"
            yield f'{name} {was} in this kernel. Run this, then Kernel > Restart: "{here}" -m pip install "{name}>={wanted}"'
    for name in SHADOWS:
        if (folder / f"{name}.py").exists():
            yield f"The file {name}.py in this folder hides the module {name}. Rename it, then Kernel > Restart."
    if not os.access(folder, os.W_OK):
        yield f"The folder {folder} is read-only: answers cannot be saved. Copy it to a folder of your own and work there."


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """Return (2, 1) for '2.1.0rc1'."""
    parts = ["".join(c for c in part if c.isdigit()) for part in version.split(".")[:2]]
    return tuple(int(part or 0) for part in parts)


def missing_function(name: str, scope: dict[str, Any]) -> Verdict:
    """Return the verdict on `check(name)` where no function has that name."""
    exercise = EXERCISES[name]
    others = [
        other
        for other, value in scope.items()
        if callable(value) and getattr(value, "__module__", None) == "__main__" and other not in EXERCISES
    ]
    near = difflib.get_close_matches(name, others, 1, 0.6)
    hint = f" There is {near[0]}: was it renamed?" if near else ""
    fault = f"is not defined: run the cell above, and keep the name {name} in its def line.{hint}"
    return Verdict(name, tuple(PartVerdict(p.name, p.points, 0.0, "") for p in exercise.parts), fault)


def _name_error(shell: Any, etype: Any, value: Any, tb: Any, tb_offset: int | None = None) -> None:
    """Show a NameError: for `check(name)` as a verdict (still an error, so that it earns nothing), else as usual."""
    frames: list[Any] = []
    while tb is not None:
        frames, tb = [*frames, tb], tb.tb_next
    in_cell = frames[-1].tb_frame.f_globals is shell.user_global_ns and "check" in frames[-1].tb_frame.f_code.co_names
    sys.last_type, sys.last_value, sys.last_traceback = etype, value, frames[0]  # for %tb and the debugger
    if in_cell and value.name in EXERCISES:
        lines = [str(missing_function(value.name, shell.user_global_ns))]
    elif in_cell and "Did you mean" in unknown_name(value.name):
        lines = [unknown_name(value.name)]
    else:
        lines = shell.InteractiveTB.structured_traceback(etype, value, frames[0], tb_offset=tb_offset)
    shell._showtraceback(etype, value, lines)
