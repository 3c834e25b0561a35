"""The still picture of a widget: named grids of numbers as one SVG."""

from __future__ import annotations

import decimal
import math
from html import escape
from typing import NamedTuple

import numpy as np

from grader.widgets.layout import CELL, Places, Point, colour, layout

BLUE = colour("giver")  # the step shown, and the winners of a window
RED = colour("apart")  # what is not right
HEADER = 36  # pixels above the grids, for the title
APART = 30  # pixels between the grids and a result that stands beside them


class Panel(NamedTuple):
    """A grid of a picture.

    grid: its name in the layout;  name, more: what is written beside it;  values: (m, n) or (n,)
    masks: of the same shape, by the sign that they stand for: "framed" for the step shown, "dotted"
        for padding, "marked" where a result is not right, "unseen" under no window, "tied" for
        equals of a winner
    limit: the value that has the full colour, by default the largest one
    shift, name_shift: rows and columns of the grid and of its name from their places in the layout
    """

    grid: str
    name: str
    values: np.ndarray
    masks: dict[str, np.ndarray]
    limit: float | None = None
    shift: tuple[float, float] = (0, 0)
    name_shift: tuple[float, float] = (0, 0)
    more: str = ""


def short(value: float) -> str:
    """Return a number in 5 characters if possible ('0.333', '1.2e5'), else in 6 or 7.

    `short` of sentences/phrases.js does the same, to the letter.
    """
    if not math.isfinite(value):
        return str(value).replace("-", "−")
    text = ""
    for digits in range(5, 0, -1):
        # the browser rounds a half away from zero, Python to even
        context = decimal.Context(digits, decimal.ROUND_HALF_UP)
        rounded = float(context.create_decimal(decimal.Decimal(value))) + 0.0
        mantissa, _, power = np.format_float_scientific(rounded, trim="-").partition("e")
        positional = np.format_float_positional(rounded, trim="-")
        for text in (positional, f"{mantissa}e{int(power)}"):
            if len(text) <= 5:
                return text.replace("-", "−")
    return text.replace("-", "−")


def counted(name: str, wrong: np.ndarray) -> str:
    """Return the title of a student's result, with the number of entries that are not right."""
    return f"{name} ({int(wrong.sum())} of {wrong.size} differ)"


def largest(values: np.ndarray) -> float:
    """Return the largest absolute value of the numbers that are finite."""
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0))


def _panel(panel: Panel, corner: Point, name: Point, pitch: float, more: Point) -> str:
    """Return a named grid as SVG.

    corner, name: its upper left corner and the place of its name;  pitch: cells between columns;
    more: the place of the second word, from the name's
    """
    values = np.atleast_2d(panel.values)
    masks = {sign: np.atleast_2d(where) for sign, where in panel.masks.items()}
    limit = largest(values) if panel.limit is None else panel.limit
    font = 'font-size="17" font-weight="600" font-style="italic"'
    drawn = [f'<text x="{name[0]:g}" y="{name[1]:g}" {font}>{escape(panel.name)}</text>']
    if panel.more:
        place = f'x="{name[0] + more[0]:g}" y="{name[1] + more[1]:g}"'
        drawn.append(f'<text {place} font-size="12">{escape(panel.more)}</text>')
    for (i, j), value in np.ndenumerate(values):
        signs = {sign for sign, where in masks.items() if where[i, j]}
        at = (corner[0] + j * pitch * CELL, corner[1] + i * CELL)
        drawn.append(_cell(*at, float(value), limit, signs))
    return f'<g data-grid="{escape(panel.grid)}">{"".join(drawn)}</g>'


def picture(
    title: str, alternative: str, places: Places, panels: list[Panel], yours: Panel | None = None
) -> str:
    """Return a whole SVG with its text alternative inside.

    panels: in the places that their grids have in the live picture
    yours: the student's own result, which the live picture shows in the grid that is right. It is
        drawn below the others where it is a row, and else beside them
    """
    width, height = places.width, places.height
    drawn = ""
    for panel in panels:
        corner = places.at(panel.grid, *panel.shift)
        name = places.name(panel.grid, *panel.name_shift)
        drawn += _panel(panel, corner, name, places.pitch(panel.grid), places.more)
        width = max(width, corner[0] + np.atleast_2d(panel.values).shape[1] * CELL + 14)
    if yours is not None:
        rows, columns = np.atleast_2d(yours.values).shape
        x, y = places.at(yours.grid, *yours.shift)
        pitch = places.pitch(yours.grid)
        below = yours.values.ndim == 1
        corner = (x, height + APART) if below else (width + APART, y)
        drawn += _panel(yours, corner, (corner[0], corner[1] - 10), pitch, (0, 0))
        width = max(width, corner[0] + columns * pitch * CELL + 14)
        height = max(height, corner[1] + rows * CELL + 14)
    width = max(width, 8.1 * len(title) + 28)
    size = f'width="{width:g}" height="{height + HEADER:g}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} '
        f'viewBox="0 0 {width:g} {height + HEADER:g}" role="img" '
        f'font-family="Helvetica, Arial, sans-serif" fill="{colour("ink")}">'
        f"<title>{escape(title)}</title><desc>{escape(alternative)}</desc>"
        f'<rect width="100%" height="100%" fill="{colour("paper")}"/>'
        f'<text x="14" y="26" font-size="15">{escape(title)}</text>'
        f'<g transform="translate(0 {HEADER})">{drawn}</g></svg>'
    )


def _cell(left: float, top: float, value: float, limit: float, signs: set[str]) -> str:
    """Return one square with its number and its signs; later ones lie above earlier ones."""
    drawn = _square(left, top, _ramp(value, limit), "dotted" in signs)
    if "unseen" in signs:
        drawn += _hatching(left, top)
    if "framed" in signs:
        drawn += _frame(left, top)
    drawn += _number(left, top, value)
    if "tied" in signs:
        drawn += _tie(left, top, "framed" in signs)
    if "marked" in signs:
        drawn += _mark(left, top)
    return drawn


def _square(left: float, top: float, fill: str, dotted: bool) -> str:
    inset, radius = layout()["square"]["inset"], layout()["square"]["radius"]
    edge = f'stroke="{colour("line")}"'
    if dotted:
        fill, edge = "none", f'stroke="{colour("soft")}" stroke-dasharray="2 3"'
    rectangle = _rectangle(left + inset, top + inset, CELL - 2 * inset)
    return f'{rectangle} rx="{radius}" class="cell" fill="{fill}" {edge}/>'


def _hatching(left: float, top: float) -> str:
    lines = ""
    for a, b in ((2, CELL / 2), (2, CELL - 2), (CELL / 2, CELL - 2)):
        lines += f"M {left + a:g} {top + b:g} L {left + b:g} {top + a:g} "
    return f'<path d="{lines}" stroke="#8a8a8a" stroke-width="1.5"/>'


def _frame(left: float, top: float) -> str:
    line = f'fill="none" stroke="{BLUE}" stroke-width="2.5"/>'
    return f'{_rectangle(left + 2, top + 2, CELL - 4)} rx="3" {line}'


def _number(left: float, top: float, value: float) -> str:
    text = short(value)
    style = layout()["number"]
    key = str(max(4, len(text)))
    size = style["sizes"].get(key, style["sizes"]["more"])
    place = f'x="{left + CELL / 2:g}" y="{top + style["down"]:g}" text-anchor="middle"'
    return f'<text {place} font-size="{size}">{text}</text>'


def _tie(left: float, top: float, framed: bool) -> str:
    """Return the sign of an entry that is as large as its window's winner, or is that winner."""
    line = f'fill="none" stroke="{BLUE}" stroke-width="1.5" stroke-dasharray="1 3"/>'
    ring = "" if framed else f'{_rectangle(left + 4, top + 4, CELL - 8)} rx="3" {line}'
    return ring + _sign("=", left + CELL - 7, top + 15, BLUE)


def _mark(left: float, top: float) -> str:
    line = f'fill="none" stroke="{RED}" stroke-width="2" stroke-dasharray="3 2"/>'
    sign = _sign("≠", left + CELL - 7, top + 13, RED)
    return f"{_rectangle(left + 4, top + 4, CELL - 8)} {line}{sign}"


def _rectangle(x: float, y: float, side: float) -> str:
    """Return the beginning of a square's element."""
    return f'<rect x="{x:g}" y="{y:g}" width="{side:g}" height="{side:g}"'


def _sign(text: str, x: float, y: float, colour: str) -> str:
    """Return a small sign in the upper right corner of a square."""
    font = 'text-anchor="end" font-size="11" font-weight="bold"'
    return f'<text x="{x:g}" y="{y:g}" {font} fill="{colour}">{text}</text>'


def _ramp(value: float, limit: float) -> str:
    """Return the colour of a value, or of one that is not finite; `ramp` of grids.js mixes it."""
    known = np.isfinite(value) and limit > 0
    share = round(100 * min(abs(value) / limit, 1)) / 100 if known else 0
    end = colour("negative" if value < 0 else "positive")
    mixed = [
        round(z + share * (e - z)) for z, e in zip(_parts(colour("zero")), _parts(end), strict=True)
    ]
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _parts(hexadecimal: str) -> list[int]:
    """Return red, green and blue."""
    return [int(hexadecimal[i : i + 2], 16) for i in (1, 3, 5)]
