"""The kit's pins: those of constraints.txt that its packages need, and those of grading.

constraints.txt is made by a universal resolver (`make pins`), which notes below each package what
it is needed by.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from grader.instructor.courses import CourseError
from grader.instructor.kit.wheels import REPOSITORY
from grader.notebook.packages import GRADING

KIT = ("jupyterlab",)  # what the kit installs beside the course; start.py has the same name
NAME = re.compile(r"[A-Za-z0-9._-]+")


def constraints(wheel: str, also: tuple[str, ...] = ()) -> str:
    """Return the text of the kit's constraints.txt, which names its wheel.

    also: packages beside those of the kit. Raises CourseError.
    """
    needed = _needed((*_notebook(), *KIT, *GRADING, *also))
    lines = [f"# wheel: {wheel}", *(f"# also: {name}" for name in also)]
    lines += [pin.line for pin in _pins() if pin.name in needed]
    return "\n".join(lines) + "\n"


def all_pins() -> str:
    """Return the pins of a machine that grades: all of constraints.txt. Raises CourseError."""
    return _text("constraints.txt")


def version_of(name: str) -> str:
    """Return the version in which constraints.txt pins a package. Raises CourseError."""
    for pin in _pins():
        if pin.name == name:
            return pin.line.partition("==")[2].partition(" ")[0]
    raise CourseError(f"constraints.txt has no pin of {name}. Make it anew: make pins")


def _notebook() -> list[str]:
    """Return what the core and the extra `notebook` need."""
    project = tomllib.loads(_text("pyproject.toml"))["project"]
    extra = project["optional-dependencies"]["notebook"]
    return [_normal(name) for name in (*project["dependencies"], *extra)]


def _needed(roots: tuple[str, ...]) -> set[str]:
    """Return the names of these packages and of all that they need. Raises CourseError."""
    pins = list(_pins())
    needed = set(roots)
    missing = needed.difference(pin.name for pin in pins)
    if missing:
        names = ", ".join(sorted(missing))
        raise CourseError(f"constraints.txt has no pin of {names}. Make it anew: make pins")
    while more := {pin.name for pin in pins if pin.users & needed} - needed:
        needed |= more
    return needed


@dataclass(frozen=True)
class Pin:
    """A pin of constraints.txt: a package, its line, and the packages that need it."""

    name: str
    line: str
    users: frozenset[str]


def _pins() -> Iterator[Pin]:
    """Yield every pin of constraints.txt."""
    for block in re.split(r"\n(?=[^ #])", _text("constraints.txt")):
        line, _, notes = block.partition("\n")
        if not line.startswith("#"):
            users = [note.strip(" #").removeprefix("via ") for note in notes.splitlines()]
            yield Pin(_normal(line), line, frozenset(map(_normal, filter(None, users))))


def _normal(text: str) -> str:
    """Return the name that a requirement begins with, as the package index spells it."""
    name = NAME.match(text)
    if name is None:
        return ""
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def _text(name: str) -> str:
    """Return the text of a file of the clone. Raises CourseError."""
    path = REPOSITORY / name
    if not path.is_file():
        raise CourseError(
            f"{path} is missing: a kit is made in a clone of the course's repository."
        )
    return path.read_text(encoding="utf-8")
