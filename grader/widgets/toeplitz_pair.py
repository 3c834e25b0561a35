"""`toeplitz_pair`: the matrix T of a row's convolution beside its transpose (section 2).

It is read along rows and down columns.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.show.numbers import beside, lines_of
from grader.widgets.grids import (
    COUNTED,
    SIDE_LIMIT,
    Widget,
    array,
    compared,
    made_up,
    plain,
    plain_or_none,
    unplain,
    whole,
    wrong_mask,
)
from grader.widgets.layout import Places
from grader.widgets.spray import (
    checked,
    checked_upstream,
    checked_views,
    forward_and_backward,
    with_pad,
)
from grader.widgets.still_picture import Panel, counted, largest, picture

NAME = "toeplitz_pair"
LIMIT = SIDE_LIMIT  # entries of the padded row: T has at most as many rows and columns


class ToeplitzPair(Widget):
    """The widget that `toeplitz_pair` returns."""

    kind = NAME

    @classmethod
    def again(cls, data: dict[str, Any]) -> ToeplitzPair:
        w, dy = unplain(data, "w", "dy", row=True)
        x = data["x"][0]
        [compare] = unplain(data, "compare")
        own_x = x if data["own_x"] else None
        views = data.get("views")  # which is missing where an earlier version saved the notebook
        return toeplitz_pair(w, len(x), data["pad"], own_x, dy, compare, views=views)


def toeplitz_pair(
    w: Any,
    n: int,
    pad: int = 0,
    x: Any = None,
    dy: Any = None,
    compare: Any = None,
    *,
    views: str | None = None,
) -> ToeplitzPair:
    """Show the matrix T of a convolution in one dimension, and T^T beside it, line by line.

    The products are y = T x and dx = T^T dy. Alone in a cell the widget is displayed.

    w: (k,);  n: pixels of the row;  pad: zeros at each of its ends
        ->  T: (m, n), m = n + 2 pad - k + 1
    x: (n,), dy: (m,): small whole numbers unless they are given
    compare: your own T, (m, n); the entries that are not right are marked
    views: "forward" for T alone, without its transpose. By default both

    A row of T holds w and gathers; a column holds w back to front and sprays. T is the Jacobian
    dy/dx, so Eqs. 9 and 10 of the text, section 2, read dx = T^T dy in one dimension: backward w
    sprays, and w back to front gathers.

    Raises TypeError for an argument that is not an array of real numbers. Raises ValueError for NaN
    or infinity (outside compare), for shapes that do not fit, and for more than 12 entries of the
    padded row. With views="forward", it is raised for a dy, too.
    """
    w = array(NAME, "w", w, ndims=[1])
    n = whole(NAME, "n", n, 1)
    pad = whole(NAME, "pad", pad, 0)
    _check_limit(n, pad)
    own_x = x is not None
    x = array(NAME, "x", x, ndims=[1]) if own_x else _made_up_pixels(n)
    if x.shape != (n,):
        raise ValueError(f"{NAME}: x has shape {x.shape}, expected ({n},): n is {n}")
    x, w, _, pad = checked(NAME, x, w, 1, pad)
    dy = checked_upstream(NAME, dy, x, w, 1, pad)
    m = n + 2 * pad - len(w) + 1
    views = checked_views(NAME, views, dy)
    expected = f"{(m, n)} like T, outputs by pixels"
    compare = compared(NAME, compare, (m, n), expected, ndims=[2])
    data = {
        "x": plain(x),
        "own_x": own_x,
        "w": plain(w),
        "dy": plain_or_none(dy),
        "compare": plain_or_none(compare),
        "stride": 1,
        "pad": pad,
        "view": "forward gather",
        "views": views,
        "row": True,
        "most": LIMIT,
    }
    upstream = made_up((m,)) if dy is None else dy
    return ToeplitzPair(data, *_still_picture(x, w, upstream, pad, compare, views))


def matrix(w: np.ndarray, n: int, m: int, pad: int) -> np.ndarray:
    """Return T, (m, n): column a is the convolution of a row with a single 1, at pixel a."""
    columns = [forward_and_backward(pixel, w, np.zeros(m), 1, pad)[0] for pixel in np.eye(n)]
    return np.stack(columns, axis=1)


def _check_limit(n: int, pad: int) -> None:
    if n + 2 * pad > LIMIT:
        allowed = f"at most {LIMIT} entries of a row, with its padding, can be shown"
        advice = "A smaller n shows the same lines"
        raise ValueError(f"{NAME}: n is {n}{with_pad(pad)}; {allowed}. {advice}")


def _made_up_pixels(n: int) -> np.ndarray:
    """Return the row that stands in for an x that is not given; it begins unlike made_up's dy."""
    return np.array([float(COUNTED[(a + 3) % len(COUNTED)]) for a in range(n)])


def _still_picture(
    x: np.ndarray,
    w: np.ndarray,
    dy: np.ndarray,
    pad: int,
    compare: np.ndarray | None,
    views: str | None,
) -> tuple[str, str]:
    """Return the picture of T, and of its transpose unless `views` leaves it out, and its text.

    Framed is the middle row of T where w stands, in both matrices, with what it ties together.
    """
    T = matrix(w, len(x), len(dy), pad)
    middle = len(dy) // 2
    stretch = np.zeros(T.shape, bool)
    stretch[middle, max(0, middle - pad) : middle - pad + len(w)] = True
    on_T = {"framed": stretch}
    panels, named = _forward_half(x, T, on_T, largest(w))
    title = "T takes x to y"
    framed = f"row {middle} of T, where w stands and gathers y[{middle}]"
    if views is None:
        backward, transposed = _backward_half(dy, T, stretch, largest(w))
        panels += backward
        named += transposed
        title += ", and its transpose takes dy to dx"
        framed += f", is column {middle} of Tᵀ, which sprays dy[{middle}]"
    columns = [(name, lines_of(values)) for name, values in named]
    yours = None
    if compare is not None:
        wrong = wrong_mask(compare, T)
        on_T["marked"] = wrong
        columns.append((counted("yours", wrong), lines_of(compare)))
        yours = Panel("T", "your T", compare, {"marked": wrong})
    title += f" (padding {pad})"
    note = f"w = {lines_of(w)[0]}. Framed: {framed}."
    alternative = "\n".join([title, note, *beside(columns)])
    places = Places(NAME, views or "pair", {"N": len(dy), "W": len(x)})
    return picture(title, alternative, places, panels, yours), alternative


Half = tuple[list[Panel], list[tuple[str, np.ndarray]]]  # its grids, and its columns in the text


def _forward_half(x: np.ndarray, T: np.ndarray, on_T: dict[str, np.ndarray], limit: float) -> Half:
    """Return T, x and y = T x, with the pixels and the output framed that T's frame ties together.

    x: (n,);  T: (m, n);  on_T: T's masks;  limit: the weight that has the full colour
    """
    reached, output = _sides(on_T["framed"])
    y = (T @ x)[:, None]
    panels = [
        Panel("T", "T", T, on_T, limit),
        Panel("x", "x", x[None], {"framed": reached}),
        Panel("y", "y", y, {"framed": output}),
    ]
    return panels, [("T", T), ("x", x[:, None]), ("y = T x", y)]


def _backward_half(dy: np.ndarray, T: np.ndarray, stretch: np.ndarray, limit: float) -> Half:
    """Return the transpose of T, dy and dx = T^T dy, framed like T, x and y.

    dy: (m,);  T: (m, n);  stretch: what is framed in T;  limit: as above
    """
    reached, output = _sides(stretch)
    dx = (T.T @ dy)[:, None]
    panels = [
        Panel("Tᵀ", "Tᵀ", T.T, {"framed": stretch.T}, limit),
        Panel("dy", "dy", dy[None], {"framed": output.T}),
        Panel("dx", "dx", dx, {"framed": reached.T}),
    ]
    return panels, [("Tᵀ", T.T), ("dy", dy[:, None]), ("dx = Tᵀ dy", dx)]


def _sides(stretch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return masks of the columns, (1, n), and of the rows, (m, 1), in which a mask has entries."""
    columns: np.ndarray = np.logical_or.reduce(stretch, axis=0, keepdims=True)
    rows: np.ndarray = np.logical_or.reduce(stretch, axis=1, keepdims=True)
    return columns, rows
