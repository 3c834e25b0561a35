"""What all figures share: a picture with its text, squares with their numbers, and small marks.

Lengths are in squares, rows are counted downwards, and a point is (column, row).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from grader.show.display import show
from grader.show.numbers import image, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

# These are Okabe and Ito's colours, which colour-blind readers can tell apart.
BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#666666"

Point = tuple[float, float]  # column, row
Aspect = Literal["equal", "auto"]


class Picture:
    """A drawn figure as SVG, with its text alternative."""

    def __init__(self, figure: Figure, alternative: str) -> None:
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", bbox_inches="tight", facecolor="white")
        self.svg = buffer.getvalue()
        self.alternative = alternative

    def __repr__(self) -> str:
        return self.alternative

    def _repr_html_(self) -> str:
        return image(self.svg, self.alternative)


class _NoPaper:
    """Stands in for matplotlib where it is missing: what is drawn on it is not seen."""

    def __getattr__(self, name: str) -> _NoPaper:
        return self

    def __call__(self, *args: Any, **options: Any) -> _NoPaper:
        return self

    def __getitem__(self, key: Any) -> _NoPaper:
        return self

    def __iter__(self) -> Iterator[_NoPaper]:
        return iter(())


@cache
def _matplotlib() -> Any:
    """Return matplotlib, which is an optional package, and takes half a second to load."""
    try:
        import matplotlib.figure  # noqa: PLC0415
        import matplotlib.patches  # noqa: PLC0415
    except ModuleNotFoundError:
        return _NoPaper()
    return matplotlib


def show_picture(figure: Figure, alternative: str) -> None:
    """Show a figure, or print its text alternative where it cannot be drawn or shown."""
    if isinstance(figure, _NoPaper):
        print(f"matplotlib is missing here, so this figure comes in words. {alternative}")
    else:
        show(Picture(figure, alternative))


def new(columns: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    """Return a figure with axes side by side; width, height: inches.

    pyplot does not know of it, so there is nothing to close, no backend and no second display.
    """
    figure = _matplotlib().figure.Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(1, columns, squeeze=False)
    return figure, [axes[0, column] for column in range(columns)]


def title(ax: Axes, text: str, **style: Any) -> None:
    """Write the claim of a figure with one picture above it."""
    ax.set_title(text, fontweight="bold", fontsize=12, **style)


def heading(figure: Figure, text: str) -> None:
    """Write the claim of a figure with several pictures above them."""
    figure.suptitle(text, fontweight="bold", fontsize=12)


def label(ax: Axes, x: float, y: float, text: str, **style: Any) -> None:
    """Write a text with its middle at (x, y), unless `ha` or `va` says otherwise."""
    ax.text(x, y, text, **{"ha": "center", "va": "center", **style})


def open_axes(ax: Axes) -> None:
    """Leave only the left and the lower line of the box around a curve."""
    ax.spines[["top", "right"]].set_visible(False)


def bare(ax: Axes, columns: Point, rows: Point, aspect: Aspect = "equal") -> None:
    """Leave nothing of the axes but what is drawn in them.

    columns: left and right end;  rows: upper and lower end;  aspect: "equal" for squares, or "auto"
    """
    ax.set_xlim(*columns)
    ax.set_ylim(rows[1], rows[0])
    ax.set_aspect(aspect)
    ax.axis("off")


def grid(ax: Axes, values: np.ndarray, limit: float, highlight: np.ndarray | None = None) -> None:
    """Draw a matrix as squares with their numbers, on a diverging map centred on 0.

    values: (m, n);  limit: the magnitude at which the colours are strongest
    highlight: (m, n), a mask: highlighted squares get a frame, and the numbers of others are grey
    """
    rows, columns = values.shape
    ax.imshow(values, cmap="PuOr_r", vmin=-2 * limit, vmax=2 * limit)
    framed = np.zeros(values.shape, bool) if highlight is None else highlight
    for (row, column), value in np.ndenumerate(values):
        quiet = highlight is not None and not framed[row, column]
        label(ax, column, row, number(value), color=GREY if quiet else "black", fontsize=13)
        if framed[row, column]:
            ax.add_patch(frame(column, row))
    ax.set_xticks(np.arange(columns + 1) - 0.5, [""] * (columns + 1))
    ax.set_yticks(np.arange(rows + 1) - 0.5, [""] * (rows + 1))
    ax.grid(color="white", linewidth=2)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)


def square(
    ax: Axes,
    value: float,
    middle: Point,
    limit: float,
    size: Point = (1, 1),
    quiet_zero: bool = False,
    **style: Any,
) -> None:
    """Draw a square with its number, in the colours of `grid`.

    size: its width and height;  quiet_zero: whether a 0 is grey
    style: of the square, as matplotlib's Rectangle takes it

    A NaN stands for a number that is not known yet: its square is white and empty.
    """
    width, height = size
    known = not np.isnan(value)
    fill = _ramp(value, limit) if known else "white"
    corner = (middle[0] - width / 2, middle[1] - height / 2)
    box(ax, corner, width, height, **{"facecolor": fill, **style})
    colour = GREY if quiet_zero and value == 0 else "black"
    label(ax, *middle, number(value) if known else "", fontsize=13, color=colour)


def box(ax: Axes, corner: Point, width: float, height: float, **style: Any) -> None:
    """Draw a rectangle; corner: its upper left one."""
    ax.add_patch(_rectangle(corner, width, height, **style))


def outline(ax: Axes, corner: Point, width: float, height: float, **style: Any) -> None:
    """Draw a rectangle's outline; corner: its upper left one."""
    box(ax, corner, width, height, fill=False, **style)


def frame(column: int, row: int) -> Rectangle:
    """Return the frame of one square of a `grid`."""
    corner = (column - 0.46, row - 0.46)
    return _rectangle(corner, 0.92, 0.92, fill=False, edgecolor="black", linewidth=1.6)


def arrow(
    ax: Axes, start: Point, end: Point, colour: str, width: float = 1.2, line: str = "-"
) -> None:
    """Draw an arrow; width: in points;  line: a style of matplotlib's, such as ":"."""
    style = {"arrowstyle": "->", "color": colour, "lw": width, "ls": line}
    ax.annotate("", end, start, arrowprops={**style, "shrinkA": 0, "shrinkB": 0})


def largest(*arrays: np.ndarray) -> float:
    """Return the largest magnitude in some arrays as the limit of a colour map, 1 if all are 0."""
    magnitudes = [float(np.abs(values).max(initial=0.0)) for values in arrays]
    return max(magnitudes, default=0.0) or 1.0


def listed(values: Iterable[float]) -> str:
    """Return '1, 2, 3'."""
    return ", ".join(map(number, values))


def bracketed(values: Iterable[float]) -> str:
    """Return '[1, 2, 3]'."""
    return f"[{listed(values)}]"


def rows_of(matrix: np.ndarray, text: Callable[[float], str] = number) -> str:
    """Return '1 2 / 3 4'; text: how a number is written."""
    return " / ".join(" ".join(map(text, row)) for row in matrix)


def _ramp(value: float, limit: float) -> Any:
    """Return the colour of a number on the map of `grid`."""
    return _matplotlib().colormaps["PuOr_r"](0.5 + value / (4 * limit))


def _rectangle(corner: Point, width: float, height: float, **style: Any) -> Rectangle:
    return _matplotlib().patches.Rectangle(corner, width, height, **style)
