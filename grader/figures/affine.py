"""Figures of 1-affine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from grader.figures.canvas import (
    BLUE,
    GREY,
    ORANGE,
    grid,
    heading,
    label,
    largest,
    listed,
    new,
    open_axes,
    show_picture,
    title,
)
from grader.show.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def nudges(jacobian: np.ndarray) -> None:
    """Show as arrows which score every pixel moves, and by how much.

    jacobian: dy/dx, (C, D)
    """
    C, D = jacobian.shape
    top = max(C, D)
    figure, (ax,) = new(1, 6.5, 0.7 * top + 0.8)
    pixels = top * (1 - (np.arange(D) + 0.5) / D)
    scores = top * (1 - (np.arange(C) + 0.5) / C)
    for (i, d), slope in np.ndenumerate(jacobian):
        share = 0.18 + 0.12 * i  # the numbers are spread along the arrows, so that none meet
        _slope(ax, slope, pixels[d], scores[i], share)
    for d, y in enumerate(pixels):
        label(ax, 0, y, f"x[{d}]", fontsize=14)
    for i, y in enumerate(scores):
        label(ax, 3.15, y, f"y[{i}]", fontsize=14)
    ax.set_xlim(-0.3, 3.5)
    ax.set_ylim(0, top)
    ax.axis("off")
    title(ax, "Each pixel may move each score: C times D slopes")
    slopes = "; ".join(
        f"y[{i}] per unit of x[{d}]: {number(slope)}" for (i, d), slope in np.ndenumerate(jacobian)
    )
    show_picture(figure, f"Arrows from {D} pixels to {C} scores, each with its slope. {slopes}.")


def tensor_slices(dy_dw: np.ndarray) -> None:
    """Show the C slices of dy/dW, (C, D, C), side by side (Eq. 5)."""
    C, D, _ = dy_dw.shape
    figure, axes = new(C, 2.6 * C, 0.9 * D + 1.4)
    limit = largest(dy_dw)
    for i, ax in enumerate(axes):
        grid(ax, dy_dw[i], limit, dy_dw[i] != 0)
        ax.set_title(f"slice {i}: how y[{i}] answers", fontsize=12)
        ax.set_xlabel("column of W (class)")
        ax.set_ylabel("row of W (pixel)" if i == 0 else "")
    heading(figure, "dy/dW of the example: one slice per score")
    filled = "; ".join(f"slice {i} column {i}: {listed(dy_dw[i, :, i])}" for i in range(C))
    slices = f"The {C} slices of dy/dW, each {D} by {C}"
    show_picture(figure, f"{slices}. Everything is zero except {filled}.")


def tensor_memory(C: int = 1000) -> None:
    """Show the memory that dy/dW and dL/dW need for C classes as the image grows."""
    D = np.logspace(1, 5, 50)
    figure, (ax,) = new(1, 8, 4)
    ax.loglog(D, 8 * C * D * C, color=ORANGE, linewidth=2.5, linestyle="--")
    ax.loglog(D, 8 * D * C, color=BLUE, linewidth=2.5, linestyle="-")
    right = D[-1] * 1.2
    ax.text(right, 8 * C * D[-1] * C, "the tensor dy/dW", color=ORANGE, fontsize=12, va="center")
    ax.text(right, 8 * D[-1] * C, "the gradient dL/dW", color=BLUE, fontsize=12, va="center")
    ax.axhline(16e9, color=GREY, linewidth=0.8)
    ax.text(D[0], 16e9 * 1.3, "16 GB: the memory of a laptop", color=GREY, fontsize=10)
    ax.set_xlim(D[0], D[-1] * 30)
    ax.axvline(3072, color=GREY, linewidth=0.8)
    ax.text(3400, 8e4, "a colour image\nof 32 x 32", color=GREY, fontsize=10, va="bottom")
    ax.set_xlabel("D, numbers in the image")
    ax.set_ylabel("bytes (float64)")
    open_axes(ax)
    title(ax, f"The tensor is {C} times the gradient it is contracted to (C = {C})")
    gradient = 8 * 3072 * C
    show_picture(
        figure,
        f"Memory against D for C = {C} classes, both axes logarithmic. For a colour image of "
        f"32 by 32 (D = 3072) the tensor takes {gradient * C / 1e9:.1f} GB and the gradient "
        f"{gradient / 1e6:.1f} MB; the ratio is always {C}.",
    )


def step_sizes() -> None:
    """Show the measured error of one-sided and central differences against the step.

    The function is x^3, at 1.5.
    """
    h = np.logspace(-13, 0, 261)
    x = 1.5
    right = 3 * 1.5**2
    forward = np.abs(((x + h) ** 3 - x**3) / h - right) / right
    central = np.abs(((x + h) ** 3 - (x - h) ** 3) / (2 * h) - right) / right
    figure, (ax,) = new(1, 8, 4)
    ax.loglog(h, forward, ".", color=ORANGE, markersize=4)
    ax.loglog(h, central, "x", color=BLUE, markersize=4)
    ax.text(2e-3, 2e-2, "one-sided (dots)", color=ORANGE, fontsize=12, ha="right")
    ax.text(2e-3, 1e-9, "central (crosses)", color=BLUE, fontsize=12)
    ax.text(2e-13, 3e-9, "rounding noise", color=GREY, fontsize=10)
    ax.axvline(1e-5, color=GREY, linewidth=0.8)
    ax.text(1.2e-5, 1e-14, "h = 1e-5", color=GREY, fontsize=10)
    ax.set_xlabel("step h")
    ax.set_ylabel("relative error")
    ax.set_ylim(1e-15, 3)
    open_axes(ax)
    title(ax, "At h = 1e-5 looking both ways buys five more digits; smaller is not better")
    best = h[np.argmin(np.where(h > 1e-8, central, 1))]
    show_picture(
        figure,
        "Measured relative error of differences of x cubed against the step, both axes "
        "logarithmic. Both curves are a V: rounding noise grows as the step shrinks, curvature as "
        f"it grows. Near h = 1e-5 (best {best:.0e}) the central difference is right to about "
        "11 digits; the one-sided one gets no better than about 8, a lucky hit apart.",
    )


def _slope(ax: Axes, slope: float, pixel: float, score: float, share: float) -> None:
    """Draw the arrow from a pixel to a score, and its slope at this share of the way."""
    line = ":" if slope == 0 else "-"
    colour = _colour(slope)
    style: dict[str, Any] = {
        "arrowstyle": "->",
        "color": colour,
        "lw": 0.8 + abs(slope) / 2,
        "ls": line,
    }
    ax.annotate("", (2.9, score), (0.25, pixel), arrowprops=style)
    y = pixel + share * (score - pixel)
    paper: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    label(ax, 0.25 + share * 2.65, y, number(slope), color=colour, fontsize=12, bbox=paper)


def _colour(slope: float) -> str:
    if slope == 0:
        return GREY
    return BLUE if slope > 0 else ORANGE
