"""The id that a student types into a notebook once, and which draw by hand follows from it."""

from __future__ import annotations

import ast
import hashlib
import re
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

from grader.judge.exercise import Exercise

NAME = "student_id"
MISSING = (
    f'type your student id between the quotation marks of {NAME} = "", in a cell near the top of '
    "the notebook, and run that cell: your numbers follow from it"
)
SOURCE_LIMIT = 20_000  # letters of a cell in which an id is looked for
MAGIC = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)  # a line that Python does not read


def plain_id(value: Any) -> str:
    """Return an id as it counts, "" for what is no text: in Unicode's form NFC, without spaces at
    its ends, and without capitals.
    """
    if type(value) is not str:
        return ""
    folded = unicodedata.normalize("NFC", value).strip().casefold()
    return unicodedata.normalize("NFC", folded)


def draw_of(student_id: str, count: int) -> int:
    """Return which of so many draws an id gets, counted from 0.

    It is the SHA-256 digest of the plain id, as a number, modulo the count: the same on every
    machine and in every year, and spread evenly over the draws.
    """
    content = plain_id(student_id).encode("utf-8", "backslashreplace")
    return int.from_bytes(hashlib.sha256(content).digest(), "big") % count


def drawn_for(exercise: Exercise, student_id: Any) -> Exercise | None:
    """Return an exercise with the one draw of an id, any other exercise as it is.

    None stands for an exercise by hand without an id.
    """
    if not exercise.by_hand:
        return exercise
    if not plain_id(student_id):
        return None
    return exercise.drawn(draw_of(student_id, len(exercise.visible)))


def typed_id(sources: Iterable[str]) -> str:
    """Return the last id that cells assign at their top level as a literal, "" for none.

    Nothing runs: what a program computes is no id.
    """
    ids = [typed for source in sources for typed in _ids_in(source)]
    return ids[-1] if ids else ""


def _ids_in(source: str) -> Iterator[str]:
    """Yield the ids that a cell assigns; none of a cell whose magic hands it to another program."""
    if NAME not in source or len(source) > SOURCE_LIMIT or source.lstrip().startswith("%%"):
        return
    for statement in _statements(source) or _statements(MAGIC.sub("", source)):
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        is_id = any(isinstance(each, ast.Name) and each.id == NAME for each in targets)
        value = getattr(statement, "value", None)
        if is_id and isinstance(value, ast.Constant) and type(value.value) is str:
            yield value.value


def _statements(source: str) -> list[ast.stmt]:
    """Return the statements of a cell, none where Python cannot read it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in a student's strings
            return ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
