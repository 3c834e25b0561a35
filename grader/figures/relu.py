"""Figures of 4-relu."""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.figures.canvas import (
    BLUE,
    GREY,
    ORANGE,
    grid,
    heading,
    largest,
    new,
    open_axes,
    rows_of,
    show_picture,
    title,
)
from grader.show.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINE_STYLES = ["--", "-.", ":", (0, (6, 3, 1, 3, 1, 3)), (0, (8, 4)), (0, (3, 1))]


def relu_curve(x: np.ndarray) -> None:
    """Show max(x, 0) as a curve, and on it what becomes of every number of a row x, (n,).

    Raises ValueError if x is not a row, or is empty.
    """
    if np.ndim(x) != 1 or np.size(x) == 0:
        raise ValueError(f"x has the shape {np.shape(x)}, expected a row of numbers")
    left = min(*x, -1.0) - 1
    right = max(*x, 1.0) + 1
    y = np.interp(x, [left, 0, right], [0, 0, right])
    figure, (ax,) = new(1, 7, 3.6)
    _corner(ax, left, right)
    ax.plot(x, y, "o", color=ORANGE, markersize=9)
    sentences = [f"{number(a)} becomes {number(b)}" for a, b in zip(x, y, strict=True)]
    for a, b, text in zip(x, y, sentences, strict=True):
        ax.annotate(text, (a, b), (4, 10), textcoords="offset points", ha="right", fontsize=12)
    ax.set_xlim(left - 2, right)
    ax.set_xlabel("x, what goes in")
    ax.set_ylabel("y, what comes out")
    title(ax, "What is positive passes unchanged, the rest becomes 0")
    curve = "The curve is flat at 0 up to x = 0 and rises one to one from there on"
    show_picture(figure, f"{curve}, with a corner at 0. {'; '.join(sentences)}.")


def corner_lines(slopes: list[float]) -> None:
    """Show max(x, 0) near its corner, and through the corner one line per slope.

    The lines are called A, B, C and so on. Raises ValueError for no slope or more than six.
    """
    if not 1 <= len(slopes) <= 6:
        raise ValueError(f"{len(slopes)} slopes were given, expected one to six")
    figure, (ax,) = new(1, 7, 4)
    _corner(ax, -2, 2)
    ax.text(2.08, 2, "max(x, 0)", color="black", fontsize=12, va="center")
    sentences = []
    for letter, slope, style in zip(ascii_uppercase, slopes, LINE_STYLES, strict=False):
        ax.plot([-2, 2], [-2 * slope, 2 * slope], ls=style, color=BLUE, lw=1.8)
        text_style: dict[str, Any] = {
            "color": BLUE,
            "va": "center",
            "fontsize": 13,
            "fontweight": "bold",
        }
        ax.text(-2.08, -2.08 * slope, letter, ha="right", **text_style)
        ax.text(2.08, 2.08 * slope, letter, ha="left", **text_style)
        from_height = f"from height {number(-2 * slope)} at x = -2"
        to_height = f"to height {number(2 * slope)} at x = 2"
        sentences.append(f"line {letter} goes {from_height} {to_height}")
    ax.plot(0, 0, "o", color="black", markersize=7)
    ax.set_xlim(-2.4, 2.9)
    ax.set_xlabel("x")
    title(ax, "Many lines go through the corner; some of them rise above the function")
    function = "The function goes from height 0 at x = -2 through the corner (0, 0)"
    show_picture(figure, f"{function} to height 2 at x = 2; {'; '.join(sentences)}.")


def two_tables(tables: dict[str, np.ndarray]) -> None:
    """Show the Jacobians of several layers, each n x n, side by side under their names.

    Raises ValueError if they are not square or not of one size.
    """
    n = _common_size(tables)
    figure, axes = new(len(tables), 3.4 * len(tables), 3.9)
    for ax, (name, table) in zip(axes, tables.items(), strict=True):
        grid(ax, table, largest(table), table != 0)
        ax.set_xlim(-0.6, n - 0.4)  # a little room to the neighbour
        ax.set_title(name, fontsize=12)
        ax.set_xlabel("column: the input that is nudged")
    axes[0].set_ylabel("row: the output that answers")
    heading(figure, f"Each layer turns {n} numbers into {n}, and their tables are not alike")
    contents = "; ".join(f"{name}: {rows_of(table)}" for name, table in tables.items())
    layers = f"{len(tables)} layers with {n} inputs and {n} outputs"
    show_picture(figure, f"The Jacobians of {layers}, row by row. {contents}.")


def _common_size(tables: dict[str, np.ndarray]) -> int:
    """Return the n of tables that are all n x n. Raises ValueError if there is none."""
    sizes = [np.shape(table) for table in tables.values()]
    n = sizes[0][0] if sizes and sizes[0] else 0
    if not n or set(sizes) != {(n, n)}:
        raise ValueError(f"the tables have the sizes {sizes}, expected the same n x n for all")
    return n


def _corner(ax: Axes, left: float, right: float) -> None:
    """Draw max(x, 0) between left and right, with thin axes."""
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.axvline(0, color=GREY, linewidth=0.8)
    ax.plot([left, 0, right], [0, 0, right], color="black", linewidth=3.5, solid_joinstyle="miter")
    open_axes(ax)
