"""The still picture of a widget: named grids of numbers as one SVG."""

from __future__ import annotations

import decimal
import math
from html import escape

import numpy as np

CELL = 40  # pixels of a square, its border included
BLUE = "#0060a0"  # the step shown, and the winners of a window
RED = "#a83a00"  # what is not right

Panel = tuple[str, np.ndarray, dict[str, np.ndarray]]  # name, values, masks


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


def panel(name: str, values: np.ndarray, x: float, y: float, masks: dict[str, np.ndarray]) -> str:
    """Return a named grid as SVG, with its upper left corner at (x, y).

    values: (m, n);  masks: of the same shape, by the sign that they stand for: "framed" for the
    step shown, "dotted" for padding, "marked" where a result is not right, "unseen" under no
    window, "tied" for equals of a winner
    """
    limit = float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0
    font = 'font-size="16" font-weight="bold" font-style="italic"'
    drawn = [f'<text x="{x:g}" y="{y - 10:g}" {font}>{escape(name)}</text>']
    for (i, j), value in np.ndenumerate(values):
        signs = {sign for sign, where in masks.items() if where[i, j]}
        drawn.append(_cell(x + j * CELL, y + i * CELL, float(value), limit, signs))
    return "".join(drawn)


def picture(title: str, alternative: str, panels: list[Panel], below: bool = False) -> str:
    """Return a whole SVG with its text alternative inside.

    below: whether the grids stand one below the other, and not side by side
    """
    drawn = ""
    left, top = 14.0, 64.0
    right, bottom = 8.1 * len(title), 0.0
    for name, values, masks in panels:
        grid = np.atleast_2d(values)
        flat = {sign: np.atleast_2d(where) for sign, where in masks.items()}
        drawn += panel(name, grid, left, top, flat)
        wide = max(grid.shape[1] * CELL, 10 * len(name))
        right = max(right, left + wide)
        bottom = max(bottom, top + len(grid) * CELL)
        if below:
            top = bottom + 38
        else:
            left += wide + 44
    width = f"{right + 14:g}"
    height = f"{bottom + 14:g}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" '
        'font-family="Helvetica, Arial, sans-serif" fill="#1a1a1a">'
        f"<title>{escape(title)}</title><desc>{escape(alternative)}</desc>"
        '<rect width="100%" height="100%" fill="#ffffff"/>'
        f'<text x="14" y="26" font-size="15">{escape(title)}</text>{drawn}</svg>'
    )


def _cell(left: float, top: float, value: float, limit: float, signs: set[str]) -> str:
    """Return one square with its number and its signs; later ones lie above earlier ones."""
    drawn = _square(left, top, value / limit, "dotted" in signs)
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


def _square(left: float, top: float, share: float, dotted: bool) -> str:
    fill = "none" if dotted else _ramp(share)
    edge = 'stroke="#707070" stroke-dasharray="2 3"' if dotted else 'stroke="#c9c9c9"'
    return f'{_rectangle(left + 1, top + 1, 38)} rx="3" fill="{fill}" {edge}/>'


def _hatching(left: float, top: float) -> str:
    lines = ""
    for a, b in ((2, 20), (2, 38), (20, 38)):
        lines += f"M {left + a:g} {top + b:g} L {left + b:g} {top + a:g} "
    return f'<path d="{lines}" stroke="#8a8a8a" stroke-width="1.5"/>'


def _frame(left: float, top: float) -> str:
    line = f'fill="none" stroke="{BLUE}" stroke-width="2.5"/>'
    return f'{_rectangle(left + 2, top + 2, 36)} rx="3" {line}'


def _number(left: float, top: float, value: float) -> str:
    text = short(value)
    sizes = {1: "15", 2: "15", 3: "15", 4: "15", 5: "11.5"}
    size = sizes.get(len(text), "9.5")
    place = f'x="{left + 20:g}" y="{top + 26:g}" text-anchor="middle"'
    return f'<text {place} font-size="{size}">{text}</text>'


def _tie(left: float, top: float, framed: bool) -> str:
    """Return the sign of an entry that is as large as its window's winner, or is that winner."""
    line = f'fill="none" stroke="{BLUE}" stroke-width="1.5" stroke-dasharray="1 3"/>'
    ring = "" if framed else f'{_rectangle(left + 4, top + 4, 32)} rx="3" {line}'
    return ring + _sign("=", left + 33, top + 15, BLUE)


def _mark(left: float, top: float) -> str:
    line = f'fill="none" stroke="{RED}" stroke-width="2" stroke-dasharray="3 2"/>'
    return f"{_rectangle(left + 4, top + 4, 32)} {line}{_sign('≠', left + 33, top + 13, RED)}"


def _rectangle(x: float, y: float, side: float) -> str:
    """Return the beginning of a square's element."""
    return f'<rect x="{x:g}" y="{y:g}" width="{side:g}" height="{side:g}"'


def _sign(text: str, x: float, y: float, colour: str) -> str:
    """Return a small sign in the upper right corner of a square."""
    font = 'text-anchor="end" font-size="11" font-weight="bold"'
    return f'<text x="{x:g}" y="{y:g}" {font} fill="{colour}">{text}</text>'


def _ramp(share: float) -> str:
    """Return the colour of a value from -1 to 1, or of one that is not finite.

    The colours are those of grids.css in the light theme.
    """
    known = float(np.clip(share, -1, 1)) if np.isfinite(share) else 0.0
    zero = (0xF6, 0xF5, 0xF4)
    end = (0xFD, 0xBF, 0x72) if known > 0 else (0xB7, 0xB0, 0xD8)
    colour = [round(z + abs(known) * (e - z)) for z, e in zip(zero, end, strict=True)]
    return "#" + "".join(f"{part:02x}" for part in colour)
