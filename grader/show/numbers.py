"""Numbers set out for reading.

Terminals and screen readers get aligned text, the notebook gets grids.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

NUMBERS_LIMIT = 200  # numbers; a larger array is named by its shape
ROWS_LIMIT = 24  # of all its slices together
WIDTH = 88  # characters of a line of arrays side by side


@dataclass(frozen=True)
class Block:
    """A titled value for an HTML page: an array's planes, or the text of any other value.

    planes: each a list of rows, of numbers and whether they are marked
    is_row: whether the array has a single axis
    """

    title: str
    text: str = ""
    planes: tuple[list[list[tuple[str, bool]]], ...] = ()
    is_row: bool = False


def number(value: Any) -> str:
    """Return a number as a student would write it: '2', '-0.25', '0.333333'."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    return f"{float(value) + 0.0:.6g}"


def lines_of(value: Any) -> list[str]:
    """Return a value as lines of text.

    The columns of an array are aligned, and its slices stand one under the other. An array of too
    many numbers or rows, or of none, is named by its shape.
    """
    if isinstance(value, dict):
        return [
            f"{name}: {part if isinstance(part, str) else np.shape(part)}"
            for name, part in value.items()
        ]
    if isinstance(value, np.ndarray):
        return _lines_of_array(value)
    if isinstance(value, (float, np.generic)):
        return [number(value)]
    return [repr(value)[:WIDTH]]


def is_printed(array: np.ndarray) -> bool:
    """Tell whether an array has so few numbers that they can be looked at."""
    rows = array.size // array.shape[-1] if array.ndim and array.size else 1
    return 0 < array.size <= NUMBERS_LIMIT and rows <= ROWS_LIMIT


def _lines_of_array(array: np.ndarray) -> list[str]:
    if not is_printed(array):
        return [f"array of shape {array.shape}"]
    if array.ndim == 0:
        return [number(array)]
    rows = _aligned_rows(array)
    depth = array.shape[-2] if array.ndim > 1 else 1
    lines = []
    for first in range(0, len(rows), depth):
        if first:
            lines.append("")
        lines += rows[first : first + depth]
    return lines


def _aligned_rows(array: np.ndarray) -> list[str]:
    """Return each row of an array, of all its slices, as '[1  2]' with columns of one width."""
    texts = np.array([number(entry) for entry in array.ravel()], dtype=object)
    width = max(map(len, texts))
    rows = texts.reshape(-1, array.shape[-1])
    lines = []
    for row in rows:
        cells = " ".join(text.rjust(width) for text in row)
        lines.append(f"[{cells}]")
    return lines


def beside(columns: list[tuple[str, list[str]]]) -> list[str]:
    """Set titled blocks of lines side by side.

    columns: title and lines of each block. A block that does not fit into a line of WIDTH
    characters begins a new row of blocks.
    """
    rows: list[list[list[str]]] = [[]]
    used = 0
    for title, lines in columns:
        block = [title, *lines]
        width = max(map(len, block))
        if used and used + width > WIDTH:
            rows.append([])
            used = 0
        rows[-1].append([line.ljust(width) for line in block])
        used += width + 3
    joined = []
    for row in rows:
        joined += _joined(row)
    return joined


def _joined(blocks: list[list[str]]) -> list[str]:
    """Return the lines of blocks side by side; short blocks are filled with empty lines."""
    height = max(map(len, blocks))
    filled = []
    for block in blocks:
        blank = " " * len(block[0])
        filled.append(block + [blank] * (height - len(block)))
    return ["   ".join(line).rstrip() for line in zip(*filled, strict=True)]


def block(title: str, value: Any, marks: np.ndarray | None = None) -> Block:
    """Return a titled value for an HTML page.

    marks: a mask of the value's shape, of the entries that are marked
    """
    if not _is_drawn(value):
        return Block(title, text=", ".join(lines_of(value)))
    shape = (-1, *np.atleast_2d(value).shape[-2:])
    marked = np.zeros(value.shape, bool) if marks is None else marks
    planes = map(_plane, value.reshape(shape), marked.reshape(shape))
    return Block(title, planes=tuple(planes), is_row=value.ndim == 1)


def _is_drawn(value: Any) -> bool:
    """Tell whether a value is an array that is drawn as a grid."""
    return isinstance(value, np.ndarray) and value.ndim > 0 and is_printed(value)


def _plane(values: np.ndarray, marks: np.ndarray) -> list[list[tuple[str, bool]]]:
    return [list(zip(map(number, row), marked)) for row, marked in zip(values, marks, strict=True)]


def image(svg: bytes, alternative: str) -> str:
    """Return a picture as an HTML element with its text alternative.

    It stands on white, also in a dark page. No template makes it: a widget needs numpy alone.
    """
    data = base64.b64encode(svg).decode("ascii")
    style = "max-width:100%;background:white;border-radius:4px"
    return (
        f'<img style="{style}" alt="{escape(alternative)}" src="data:image/svg+xml;base64,{data}">'
    )
