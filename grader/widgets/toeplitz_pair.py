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
from grader.widgets.spray import checked, checked_upstream, forward_and_backward, with_pad
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
        return toeplitz_pair(w, len(x), data["pad"], x if data["own_x"] else None, dy, compare)


def toeplitz_pair(
    w: Any, n: int, pad: int = 0, x: Any = None, dy: Any = None, compare: Any = None
) -> ToeplitzPair:
    """Show the matrix T of a convolution in one dimension, and T^T beside it, line by line.

    The products are y = T x and dx = T^T dy. Alone in a cell the widget is displayed.

    w: (k,);  n: pixels of the row;  pad: zeros at each of its ends
        ->  T: (m, n), m = n + 2 pad - k + 1
    x: (n,), dy: (m,): small whole numbers unless they are given
    compare: your own T, (m, n); the entries that are not right are
        marked

    A row of T holds w and gathers; a column holds w back to front and sprays. T is the Jacobian
    dy/dx, so Eqs. 9 and 10 of the text, section 2, read dx = T^T dy in one dimension: backward w
    sprays, and w back to front gathers.

    Raises TypeError for an argument that is not an array of real numbers. Raises ValueError for NaN
    or infinity (outside compare), for shapes that do not fit, and for more than 12 entries of the
    padded row.
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
        "row": True,
        "most": LIMIT,
    }
    upstream = made_up((m,)) if dy is None else dy
    return ToeplitzPair(data, *_still_picture(x, w, upstream, pad, compare))


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
    x: np.ndarray, w: np.ndarray, dy: np.ndarray, pad: int, compare: np.ndarray | None
) -> tuple[str, str]:
    """Return the picture of both products, the middle row of T framed in both, and its text."""
    T = matrix(w, len(x), len(dy), pad)
    middle = len(dy) // 2
    row = np.zeros(T.shape, bool)
    row[middle] = True
    entry = np.zeros((len(dy), 1), bool)
    entry[middle] = True
    on_T = {"framed": row}
    y, dx = (T @ x)[:, None], (T.T @ dy)[:, None]
    panels = [
        Panel("T", "T", T, on_T, largest(w)),
        Panel("x", "x", x[None], {}),
        Panel("y", "y", y, {"framed": entry}),
        Panel("Tᵀ", "Tᵀ", T.T, {"framed": row.T}, largest(w)),
        Panel("dy", "dy", dy[None], {"framed": entry.T}),
        Panel("dx", "dx", dx, {}),
    ]
    named = [("T", T), ("x", x[:, None]), ("y = T x", y)]
    named += [("Tᵀ", T.T), ("dy", dy[:, None]), ("dx = Tᵀ dy", dx)]
    columns = [(name, lines_of(values)) for name, values in named]
    yours = None
    if compare is not None:
        wrong = wrong_mask(compare, T)
        on_T["marked"] = wrong
        columns.append((counted("yours", wrong), lines_of(compare)))
        yours = Panel("T", "your T", compare, {"marked": wrong})
    title = f"T takes x to y, and its transpose takes dy to dx (padding {pad})"
    gathers = f"row {middle} of T, where w stands and gathers y[{middle}]"
    sprays = f"column {middle} of Tᵀ, which sprays dy[{middle}]"
    note = f"w = {lines_of(w)[0]}. Framed: {gathers}, is {sprays}."
    alternative = "\n".join([title, note, *beside(columns)])
    places = Places(NAME, "row", {"N": len(dy), "W": len(x)})
    return picture(title, alternative, places, panels, yours), alternative
