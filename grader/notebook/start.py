"""The start check: one line on kernel, versions, folder and widgets.

If something is wrong, the line names it and the one command that mends it.
"""

from __future__ import annotations

import difflib
import importlib.metadata as metadata
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.judge.course import Course
from grader.notebook.check import unknown_name
from grader.show.display import shell
from grader.show.place import JUPYTER, PYODIDE, TERMINAL, Place, here
from grader.show.verdict import PartVerdict, Verdict

PYTHON = (3, 11)
NEEDED = {"numpy": (1, 26), "matplotlib": (3, 8), "ipywidgets": (7, 7)}
NEEDED_BY_JUPYTER = {"ipykernel": (6, 0), "jupyterlab_widgets": (1, 0)}
IN_BROWSER = (
    "Your work is kept in this browser alone: download the notebook to keep it safe or to hand it "
    "in."
)
SHADOWS = (
    "grader",
    "numpy",
    "scipy",
    "matplotlib",
    "ipywidgets",
    "random",
    "math",
    "json",
    "typing",
    "statistics",
    "string",
    "copy",
)


class StartCheck:
    """The start check of one course."""

    def __init__(self, course: Course) -> None:
        self._course = course

    def start_check(self) -> None:
        """Print one line on this kernel, and handle misspelt function names from now on.

        `check` of a name that is not defined then shows a verdict and not a traceback.
        """
        print(self.report())
        ipython = shell()
        if ipython is not None:
            # IPython makes a method of the shell from what it is given, which takes a function.
            def handler(*args: Any, **options: Any) -> None:
                self._name_error(*args, **options)

            ipython.set_custom_exc((NameError,), handler)

    def report(self, folder: Path | None = None) -> str:
        """Return 'Ready: ...', or the first problem with the command that mends it."""
        resolved = (folder or Path.cwd()).resolve()
        problem = next(self.problems(resolved), "")
        if problem:
            return problem
        place = here()
        there = [(name, _version(name)) for name in ("numpy", "ipywidgets")]
        versions = ", ".join(f"{name} {version}" for name, version in there if version)
        course = f"course {_version(self._course.name) or self._course.name}"
        where = f"{resolved.name}/" if place.local else place.name
        ready = f"Ready: Python {_python()}, {versions}, {course}, in {where}"
        return f"{ready}. {IN_BROWSER}" if place == PYODIDE else ready

    def problems(self, folder: Path) -> Iterator[str]:
        """Yield what is wrong with interpreter, packages and folder.

        Each sentence names what was found, what is expected, and what to do.
        """
        place = here()
        if sys.version_info[:2] < PYTHON:
            needs = "the course needs 3.11 or newer"
            advice = f"Choose another kernel: {place.kernel}."
            yield f"This kernel runs Python {_python()}; {needs}. {advice}"
        yield from _problems_of_packages(place)
        for name in SHADOWS:
            if (folder / f"{name}.py").exists():
                hides = f"The file {name}.py in this folder hides the module {name}"
                yield f"{hides}. Rename it, then restart the kernel."
        if place.local:
            yield from self._problems_of_place(folder)
        if not os.access(folder, os.W_OK):
            read_only = f"The folder {folder} is read-only: answers cannot be saved"
            yield f"{read_only}. Copy it to a folder of your own and work there."

    def _problems_of_place(self, folder: Path) -> Iterator[str]:
        """Yield what is wrong with a folder that is to hold a student's work."""
        temporary = Path(tempfile.gettempdir()).resolve()
        if temporary in (folder, *folder.parents):
            yield (
                f"The folder {folder} is for temporary files: what you save in it may be deleted. "
                "Unpack the student kit into a folder of your own, and open the notebook there."
            )
        elif folder == Path.home().resolve() and not self._holds_notebooks(folder):
            yield (
                f"The folder {folder} is your home folder, and no notebook of the course lies in "
                "it. Go to the folder of the student kit, and start there."
            )

    def _holds_notebooks(self, folder: Path) -> bool:
        """Tell whether a notebook lies in a folder, or a folder of one of the course's."""
        if any(folder.glob("*.ipynb")):
            return True
        return any((folder / assignment).is_dir() for assignment in self._course.by_assignment)

    def missing_function(self, name: str, namespace: dict[str, Any]) -> Verdict:
        """Return the verdict on `check(name)` where no function has the name of this exercise.

        namespace: the notebook's names and values
        """
        exercise = self._course.exercises[name]
        others = [other for other, value in namespace.items() if self._is_own(other, value)]
        near = difflib.get_close_matches(name, others, 1, 0.6)
        hint = f" There is {near[0]}: was it renamed?" if near else ""
        keep = f"keep the name {name} in its def line"
        fault = f"is not defined: run the cell above, and {keep}.{hint}"
        parts = tuple(PartVerdict(part.name, part.points, 0.0, "") for part in exercise.parts)
        return Verdict(name, parts, fault)

    def _is_own(self, name: str, value: Any) -> bool:
        """Tell whether this is a function of the notebook's that is not an exercise."""
        if not callable(value) or getattr(value, "__module__", None) != "__main__":
            return False
        return name not in self._course.exercises

    def _name_error(
        self, ipython: Any, etype: Any, value: Any, tb: Any, tb_offset: int | None = None
    ) -> None:
        """Show a NameError: one in `check(name)` as a verdict, any other as usual.

        Both stay errors, so that the cell earns nothing.
        """
        innermost = tb
        while innermost.tb_next is not None:
            innermost = innermost.tb_next
        frame = innermost.tb_frame
        in_cell = frame.f_globals is ipython.user_global_ns and "check" in frame.f_code.co_names
        # %tb and the debugger read these.
        sys.last_type = etype
        sys.last_value = value
        sys.last_traceback = tb
        unknown = unknown_name(value.name, self._course)
        if in_cell and value.name in self._course.exercises:
            lines = [str(self.missing_function(value.name, ipython.user_global_ns))]
        elif in_cell and "Did you mean" in unknown:
            lines = [unknown]
        else:
            lines = ipython.InteractiveTB.structured_traceback(
                etype, value, tb, tb_offset=tb_offset
            )
        ipython._showtraceback(etype, value, lines)


def _problems_of_packages(place: Place) -> Iterator[str]:
    """Yield a sentence for each package that is missing or too old."""
    needed = NEEDED | NEEDED_BY_JUPYTER if place in (JUPYTER, TERMINAL) else NEEDED
    if place == PYODIDE and _version("matplotlib") is None:  # figures come in words there
        needed = {name: least for name, least in needed.items() if name != "matplotlib"}
    for name, least in needed.items():
        version = _version(name)
        expected = ".".join(map(str, least))
        if version is None:
            problem = "is missing"
        elif _numbers(version) < least:
            problem = f"has version {version}, expected {expected} or newer"
        else:
            continue
        yield f"{name} {problem} in this kernel. {place.install(f'{name}>={expected}')}"


def _python() -> str:
    """Return the version of the interpreter: '3.11.2'."""
    return sys.version.split()[0]


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """Return (2, 1) for '2.1.0rc1'."""
    numbers = []
    for part in version.split(".")[:2]:
        digits = "".join(c for c in part if c.isdigit())
        numbers.append(int(digits or 0))
    return tuple(numbers)
