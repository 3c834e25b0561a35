"""Figures of 2-convolution. They draw the numbers they are given: no figure computes a convolution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from grader.figures.canvas import BLUE, GREY, Picture, frame, grid, new
from grader.show.display import show
from grader.show.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Place = tuple[float, float]  # column, row


def gather_step(x: np.ndarray, w: np.ndarray, y: np.ndarray, at: int) -> None:
    """Show how y[at] is gathered: its window of the padded x, the filter below it, their products, the sum."""
    _expect("gather_step", 1, x, w, y)
    n, K, m = len(x), len(w), len(y)
    pad, odd = divmod(m - n + K - 1, 2)
    if odd or pad < 0 or not 0 <= at < m:
        raise ValueError(f"gather_step: {m} outputs from {n} pixels and {K} weights, at = {at}: they do not fit for any pad")
    left, out, limit = at - pad, at - pad + (K - 1) / 2, _largest(x, w, y)
    window = np.pad(x, pad)[at : at + K]
    figure, ax = _canvas(-pad, n + pad, 6.1)
    for start in (-pad, n):
        _squares(ax, (start, 0), np.zeros(pad), limit, style="padding")
    _squares(ax, (0, 0), x, limit, names="x")
    _box(ax, (left, 0), K)
    _squares(ax, (left, 1.5), w, limit)
    _squares(ax, (left, 2.75), window * w, limit)
    _squares(ax, (out - at, 4.75), y, limit, names="y", below=True)
    _box(ax, (out, 4.75))
    for u in range(K):
        ax.text(left + u, 0.75, "×", ha="center", va="center", fontsize=13)
        _arrow(ax, (left + u, 3.3), (out, 4.2))
    _row_labels(ax, -pad - 0.85, {0: "x", 1.5: "the filter w", 2.75: "products", 4.75: "their sum, y"})
    ax.set_title(f"y[{at}] gathers {K} pixels, weighted with w", fontweight="bold", fontsize=12)
    zeros = f", with {pad} padding zero{'s' * (pad > 1)} at each end" if pad else ""
    terms = " + ".join(f"({number(a)} times {number(b)})" for a, b in zip(window, w))
    told = f"A row x = {_list(x)}{zeros}, and y = {_list(y)}. The filter w = {_list(w)} lies below the window of y[{at}]"
    show(Picture(figure, f"{told}: {terms} = {number(y[at])}."))


def spray_step(
    source: np.ndarray, taps: np.ndarray, at: int, first: int, size: int, names: Sequence[str] = ("x", "w'", "y")
) -> None:
    """Show source[at] times the taps being added onto a row of `size` numbers, from its place `first` on.

    names: of the row the spray comes from, of the taps, and of the row it lands on.
    """
    _expect("spray_step", 1, source, taps)
    K, (origin, filter_name, target) = len(taps), names
    if not 0 <= at < len(source) or not -K < first < size:
        raise ValueError(f"spray_step: from {at} of {len(source)} numbers, {K} products onto {first} of {size}: nothing lands")
    left, products = at - (K - 1) / 2, source[at] * taps
    start, limit = left - first, _largest(source, taps, products)
    figure, ax = _canvas(min(left, start, 0), max(left + K, start + size, len(source)), 6.1)
    _squares(ax, (0, 0), source, limit, names=origin)
    _box(ax, (at, 0))
    _squares(ax, (left, 1.75), taps, limit)
    _squares(ax, (left, 3.0), products, limit)
    _squares(ax, (start, 4.75), np.full(size, np.nan), limit, names=target, below=True)
    for u, value in enumerate(products):
        lands = 0 <= first + u < size
        _arrow(ax, (at, 0.52), (left + u, 1.2))
        if lands:
            _arrow(ax, (left + u, 3.55), (left + u, 4.2))
        text = f"{'+' if value >= 0 else '−'}{number(abs(value))}" if lands else "falls\noff"
        ax.text(left + u, 4.75, text, ha="center", va="center", fontsize=13 if lands else 10)
    labels = {0: origin, 1.75: f"times {filter_name}", 3.0: "products", 4.75: f"added onto {target}"}
    _row_labels(ax, min(left, start, 0) - 0.85, labels)
    landed = [f"{number(value)} onto {target}[{first + u}]" for u, value in enumerate(products) if 0 <= first + u < size]
    ax.set_title(f"{origin}[{at}] sprays {filter_name} onto {len(landed)} places of {target}", fontweight="bold", fontsize=12)
    told = f"{origin}[{at}] = {number(source[at])} times {filter_name} = {_list(taps)}, added: {', '.join(landed)}"
    off = f"; {K - len(landed)} of the {K} products falls off the end" if len(landed) < K else ""
    show(Picture(figure, f"{told}{off}."))


def spray_rows(source: np.ndarray, rows: np.ndarray, names: Sequence[str] = ("x", "y")) -> None:
    """Show what every number of the source sprays, row below row, and the sums of the columns."""
    _expect("spray_rows", 2, rows)
    (n, m), (origin, target) = rows.shape, names
    if n != len(source):
        raise ValueError(f"spray_rows: {len(source)} numbers in {origin} and {n} rows, expected one row for each")
    figure, ax = _canvas(0, m, n + 1.8)
    total = rows.sum(axis=0)
    labels = {a: f"from {origin}[{a}] = {number(value)}" for a, value in enumerate(source)}
    for a in range(n):
        _squares(ax, (0, a), rows[a], _largest(rows, total))
    ax.plot([-0.5, m - 0.5], [n - 0.3, n - 0.3], color="black", linewidth=1.5)
    _squares(ax, (0, n + 0.1), total, _largest(rows, total), names=target, below=True)
    _row_labels(ax, -0.8, labels | {n + 0.1: f"sums: {target}"})
    ax.set_title(f"The sprays of {origin}, added up column by column, are {target}", fontweight="bold", fontsize=12)
    told = "; ".join(f"{labels[a]}: {_list(rows[a])}" for a in range(n))
    show(Picture(figure, f"{told}. The sums of the {m} columns are {target} = {_list(total)}."))


def stamps(gradients: Sequence[np.ndarray], places: Sequence[tuple[int, int]]) -> None:
    """Show the gradient of y[i, j] by the whole image for some places (i, j); the pixel (i, j) is framed."""
    _expect("stamps", 2, *gradients)
    if len(gradients) != len(places) or not places:
        raise ValueError(f"stamps: {len(gradients)} gradients for {len(places)} places, expected one for each")
    M, N = gradients[0].shape
    if any(g.shape != (M, N) for g in gradients) or any(not (0 <= i < M and 0 <= j < N) for i, j in places):
        raise ValueError(f"stamps: places {list(places)}, expected them in images of one shape, {(M, N)}")
    figure, axes = _panels(gradients, [f"gradient of y[{i}, {j}]" for i, j in places])
    for ax, (i, j) in zip(axes, places):
        ax.add_patch(frame(j, i))
    figure.suptitle("One output's gradient: the filter, with its middle on the framed pixel", fontweight="bold", fontsize=12)
    told = ". ".join(f"Of y[{i}, {j}]: {_rows_of(g)}" for g, (i, j) in zip(gradients, places))
    show(Picture(figure, f"The gradient of single outputs by the whole image, zero outside the output's window. {told}."))


def overlap(first: np.ndarray, second: np.ndarray, titles: Sequence[str]) -> None:
    """Show two sprays onto an image and their sum; the pixels that both reach are framed."""
    _expect("overlap", 2, first, second)
    if first.shape != second.shape or len(titles) != 2:
        raise ValueError(f"overlap: sprays of the shapes {first.shape} and {second.shape}, expected one shape and two titles")
    figure, axes = _panels((first, second, first + second), (*titles, "their sum"))
    both = [(int(row), int(column)) for row, column in np.argwhere((first != 0) & (second != 0))]
    for row, column in both:
        axes[2].add_patch(frame(column, row))
    figure.suptitle("Where two sprays meet (framed), they add up", fontweight="bold", fontsize=12)
    told = f"{titles[0]}: {_rows_of(first)}. {titles[1]}: {_rows_of(second)}. Their sum: {_rows_of(first + second)}"
    show(Picture(figure, f"{told}. Both reach the pixels {', '.join(map(str, both))}."))


def reflections(w: np.ndarray) -> None:
    """Show a filter, reflected once, and once more: turned by 180 degrees."""
    _expect("reflections", 2, w)
    views = (w, w[:, ::-1], w[::-1, ::-1])
    titles = ("W", "left and right swapped", "then top and bottom: W'")
    figure, _ = _panels(views, titles, gap=1.2)
    figure.suptitle("Two reflections turn a filter by 180 degrees", fontweight="bold", fontsize=12)
    told = ". ".join(f"{title}: {_rows_of(view)}" for title, view in zip(titles, views))
    show(Picture(figure, f"A filter of {w.shape[0]} by {w.shape[1]} weights, reflected twice. {told}."))


def weight_jacobian(dy_dw: np.ndarray) -> None:
    """Show dy/dw, outputs by weights: the padded row, one place further from column to column."""
    _expect("weight_jacobian", 2, dy_dw)
    m, K = dy_dw.shape
    figure, (ax,) = new(1, 0.52 * K + 2.6, 0.52 * m + 1.2)
    _numbered(ax, dy_dw, _largest(dy_dw))
    _place_names(ax, ("y", "w"), m, K)
    ax.set_title("Each column is the padded row,\none place further on", fontweight="bold", fontsize=12, pad=26)
    told = "; ".join(f"w[{u}] moves y by {_list(dy_dw[:, u])}" for u in range(K))
    show(Picture(figure, f"dy/dw, a row for each of {m} outputs and a column for each of {K} weights. Per unit, {told}."))


def filter_bank(x: np.ndarray, w: np.ndarray, first: Sequence[float]) -> None:
    """Show an image x (C, H, W) above the filters w (F, C, K, L), and the first number of each channel of y."""
    _expect("filter_bank", 3, x)
    _expect("filter_bank", 4, w)
    (C, H, W), (F, depth, K, L) = x.shape, w.shape
    if depth != C or len(first) != F or K > H or L > W:
        raise ValueError(f"filter_bank: x {x.shape}, w {w.shape} and {len(first)} outputs: they do not fit")
    P, Q = H - K + 1, W - L + 1
    highest, widest = max(K, P), max(W, L)
    figure, axes = _table([H] + [highest] * F, C + 1, widest)
    for c in range(C):
        _numbered(axes[0][c], x[c], _largest(x), f"x, channel {c}")
        _box(axes[0][c], (0, 0), L, K)
    for f in range(F):
        _filters(axes[f + 1], w[f], f, _largest(w))
        y = np.full((P, Q), np.nan)
        y[0, 0] = first[f]
        _numbered(axes[f + 1][C], y, _largest(np.array(first)), f"y, channel {f}")
        _box(axes[f + 1][C], (0, 0))
        _center(axes[f + 1][C], y.shape, highest, widest)
        for ax in axes[f + 1][:C]:
            _center(ax, (K, L), highest, widest)
    figure.suptitle("One row of filters reads every channel of x and makes one channel of y", fontweight="bold", fontsize=12)
    told = (
        f"An image of {C} channels, each {H} by {W}, above {F} rows of filters, each row with a {K} by {L} part for every channel"
    )
    made = ", ".join(f"y[{f}, 0, 0] = {number(value)}" for f, value in enumerate(first))
    show(Picture(figure, f"{told}. The first window is framed in every channel of x. Row by row, with the bias: {made}."))


def bank_columns(w: np.ndarray, channel: int) -> None:
    """Show the filters w (F, C, K, L) as a table, and the column that one channel of dx collects from."""
    _expect("bank_columns", 4, w)
    F, C, K, L = w.shape
    if not 0 <= channel < C:
        raise ValueError(f"bank_columns: channel {channel}, expected one of {C} channels")
    figure, axes = _table([K] * F, C + 1, L + 1)
    for f in range(F):
        _filters(axes[f], w[f], f, _largest(w))
        _box(axes[f][channel], (0, 0), L, K)
        axes[f][C].text(0.0, 0.5, f"← dy, channel {f}", fontsize=12, va="center")
    for c in range(C):
        weight = "bold" if c == channel else "normal"
        axes[F - 1][c].set_xlabel(f"↓\ndx, channel {c}", fontsize=12, fontweight=weight)
    title = f"Backward, channel {channel} of dx collects down its column: from every filter"
    figure.suptitle(title, fontweight="bold", fontsize=12)
    told = f"A table of {F} by {C} filters. Row f meets channel f of dy, column c makes channel c of dx"
    parts = ", ".join(f"w[{f}, {channel}]" for f in range(F))
    show(Picture(figure, f"{told}. Channel {channel} of dx collects from {parts}: one for each channel of dy."))


def _canvas(start: float, stop: float, height: float) -> tuple[Figure, Axes]:
    """Return axes for unit squares from column `start` to before `stop`, with rows going down."""
    figure, (ax,) = new(1, 0.66 * (stop - start) + 0.4, 0.66 * height + 0.6)
    ax.set_xlim(start - 0.6, stop - 0.4)
    ax.set_ylim(height - 0.5, -1.0)
    ax.set_aspect("equal")
    ax.axis("off")
    return figure, ax


def _panels(values: Sequence[np.ndarray], titles: Sequence[str], gap: float = 0.7) -> tuple[Figure, list[Axes]]:
    """Return matrices of one shape side by side, with titles; gap: inches between two."""
    rows, columns = values[0].shape
    figure, axes = new(len(values), len(values) * (0.47 * columns + gap), 0.47 * rows + 1.0)
    figure.set_layout_engine("constrained", wspace=gap / (0.47 * columns + gap))
    for ax, matrix, title in zip(axes, values, titles):
        _numbered(ax, matrix, _largest(*values), title)
    return figure, axes


def _table(heights: Sequence[int], columns: int, widest: int) -> tuple[Figure, list[list[Axes]]]:
    """Return a table of empty axes; in row k there is room for matrices of `heights[k]` by `widest` squares."""
    inches = [0.5 * height + 0.4 for height in heights]
    figure, _ = new(1, columns * (0.5 * widest + 0.6), sum(inches) + 0.6)
    figure.clear()
    axes = figure.subplots(len(heights), columns, squeeze=False, gridspec_kw={"height_ratios": heights})
    for ax in axes.flat:
        ax.axis("off")
    return figure, [list(row) for row in axes]


def _center(ax: Axes, shape: tuple[int, ...], height: int, width: int) -> None:
    """Put a matrix into the middle of a room of `height` by `width` squares."""
    ax.set_xlim((shape[1] - width) / 2 - 0.5, (shape[1] + width) / 2 - 0.5)
    ax.set_ylim((shape[0] + height) / 2 - 0.5, (shape[0] - height) / 2 - 0.5)


def _filters(axes: Sequence[Axes], parts: np.ndarray, f: int, limit: float) -> None:
    """Draw the parts of filter f, one for each channel."""
    for c, part in enumerate(parts):
        _numbered(axes[c], part, limit, f"w[{f}, {c}]")


def _numbered(ax: Axes, values: np.ndarray, limit: float, title: str = "") -> None:
    """Draw a matrix as squares; zeros are grey, and what is not known yet (NaN) is a question mark."""
    ax.axis("on")
    grid(ax, np.nan_to_num(values), limit)
    for text, value in zip(ax.texts, values.ravel()):
        if value == 0 or np.isnan(value):
            text.set(color=GREY, text=text.get_text() if value == 0 else "?")
    ax.set_title(title, fontsize=12)


def _place_names(ax: Axes, names: tuple[str, str], m: int, n: int) -> None:
    """Name the rows of a matrix on its left, and its columns above it."""
    for i in range(m):
        ax.text(-0.7, i, f"{names[0]}[{i}]", ha="right", va="center", fontsize=10, color=GREY)
    for a in range(n):
        ax.text(a, -0.75, f"{names[1]}[{a}]", ha="center", va="center", fontsize=10, color=GREY)


def _squares(
    ax: Axes, start: Place, values: np.ndarray, limit: float, names: str = "", below: bool = False, style: str = ""
) -> None:
    """Draw a row of squares with their numbers (none for NaN); names[0], names[1], ... stand above or below them."""
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    (left, row), ramp = start, colormaps["PuOr_r"]
    for k, value in enumerate(values):
        padding, quiet = style == "padding", value == 0
        color = "white" if padding or np.isnan(value) else ramp(0.5 + value / (4 * limit))
        edge, line = (GREY, ":") if padding else ("#bbbbbb", "-")
        ax.add_patch(Rectangle((left + k - 0.5, row - 0.5), 1, 1, facecolor=color, edgecolor=edge, linestyle=line))
        text = "" if np.isnan(value) else number(value)
        ax.text(left + k, row, text, ha="center", va="center", fontsize=13, color=GREY if quiet else "black")
        if names:
            ax.text(left + k, row + (0.78 if below else -0.75), f"{names}[{k}]", ha="center", va="center", fontsize=9, color=GREY)


def _box(ax: Axes, start: Place, width: float = 1, height: float = 1, color: str = "black") -> None:
    """Frame a block of squares whose first one is centred on `start`."""
    from matplotlib.patches import Rectangle

    corner = (start[0] - 0.47, start[1] - 0.47)
    ax.add_patch(Rectangle(corner, width - 0.06, height - 0.06, fill=False, edgecolor=color, linewidth=2.2, zorder=3))


def _arrow(ax: Axes, start: Place, end: Place) -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": BLUE, "lw": 1.2, "shrinkA": 0, "shrinkB": 0})


def _row_labels(ax: Axes, column: float, labels: dict[float, str]) -> None:
    for row, text in labels.items():
        ax.text(column, row, text, ha="right", va="center", fontsize=12)


def _expect(name: str, axes: int, *values: np.ndarray) -> None:
    """Raise a ValueError that names the first of the arrays without so many axes, or without any numbers."""
    for value in values:
        if np.ndim(value) != axes or np.size(value) == 0:
            raise ValueError(f"{name}: an array of shape {np.shape(value)}, expected {axes} axes and at least one number")


def _largest(*values: np.ndarray) -> float:
    return max((float(np.abs(v).max(initial=0.0)) for v in values), default=0.0) or 1.0


def _list(values: np.ndarray) -> str:
    return "[" + ", ".join(map(number, values)) + "]"


def _rows_of(matrix: np.ndarray) -> str:
    return " ".join(map(_list, matrix))
