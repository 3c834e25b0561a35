"""Numbers set out for reading.

Terminals and screen readers get aligned text, the notebook gets grids.
"""

from __future__ import annotations

import base64
from html import escape
from typing import Any

import numpy as np

MOST_SHOWN = 200  # numbers; a larger array is named by its shape
WIDTH = 88  # characters of a line of arrays side by side

# Colours come from JupyterLab's theme where there is one, so that the grids are readable in light
# and dark. A marked cell has a frame and bold type as well.
MONO = "font-family:var(--jp-code-font-family,monospace);font-size:0.92em"
_DIFFERS = "font-weight:bold;outline:2px solid #d55e00;outline-offset:-1px;border-radius:2px;"


def number(value: Any) -> str:
    """Return a number as a student would write it: '2', '-0.25', '0.333333'."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    return f"{float(value) + 0.0:.6g}"


def lines_of(value: Any) -> list[str]:
    """Return a value as lines of text.

    The columns of an array are aligned, and its slices stand one under the other. An array of more
    than MOST_SHOWN numbers, or of none, is named by its shape.
    """
    if isinstance(value, dict):
        return [f"{name}: {np.shape(part)}" for name, part in value.items()]
    if isinstance(value, np.ndarray):
        return _lines_of_array(value)
    if isinstance(value, (float, np.generic)):
        return [number(value)]
    return [repr(value)[:WIDTH]]


def _lines_of_array(array: np.ndarray) -> list[str]:
    if array.size > MOST_SHOWN or array.size == 0:
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


def row(blocks: list[str]) -> str:
    """Return HTML blocks side by side."""
    style = "display:flex;flex-wrap:wrap;gap:6px 26px;margin:6px 0"
    return f"<div style='{style}'>{''.join(blocks)}</div>"


def block(title: str, value: Any, marks: np.ndarray | None = None) -> str:
    """Return a titled grid of numbers as HTML; slices of a tensor stand beside each other.

    marks: a mask of the value's shape, of the entries that are marked
    """
    body = _grids(value, marks) if _is_drawn(value) else _span(value)
    return f"<div><div style='{MONO};opacity:0.75'>{escape(title)}</div>{body}</div>"


def _is_drawn(value: Any) -> bool:
    """Tell whether a value is an array that is drawn as a grid."""
    return isinstance(value, np.ndarray) and value.ndim > 0 and 0 < value.size <= MOST_SHOWN


def _span(value: Any) -> str:
    return f"<span style='{MONO}'>{escape(' '.join(lines_of(value)))}</span>"


def _grids(array: np.ndarray, marks: np.ndarray | None) -> str:
    shape = (-1, *np.atleast_2d(array).shape[-2:])
    marked = np.zeros(array.shape, bool) if marks is None else marks
    grids = "".join(map(_grid, array.reshape(shape), marked.reshape(shape)))
    return f"<div style='display:flex;flex-wrap:wrap;gap:10px'>{grids}</div>"


def _grid(plane: np.ndarray, marks: np.ndarray) -> str:
    rows = ""
    for values, marked in zip(plane, marks, strict=True):
        cells = "".join(map(_cell, values, marked))
        rows += f"<tr style='background:none'>{cells}</tr>"
    return f"<table style='border-collapse:collapse;margin:0;{MONO}'>{rows}</table>"


def _cell(value: Any, marked: bool) -> str:
    edge = "border:1px solid var(--jp-border-color2,#d0d0d0);"
    style = f"{edge}background:none;padding:2px 6px;text-align:right;"
    if marked:
        style += _DIFFERS
    return f"<td style='{style}'>{number(value)}</td>"


def image(svg: bytes, alternative: str) -> str:
    """Return a picture as an HTML element with its text alternative.

    It stands on white, also in a dark page.
    """
    data = base64.b64encode(svg).decode("ascii")
    style = "max-width:100%;background:white;border-radius:4px"
    return (
        f'<img style="{style}" alt="{escape(alternative)}" src="data:image/svg+xml;base64,{data}">'
    )
