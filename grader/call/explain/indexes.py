"""An index past the end of an axis, with what the names in it are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import EllipsisType
from typing import Any

from ..text import short
from .evaluate import ROWS, is_array, is_number, plain_number
from .place import NOTHING, Place, in_order


def of_index(place: Place, error: BaseException) -> list[dict[str, Any]]:
    """Return what explains an IndexError."""
    if not issubclass(type(error), IndexError):
        return []
    for node in in_order(place.node):
        if isinstance(node, ast.Subscript):
            explained = _of_subscript(place, node, short(error))
            if explained:
                return explained
    return []


def _of_subscript(place: Place, node: ast.Subscript, words: str) -> list[dict[str, Any]]:
    value = place.known(node.value)
    if type(value) in ROWS:
        return _of_list(place, node, len(value))
    if not is_array(value):
        return []
    index = place.known(node.slice)
    if type(index) is tuple and not isinstance(node.slice, ast.Tuple):
        return _of_tuple(place, node, value, index)
    if "too many indices" in words:
        entries = _entries(node)
        details = {"of": place.text(node.value), "shape": value.shape, "count": len(entries)}
        return [{"kind": "too many indices", **details}]
    if is_array(index) and index.dtype.kind == "b":
        details = {"of": place.text(node.value), "other": value.shape, "shape": index.shape}
        return [{"kind": "mask", "code": place.text(node.slice), **details}]
    for axis, entry, part in _by_axis(place, node, value.ndim):
        explained = _of_entry(place, node, entry, part, axis, value.shape[axis])
        is_sure = index is not NOTHING or f"axis {axis} with size {value.shape[axis]}" in words
        if explained and is_sure:
            return [explained]
    return []


def _entries(node: ast.Subscript) -> list[ast.expr]:
    return node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]


def _by_axis(place: Place, node: ast.Subscript, axes: int) -> Iterator[tuple[int, ast.expr, Any]]:
    """Yield the axis, the expression and the value of each entry of an index."""
    entries = [(entry, place.known(entry)) for entry in _entries(node)]
    axis = 0
    for number, (entry, part) in enumerate(entries):
        if type(part) is EllipsisType:
            axis = axes - sum(_axes_of(later) for _, later in entries[number + 1 :])
            continue
        if axis < axes and part is not None:
            yield axis, entry, part
        axis += _axes_of(part)


def _axes_of(part: Any) -> int:
    """Return how many axes an entry of an index takes."""
    if is_array(part) and part.dtype.kind == "b":
        return int(part.ndim)
    return 0 if part is None else 1


def _of_entry(
    place: Place, node: ast.Subscript, entry: ast.expr, part: Any, axis: int, length: int
) -> dict[str, Any] | None:
    """Return what explains one entry of an index, None where it fits its axis."""
    where = {"of": place.text(node.value), "axis": axis}
    if is_array(part) and part.dtype.kind in "iu" and part.size:
        largest = int(part.max())
        details = {"code": place.text(entry), "number": largest, "end": length - 1}
        return {"kind": "holds past the end", **details, **where} if largest >= length else None
    if not is_number(part) or -length <= part < length:
        return None
    return _of_number(place, entry, part, length) | where


def _of_number(place: Place, entry: ast.expr, part: Any, length: int) -> dict[str, Any]:
    """Return what explains a number that is no place of an axis, all but the axis."""
    number, is_past = plain_number(part), part >= length
    end = length - 1 if is_past else -length
    details: dict[str, Any] = {
        "code": place.text(entry),
        "number": number,
        "values": _values(place, entry),
    }
    if not length:
        return {"kind": "no entry", **details}
    if place.text(entry) == str(number):
        details = {"number": number}
    kind = "past the end" if is_past else "before the start"
    return {"kind": kind if "code" in details else f"number {kind}", **details, "end": end}


def _values(place: Place, entry: ast.expr) -> list[tuple[str, int | float]]:
    """Return what the names in an entry are; one that is a name alone says so itself."""
    return [] if isinstance(entry, ast.Name) else place.values(entry)


def _of_list(place: Place, node: ast.Subscript, length: int) -> list[dict[str, Any]]:
    part = place.known(node.slice)
    if not is_number(part) or -length <= part < length:
        return []
    details = _of_number(place, node.slice, part, length)
    if details["kind"] not in ("past the end", "number past the end"):
        return []
    return [{**details, "kind": f"{details['kind']} of a list", "of": place.text(node.value)}]


def _of_tuple(
    place: Place, node: ast.Subscript, array: Any, index: tuple[Any, ...]
) -> list[dict[str, Any]]:
    """Return what explains an index that is a tuple with a name."""
    if not all(map(is_number, index)):
        return []
    numbers = [int(part) for part in index]
    for axis, (number, length) in enumerate(zip(numbers, array.shape)):
        if number >= length > 0:
            details = {"code": place.text(node.slice), "shape": numbers, "end": length - 1}
            details |= {"axis": axis, "of": place.text(node.value)}
            return [{"kind": "tuple past the end", **details}]
    return []
