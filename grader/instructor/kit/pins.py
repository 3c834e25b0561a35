"""The kit's pins: those of constraints.txt that its packages need.

constraints.txt is made by a universal resolver (`make pins`), which notes below each package what it is needed by.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

from grader.instructor.classroom import REPOSITORY, CourseError

KIT = ("jupyterlab",)  # what the kit installs beside the course; start.py has the same name
NAME = re.compile(r"[A-Za-z0-9._-]+")


def constraints(wheel: str, also: tuple[str, ...] = ()) -> str:
    """Return the kit's constraints.txt, which names its wheel, and packages beside those of the kit. Raises CourseError."""
    needed = _needed((*_notebook(), *KIT, *also))
    lines = [f"# wheel: {wheel}", *(f"# also: {name}" for name in also)]
    lines += [pin for name, pin, _ in _pins() if name in needed]
    return "\n".join(lines) + "\n"


def _notebook() -> list[str]:
    """Return what the core and the extra `notebook` need."""
    project = tomllib.loads(_text("pyproject.toml"))["project"]
    return [
        _normal(name)
        for name in (*project["dependencies"], *project["optional-dependencies"]["notebook"])
    ]


def _needed(roots: tuple[str, ...]) -> set[str]:
    """Return the names of these packages and of all that they need."""
    pins, needed = list(_pins()), set(roots)
    missing = needed - {name for name, _, _ in pins}
    if missing:
        raise CourseError(
            f"constraints.txt has no pin of {', '.join(sorted(missing))}. Make it anew: make pins"
        )
    while more := {name for name, _, users in pins if users & needed} - needed:
        needed |= more
    return needed


def _pins() -> Iterator[tuple[str, str, set[str]]]:
    """Yield (name, line, names of the packages that need it) for every pin of constraints.txt."""
    for block in re.split(r"\n(?=[^ #])", _text("constraints.txt")):
        pin, _, notes = block.partition("\n")
        if not pin.startswith("#"):
            users = (line.strip(" #").removeprefix("via ") for line in notes.splitlines())
            yield _normal(pin), pin, {_normal(user) for user in users if user}


def _normal(text: str) -> str:
    """Return the name that a requirement begins with, as the package index spells it."""
    found = NAME.match(text)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""


def _text(name: str) -> str:
    path = REPOSITORY / name
    if not path.is_file():
        raise CourseError(
            f"{path} is missing: a kit is made in a clone of the course's repository."
        )
    return path.read_text(encoding="utf-8")
