"""Right answers in many styles: what honest students hand in.

Each file, NOTEBOOK/STUDENT_STYLE.py, holds the cells of one student. A line `# %% EXERCISE` begins
an answer cell and a line `# %%` an extra cell. The docstring describes the style, and SAYS lists
what the checks must report. The lines above the first cell are not handed in: they import what a
notebook has already.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
CELL = re.compile(r"^# %% *(\w*)\n", re.MULTILINE)


@dataclass(frozen=True)
class Style:
    """The cells of one student.

    answers: by exercise.  extra: other cells.  says: what the checks must report on the answers.
    """

    student: str
    about: str
    answers: dict[str, str]
    extra: tuple[str, ...]
    says: tuple[str, ...]


def styles(notebook: str) -> list[Style]:
    """Return the styles of a notebook (affine, convolution, ...), sorted by student."""
    return [_read(path) for path in sorted((FOLDER / notebook).glob("*.py"))]


def _read(path: Path) -> Style:
    text = path.read_text(encoding="utf-8")
    head, *cells = CELL.split(text)
    names = cells[::2]
    sources = [source.strip() for source in cells[1::2]]
    answers = {name: source for name, source in zip(names, sources, strict=True) if name}
    extra = tuple(source for name, source in zip(names, sources, strict=True) if not name)
    about = (ast.get_docstring(ast.parse(head)) or "").rstrip(".")
    return Style(path.stem.split("_")[0], about, answers, extra, _says(head))


def _says(head: str) -> tuple[str, ...]:
    for node in ast.parse(head).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SAYS":
            return tuple(ast.literal_eval(node.value))
    return ()
