"""Lists and tuples of numbers, read as the array that they spell out."""

from __future__ import annotations

from typing import Any

import numpy as np

ROWS = (list, tuple)
NUMBERS = (bool, int, float, complex, np.bool_, np.number)
AXES_LIMIT = 8
ENTRIES_LIMIT = 2**20
# What can be read: how it is called, and what it is called in a worker's reply.
KINDS = frozenset(
    f"{outer}{inner}"
    for outer in ("list", "tuple")
    for inner in ("", " of lists", " of tuples", " of arrays")
)


def spelt_out(result: list | tuple) -> tuple[np.ndarray | None, str]:
    """Return the array that lists of numbers spell out, and what they are: 'list of lists'.

    The array is None where rows differ in length or hold other things than numbers. Arrays of one
    shape may stand in a list; in a tuple they are several results, and not one.
    """
    shape: list[int] = []
    level: list[Any] = [result]
    kinds = []
    while level and type(level[0]) in ROWS:
        if not _is_even(level) or len(shape) == AXES_LIMIT:
            return None, ""
        kinds.append(type(level[0]))
        shape.append(len(level[0]))
        if len(level) * shape[-1] > ENTRIES_LIMIT:
            return None, ""
        level = [entry for row in level for entry in row]
    if not _are_numbers(level) and (tuple in kinds or not _are_arrays(level)):
        return None, ""
    array = np.array(level)
    return array.reshape(*shape, *array.shape[1:]), _kind(kinds, level)


def of_objects(array: np.ndarray) -> np.ndarray | None:
    """Return the numbers of an array of Python objects, None where there are others among them."""
    entries = array.ravel().tolist()
    if len(entries) > ENTRIES_LIMIT or not _are_numbers(entries):
        return None
    return np.array(entries).reshape(array.shape)


def _is_even(level: list[Any]) -> bool:
    """Tell whether all entries are rows, and as long as the first."""
    length = len(level[0])
    return all(type(row) in ROWS and len(row) == length for row in level)


def _are_numbers(level: list[Any]) -> bool:
    return bool(level) and all(isinstance(entry, NUMBERS) for entry in level)


def _are_arrays(level: list[Any]) -> bool:
    """Tell whether all entries are arrays of the first one's shape."""
    return bool(level) and all(
        type(entry) is np.ndarray and entry.shape == level[0].shape for entry in level
    )


def _kind(kinds: list[type], level: list[Any]) -> str:
    outer, *inner = (kind.__name__ for kind in kinds)
    if inner:
        return f"{outer} of {inner[0]}s"
    return f"{outer} of arrays" if type(level[0]) is np.ndarray else outer
