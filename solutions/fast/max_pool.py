"""Max pooling: whole rows are compared at once, and gradients are routed place by place.

No window is ever cut out and no index is kept. Place (u, v) of all windows is one strided view
of x. The backward pass goes through these views in reading order: where a place holds the
maximum of its window, and no earlier place did, it takes the gradient. A product with a mask does
this in one pass; np.where and an index array take many times longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from solutions.fast import checks
from solutions.fast.checks import Array

CACHE = 2**19  # bytes of x in a block: x, y, dy and dx stay in the cache from pass to pass


class Windows(NamedTuple):
    """The windows of a batch of images.

    outputs: the shape of y;  down, across: as `_steps` returns them
    apart: whether no two windows share an entry
    """

    outputs: tuple[int, ...]
    down: list[slice]
    across: list[slice]
    apart: bool


def _windows(x: Array, size: tuple[int, int], stride: int) -> Windows:
    """Return the windows, or raise a ValueError."""
    checks.images(x)
    (kh, kw), stride = checks.window(size), checks.at_least("stride", stride, 1)
    N, C, H, W = x.shape
    if kh > H or kw > W:
        raise ValueError(f"a {kh} x {kw} window does not fit into a {H} x {W} image")
    P, Q = (H - kh) // stride + 1, (W - kw) // stride + 1
    apart = stride >= max(kh, kw)
    return Windows((N, C, P, Q), _steps(kh, stride, P), _steps(kw, stride, Q), apart)


def _steps(k: int, stride: int, outputs: int) -> list[slice]:
    """Return for each place in a window, along one axis, the entries that all windows have there."""
    return [slice(u, u + stride * (outputs - 1) + 1, stride) for u in range(k)]


def _blocks(x: Array) -> Iterator[slice]:
    """Yield slices of so many images that a block stays in the cache."""
    images = max(1, CACHE // max(1, x[:1].nbytes))
    for n in range(0, len(x), images):
        yield slice(n, n + images)


def _largest(x: Array, down: list[slice], across: list[slice], y: Array) -> None:
    """Write the maxima into y: first of kh whole rows, then of kw entries of the result.

    A whole row is one run of memory, and kh + kw passes take the place of kh * kw.
    """
    rows = np.array(x[:, :, down[0]])
    for u in down[1:]:
        np.maximum(rows, x[:, :, u], out=rows)
    y[...] = rows[..., across[0]]
    for v in across[1:]:
        np.maximum(y, rows[..., v], out=y)


def max_pool_forward(x: Array, size: tuple[int, int], stride: int) -> Array:
    """Return the largest entry of every window.

    Rows and columns that no whole window reaches are left out.

    x: (N, C, H, W);  size: (kh, kw);  stride: 1 or more
        ->  y: (N, C, H', W'), a number for every window
    Raises ValueError if a size does not fit, or x is not float32 or float64.
    """
    checks.arrays(x=x)
    windows = _windows(x, size, stride)
    y = np.empty(windows.outputs, x.dtype)
    for block in _blocks(x):
        _largest(x[block], windows.down, windows.across, y[block])
    return y


def _route(dy: Array, x: Array, windows: Windows, dx: Array) -> None:
    """Add dy onto dx, zeros so far, at the first largest entry of each window."""
    y = np.empty(dy.shape, x.dtype)
    _largest(x, windows.down, windows.across, y)
    gradients = np.ascontiguousarray(dy)
    is_finite = np.isfinite(gradients).all()
    waiting = np.ones(dy.shape, bool)  # windows whose largest entry is still to come
    hit, share = np.empty(dy.shape, bool), np.empty(dy.shape, x.dtype)
    for u in windows.down:
        for v in windows.across:
            np.equal(x[:, :, u, v], y, out=hit)
            np.logical_and(hit, waiting, out=hit)
            np.greater(waiting, hit, out=waiting)
            if not is_finite:  # infinity times 0 is NaN
                dx[:, :, u, v] += np.where(hit, gradients, 0)
            elif windows.apart:
                np.multiply(gradients, hit, out=dx[:, :, u, v])
            else:
                np.multiply(gradients, hit, out=share)
                dx[:, :, u, v] += share
    if waiting.any():
        _route_to_nans(gradients, x, windows, waiting, dx)


def _route_to_nans(dy: Array, x: Array, windows: Windows, waiting: Array, dx: Array) -> None:
    """Add dy onto dx at the first NaN of the windows that still wait: NaN equals nothing."""
    for u in windows.down:
        for v in windows.across:
            hit = np.isnan(x[:, :, u, v]) & waiting
            dx[:, :, u, v] += np.where(hit, dy, 0)
            waiting &= ~hit


def max_pool_backward(dy: Array, x: Array, size: tuple[int, int], stride: int) -> Array:
    """Return dL/dx of max pooling.

    Of several largest entries in a window the first in reading order wins, and a NaN counts as
    larger than any number.

    dy: (N, C, H', W');  x: (N, C, H, W);  size: (kh, kw);  stride: 1 or more
        ->  dx: (N, C, H, W)
    Raises ValueError if a size does not fit, or a dtype is not float32 or float64.
    """
    checks.arrays(x=x, dy=dy)
    windows = _windows(x, size, stride)
    checks.shape("dy", dy, windows.outputs)
    dx = np.zeros(x.shape, x.dtype)
    for block in _blocks(x):
        _route(dy[block], x[block], windows, dx[block])
    return dx


def max_pool_2x2_backward(dy: Array, x: Array) -> Array:
    """Return dL/dx of max pooling with 2 x 2 windows and stride 2.

    dy: (N, C, H/2, W/2);  x: (N, C, H, W), H and W even  ->  dx: (N, C, H, W)
    Raises ValueError if a size does not fit, or a dtype is not float32 or float64.
    """
    checks.arrays(x=x, dy=dy)
    checks.images(x)
    H, W = x.shape[2:]
    if H % 2 or W % 2:
        raise ValueError(f"x is {H} x {W}, expected an even height and width")
    return max_pool_backward(dy, x, (2, 2), 2)
