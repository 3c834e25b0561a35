"""A variable of the notebook's that a function uses in place of an argument."""

from __future__ import annotations

import ast
from typing import Any

from .evaluate import is_array, is_number
from .place import Place, in_order

NAMES_LIMIT = 2


def of_notebook(place: Place, error: BaseException) -> list[dict[str, Any]]:
    """Return the notebook's arrays and numbers that stand in the expression that raised."""
    used = [node.id for node in in_order(place.node) if isinstance(node, ast.Name)]
    names = [
        name for name in dict.fromkeys(used) if name not in place.own and _is_data(place, name)
    ]
    return [{"kind": "of the notebook", "name": name} for name in names[:NAMES_LIMIT]]


def _is_data(place: Place, name: str) -> bool:
    """Tell whether a name is data of the notebook's; a number in capitals is a constant."""
    value = place.shared.get(name)
    return is_array(value) or (is_number(value) and name.islower())
