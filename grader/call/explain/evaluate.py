"""Values of simple expressions: names, numbers, arithmetic, shapes and indexing.

Nothing is called but what numpy's own arrays do for `[]`, `.T` and arithmetic on numbers, and all
sizes are bounded: a type is compared, and no object asked for it.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from types import EllipsisType
from typing import Any

import numpy as np

Namespace = Mapping[str, Any]

NODES_LIMIT = 60  # in one expression
NUMBER_LIMIT = 10**15
ENTRIES_LIMIT = 10**5  # of an array that is computed
WORK_LIMIT = 10**7  # products of numbers, or entries that are picked
ROW_LIMIT = 64  # of a list or a tuple that is computed
PYTHON_NUMBERS = frozenset((bool, int, float))
NUMPY_NUMBERS = frozenset(np.dtype(letter).type for letter in "?bBhHiIlLqQefd")
ROWS = (list, tuple)
OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.MatMult: operator.matmul,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
ATTRIBUTES = ("shape", "ndim", "size", "T")


class Unknown(Exception):
    """An expression whose value is not to be had without calling something."""


def evaluate(node: ast.AST, names: Namespace) -> Any:
    """Return the value of an expression. Raises Unknown, and what its own arithmetic raises."""
    if sum(1 for _ in ast.walk(node)) > NODES_LIMIT:
        raise Unknown
    return _value(node, names)


def is_number(value: Any) -> bool:
    return type(value) in PYTHON_NUMBERS or type(value) in NUMPY_NUMBERS


def is_array(value: Any) -> bool:
    """Tell whether a value is one of numpy's own arrays, and no kind that a student has made."""
    return type(value) is np.ndarray


def plain_number(value: Any) -> int | float:
    """Return a number as one of Python's. Raises Unknown for other things, and for large ones."""
    if not is_number(value):
        raise Unknown
    number = value if type(value) in PYTHON_NUMBERS else value.item()
    if not abs(number) < NUMBER_LIMIT:  # NaN too
        raise Unknown
    return float(number) if type(number) is float else int(number)


def _value(node: ast.AST, names: Namespace) -> Any:
    reader = READERS.get(type(node))
    if reader is None:
        raise Unknown
    return reader(node, names)


def _name(node: ast.Name, names: Namespace) -> Any:
    if node.id not in names:
        raise Unknown
    return names[node.id]


def _constant(node: ast.Constant, names: Namespace) -> Any:
    return node.value


def _unary(node: ast.UnaryOp, names: Namespace) -> Any:
    value = _value(node.operand, names)
    if not isinstance(node.op, ast.USub | ast.UAdd) or not _is_computable(value):
        raise Unknown
    return -value if isinstance(node.op, ast.USub) else value


def _binary(node: ast.BinOp, names: Namespace) -> Any:
    left, right = _value(node.left, names), _value(node.right, names)
    compute = OPERATORS.get(type(node.op))
    if compute is None:
        raise Unknown
    if type(left) in ROWS:
        return _of_rows(node.op, left, right)
    return _computed(compute, left, right)


def _comparison(node: ast.Compare, names: Namespace) -> Any:
    compare = COMPARISONS.get(type(node.ops[0]))
    if compare is None or len(node.ops) > 1:
        raise Unknown
    return _computed(compare, _value(node.left, names), _value(node.comparators[0], names))


def _computed(compute: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    if not (_is_computable(left) and _is_computable(right)):
        raise Unknown
    _check_work(compute, np.shape(left), np.shape(right))
    with np.errstate(all="ignore"):
        return compute(left, right)


def _is_computable(value: Any) -> bool:
    """Tell whether to compute with a value calls nothing of a student's and takes no time."""
    if is_array(value):
        return value.dtype.kind in "biuf" and value.size <= ENTRIES_LIMIT
    return is_number(value) and abs(value) < NUMBER_LIMIT


def _check_work(
    compute: Callable[[Any, Any], Any], left: tuple[int, ...], right: tuple[int, ...]
) -> None:
    """Raise Unknown where a result would be large, and ValueError where sizes do not fit."""
    if compute is operator.matmul:
        work = math.prod(left) * max(1, math.prod(right[-1:]))
        work *= max(1, math.prod(right[:-2]))
    else:
        work = math.prod(np.broadcast_shapes(left, right))
    if work > WORK_LIMIT:
        raise Unknown


def _of_rows(op: ast.operator, left: Any, right: Any) -> Any:
    """Return two tuples or lists one behind the other, or one of them several times."""
    if isinstance(op, ast.Add) and type(left) is type(right):
        if len(left) + len(right) <= ROW_LIMIT:
            return left + right
    elif isinstance(op, ast.Mult) and type(right) is int and len(left) * right <= ROW_LIMIT:
        return left * right
    raise Unknown


def _attribute(node: ast.Attribute, names: Namespace) -> Any:
    value = _value(node.value, names)
    if value is np and node.attr == "newaxis":
        return None
    if not is_array(value) or node.attr not in ATTRIBUTES:
        raise Unknown
    return getattr(value, node.attr)


def _row(node: ast.Tuple | ast.List, names: Namespace) -> Any:
    entries = [_value(entry, names) for entry in node.elts]
    return tuple(entries) if isinstance(node, ast.Tuple) else entries


def _slice(node: ast.Slice, names: Namespace) -> slice:
    ends = (node.lower, node.upper, node.step)
    return slice(*(None if end is None else _value(end, names) for end in ends))


def _length(node: ast.Call, names: Namespace) -> int:
    """Return len(x); other calls are unknown."""
    is_plain = isinstance(node.func, ast.Name) and node.func.id == "len" and "len" not in names
    if not is_plain or len(node.args) != 1 or node.keywords:
        raise Unknown
    value = _value(node.args[0], names)
    if not is_array(value) and type(value) not in (*ROWS, dict, str):
        raise Unknown
    return len(value)


def _subscript(node: ast.Subscript, names: Namespace) -> Any:
    value, index = _value(node.value, names), _value(node.slice, names)
    if is_array(value):
        _check_index(value, index)
        return value[index]
    if type(value) in ROWS and _is_place(index):
        return value[index]
    if type(value) is dict and type(index) is str and all(type(key) is str for key in value):
        return value[index]
    raise Unknown


def _check_index(array: np.ndarray, index: Any) -> None:
    """Raise Unknown for an index that holds other things than numbers, or picks too much."""
    parts = index if type(index) is tuple else (index,)
    picked = 1
    for part in parts:
        if is_array(part) and part.dtype.kind in "biu":
            picked *= max(1, part.size)
        elif type(part) is list and all(map(is_number, part)):
            picked *= max(1, len(part))
        elif not (part is None or type(part) is EllipsisType or _is_place(part)):
            raise Unknown
    if picked > 1 and picked * array.size > WORK_LIMIT:
        raise Unknown


def _is_place(part: Any) -> bool:
    if type(part) is slice:
        ends = (part.start, part.stop, part.step)
        return all(end is None or is_number(end) for end in ends)
    return is_number(part)


READERS: dict[type[ast.AST], Callable[[Any, Namespace], Any]] = {
    ast.Name: _name,
    ast.Constant: _constant,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Compare: _comparison,
    ast.Attribute: _attribute,
    ast.Tuple: _row,
    ast.List: _row,
    ast.Slice: _slice,
    ast.Call: _length,
    ast.Subscript: _subscript,
}
