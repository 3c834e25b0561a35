"""Figures of 3-strided."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from grader.figures.canvas import BLUE, GREY, ORANGE, Picture, frame, grid, new
from grader.show.display import show
from grader.show.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def stride_windows(x: np.ndarray, K: int, starts: Sequence[int], pad: int = 0) -> None:
    """Show the windows of K entries that begin at `starts` of the padded row x, and the entries under none of them."""
    _need("stride_windows", 1, x=x)
    if pad < 0:
        raise ValueError(f"stride_windows: pad is {pad}, expected 0 or more")
    _inside("stride_windows", len(x) + 2 * pad, K, starts)
    padded, n = np.pad(x, pad), len(x)
    seen = {start + u for start in starts for u in range(K)}
    unseen = [a for a in range(n) if a + pad not in seen]
    figure, (ax,) = new(1, 0.75 * len(padded) + 0.4, 0.46 * len(starts) + 1.5)
    _squares(ax, padded, 0, 0, _limit(x))
    for a in range(len(padded)):
        zero = a < pad or a >= pad + n
        ax.text(a, -0.72, "pad" if zero else f"x[{a - pad}]", ha="center", va="center", color=GREY, fontsize=10)
        if a not in seen:
            _hatch(ax, a, 0)
            ax.text(a, 0.75, "unused" if zero else "unseen", ha="center", va="center", color=ORANGE, fontsize=11)
    for i, start in enumerate(starts):
        _bar(ax, start, K, 0.75 + 0.62 * i, f"y[{i}]")
    _bare(ax, -0.6, len(padded) - 0.4, -1.0, 0.5 + 0.62 * len(starts))
    lie = "lies" if len(unseen) == 1 else "lie"
    under = f"{len(unseen)} of {n} pixels {lie} under none" if unseen else f"each of the {n} pixels lies under one"
    ax.set_title(f"{len(starts)} windows of {K}: {under}", fontweight="bold", fontsize=12)
    told = "; ".join(f"y[{i}] sees entries {start} to {start + K - 1}" for i, start in enumerate(starts))
    row = f"A row of {n} pixels" + (f" padded at each end, {n + 2 * pad} entries" if pad else "")
    names = ", ".join(f"x[{a}]" for a in unseen) or "no pixel"
    show(Picture(figure, f"{row}, and {len(starts)} windows of {K}: {told}. Under no window: {names}."))


def stride_image(shape: tuple[int, int], size: tuple[int, int], rows: Sequence[int], columns: Sequence[int]) -> None:
    """Show the windows of K x L pixels that begin at `rows` and `columns` of an H x W image, and who sees each pixel."""
    (H, W), (K, L) = shape, size
    _inside("stride_image", H, K, rows)
    _inside("stride_image", W, L, columns)
    by_row = [sum(start <= a < start + K for start in rows) for a in range(H)]
    by_column = [sum(start <= a < start + L for start in columns) for a in range(W)]
    counts = np.outer(by_row, by_column)
    figure, (ax,) = new(1, 0.75 * W + 0.4, 0.72 * H + 0.7)
    grid(ax, counts, _limit(counts))
    ax.set_axisbelow(True)  # the outlines of the windows lie above the white lines
    for row, column in np.argwhere(counts == 0):
        _hatch(ax, column, row)
    for (i, row), (j, column) in product(enumerate(rows), enumerate(columns)):
        _outline(ax, row, column, size, f"y[{i},{j}]", (i + j) % 2 == 1)
    ax.set_title(
        f"{len(rows)} x {len(columns)} windows; a pixel's number counts those that see it", fontweight="bold", fontsize=12
    )
    unseen = int((counts == 0).sum())
    told = "; ".join(f"row {a}: {' '.join(map(str, line))}" for a, line in enumerate(counts))
    show(
        Picture(
            figure,
            f"An image of {H} by {W} pixels under windows of {K} by {L}, which begin at rows {_list(rows)} and columns "
            f"{_list(columns)}. How many windows see each pixel: {told}. {unseen} pixels are seen by none.",
        )
    )


def stride_rows(matrix: np.ndarray, stride: int) -> None:
    """Show the matrix of a 1D convolution with stride 1, the rows that a larger stride keeps, and the matrix they form."""
    _need("stride_rows", 2, matrix=matrix)
    if stride < 1:
        raise ValueError(f"stride_rows: the stride is {stride}, expected 1 or more")
    kept = matrix[::stride]
    framed = np.zeros(matrix.shape, bool)
    framed[::stride] = True
    figure, axes = new(2, 1.3 * matrix.shape[1] + 1.0, 0.62 * len(matrix) + 1.1)
    limit = _limit(matrix)
    grid(axes[0], matrix, limit, framed)
    grid(axes[1], kept, limit)
    for ax, rows, name in ((axes[0], matrix, "stride 1"), (axes[1], kept, f"stride {stride}")):
        ax.set_title(name, fontsize=12)
        for i in range(len(rows)):
            ax.text(-0.65, i, f"y[{i}]", ha="right", va="center", color=GREY, fontsize=11)
    figure.suptitle(f"Stride {stride} keeps every row whose number is a multiple of {stride}", fontweight="bold", fontsize=12)
    told = "; ".join(f"row {i}{' (kept)' if i % stride == 0 else ''}: {_list(row)}" for i, row in enumerate(matrix))
    show(
        Picture(
            figure, f"The matrix of the convolution with stride 1. {told}. With stride {stride} the kept rows are the matrix."
        )
    )


def stride_sprays(dy: np.ndarray, w: np.ndarray, starts: Sequence[int], n: int) -> None:
    """Show every dy[i] times w where it lands on a row of n pixels, and the column sums: the backward pass as a spray."""
    _need("stride_sprays", 1, dy=dy, w=w)
    K = len(w)
    if len(dy) != len(starts):
        raise ValueError(f"stride_sprays: dy has {len(dy)} numbers and there are {len(starts)} places for them: expected as many")
    _inside("stride_sprays", n, K, starts)
    figure, (ax,) = new(1, 0.75 * n + 3.0, 0.72 * (len(dy) + 1) + 1.1)
    total, limit = np.zeros(n), _limit(np.outer(dy, w))
    for i, start in enumerate(starts):
        _squares(ax, dy[i] * w, start, i, limit)
        ax.text(-0.8, i, f"dy[{i}] = {number(dy[i])}  times w", ha="right", va="center", fontsize=12)
        total += np.pad(dy[i] * w, (start, n - K - start))
    last = len(dy) + 0.35
    ax.plot([-0.5, n - 0.5], [last - 0.68] * 2, color="black", linewidth=1.2)
    _squares(ax, total, 0, last, limit)
    ax.text(-0.8, last, "dx, the sums", ha="right", va="center", fontsize=12, fontweight="bold")
    for a in range(n):
        ax.text(a, last + 0.75, f"dx[{a}]", ha="center", va="center", color=GREY, fontsize=10)
    _bare(ax, -4.2, n - 0.4, -0.6, last + 1.0)
    ax.set_title("Each dy[i] gives to the pixels that y[i] has seen", fontweight="bold", fontsize=12)
    told = "; ".join(f"dy[{i}] = {number(dy[i])} gives {_list(dy[i] * w)}, from dx[{start}] on" for i, start in enumerate(starts))
    show(Picture(figure, f"Sprays of w = {_list(w)} onto {n} pixels. {told}. The sums: {_list(total)}."))


def stride_trick(dilated: np.ndarray, w: np.ndarray, r: int) -> None:
    """Show w rotated at all its places under a dilated dy with r more zeros, and what each place gives."""
    _need("stride_trick", 1, dilated=dilated, w=w)
    if r < 0:
        raise ValueError(f"stride_trick: r is {r}, expected 0 or more")
    K = len(w)
    strip, turned = np.pad(dilated, (K - 1, r + K - 1)), w[::-1]
    n = len(strip) - K + 1
    given = [float(strip[a : a + K] @ turned) for a in range(n)]
    figure, (ax,) = new(1, 0.75 * len(strip) + 4.0, 0.58 * n + 2.1)
    limit = _limit(np.array([*strip, *w]))
    _squares(ax, strip, 0, 0, limit)
    for start, length, name in ((0, K - 1, "K - 1"), (K - 1, len(dilated), "dilated dy"), (K - 1 + len(dilated), r, "r")):
        _brace(ax, start, length, name)
    _brace(ax, K - 1 + len(dilated) + r, K - 1, "K - 1")
    for a in range(n):
        y = 1.5 + 0.95 * a
        _squares(ax, turned, a, y, limit, height=0.86)
        products = " + ".join(f"{_signed(s)}·{_signed(t)}" for s, t in zip(strip[a : a + K], turned) if s != 0)
        ax.text(len(strip) - 0.1, y, f"dx[{a}] = {products}{' = ' * bool(products)}{number(given[a])}", va="center", fontsize=12)
    _bare(ax, -0.6, len(strip) + 4.4, -1.55, 1.5 + 0.95 * n)
    ax.set_title("Once the zeros are in place, w' slides by one pixel as ever", fontweight="bold", fontsize=12)
    told = "; ".join(f"at {a} it gives dx[{a}] = {number(value)}" for a, value in enumerate(given))
    show(
        Picture(
            figure,
            f"A strip: {K - 1} zeros, the dilated dy {_list(dilated)}, r = {r} more, {K - 1} more. Below it the rotated filter "
            f"w' = {_list(turned)} at its {n} places: {told}.",
        )
    )


def checkerboard(uneven: np.ndarray, even: np.ndarray) -> None:
    """Show two sprays of ones side by side: how often each pixel was hit."""
    _need("checkerboard", 2, uneven=uneven, even=even)
    figure, axes = new(2, 9.2, 5.3)
    limit = max(_limit(uneven), _limit(even))
    for ax, counts, name in ((axes[0], uneven, "3 x 3 filter, stride 2"), (axes[1], even, "4 x 4 filter, stride 2")):
        grid(ax, counts, limit)
        ax.set_title(name, fontsize=12)
    figure.suptitle("Ones sprayed with ones: even inside only if the stride divides the filter", fontweight="bold", fontsize=12)
    middle = uneven[2:-2, 2:-2], even[2:-2, 2:-2]
    told = [_list(np.unique(part)) for part in middle]
    show(
        Picture(
            figure,
            f"How often each pixel is hit. Away from the border the 3 by 3 filter hits a pixel {told[0]} times in "
            f"a checkerboard; the 4 by 4 filter hits every pixel {told[1]} times.",
        )
    )


def _need(name: str, ndim: int, **arrays: np.ndarray) -> None:
    for argument, array in arrays.items():
        if np.ndim(array) != ndim or np.size(array) == 0:
            raise ValueError(f"{name}: {argument} has shape {np.shape(array)}, expected {ndim}D and at least one number")


def _inside(name: str, n: int, K: int, starts: Sequence[int]) -> None:
    if not starts:
        raise ValueError(f"{name}: no windows of {K} entries on {n} entries, expected at least one")
    if any(start < 0 or start + K > n for start in starts):
        raise ValueError(f"{name}: windows of {K} entries that begin at {_list(starts)} stick out of {n} entries")


def _limit(values: np.ndarray) -> float:
    return float(np.abs(values).max()) or 1.0


def _signed(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)


def _list(values: Sequence[int] | np.ndarray) -> str:
    return ", ".join(map(number, values))


def _squares(ax: Axes, values: np.ndarray, left: float, y: float, limit: float, height: float = 0.94) -> None:
    """Draw a row of squares with their numbers, in the colours of `grid`, the first one centred on (left, y)."""
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    colour = colormaps["PuOr_r"]
    for a, value in enumerate(values):
        corner = (left + a - 0.47, y - height / 2)
        ax.add_patch(
            Rectangle(corner, 0.94, height, facecolor=colour(0.5 + value / (4 * limit)), edgecolor="#cccccc", linewidth=0.6)
        )
        ax.text(left + a, y, number(value), ha="center", va="center", fontsize=13)


def _hatch(ax: Axes, column: float, row: float) -> None:
    patch = frame(int(column), int(row))
    patch.set(hatch="///", edgecolor=ORANGE, linewidth=1.2, alpha=0.6)
    ax.add_patch(patch)


def _outline(ax: Axes, row: int, column: int, size: tuple[int, int], name: str, inner: bool) -> None:
    """Outline a window; every second one is drawn dashed and further in, so that neighbours which overlap stay apart."""
    from matplotlib.patches import Rectangle

    gap, colour = (0.13, BLUE) if inner else (0.04, "black")
    window = Rectangle((column - 0.5 + gap, row - 0.5 + gap), size[1] - 2 * gap, size[0] - 2 * gap, fill=False)
    window.set(edgecolor=colour, linewidth=1.8, linestyle=(0, (4, 2)) if inner else "-")
    ax.add_patch(window)
    ax.text(column - 0.32, row - 0.25, name, fontsize=8, va="center", color=colour)


def _bar(ax: Axes, start: int, K: int, y: float, name: str) -> None:
    """Draw a window as a bar under the K entries that it covers."""
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((start - 0.44, y - 0.23), K - 0.12, 0.46, facecolor="#e8f1f8", edgecolor=BLUE, linewidth=1.4))
    ax.text(start + (K - 1) / 2, y, name, ha="center", va="center", color=BLUE, fontsize=12)


def _brace(ax: Axes, start: int, length: int, name: str) -> None:
    """Name a stretch of the strip above it."""
    if length == 0:
        return
    left, right = start - 0.42, start + length - 0.58
    ax.plot([left, left, right, right], [-0.62, -0.75, -0.75, -0.62], color=GREY, linewidth=1.2)
    ax.text((left + right) / 2, -1.1, name, ha="center", va="center", color=GREY, fontsize=11)


def _bare(ax: Axes, left: float, right: float, top: float, bottom: float) -> None:
    ax.set_xlim(left, right)
    ax.set_ylim(bottom, top)
    ax.set_aspect("equal")
    ax.axis("off")
