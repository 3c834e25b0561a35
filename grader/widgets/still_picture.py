"""The still picture of a widget: named grids of numbers as one SVG."""

from __future__ import annotations

import decimal
import math
from html import escape

import numpy as np

CELL = 40


def short(value: float) -> str:
    """Return a number in 5 characters as well as they can ('0.333', '1.2e5'); a few extreme ones need 6 or 7. As grids.js."""
    if not math.isfinite(value):
        return str(value).replace("-", "−")
    text = ""
    for digits in range(5, 0, -1):
        # the browser rounds a half away from zero, Python to even
        rounded = float(decimal.Context(digits, decimal.ROUND_HALF_UP).create_decimal(decimal.Decimal(value))) + 0.0
        mantissa, _, power = np.format_float_scientific(rounded, trim="-").partition("e")
        for text in (np.format_float_positional(rounded, trim="-"), f"{mantissa}e{int(power)}"):
            if len(text) <= 5:
                return text.replace("-", "−")
    return text.replace("-", "−")


def panel(name: str, values: np.ndarray, x: float, y: float, masks: dict[str, np.ndarray]) -> str:
    """Return a named grid as SVG.

    masks: "framed" for the step shown, "dotted" for padding, "marked" where a result is not right, "unseen" under no window,
        "tied" for equals of a winner
    """
    none = np.zeros(values.shape, bool)
    framed, dotted, marked, unseen, tied = (masks.get(m, none) for m in ("framed", "dotted", "marked", "unseen", "tied"))
    limit = float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0
    drawn = [f'<text x="{x:g}" y="{y - 10:g}" font-size="16" font-weight="bold" font-style="italic">{escape(name)}</text>']
    for (i, j), value in np.ndenumerate(values):
        left, top = x + j * CELL, y + i * CELL
        fill = "none" if dotted[i, j] else _ramp(value / limit)
        edge = 'stroke="#707070" stroke-dasharray="2 3"' if dotted[i, j] else 'stroke="#c9c9c9"'
        drawn.append(f'<rect x="{left + 1:g}" y="{top + 1:g}" width="38" height="38" rx="3" fill="{fill}" {edge}/>')
        if unseen[i, j]:
            lines = "".join(f"M {left + a:g} {top + b:g} L {left + b:g} {top + a:g} " for a, b in ((2, 20), (2, 38), (20, 38)))
            drawn.append(f'<path d="{lines}" stroke="#8a8a8a" stroke-width="1.5"/>')
        if framed[i, j]:
            drawn.append(
                f'<rect x="{left + 2:g}" y="{top + 2:g}" width="36" height="36" rx="3" fill="none" '
                'stroke="#0060a0" stroke-width="2.5"/>'
            )
        text = short(float(value))
        size = 15 if len(text) < 5 else 11.5 if len(text) < 6 else 9.5
        drawn.append(f'<text x="{left + 20:g}" y="{top + 26:g}" text-anchor="middle" font-size="{size}">{text}</text>')
        if tied[i, j]:
            ring = f'<rect x="{left + 4:g}" y="{top + 4:g}" width="32" height="32" rx="3" fill="none" stroke="#0060a0" '
            drawn.append("" if framed[i, j] else f'{ring}stroke-width="1.5" stroke-dasharray="1 3"/>')
            drawn.append(
                f'<text x="{left + 33:g}" y="{top + 15:g}" text-anchor="end" font-size="11" font-weight="bold" '
                'fill="#0060a0">=</text>'
            )
        if marked[i, j]:
            drawn.append(
                f'<rect x="{left + 4:g}" y="{top + 4:g}" width="32" height="32" fill="none" stroke="#a83a00" stroke-width="2" '
                f'stroke-dasharray="3 2"/><text x="{left + 33:g}" y="{top + 13:g}" text-anchor="end" font-size="11" '
                'font-weight="bold" fill="#a83a00">≠</text>'
            )
    return "".join(drawn)


Panel = tuple[str, np.ndarray, dict[str, np.ndarray]]  # name, values, masks


def picture(title: str, alternative: str, panels: list[Panel], below: bool = False) -> str:
    """Return a whole SVG with named grids side by side, or one below the other, and their text alternative inside."""
    drawn, left, top, right, bottom = "", 14.0, 64.0, 8.1 * len(title), 0.0
    for name, values, masks in panels:
        grid = np.atleast_2d(values)
        drawn += panel(name, grid, left, top, {mask: np.atleast_2d(where) for mask, where in masks.items()})
        wide = max(grid.shape[1] * CELL, 10 * len(name))
        right, bottom = max(right, left + wide), max(bottom, top + len(grid) * CELL)
        left, top = (left, bottom + 38) if below else (left + wide + 44, top)
    width, height = right + 14, bottom + 14
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}" '
        'role="img" font-family="Helvetica, Arial, sans-serif" fill="#1a1a1a">'
        f"<title>{escape(title)}</title><desc>{escape(alternative)}</desc>"
        '<rect width="100%" height="100%" fill="#ffffff"/>'
        f'<text x="14" y="26" font-size="15">{escape(title)}</text>{drawn}</svg>'
    )


def _ramp(share: float) -> str:
    """Return the colour of a value from -1 to 1, or of one that is not finite: the ramp of grids.css in the light theme."""
    share = float(np.clip(share, -1, 1)) if np.isfinite(share) else 0.0
    zero, end = (0xF6, 0xF5, 0xF4), ((0xFD, 0xBF, 0x72) if share > 0 else (0xB7, 0xB0, 0xD8))
    return "#" + "".join(f"{round(z + abs(share) * (e - z)):02x}" for z, e in zip(zero, end, strict=True))
