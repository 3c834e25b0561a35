"""`stride_trick`: a strided backward pass as a correlation of dy with zeros in it (section 2).

The spray stands beside it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.show.numbers import beside, lines_of
from grader.widgets.grids import (
    ROW_LIMIT,
    SIDES,
    Widget,
    compared,
    made_up,
    part_of,
    plain,
    plain_or_none,
    unplain,
    wrong_mask,
)
from grader.widgets.layout import Places
from grader.widgets.spray import (
    checked,
    checked_upstream,
    forward_and_backward,
    output_shape,
    sizes,
    with_pad,
)
from grader.widgets.still_picture import Panel, counted, largest, picture

NAME = "stride_trick"
IMAGE_LIMIT = 9  # rows or columns of dy with all its zeros


class StrideTrick(Widget):
    """The widget that `stride_trick` returns."""

    kind = NAME

    @classmethod
    def again(cls, data: dict[str, Any]) -> StrideTrick:
        x, w, dy, compare = unplain(data, "x", "w", "dy", "compare", row=data["row"])
        return stride_trick(x, w, data["stride"], data["pad"], dy, compare)


def stride_trick(
    x: Any, w: Any, stride: int = 2, pad: int = 0, dy: Any = None, compare: Any = None
) -> StrideTrick:
    """Show how dy goes back through a stride by a correlation, and the spray beside it.

    Alone in a cell the widget is displayed.

    x: (n,), w: (k,), dy: (m,)  or  x: (H, W), w: (kh, kw), dy: (M, N): one channel of one image.
        Of x only the shape counts
    stride, pad: as in the notebooks, with M = (H + 2 pad - kh) // stride + 1, and N alike
    compare: your own dx, in the shape of x; the entries that are not right are marked

    dy gets stride - 1 zeros between neighbours, (H + 2 pad - kh) mod stride zeros at the end and
    kh - 1 - pad zeros around it (where that is negative, so many rows and columns are cut off).
    w', which is w rotated by 180 degrees, then slides over it at stride 1. The zeros between and at
    the end may be left out, to see what goes wrong. dx follows Eqs. 9 and 10 of the text,
    section 2.

    Raises TypeError for an argument that is not an array of real numbers. Raises ValueError for NaN
    or infinity (outside compare), for shapes that do not fit, and where dy with all its zeros, or x
    with its padding, has more than 9 rows or columns, or 20 entries of a row.
    """
    x, w, stride, pad = checked(NAME, x, w, stride, pad)
    limit = ROW_LIMIT if x.ndim == 1 else IMAGE_LIMIT
    _check_limit(x, w, pad, limit)
    dy = checked_upstream(NAME, dy, x, w, stride, pad)
    compare = compared(NAME, compare, x.shape, f"{x.shape}, the shape of dx")
    data = {
        "x": plain(x),
        "w": plain(w),
        "dy": plain_or_none(dy),
        "compare": plain_or_none(compare),
        "compares": "dx",
        "stride": stride,
        "pad": pad,
        "view": "trick",
        "row": x.ndim == 1,
        "most": limit,
    }
    upstream = made_up(output_shape(x, w, stride, pad)) if dy is None else dy
    return StrideTrick(data, *_still_picture(x, w, upstream, stride, pad, compare))


def with_zeros(dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, pad: int) -> np.ndarray:
    """Return dy with its zeros between, at the end and around.

    If w rotated slides over it at stride 1, it gives dx.

    dy: (m,), x: (n,), w: (k,)  ->  (n + k - 1,), and so on each axis of an image
    """
    spread = np.zeros([n + 2 * pad - k + 1 for n, k in zip(x.shape, w.shape, strict=True)])
    spread[tuple(slice(None, None, stride) for _ in x.shape)] = dy
    for axis, k in enumerate(w.shape):
        around = (x.shape[axis] + k - 1 - spread.shape[axis]) // 2
        cut = max(0, -around)
        spread = spread.take(np.arange(cut, spread.shape[axis] - cut), axis)
        widths = [(0, 0)] * x.ndim
        widths[axis] = (max(0, around), max(0, around))
        spread = np.pad(spread, widths)
    return spread


def _check_limit(x: np.ndarray, w: np.ndarray, pad: int, limit: int) -> None:
    """Raise a ValueError if dy with its zeros, or x with its padding, is too large to be shown."""
    allowed = f"at most {limit} {SIDES[x.ndim]} can be shown"
    if max(x.shape) + 2 * pad > limit:
        size = f"x has shape {x.shape}{with_pad(pad)}"
        raise ValueError(f"{NAME}: {size}; {allowed}. Show a part, like {part_of(x, limit)}")
    widest = max(n + k - 1 for n, k in zip(x.shape, w.shape, strict=True))
    if widest > limit:
        part = part_of(x, limit - max(w.shape) + 1)
        shapes = f"x has shape {x.shape} and w {w.shape}"
        size = f"{shapes}, so dy with its zeros gets up to {widest} wide"
        raise ValueError(f"{NAME}: {size}; {allowed}. Show a part, like {part}")


def _still_picture(
    x: np.ndarray,
    w: np.ndarray,
    dy: np.ndarray,
    stride: int,
    pad: int,
    compare: np.ndarray | None,
) -> tuple[str, str]:
    """Return the picture of dy, dy with its zeros, w' and dx, and its text.

    The window of the entry of dx in the middle is framed.
    """
    zeros = with_zeros(dy, x, w, stride, pad)
    _, dx = forward_and_backward(x, w, dy, stride, pad)
    middle = tuple(n // 2 for n in x.shape)
    window = np.zeros(zeros.shape, bool)
    window[tuple(slice(i, i + k) for i, k in zip(middle, w.shape, strict=True))] = True
    entry = np.zeros(x.shape, bool)
    entry[middle] = True
    on_dx = {"framed": entry}
    is_row = x.ndim == 1
    down, across = _around(w, pad)
    cut = (max(0, -down), max(0, -across))
    shift = (0, middle[0]) if is_row else (0, 0)
    on_strip = {"framed": window, "dotted": _zeros_around(zeros.shape, (down, across))}
    panels = [
        Panel("dy", "dy", dy, {}),
        Panel("strip", "dy", zeros, on_strip, largest(dy), cut, more="with zeros"),
        Panel("kernel", "w′", np.flip(w), {}, shift=shift),
        Panel("trick", "dx", dx, {"framed": entry}, more="by the trick"),
        Panel("spray", "dx", dx, on_dx, more="by the spray"),
    ]
    named = [("dy", dy), ("dy with its zeros", zeros), ("w′", np.flip(w)), ("dx", dx)]
    columns = [(name, lines_of(values)) for name, values in named]
    yours = None
    if compare is not None:
        wrong = wrong_mask(compare, dx)
        on_dx["marked"] = wrong
        columns.append((counted("yours", wrong), lines_of(compare)))
        yours = Panel("spray", "your dx", compare, {"marked": wrong})
    claim = "dy with zeros between, at the end and around, correlated with w′, is dx"
    title = f"{claim} (stride {stride}, padding {pad})"
    alternative = "\n".join([title, *beside(columns)])
    places = _places(x, w, stride, pad)
    return picture(title, alternative, places, panels, yours), alternative


def _places(x: np.ndarray, w: np.ndarray, stride: int, pad: int) -> Places:
    lengths = sizes(x, w, stride, pad)
    down, across = _around(w, pad)
    strip = {
        "strip_rows": lengths["H"] + lengths["kh"] - 1 + 2 * max(0, -down),
        "strip_columns": lengths["W"] + lengths["kw"] - 1 + 2 * max(0, -across),
        "first": min(0, across),
        "around": across,
    }
    return Places(NAME, "row" if x.ndim == 1 else "image", lengths | strip)


def _zeros_around(shape: tuple[int, ...], around: tuple[int, int]) -> np.ndarray:
    """Return a mask of the zeros that stand around dy."""
    lengths = np.ones(shape, bool)
    inner = zip(shape, around[-len(shape) :], strict=True)
    lengths[tuple(slice(max(0, n), size - max(0, n)) for size, n in inner)] = False
    return lengths


def _around(w: np.ndarray, pad: int) -> tuple[int, int]:
    """Return how many rows and columns of zeros stand around dy; if negative, are cut off."""
    if w.ndim == 1:
        return 0, len(w) - 1 - pad
    return w.shape[0] - 1 - pad, w.shape[1] - 1 - pad
