"""Figures of 1-affine."""

from __future__ import annotations

import numpy as np

from grader.figures.canvas import BLUE, GREY, ORANGE, Picture, grid, new
from grader.show.display import show
from grader.show.numbers import number


def nudges(jacobian: np.ndarray) -> None:
    """Show which score every pixel moves, and by how much: the entries of dy/dx, of shape (C, D), as arrows."""
    C, D = jacobian.shape
    figure, (ax,) = new(1, 6.5, 0.7 * max(C, D) + 0.8)
    top = max(C, D)
    pixels, scores = (top * (1 - (np.arange(n) + 0.5) / n) for n in (D, C))
    for (i, d), slope in np.ndenumerate(jacobian):
        color = GREY if slope == 0 else BLUE if slope > 0 else ORANGE
        style = {"arrowstyle": "->", "color": color, "lw": 0.8 + abs(slope) / 2, "ls": ":" if slope == 0 else "-"}
        ax.annotate("", (2.9, scores[i]), (0.25, pixels[d]), arrowprops=style)
        at = 0.18 + 0.12 * i  # spread the numbers along the arrows, so that they do not meet
        y = pixels[d] + at * (scores[i] - pixels[d])
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        ax.text(0.25 + at * 2.65, y, number(slope), color=color, ha="center", va="center", fontsize=12, bbox=box)
    for d, y in enumerate(pixels):
        ax.text(0, y, f"$x_{d + 1}$", ha="center", va="center", fontsize=15)
    for i, y in enumerate(scores):
        ax.text(3.15, y, f"$y_{i + 1}$", ha="center", va="center", fontsize=15)
    ax.set_xlim(-0.3, 3.5)
    ax.set_ylim(0, top)
    ax.axis("off")
    ax.set_title("Each pixel may move each score: C times D slopes", fontweight="bold", fontsize=12)
    told = "; ".join(f"y{i + 1} per unit of x{d + 1}: {number(slope)}" for (i, d), slope in np.ndenumerate(jacobian))
    show(Picture(figure, f"Arrows from {D} pixels to {C} scores, each with its slope. {told}."))


def tensor_slices(dy_dw: np.ndarray) -> None:
    """Show the C slices of dy/dW, of shape (C, D, C), side by side (Eq. 5)."""
    C, D, _ = dy_dw.shape
    figure, axes = new(C, 2.6 * C, 0.9 * D + 1.4)
    limit = float(np.abs(dy_dw).max()) or 1.0
    for i, ax in enumerate(axes):
        grid(ax, dy_dw[i], limit, dy_dw[i] != 0)
        ax.set_title(f"slice {i + 1}: how $y_{i + 1}$ answers", fontsize=12)
        ax.set_xlabel("column of W (class)")
        ax.set_ylabel("row of W (pixel)" if i == 0 else "")
    figure.suptitle("dy/dW of the example: one slice per score", fontweight="bold")
    filled = "; ".join(f"slice {i + 1} column {i + 1}: {', '.join(map(number, dy_dw[i, :, i]))}" for i in range(C))
    show(Picture(figure, f"The {C} slices of dy/dW, each {D} by {C}. Everything is zero except {filled}."))


def tensor_memory(C: int = 1000) -> None:
    """Show the memory that dy/dW and dL/dW need for C classes as the image grows."""
    D = np.logspace(1, 5, 50)
    figure, (ax,) = new(1, 8, 4)
    for size, color, name in ((8 * C * D * C, ORANGE, "the tensor dy/dW"), (8 * D * C, BLUE, "the gradient dL/dW")):
        ax.loglog(D, size, color=color, linewidth=2.5, linestyle="-" if color == BLUE else "--")
        ax.text(D[-1] * 1.2, size[-1], name, color=color, fontsize=12, va="center")
    ax.axhline(16e9, color=GREY, linewidth=0.8)
    ax.text(D[0], 16e9 * 1.3, "16 GB: the memory of a laptop", color=GREY, fontsize=10)
    ax.set_xlim(D[0], D[-1] * 30)
    ax.axvline(3072, color=GREY, linewidth=0.8)
    ax.text(3400, 8e4, "a colour image\nof 32 x 32", color=GREY, fontsize=10, va="bottom")
    ax.set_xlabel("D, numbers in the image")
    ax.set_ylabel("bytes (float64)")
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title(f"The tensor is {C} times the gradient it is contracted to (C = {C})", fontweight="bold", fontsize=12)
    at = 8 * 3072 * C
    show(
        Picture(
            figure,
            f"Memory against D for C = {C} classes, both axes logarithmic. For a colour image of 32 by 32 (D = 3072) the tensor "
            f"takes {at * C / 1e9:.1f} GB and the gradient {at / 1e6:.1f} MB; the ratio is always {C}.",
        )
    )


def step_sizes() -> None:
    """Show the measured error of one-sided and central differences of x^3 at 1.5 against the step."""
    h = np.logspace(-13, 0, 261)
    x, right = 1.5, 3 * 1.5**2
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
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title("At h = 1e-5 looking both ways buys five more digits; smaller is not better", fontweight="bold", fontsize=12)
    best = h[np.argmin(np.where(h > 1e-8, central, 1))]
    show(
        Picture(
            figure,
            "Measured relative error of differences of x cubed against the step, both axes logarithmic. Both curves are a V: "
            f"rounding noise grows as the step shrinks, curvature as it grows. Near h = 1e-5 (best {best:.0e}) the central "
            "difference is right to about 11 digits; the one-sided one gets no better than about 8, a lucky hit apart.",
        )
    )
