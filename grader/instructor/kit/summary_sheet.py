"""The summary sheet of a course as a page to print, filled or blank."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from grader.export.mathml import mathml
from grader.instructor.courses import CourseError
from grader.judge.course import Course
from grader.show.render import environment_of

CONTENTS = Path(__file__).with_name("contents")
PIECE = re.compile(r"\$([^$]+)\$|`([^`]+)`")
PRINTED = 2  # cells of a layer's row that a blank sheet has as well


@dataclass(frozen=True)
class Piece:
    """A piece of a cell: words, code, or an equation as MathML."""

    kind: str
    text: str


def summary_sheet(course: Course, filled: bool) -> str:
    """Return the page. Raises CourseError for a course that has no summary.

    filled: whether it holds the answers. A blank page does not hold them in any form.
    """
    content = _content_of(course)

    def answer(text: str | None) -> list[Piece] | None:
        """Return an answer in pieces, none on a blank page; None where nothing is to fill in."""
        if text is None:
            return None
        return list(_pieces(text)) if filled else []

    layers = [
        ([list(_pieces(cell)) for cell in row[:PRINTED]], [answer(cell) for cell in row[PRINTED:]])
        for row in content.LAYERS
    ]
    head, *rows = content.TABLE
    table = [(name, [answer(cell) for cell in cells]) for name, *cells in rows]
    rules = [(question, answer(text)) for question, text in content.RULES]
    page = environment_of(CONTENTS).get_template("summary.html.j2")
    return page.render(
        title=content.TITLE,
        reading=list(_pieces(content.READING)),
        columns=content.COLUMNS,
        layers=layers,
        head=head,
        table=table,
        rules=rules,
    )


def _content_of(course: Course) -> ModuleType:
    """Return the module with the summary of a course. Raises CourseError where it has none."""
    name = f"{course.references}.summary"
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise CourseError(
            f"{course.name} has no summary sheet: there is no module {name}."
        ) from None


def _pieces(text: str) -> Iterator[Piece]:
    """Yield a text in pieces: equations stand between dollar signs, code between backticks."""
    end = 0
    for match in PIECE.finditer(text):
        yield Piece("words", text[end : match.start()])
        latex, code = match.groups()
        yield Piece("code", code) if code else Piece("equation", mathml(latex))
        end = match.end()
    yield Piece("words", text[end:])
