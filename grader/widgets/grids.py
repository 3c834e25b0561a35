"""What all widgets share: arrays checked for showing, the base class with its still picture, and arrays as plain JSON."""

from __future__ import annotations

import math
import operator
from collections.abc import Collection
from functools import cache, cached_property
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from grader.call.text import short as cut
from grader.show.numbers import image
from grader.show.place import here
from grader.show.verdict import differing

MOST_SIDE = 12  # rows or columns of an image, with its padding
MOST_ROW = 20  # entries of a row, with its padding
MOST_NUMBERS = 10**6  # of an array that is looked at; each widget shows far fewer
MOST_WHOLE = 10**9  # for a stride or a padding, which a browser can still count with
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

    @property
    def can_step(self) -> bool:
        """Tell whether anywidget, which draws the steps, is installed."""
        return find_spec("anywidget") is not None

    @cached_property
    def live(self) -> Any:
        """What JupyterLab draws, made when it is first shown: a still picture needs no anywidget, which is slow to load."""
        return _live(type(self).__name__, self._esm)(data=self.data)

    def __repr__(self) -> str:
        return self.alternative

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        own = {
            MIME: {"widget": self.kind, "data": self.data},
            "text/plain": self.alternative,
            "image/svg+xml": self.still,
        }
        if not self.can_step:
            return own | {"text/html": self._still_page()}, {}
        data, metadata = self.live._repr_mimebundle_(**kwargs)
        return data | own, metadata

    def _still_page(self) -> str:
        """Return the still picture as HTML, and a line that says what is missing to step through it."""
        line = f"anywidget is missing, so this widget is a still picture. {here().install('anywidget')}"
        return f"<div>{image(self.still.encode(), self.alternative)}<p>{escape(line)}</p></div>"


@cache
def _live(name: str, esm: str) -> Any:
    """Return the class of anywidget's that draws a kind of widget."""
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


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    return "None" if value is None else f"of type {type(value).__name__}"
