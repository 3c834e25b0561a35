"""The start check: one line on kernel, versions, folder and widgets, with the one command that mends what is wrong there."""

from __future__ import annotations

import difflib
import importlib.metadata as metadata
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.exercises import EXERCISES, NOTEBOOKS
from grader.notebook.check import unknown_name
from grader.show.place import JUPYTER, TERMINAL, here
from grader.show.verdict import PartVerdict, Verdict

PYTHON = (3, 11)
NEEDED = {"numpy": (1, 26), "matplotlib": (3, 8), "ipywidgets": (7, 7)}
NEEDED_BY_JUPYTER = {"ipykernel": (6, 0), "jupyterlab_widgets": (1, 0)}
STEPS = "anywidget"  # without it every widget is a still picture
SHADOWS = ("grader", "numpy", "matplotlib", "ipywidgets", "random", "math", "json", "typing", "statistics", "string", "copy")


def start_check() -> None:
    """Print one line on this kernel, and let a misspelt function name be told by a verdict instead of a traceback."""
    print(report())
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None:
        shell.set_custom_exc((NameError,), _name_error)


def report(folder: Path | None = None) -> str:
    """Return 'Ready: ...', or the first problem with what mends it."""
    folder = (folder or Path.cwd()).resolve()
    problem = next(problems(folder), "")
    if problem:
        return problem
    versions = ", ".join(f"{name} {_version(name)}" for name in ("numpy", "ipywidgets"))
    place = here()
    where = f"{folder.name}/" if place.local else place.name
    ready = f"Ready: Python {sys.version.split()[0]}, {versions}, course {_version('cnn-gradients')}, in {where}"
    if _version(STEPS) is None:
        ready += f". Widgets are still pictures, since {STEPS} is missing. {place.install(STEPS)}"
    return ready


def problems(folder: Path) -> Iterator[str]:
    """Yield what is wrong with interpreter, packages and folder: what was found, what is expected, what to do."""
    place = here()
    if sys.version_info[:2] < PYTHON:
        yield (
            f"This kernel runs Python {sys.version.split()[0]}; the course needs 3.11 or newer. "
            f"Choose another kernel: {place.kernel}."
        )
    needed = NEEDED | NEEDED_BY_JUPYTER if place in (JUPYTER, TERMINAL) else NEEDED
    for name, least in needed.items():
        found, wanted = _version(name), ".".join(map(str, least))
        if found is None or _numbers(found) < least:
            was = "is missing" if found is None else f"has version {found}, expected {wanted} or newer"
            yield f"{name} {was} in this kernel. {place.install(f'{name}>={wanted}')}"
    for name in SHADOWS:
        if (folder / f"{name}.py").exists():
            yield f"The file {name}.py in this folder hides the module {name}. Rename it, then restart the kernel."
    if place.local:
        yield from _problems_of_place(folder)
    if not os.access(folder, os.W_OK):
        yield f"The folder {folder} is read-only: answers cannot be saved. Copy it to a folder of your own and work there."


def _problems_of_place(folder: Path) -> Iterator[str]:
    """Yield what is wrong with a folder that is to hold a student's work."""
    temporary = Path(tempfile.gettempdir()).resolve()
    if temporary in (folder, *folder.parents):
        yield (
            f"The folder {folder} is for temporary files: what you save in it may be deleted. Unpack the student kit "
            "into a folder of your own, and open the notebook there."
        )
    elif folder == Path.home().resolve() and not _holds_notebooks(folder):
        yield (
            f"The folder {folder} is your home folder, and no notebook of the course lies in it. Go to the folder of "
            "the student kit, and start there."
        )


def _holds_notebooks(folder: Path) -> bool:
    return any(folder.glob("*.ipynb")) or any((folder / assignment).is_dir() for assignment in NOTEBOOKS)


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
