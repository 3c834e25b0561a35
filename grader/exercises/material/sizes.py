"""Which sizes do not fit: helpers that a student's layers may call first.

They name the sizes that do not go together, and compute none: the size of an output is an exercise.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def fits(x: Any, w: Any, stride: int = 1, pad: int = 0) -> None:
    """Raise a ValueError that names the sizes that do not fit, if there are any.

    x: (N, C, H, W);  w: (F, C, kh, kw);  stride: 1 or more;  pad: 0 or more
    """
    if np.ndim(x) != 4 or np.ndim(w) != 4:
        raise ValueError(
            f"x is {np.ndim(x)}-dimensional and w {np.ndim(w)}-dimensional, "
            "expected x (N, C, H, W) and w (F, C, kh, kw)"
        )
    (_, channels, H, W), (_, depth, kh, kw) = np.shape(x), np.shape(w)
    if channels != depth:
        raise ValueError(
            f"x has {channels} channels and the filters of w have {depth}: expected the same number"
        )
    if not isinstance(stride, int | np.integer) or stride < 1:
        raise ValueError(f"stride is {stride!r}, expected an int of at least 1")
    if not isinstance(pad, int | np.integer) or pad < 0:
        raise ValueError(f"pad is {pad!r}, expected an int of at least 0")
    if not (1 <= kh <= H + 2 * pad and 1 <= kw <= W + 2 * pad):
        raise ValueError(
            f"a {kh} x {kw} filter does not fit into a {H} x {W} image padded by {pad}: "
            f"{H + 2 * pad} x {W + 2 * pad}"
        )


def pool_fits(x: Any, size: tuple[int, int], stride: int) -> None:
    """Raise a ValueError that names the sizes that do not fit, if there are any.

    x: (N, C, H, W);  size: (kh, kw);  stride: 1 or more
    """
    if np.ndim(x) != 4:
        raise ValueError(f"x is {np.ndim(x)}-dimensional, expected (N, C, H, W)")
    if np.shape(size) != (2,) or not all(
        isinstance(side, int | np.integer) and side >= 1 for side in size
    ):
        raise ValueError(f"size is {size!r}, expected (kh, kw), two ints of at least 1")
    if not isinstance(stride, int | np.integer) or stride < 1:
        raise ValueError(f"stride is {stride!r}, expected an int of at least 1")
    (kh, kw), (H, W) = size, np.shape(x)[2:]
    if kh > H or kw > W:
        raise ValueError(f"a {kh} x {kw} window does not fit into a {H} x {W} image")
