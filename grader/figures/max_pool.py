"""Figures of 5-max-pool. Each shows one channel of one image."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from grader.figures.canvas import BLUE, Picture, frame, grid, new
from grader.show.display import show
from grader.show.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Size = tuple[int, int]


class Window(NamedTuple):
    """One place of the window: where its number stands in y, its upper left pixel, its pixels and the largest of them."""

    i: int
    j: int
    corner: tuple[int, int]
    pixels: np.ndarray  # as a mask of x's shape, like the next
    largest: np.ndarray
    top: float

    def __str__(self) -> str:
        return f"window {self.i}, {self.j}"


def pool_windows(x: np.ndarray, size: Size, stride: int) -> None:
    """Show the windows on a matrix x, the largest entries of each, and beside it what comes out."""
    windows = _windows(x, size, stride)
    figure, (ax, beside) = new(2, 2 * (0.65 * x.shape[1] + 0.5), 0.65 * x.shape[0] + 1.1)
    limit = _limit(x)
    _image(ax, x, limit, windows)
    for window in windows:
        _outline(ax, window, size)
    unused = ~_any([window.pixels for window in windows])
    for row, column in np.argwhere(unused).tolist():
        _hatch(ax, row, column)
    ax.set_title(f"x: windows of {size[0]} x {size[1]}, stride {stride}", fontsize=12)
    y = np.array([window.top for window in windows]).reshape(windows[-1].i + 1, windows[-1].j + 1)
    _beside(beside, y, limit, x.shape)
    beside.set_title("y: one number per window", fontsize=12)
    figure.suptitle("Every window passes on its largest number (framed)", fontweight="bold", fontsize=12)
    told = "; ".join(f"{w} holds {_list(x[w.pixels])}, and {number(w.top)} goes on" for w in windows)
    rest = f" {unused.sum()} pixels lie in no window: they are hatched." if unused.any() else ""
    show(Picture(figure, f"A {x.shape[0]} by {x.shape[1]} image with {len(windows)} windows. {told}.{rest}"))


def pool_overlap(x: np.ndarray, size: Size, stride: int) -> None:
    """Show the same matrix x once per window, each time with that window and its largest entries."""
    windows = _windows(x, size, stride)
    if len(windows) > 6:
        raise ValueError(f"x of shape {x.shape} has {len(windows)} windows of {size[0]} x {size[1]}, expected at most six")
    figure, axes = new(len(windows), len(windows) * (0.45 * x.shape[1] + 0.3), 0.45 * x.shape[0] + 1.1)
    for ax, window in zip(axes, windows, strict=True):
        _image(ax, x, _limit(x), [window])
        _outline(ax, window, size)
        ax.set_title(f"{window}: {number(window.top)}", fontsize=12)
    wins = np.sum([window.largest for window in windows], axis=0)
    title = f"Where windows overlap, one pixel can be the largest of several: here of {wins.max()} of {len(windows)}"
    figure.suptitle(title, fontweight="bold", fontsize=12)
    told = "; ".join(f"{w} holds {_list(x[w.pixels])}" for w in windows)
    won = "; ".join(f"the {number(x[r, c])} is the largest of {wins[r, c]}" for r, c in np.argwhere(wins).tolist())
    show(Picture(figure, f"A {x.shape[0]} by {x.shape[1]} image under {len(windows)} windows. {told}. Of these windows {won}."))


def pool_routing(dy: np.ndarray, x: np.ndarray, dx: np.ndarray, size: Size, stride: int) -> None:
    """Show the gradient from above, the largest entries of the windows on x, and where the gradient went."""
    windows = _windows(x, size, stride)
    expected = (windows[-1].i + 1, windows[-1].j + 1)
    if np.shape(dy) != expected or np.shape(dx) != x.shape:
        raise ValueError(f"dy is {np.shape(dy)} and dx {np.shape(dx)}, expected {expected} and {x.shape} for x of {x.shape}")
    figure, axes = new(3, 3 * (0.55 * x.shape[1] + 0.4), 0.55 * x.shape[0] + 1.1)
    limit = max(_limit(dy), _limit(dx))
    _beside(axes[0], dy, limit, x.shape)
    _image(axes[1], x, _limit(x), windows)
    grid(axes[2], dx, limit, dx != 0)
    axes[2].set_xlim(axes[1].get_xlim())
    for ax, name in zip(axes, ("dL/dy, from above", "x, largest entries framed", "dL/dx, sent back"), strict=True):
        ax.set_title(name, fontsize=12)
    sums = f"{number(dy.sum())} go in, {number(dx.sum())} arrive"
    figure.suptitle(f"Each number of dL/dy travels to the largest entry of its window: {sums}", fontweight="bold", fontsize=12)
    given = " / ".join(" ".join(map(number, row)) for row in dy)
    told = "; ".join(f"row {r}, column {c} gets {number(dx[r, c])}" for r, c in np.argwhere(dx).tolist())
    show(Picture(figure, f"dL/dy is {given}. Of the {x.shape[0]} by {x.shape[1]} pixels {told}; the others get 0. {sums}."))


def _windows(x: np.ndarray, size: Size, stride: int) -> list[Window]:
    """Return every window that lies wholly within x, row by row."""
    if np.ndim(x) != 2 or min(size) < 1 or stride < 1 or x.shape[0] < size[0] or x.shape[1] < size[1]:
        raise ValueError(f"windows of {size[0]} x {size[1]} with stride {stride} do not fit x of shape {np.shape(x)}")
    made = []
    for i, row in enumerate(range(0, x.shape[0] - size[0] + 1, stride)):
        for j, column in enumerate(range(0, x.shape[1] - size[1] + 1, stride)):
            pixels = np.zeros(x.shape, bool)
            pixels[row : row + size[0], column : column + size[1]] = True
            top = float(x[pixels].max())
            made.append(Window(i, j, (row, column), pixels, pixels & (x == top), top))
    return made


def _image(ax: Axes, x: np.ndarray, limit: float, windows: list[Window]) -> None:
    """Draw x and frame the largest entries of its windows."""
    grid(ax, x, limit)
    for row, column in np.argwhere(_any([window.largest for window in windows])).tolist():
        ax.add_patch(frame(column, row))
    ax.set_xlim(-0.7, x.shape[1] - 0.3)  # a little room to the neighbour


def _beside(ax: Axes, values: np.ndarray, limit: float, shape: tuple[int, ...]) -> None:
    """Draw a small matrix in squares as large as those of a matrix of this shape."""
    grid(ax, values, limit)
    rows, columns = values.shape
    ax.set_xlim((columns - 1.4 - shape[1]) / 2, (columns - 0.6 + shape[1]) / 2)
    ax.set_ylim((rows - 1 + shape[0]) / 2, (rows - 1 - shape[0]) / 2)


def _outline(ax: Axes, window: Window, size: Size) -> None:
    from matplotlib.patches import Rectangle

    place = (window.corner[1] - 0.5, window.corner[0] - 0.5)
    ax.add_patch(Rectangle(place, size[1], size[0], fill=False, edgecolor=BLUE, linewidth=2.5, clip_on=False, zorder=4))


def _hatch(ax: Axes, row: int, column: int) -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, hatch="///", edgecolor="#bbbbbb", linewidth=0))


def _any(masks: list[np.ndarray]) -> np.ndarray:
    return np.any(masks, axis=0)


def _limit(values: np.ndarray) -> float:
    return float(np.abs(values).max()) or 1.0


def _list(values: np.ndarray) -> str:
    return ", ".join(map(number, values))
