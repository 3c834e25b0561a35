"""Figures of 6-capstone.

They draw the numbers they are given; only the steps down a parabola are computed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.figures.canvas import (
    BLUE,
    GREY,
    ORANGE,
    Aspect,
    Point,
    arrow,
    bare,
    heading,
    label,
    largest,
    listed,
    new,
    open_axes,
    outline,
    rows_of,
    show_picture,
    title,
)
from grader.show.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ACROSS = 7  # wrongly classified images beside each other
LIMIT = 21  # of them in one figure
LINE = 13  # letters that fit below an image, which stands beside others
RIGHT = 4.4  # the column of the right side of the tower
_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}

Layer = tuple[str, str, Sequence[str]]  # name, what is kept of the way up, names of the parameters


def image_classes(
    images: np.ndarray, labels: np.ndarray, names: Sequence[str] = "0123456789", rows: int = 3
) -> None:
    """Show the first images of every class, one column per class.

    images: (N, 1, H, W);  labels: (N,) whole numbers;  names: of the classes. Raises ValueError for
    other shapes.
    """
    _check_shapes("image_classes", images, labels)
    count = len(names)
    figure, (ax,) = new(1, 1.05 * count, 1.05 * rows + 0.8)
    for column, name in enumerate(names):
        for row, image in enumerate(images[labels == column, 0][:rows]):
            _image(ax, image, column, row, images)
        label(ax, column, -0.68, name, fontsize=12 if len(name) == 1 else 10)
    bare(ax, (-0.6, count - 0.4), (-0.9, rows - 0.45), _aspect(ax))
    title(ax, "One class, many shapes: no pixel alone tells them apart")
    size = " by ".join(map(str, images.shape[2:]))
    contents = f"{rows} images of each of {count} classes, {size} pixels, dark on white"
    show_picture(figure, f"{contents}: {', '.join(names)}.")


def chain(stations: Sequence[str], layers: Sequence[Layer]) -> None:
    """Show a network as a tower: forward up the left side, backward down the right.

    Between the two sides stands what is kept.

    stations: the arrays from the images up to the loss
    layers: those between them: name, what is kept of the way up, names of the parameters

    Raises ValueError unless there is one array more than layers.
    """
    if len(stations) != len(layers) + 1:
        counts = f"{len(stations)} arrays and {len(layers)} layers between them"
        raise ValueError(f"chain: {counts}, expected one array more")
    figure, (ax,) = new(1, 9.2, 0.98 * len(stations) + 0.6)
    for level, station in enumerate(stations):
        size = station.split(", ")[-1]
        gradient = f"gradient, {size}" if level < len(layers) else "dL/dL = 1"
        _box(ax, 0, level, station)
        _box(ax, RIGHT, level, gradient, quiet=level == 0)
    for level, layer in enumerate(layers):
        _layer(ax, level, layer)
    label(ax, 0, -0.5, "forward: upwards", fontsize=11.5, color=BLUE)
    label(ax, RIGHT, -0.5, "backward: downwards", fontsize=11.5, color=ORANGE)
    bare(ax, (-1.5, RIGHT + 2.9), (len(layers) + 0.4, -0.7), _aspect(ax))
    title(ax, "Every layer keeps what it took, and needs it again on the way back")
    show_picture(figure, _tower_text(stations, layers))


def descent(rates: Sequence[float], start: float = 7, steps: int = 3) -> None:
    """Show the steps of gradient descent on L(w) = (w - 3)^2 for several rates, side by side."""
    figure, axes = new(len(rates), 3.5 * len(rates), 3.6)
    sentences = []
    for ax, rate in zip(axes, rates, strict=True):
        factor = 1 - 2 * rate  # each step takes 2 rate (w - 3) off
        w = 3 + (start - 3) * factor ** np.arange(steps + 1)
        ending = _ending(factor)
        _parabola(ax, w)
        ax.set_title(f"rate {number(rate)}: {ending}", fontsize=12)
        sentences.append(f"rate {number(rate)}: {listed(w[:4])} and so on, it {ending}")
    axes[0].set_ylabel("loss (w − 3)²")
    heading(figure, "The same slope, the same start: the rate decides")
    parabola = f"Steps down the parabola (w - 3) squared from w = {number(start)}, numbered"
    show_picture(figure, f"{parabola}. {'; '.join(sentences)}.")


def loss_curves(table: np.ndarray, classes: int = 10) -> None:
    """Show how the loss fell in training, on images trained on and on others.

    table: (rows, 3): steps so far, loss on images trained on, loss on images held out

    Raises ValueError for another shape.
    """
    if np.ndim(table) != 2 or np.shape(table)[1] != 3 or not len(table):
        expected = "rows of steps and two losses"
        raise ValueError(f"loss_curves: the table has shape {np.shape(table)}, expected {expected}")
    steps, learnt, held = np.asarray(table, float).T
    figure, (ax,) = new(1, 8.4, 3.8)
    ax.plot(steps, learnt, color=BLUE, marker="o", markersize=4, linewidth=2)
    ax.plot(steps, held, color=ORANGE, marker="x", markersize=6, linewidth=2, linestyle="--")
    both = np.array([learnt, held])
    top = 1.1 * float(both[np.isfinite(both)].max(initial=np.log(classes)))
    _curve_names(ax, steps, learnt, held, top)
    guess = np.log(classes)
    ax.axhline(guess, color=GREY, linewidth=0.8, linestyle=":")
    guess_text = f"all {classes} classes alike: log {classes}"
    ax.text(steps[-1], guess, guess_text, color=GREY, ha="right", va="bottom")
    ax.set_xlim(steps[0], steps[-1] + 0.24 * (steps[-1] - steps[0]))
    ax.set_ylim(-0.06 * top, top)
    ax.set_xticks([tick for tick in ax.get_xticks() if steps[0] <= tick <= steps[-1]])
    ax.set_xlabel("steps")
    ax.set_ylabel("loss")
    open_axes(ax)
    last = number(steps[-1])
    ends = f"{learnt[-1]:.2f} on images trained on, {held[-1]:.2f} on held-out ones"
    title(ax, f"After {last} steps the loss is {ends}")
    fell = f"on images trained on from {learnt[0]:.2f} to {learnt[-1]:.2f}"
    held_fell = f"on held-out images from {held[0]:.2f} to {held[-1]:.2f}"
    best = np.nan_to_num(held, nan=np.inf).argmin()
    lowest = f"The held-out loss was lowest, {held[best]:.2f}, after {number(steps[best])} steps"
    curves = f"Loss against steps, {last} in all: {fell}, {held_fell}"
    show_picture(figure, f"{curves}. {lowest}.")


def learnt_filters(start: np.ndarray, learnt: np.ndarray) -> None:
    """Show the filters of a first layer before and after training, as squares with their numbers.

    start, learnt: (F, 1, kh, kw). Raises ValueError for other shapes.
    """
    if np.ndim(start) != 4 or np.shape(start) != np.shape(learnt) or np.shape(start)[1] != 1:
        shapes = f"filters of {np.shape(start)} and {np.shape(learnt)}"
        raise ValueError(f"learnt_filters: {shapes}, expected (F, 1, kh, kw) twice")
    F, _, kh, kw = start.shape
    figure, (ax,) = new(1, 1.42 * F, 0.46 * (2 * kh + 1) + 0.8)
    limit = largest(start, learnt)
    _row_of_filters(ax, "before", start, 0, limit)
    _row_of_filters(ax, "after", learnt, kh + 0.6, limit)
    for f in range(F):
        label(ax, f * (kw + 0.6) + (kw - 1) / 2, -0.85, f"filter {f}", fontsize=11)
    bare(ax, (-2.4, F * (kw + 0.6) - 1), (-1.2, 2 * kh + 0.2), _aspect(ax))
    grown = np.sqrt(np.mean(learnt**2) / np.mean(start**2))
    claim = "The filters grow out of their random start: after training their weights are"
    title(ax, f"{claim} {grown:.1f} times as large")
    filters = "; ".join(
        f"filter {f} after training: {rows_of(learnt[f, 0], _decimal)}" for f in range(F)
    )
    sizes = f"{F} filters of {kh} by {kw}"
    show_picture(figure, f"{sizes}, before training and after it, row by row. {filters}.")


def wrong_images(
    images: np.ndarray,
    labels: np.ndarray,
    predicted: np.ndarray,
    names: Sequence[str] = "0123456789",
) -> None:
    """Show the first images whose predicted class is not the true one, with both classes.

    images: (N, 1, H, W);  labels, predicted: (N,) whole numbers;  names: of the classes. Raises
    ValueError for other shapes.
    """
    _check_shapes("wrong_images", images, labels)
    _check_shapes("wrong_images", images, predicted)
    wrong = np.flatnonzero(labels != predicted)
    drawn = wrong[:LIMIT]
    pairs = [(names[labels[n]], names[predicted[n]]) for n in drawn]
    long = any(len(f"taken for {second}") > LINE for _, second in pairs)
    taken = "taken for\n" if long else "taken for "
    rows = max(-(-len(drawn) // ACROSS), 1)
    figure, (ax,) = new(1, 1.4 * ACROSS, 1.96 * rows + 0.6)
    for place, (n, (first, second)) in enumerate(zip(drawn, pairs, strict=True)):
        row, column = divmod(place, ACROSS)
        _image(ax, images[n, 0], column, 1.4 * row, images)
        caption = f"{first}\n{taken}{second}"
        label(ax, column, 1.4 * row + 0.68, caption, fontsize=10.5, linespacing=1.15)
    bare(ax, (-0.6, ACROSS - 0.4), (-0.55, 1.4 * rows - 0.45), _aspect(ax))
    part = f", the first {len(drawn)} of them" if len(drawn) < len(wrong) else ""
    claim = f"{len(wrong)} of {len(labels)} held-out images are taken for another class{part}"
    title(ax, claim)
    listing = "; ".join(f"{first} taken for {second}" for first, second in pairs)
    show_picture(figure, f"{claim}: {listing or 'none to show'}.")


def saliency(images: np.ndarray, slopes: np.ndarray, names: Sequence[str], claim: str = "") -> None:
    """Show images, and below each how a score moves per unit of each of its pixels.

    images, slopes: (N, 1, H, W);  names: N captions
    claim: the title; without one, how much a pixel under ink counts and how much one of paper

    Raises ValueError for other shapes.
    """
    _check_shapes("saliency", images, np.empty(len(names)))
    if np.shape(images) != np.shape(slopes):
        shapes = f"images of shape {np.shape(images)} and slopes of shape {np.shape(slopes)}"
        raise ValueError(f"saliency: {shapes}, expected the same")
    count, limit = len(images), largest(slopes)
    figure, (ax,) = new(1, max(1.55 * count, 5.4), 4.1)
    for column, name in enumerate(names):
        _image(ax, images[column, 0], column, 0, images)
        _slopes(ax, slopes[column, 0], column, 1.02, limit)
        label(ax, column, -0.64, name, fontsize=11)
    label(ax, -0.6, 0, "the image", ha="right", fontsize=11)
    label(ax, -0.6, 1.02, "more ink here\nraises (+) or\nlowers (−)\nthe score", ha="right")
    bare(ax, (-1.5, count - 0.4), (-0.85, 1.55), _aspect(ax))
    claim = claim or _ink_and_paper(images, slopes)
    title(ax, claim)
    places = [_strongest(name, each[0]) for name, each in zip(names, slopes, strict=True)]
    show_picture(figure, f"{claim}. {'; '.join(places)}.")


def picture_and_edges(
    picture: np.ndarray, edges: np.ndarray, corner: tuple[int, int], side: int
) -> None:
    """Show a photograph with a frame around a part of it, and beside it what a filter makes of it.

    picture: (H, W), from 0 for black to 1;  edges: (P, Q), either sign
    corner: row and column of the framed part;  side: of it, in pixels
    """
    figure, (left, right) = new(2, 9.2, 4.9)
    _greys(left, picture, 0, 1)
    row, column = corner
    outline(left, (column - 0.5, row - 0.5), side, side, edgecolor="white", linewidth=4)
    outline(left, (column - 0.5, row - 0.5), side, side, edgecolor=ORANGE, linewidth=2)
    left.set_title("the photograph", fontsize=11.5)
    limit = largest(edges)
    _greys(right, edges, -limit, limit)
    right.set_title("grey: about 0; white: brighter to the right;\nblack: darker", fontsize=11.5)
    claim = "A filter of nine numbers finds the upright edges of a cat"
    heading(figure, claim)
    sizes = " and ".join(" by ".join(map(str, each.shape)) for each in (picture, edges))
    (r, c), strongest = _place(np.abs(edges)), number(round(float(limit), 1))
    frame_text = f"A frame of {side} by {side} pixels begins in row {row}, column {column}"
    answers = f"The strongest answer, {strongest}, is in row {r}, column {c}"
    pictures = f"a photograph and the answers, {sizes}"
    show_picture(figure, f"{claim}: {pictures}. {frame_text}. {answers}.")


def nudged(before: np.ndarray, after: np.ndarray, names: Sequence[str]) -> None:
    """Show an image, how its pixels were changed, and the changed image.

    before, after: (H, W);  names: what each of the two is read as
    """
    change = after - before
    figure, (ax,) = new(1, 7.6, 3.4)
    both = np.array([before, after])
    _image(ax, before, 0, 0, both)
    _slopes(ax, change, 1.2, 0, largest(change))
    _image(ax, after, 2.4, 0, both)
    captions = f"read as {names[0]}", "what was added", f"read as {names[1]}"
    for place, caption in enumerate(captions):
        label(ax, 1.2 * place, 0.6, caption, fontsize=12)
    bare(ax, (-0.6, 3), (-0.55, 0.75), _aspect(ax))
    still = "still " if names[0] == names[1] else ""
    ending = f"what was read as {names[0]} is {still}read as {names[1]}"
    claim = f"No pixel moves by more than {np.abs(change).max():.2f}, and {ending}"
    title(ax, claim)
    show_picture(figure, f"{claim}. {_strongest('What was added', change)}.")


def _check_shapes(figure: str, images: np.ndarray, labels: np.ndarray) -> None:
    if np.ndim(images) != 4 or np.shape(images)[1] != 1 or np.shape(labels) != np.shape(images)[:1]:
        shapes = f"images of shape {np.shape(images)} and classes of shape {np.shape(labels)}"
        raise ValueError(f"{figure}: {shapes}, expected (N, 1, H, W) and (N,)")


def _layer(ax: Axes, level: int, layer: Layer) -> None:
    """Draw a layer of the tower, above the station of this level."""
    name, kept, params = layer
    middle = level + 0.5
    arrow(ax, (0, level + 0.24), (0, level + 0.76), BLUE, 1.6)
    arrow(ax, (RIGHT, level + 0.76), (RIGHT, level + 0.24), ORANGE, 1.6)
    arrow(ax, (0.98, level + 0.04), (RIGHT - 0.08, middle), GREY, 1.1, ":")
    label(ax, -0.12, middle, name, ha="right", fontsize=11.5, color=BLUE)
    label(ax, 2.3, level + 0.222, kept, fontsize=10.5, color=GREY, bbox=_PAPER)
    if params:
        arrow(ax, (RIGHT + 0.1, middle), (RIGHT + 0.8, middle), ORANGE, 1.6)
        gradients = "gradients of " + ", ".join(params)
        label(ax, RIGHT + 0.88, middle, gradients, ha="left", fontsize=11.5, color=ORANGE)


def _tower_text(stations: Sequence[str], layers: Sequence[Layer]) -> str:
    up = [
        f"{name} makes {station}" for (name, *_), station in zip(layers, stations[1:], strict=True)
    ]
    down = [
        f"{name} gives the gradients of {', '.join(params)}"
        for name, _, params in reversed(layers)
        if params
    ]
    return (
        f"A tower. Up its left side: from {stations[0]}, {'; '.join(up)}. Down its right side the "
        "gradients, each as large as the array beside it: every layer takes the gradient from "
        f"above it, and what it kept of the way up. On the way, {'; '.join(down)}."
    )


def _parabola(ax: Axes, w: np.ndarray) -> None:
    """Draw the loss, and on it the steps w, each with its number."""
    reach = max(float(np.abs(w - 3).max()), 1.0) * 1.15
    curve = np.linspace(3 - reach, 3 + reach, 200)
    ax.plot(curve, (curve - 3) ** 2, color=GREY, linewidth=1.2)
    ax.plot(w, (w - 3) ** 2, color=BLUE, marker="o", markersize=5, linewidth=1, linestyle="--")
    for place in dict.fromkeys(w.tolist()):  # several steps may end in one place
        times = ", ".join(map(str, np.flatnonzero(w == place)))
        style: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "fontsize": 11}
        ax.annotate(times, (place, (place - 3) ** 2), (0, 7), **style)
    ax.set_xlabel("w")
    ax.set_ylim(-0.04 * reach**2, 1.15 * reach**2)
    open_axes(ax)


def _curve_names(
    ax: Axes, steps: np.ndarray, learnt: np.ndarray, held: np.ndarray, top: float
) -> None:
    """Name both curves at their right ends, and keep the names apart."""
    ends = np.array([learnt[-1], held[-1]])
    blue, orange = np.nan_to_num(ends, nan=top, posinf=top)  # a loss that ran away is at the top
    shift = max(0.085 * top - abs(blue - orange), 0) / 2
    if blue < orange:
        shift = -shift
    right = steps[-1] + 0.015 * (steps[-1] - steps[0])
    style: dict[str, Any] = {"fontsize": 12, "va": "center"}
    ax.text(right, blue + shift, f"{learnt[-1]:.2f} trained on", color=BLUE, **style)
    ax.text(right, orange - shift, f"{held[-1]:.2f} held out", color=ORANGE, **style)


def _row_of_filters(ax: Axes, name: str, filters: np.ndarray, top: float, limit: float) -> None:
    """Draw filters (F, 1, kh, kw) side by side under their name, from row `top` on."""
    F, _, kh, kw = filters.shape
    for f in range(F):
        _matrix(ax, filters[f, 0], f * (kw + 0.6), top, limit)
    label(ax, -0.8, top + (kh - 1) / 2, name, ha="right", fontsize=12)


def _image(ax: Axes, image: np.ndarray, column: float, row: float, among: np.ndarray) -> None:
    """Draw one image, dark ink on white, with the grey levels of all images.

    It is enlarged, so that no browser blurs its pixels.
    """
    times = -(-112 // max(image.shape))
    large = image.repeat(times, axis=0).repeat(times, axis=1)
    place = (column - 0.46, column + 0.46, row + 0.46, row - 0.46)
    low = float(among.min())
    high = float(among.max())
    ax.imshow(large, cmap="Greys", vmin=low, vmax=high, extent=place, interpolation="none")
    _thin_outline(ax, (column - 0.46, row - 0.46), 0.92)


def _matrix(ax: Axes, values: np.ndarray, left: float, top: float, limit: float) -> None:
    """Draw a small matrix as squares with one decimal each, on a diverging map centred on 0."""
    kh, kw = values.shape
    place = (left - 0.5, left + kw - 0.5, top + kh - 0.5, top - 0.5)
    large = values.repeat(24, axis=0).repeat(24, axis=1)
    colours: dict[str, Any] = {"cmap": "PuOr_r", "vmin": -1.5 * limit, "vmax": 1.5 * limit}
    ax.imshow(large, extent=place, interpolation="none", **colours)
    for (row, column), value in np.ndenumerate(values):
        _thin_outline(ax, (left + column - 0.5, top + row - 0.5), 1)
        label(ax, left + column, top + row, _decimal(value), fontsize=11.5)


def _slopes(ax: Axes, values: np.ndarray, column: float, row: float, limit: float) -> None:
    """Draw a matrix as wide as `_image`, on a diverging map centred on 0; its larger numbers have
    their sign written on them.
    """
    H, W = values.shape
    large = values.repeat(12, axis=0).repeat(12, axis=1)
    place = (column - 0.46, column + 0.46, row + 0.46, row - 0.46)
    colours: dict[str, Any] = {"cmap": "PuOr_r", "vmin": -1.5 * limit, "vmax": 1.5 * limit}
    ax.imshow(large, extent=place, interpolation="none", **colours)
    for (i, j), value in np.ndenumerate(values):
        if abs(value) > 0.3 * limit:
            x, y = column - 0.46 + 0.92 * (j + 0.5) / W, row - 0.46 + 0.92 * (i + 0.5) / H
            label(ax, x, y, "+" if value > 0 else "−", fontsize=9)
    _thin_outline(ax, (column - 0.46, row - 0.46), 0.92)


def _greys(ax: Axes, values: np.ndarray, low: float, high: float) -> None:
    """Draw a picture with white for `high`, and nothing else of the axes."""
    rows, columns = values.shape
    place = (-0.5, columns - 0.5, rows - 0.5, -0.5)
    large = values.repeat(6, axis=0).repeat(6, axis=1)
    ax.imshow(large, cmap="gray", vmin=low, vmax=high, extent=place, interpolation="none")
    bare(ax, (-0.7, columns - 0.3), (-0.7, rows - 0.3))


def _ink_and_paper(images: np.ndarray, slopes: np.ndarray) -> str:
    """Return how much a pixel under ink counts, and one of paper, as a claim."""
    ink = images > (images.min() + images.max()) / 2
    of_ink, of_paper = (float(np.abs(slopes[mask]).mean()) for mask in (ink, ~ink))
    both = f"{of_ink:.1f} per unit under ink, and by {of_paper:.1f} on paper"
    return f"A pixel moves the score of its class by {both}"


def _place(values: np.ndarray) -> tuple[int, int]:
    """Return row and column of the largest number."""
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    return int(row), int(column)


def _strongest(name: str, values: np.ndarray) -> str:
    """Return the largest and the smallest number of a matrix, and where they stand, in words."""
    (i, j), (k, m) = _place(values), _place(-values)
    up, down = f"{values[i, j]:+.2f} in row {i}, column {j}", f"{values[k, m]:+.2f}"
    return f"{name}: the largest is {up}, the smallest {down} in row {k}, column {m}"


def _thin_outline(ax: Axes, corner: Point, side: float) -> None:
    outline(ax, corner, side, side, edgecolor="#bbbbbb", linewidth=0.8)


def _box(ax: Axes, x: float, y: float, text: str, quiet: bool = False) -> None:
    """Write a text in a box; a quiet one is grey and dotted."""
    line = ":" if quiet else "-"
    box: dict[str, Any] = {
        "boxstyle": "round,pad=0.35",
        "facecolor": "white",
        "edgecolor": GREY,
        "linestyle": line,
    }
    label(ax, x, y, text, fontsize=11.5, color=GREY if quiet else "black", bbox=box, zorder=3)


def _aspect(ax: Axes) -> Aspect:
    """Return the aspect under which images keep their shape; without images there is no need."""
    return "equal" if ax.images else "auto"


def _ending(factor: float) -> str:
    """Return the words for distances that are multiplied by this factor at every step."""
    if abs(factor) == 1:
        return "swings to and fro" if factor < 0 else "stays"
    return "arrives" if abs(factor) < 1 else "runs away"


def _decimal(value: float) -> str:
    return f"{round(float(value), 1) + 0.0:.1f}"  # no -0.0
