"""Numbers set out for reading: aligned text for terminals and screen readers, grids for the notebook."""

from __future__ import annotations

import base64
from html import escape
from typing import Any

import numpy as np

MOST_SHOWN = 200  # numbers; a larger array is named by its shape
WIDTH = 88  # characters of a line of arrays side by side

# Colours come from JupyterLab's theme where there is one, so the grids are readable in light and dark; a marked cell has
# a frame and bold type as well.
MONO = "font-family:var(--jp-code-font-family,monospace);font-size:0.92em"
_DIFFERS = "font-weight:bold;outline:2px solid #d55e00;outline-offset:-1px;border-radius:2px;"


def number(value: Any) -> str:
    """Return a number as a student would write it: '2', '-0.25', '0.333333'."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    return f"{float(value) + 0.0:.6g}"


def lines_of(value: Any) -> list[str]:
    """Return a value as lines of text, an array with its columns aligned and slices one under the other."""
    if isinstance(value, dict):
        return [f"{name}: {np.shape(part)}" for name, part in value.items()]
    if not isinstance(value, np.ndarray):
        return [number(value) if isinstance(value, (float, np.generic)) else repr(value)[:WIDTH]]
    if value.size > MOST_SHOWN or 0 in value.shape:
        return [f"array of shape {value.shape}"]
    if value.ndim == 0:
        return [number(value)]
    cells = [number(v) for v in value.ravel()]
    width = max((len(c) for c in cells), default=0)
    rows = value.reshape(-1, value.shape[-1])
    texts = [" ".join(number(v).rjust(width) for v in row) for row in rows]
    if value.ndim == 1:
        return [f"[{text}]" for text in texts]
    depth = value.shape[-2]
    blocks = [texts[i : i + depth] for i in range(0, len(texts), depth)]
    out: list[str] = []
    for block in blocks:
        out += ([""] if out else []) + [f"[{text}]" for text in block]
    return out


def beside(columns: list[tuple[str, list[str]]]) -> list[str]:
    """Set titled blocks of lines side by side, going to the next row of blocks where the line would be too long."""
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
    out = []
    for row in rows:
        height = max(map(len, row))
        filled = [block + [" " * len(block[0])] * (height - len(block)) for block in row]
        out += ["   ".join(line).rstrip() for line in zip(*filled, strict=True)]
    return out


def row(blocks: list[str]) -> str:
    return f"<div style='display:flex;flex-wrap:wrap;gap:6px 26px;margin:6px 0'>{''.join(blocks)}</div>"


def block(title: str, value: Any, marks: np.ndarray | None = None) -> str:
    """Return a titled grid of numbers; slices of a tensor stand beside each other."""
    if not isinstance(value, np.ndarray) or value.ndim == 0 or value.size > MOST_SHOWN or value.size == 0:
        body = f"<span style='{MONO}'>{escape(' '.join(lines_of(value)))}</span>"
    else:
        marks = np.zeros(value.shape, bool) if marks is None else marks
        planes = value.reshape(-1, *value.shape[-2:]) if value.ndim > 1 else value.reshape(1, 1, -1)
        body = "".join(map(_grid, planes, marks.reshape(planes.shape)))
        body = f"<div style='display:flex;flex-wrap:wrap;gap:10px'>{body}</div>"
    return f"<div><div style='{MONO};opacity:0.75'>{escape(title)}</div>{body}</div>"


def _grid(plane: np.ndarray, marks: np.ndarray) -> str:
    edge = "border:1px solid var(--jp-border-color2,#d0d0d0);"
    rows = ""
    for values, marked in zip(plane, marks, strict=True):
        cells = "".join(
            f"<td style='{edge}background:none;padding:2px 6px;text-align:right;{_DIFFERS if m else ''}'>{number(v)}</td>"
            for v, m in zip(values, marked, strict=True)
        )
        rows += f"<tr style='background:none'>{cells}</tr>"
    return f"<table style='border-collapse:collapse;margin:0;{MONO}'>{rows}</table>"


def image(svg: bytes, alternative: str) -> str:
    """Return a picture as an HTML element with its text alternative, on white also in a dark page."""
    data = base64.b64encode(svg).decode("ascii")
    style = "max-width:100%;background:white;border-radius:4px"
    return f'<img style="{style}" alt="{escape(alternative)}" src="data:image/svg+xml;base64,{data}">'
