"""Convolution, forward and backward, with stride, padding, dilation and groups."""

from __future__ import annotations

from math import gcd

import numpy as np

from solutions.fast import checks
from solutions.fast.checks import Array
from solutions.fast.lowering import Geometry, blocks


def _fits(x: tuple[int, ...], w: tuple[int, ...], pad: int, dilation: int, groups: int) -> None:
    """Raise a ValueError that names the sizes that do not fit, if there are any."""
    if len(x) != 4 or len(w) != 4:
        raise ValueError(
            f"x is {len(x)}-dimensional and w {len(w)}-dimensional, "
            "expected x (N, C, H, W) and w (F, C / groups, kh, kw)"
        )
    (_, C, H, W), (F, depth, kh, kw) = x, w
    if C != depth * groups:
        raise ValueError(
            f"x has {C} channels and the filters of w have {depth}, in groups: {groups}: "
            f"expected {depth * groups} channels"
        )
    if F % groups:
        raise ValueError(f"w has {F} filters, expected a multiple of groups: {groups}")
    height, width = H + 2 * pad, W + 2 * pad
    if not (1 <= dilation * (kh - 1) + 1 <= height and 1 <= dilation * (kw - 1) + 1 <= width):
        raise ValueError(
            f"a {kh} x {kw} filter with dilation {dilation} does not fit into a {H} x {W} image "
            f"padded by {pad}: {height} x {width}"
        )


def _geometry(x: Array, w: Array, stride: int, pad: int, dilation: int, groups: int) -> Geometry:
    """Return which entries of x meet which taps, or raise a ValueError."""
    checks.at_least("stride", stride, 1)
    checks.at_least("pad", pad, 0)
    checks.at_least("dilation", dilation, 1)
    checks.at_least("groups", groups, 1)
    _fits(x.shape, w.shape, pad, dilation, groups)
    kh, kw = w.shape[2:]
    P, Q = (
        (n + 2 * pad - dilation * (k - 1) - 1) // stride + 1
        for n, k in zip(x.shape[2:], (kh, kw), strict=True)
    )
    return Geometry(kh, kw, stride, dilation, pad, pad, P, Q)


def _split(a: Array, groups: int, axis: int) -> Array:
    """Return a view of an array in which an axis is split into groups."""
    before, after = a.shape[:axis], a.shape[axis + 1 :]
    return a.reshape(*before, groups, a.shape[axis] // groups, *after)


def _correlate(images: Array, filters: Array, shape: Geometry, out: Array, bias: Array | None) -> None:
    """Write the products of filters and windows into `out`.

    images: (N, groups, C, H, W);  filters: (groups, F, C, kh, kw);  out: (N, groups, F, P, Q)
    """
    groups, F = filters.shape[:2]
    matrix = filters.transpose(0, 1, 3, 4, 2).reshape(groups, 1, F, -1)
    for block in blocks(images, F, shape):
        result = np.matmul(matrix, block.windows)
        if bias is not None:
            result += bias
        grid = result.reshape(groups, result.shape[1], F, -1, shape.Q)
        out[block.images, :, :, block.rows] = grid.transpose(3, 0, 2, 1, 4)


def strided_forward(
    x: Array, w: Array, b: Array, stride: int, pad: int, *, dilation: int = 1, groups: int = 1
) -> Array:
    """Return the output of a convolutional layer whose filter moves by `stride` pixels."""
    checks.arrays(x=x, w=w, b=b)
    shape = _geometry(x, w, stride, pad, dilation, groups)
    checks.shape("b", b, (len(w),))
    y = np.empty((len(x), len(w), shape.P, shape.Q), x.dtype)
    bias = b.reshape(groups, 1, -1, 1)
    _correlate(_split(x, groups, 1), _split(w, groups, 0), shape, _split(y, groups, 1), bias)
    return y


def _weight_gradient(dy: Array, x: Array, kernel: tuple[int, int], shape: Geometry) -> Array:
    """Return dL/dw: (groups, F, C, kh, kw).

    dy: (N, groups, F, P, Q);  x: (N, groups, C, H, W)
    """
    (groups, F), C = dy.shape[1:3], x.shape[2]
    taps = shape.kh * shape.kw * C
    dw = np.zeros((groups, taps, F), x.dtype)
    for block in blocks(x, F, shape, results=dw.nbytes):
        some = dy[block.images, :, :, block.rows]
        turned = some.transpose(1, 3, 0, 4, 2).reshape(groups, some.shape[3], -1, F)
        dw += np.matmul(block.windows, turned).sum(axis=1)
    return dw.reshape(groups, shape.kh, shape.kw, C, F).transpose(0, 4, 3, 1, 2)


def _phases(n: int, k: int, stride: int, pad: int, dilation: int):
    step = stride // gcd(stride, dilation)
    for first in range(min(step, k)):
        start = (first * dilation - pad) % stride
        place = (start + pad - first * dilation) // stride
        count = len(range(first, k, step))
        size = len(range(start, n, stride))
        last = (count - 1) * (step * dilation // stride)
        yield slice(first, None, step), slice(start, None, stride), count, size, last - place


def _input_gradient(dy: Array, w: Array, dx: Array, shape: Geometry) -> None:
    stride, pad, dilation = shape.stride, shape.top, shape.dilation
    H, W = dx.shape[3:]
    inner = dilation // gcd(stride, dilation)
    for taps_u, rows, kh, P, top in _phases(H, shape.kh, stride, pad, dilation):
        for taps_v, columns, kw, Q, left in _phases(W, shape.kw, stride, pad, dilation):
            if P and Q:
                some = w[:, :, :, taps_u, taps_v][..., ::-1, ::-1].transpose(0, 2, 1, 3, 4)
                part = Geometry(kh, kw, 1, inner, top, left, P, Q)
                _correlate(dy, some, part, dx[..., rows, columns], None)


def strided_backward(
    dy: Array, x: Array, w: Array, stride: int, pad: int, *, dilation: int = 1, groups: int = 1
) -> tuple[Array, Array, Array]:
    """Return dL/dx, dL/dw and dL/db of a strided convolution."""
    checks.arrays(x=x, w=w, dy=dy)
    shape = _geometry(x, w, stride, pad, dilation, groups)
    checks.shape("dy", dy, (len(x), len(w), shape.P, shape.Q))
    grouped = _split(dy, groups, 1)
    dw = _weight_gradient(grouped, _split(x, groups, 1), (shape.kh, shape.kw), shape)
    dx = np.zeros(x.shape, x.dtype)
    _input_gradient(grouped, _split(w, groups, 0), _split(dx, groups, 1), shape)
    return dx, np.ascontiguousarray(dw.reshape(w.shape)), dy.sum(axis=(0, 2, 3))


def conv_forward(
    x: Array, w: Array, b: Array, pad: int, *, dilation: int = 1, groups: int = 1
) -> Array:
    """Return the output of a convolutional layer with stride 1."""
    return strided_forward(x, w, b, 1, pad, dilation=dilation, groups=groups)


def conv_backward(
    dy: Array, x: Array, w: Array, pad: int, *, dilation: int = 1, groups: int = 1
) -> tuple[Array, Array, Array]:
    """Return dL/dx, dL/dw and dL/db of a convolutional layer with stride 1."""
    return strided_backward(dy, x, w, 1, pad, dilation=dilation, groups=groups)
