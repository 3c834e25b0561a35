"""Figures of 5-max-pool. Each shows one channel of one image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from grader.figures.canvas import (
    BLUE,
    frame,
    grid,
    heading,
    largest,
    listed,
    new,
    outline,
    rows_of,
    show_picture,
)
from grader.show.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Size = tuple[int, int]


class Window(NamedTuple):
    """One place of the window.

    i, j: where its number stands in y;  corner: row and column of its upper left pixel
    pixels, largest: masks of x's shape, of its pixels and of the largest of them;  top: their value
    """

    i: int
    j: int
    corner: tuple[int, int]
    pixels: np.ndarray
    largest: np.ndarray
    top: float

    def __str__(self) -> str:
        return f"window {self.i}, {self.j}"


def pool_windows(x: np.ndarray, size: Size, stride: int) -> None:
    """Show the windows on x, (H, W), the largest entries of each, and beside it what comes out.

    size: (kh, kw). Raises ValueError if no window fits into x.
    """
    windows = _windows(x, size, stride)
    H, W = x.shape
    figure, (ax, result) = new(2, 2 * (0.65 * W + 0.5), 0.65 * H + 1.1)
    limit = largest(x)
    _image(ax, x, limit, windows)
    for window in windows:
        _outline(ax, window, size)
    unused = ~_any([window.pixels for window in windows])
    for row, column in np.argwhere(unused).tolist():
        _hatch(ax, row, column)
    ax.set_title(f"x: windows of {size[0]} x {size[1]}, stride {stride}", fontsize=12)
    tops = [window.top for window in windows]
    y = np.array(tops).reshape(_output_shape(windows))
    _beside(result, y, limit, x.shape)
    result.set_title("y: one number per window", fontsize=12)
    heading(figure, "Every window passes on its largest number (framed)")
    contents = "; ".join(
        f"{window} holds {listed(x[window.pixels])}, and {number(window.top)} goes on"
        for window in windows
    )
    rest = f" {unused.sum()} pixels lie in no window: they are hatched." if unused.any() else ""
    show_picture(figure, f"A {H} by {W} image with {len(windows)} windows. {contents}.{rest}")


def pool_overlap(x: np.ndarray, size: Size, stride: int) -> None:
    """Show x, (H, W), once per window, each time with that window and its largest entries.

    size: (kh, kw). Raises ValueError if no window fits into x, or more than six.
    """
    windows = _windows(x, size, stride)
    H, W = x.shape
    count = len(windows)
    if count > 6:
        too_many = f"x of shape {x.shape} has {count} windows of {size[0]} x {size[1]}"
        raise ValueError(f"{too_many}, expected at most six")
    figure, axes = new(count, count * (0.45 * W + 0.3), 0.45 * H + 1.1)
    for ax, window in zip(axes, windows, strict=True):
        _image(ax, x, largest(x), [window])
        _outline(ax, window, size)
        ax.set_title(f"{window}: {number(window.top)}", fontsize=12)
    wins = np.sum([window.largest for window in windows], axis=0)
    claim = "Where windows overlap, one pixel can be the largest of several"
    heading(figure, f"{claim}: here of {wins.max()} of {count}")
    contents = "; ".join(f"{window} holds {listed(x[window.pixels])}" for window in windows)
    winners = "; ".join(
        f"the {number(x[row, column])} is the largest of {wins[row, column]}"
        for row, column in np.argwhere(wins).tolist()
    )
    image = f"A {H} by {W} image under {count} windows"
    show_picture(figure, f"{image}. {contents}. Of these windows {winners}.")


def pool_routing(dy: np.ndarray, x: np.ndarray, dx: np.ndarray, size: Size, stride: int) -> None:
    """Show the gradient from above, the windows' largest entries, and where the gradient went.

    dy: (M, N);  x, dx: (H, W);  size: (kh, kw). Raises ValueError for shapes that do not fit.
    """
    windows = _windows(x, size, stride)
    expected = _output_shape(windows)
    if np.shape(dy) != expected or np.shape(dx) != x.shape:
        shapes = f"dy is {np.shape(dy)} and dx {np.shape(dx)}"
        raise ValueError(f"{shapes}, expected {expected} and {x.shape} for x of {x.shape}")
    H, W = x.shape
    figure, axes = new(3, 3 * (0.55 * W + 0.4), 0.55 * H + 1.1)
    limit = max(largest(dy), largest(dx))
    _beside(axes[0], dy, limit, x.shape)
    _image(axes[1], x, largest(x), windows)
    grid(axes[2], dx, limit, dx != 0)
    axes[2].set_xlim(axes[1].get_xlim())
    names = ("dL/dy, from above", "x, largest entries framed", "dL/dx, sent back")
    for ax, name in zip(axes, names, strict=True):
        ax.set_title(name, fontsize=12)
    sums = f"{number(dy.sum())} go in, {number(dx.sum())} arrive"
    heading(figure, f"Each number of dL/dy travels to the largest entry of its window: {sums}")
    receivers = "; ".join(
        f"row {row}, column {column} gets {number(dx[row, column])}"
        for row, column in np.argwhere(dx).tolist()
    )
    pixels = f"Of the {H} by {W} pixels {receivers}; the others get 0"
    show_picture(figure, f"dL/dy is {rows_of(dy)}. {pixels}. {sums}.")


def _windows(x: np.ndarray, size: Size, stride: int) -> list[Window]:
    """Return every window that lies wholly within x, row by row."""
    if np.ndim(x) != 2 or min(size) < 1 or stride < 1 or not _fits(size, x.shape):
        problem = f"windows of {size[0]} x {size[1]} with stride {stride}"
        raise ValueError(f"{problem} do not fit x of shape {np.shape(x)}")
    windows = []
    for i, row in enumerate(range(0, x.shape[0] - size[0] + 1, stride)):
        for j, column in enumerate(range(0, x.shape[1] - size[1] + 1, stride)):
            pixels = np.zeros(x.shape, bool)
            pixels[row : row + size[0], column : column + size[1]] = True
            top = float(x[pixels].max())
            windows.append(Window(i, j, (row, column), pixels, pixels & (x == top), top))
    return windows


def _fits(size: Size, shape: tuple[int, ...]) -> bool:
    return size[0] <= shape[0] and size[1] <= shape[1]


def _output_shape(windows: list[Window]) -> Size:
    """Return the shape of y, (M, N)."""
    return windows[-1].i + 1, windows[-1].j + 1


def _image(ax: Axes, x: np.ndarray, limit: float, windows: list[Window]) -> None:
    """Draw x and frame the largest entries of its windows."""
    grid(ax, x, limit)
    framed = _any([window.largest for window in windows])
    for row, column in np.argwhere(framed).tolist():
        ax.add_patch(frame(column, row))
    ax.set_xlim(-0.7, x.shape[1] - 0.3)  # a little room to the neighbour


def _beside(ax: Axes, values: np.ndarray, limit: float, shape: tuple[int, ...]) -> None:
    """Draw a small matrix in squares as large as those of a matrix of this shape."""
    grid(ax, values, limit)
    rows, columns = values.shape
    ax.set_xlim((columns - 1.4 - shape[1]) / 2, (columns - 0.6 + shape[1]) / 2)
    ax.set_ylim((rows - 1 + shape[0]) / 2, (rows - 1 - shape[0]) / 2)


def _outline(ax: Axes, window: Window, size: Size) -> None:
    corner = (window.corner[1] - 0.5, window.corner[0] - 0.5)
    style: dict[str, Any] = {"edgecolor": BLUE, "linewidth": 2.5, "clip_on": False, "zorder": 4}
    outline(ax, corner, size[1], size[0], **style)


def _hatch(ax: Axes, row: int, column: int) -> None:
    style: dict[str, Any] = {"hatch": "///", "edgecolor": "#bbbbbb", "linewidth": 0}
    outline(ax, (column - 0.5, row - 0.5), 1, 1, **style)


def _any(masks: list[np.ndarray]) -> np.ndarray:
    return np.any(masks, axis=0)
