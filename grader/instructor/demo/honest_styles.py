"""Right answers in many styles: what honest students hand in.

Each file styles/NOTEBOOK/STUDENT_STYLE.py of a course's references holds the cells of one student.
A line `# %% EXERCISE` begins an answer cell and a line `# %%` an extra cell. The docstring
describes the style, and MESSAGES lists what the checks must report. The lines above the first cell
are not handed in: they import what a notebook has already.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from grader.instructor.courses import references_of
from grader.judge.course import Notebook

CELL = re.compile(r"^# %% *(\w*)\n", re.MULTILINE)


@dataclass(frozen=True)
class Style:
    """The cells of one student.

    answers: by exercise.  extra: other cells.  messages: what the checks must report on the
    answers.
    """

    student: str
    about: str
    answers: dict[str, str]
    extra: tuple[str, ...]
    message: tuple[str, ...]


def styles(notebook: Notebook) -> list[Style]:
    """Return the styles of a notebook, sorted by student."""
    folder = references_of(notebook.course) / "styles" / notebook.stem
    return [_read(path) for path in sorted(folder.glob("*.py"))]


def _read(path: Path) -> Style:
    text = path.read_text(encoding="utf-8")
    head, *cells = CELL.split(text)
    names = cells[::2]
    sources = [source.strip() for source in cells[1::2]]
    answers = {name: source for name, source in zip(names, sources, strict=True) if name}
    extra = tuple(source for name, source in zip(names, sources, strict=True) if not name)
    about = (ast.get_docstring(ast.parse(head)) or "").rstrip(".")
    return Style(path.stem.split("_")[0], about, answers, extra, _messages(head))


def _messages(head: str) -> tuple[str, ...]:
    for node in ast.parse(head).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "MESSAGES":
            return tuple(ast.literal_eval(node.value))
    return ()
