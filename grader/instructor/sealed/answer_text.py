"""The text of an answer as people are shown it: what was graded, with its helpers.

It is the answer cell, unless another cell of the student's defines the function, or what it uses.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from grader.instructor.author.notebook import load, source
from grader.instructor.courses import source_notebook
from grader.instructor.sealed.cell_fault import DEFINED
from grader.instructor.sealed.magics import SOURCE_LIMIT, plain_python
from grader.judge.course import Notebook
from grader.notebook.intake import UNWRITTEN, Cell, ParsedNotebook

ALIASES = frozenset(("np", "numpy"))  # everybody's: the cell that imports them is no helper
# What they define is there after them.
BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.TryStar, ast.Match)


@dataclass(frozen=True)
class Names:
    """The names that a cell defines, those that it reads, and those whose values it may change."""

    defined: frozenset[str]
    read: frozenset[str]
    changed: frozenset[str] = frozenset()


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
    uses = {number: _names(cell.source) for number, cell in own.items()}
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
    for file, content in beside.items():
        module = file.removesuffix(".py").partition("/")[0]
        pattern = rf"^\s*(?:from|import)\b.*\b{re.escape(module)}\b"
        sources = [cell.source for cell in cells.values()]
        if file.endswith(".py") and any(re.search(pattern, one, re.MULTILINE) for one in sources):
            yield f"# {file}:\n{content.decode('utf-8', 'replace').rstrip()}"


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
    uses: Mapping[int, Names],
    end: int,
    is_earned: bool,
) -> set[int]:
    """Return the numbers of the cells that an answer is made of.

    own: the student's cells; uses: the names in each of them; end: see _end; is_earned: whether it
    has points.
    """
    answer_cells = {number for number, cell in own.items() if cell.grade_id == name}
    written = {number for number in answer_cells if not UNWRITTEN.search(own[number].source)}
    places = [_definition(name, uses, before) for before in (end, max(own, default=0) + 1)]
    place = next((each for each in places if each is not None), None)
    candidates = {number for number, cell in own.items() if cell.grade_id in ("", name)}
    if not written and (place is None or (place in answer_cells and is_earned)):
        # Nothing, or the stub: it is defined in another way (globals, exec, import *).
        added = {number: own[number] for number in candidates - answer_cells}
        others = _mentions(name, added) or (set(added) if is_earned else set())
        return _with_helpers([*answer_cells, *others], uses, end, candidates)
    if place is None:
        return written
    return _with_helpers([*written, place], uses, end, candidates)


def _with_helpers(
    waiting: list[int], uses: Mapping[int, Names], end: int, candidates: set[int]
) -> set[int]:
    """Return the numbers of some cells, and of those that define what they read."""
    chosen: set[int] = set()
    while waiting:
        number = waiting.pop()
        if number not in chosen:
            chosen.add(number)
            waiting += _helpers(number, uses, end, candidates)
    return chosen


def _mentions(name: str, own: Mapping[int, Cell]) -> set[int]:
    """Return the numbers of the cells in which a name stands."""
    return {number for number, cell in own.items() if re.search(rf"\b{name}\b", cell.source)}


def _helpers(
    number: int, uses: Mapping[int, Names], end: int, candidates: set[int]
) -> Iterator[int]:
    """Yield the numbers of the cells that define what a cell reads, or change it."""
    for used in uses[number].read - uses[number].defined - ALIASES:
        helper = _definition(used, uses, end)
        if helper in candidates:
            yield helper
    for other in candidates:
        if other < end and uses[other].changed & uses[number].read:
            yield other


def _definition(name: str, uses: Mapping[int, Names], end: int) -> int | None:
    """Return the number of the last cell before an end that defines a name."""
    places = [number for number, names in uses.items() if name in names.defined and number < end]
    return max(places, default=None)


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
