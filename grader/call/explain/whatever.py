"""What stood in the expression that raised, where nothing else explains it."""

from __future__ import annotations

import ast
from typing import Any

from .evaluate import is_array, is_number, plain_number
from .place import Place, in_order

NAMES_LIMIT = 3
ROW_LIMIT = 6


def of_whatever(place: Place, error: BaseException) -> list[dict[str, Any]]:
    """Return the shapes and numbers of the first names in an expression, whatever raised."""
    nodes = [node for node in in_order(place.node) if isinstance(node, ast.Name)]
    nodes = nodes or [node for node in in_order(place.statement) if isinstance(node, ast.Name)]
    names = {node.id: node for node in nodes if node.id in place.own}
    facts = [_fact(place, node) for node in names.values()]
    return [each for each in facts if each is not None][:NAMES_LIMIT]


def _fact(place: Place, node: ast.Name) -> dict[str, Any] | None:
    value = place.known(node)
    if is_array(value):
        return {"kind": "shape", "code": node.id, "shape": value.shape, "values": []}
    if is_number(value):
        return {"kind": "number", "code": node.id, "number": plain_number(value)}
    if type(value) in (tuple, list) and 0 < len(value) <= ROW_LIMIT and all(map(_is_whole, value)):
        return {"kind": "row", "code": node.id, "shape": [int(each) for each in value]}
    return None


def _is_whole(value: Any) -> bool:
    return is_number(value) and int(value) == value
