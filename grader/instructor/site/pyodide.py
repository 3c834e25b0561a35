"""Python for the browser: the pinned Pyodide, and the packages that a page or a kernel loads.

Pyodide and the lab's kernel are one pair: VERSION below, and jupyterlite-pyodide-kernel in the
extra `site`. Pyodide itself lies in the site's folder. Its own packages, numpy and matplotlib
among them, come from its documented address; offline from the folder, where numpy is another
build and matplotlib is not there at all: npm and PyPI have no build of it for this Pyodide.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from pyodide_lock import PyodideLockSpec
from pyodide_lock.spec import PackageSpec
from pyodide_lock.utils import add_wheels_to_spec

from grader.instructor.courses import CourseError
from grader.instructor.kit.wheels import REPOSITORY
from grader.instructor.site.packages import Wheels

VERSION = "0.27.7"
ADDRESS = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
CORE = (
    "pyodide.js",
    "pyodide.asm.js",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
)
LOCK = "pyodide-lock.json"  # what there is for an import, and where it lies
MODULES = REPOSITORY / "node_modules"

# What `import grader` loads along: in a page of the book; in the lab figures and widgets too
BOOK_NEEDS = ("numpy", "jinja2")
LAB_NEEDS = (*BOOK_NEEDS, "matplotlib", "ipywidgets", "anywidget")


def distribution(folder: Path, wheel: Path, offline: bool) -> None:
    """Write Pyodide and the course's wheels into a folder, with a lock for the lab and the book.

    wheel: the students';  offline: whether every package is to come from the folder

    Raises CourseError.
    """
    source = MODULES / "pyodide"
    if not (source / LOCK).is_file():
        raise CourseError("Pyodide is missing. Run `npm ci` in the clone, or `make site`.")
    folder.mkdir(parents=True, exist_ok=True)
    for name in CORE:
        shutil.copyfile(source / name, folder / name)
    theirs = PyodideLockSpec.from_json(source / LOCK)
    if theirs.info.version != VERSION:
        raise CourseError(f"This is Pyodide {theirs.info.version}, expected {VERSION}: run npm ci.")
    wheels = Wheels(folder, {name: spec.version for name, spec in theirs.packages.items()})
    ours = [Path(shutil.copy(wheel, folder)), *wheels.beside()]
    if offline:
        ours += wheels.offline(MODULES)
    base = PyodideLockSpec(info=theirs.info, packages={} if offline else _addressed(theirs))
    lock = add_wheels_to_spec(base, ours, folder)
    _write(folder / LOCK, lock, LAB_NEEDS)
    _write(folder / f"book-{LOCK}", lock, BOOK_NEEDS)


def _addressed(theirs: PyodideLockSpec) -> dict[str, PackageSpec]:
    """Return Pyodide's own packages, each with its whole address."""
    return {
        name: spec.model_copy(update={"file_name": ADDRESS + spec.file_name})
        for name, spec in theirs.packages.items()
    }


def _write(path: Path, lock: PyodideLockSpec, needs: tuple[str, ...]) -> None:
    """Write a lock in which the course needs these packages, as far as there are any."""
    copy = lock.model_copy(deep=True)
    copy.packages["cnn-gradients"].depends = [name for name in needs if name in copy.packages]
    copy.to_json(path)
