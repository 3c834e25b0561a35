"""What all widgets share: arrays checked for showing, the base class with its still picture, and grids drawn as SVG."""

from __future__ import annotations

import decimal
import math
import operator
from collections.abc import Collection
from functools import cache, cached_property
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from grader.results import short as cut
from grader.verdict import differing

MOST_SIDE = 12  # rows or columns of an image, with its padding
MOST_ROW = 20  # entries of a row, with its padding
MOST_NUMBERS = 10**6  # of an array that is looked at; each widget shows far fewer
MOST_WHOLE = 10**9  # for a stride or a padding, which a browser can still count with
CELL = 40
COUNTED = (1, 2, -1, 3, 0, -2, 4)  # stands in for a dy that is not given: unequal, with signs and a zero; as in grids.js
_SHAPES = {1: "a row (n,)", 2: "an image (H, W)"}
MIME = "application/vnd.cnn-gradients.widget+json"  # which widget with which data, for programs that read the notebook


@cache
def source(*names: str) -> str:
    """Return one ES module: the files' texts, one after the other."""
    return "\n".join((Path(__file__).parent / name).read_text(encoding="utf-8") for name in names)


class Widget:
    """A widget with a still picture beside it, for PDF, diff and export.

    kind: the name of its ES module, `kind`.js;  data: what the browser draws, as plain JSON;  still: an SVG;
    alternative: the same as text
    """

    kind = ""
    _esm = ""
    _css = source("grids.css")

    def __init__(self, data: dict[str, Any], still: str, alternative: str) -> None:
        self.data, self.still, self.alternative = data, still, alternative

    @classmethod
    def again(cls, data: dict[str, Any]) -> Widget:
        """Return the widget that has these data, read from a notebook: by a call of its function, which checks them."""
        raise NotImplementedError(f"{cls.__name__}: again")

    def folded(self, words: str) -> Widget:
        """Return this widget, which is not shown yet, closed under some words until a reader opens it."""
        self.data = self.data | {"fold": words}
        return self

    @cached_property
    def live(self) -> Any:
        """What JupyterLab draws, made when it is first shown: a still picture needs no anywidget, which is slow to load."""
        return _live(type(self).__name__, self._esm)(data=self.data)

    def __repr__(self) -> str:
        return self.alternative

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        data, metadata = self.live._repr_mimebundle_(**kwargs)
        own = {MIME: {"widget": self.kind, "data": self.data}}
        return data | own | {"text/plain": self.alternative, "image/svg+xml": self.still}, metadata


@cache
def _live(name: str, esm: str) -> Any:
    """Return the class of anywidget's that draws a kind of widget. Raises ImportError where anywidget is missing."""
    import anywidget
    import traitlets

    return type(name, (anywidget.AnyWidget,), {"_esm": esm, "_css": Widget._css, "data": traitlets.Dict().tag(sync=True)})


def module(*names: str) -> str:
    """Return a widget's ES module: what all share, then the files named."""
    return source("grids.js", "controls.js", *names)


def array(function: str, name: str, value: Any, ndims: Collection[int] = (1, 2), finite: bool = True) -> np.ndarray:
    """Return a float64 copy of an array that can be shown.

    Raises TypeError for what is no array of real numbers, ValueError for other dimensions, for no numbers at all, and (unless
    `finite` is false) for NaN and infinity.
    """
    given = _real(function, name, value)
    if given.ndim not in ndims:
        wanted = " or ".join(_SHAPES[n] for n in sorted(ndims))
        more = f" Pick one channel of one image: {name}[0, 0]." if given.ndim > 2 else ""
        raise ValueError(f"{function}: {name} has shape {given.shape}, expected {wanted}.{more}")
    return _numbers(function, name, given, finite)


def fitting(function: str, name: str, value: Any, shape: tuple[int | str, ...], why: str, finite: bool = True) -> np.ndarray:
    """Return a float64 copy of an array of one shape, in which a letter stands for any size; `why` tells where it comes from.

    Raises as `array` does.
    """
    given = _real(function, name, value)
    fits = given.ndim == len(shape) and all(isinstance(n, str) or n == m for n, m in zip(shape, given.shape, strict=True))
    if not fits:
        wanted = f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
        raise ValueError(f"{function}: {name} has shape {given.shape}, expected {wanted} {why}")
    return _numbers(function, name, given, finite)


def _real(function: str, name: str, value: Any) -> np.ndarray:
    try:
        given = np.asarray(value)
    except ValueError:
        raise TypeError(f"{function}: {name} has rows of different lengths, expected an array of numbers") from None
    except Exception as error:  # a tensor that PyTorch differentiates, or of a kind that numpy has not
        told = f"{name} is {_kind(value)}, which does not become an array ({cut(error, 100)}), expected an array of numbers"
        raise TypeError(f"{function}: {told}") from None
    if given.dtype.kind == "c":
        raise TypeError(f"{function}: {name} holds complex numbers; only real ones can be shown")
    if given.dtype.kind not in "biuf":
        raise TypeError(f"{function}: {name} is {_kind(value)}, expected an array of numbers")
    return given


def _numbers(function: str, name: str, given: np.ndarray, finite: bool) -> np.ndarray:
    if given.size == 0:
        raise ValueError(f"{function}: {name} has shape {given.shape}: there is no number to show")
    if given.size > MOST_NUMBERS:
        raise ValueError(f"{function}: {name} has shape {given.shape}: that is more than can be shown. Show a part of it")
    numbers = given.astype(np.float64)
    if finite and not np.isfinite(numbers).all():
        at = tuple(int(i) for i in np.argwhere(~np.isfinite(numbers))[0])
        raise ValueError(f"{function}: {name}{list(at)} is {numbers[at]}; only finite numbers can be shown")
    return numbers


def whole(function: str, name: str, value: Any, least: int) -> int:
    """Return a whole number of at least `least`. Raises TypeError for what is none, ValueError for one that is out of range."""
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except Exception:  # TypeError, or what an object raises that is asked
        number = None
    if number is None:
        raise TypeError(f"{function}: {name} is {said(value)}, expected a whole number")
    if number < least:
        raise ValueError(f"{function}: {name} is {said(number)}, expected {least} or more")
    if number > MOST_WHOLE:
        raise ValueError(f"{function}: {name} is {said(number)}, expected {MOST_WHOLE} or less")
    return number


def one_of(function: str, name: str, value: Any, choices: Collection[str]) -> str:
    """Return one of some words. Raises ValueError for anything else."""
    if not (isinstance(value, str) and value in choices):
        raise ValueError(f"{function}: {name} is {said(value)}, expected one of {', '.join(map(repr, choices))}")
    return value


def said(value: object) -> str:
    """Return a value as a message says it, in one short line; one that cannot say itself by its type."""
    try:
        return cut(repr(value), 60)
    except Exception:
        return _kind(value)


def made_up(shape: tuple[int, ...]) -> np.ndarray:
    """Return the upstream gradient that stands in for one that is not given."""
    rows, columns = (1, *shape)[-2:]
    return np.array([[float(COUNTED[(3 * i + j) % len(COUNTED)]) for j in range(columns)] for i in range(rows)]).reshape(shape)


def apart(yours: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return a mask of the entries in which a student's own result is not right; both have one shape."""
    wrong = differing(yours, right)
    assert wrong is not None
    return wrong


def plain(values: np.ndarray) -> list[list[Any]]:
    """Return rows of numbers for JSON, which has no NaN and no infinity: those become text."""
    return [[v if math.isfinite(v) else str(v) for v in row] for row in np.atleast_2d(values).tolist()]


def unplain(data: dict[str, Any], *names: str, row: bool = False) -> list[np.ndarray | None]:
    """Return the arrays of some names in a widget's data, what `plain` took from them undone; None for what was not given."""
    arrays = (None if data[name] is None else np.array(data[name], dtype=np.float64) for name in names)
    return [made[0] if row and made is not None else made for made in arrays]


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


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    return "None" if value is None else f"of type {type(value).__name__}"


# ---- the still picture


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
