"""Max pooling, one pass over all windows for each place in a window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from solutions.fast import checks
from solutions.fast.checks import Array


def _places(x: Array, size: tuple[int, int], stride: int) -> Iterator[Array]:
    """Yield for each place in a window, in reading order, the view of x that all windows have there."""
    (kh, kw), (H, W) = size, x.shape[2:]
    P, Q = (H - kh) // stride + 1, (W - kw) // stride + 1
    for u in range(kh):
        rows = slice(u, u + stride * (P - 1) + 1, stride)
        for v in range(kw):
            yield x[:, :, rows, v : v + stride * (Q - 1) + 1 : stride]


def _check(x: Array, size: tuple[int, int], stride: int) -> tuple[int, ...]:
    """Return the shape of y, or raise a ValueError."""
    checks.images(x)
    checks.window(size)
    checks.at_least("stride", stride, 1)
    (kh, kw), (N, C, H, W) = size, x.shape
    if kh > H or kw > W:
        raise ValueError(f"a {kh} x {kw} window does not fit into a {H} x {W} image")
    return N, C, (H - kh) // stride + 1, (W - kw) // stride + 1


def max_pool_forward(x: Array, size: tuple[int, int], stride: int) -> Array:
    """Return the largest entry of every window.

    Rows and columns that no whole window reaches are left out.

    x: (N, C, H, W);  size: (kh, kw);  stride: 1 or more
        ->  y: (N, C, H', W'), a number for every window
    Raises ValueError if a size does not fit.
    """
    checks.arrays(x=x)
    _check(x, size, stride)
    first, *others = _places(x, size, stride)
    y = np.array(first, order="C")
    for place in others:
        np.maximum(y, place, out=y)
    return y


def max_pool_backward(dy: Array, x: Array, size: tuple[int, int], stride: int) -> Array:
    """Return dL/dx of max pooling.

    Of several largest entries in a window the first in reading order wins.

    dy: (N, C, H', W');  x: (N, C, H, W);  size: (kh, kw);  stride: 1 or more
        ->  dx: (N, C, H, W)
    Raises ValueError if a size does not fit.
    """
    checks.arrays(x=x, dy=dy)
    checks.shape("dy", dy, _check(x, size, stride))
    y = max_pool_forward(x, size, stride)
    dx = np.zeros(x.shape, x.dtype)
    left = np.array(dy, order="C")  # what no place has taken yet
    for place, target in zip(_places(x, size, stride), _places(dx, size, stride), strict=True):
        share = left * (place == y)
        target += share
        left -= share
    return dx


def max_pool_2x2_backward(dy: Array, x: Array) -> Array:
    """Return dL/dx of max pooling with 2 x 2 windows and stride 2.

    dy: (N, C, H/2, W/2);  x: (N, C, H, W), H and W even  ->  dx: (N, C, H, W)
    """
    checks.images(x)
    H, W = x.shape[2:]
    if H % 2 or W % 2:
        raise ValueError(f"x is {H} x {W}, expected an even height and width")
    return max_pool_backward(dy, x, (2, 2), 2)
