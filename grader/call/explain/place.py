"""The expression that raised, in the innermost frame of the student's own file."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from types import FrameType, TracebackType
from typing import Any

from ..text import short
from .comprehensions import loop_variables, loops_of, with_loop_variables
from .evaluate import NUMBER_LIMIT, evaluate, is_number, plain_number

SOURCE_LIMIT = 200_000  # letters of a cell
VALUES_LIMIT = 6  # names whose values are listed
TEXT_LIMIT = 60  # letters of an expression that is quoted


@dataclass(frozen=True)
class Place:
    """Where a function raised.

    node: the expression, or the statement; statement: the one it stands in; source: of the file.
    names: all that the expression may use, and their values; own: the function's own names;
    shared: the notebook's.
    is_innermost: whether nothing that was called from there has a frame of its own.
    """

    node: ast.AST
    statement: ast.stmt
    source: str
    names: Mapping[str, Any]
    own: Mapping[str, Any]
    shared: Mapping[str, Any]
    is_innermost: bool

    def value(self, node: ast.AST) -> Any:
        """Return the value of an expression. Raises Unknown, and what its arithmetic raises."""
        return evaluate(node, self.names)

    def known(self, node: ast.AST) -> Any:
        """Return the value of an expression, or NOTHING where it cannot be had."""
        try:
            return self.value(node)
        except Exception:
            return NOTHING

    def text(self, node: ast.AST) -> str:
        """Return an expression as it stands in the source, on one line."""
        return short(ast.get_source_segment(self.source, node) or "", TEXT_LIMIT)

    def values(self, *nodes: ast.AST) -> list[tuple[str, int | float]]:
        """Return the numbers that the names in some expressions hold, each name once."""
        names = [each.id for node in nodes for each in in_order(node) if isinstance(each, ast.Name)]
        held = {name: self.names[name] for name in names if name in self.names}
        numbers = [
            (name, plain_number(value))
            for name, value in held.items()
            if is_number(value) and name.isascii() and abs(value) < NUMBER_LIMIT  # no NaN
        ]
        return numbers[:VALUES_LIMIT]


class Nothing:
    """Stands for a value that cannot be had."""


NOTHING = Nothing()


def in_order(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all below it as they stand in the text."""
    yield node
    for child in ast.iter_child_nodes(node):
        yield from in_order(child)


def place_of(function: Any, error: BaseException) -> Place | None:
    """Return where a function's own file raised, None where that cannot be seen."""
    trace = innermost(function, error)
    if trace is None:
        return None
    frame = trace.tb_frame
    source = "".join(linecache.getlines(frame.f_code.co_filename))
    # Only a function's names are a plain dict; those of a class's body may be anything.
    if len(source) > SOURCE_LIMIT or not frame.f_code.co_flags & inspect.CO_OPTIMIZED:
        return None
    span = _span(frame, trace.tb_lasti)
    tree = _parsed(source)
    statement = _narrowest(tree, ast.stmt, span)
    if span is None or not isinstance(statement, ast.stmt):
        return None
    node = _narrowest(statement, ast.AST, span)
    own, shared = dict(frame.f_locals), _plain(frame.f_globals)
    names = {**shared, **own}
    loops = loops_of(_covering(statement, span))
    if loops:
        names = with_loop_variables(names, node or statement, loops)
        own |= dict.fromkeys(loop_variables(loops))
    return Place(node or statement, statement, source, names, own, shared, trace.tb_next is None)


@lru_cache(1)  # a function may raise on case after case
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


def innermost(function: Any, error: BaseException) -> TracebackType | None:
    """Return where an error passed a function's own file last, None where it did not."""
    home = getattr(getattr(function, "__code__", None), "co_filename", None)
    last, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == home:
            last = trace
        trace = trace.tb_next
    return last


def _plain(namespace: Any) -> dict[str, Any]:
    """Return a namespace if it is a plain dict: another mapping may run code of a student's."""
    return namespace if type(namespace) is dict else {}


Span = tuple[tuple[int, int], tuple[int, int]]  # (line, column) of the start and of the end


def _span(frame: FrameType, last: int) -> Span | None:
    """Return where the last instruction of a frame stands in the source."""
    positions = next(islice(frame.f_code.co_positions(), last // 2, None))
    first_line, last_line, start, end = positions
    if first_line is None or last_line is None or start is None or end is None:
        return None
    return (first_line, start), (last_line, end)


def _narrowest(tree: ast.AST, kind: type[ast.AST], span: Span | None) -> ast.AST | None:
    """Return the last and innermost node of a kind that covers a span."""
    narrowest = None
    for node in _covering(tree, span):
        if isinstance(node, kind):
            narrowest = node
    return narrowest


def _covering(tree: ast.AST, span: Span | None) -> Iterator[ast.AST]:
    """Yield the nodes that cover a span; what stands further in comes later."""
    return (node for node in ast.walk(tree) if span is not None and _covers(node, span))


def _covers(node: Any, span: Span) -> bool:
    if not hasattr(node, "lineno"):
        return False
    start = (node.lineno, node.col_offset)
    end = (node.end_lineno, node.end_col_offset)
    return start <= span[0] and span[1] <= end
