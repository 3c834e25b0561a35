"""The text of an answer as people are shown it: what was graded, with its helpers.

It is the answer cell, unless another cell of the student's defines the function, or what it uses.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from grader.instructor.author.notebook import load, source
from grader.instructor.courses import source_notebook
from grader.instructor.sealed.cell_fault import DEFINED
from grader.instructor.sealed.magics import CUT, SOURCE_LIMIT, plain_python
from grader.judge.course import Notebook
from grader.notebook.intake import UNWRITTEN, Cell, ParsedNotebook

ALIASES = frozenset(("np", "numpy"))  # everybody's: the cell that imports them is no helper
# What they define is there after them.
BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.TryStar, ast.Match)


HELPERS_LIMIT = 40  # cells and modules of one answer
TEXT_LIMIT = 100_000  # letters of helpers; an answer cell itself is whole


@dataclass(frozen=True)
class Names:
    """The names that a cell defines, those that it reads, and those whose values it may change."""

    defined: frozenset[str]
    read: frozenset[str]
    changed: frozenset[str] = frozenset()


class Uses:
    """The names in each of the student's cells, and where each is defined and changed."""

    def __init__(self, own: Mapping[int, Cell]) -> None:
        self.names = {number: _names(own[number].source) for number in sorted(own)}
        self._defined: dict[str, list[int]] = {}
        self._changed: dict[str, list[int]] = {}
        for number, names in self.names.items():
            for name in names.defined:
                self._defined.setdefault(name, []).append(number)
            for name in names.changed:
                self._changed.setdefault(name, []).append(number)

    def definition(self, name: str, end: int) -> int | None:
        """Return the number of the last cell before an end that defines a name."""
        return max(_last(self._defined.get(name, []), end, 1), default=None)

    def helpers(self, number: int, end: int) -> set[int]:
        """Return the cells that define what a cell reads, or change it; of these the last ones."""
        names = self.names[number]
        helpers = {self.definition(name, end) for name in names.read - names.defined - ALIASES}
        for name in names.read:
            helpers.update(_last(self._changed.get(name, []), end, HELPERS_LIMIT))
        return {helper for helper in helpers if helper is not None}


def _last(numbers: list[int], end: int, limit: int) -> list[int]:
    """Return the last of some ascending numbers that come before an end."""
    count = bisect_left(numbers, end)
    return numbers[max(0, count - limit) : count]


def answer_texts(
    submitted: ParsedNotebook,
    notebook: Notebook,
    earned: Collection[str] = (),
    beside: Mapping[str, bytes] | None = None,
) -> dict[str, str]:
    """Return the text of each answer, by exercise.

    earned: the exercises that have points: a stub alone cannot be what was graded there; beside:
    the files that lie beside the notebook, by name.
    """
    own = {
        number: cell
        for number, cell in enumerate(submitted.cells)
        if not cell.tests and cell.source.strip() not in _released_sources(notebook)
    }
    uses = Uses(own)
    texts = {}
    for name in notebook.by_name:
        numbers = sorted(_cells_of(name, own, uses, _end(name, submitted), name in earned))
        cells = {number: own[number] for number in numbers}
        text = "\n\n".join([_text(name, cells), *_modules(cells, beside or {})])
        if text:
            texts[name] = text
    return texts


def _modules(cells: Mapping[int, Cell], beside: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the texts of the student's own modules that cells import."""
    left = TEXT_LIMIT
    for file, content in beside.items():
        module = file.removesuffix(".py").partition("/")[0]
        # No \s, which goes on over empty lines, from each of them once more.
        pattern = rf"^[ \t]*(?:from|import)\b.*\b{re.escape(module)}\b"
        sources = [cell.source for cell in cells.values()]
        if file.endswith(".py") and any(re.search(pattern, one, re.MULTILINE) for one in sources):
            text = content[:left].decode("utf-8", "replace").rstrip()
            yield f"# {file}:\n{text}{CUT if len(content) > left else ''}"
            left = max(0, left - len(content))


@cache
def _released_sources(notebook: Notebook) -> frozenset[str]:
    """Return the sources of the cells that students get and do not write."""
    cells = load(source_notebook(notebook))["cells"]
    return frozenset(
        source(cell).strip()
        for cell in cells
        if cell["cell_type"] == "code"
        and not cell["metadata"].get("nbgrader", {}).get("solution", False)
    )


def _end(name: str, submitted: ParsedNotebook) -> int:
    """Return the number of the cell in which an exercise is asked: what comes later is too late."""
    for number, cell in enumerate(submitted.cells):
        if cell.tests == name:
            return number
    return len(submitted.cells)


def _cells_of(
    name: str,
    own: Mapping[int, Cell],
    uses: Uses,
    end: int,
    is_earned: bool,
) -> set[int]:
    """Return the numbers of the cells that an answer is made of.

    own: the student's cells; uses: the names in each of them; end: see _end; is_earned: whether it
    has points.
    """
    answer_cells = {number for number, cell in own.items() if cell.grade_id == name}
    written = {number for number in answer_cells if not UNWRITTEN.search(own[number].source)}
    places = [uses.definition(name, before) for before in (end, max(own, default=0) + 1)]
    place = next((each for each in places if each is not None), None)
    candidates = {number for number, cell in own.items() if cell.grade_id in ("", name)}
    if not written and (place is None or (place in answer_cells and is_earned)):
        # Nothing, or the stub: it is defined in another way (globals, exec, import *).
        added = {number: own[number] for number in candidates - answer_cells}
        others = _mentions(name, added) or (set(added) if is_earned else set())
        waiting = [*sorted(answer_cells), *sorted(others)]
        return _with_helpers(waiting, own, uses, end, candidates)
    if place is None:
        return written
    return _with_helpers([*sorted(written), place], own, uses, end, candidates)


def _with_helpers(
    first: list[int], own: Mapping[int, Cell], uses: Uses, end: int, candidates: set[int]
) -> set[int]:
    """Return the numbers of some cells, and of those that define what they read.

    The nearest come first, and what is too much is left out: cells that name one another would all
    stand in every answer. An answer's own cell is the first, and always there.
    """
    chosen: set[int] = set()
    waiting = deque(first)
    left = TEXT_LIMIT
    while waiting and len(chosen) < HELPERS_LIMIT:
        number = waiting.popleft()
        size = len(own[number].source)
        if number in chosen or (chosen and size > left):
            continue
        left -= size if chosen else 0
        chosen.add(number)
        waiting += sorted((uses.helpers(number, end) & candidates) - chosen)
    return chosen


def _mentions(name: str, own: Mapping[int, Cell]) -> set[int]:
    """Return the numbers of the cells in which a name stands."""
    return {number for number, cell in own.items() if re.search(rf"\b{name}\b", cell.source)}


def _text(name: str, cells: Mapping[int, Cell]) -> str:
    """Return cells as one text; each says where it stands, but for the answer cell alone."""
    if [cell.grade_id for cell in cells.values()] == [name]:
        return next(iter(cells.values())).source
    return "\n\n".join(
        f"# code cell {number + 1}:\n{cell.source.rstrip()}" for number, cell in cells.items()
    )


@lru_cache(1024)  # most cells of a class are the same
def _names(text: str) -> Names:
    """Return the names that a cell defines at its top level, and those that it reads anywhere."""
    try:
        if len(text) > SOURCE_LIMIT:
            raise ValueError(text)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in a student's strings
            tree = ast.parse(plain_python(text))
        read = {
            node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        }
        return Names(frozenset(_defined(tree.body)), frozenset(read), frozenset(_changed(tree)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Names(frozenset(one or other for one, other in DEFINED.findall(text)), frozenset())


def _defined(body: list[ast.stmt]) -> Iterator[str]:
    """Yield the names that statements define in the namespace in which they stand."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            for alias in statement.names:
                yield (alias.asname or alias.name).split(".")[0]
        elif isinstance(statement, BLOCKS):
            for block in ("body", "orelse", "finalbody"):
                yield from _defined(getattr(statement, block, []))
            for part in ("handlers", "cases"):
                for inner in getattr(statement, part, []):
                    yield from _defined(inner.body)
        else:
            yield from _assigned(statement)


def _changed(tree: ast.AST) -> Iterator[str]:
    """Yield the names whose values a cell changes: np of `np.mine = f`, table of `table["f"] = f`,
    and layers of `layers.append(f)`.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            yield from _root(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield from set(_root(node.value.func)) - ALIASES - {_name(node.value.func)}


def _name(node: ast.expr) -> str:
    """Return a plain name, "" for anything else."""
    return node.id if isinstance(node, ast.Name) else ""


def _root(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def _assigned(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
