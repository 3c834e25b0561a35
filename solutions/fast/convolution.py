"""Convolution, forward and backward, with stride, padding, dilation and groups.

All three products, y, dL/dw and dL/dx, read windows from `lowering`. Which way each one goes:

*   y is filters times windows of x.
*   dL/dw is windows of x times dy, which is turned so that filters stand last: BLAS reads the
    rows of a second operand much faster than its columns.
*   dL/dx gathers and does not spray: as in section 2 of the text it is a convolution of dy with
    the rotated filter. With a stride s, dy would have to be dilated, and most products would
    have a factor 0. But the zeros stand in a fixed pattern: each of the s * s phases of x (every
    s-th row and column) meets some of the taps only, and for these it is a convolution of dy
    with stride 1. (Shi et al., "Is the deconvolution layer the same as a convolutional layer?",
    2016, use the same for upsampling.)

Here C and F are counted in a group: arrays have an axis for the groups.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, gcd
from typing import NamedTuple

import numpy as np

from solutions.fast import checks
from solutions.fast.checks import Array
from solutions.fast.lowering import Geometry, blocks

TERMS = 144  # that are added up in one product


class Phase(NamedTuple):
    """Every stride-th entry of x along an axis, and the taps that meet these entries."""

    taps: slice
    entries: slice
    k: int  # of the taps
    size: int  # of the entries
    before: int  # the last tap meets the first entry from output -before


class Part(NamedTuple):
    """Filters that meet some rows of the windows, and the array that takes the results."""

    filters: Array  # (groups, F, C, kh, kw)
    first: int  # the row of the windows that the filters' first row meets
    out: Array  # (N, groups, F, P, Q)


def _fits(x: tuple[int, ...], w: tuple[int, ...], pad: int, dilation: int, groups: int) -> None:
    """Raise a ValueError that names the sizes that do not fit, if there are any."""
    if len(x) != 4 or len(w) != 4:
        raise ValueError(
            f"x is {len(x)}-dimensional and w {len(w)}-dimensional, "
            "expected x (N, C, H, W) and w (F, C / groups, kh, kw)"
        )
    (_, C, H, W), (F, depth, kh, kw) = x, w
    if depth * groups != C:
        raise ValueError(
            f"x has {C} channels and the filters of w have {depth}, in groups: {groups}: "
            f"expected {depth * groups} channels"
        )
    if C == 0 or F == 0:
        raise ValueError(f"x has {C} channels and w {F} filters, expected one of each at least")
    if F % groups:
        raise ValueError(f"w has {F} filters, expected a multiple of groups: {groups}")
    height, width = H + 2 * pad, W + 2 * pad
    if not (1 <= dilation * (kh - 1) + 1 <= height and 1 <= dilation * (kw - 1) + 1 <= width):
        raise ValueError(
            f"a {kh} x {kw} filter with dilation {dilation} does not fit into a {H} x {W} image "
            f"padded by {pad}: {height} x {width}"
        )


@lru_cache(maxsize=256)
def _kept_geometry(
    x: tuple[int, ...], w: tuple[int, ...], stride: int, pad: int, dilation: int, groups: int
) -> Geometry:
    _fits(x, w, pad, dilation, groups)
    kh, kw = w[2:]
    P, Q = (
        (n + 2 * pad - dilation * (k - 1) - 1) // stride + 1
        for n, k in zip(x[2:], (kh, kw), strict=True)
    )
    return Geometry(kh, kw, stride, dilation, pad, pad, P, Q)


def _geometry(x: Array, w: Array, stride: int, pad: int, dilation: int, groups: int) -> Geometry:
    """Return which entries of x the taps meet, or raise a ValueError.

    A small layer would spend as long on this as on its products; so answers are kept. The
    numbers are checked before, because 1, 1.0 and True are the same key.
    """
    stride = checks.at_least("stride", stride, 1)
    pad = checks.at_least("pad", pad, 0)
    dilation = checks.at_least("dilation", dilation, 1)
    groups = checks.at_least("groups", groups, 1)
    return _kept_geometry(x.shape, w.shape, stride, pad, dilation, groups)


def _split(a: Array, groups: int, axis: int) -> Array:
    """Return a view of an array in which an axis, the first or the second, is split into groups."""
    if groups == 1:
        return a[:, np.newaxis] if axis else a[np.newaxis]  # sooner than reshape is
    before, after = a.shape[:axis], a.shape[axis + 1 :]
    return a.reshape(*before, groups, a.shape[axis] // groups, *after)


def _matrix(filters: Array) -> Array:
    """Return filters (groups, F, C, kh, kw) as matrices (groups, 1, F, kh kw C)."""
    groups, F = filters.shape[:2]
    matrix = filters.transpose(0, 1, 3, 4, 2).reshape(groups, 1, F, -1)
    return np.ascontiguousarray(matrix)  # numpy does not give reversed rows to BLAS


def _product(matrix: Array, windows: Array) -> Array:
    """Return the products of matrices, added up in pieces of at most TERMS terms.

    The longer a sum grows, the more each further rounding loses; sums of pieces lose less.
    PyTorch, which adds 16 channels of 3 x 3 taps at a time, would else be nearer to float64.
    """
    terms = matrix.shape[3]
    step = ceil(terms / ceil(terms / TERMS))
    result: Array = np.matmul(matrix[..., :step], windows[:, :, :step])
    for begin in range(step, terms, step):
        piece = slice(begin, begin + step)
        result += np.matmul(matrix[..., piece], windows[:, :, piece])
    return result


def _correlate(images: Array, shape: Geometry, parts: list[Part], bias: Array | None) -> None:
    """Write the products of filters and windows into the arrays of all parts.

    images: (N, groups, C, H, W);  bias: (groups, 1, F, 1)
    """
    C, F = images.shape[2], parts[0].filters.shape[1]
    matrices = [_matrix(part.filters) for part in parts]
    terms = min(TERMS, max(matrix.shape[3] for matrix in matrices))
    for batch, rows, windows in blocks(images, F, shape, F * terms):
        for matrix, part in zip(matrices, parts, strict=True):
            out = part.out[batch, :, :, rows]  # one phase may have a row less than another
            start = part.first * shape.kw * C
            met = windows[:, : out.shape[3], start : start + matrix.shape[3]]
            result = _product(matrix, met)
            if bias is not None:
                result += bias
            grid = result.reshape(*result.shape[:3], len(out), shape.Q)
            out[...] = grid.transpose(3, 0, 2, 1, 4)


def strided_forward(
    x: Array, w: Array, b: Array, stride: int, pad: int, *, dilation: int = 1, groups: int = 1
) -> Array:
    """Return the output of a convolutional layer whose filter moves by `stride` pixels.

    x: (N, C, H, W);  w: (F, C / groups, kh, kw);  b: (F,);  pad: zeros on each side
    dilation: pixels from tap to tap;  groups: each meets its part of the channels
        ->  y: (N, F, H', W'), H' = (H + 2 pad - dilation (kh - 1) - 1) // stride + 1
    Raises ValueError if dtypes (float32 or float64) or sizes do not fit.
    """
    checks.arrays(x=x, w=w, b=b)
    shape = _geometry(x, w, stride, pad, dilation, groups)
    F = len(w)
    checks.shape("b", b, (F,))
    y = np.empty((len(x), F, shape.P, shape.Q), x.dtype)
    part = Part(_split(w, groups, 0), 0, _split(y, groups, 1))
    _correlate(_split(x, groups, 1), shape, [part], b.reshape(groups, 1, F // groups, 1))
    return y


def _spaced(dy: Array) -> Array:
    """Return dy, or a copy whose filters do not lie a multiple of 4096 bytes apart.

    Where they do, as in images of 32 x 32, one pixel of all filters falls into the same few
    places of the first-level cache, and to turn dy takes twice as long as the copy and the turn.
    """
    N, groups, F, P, Q = dy.shape
    if dy.strides[2] % 4096:
        return dy
    room = np.empty((N, groups, F, P * Q + 16), dy.dtype)
    spaced = room[..., : P * Q].reshape(N, groups, F, P, Q)
    spaced[...] = dy
    return spaced


def _weight_gradient(dy: Array, x: Array, shape: Geometry) -> Array:
    """Return dL/dw: (groups, F, C, kh, kw).

    dy: (N, groups, F, P, Q);  x: (N, groups, C, H, W)
    """
    (groups, F), C = dy.shape[1:3], x.shape[2]
    dw = np.zeros((groups, shape.kh * shape.kw * C, F), x.dtype)
    for batch, rows, windows in blocks(x, F, shape, dw[0].size, results=dw.nbytes):
        some = _spaced(dy[batch, :, :, rows])
        turned = some.transpose(1, 3, 0, 4, 2).reshape(groups, some.shape[3], -1, F)
        dw += np.add.reduce(np.matmul(windows, turned), axis=1)
    return dw.reshape(groups, shape.kh, shape.kw, C, F).transpose(0, 4, 3, 1, 2)


def _phases(n: int, k: int, shape: Geometry) -> list[Phase]:
    """Return the phases of an axis that taps meet: tap u at stride * p + dilation * u - pad."""
    stride, dilation, pad = shape.stride, shape.dilation, shape.top
    step = stride // gcd(stride, dilation)  # from one tap of a phase to the next
    inner = dilation // gcd(stride, dilation)  # as many entries of the phase lie between them
    phases = []
    for first in range(min(step, k)):
        start = (first * dilation - pad) % stride
        count, size = len(range(first, k, step)), len(range(start, n, stride))
        before = (count - 1) * inner - (start + pad - first * dilation) // stride
        taps, entries = slice(first, None, step), slice(start, None, stride)
        if size:
            phases.append(Phase(taps, entries, count, size, before))
    return phases


Gather = tuple[Geometry, list[tuple[int, Phase, Phase]]]


@lru_cache(maxsize=256)
def _gathers(H: int, W: int, shape: Geometry) -> list[Gather]:
    """Return the convolutions of dy that give dx, and what each one serves.

    Phases of rows read the same windows where their taps fall into the same rows of dy.
    """
    inner = shape.dilation // gcd(shape.stride, shape.dilation)
    alike: dict[int, list[Phase]] = {}
    for row in _phases(H, shape.kh, shape):
        alike.setdefault(row.before % inner, []).append(row)
    gathers = []
    for rows in alike.values():
        top, P = max(row.before for row in rows), max(row.size for row in rows)
        firsts = [(top - row.before) // inner for row in rows]
        kh = max(first + row.k for first, row in zip(firsts, rows, strict=True))
        for column in _phases(W, shape.kw, shape):
            geometry = Geometry(kh, column.k, 1, inner, top, column.before, P, column.size)
            served = [(first, row, column) for first, row in zip(firsts, rows, strict=True)]
            gathers.append((geometry, served))
    return gathers


def _input_gradient(dy: Array, w: Array, size: tuple[int, int], shape: Geometry) -> Array:
    """Return dL/dx: (N, groups, C, H, W).

    dy: (N, groups, F, P, Q);  w: (groups, F, C, kh, kw);  size: (H, W)
    """
    back = w.transpose(0, 2, 1, 3, 4)  # from filters to channels
    gathers = _gathers(*size, shape)
    written = sum(row.size * column.size for _, served in gathers for _, row, column in served)
    room = np.empty if written == size[0] * size[1] else np.zeros  # no tap may meet a phase
    dx = room((len(dy), len(w), w.shape[2], *size), dy.dtype)
    for geometry, served in gathers:
        parts = [
            Part(
                back[..., row.taps, column.taps][..., ::-1, ::-1],
                first,
                dx[..., row.entries, column.entries],
            )
            for first, row, column in served
        ]
        _correlate(dy, geometry, parts, None)
    return dx


def strided_backward(
    dy: Array,
    x: Array,
    w: Array,
    stride: int,
    pad: int,
    *,
    dilation: int = 1,
    groups: int = 1,
    first: bool = False,
) -> tuple[Array | None, Array, Array]:
    """Return dL/dx, dL/dw and dL/db of a strided convolution (Eqs. 9, 10).

    dy: (N, F, H', W');  x: (N, C, H, W);  w: (F, C / groups, kh, kw);  the rest as in
    strided_forward;  first: whether it is a network's first layer, whose dx nobody needs
        ->  dx, dw like x, w, dx None for a first layer;  db: (F,)
    Raises ValueError if dtypes (float32 or float64) or sizes do not fit.
    """
    checks.arrays(x=x, w=w, dy=dy)
    shape = _geometry(x, w, stride, pad, dilation, groups)
    checks.shape("dy", dy, (len(x), len(w), shape.P, shape.Q))
    split = _split(dy, groups, 1)
    dw = _weight_gradient(split, _split(x, groups, 1), shape)
    dx = None
    if not first:
        dx = _input_gradient(split, _split(w, groups, 0), x.shape[2:], shape).reshape(x.shape)
    db = np.add.reduce(dy, axis=(0, 2, 3))
    return dx, np.ascontiguousarray(dw.reshape(w.shape)), db


def conv_forward(
    x: Array, w: Array, b: Array, pad: int, *, dilation: int = 1, groups: int = 1
) -> Array:
    """Return the output of a convolutional layer with stride 1: strided_forward's."""
    return strided_forward(x, w, b, 1, pad, dilation=dilation, groups=groups)


def conv_backward(
    dy: Array,
    x: Array,
    w: Array,
    pad: int,
    *,
    dilation: int = 1,
    groups: int = 1,
    first: bool = False,
) -> tuple[Array | None, Array, Array]:
    """Return dL/dx, dL/dw and dL/db of a convolution with stride 1: strided_backward's."""
    return strided_backward(dy, x, w, 1, pad, dilation=dilation, groups=groups, first=first)
