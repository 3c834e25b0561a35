"""Calls with wrong arguments: of np.pad, and of a function of the student's own."""

from __future__ import annotations

import ast
import inspect
from types import FunctionType
from typing import Any

import numpy as np

from .evaluate import ROWS, is_array, is_number, plain_number
from .place import NOTHING, Place, in_order


def of_padding(place: Place, error: BaseException) -> list[dict[str, Any]]:
    """Return what explains a ValueError of np.pad."""
    node = place.node
    if not issubclass(type(error), ValueError) or not isinstance(node, ast.Call):
        return []
    function = node.func
    is_attribute = isinstance(function, ast.Attribute) and function.attr == "pad"
    if not is_attribute or place.known(function.value) is not np:  # type: ignore[attr-defined]
        return []
    widths = [*node.args[1:2], *(each.value for each in node.keywords if each.arg == "pad_width")]
    if not node.args or not widths:
        return []
    return _negative(place, widths[0]) or _wrong_pairs(place, node.args[0], widths[0])


def _negative(place: Place, widths: ast.expr) -> list[dict[str, Any]]:
    """Return the first width, as it stands in the text, that is negative."""
    for node in in_order(widths):
        value = place.known(node)
        if is_number(value) and value < 0:
            details = {"code": place.text(node), "number": plain_number(value)}
            values = [] if isinstance(node, ast.Name) else place.values(node)
            return [{"kind": "negative width", **details, "values": values}]
    return []


def _wrong_pairs(place: Place, array: ast.expr, widths: ast.expr) -> list[dict[str, Any]]:
    """Return how many pairs of widths there are, and how many axes."""
    value, rows = place.known(array), place.known(widths)
    if not is_array(value) or type(rows) not in ROWS:
        return []
    details = {"of": place.text(array), "axes": value.ndim}
    if not all(type(row) in ROWS and len(row) == 2 for row in rows):
        is_even = len(rows) == 2 and all(map(is_number, rows))
        return [] if is_even else [{"kind": "no pair", **details}]
    if len(rows) in (1, value.ndim):
        return []
    return [{"kind": "pairs", **details, "pairs": len(rows)}]


def of_helper(place: Place, error: BaseException) -> list[dict[str, Any]]:
    """Return what explains that a function of the student's own was called with wrong arguments."""
    node = place.node
    is_call = isinstance(node, ast.Call) and place.is_innermost
    if not is_call or not issubclass(type(error), TypeError):
        return []
    function = place.known(node.func)  # type: ignore[attr-defined]
    if function is NOTHING or type(function) is not FunctionType:
        return []
    return _wrong_arguments(place, node, function)  # type: ignore[arg-type]


def _wrong_arguments(place: Place, node: ast.Call, function: FunctionType) -> list[dict[str, Any]]:
    code = function.__code__
    taken = code.co_varnames[: code.co_argcount]
    named = [each.arg for each in node.keywords]
    if None in named or any(isinstance(each, ast.Starred) for each in node.args):
        return []
    details: dict[str, Any] = {"of": place.text(node.func), "taken": list(taken)}
    known = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    unknown = [name for name in named if name not in known]
    if unknown and not code.co_flags & inspect.CO_VARKEYWORDS:
        return [{"kind": "unknown argument", **details, "name": unknown[0]}]
    if not _is_wrong_count(function, len(node.args), named):
        return []
    return [{"kind": "arguments", **details, "called": len(node.args) + len(named)}]


def _is_wrong_count(function: FunctionType, count: int, named: list[str | None]) -> bool:
    """Tell whether a function is called with too few or too many arguments.

    count: of those without a name; named: the others.
    """
    code = function.__code__
    required = code.co_varnames[: code.co_argcount - len(function.__defaults__ or ())]
    is_missing = any(name not in named for name in required[count:])
    return is_missing or (count > code.co_argcount and not code.co_flags & inspect.CO_VARARGS)
