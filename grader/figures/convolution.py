"""Figures of 2-convolution.

They draw the numbers they are given: no figure computes a convolution.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.figures.canvas import (
    BLUE,
    GREY,
    Point,
    arrow,
    bare,
    bracketed,
    frame,
    grid,
    heading,
    label,
    largest,
    new,
    outline,
    show_picture,
    square,
    title,
)
from grader.show.comparison import Comparison, computed
from grader.show.display import show
from grader.show.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Place = tuple[int, int]  # row, column
ABOVE, BELOW = -0.75, 0.78  # where the names of a row of squares stand
_PADDING: dict[str, Any] = {"facecolor": "white", "edgecolor": GREY, "linestyle": ":"}


def gather_step(x: np.ndarray, w: np.ndarray, y: np.ndarray, at: int) -> None:
    """Show how y[at] is gathered: its window of the padded x, the filter, the products, their sum.

    x: (n,);  w: (k,);  y: (m,). Raises ValueError for sizes that no padding explains.
    """
    _check_axes("gather_step", 1, x, w, y)
    n, k = len(x), len(w)
    pad = _padding(n, k, len(y), at)
    left = at - pad
    middle = left + (k - 1) / 2
    limit = largest(x, w, y)
    window = np.pad(x, pad)[at : at + k]
    products = window * w
    figure, ax = _canvas(-pad, n + pad, 6.1)
    for start in (-pad, n):
        for a in range(start, start + pad):
            square(ax, 0, (a, 0), limit, quiet_zero=True, **_PADDING)
    _row(ax, (0, 0), x, limit, "x")
    _box(ax, (left, 0), k)
    _row(ax, (left, 1.5), w, limit)
    _row(ax, (left, 2.75), products, limit)
    _row(ax, (middle - at, 4.75), y, limit, "y", names_at=BELOW)
    _box(ax, (middle, 4.75))
    for column in range(left, left + k):
        label(ax, column, 0.75, "×", fontsize=13)
        arrow(ax, (column, 3.3), (middle, 4.2), BLUE)
    names = {0: "x", 1.5: "the filter w", 2.75: "products", 4.75: "their sum, y"}
    _row_labels(ax, -pad - 0.85, names)
    title(ax, f"y[{at}] gathers {k} pixels, weighted with w")
    plural = "s" if pad > 1 else ""
    zeros = f", with {pad} padding zero{plural} at each end" if pad else ""
    pairs = zip(window, w, strict=True)
    terms = " + ".join(f"({number(a)} times {number(b)})" for a, b in pairs)
    rows = f"A row x = {bracketed(x)}{zeros}, and y = {bracketed(y)}"
    step = f"The filter w = {bracketed(w)} lies below the window of y[{at}]"
    show_picture(figure, f"{rows}. {step}: {terms} = {number(y[at])}.")


def spray_step(
    source: np.ndarray,
    taps: np.ndarray,
    at: int,
    first: int,
    size: int,
    names: Sequence[str] = ("x", "w'", "y"),
) -> None:
    """Show source[at] times the taps being added onto a row of `size` numbers.

    source: (n,);  taps: (k,);  first: the place in the row where the first product lands
    names: of the row the spray comes from, of the taps, and of the row it lands on

    Raises ValueError if no product lands on the row.
    """
    _check_axes("spray_step", 1, source, taps)
    k = len(taps)
    origin, filter_name, target = names
    if not 0 <= at < len(source) or not -k < first < size:
        spray = f"from {at} of {len(source)} numbers, {k} products onto {first} of {size}"
        raise ValueError(f"spray_step: {spray}: nothing lands")
    left = at - (k - 1) / 2
    start = left - first
    products = source[at] * taps
    limit = largest(source, taps, products)
    leftmost = min(left, start, 0)
    figure, ax = _canvas(leftmost, max(left + k, start + size, len(source)), 6.1)
    _row(ax, (0, 0), source, limit, origin)
    _box(ax, (at, 0))
    _row(ax, (left, 1.75), taps, limit)
    _row(ax, (left, 3.0), products, limit)
    _row(ax, (start, 4.75), np.full(size, np.nan), limit, target, names_at=BELOW)
    landed = []
    for place, value in enumerate(products, first):
        lands = 0 <= place < size
        arrow(ax, (at, 0.52), (start + place, 1.2), BLUE)
        _product(ax, start + place, value, lands)
        if lands:
            landed.append(f"{number(value)} onto {target}[{place}]")
    labels = {
        0: origin,
        1.75: f"times {filter_name}",
        3.0: "products",
        4.75: f"added onto {target}",
    }
    _row_labels(ax, leftmost - 0.85, labels)
    title(ax, f"{origin}[{at}] sprays {filter_name} onto {len(landed)} places of {target}")
    step = f"{origin}[{at}] = {number(source[at])} times {filter_name} = {bracketed(taps)}"
    lost = k - len(landed)
    off = f"; {lost} of the {k} products falls off the end" if lost else ""
    show_picture(figure, f"{step}, added: {', '.join(landed)}{off}.")


def spray_rows(
    source: np.ndarray,
    rows: np.ndarray | Callable[[], Sequence[Any]],
    names: Sequence[str] = ("x", "y"),
) -> None:
    """Show what every number of the source sprays, row below row, and the sums of the columns.

    source: (n,);  rows: (n, m), or a function without arguments that returns n rows; it may use
        what the student has written so far, and while that is missing or returns no such rows, the
        output says so
    names: of the source and of the sums

    Raises ValueError for other shapes of arrays.
    """
    origin, target = names
    if callable(rows):
        function = rows
        values, problem = computed(lambda: _rows_of_sprays(source, function(), origin))
        if problem:
            show(Comparison(f"the sprays of {origin}", problem=problem))
            return
        [rows] = values
    _check_rows_of_sprays(source, rows, origin)
    n, m = rows.shape
    figure, ax = _canvas(0, m, n + 1.8)
    total = rows.sum(axis=0)
    limit = largest(rows, total)
    for a in range(n):
        _row(ax, (0, a), rows[a], limit)
    ax.plot([-0.5, m - 0.5], [n - 0.3, n - 0.3], color="black", linewidth=1.5)
    _row(ax, (0, n + 0.1), total, limit, target, names_at=BELOW)
    labels = {a: f"from {origin}[{a}] = {number(value)}" for a, value in enumerate(source)}
    _row_labels(ax, -0.8, labels | {n + 0.1: f"sums: {target}"})
    title(ax, f"The sprays of {origin}, added up column by column, are {target}")
    sprays = "; ".join(f"{labels[a]}: {bracketed(rows[a])}" for a in range(n))
    sums = f"The sums of the {m} columns are {target} = {bracketed(total)}"
    show_picture(figure, f"{sprays}. {sums}.")


def _rows_of_sprays(source: np.ndarray, rows: Sequence[Any], origin: str) -> np.ndarray | None:
    """Return rows that a student's function computed as an array, or None if one is None.

    Raises ValueError if they are not one row for each number of the source.
    """
    if any(row is None for row in rows):
        return None
    values = np.array(rows, dtype=float)
    _check_rows_of_sprays(source, values, origin)
    return values


def _check_rows_of_sprays(source: np.ndarray, rows: np.ndarray, origin: str) -> None:
    _check_axes("spray_rows", 2, rows)
    if len(rows) != len(source):
        sizes = f"{len(source)} numbers in {origin} and {len(rows)} rows"
        raise ValueError(f"spray_rows: {sizes}, expected one row for each")


def stamps(gradients: Sequence[np.ndarray], places: Sequence[Place]) -> None:
    """Show the gradient of y[i, j] by the whole image for some places (i, j).

    gradients: each (M, N). The pixel (i, j) is framed. Raises ValueError unless there is one
    gradient for each place, all have one shape and hold the places.
    """
    _check_axes("stamps", 2, *gradients)
    if len(gradients) != len(places) or not places:
        counts = f"{len(gradients)} gradients for {len(places)} places"
        raise ValueError(f"stamps: {counts}, expected one for each")
    shape = gradients[0].shape
    one_shape = all(gradient.shape == shape for gradient in gradients)
    if not one_shape or not _lie_within(places, shape):
        expected = f"them in images of one shape, {shape}"
        raise ValueError(f"stamps: places {list(places)}, expected {expected}")
    figure, axes = _panels(gradients, [f"gradient of y[{i}, {j}]" for i, j in places])
    for ax, (i, j) in zip(axes, places, strict=True):
        ax.add_patch(frame(j, i))
    heading(figure, "One output's gradient: the filter, with its middle on the framed pixel")
    contents = [
        f"Of y[{i}, {j}]: {_bracketed_rows(gradient)}"
        for gradient, (i, j) in zip(gradients, places, strict=True)
    ]
    claim = "The gradient of single outputs by the whole image, zero outside the output's window"
    show_picture(figure, f"{claim}. {'. '.join(contents)}.")


def overlap(first: np.ndarray, second: np.ndarray, titles: Sequence[str]) -> None:
    """Show two sprays onto an image, both (H, W), and their sum.

    The pixels that both reach are framed. Raises ValueError for two shapes, or for other than two
    titles.
    """
    _check_axes("overlap", 2, first, second)
    if first.shape != second.shape or len(titles) != 2:
        shapes = f"sprays of the shapes {first.shape} and {second.shape}"
        raise ValueError(f"overlap: {shapes}, expected one shape and two titles")
    total = first + second
    figure, axes = _panels((first, second, total), (*titles, "their sum"))
    reached = np.argwhere((first != 0) & (second != 0))
    both = [(int(row), int(column)) for row, column in reached]
    for row, column in both:
        axes[2].add_patch(frame(column, row))
    heading(figure, "Where two sprays meet (framed), they add up")
    sprays = f"{titles[0]}: {_bracketed_rows(first)}. {titles[1]}: {_bracketed_rows(second)}"
    pixels = ", ".join(map(str, both))
    sums = f"Their sum: {_bracketed_rows(total)}"
    show_picture(figure, f"{sprays}. {sums}. Both reach the pixels {pixels}.")


def reflections(w: np.ndarray) -> None:
    """Show a filter w, (kh, kw), reflected once, and once more: turned by 180 degrees."""
    _check_axes("reflections", 2, w)
    views = (w, w[:, ::-1], w[::-1, ::-1])
    titles = ("w", "left and right swapped", "then top and bottom: w'")
    figure, _ = _panels(views, titles, gap=1.2)
    heading(figure, "Two reflections turn a filter by 180 degrees")
    contents = [
        f"{name}: {_bracketed_rows(view)}" for name, view in zip(titles, views, strict=True)
    ]
    claim = f"A filter of {w.shape[0]} by {w.shape[1]} weights, reflected twice"
    show_picture(figure, f"{claim}. {'. '.join(contents)}.")


def weight_jacobian(dy_dw: np.ndarray) -> None:
    """Show dy/dw, (m, k): the padded row, one place further from column to column."""
    _check_axes("weight_jacobian", 2, dy_dw)
    m, k = dy_dw.shape
    figure, (ax,) = new(1, 0.52 * k + 2.6, 0.52 * m + 1.2)
    _numbered(ax, dy_dw, largest(dy_dw))
    for i in range(m):
        label(ax, -0.7, i, f"y[{i}]", ha="right", fontsize=10, color=GREY)
    for u in range(k):
        label(ax, u, -0.75, f"w[{u}]", fontsize=10, color=GREY)
    title(ax, "Each column is the padded row,\none place further on", pad=26)
    columns = "; ".join(f"w[{u}] moves y by {bracketed(dy_dw[:, u])}" for u in range(k))
    claim = f"dy/dw, a row for each of {m} outputs and a column for each of {k} weights"
    show_picture(figure, f"{claim}. Per unit, {columns}.")


def filter_bank(x: np.ndarray, w: np.ndarray, first: Sequence[float]) -> None:
    """Show an image above a bank of filters, and the first number of each channel of y.

    x: (C, H, W);  w: (F, C, kh, kw);  first: F numbers.
    Raises ValueError for sizes that do not fit.
    """
    _check_axes("filter_bank", 3, x)
    _check_axes("filter_bank", 4, w)
    (C, H, W), (F, depth, kh, kw) = x.shape, w.shape
    if depth != C or len(first) != F or kh > H or kw > W:
        sizes = f"x {x.shape}, w {w.shape} and {len(first)} outputs"
        raise ValueError(f"filter_bank: {sizes}: they do not fit")
    output = (H - kh + 1, W - kw + 1)
    room = (max(kh, output[0]), max(W, kw))
    figure, axes = _table([H] + [room[0]] * F, C + 1, room[1])
    for c in range(C):
        _numbered(axes[0][c], x[c], largest(x), f"x, channel {c}")
        _box(axes[0][c], (0, 0), kw, kh)
    for f in range(F):
        *of_filters, of_output = axes[f + 1]
        _filters(of_filters, w[f], f, largest(w))
        y = np.full(output, np.nan)
        y[0, 0] = first[f]
        _numbered(of_output, y, largest(np.array(first)), f"y, channel {f}")
        _box(of_output, (0, 0))
        _center(of_output, output, room)
        for ax in of_filters:
            _center(ax, (kh, kw), room)
    heading(figure, "One row of filters reads every channel of x and makes one channel of y")
    image = f"An image of {C} channels, each {H} by {W}, above {F} rows of filters"
    filters = f"each row with a {kh} by {kw} part for every channel"
    outputs = ", ".join(f"y[{f}, 0, 0] = {number(value)}" for f, value in enumerate(first))
    window = "The first window is framed in every channel of x"
    show_picture(figure, f"{image}, {filters}. {window}. Row by row, with the bias: {outputs}.")


def bank_columns(w: np.ndarray, channel: int) -> None:
    """Show filters as a table, and the column that one channel of dx collects from.

    w: (F, C, kh, kw). Raises ValueError if there is no such channel.
    """
    _check_axes("bank_columns", 4, w)
    F, C, kh, kw = w.shape
    if not 0 <= channel < C:
        raise ValueError(f"bank_columns: channel {channel}, expected one of {C} channels")
    figure, axes = _table([kh] * F, C + 1, kw + 1)
    for f in range(F):
        _filters(axes[f], w[f], f, largest(w))
        _box(axes[f][channel], (0, 0), kw, kh)
        axes[f][C].text(0.0, 0.5, f"← dy, channel {f}", fontsize=12, va="center")
    for c in range(C):
        weight = "bold" if c == channel else "normal"
        axes[F - 1][c].set_xlabel(f"↓\ndx, channel {c}", fontsize=12, fontweight=weight)
    heading(
        figure, f"Backward, channel {channel} of dx collects down its column: from every filter"
    )
    table = f"{F} filters in a table, one below the other, each with {C} parts of {kh} by {kw}"
    meaning = "Row f meets channel f of dy, column c makes channel c of dx"
    parts = ", ".join(f"w[{f}, {channel}]" for f in range(F))
    collects = f"Channel {channel} of dx collects from {parts}: one for each channel of dy"
    show_picture(figure, f"{table}. {meaning}. {collects}.")


def _padding(n: int, k: int, m: int, at: int) -> int:
    """Return the pad under which a row of n pixels and k weights give m outputs.

    Raises ValueError if there is none, or no output y[at].
    """
    pad, odd = divmod(m - n + k - 1, 2)
    if odd or pad < 0 or not 0 <= at < m:
        sizes = f"{m} outputs from {n} pixels and {k} weights, at = {at}"
        raise ValueError(f"gather_step: {sizes}: they do not fit for any pad")
    return pad


def _canvas(start: float, stop: float, height: float) -> tuple[Figure, Axes]:
    """Return axes for unit squares from column `start` to before `stop`, with rows going down."""
    figure, (ax,) = new(1, 0.66 * (stop - start) + 0.4, 0.66 * height + 0.6)
    bare(ax, (start - 0.6, stop - 0.4), (-1.0, height - 0.5))
    return figure, ax


def _panels(
    matrices: Sequence[np.ndarray], titles: Sequence[str], gap: float = 0.7
) -> tuple[Figure, list[Axes]]:
    """Return matrices of one shape side by side, with titles; gap: inches between two."""
    rows, columns = matrices[0].shape
    width = 0.47 * columns + gap
    figure, axes = new(len(matrices), len(matrices) * width, 0.47 * rows + 1.0)
    figure.set_layout_engine("constrained", wspace=gap / width)
    limit = largest(*matrices)
    for ax, matrix, name in zip(axes, matrices, titles, strict=True):
        _numbered(ax, matrix, limit, name)
    return figure, axes


def _table(heights: Sequence[int], columns: int, widest: int) -> tuple[Figure, list[list[Axes]]]:
    """Return a table of empty axes.

    In row k there is room for matrices of `heights[k]` by `widest` squares.
    """
    inches = [0.5 * height + 0.4 for height in heights]
    figure, _ = new(1, columns * (0.5 * widest + 0.6), sum(inches) + 0.6)
    figure.clear()
    ratios: dict[str, Any] = {"height_ratios": heights}
    subplots = figure.subplots(len(heights), columns, squeeze=False, gridspec_kw=ratios)
    axes = [[subplots[row, column] for column in range(columns)] for row in range(len(heights))]
    for ax in chain.from_iterable(axes):
        ax.axis("off")
    return figure, axes


def _center(ax: Axes, shape: tuple[int, int], room: tuple[int, int]) -> None:
    """Put a matrix of this shape into the middle of a room; shape, room: rows, columns."""
    rows, columns = shape
    height, width = room
    ax.set_xlim((columns - width) / 2 - 0.5, (columns + width) / 2 - 0.5)
    ax.set_ylim((rows + height) / 2 - 0.5, (rows - height) / 2 - 0.5)


def _filters(axes: Sequence[Axes], parts: np.ndarray, f: int, limit: float) -> None:
    """Draw the parts of filter f, one for each channel."""
    for c, part in enumerate(parts):
        _numbered(axes[c], part, limit, f"w[{f}, {c}]")


def _numbered(ax: Axes, values: np.ndarray, limit: float, name: str = "") -> None:
    """Draw a matrix as squares under its name.

    Zeros are grey, and what is not known yet (NaN) is a question mark.
    """
    ax.axis("on")
    grid(ax, np.nan_to_num(values), limit)
    for text, value in zip(ax.texts, values.ravel()):
        if np.isnan(value):
            text.set(color=GREY, text="?")
        elif value == 0:
            text.set(color=GREY)
    ax.set_title(name, fontsize=12)


def _row(
    ax: Axes,
    first: Point,
    values: np.ndarray,
    limit: float,
    name: str = "",
    names_at: float = ABOVE,
) -> None:
    """Draw a row of squares with their numbers, and name[0], name[1], ... above or below them.

    first: the middle of the first square
    """
    for k, value in enumerate(values):
        x = first[0] + k
        square(ax, value, (x, first[1]), limit, quiet_zero=True, edgecolor="#bbbbbb")
        if name:
            label(ax, x, first[1] + names_at, f"{name}[{k}]", fontsize=9, color=GREY)


def _product(ax: Axes, column: float, value: float, lands: bool) -> None:
    """Draw where one product of a spray goes."""
    if not lands:
        label(ax, column, 4.75, "falls\noff", fontsize=10)
        return
    arrow(ax, (column, 3.55), (column, 4.2), BLUE)
    sign = "+" if value >= 0 else "−"
    label(ax, column, 4.75, f"{sign}{number(abs(value))}", fontsize=13)


def _box(ax: Axes, first: Point, width: float = 1, height: float = 1) -> None:
    """Frame a block of squares; first: the middle of its upper left one."""
    corner = (first[0] - 0.47, first[1] - 0.47)
    style: dict[str, Any] = {"edgecolor": "black", "linewidth": 2.2, "zorder": 3}
    outline(ax, corner, width - 0.06, height - 0.06, **style)


def _row_labels(ax: Axes, column: float, labels: dict[float, str]) -> None:
    for row, text in labels.items():
        label(ax, column, row, text, ha="right", fontsize=12)


def _lie_within(places: Sequence[Place], shape: tuple[int, ...]) -> bool:
    rows, columns = shape
    return all(0 <= i < rows and 0 <= j < columns for i, j in places)


def _check_axes(name: str, axes: int, *arrays: np.ndarray) -> None:
    """Raise a ValueError if an array has another number of axes, or no numbers at all."""
    for values in arrays:
        if np.ndim(values) != axes or np.size(values) == 0:
            expected = f"{axes} axes and at least one number"
            raise ValueError(f"{name}: an array of shape {np.shape(values)}, expected {expected}")


def _bracketed_rows(matrix: np.ndarray) -> str:
    return " ".join(map(bracketed, matrix))
