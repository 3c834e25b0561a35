"""`toeplitz_pair`: the matrix T of a row's convolution beside its transpose, read along rows and down columns (section 2)."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.show.numbers import beside, lines_of
from grader.show.verdict import differing
from grader.widgets.grids import COUNTED, MOST_SIDE, Widget, array, made_up, module, plain, unplain, whole
from grader.widgets.spray import checked, checked_upstream, forward_and_backward, with_pad
from grader.widgets.still_picture import Panel, picture

MOST = MOST_SIDE  # entries of the padded row: T has at most as many rows and columns


class ToeplitzPair(Widget):
    """The widget that `toeplitz_pair` returns."""

    kind = "toeplitz_pair"
    _esm = module("convolution.js", "settings.js", "toeplitz_pair.js")

    @classmethod
    def again(cls, data: dict[str, Any]) -> ToeplitzPair:
        w, dy = unplain(data, "w", "dy", row=True)
        x = data["x"][0]
        [compare] = unplain(data, "compare")
        return toeplitz_pair(w, len(x), data["pad"], x if data["own_x"] else None, dy, compare)


def toeplitz_pair(w: Any, n: int, pad: int = 0, x: Any = None, dy: Any = None, compare: Any = None) -> ToeplitzPair:
    """Show the matrix T of a convolution in one dimension, with y = T x, and T^T beside it, with dx = T^T dy, line by line.

    w: (K,);  n: pixels of the row;  pad: zeros at each of its ends  ->  T: (m, n), m = n + 2 pad - K + 1
    x: (n,), dy: (m,): small whole numbers unless they are given
    compare: your own T, (m, n), as `toeplitz_1d` returns it; where it is not right it is marked

    A row of T holds w and gathers; a column holds w back to front and sprays. T is the Jacobian dy/dx, so Eqs. 9 and 10 of the
    text, section 2, read dx = T^T dy in one dimension: backward w sprays, and w back to front gathers.

    Raises TypeError for what is no array of real numbers, and ValueError for NaN or infinity, for shapes that do not fit, and
    for more than 12 entries of the padded row.
    """
    name = "toeplitz_pair"
    w, n, pad = array(name, "w", w, ndims=[1]), whole(name, "n", n, 1), whole(name, "pad", pad, 0)
    if n + 2 * pad > MOST:
        raise ValueError(
            f"{name}: n is {n}{with_pad(pad)}; at most {MOST} entries of a row, with its padding, can be shown. "
            f"A smaller n shows the same lines"
        )
    own_x = x is not None
    x = array(name, "x", x, ndims=[1]) if own_x else np.array([float(COUNTED[(a + 3) % len(COUNTED)]) for a in range(n)])
    if x.shape != (n,):
        raise ValueError(f"{name}: x has shape {x.shape}, expected ({n},): n is {n}")
    x, w, _, pad = checked(name, x, w, 1, pad)
    dy = None if dy is None else checked_upstream(name, dy, x, w, 1, pad)
    m = n + 2 * pad - len(w) + 1
    if compare is not None:
        compare = array(name, "compare", compare, ndims=[2], finite=False)
        if compare.shape != (m, n):
            raise ValueError(f"{name}: compare has shape {compare.shape}, expected {(m, n)} like T, outputs by pixels")
    data = {
        "x": plain(x),
        "own_x": own_x,
        "w": plain(w),
        "dy": None if dy is None else plain(dy),
        "compare": None if compare is None else plain(compare),
        "stride": 1,
        "pad": pad,
        "view": "forward gather",
        "row": True,
        "most": MOST,
    }
    return ToeplitzPair(data, *_still(x, w, made_up((m,)) if dy is None else dy, pad, compare))


def matrix(w: np.ndarray, n: int, m: int, pad: int) -> np.ndarray:
    """Return T, (m, n): column a is what a row with a single 1, at pixel a, is convolved to."""
    return np.stack([forward_and_backward(pixel, w, np.zeros(m), 1, pad)[0] for pixel in np.eye(n)], axis=1)


def _still(x: np.ndarray, w: np.ndarray, dy: np.ndarray, pad: int, compare: np.ndarray | None) -> tuple[str, str]:
    """Return the picture of both products, the middle row of T framed in both, and its text."""
    m, n = len(dy), len(x)
    T, i = matrix(w, n, m, pad), len(dy) // 2
    row, one = np.zeros(T.shape, bool), np.zeros((m, 1), bool)
    row[i] = one[i] = True
    wrong = None if compare is None else differing(compare, T)
    panels: list[Panel] = [
        ("T", T, {"framed": row} if wrong is None else {"framed": row, "marked": wrong}),
        ("x", x[:, None], {}),
        ("y = T x", (T @ x)[:, None], {"framed": one}),
        ("Tᵀ", T.T, {"framed": row.T}),
        ("dy", dy[:, None], {"framed": one}),
        ("dx = Tᵀ dy", (T.T @ dy)[:, None], {}),
    ]
    title = f"T takes x to y, and its transpose takes dy to dx (padding {pad})"
    told = [(name, lines_of(values)) for name, values, _ in panels]
    if compare is not None and wrong is not None:
        told.append((f"yours ({int(wrong.sum())} of {wrong.size} differ)", lines_of(compare)))
        panels.insert(1, ("your T", compare, {"marked": wrong}))
    also = f"Framed: row {i} of T, where w stands and gathers y[{i}], is column {i} of Tᵀ, which sprays dy[{i}]."
    alternative = "\n".join([title, f"w = {lines_of(w)[0]}. {also}", *beside(told)])
    return picture(title, alternative, panels), alternative
