"""A list, a tuple, a float or None where a number or an array is needed."""

from __future__ import annotations

import ast
import re
from types import FunctionType
from typing import Any

import numpy as np

from .evaluate import ROWS, is_array, is_number
from .place import NOTHING, Place, in_order
from .sentences import VALUES

# In Python's and numpy's words on a float, or another thing, where a whole number is needed.
WHOLE = re.compile(
    r"interpreted as an integer|slice indices|indices must be integers|only integers|must be of int"
    r"|sequence of integers|non-int|integral type|an integer is required"
)
NO_NUMBERS = (type(None), list, tuple, dict, str, range, FunctionType)


def of_values(place: Place, error: BaseException) -> list[dict[str, Any]]:
    """Return what explains a value of a wrong kind."""
    kind = type(error)
    words = str(error) if kind in (TypeError, IndexError, ValueError) else ""
    if issubclass(kind, AttributeError):
        return _of_attribute(place)
    if issubclass(kind, TypeError) and "cannot unpack non-iterable" in words:
        return _of_unpacking(place) or _of_unknown_entries(place, words)
    if issubclass(kind, (TypeError, IndexError)):
        return _whole(place) if WHOLE.search(words) else _of_type(place, kind)
    if issubclass(kind, ValueError) and "unpack" in words:
        return _of_unpacking(place) or _of_unknown_entries(place, words)
    if issubclass(kind, ValueError) and "truth value" in words:
        return _of_truth(place)
    return []


def _of_truth(place: Place) -> list[dict[str, Any]]:
    """Return the first array that stands where one truth value is needed."""
    for node in in_order(place.node):
        value = place.known(node)
        if is_array(value) and value.size > 1:
            return [{"kind": "truth", "code": place.text(node), "shape": value.shape}]
    return []


def _of_unknown_entries(place: Place, words: str) -> list[dict[str, Any]]:
    """Return that what a call gives has not as many entries as there are names."""
    statement = place.statement
    if not isinstance(statement, ast.Assign) or not _names_of(statement):
        return []
    kind = "fewer entries" if "not enough" in words else "more entries"
    kind = "one for several" if "non-iterable" in words else kind
    details = {"code": place.text(statement.value), "names": _names_of(statement)}
    return [{"kind": kind, **details}]


def _names_of(statement: ast.Assign) -> int:
    """Return how many names an assignment unpacks into, 0 where it unpacks nothing."""
    target = statement.targets[0]
    return len(target.elts) if isinstance(target, ast.Tuple | ast.List) else 0


def _of_type(place: Place, kind: type[BaseException]) -> list[dict[str, Any]]:
    node = place.node
    if not issubclass(kind, TypeError):
        return []
    if isinstance(node, ast.BinOp):
        return _of_operands(place, node.left, node.right)
    if isinstance(node, ast.AugAssign):
        return _of_operands(place, node.target, node.value)
    if isinstance(node, ast.UnaryOp):
        return _of_operands(place, node.operand)
    if isinstance(node, ast.Subscript):
        return _said(place, node.value, "no array")
    if isinstance(node, ast.Call):
        return _of_call(place, node)
    return _of_unpacking(place)


def _of_operands(place: Place, *nodes: ast.expr) -> list[dict[str, Any]]:
    """Return which operands are no numbers; beside an array, a list is one."""
    has_array = any(is_array(place.known(node)) for node in nodes)
    explained = []
    for node in nodes:
        value = place.known(node)
        if type(value) in NO_NUMBERS and not (has_array and type(value) in ROWS):
            explained += _said(place, node, "no number")
        else:
            explained += _method(place, node)
    return explained


def _method(place: Place, node: ast.AST) -> list[dict[str, Any]]:
    """Return what explains a method of an array that is not called."""
    is_of_array = isinstance(node, ast.Attribute) and is_array(place.known(node.value))
    if is_of_array and callable(getattr(np.ndarray, node.attr, None)):  # type: ignore[attr-defined]
        return [{"kind": "method", "code": place.text(node)}]
    return []


def _said(place: Place, node: ast.AST, kind: str) -> list[dict[str, Any]]:
    """Return what an expression is, if that can be had and its type has a name of ours."""
    value = place.known(node)
    what = "int" if is_number(value) else type(value).__name__
    if value is NOTHING:
        return _method(place, node)
    return [{"kind": kind, "code": place.text(node), "what": what}] if what in VALUES else []


def _of_call(place: Place, node: ast.Call) -> list[dict[str, Any]]:
    """Return what explains a call of what is no function, or with None in place of an array."""
    function = place.known(node.func)
    if is_array(function) or is_number(function) or type(function) in ROWS or function is None:
        return _said(place, node.func, "no function")
    nones = [each for each in node.args if place.known(each) is None]
    return [one for each in nones for one in _said(place, each, "is")]


def _whole(place: Place) -> list[dict[str, Any]]:
    """Return which part of an index or of a call is no whole number."""
    node = place.node
    if isinstance(node, ast.Subscript):
        value = place.known(node.value)
        if type(value) in ROWS and type(place.known(node.slice)) is tuple:
            return _said(place, node.value, "no array")
        return _floats(place, [node.slice])
    if isinstance(node, ast.Call):
        values = [*node.args, *(each.value for each in node.keywords)]
        # An array of floats is what most functions take.
        return [one for one in _floats(place, values) if one["kind"] != "floats"]
    if isinstance(node, ast.BinOp):  # [0] * 2.5
        return _floats(place, [node.left, node.right])
    return []


def _floats(place: Place, nodes: list[ast.expr]) -> list[dict[str, Any]]:
    """Return the outermost expressions that are floats, else those that are lists and the like."""
    floats = [one for node in nodes for one in _floats_in(place, node)]
    if floats:
        return floats
    others = [node for node in nodes if type(place.known(node)) in (*NO_NUMBERS, np.ndarray)]
    plain = [node for node in others if not isinstance(node, ast.Tuple | ast.List)]
    return [one for node in plain for one in _said(place, node, "no whole number")]


def _floats_in(place: Place, node: ast.AST) -> list[dict[str, Any]]:
    value = place.known(node)
    if is_number(value):
        is_float = not isinstance(value, int | np.integer | np.bool_)
        number = {"kind": "float", "code": place.text(node), "number": float(value)}
        is_constant = isinstance(node, ast.Constant)
        return [number] if is_float and not is_constant else []
    if is_array(value):
        return [{"kind": "floats", "code": place.text(node)}] if value.dtype.kind == "f" else []
    if isinstance(node, ast.Tuple | ast.List | ast.Slice):
        return [one for each in ast.iter_child_nodes(node) for one in _floats_in(place, each)]
    return []


def _of_attribute(place: Place) -> list[dict[str, Any]]:
    """Return what is no array, where an attribute of an array was asked for."""
    node = next((each for each in in_order(place.node) if isinstance(each, ast.Attribute)), None)
    if node is None or not hasattr(np.ndarray, node.attr):
        return []
    value = place.known(node.value)
    is_other = type(value) in NO_NUMBERS or is_number(value)
    return _said(place, node.value, "no array") if is_other else []


def _of_unpacking(place: Place) -> list[dict[str, Any]]:
    """Return how many entries stand for how many names, or what has no entries at all."""
    statement = place.statement
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Tuple):
        return []
    value, names = place.known(statement.value), len(statement.targets[0].elts)
    if value is None or is_number(value):
        return _said(place, statement.value, "is")
    is_row = type(value) in ROWS or (is_array(value) and value.ndim > 0)
    if not is_row or len(value) == names:
        return []
    details = {"code": place.text(statement.value), "count": len(value), "names": names}
    return [{"kind": "entries", **details}]
