"""Images lowered along their width: the windows of a convolution as overlapping matrices.

A product of matrices runs near the machine's limit, and a convolution is one: filters times
windows. The matrix of all windows (im2col) holds every pixel kh * kw times, and to write and to
read it takes longer than the product. Here a pixel is copied kw times only (Cho and Brand,
"MEC: Memory-efficient Convolution for Deep Neural Network", 2017):

    lowered[h, v, c, q] = x[c, h, stride * q + v]        for each tap v along the width

The windows of the outputs in row p are the rows h = stride * p to stride * p + kh - 1 of this
array. They lie one after the other in memory, so they are a matrix (kh kw C, Q) as they stand,
and that of the next row of outputs overlaps with it. No further copy is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, gcd
from typing import NamedTuple

import numpy as np

from solutions.fast.checks import Array

CACHE = 2**20  # bytes of a block, so that it is still in the cache when the product reads it
COLUMNS = 192  # of one product: with fewer, BLAS spends its time on the way into the product
SMALL_PRODUCT = 10**6  # multiplications up to which OpenBLAS does not rearrange its operands


class Geometry(NamedTuple):
    """Tap (u, v) of output (p, q) meets row stride * p + dilation * u - top; columns likewise."""

    kh: int
    kw: int
    stride: int
    dilation: int
    top: int
    left: int
    P: int
    Q: int


class Block(NamedTuple):
    """Some images, some of their rows of outputs, and the windows of these."""

    images: slice
    rows: slice
    windows: Array  # (groups, rows, kh kw C, images * Q), to be read only


def _inside(n: int, shift: int, stride: int, size: int) -> slice:
    """Return the outputs below n whose entry stride * output + shift is one of `size`."""
    first = max(0, ceil(-shift / stride))
    return slice(first, max(first, min(n, (size - 1 - shift) // stride + 1)))


def _entries(outputs: slice, shift: int, stride: int) -> slice:
    """Return the entries stride * output + shift of these outputs, which are inside."""
    if outputs.stop <= outputs.start:
        return slice(0, 0)
    return slice(stride * outputs.start + shift, stride * (outputs.stop - 1) + shift + 1, stride)


def _lower(images: Array, row: int, room: Array, shape: Geometry) -> None:
    """Copy what the outputs from this row on meet into the room; outside the images stand zeros.

    images: (N, groups, C, H, W)
    room: (groups, dilation, rows, kw, C, N, Q); rows of one remainder by the dilation lie together
    """
    _, dilation, rows, kw, _, _, _ = room.shape
    H, W = images.shape[3:]
    source = images.transpose(1, 3, 2, 0, 4)
    for remainder in range(dilation):
        shift = shape.stride * row + remainder - shape.top
        tall = _inside(rows, shift, dilation, H)
        room[:, remainder, : tall.start] = 0  # the columns outside are zeros since the beginning
        room[:, remainder, tall.stop :] = 0
        lines = source[:, _entries(tall, shift, dilation)]
        for v in range(kw):
            shift_v = v * dilation - shape.left
            wide = _inside(shape.Q, shift_v, shape.stride, W)
            part = lines[..., _entries(wide, shift_v, shape.stride)]
            room[:, remainder, tall, v, :, : len(images), wide] = part


def _windows(room: Array, first: int, rows: int, columns: int, shape: Geometry) -> Array:
    """Return the windows of the outputs first, first + step, ... as overlapping matrices.

    numpy's as_strided gives the same view and takes ten times longer.
    """
    groups, dilation, tall, kw, C, images, Q = room.shape
    begin = first * shape.stride
    step = shape.stride // gcd(shape.stride, dilation)  # rows of the room between outputs
    line = kw * C * images * Q
    begin = (begin % dilation * tall + begin // dilation) * line
    steps = (dilation * tall * line, step * line, images * Q, 1)
    item = room.itemsize
    return np.ndarray(
        (groups, rows, shape.kh * kw * C, columns),
        room.dtype,
        room,
        begin * item,
        tuple(item * each for each in steps),
    )


def _sizes(N: int, line: int, products: int, results: int, shape: Geometry) -> tuple[int, int]:
    """Return how many images and rows of outputs a block has.

    line: bytes of a lowered row of one image;  products: multiplications for an output's place
    results: bytes of the results that one row of outputs leaves, if they are many
    """
    columns = min(COLUMNS, SMALL_PRODUCT // products) or COLUMNS
    columns = columns if columns >= 64 else COLUMNS
    images = max(1, min(N, columns // max(shape.Q, 1)))
    halo = shape.dilation * (shape.kh - 1)
    rows = (CACHE // (line * images) - halo) // shape.stride
    rows = max(1, min(rows, shape.P, CACHE // max(results, 1)))
    return images, ceil(shape.P / ceil(shape.P / rows))


def blocks(
    images: Array, filters: int, shape: Geometry, results: int = 0
) -> Iterator[Block]:
    """Lower images block by block, and yield the windows of each.

    images: (N, groups, C, H, W);  filters: in a group
    results: bytes of the results that one row of outputs leaves, if they are many
    """
    N, groups, C, _, _ = images.shape
    taps = shape.kh * shape.kw
    line = groups * C * shape.kw * shape.Q * images.itemsize
    number, height = _sizes(N, line, filters * C * taps, results, shape)
    tall = ceil(((height - 1) * shape.stride + 1) / shape.dilation) + shape.kh - 1
    room = np.zeros(
        (groups, shape.dilation, tall, shape.kw, C, number, shape.Q), images.dtype
    )
    step = shape.dilation // gcd(shape.stride, shape.dilation)
    for n in range(0, N, number):
        some = images[n : n + number]
        for p in range(0, shape.P, height):
            _lower(some, p, room, shape)
            end = min(p + height, shape.P)
            for first in range(p, min(p + step, end)):
                rows = slice(first, end, step)
                count = len(range(first, end, step))
                yield Block(
                    slice(n, n + len(some)),
                    rows,
                    _windows(room, first - p, count, len(some) * shape.Q, shape),
                )
