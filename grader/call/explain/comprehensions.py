"""The loop variables of a comprehension: from Python 3.12 on a frame has lost them when it is read.

A comprehension has no frame of its own there (PEP 709), and when one raises, the names that it
binds get their old values back. What they were is found anew: the loops are gone through until the
expression raises.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from .evaluate import ROWS, Unknown, evaluate, is_array, is_number

HAS_NO_FRAME = sys.version_info >= (3, 12)
ROUNDS_LIMIT = 1000
RAISES = (IndexError, ValueError)
INLINED = (ast.ListComp, ast.SetComp, ast.DictComp)


def with_loop_variables(
    names: dict[str, Any], node: ast.AST, around: list[ast.comprehension]
) -> dict[str, Any]:
    """Return the names with what the loop variables were when an expression raised.

    around: the loops that the expression stands in, from outside in. A variable whose value cannot
    be had is left out: the frame may hold another one of the same name.
    """
    bound = loop_variables(around)
    others = {name: value for name, value in names.items() if name not in bound}
    rounds = islice(_rounds(others, around), ROUNDS_LIMIT)
    return next((held for held in rounds if _raises(node, held)), others)


def loops_of(nodes: Iterable[ast.AST]) -> list[ast.comprehension]:
    """Return the loops of the comprehensions among some nodes that have no frame of their own."""
    if not HAS_NO_FRAME:
        return []
    return [loop for node in nodes if isinstance(node, INLINED) for loop in node.generators]


def loop_variables(loops: Iterable[ast.comprehension]) -> set[str]:
    parts = (part for loop in loops for part in ast.walk(loop.target))
    return {part.id for part in parts if isinstance(part, ast.Name)}


def _raises(node: ast.AST, names: dict[str, Any]) -> bool:
    try:
        evaluate(node, names)
    except RAISES:
        return True
    except Exception:
        return False
    return False


def _rounds(names: dict[str, Any], loops: list[ast.comprehension]) -> Iterator[dict[str, Any]]:
    """Yield the names in each round of some loops, as far as they can be had."""
    if not loops:
        yield names
        return
    loop, *others = loops
    if not isinstance(loop.target, ast.Name):
        return
    for value in _entries(loop.iter, names):
        held = names | {loop.target.id: value}
        if _holds(loop.ifs, held):
            yield from _rounds(held, others)


def _entries(node: ast.AST, names: dict[str, Any]) -> Any:
    """Return what a loop goes through: a range, a list, a tuple or an array."""
    try:
        if isinstance(node, ast.Call):
            return _range(node, names)
        value = evaluate(node, names)
    except Exception:
        return ()
    return value if is_array(value) or type(value) in ROWS else ()


def _range(node: ast.Call, names: dict[str, Any]) -> range:
    is_range = isinstance(node.func, ast.Name) and node.func.id == "range"
    if not is_range or "range" in names or node.keywords:
        raise Unknown
    ends = [evaluate(end, names) for end in node.args]
    if not all(map(is_number, ends)):
        raise Unknown
    return range(*ends)


def _holds(conditions: list[ast.expr], names: dict[str, Any]) -> bool:
    try:
        return all(bool(evaluate(condition, names)) for condition in conditions)
    except Exception:
        return False
