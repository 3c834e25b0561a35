"""What all figures share: a picture with its text alternative, and matrices drawn as squares with their numbers."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.show.numbers import image, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#666666"  # Okabe and Ito: told apart by colour-blind readers


class Picture:
    """A drawn figure with its text alternative."""

    def __init__(self, figure: Figure, alternative: str) -> None:
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", bbox_inches="tight", facecolor="white")
        self.svg, self.alternative = buffer.getvalue(), alternative

    def __repr__(self) -> str:
        return self.alternative

    def _repr_html_(self) -> str:
        return image(self.svg, self.alternative)


def new(columns: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    """Return a figure that pyplot does not know of: nothing to close, no backend, no second display."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(1, columns, squeeze=False)[0]
    return figure, list(axes)


def grid(ax: Axes, values: np.ndarray, limit: float, highlight: np.ndarray | None = None) -> None:
    """Draw a matrix as squares with their numbers, on a diverging map centred on 0; highlighted squares get a frame."""
    ax.imshow(values, cmap="PuOr_r", vmin=-2 * limit, vmax=2 * limit)
    for (row, column), value in np.ndenumerate(values):
        quiet = highlight is not None and not highlight[row, column]
        ax.text(column, row, number(value), ha="center", va="center", color=GREY if quiet else "black", fontsize=13)
        if highlight is not None and highlight[row, column]:
            ax.add_patch(frame(column, row))
    ax.set_xticks(np.arange(values.shape[1] + 1) - 0.5, [""] * (values.shape[1] + 1))
    ax.set_yticks(np.arange(values.shape[0] + 1) - 0.5, [""] * (values.shape[0] + 1))
    ax.grid(color="white", linewidth=2)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)


def frame(column: int, row: int) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((column - 0.46, row - 0.46), 0.92, 0.92, fill=False, edgecolor="black", linewidth=1.6)
