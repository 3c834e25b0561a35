"""Figures of 4-relu."""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING

import numpy as np

from grader.figures.canvas import BLUE, GREY, ORANGE, Picture, grid, new
from grader.show.display import show
from grader.show.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def relu_curve(x: np.ndarray) -> None:
    """Show max(x, 0) as a curve, and on it what becomes of every number of a row x."""
    if np.ndim(x) != 1 or np.size(x) == 0:
        raise ValueError(f"x has the shape {np.shape(x)}, expected a row of numbers")
    left, right = min(*x, -1.0) - 1, max(*x, 1.0) + 1
    y = np.interp(x, [left, 0, right], [0, 0, right])
    figure, (ax,) = new(1, 7, 3.6)
    _corner(ax, left, right)
    ax.plot(x, y, "o", color=ORANGE, markersize=9)
    for a, b in zip(x, y, strict=True):
        ax.annotate(f"{number(a)} becomes {number(b)}", (a, b), (4, 10), textcoords="offset points", ha="right", fontsize=12)
    ax.set_xlim(left - 2, right)
    ax.set_xlabel("x, what goes in")
    ax.set_ylabel("y, what comes out")
    ax.set_title("What is positive passes unchanged, the rest becomes 0", fontweight="bold", fontsize=12)
    told = "; ".join(f"{number(a)} becomes {number(b)}" for a, b in zip(x, y, strict=True))
    show(Picture(figure, f"The curve is flat at 0 up to x = 0 and rises one to one from there on, with a corner at 0. {told}."))


def corner_lines(slopes: list[float]) -> None:
    """Show max(x, 0) near its corner, and through the corner one line per slope, called A, B, C and so on."""
    if not 1 <= len(slopes) <= 6:
        raise ValueError(f"{len(slopes)} slopes were given, expected one to six")
    figure, (ax,) = new(1, 7, 4)
    _corner(ax, -2, 2)
    ax.text(2.08, 2, "max(x, 0)", color="black", fontsize=12, va="center")
    for letter, slope, style in zip(
        ascii_uppercase, slopes, ["--", "-.", ":", (0, (6, 3, 1, 3, 1, 3)), (0, (8, 4)), (0, (3, 1))]
    ):
        ax.plot([-2, 2], [-2 * slope, 2 * slope], ls=style, color=BLUE, lw=1.8)
        for end, side in ((-2.08, "right"), (2.08, "left")):
            ax.text(end, end * slope, letter, color=BLUE, ha=side, va="center", fontsize=13, fontweight="bold")
    ax.plot(0, 0, "o", color="black", markersize=7)
    ax.set_xlim(-2.4, 2.9)
    ax.set_xlabel("x")
    ax.set_title("Many lines go through the corner; some of them rise above the function", fontweight="bold", fontsize=12)
    told = "; ".join(
        f"line {letter} goes from height {number(-2 * slope)} at x = -2 to height {number(2 * slope)} at x = 2"
        for letter, slope in zip(ascii_uppercase, slopes)
    )
    show(Picture(figure, f"The function goes from height 0 at x = -2 through the corner (0, 0) to height 2 at x = 2; {told}."))


def two_tables(tables: dict[str, np.ndarray]) -> None:
    """Show the Jacobians of several layers, each n x n, side by side under their names."""
    sizes = [np.shape(table) for table in tables.values()]
    n = sizes[0][0] if sizes and len(sizes[0]) == 2 else 0
    if not n or any(size != (n, n) for size in sizes):
        raise ValueError(f"the tables have the sizes {sizes}, expected the same n x n for all")
    figure, axes = new(len(sizes), 3.4 * len(sizes), 3.9)
    for ax, (name, table) in zip(axes, tables.items(), strict=True):
        grid(ax, table, float(np.abs(table).max()) or 1.0, table != 0)
        ax.set_xlim(-0.6, n - 0.4)  # a little room to the neighbour
        ax.set_title(name, fontsize=12)
        ax.set_xlabel("column: the input that is nudged")
    axes[0].set_ylabel("row: the output that answers")
    figure.suptitle(f"Each layer turns {n} numbers into {n}, and their tables are not alike", fontweight="bold", fontsize=12)
    told = "; ".join(f"{name}: {_rows(table)}" for name, table in tables.items())
    show(Picture(figure, f"The Jacobians of {len(sizes)} layers with {n} inputs and {n} outputs, row by row. {told}."))


def _corner(ax: Axes, left: float, right: float) -> None:
    """Draw max(x, 0) between left and right, with thin axes."""
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.axvline(0, color=GREY, linewidth=0.8)
    ax.plot([left, 0, right], [0, 0, right], color="black", linewidth=3.5, solid_joinstyle="miter")
    ax.spines[["top", "right"]].set_visible(False)


def _rows(values: np.ndarray) -> str:
    return " / ".join(" ".join(map(number, row)) for row in values)
