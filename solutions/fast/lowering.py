"""Images lowered along their width: the windows of a convolution as overlapping matrices.

A convolution is a product of matrices, filters times windows, and a product runs near the
machine's limit. What costs is the way to the windows. The matrix of all windows (im2col) holds
every pixel kh * kw times; to write it and to read it takes longer than the product. Here a pixel
is copied kw times only (Cho and Brand, "MEC: Memory-efficient Convolution for Deep Neural
Network", ICML 2017):

    lowered[h, v, c, q] = x[c, h, stride * q + v]        for each tap v along the width

The windows of the outputs in row p are the rows h = stride * p to stride * p + kh - 1 of this
array. These lie one after the other in memory, so they are a matrix (kh kw C, Q) as they stand,
and the matrix of the next row of outputs overlaps with it: numpy's products take such views.

Three things make it fast in numpy:

*   q stands last: numpy copies in runs, here of whole rows of outputs.
*   Several images stand side by side, lowered[h, v, c, n, q]. So a product has enough columns,
    on small images too, where one row of outputs would be a narrow matrix.
*   The work is done block by block: a block is read while it is still in the cache, and memory
    does not grow with the batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import ceil, gcd
from typing import Any, NamedTuple

import numpy as np

from solutions.fast.checks import Array

CACHE = 2**20  # bytes of a block: what the second-level cache of a usual CPU holds
COLUMNS = 160  # of one product: with fewer, much of the time goes into the way to the product
SMALL_PRODUCT = 10**6  # multiplications up to which OpenBLAS does not rearrange its operands
LIMIT = 16 * CACHE  # bytes of a block where filters are tall
NARROW = 64  # columns: to stay below SMALL_PRODUCT with fewer does not pay


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


class Rows(NamedTuple):
    """Rows of outputs whose windows are one view of the room."""

    rows: slice
    number: int  # of rows
    begin: int  # of the view, in bytes


class Plan(NamedTuple):
    """How images are lowered block by block."""

    images: int  # in a block
    room: tuple[int, ...]  # the shape of a block: (groups, dilation, rows, kw, C, images, Q)
    strides: tuple[int, ...]  # of the windows in it, in bytes
    parts: list[tuple[int, list[Rows]]]  # the first row of each block, and its windows


def _meeting(n: int, shift: int, stride: int, size: int) -> tuple[slice, slice]:
    """Return the outputs below n whose entry, stride * output + shift, is one of 0 to size - 1.

    The second slice holds these entries.
    """
    first = max(0, ceil(-shift / stride))
    end = max(first, min(n, (size - 1 - shift) // stride + 1))
    if first == end:
        return slice(first, first), slice(0, 0)
    return slice(first, end), slice(stride * first + shift, stride * (end - 1) + shift + 1, stride)


@lru_cache(maxsize=1024)
def _moves(
    row: int, rows: int, H: int, W: int, shape: Geometry
) -> tuple[list[tuple[Any, ...]], list[tuple[tuple[Any, ...], tuple[Any, ...]]]]:
    """Return which parts of the room are zeros, and which parts hold which parts of the images.

    A small layer would spend as long on finding them as on its product; so they are kept.
    """
    everything = slice(None)
    zeros, copies = [], []
    for remainder in range(shape.dilation):
        shift = shape.stride * row + remainder - shape.top
        tall, lines = _meeting(rows, shift, shape.dilation, H)
        borders = slice(0, tall.start), slice(tall.stop, rows)
        zeros += [(everything, remainder, part) for part in borders if part.start < part.stop]
        for v in range(shape.kw):
            wide, pixels = _meeting(shape.Q, v * shape.dilation - shape.left, shape.stride, W)
            target = (everything, remainder, tall, v, everything, everything, wide)
            copies.append((target, (everything, lines, everything, everything, pixels)))
    return zeros, copies


def _lower(images: Array, row: int, room: Array, shape: Geometry, reused: bool) -> None:
    """Copy what the outputs from this row on meet into the room; outside the images stand zeros.

    images: (N, groups, C, H, W)
    room: (groups, dilation, rows, kw, C, N, Q); rows of one remainder by the dilation lie together
    reused: whether other rows stood in the room before; if not, zeros still are where they belong
    """
    H, W = images.shape[3:]
    zeros, copies = _moves(row, room.shape[2], H, W, shape)
    if reused:
        for border in zeros:
            room[border] = 0
    source = images.transpose(1, 3, 2, 0, 4)
    room = room[:, :, :, :, :, : len(images)]
    for target, origin in copies:  # columns outside are never written and stay zeros
        room[target] = source[origin]


def _sizes(N: int, lowered: int, output: int, products: int, shape: Geometry) -> tuple[int, int]:
    """Return how many images and how many rows of outputs a block has.

    lowered, output: bytes of a row of one image;  products: multiplications for a column
    """
    small = SMALL_PRODUCT // products
    columns = min(COLUMNS, small) if small >= NARROW else COLUMNS
    halo = shape.dilation * (shape.kh - 1)  # rows that are lowered for this block and the next
    images = min(N, columns // shape.Q, LIMIT // (lowered * (halo + 1)))
    images = max(1, images)
    lowered, output = lowered * images, output * images
    # A tall filter needs a tall block, or most of the lowering would be done again and again.
    rows = max(CACHE // lowered - halo, min(2 * halo, LIMIT // lowered - halo)) // shape.stride
    rows = max(1, min(rows, shape.P, CACHE // output))
    return images, ceil(shape.P / ceil(shape.P / rows))


@lru_cache(maxsize=256)
def _plan(
    images: tuple[int, ...],
    filters: int,
    shape: Geometry,
    products: int,
    results: int,
    itemsize: int,
) -> Plan:
    N, groups, C, _, _ = images
    kh, kw, stride, dilation, _, _, P, Q = shape
    row = groups * Q * itemsize
    together, rows = _sizes(N, row * kw * C, row * filters, products, shape)
    rows = max(1, min(rows, CACHE // results if results else rows))
    tall = ((rows - 1) * stride) // dilation + kh  # of each remainder by the dilation
    room = (groups, dilation, tall, kw, C, together, Q)
    line = kw * C * together * Q * itemsize
    # Outputs p, p + step ... meet rows of one remainder, so that their taps lie together.
    step = dilation // gcd(stride, dilation)
    down = step * stride // dilation
    strides = (dilation * tall * line, down * line, together * Q * itemsize, itemsize)
    parts = []
    for p in range(0, P, rows):
        end = min(p + rows, P)
        views = []
        for first in range(p, min(p + step, end)):
            row, remainder = divmod((first - p) * stride, dilation)
            number = len(range(first, end, step))
            begin = (remainder * tall + row) * line
            views.append(Rows(slice(first, end, step), number, begin))
        parts.append((p, views))
    return Plan(together, room, strides, parts)


def blocks(
    images: Array, filters: int, shape: Geometry, products: int, results: int = 0
) -> Iterator[Block]:
    """Lower images block by block, and yield the windows of each block.

    images: (N, groups, C, H, W);  filters: how many a group has
    products: multiplications for a column of a product
    results: bytes of the results that one row of outputs leaves, if they are many
    """
    groups, C = images.shape[1:3]
    plan = _plan(images.shape, filters, shape, products, results, images.itemsize)
    room = np.zeros(plan.room, images.dtype)
    taps = shape.kh * shape.kw * C
    for n in range(0, len(images), plan.images):
        some = images[n : n + plan.images]
        for first, views in plan.parts:
            _lower(some, first, room, shape, len(plan.parts) > 1)
            for rows, number, begin in views:
                size = (groups, number, taps, len(some) * shape.Q)
                # as_strided gives the same view and takes ten times longer
                windows = np.ndarray(size, room.dtype, room, begin, plan.strides)
                yield Block(slice(n, n + len(some)), rows, windows)
