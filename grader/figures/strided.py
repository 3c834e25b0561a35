"""Figures of 3-strided."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.figures.canvas import (
    BLUE,
    GREY,
    ORANGE,
    Point,
    bare,
    box,
    frame,
    grid,
    heading,
    label,
    largest,
    listed,
    new,
    outline,
    show_picture,
    square,
    title,
)
from grader.show.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def stride_windows(x: np.ndarray, k: int, starts: Sequence[int], pad: int = 0) -> None:
    """Show the windows of k entries of a padded row, and the entries under none of them.

    x: (n,);  starts: where the windows begin in the padded row

    Raises ValueError for an empty row, a negative pad, and windows that stick out.
    """
    _check_axes("stride_windows", 1, x=x)
    if pad < 0:
        raise ValueError(f"stride_windows: pad is {pad}, expected 0 or more")
    n = len(x)
    _check_windows("stride_windows", n + 2 * pad, k, starts)
    padded = np.pad(x, pad)
    counts = _window_counts(len(padded), k, starts)
    figure, (ax,) = new(1, 0.75 * len(padded) + 0.4, 0.46 * len(starts) + 1.5)
    _squares(ax, padded, (0, 0), largest(x))
    for a, count in enumerate(counts):
        is_pixel = pad <= a < pad + n
        label(ax, a, -0.72, f"x[{a - pad}]" if is_pixel else "pad", color=GREY, fontsize=10)
        if not count:
            _hatch(ax, a, 0)
            label(ax, a, 0.75, "unseen" if is_pixel else "unused", color=ORANGE, fontsize=11)
    for i, start in enumerate(starts):
        _bar(ax, start, k, 0.75 + 0.62 * i, f"y[{i}]")
    bare(ax, (-0.6, len(padded) - 0.4), (-1.0, 0.5 + 0.62 * len(starts)))
    unseen = np.flatnonzero(np.equal(counts[pad : pad + n], 0)).tolist()
    title(ax, f"{len(starts)} windows of {k}: {_under_none(len(unseen), n)}")
    show_picture(figure, _windows_text(n, k, starts, pad, unseen))


def stride_image(
    shape: tuple[int, int], size: tuple[int, int], rows: Sequence[int], columns: Sequence[int]
) -> None:
    """Show the windows of an image, and how many of them see each pixel.

    shape: (H, W);  size: (kh, kw), of a window;  rows, columns: where the windows begin

    Raises ValueError for windows that stick out.
    """
    (H, W), (kh, kw) = shape, size
    _check_windows("stride_image", H, kh, rows)
    _check_windows("stride_image", W, kw, columns)
    counts = np.outer(_window_counts(H, kh, rows), _window_counts(W, kw, columns))
    figure, (ax,) = new(1, 0.75 * W + 0.4, 0.72 * H + 0.9)
    grid(ax, counts, largest(counts))
    ax.set_axisbelow(True)  # the outlines of the windows lie above the white lines
    for row, column in np.argwhere(counts == 0):
        _hatch(ax, column, row)
    for (i, row), (j, column) in product(enumerate(rows), enumerate(columns)):
        _outline(ax, row, column, size, f"y[{i},{j}]", (i + j) % 2 == 1)
    count = f"{len(rows) * len(columns)} windows"
    in_rows = f"in {len(rows)} rows of {len(columns)}"
    title(ax, f"{count} of {kh} x {kw}, {in_rows}:\na pixel's number counts those that see it")
    unseen = int((counts == 0).sum())
    numbers = "; ".join(f"row {a}: {' '.join(map(str, line))}" for a, line in enumerate(counts))
    image = f"An image of {H} by {W} pixels under {count} of {kh} by {kw}"
    begin = f"which begin at rows {listed(rows)} and columns {listed(columns)}"
    each = f"How many windows see each pixel: {numbers}"
    show_picture(figure, f"{image}, {in_rows}, {begin}. {each}. {unseen} pixels are seen by none.")


def stride_rows(matrix: np.ndarray, stride: int) -> None:
    """Show the matrix of a 1D convolution, and the matrix of the rows that a stride keeps.

    The outputs of stride 1 are called z, those that the stride keeps y.

    matrix: (m, n), with stride 1. Raises ValueError for another shape and a stride below 1.
    """
    _check_axes("stride_rows", 2, matrix=matrix)
    if stride < 1:
        raise ValueError(f"stride_rows: the stride is {stride}, expected 1 or more")
    kept = matrix[::stride]
    framed = np.zeros(matrix.shape, bool)
    framed[::stride] = True
    figure, axes = new(2, 1.3 * matrix.shape[1] + 1.0, 0.62 * len(matrix) + 1.1)
    limit = largest(matrix)
    grid(axes[0], matrix, limit, framed)
    grid(axes[1], kept, limit)
    _name_rows(axes[0], len(matrix), "z", "stride 1")
    _name_rows(axes[1], len(kept), "y", f"stride {stride}")
    heading(figure, f"Stride {stride} keeps every row whose number is a multiple of {stride}")
    rows = []
    for i, row in enumerate(matrix):
        mark = "" if i % stride else f" (kept as y[{i // stride}])"
        rows.append(f"z[{i}]{mark}: {listed(row)}")
    show_picture(
        figure,
        f"The matrix of the convolution with stride 1. {'; '.join(rows)}. With stride {stride} "
        "the kept rows are the matrix.",
    )


def stride_sprays(dy: np.ndarray, w: np.ndarray, starts: Sequence[int], n: int) -> None:
    """Show the backward pass as a spray: every dy[i] times w where it lands, and the column sums.

    dy: (m,);  w: (k,);  starts: m places on a row of n pixels

    Raises ValueError for sizes that do not fit.
    """
    _check_axes("stride_sprays", 1, dy=dy, w=w)
    k = len(w)
    if len(dy) != len(starts):
        sizes = f"dy has {len(dy)} numbers and there are {len(starts)} places for them"
        raise ValueError(f"stride_sprays: {sizes}: expected as many")
    _check_windows("stride_sprays", n, k, starts)
    figure, (ax,) = new(1, 0.75 * n + 3.0, 0.72 * (len(dy) + 1) + 1.1)
    total = np.zeros(n)
    limit = largest(np.outer(dy, w))
    sprays = []
    for i, start in enumerate(starts):
        spray = dy[i] * w
        _squares(ax, spray, (start, i), limit)
        label(ax, -0.8, i, f"dy[{i}] = {number(dy[i])}  times w", ha="right", fontsize=12)
        total += np.pad(spray, (start, n - k - start))
        sprays.append(f"dy[{i}] = {number(dy[i])} gives {listed(spray)}, from dx[{start}] on")
    last = len(dy) + 0.35
    ax.plot([-0.5, n - 0.5], [last - 0.68] * 2, color="black", linewidth=1.2)
    _squares(ax, total, (0, last), limit)
    label(ax, -0.8, last, "dx, the sums", ha="right", fontsize=12, fontweight="bold")
    for a in range(n):
        label(ax, a, last + 0.75, f"dx[{a}]", color=GREY, fontsize=10)
    bare(ax, (-4.2, n - 0.4), (-0.6, last + 1.0))
    title(ax, "Each dy[i] gives to the pixels that y[i] has seen")
    claim = f"Sprays of w = {listed(w)} onto {n} pixels"
    show_picture(figure, f"{claim}. {'; '.join(sprays)}. The sums: {listed(total)}.")


def stride_trick(dilated: np.ndarray, w: np.ndarray, r: int) -> None:
    """Show w rotated at all its places under a dilated dy, and what each place gives.

    dilated: (m,);  w: (k,);  r: how many zeros more follow. Raises ValueError for a negative r.
    """
    _check_axes("stride_trick", 1, dilated=dilated, w=w)
    if r < 0:
        raise ValueError(f"stride_trick: r is {r}, expected 0 or more")
    k = len(w)
    strip = np.pad(dilated, (k - 1, r + k - 1))
    turned = w[::-1]
    n = len(strip) - k + 1
    dx = [float(strip[a : a + k] @ turned) for a in range(n)]
    figure, (ax,) = new(1, 0.75 * len(strip) + 4.0, 0.58 * n + 2.1)
    limit = largest(strip, w)
    _squares(ax, strip, (0, 0), limit)
    around = ("k - 1", k - 1)
    _braces(ax, [around, ("dilated dy", len(dilated)), ("r", r), around])
    for a in range(n):
        y = 1.5 + 0.95 * a
        _squares(ax, turned, (a, y), limit, height=0.86)
        products = _products(strip[a : a + k], turned)
        text = f"dx[{a}] = {products}{number(dx[a])}"
        ax.text(len(strip) - 0.1, y, text, va="center", fontsize=12)
    bare(ax, (-0.6, len(strip) + 4.4), (-1.55, 1.5 + 0.95 * n))
    title(ax, "Once the zeros are in place, w' slides by one pixel as ever")
    results = "; ".join(f"at {a} it gives dx[{a}] = {number(value)}" for a, value in enumerate(dx))
    show_picture(
        figure,
        f"A strip: {k - 1} zeros, the dilated dy {listed(dilated)}, r = {r} more, {k - 1} more. "
        f"Below it the rotated filter w' = {listed(turned)} at its {n} places: {results}.",
    )


def checkerboard(uneven: np.ndarray, even: np.ndarray) -> None:
    """Show two sprays of ones side by side: how often each pixel, (H, W), was hit."""
    _check_axes("checkerboard", 2, uneven=uneven, even=even)
    figure, axes = new(2, 9.2, 5.3)
    limit = max(largest(uneven), largest(even))
    names = ("3 x 3 filter, stride 2", "4 x 4 filter, stride 2")
    hits = []
    for ax, counts, name in zip(axes, (uneven, even), names, strict=True):
        grid(ax, counts, limit)
        ax.set_title(name, fontsize=12)
        hits.append(listed(np.unique(counts[2:-2, 2:-2])))
    heading(figure, "Ones sprayed with ones: even inside only if the stride divides the filter")
    show_picture(
        figure,
        "How often each pixel is hit. Away from the border the 3 by 3 filter hits a pixel "
        f"{hits[0]} times in a checkerboard; the 4 by 4 filter hits every pixel {hits[1]} times.",
    )


def _check_axes(name: str, axes: int, **arrays: np.ndarray) -> None:
    """Raise a ValueError if an array has another number of axes, or no numbers at all."""
    for argument, values in arrays.items():
        if np.ndim(values) != axes or np.size(values) == 0:
            shape = f"{argument} has shape {np.shape(values)}"
            raise ValueError(f"{name}: {shape}, expected {axes}D and at least one number")


def _check_windows(name: str, n: int, k: int, starts: Sequence[int]) -> None:
    """Raise a ValueError if there are no windows, or if one sticks out of n entries."""
    if not starts:
        raise ValueError(f"{name}: no windows of {k} entries on {n} entries, expected at least one")
    if any(start < 0 or start + k > n for start in starts):
        windows = f"windows of {k} entries that begin at {listed(starts)}"
        raise ValueError(f"{name}: {windows} stick out of {n} entries")


def _window_counts(n: int, k: int, starts: Sequence[int]) -> list[int]:
    """Return for each of n entries how many windows of k entries see it."""
    counts = [0] * n
    for start in starts:
        for a in range(start, start + k):
            counts[a] += 1
    return counts


def _under_none(unseen: int, n: int) -> str:
    if not unseen:
        return f"each of the {n} pixels lies under one"
    return f"{unseen} of {n} pixels {'lies' if unseen == 1 else 'lie'} under none"


def _windows_text(n: int, k: int, starts: Sequence[int], pad: int, unseen: list[int]) -> str:
    windows = [f"y[{i}] sees entries {start} to {start + k - 1}" for i, start in enumerate(starts)]
    row = f"A row of {n} pixels"
    if pad:
        row += f" padded at each end, {n + 2 * pad} entries"
    names = ", ".join(f"x[{a}]" for a in unseen) or "no pixel"
    claim = f"{row}, and {len(starts)} windows of {k}"
    return f"{claim}: {'; '.join(windows)}. Under no window: {names}."


def _products(window: np.ndarray, weights: np.ndarray) -> str:
    """Return '2·(-1) + 3·4 = ' without the products of zeros, '' if there is no other."""
    terms = [f"{_signed(s)}·{_signed(t)}" for s, t in zip(window, weights, strict=True) if s != 0]
    return f"{' + '.join(terms)} = " if terms else ""


def _signed(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)


def _squares(
    ax: Axes, values: np.ndarray, first: Point, limit: float, height: float = 0.94
) -> None:
    """Draw a row of squares with their numbers, a little apart."""
    style: dict[str, Any] = {"edgecolor": "#cccccc", "linewidth": 0.6}
    for a, value in enumerate(values):
        square(ax, value, (first[0] + a, first[1]), limit, (0.94, height), **style)


def _name_rows(ax: Axes, count: int, outputs: str, name: str) -> None:
    """Write the name of a matrix above it, and beside its rows the outputs that they make."""
    ax.set_title(name, fontsize=12)
    for i in range(count):
        label(ax, -0.65, i, f"{outputs}[{i}]", ha="right", color=GREY, fontsize=11)


def _hatch(ax: Axes, column: float, row: float) -> None:
    patch = frame(int(column), int(row))
    patch.set(hatch="///", edgecolor=ORANGE, linewidth=1.2, alpha=0.6)
    ax.add_patch(patch)


def _outline(
    ax: Axes, row: int, column: int, size: tuple[int, int], name: str, inner: bool
) -> None:
    """Outline a window.

    Every second one is dashed and further in, so that neighbours which overlap stay apart.
    """
    gap, colour, line = (0.13, BLUE, (0, (4, 2))) if inner else (0.04, "black", "-")
    corner = (column - 0.5 + gap, row - 0.5 + gap)
    style: dict[str, Any] = {"edgecolor": colour, "linewidth": 1.8, "linestyle": line}
    outline(ax, corner, size[1] - 2 * gap, size[0] - 2 * gap, **style)
    ax.text(column - 0.32, row - 0.25, name, fontsize=8, va="center", color=colour)


def _bar(ax: Axes, start: int, k: int, y: float, name: str) -> None:
    """Draw a window as a bar under the k entries that it covers."""
    style: dict[str, Any] = {"facecolor": "#e8f1f8", "edgecolor": BLUE, "linewidth": 1.4}
    box(ax, (start - 0.44, y - 0.23), k - 0.12, 0.46, **style)
    label(ax, start + (k - 1) / 2, y, name, color=BLUE, fontsize=12)


def _braces(ax: Axes, stretches: list[tuple[str, int]]) -> None:
    """Name the stretches of the strip above it, one after the other, by name and length."""
    start = 0
    for name, length in stretches:
        _brace(ax, start, length, name)
        start += length


def _brace(ax: Axes, start: int, length: int, name: str) -> None:
    """Name a stretch of the strip above it."""
    if length == 0:
        return
    left = start - 0.42
    right = start + length - 0.58
    ax.plot([left, left, right, right], [-0.62, -0.75, -0.75, -0.62], color=GREY, linewidth=1.2)
    label(ax, (left + right) / 2, -1.1, name, color=GREY, fontsize=11)
