"""Convolution, forward and backward, with stride, padding, dilation and groups."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from solutions.fast import checks
from solutions.fast.checks import Array


class Sizes(NamedTuple):
    """The sizes of a convolution: groups, outputs and the padded input."""

    P: int
    Q: int


def _sizes(x: Array, w: Array, stride: int, pad: int, dilation: int, groups: int) -> Sizes:
    """Return the sizes of a convolution, or raise a ValueError."""
    for name, value, lowest in (
        ("stride", stride, 1),
        ("pad", pad, 0),
        ("dilation", dilation, 1),
        ("groups", groups, 1),
    ):
        checks.at_least(name, value, lowest)
    if x.ndim != 4 or w.ndim != 4:
        raise ValueError(
            f"x is {x.ndim}-dimensional and w {w.ndim}-dimensional, "
            "expected x (N, C, H, W) and w (F, C / groups, kh, kw)"
        )
    (C, H, W), (F, depth, kh, kw) = x.shape[1:], w.shape
    if depth * groups != C:
        raise ValueError(
            f"x has {C} channels and the filters of w have {depth}, in groups: {groups}: "
            f"expected {depth * groups} channels"
        )
    if F % groups:
        raise ValueError(f"w has {F} filters, expected a multiple of groups: {groups}")
    tall, wide = dilation * (kh - 1) + 1, dilation * (kw - 1) + 1
    if not (1 <= tall <= H + 2 * pad and 1 <= wide <= W + 2 * pad):
        raise ValueError(
            f"a {kh} x {kw} filter with dilation {dilation} does not fit into a {H} x {W} image "
            f"padded by {pad}: {H + 2 * pad} x {W + 2 * pad}"
        )
    return Sizes((H + 2 * pad - tall) // stride + 1, (W + 2 * pad - wide) // stride + 1)


def _taps(padded: Array, w: Array, sizes: Sizes, stride: int, dilation: int):  # type: ignore[no-untyped-def]
    for u in range(w.shape[2]):
        for v in range(w.shape[3]):
            top, left = u * dilation, v * dilation
            rows = slice(top, top + stride * (sizes.P - 1) + 1, stride)
            yield u, v, padded[..., rows, left : left + stride * (sizes.Q - 1) + 1 : stride]


def _grouped(a: Array, groups: int, axis: int) -> Array:
    return a.reshape(*a.shape[:axis], groups, a.shape[axis] // groups, *a.shape[axis + 1 :])


def strided_forward(
    x: Array, w: Array, b: Array, stride: int, pad: int, *, dilation: int = 1, groups: int = 1
) -> Array:
    """Return the output of a convolutional layer whose filter moves by `stride` pixels."""
    checks.arrays(x=x, w=w, b=b)
    sizes = _sizes(x, w, stride, pad, dilation, groups)
    checks.shape("b", b, (len(w),))
    padded = _grouped(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))), groups, 1)
    grouped = _grouped(w, groups, 0)
    y = np.zeros((len(x), *grouped.shape[:2], sizes.P, sizes.Q), x.dtype)
    for u, v, view in _taps(padded, w, sizes, stride, dilation):
        y += np.einsum("ngchw,gfc->ngfhw", view, grouped[..., u, v])
    y = y.reshape(len(x), len(w), sizes.P, sizes.Q)
    y += b[:, None, None]
    return y


def strided_backward(
    dy: Array, x: Array, w: Array, stride: int, pad: int, *, dilation: int = 1, groups: int = 1
) -> tuple[Array, Array, Array]:
    """Return dL/dx, dL/dw and dL/db of a strided convolution."""
    checks.arrays(x=x, w=w, dy=dy)
    sizes = _sizes(x, w, stride, pad, dilation, groups)
    checks.shape("dy", dy, (len(x), len(w), sizes.P, sizes.Q))
    padded = _grouped(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))), groups, 1)
    sprayed, dw = np.zeros(padded.shape, x.dtype), np.zeros(w.shape, x.dtype)
    split, grouped, out = _grouped(dy, groups, 1), _grouped(w, groups, 0), _grouped(dw, groups, 0)
    views = zip(
        _taps(padded, w, sizes, stride, dilation), _taps(sprayed, w, sizes, stride, dilation)
    )
    for (u, v, view), (_, _, target) in views:
        target += np.einsum("ngfhw,gfc->ngchw", split, grouped[..., u, v])
        out[..., u, v] = np.einsum("ngfhw,ngchw->gfc", split, view)
    N, C, H, W = x.shape
    sprayed = sprayed.reshape(N, C, H + 2 * pad, W + 2 * pad)[:, :, pad : pad + H, pad : pad + W]
    return np.ascontiguousarray(sprayed), dw, dy.sum(axis=(0, 2, 3))


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
