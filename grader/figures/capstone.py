"""Figures of 6-capstone. They draw the numbers they are given; only the steps down a parabola are computed here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from grader.exercises.cases.capstone import TRAININGS
from grader.figures.canvas import BLUE, GREY, ORANGE, Picture, new
from grader.show.display import show
from grader.show.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ACROSS = 7  # wrongly classified images beside each other
MOST = 21  # of them in one figure


def image_classes(images: np.ndarray, labels: np.ndarray, names: Sequence[str] = "0123456789", rows: int = 3) -> None:
    """Show the first images of every class, one column per class.

    images: (N, 1, H, W);  labels: (N,) whole numbers;  names: of the classes
    """
    _fit("image_classes", images, labels)
    figure, (ax,) = new(1, 1.05 * len(names), 1.05 * rows + 0.8)
    for column, name in enumerate(names):
        for row, image in enumerate(images[labels == column, 0][:rows]):
            _image(ax, image, column, row, images)
        ax.text(column, -0.68, name, ha="center", va="center", fontsize=12 if len(name) == 1 else 10)
    _bare(ax, -0.6, len(names) - 0.4, -0.9, rows - 0.45)
    ax.set_title("One class, many shapes: no pixel alone tells them apart", fontweight="bold", fontsize=12)
    size = " by ".join(map(str, images.shape[2:]))
    show(Picture(figure, f"{rows} images of each of {len(names)} classes, {size} pixels, dark on white: {', '.join(names)}."))


def training_numbers() -> None:
    """Print what every training of the exercise `train` is given, and the share of images that it must get right."""
    for part, (network, images, steps, rate, least) in TRAININGS.items():
        print(f"{part:8} {network:8} {images:8} {steps} steps, rate {rate}, {least:.0%} right")


def chain(stations: Sequence[str], layers: Sequence[tuple[str, str, Sequence[str]]]) -> None:
    """Show a network as a tower: forward up the left side, backward down the right, and between them what is kept.

    stations: the arrays from the images up to the loss
    layers: those between them: name, what is kept of the way up, names of the parameters
    """
    if len(stations) != len(layers) + 1:
        raise ValueError(f"chain: {len(stations)} arrays and {len(layers)} layers between them, expected one array more")
    figure, (ax,) = new(1, 9.2, 0.98 * len(stations) + 0.6)
    right = 4.4
    for level, station in enumerate(stations):
        size = station.split(", ")[-1]
        _box(ax, 0, level, station)
        _box(ax, right, level, f"gradient, {size}" if level < len(layers) else "dL/dL = 1", quiet=level == 0)
    for level, (name, kept, params) in enumerate(layers):
        _arrow(ax, (0, level + 0.24), (0, level + 0.76), BLUE)
        _arrow(ax, (right, level + 0.76), (right, level + 0.24), ORANGE)
        _arrow(ax, (0.98, level + 0.04), (right - 0.08, level + 0.5), GREY, dotted=True)
        ax.text(-0.12, level + 0.5, name, ha="right", va="center", fontsize=11.5, color=BLUE)
        ax.text(2.3, level + 0.222, kept, ha="center", va="center", fontsize=10.5, color=GREY, bbox=_PAPER)
        if params:
            _arrow(ax, (right + 0.1, level + 0.5), (right + 0.8, level + 0.5), ORANGE)
            given = "gradients of " + ", ".join(params)
            ax.text(right + 0.88, level + 0.5, given, ha="left", va="center", fontsize=11.5, color=ORANGE)
    ax.text(0, -0.5, "forward: upwards", ha="center", va="center", fontsize=11.5, color=BLUE)
    ax.text(right, -0.5, "backward: downwards", ha="center", va="center", fontsize=11.5, color=ORANGE)
    _bare(ax, -1.5, right + 2.9, len(layers) + 0.4, -0.7)
    ax.set_title("Every layer keeps what it took, and needs it again on the way back", fontweight="bold", fontsize=12)
    up = "; ".join(f"{name} makes {station}" for (name, _, _), station in zip(layers, stations[1:], strict=True))
    down = "; ".join(f"{name} gives the gradients of {', '.join(params)}" for name, _, params in reversed(layers) if params)
    told = f"A tower. Up its left side: from {stations[0]}, {up}. Down its right side the gradients, each as large as the array"
    way = "every layer takes the gradient from above it, and what it kept of the way up"
    show(Picture(figure, f"{told} beside it: {way}. On the way, {down}."))


def descent(rates: Sequence[float], start: float = 7, steps: int = 3) -> None:
    """Show the steps of gradient descent on L(w) = (w - 3)^2 for several rates, side by side."""
    figure, axes = new(len(rates), 3.5 * len(rates), 3.6)
    told = []
    for ax, rate in zip(axes, rates, strict=True):
        w = 3 + (start - 3) * (1 - 2 * rate) ** np.arange(steps + 1)  # each step takes 2 rate (w - 3) off
        reach = max(float(np.abs(w - 3).max()), 1.0) * 1.15
        curve = np.linspace(3 - reach, 3 + reach, 200)
        ax.plot(curve, (curve - 3) ** 2, color=GREY, linewidth=1.2)
        ax.plot(w, (w - 3) ** 2, color=BLUE, marker="o", markersize=5, linewidth=1, linestyle="--")
        for place in dict.fromkeys(w.tolist()):
            times = ", ".join(str(n) for n in np.flatnonzero(w == place))
            ax.annotate(times, (place, (place - 3) ** 2), (0, 7), textcoords="offset points", ha="center", fontsize=11)
        ending = _ending(1 - 2 * rate)
        ax.set_title(f"rate {number(rate)}: {ending}", fontsize=12)
        ax.set_xlabel("w")
        ax.set_ylim(-0.04 * reach**2, 1.15 * reach**2)
        ax.spines[["top", "right"]].set_visible(False)
        told.append(f"rate {number(rate)}: {', '.join(map(number, w[:4]))} and so on, it {ending}")
    axes[0].set_ylabel("loss (w − 3)²")
    figure.suptitle("The same slope, the same start: the rate decides", fontweight="bold", fontsize=12)
    show(Picture(figure, f"Steps down the parabola (w - 3) squared from w = {number(start)}, numbered. {'; '.join(told)}."))


def loss_curves(table: np.ndarray, classes: int = 10) -> None:
    """Show how the loss fell in training, on images trained on and on others.

    table: (rows, 3): steps so far, loss on images trained on, loss on images held out
    """
    if np.ndim(table) != 2 or np.shape(table)[1] != 3 or not len(table):
        raise ValueError(f"loss_curves: the table has shape {np.shape(table)}, expected rows of steps and two losses")
    steps, learnt, held = np.asarray(table, float).T
    figure, (ax,) = new(1, 8.4, 3.8)
    ax.plot(steps, learnt, color=BLUE, marker="o", markersize=4, linewidth=2)
    ax.plot(steps, held, color=ORANGE, marker="x", markersize=6, linewidth=2, linestyle="--")
    both = np.array([learnt, held])
    top = 1.1 * float(both[np.isfinite(both)].max(initial=np.log(classes)))
    blue, orange = np.nan_to_num(both[:, -1], nan=top, posinf=top)  # a loss that ran away is named at the top
    apart = max(0.085 * top - abs(blue - orange), 0) / 2 * (1 if blue >= orange else -1)
    right = steps[-1] + 0.015 * (steps[-1] - steps[0])
    ax.text(right, blue + apart, f"{learnt[-1]:.2f} trained on", color=BLUE, fontsize=12, va="center")
    ax.text(right, orange - apart, f"{held[-1]:.2f} held out", color=ORANGE, fontsize=12, va="center")
    ax.axhline(np.log(classes), color=GREY, linewidth=0.8, linestyle=":")
    ax.text(steps[-1], np.log(classes), f"all {classes} classes alike: log {classes}", color=GREY, ha="right", va="bottom")
    ax.set_xlim(steps[0], steps[-1] + 0.24 * (steps[-1] - steps[0]))
    ax.set_ylim(-0.06 * top, top)
    ax.set_xticks([tick for tick in ax.get_xticks() if steps[0] <= tick <= steps[-1]])
    ax.set_xlabel("steps")
    ax.set_ylabel("loss")
    ax.spines[["top", "right"]].set_visible(False)
    ends = f"{learnt[-1]:.2f} on images trained on, {held[-1]:.2f} on held-out ones"
    ax.set_title(f"After {number(steps[-1])} steps the loss is {ends}", fontweight="bold", fontsize=12)
    fell = (
        f"on images trained on from {learnt[0]:.2f} to {learnt[-1]:.2f}, on held-out images from {held[0]:.2f} to {held[-1]:.2f}"
    )
    best = np.nan_to_num(held, nan=np.inf).argmin()
    lowest = f"The held-out loss was lowest, {held[best]:.2f}, after {number(steps[best])} steps"
    show(Picture(figure, f"Loss against steps, {number(steps[-1])} in all: {fell}. {lowest}."))


def learnt_filters(start: np.ndarray, learnt: np.ndarray) -> None:
    """Show the filters of a first layer before and after training, as squares with their numbers.

    start, learnt: (F, 1, K, L)
    """
    if np.ndim(start) != 4 or np.shape(start) != np.shape(learnt) or np.shape(start)[1] != 1:
        raise ValueError(f"learnt_filters: filters of {np.shape(start)} and {np.shape(learnt)}, expected (F, 1, K, L) twice")
    F, _, K, L = start.shape
    figure, (ax,) = new(1, 1.42 * F, 0.46 * (2 * K + 1) + 0.8)
    limit = float(max(np.abs(start).max(), np.abs(learnt).max())) or 1.0
    for row, filters in enumerate((start, learnt)):
        for f in range(F):
            _squares(ax, filters[f, 0], f * (L + 0.6), row * (K + 0.6), limit)
        ax.text(-0.8, row * (K + 0.6) + (K - 1) / 2, ("before", "after")[row], ha="right", va="center", fontsize=12)
    for f in range(F):
        ax.text(f * (L + 0.6) + (L - 1) / 2, -0.85, f"filter {f}", ha="center", va="center", fontsize=11)
    _bare(ax, -2.4, F * (L + 0.6) - 1, -1.2, 2 * K + 0.2)
    grown = np.sqrt(np.mean(learnt**2) / np.mean(start**2))
    title = f"The filters grow out of their random start: after training their weights are {grown:.1f} times as large"
    ax.set_title(title, fontweight="bold", fontsize=12)
    told = "; ".join(f"filter {f} after training: {_rows(learnt[f, 0])}" for f in range(F))
    show(Picture(figure, f"{F} filters of {K} by {L}, before training and after it, row by row. {told}."))


def wrong_images(images: np.ndarray, labels: np.ndarray, predicted: np.ndarray, names: Sequence[str] = "0123456789") -> None:
    """Show images whose predicted class is not the true one, the first of them, with both classes.

    images: (N, 1, H, W);  labels, predicted: (N,) whole numbers;  names: of the classes
    """
    _fit("wrong_images", images, labels)
    _fit("wrong_images", images, predicted)
    wrong = np.flatnonzero(labels != predicted)
    shown = wrong[:MOST]
    rows = max(-(-len(shown) // ACROSS), 1)
    figure, (ax,) = new(1, 1.4 * ACROSS, 1.96 * rows + 0.6)
    for place, n in enumerate(shown):
        row, column = divmod(place, ACROSS)
        _image(ax, images[n, 0], column, 1.4 * row, images)
        caption = f"{names[labels[n]]}\ntaken for {names[predicted[n]]}"
        ax.text(column, 1.4 * row + 0.68, caption, ha="center", va="center", fontsize=10.5, linespacing=1.15)
    _bare(ax, -0.6, ACROSS - 0.4, -0.55, 1.4 * rows - 0.45)
    first = f", the first {len(shown)} of them" if len(shown) < len(wrong) else ""
    title = f"{len(wrong)} of {len(labels)} held-out images are taken for another class"
    ax.set_title(title + first, fontweight="bold", fontsize=12)
    told = "; ".join(f"{names[labels[n]]} taken for {names[predicted[n]]}" for n in shown) or "none to show"
    show(Picture(figure, f"{title}{first}: {told}."))


_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}


def _fit(figure: str, images: np.ndarray, labels: np.ndarray) -> None:
    if np.ndim(images) != 4 or np.shape(images)[1] != 1 or np.shape(labels) != np.shape(images)[:1]:
        given = f"images of shape {np.shape(images)} and classes of shape {np.shape(labels)}"
        raise ValueError(f"{figure}: {given}, expected (N, 1, H, W) and (N,)")


def _image(ax: Axes, image: np.ndarray, column: float, row: float, among: np.ndarray) -> None:
    """Draw one image, dark ink on white, with the grey levels of all images; enlarged, so that no browser blurs its pixels."""
    times = -(-112 // max(image.shape))
    large = image.repeat(times, axis=0).repeat(times, axis=1)
    place = (column - 0.46, column + 0.46, row + 0.46, row - 0.46)
    low, high = float(among.min()), float(among.max())
    ax.imshow(large, cmap="Greys", vmin=low, vmax=high, extent=place, interpolation="none")
    _outline(ax, (column - 0.46, row - 0.46), 0.92, 0.92)


def _squares(ax: Axes, values: np.ndarray, left: float, top: float, limit: float) -> None:
    """Draw a small matrix as squares with one decimal each, on a diverging map centred on 0."""
    K, L = values.shape
    place = (left - 0.5, left + L - 0.5, top + K - 0.5, top - 0.5)
    large = values.repeat(24, axis=0).repeat(24, axis=1)
    ax.imshow(large, cmap="PuOr_r", vmin=-1.5 * limit, vmax=1.5 * limit, extent=place, interpolation="none")
    for (row, column), value in np.ndenumerate(values):
        _outline(ax, (left + column - 0.5, top + row - 0.5), 1, 1)
        ax.text(left + column, top + row, _decimal(value), ha="center", va="center", fontsize=11.5)


def _outline(ax: Axes, corner: tuple[float, float], width: float, height: float) -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle(corner, width, height, fill=False, edgecolor="#bbbbbb", linewidth=0.8))


def _box(ax: Axes, x: float, y: float, text: str, quiet: bool = False) -> None:
    edge = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": GREY, "linestyle": ":" if quiet else "-"}
    ax.text(x, y, text, ha="center", va="center", fontsize=11.5, color=GREY if quiet else "black", bbox=edge, zorder=3)


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], color: str, dotted: bool = False) -> None:
    style = {"arrowstyle": "->", "color": color, "lw": 1.1 if dotted else 1.6, "ls": ":" if dotted else "-"}
    ax.annotate("", end, start, arrowprops={**style, "shrinkA": 0, "shrinkB": 0})


def _bare(ax: Axes, left: float, right: float, top: float, bottom: float) -> None:
    """Leave nothing of the axes but what is drawn in them, in squares, rows counted downwards."""
    ax.set_xlim(left, right)
    ax.set_ylim(bottom, top)
    ax.set_aspect("equal" if ax.images else "auto")
    ax.axis("off")


def _ending(factor: float) -> str:
    """Say how distances behave that are multiplied by this factor at every step."""
    if abs(factor) == 1:
        return "swings to and fro" if factor < 0 else "stays"
    return "arrives" if abs(factor) < 1 else "runs away"


def _rows(values: np.ndarray) -> str:
    return " / ".join(" ".join(map(_decimal, row)) for row in values)


def _decimal(value: float) -> str:
    return f"{round(float(value), 1) + 0.0:.1f}"  # no -0.0
