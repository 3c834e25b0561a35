"""The shapes of what does not fit: two operands, the arguments of a product, a new value."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import numpy as np

from .evaluate import is_array, is_number
from .place import Place, in_order

Shape = tuple[int, ...]
PRODUCTS = ("dot", "matmul")


def of_shapes(place: Place, error: BaseException) -> list[dict[str, Any]]:
    """Return what explains a ValueError on sizes."""
    node = place.node
    if not issubclass(type(error), ValueError):
        return []
    if isinstance(node, ast.BinOp):
        return _of_operands(place, node.op, node.left, node.right)
    if isinstance(node, ast.AugAssign):
        explained = _of_operands(place, node.op, node.target, node.value)
        return explained or _in_place(place, node)
    if isinstance(node, ast.Compare):
        return _of_operands(place, ast.Add(), node.left, node.comparators[0])
    if isinstance(node, ast.Call):
        return _of_call(place, node)
    value = _new_value(place)
    return [] if value is None else _of_assignment(place, value)


def _shape(place: Place, node: ast.AST) -> Shape | None:
    """Return the shape of an array, () for a number, None where there is none to be had."""
    value = place.known(node)
    if is_array(value):
        return tuple(value.shape)
    return () if is_number(value) else None


def _of_operands(
    place: Place, op: ast.operator, left: ast.expr, right: ast.expr
) -> list[dict[str, Any]]:
    """Return the shapes of two operands that do not fit."""
    shape, other = _shape(place, left), _shape(place, right)
    if shape is None or other is None:
        return _each(place, left, right)
    is_product = isinstance(op, ast.MatMult)
    pair = _unequal_in_product(shape, other) if is_product else unequal(shape, other)
    if pair is None:
        return []
    details: dict[str, Any] = {"code": place.text(left), "shape": shape}
    details |= {"right": place.text(right), "other": other}
    details |= {"first": pair[0], "second": pair[1], "values": _places(place, left, right)}
    kind = "product" if is_product else "elementwise"
    return [{"kind": kind, **details}, *_empty(place, left), *_empty(place, right)]


def unequal(left: Shape, right: Shape) -> tuple[int, int] | None:
    """Return the first two sizes, from the end, that do not fit in numpy's arithmetic."""
    for pair in zip(reversed(left), reversed(right)):
        if pair[0] != pair[1] and 1 not in pair:
            return pair
    return None


def _unequal_in_product(left: Shape, right: Shape) -> tuple[int, int] | None:
    """Return the two sizes that a product adds over, where they are not equal."""
    if not left or not right:
        return None
    pair = left[-1], right[-2:][0]
    return pair if pair[0] != pair[1] else None


def _places(place: Place, *nodes: ast.AST) -> list[tuple[str, int | float]]:
    """Return what the names in the indexes of some expressions are."""
    return place.values(*(each.slice for node in nodes for each in _subscripts(node)))


def _subscripts(node: ast.AST) -> Iterator[ast.Subscript]:
    return (each for each in in_order(node) if isinstance(each, ast.Subscript))


def _each(place: Place, *nodes: ast.expr) -> list[dict[str, Any]]:
    """Return the shape of each expression that has one."""
    explained: list[dict[str, Any]] = []
    for node in nodes:
        shape = _shape(place, node)
        if shape:
            details = {"code": place.text(node), "shape": shape, "values": _places(place, node)}
            explained += [{"kind": "shape", **details}, *_empty(place, node)]
    return explained


def _empty(place: Place, node: ast.AST) -> list[dict[str, Any]]:
    """Return what explains a slice [pad:-pad] that is empty, since pad is 0."""
    return [
        {
            "kind": "empty to the end",
            "code": place.text(part),
            "of": place.text(end.operand),
            "right": place.text(end),
        }
        for part in _subscripts(node)
        for end in _ends(part)
        if _is_zero(place.known(end.operand))
    ][:1]


def _ends(part: ast.Subscript) -> Iterator[ast.UnaryOp]:
    """Yield the ends with a minus of the slices in an index."""
    for each in in_order(part.slice):
        upper = each.upper if isinstance(each, ast.Slice) else None
        if isinstance(upper, ast.UnaryOp) and isinstance(upper.op, ast.USub):
            yield upper


def _is_zero(value: Any) -> bool:
    return is_number(value) and value == 0


def _in_place(place: Place, node: ast.AugAssign) -> list[dict[str, Any]]:
    """Return the shapes where operands fit, but the result does not fit into the first one."""
    target, value = _shape(place, node.target), _shape(place, node.value)
    if target is None or value is None or np.broadcast_shapes(target, value) == target:
        return []
    details = {"code": place.text(node.target), "shape": target, "other": value}
    details |= {"right": place.text(node.value), "values": _places(place, node)}
    return [{"kind": "in place", **details}]


def _new_value(place: Place) -> ast.expr | None:
    """Return the value of an assignment whose target raised, None where another thing did."""
    statement = place.statement
    if not isinstance(place.node, ast.Subscript):
        return None
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AugAssign):
        targets = [statement.target]
    is_target = any(place.node is target for target in targets)
    is_value = isinstance(statement, ast.Assign | ast.AugAssign) and is_target
    return statement.value if is_value else None  # type: ignore[attr-defined]


def _of_assignment(place: Place, value: ast.expr) -> list[dict[str, Any]]:
    """Return the shapes of a part of an array and of its new value."""
    target, shape = _shape(place, place.node), _shape(place, value)
    if target is None or (shape is not None and _fits_into(shape, target)):
        return []
    details: dict[str, Any] = {"code": place.text(place.node)}
    details["values"] = _places(place, place.node, value)
    if shape is None and not target:
        return [{"kind": "no shape for a number", **details}]
    if shape is None:
        return [{"kind": "shape", **details, "shape": target}, *_empty(place, place.node)]
    details |= {"right": place.text(value), "other": shape}
    if not target:
        return [{"kind": "one number", **details}]
    explained = {"kind": "value", **details, "shape": target}
    return [explained, *_empty(place, place.node), *_empty(place, value)]


def _fits_into(shape: Shape, target: Shape) -> bool:
    """Tell whether an array can be put into a part of another one."""
    if unequal(shape, target) is not None:
        return False
    return np.broadcast_shapes(shape, target)[-len(target) :] == target if target else not shape


def _of_call(place: Place, node: ast.Call) -> list[dict[str, Any]]:
    """Return the shapes of what a function of numpy's, or a method of an array, was called with."""
    function = node.func
    if not isinstance(function, ast.Attribute) or function.attr == "pad":
        return []
    operands: list[ast.expr] = [*_spread(node.args)]
    if is_array(place.known(function.value)):
        operands = [function.value, *operands]
    elif not _is_of_numpy(place, function):
        return []
    if function.attr in PRODUCTS and len(operands) == 2:
        return _of_operands(place, ast.MatMult(), *operands)
    return _each(place, *operands)


def _spread(nodes: list[ast.expr]) -> Iterator[ast.expr]:
    """Yield expressions, those in a list or a tuple one by one."""
    for node in nodes:
        if isinstance(node, ast.List | ast.Tuple):
            yield from node.elts
        else:
            yield node


def _is_of_numpy(place: Place, function: ast.Attribute) -> bool:
    root: ast.expr = function
    while isinstance(root, ast.Attribute):
        root = root.value
    return place.known(root) is np
