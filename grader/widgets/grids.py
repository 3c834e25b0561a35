"""What all widgets share: checks of their arguments, the base class, and arrays as plain JSON."""

from __future__ import annotations

import math
import operator
from collections.abc import Collection
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from grader.call.text import short as cut
from grader.show.place import here
from grader.show.verdict import differing
from grader.widgets.bundle import bundle
from grader.widgets.frame import frame
from grader.widgets.layout import theme

SIDE_LIMIT = 12  # rows or columns of an image, with its padding
ROW_LIMIT = 20  # entries of a row, with its padding
SIZE_LIMIT = 10**6  # of an array that is examined; each widget shows far fewer
WHOLE_LIMIT = 10**9  # for a stride or a padding, which a browser can still count with
SIDES = {1: "entries of a row", 2: "rows or columns of an image"}  # what is counted, by axes
_SHAPES = {1: "a row (n,)", 2: "an image (H, W)"}

# These stand in for a dy that is not given: unequal, with signs and a zero. numbers.js has them
# too.
COUNTED = (1, 2, -1, 3, 0, -2, 4)

# A widget's kind and data stand under this type, for programs that read the notebook.
MIME = "application/vnd.cnn-gradients.widget+json"


class _Module:
    """The ES module of a kind of widget, joined when it is first asked for.

    Joining all kinds would add 15 ms to the first wrong answer.
    """

    def __get__(self, widget: Widget | None, kind: type[Widget]) -> str:
        return bundle(f"{kind.kind}.js")


class Widget:
    """A widget with a still picture beside it, for PDF, diff and export.

    In a notebook it is a frame that steps, today and when the notebook is opened again.

    kind: the name of its ES module, js/`kind`.js;  data: what the browser draws, as plain JSON
    still: the still picture as SVG;  alternative: the same as text
    """

    kind = ""
    _esm = _Module()
    _css = theme() + Path(__file__).with_name("grids.css").read_text(encoding="utf-8")

    def __init__(self, data: dict[str, Any], still: str, alternative: str) -> None:
        self.data = data
        self.still = still
        self.alternative = alternative

    @classmethod
    def again(cls, data: dict[str, Any]) -> Widget:
        """Return the widget that has these data, which were read from a notebook.

        The widget's own function is called and checks them. It raises TypeError or ValueError for
        arguments that it refuses; data that are not a widget's raise other exceptions too.
        """
        raise NotImplementedError(f"{cls.__name__}: again")

    def folded(self, words: str) -> Widget:
        """Return this widget, closed under some words until a reader opens it.

        The widget must not have been shown yet.
        """
        self.data = self.data | {"fold": words}
        return self

    def widget(self) -> Any:
        """Return this widget as an ipywidget, for a notebook that embeds it or observes its data.

        JupyterLab draws it while the kernel lives. Raises ModuleNotFoundError without anywidget.
        """
        if find_spec("anywidget") is None:
            raise ModuleNotFoundError(f"anywidget is missing. {here().install('anywidget')}")
        return _live(type(self).__name__, self._esm)(data=self.data)

    def __repr__(self) -> str:
        return self.alternative

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            MIME: {"widget": self.kind, "data": self.data},
            "text/html": frame(self.kind, self._css, self.data, self.still, self.alternative),
            "text/plain": self.alternative,
            "image/svg+xml": self.still,
        }


@cache
def _live(name: str, esm: str) -> Any:
    """Return the subclass of AnyWidget that draws one kind of widget."""
    # Both packages are optional, and slow to import.
    import anywidget  # noqa: PLC0415
    import traitlets  # noqa: PLC0415

    own = {"_esm": esm, "_css": Widget._css, "data": traitlets.Dict().tag(sync=True)}
    return type(name, (anywidget.AnyWidget,), own)


def array(
    function: str, name: str, value: Any, ndims: Collection[int] = (1, 2), finite: bool = True
) -> np.ndarray:
    """Return a float64 copy of an array that can be shown.

    function, name: of the widget's function and of its argument, for messages
    ndims: the numbers of axes that are allowed;  finite: whether NaN and infinity are refused

    Raises TypeError if the value is not an array of real numbers. Raises ValueError if it has
    another number of axes, no numbers at all or too many, or, unless `finite` is false, NaN or
    infinity.
    """
    values = _real(function, name, value)
    if values.ndim not in ndims:
        expected = " or ".join(_SHAPES[n] for n in sorted(ndims))
        advice = f" Pick one channel of one image: {name}[0, 0]." if values.ndim > 2 else ""
        raise ValueError(
            f"{function}: {name} has shape {values.shape}, expected {expected}.{advice}"
        )
    return _numbers(function, name, values, finite)


def fitting(
    function: str,
    name: str,
    value: Any,
    shape: tuple[int | str, ...],
    why: str,
    finite: bool = True,
) -> np.ndarray:
    """Return a float64 copy of an array of one shape, in which a letter stands for any size.

    why: where the shape comes from, for the message. The other arguments are those of `array`,
    and so are the errors raised.
    """
    values = _real(function, name, value)
    if not _fits(values.shape, shape):
        comma = "," if len(shape) == 1 else ""
        expected = f"({', '.join(map(str, shape))}{comma})"
        raise ValueError(f"{function}: {name} has shape {values.shape}, expected {expected} {why}")
    return _numbers(function, name, values, finite)


def compared(
    function: str,
    value: Any,
    shape: tuple[int, ...],
    expected: str,
    ndims: Collection[int] = (1, 2),
) -> np.ndarray | None:
    """Return a copy of the student's own result, `compare`, or None if it is not given.

    expected: the shape as the message names it. NaN and infinity are allowed. Raises TypeError
    and ValueError as `array` does, and ValueError for another shape.
    """
    if value is None:
        return None
    values = array(function, "compare", value, ndims, finite=False)
    if values.shape != shape:
        raise ValueError(f"{function}: compare has shape {values.shape}, expected {expected}")
    return values


def _fits(sizes: tuple[int, ...], shape: tuple[int | str, ...]) -> bool:
    if len(sizes) != len(shape):
        return False
    return all(isinstance(n, str) or n == m for n, m in zip(shape, sizes, strict=True))


def _real(function: str, name: str, value: Any) -> np.ndarray:
    """Return a value as an array of real numbers. Raises TypeError if it is not one."""
    try:
        values = np.asarray(value)
    except ValueError:
        raise TypeError(
            f"{function}: {name} has rows of different lengths, expected an array of numbers"
        ) from None
    except Exception as error:  # a tensor that PyTorch differentiates, or a kind unknown to numpy
        problem = f"{name} is {_kind(value)}, which does not become an array ({cut(error, 100)})"
        raise TypeError(f"{function}: {problem}, expected an array of numbers") from None
    if values.dtype.kind == "c":
        raise TypeError(f"{function}: {name} holds complex numbers; only real ones can be shown")
    if values.dtype.kind not in "biuf":
        raise TypeError(f"{function}: {name} is {_kind(value)}, expected an array of numbers")
    return values


def _numbers(function: str, name: str, values: np.ndarray, finite: bool) -> np.ndarray:
    """Return a float64 copy. Raises ValueError if there is nothing or too much to show."""
    has_shape = f"{function}: {name} has shape {values.shape}"
    if values.size == 0:
        raise ValueError(f"{has_shape}: there is no number to show")
    if values.size > SIZE_LIMIT:
        raise ValueError(f"{has_shape}: that is more than can be shown. Show a part of it")
    numbers = values.astype(np.float64)
    if finite and not np.isfinite(numbers).all():
        first = np.argwhere(~np.isfinite(numbers))[0]
        place = tuple(int(i) for i in first)
        entry = f"{name}{list(place)} is {numbers[place]}"
        raise ValueError(f"{function}: {entry}; only finite numbers can be shown")
    return numbers


def whole(function: str, name: str, value: Any, least: int) -> int:
    """Return a whole number from `least` to WHOLE_LIMIT.

    Raises TypeError if the value is not a whole number, ValueError if it is out of range.
    """
    number = _index(value)
    if number is None:
        raise TypeError(f"{function}: {name} is {described(value)}, expected a whole number")
    if number < least:
        raise ValueError(f"{function}: {name} is {described(number)}, expected {least} or more")
    if number > WHOLE_LIMIT:
        raise ValueError(
            f"{function}: {name} is {described(number)}, expected {WHOLE_LIMIT} or less"
        )
    return number


def _index(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    try:
        return operator.index(value)
    except Exception:  # TypeError, or whatever a stranger's object raises
        return None


def one_of(function: str, name: str, value: Any, choices: Collection[str]) -> str:
    """Return one of some words. Raises ValueError for anything else."""
    if not (isinstance(value, str) and value in choices):
        words = ", ".join(map(repr, choices))
        raise ValueError(f"{function}: {name} is {described(value)}, expected one of {words}")
    return value


def described(value: object) -> str:
    """Return a value in one short line for a message; its type if its own repr fails."""
    try:
        return cut(repr(value), 60)
    except Exception:
        return _kind(value)


def part_of(x: np.ndarray, limit: int) -> str:
    """Return how to take a part of x that is small enough: 'x[:12, :12]'."""
    slices = [f":{limit}"] * x.ndim
    return f"x[{', '.join(slices)}]"


def made_up(shape: tuple[int, ...]) -> np.ndarray:
    """Return the upstream gradient, of this shape, that stands in for one that is not given."""
    rows, columns = (1, *shape)[-2:]
    place = 3 * np.arange(rows)[:, None] + np.arange(columns)
    return np.array(COUNTED, dtype=np.float64)[place % len(COUNTED)].reshape(shape)


def wrong_mask(yours: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return a mask of the entries in which a student's own result is wrong.

    yours, right: of one shape, which is also the shape of the mask.
    """
    wrong = differing(yours, right)
    assert wrong is not None
    return wrong


def plain(values: np.ndarray) -> list[list[Any]]:
    """Return rows of numbers for JSON, which has no NaN and no infinity: those become text."""
    rows = np.atleast_2d(values).tolist()
    return [list(map(_plain, row)) for row in rows]


def _plain(number: float) -> float | str:
    return number if math.isfinite(number) else str(number)


def plain_or_none(values: np.ndarray | None) -> list[list[Any]] | None:
    """Return `plain` of an array, or None for an array that is not given."""
    return None if values is None else plain(values)


def unplain(data: dict[str, Any], *names: str, row: bool = False) -> list[np.ndarray | None]:
    """Return the arrays that `plain` turned into a widget's data, by their names.

    row: whether they are rows and not matrices. An array that was not given is None.
    """
    return [_unplain(data[name], row) for name in names]


def _unplain(rows: Any, row: bool) -> np.ndarray | None:
    if rows is None:
        return None
    values = np.array(rows, dtype=np.float64)
    return values[0] if row else values


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    return "None" if value is None else f"of type {type(value).__name__}"
