"""Cases of 2-convolution. m numbers come out of n in one dimension; H' x W' pixels come out of H x
W.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from grader.judge.case import (
    Case,
    Generator,
    large,
    odd_quarters,
    on_paper,
    quarters,
    small,
    whole,
    without_zeros,
)
from grader.judge.exercise import SMOOTH

# dy, x and w, to be worked out on paper. No number is 0, and none is there twice in a row.
ROWS = (
    ([3, 4, -1, -3, 2], [4, 2, 3, -1, 1], [1, -3, 3]),
    ([-1, 4, 3, -2, 2], [-2, -1, 2, 1, 3], [-1, 4, 2]),
    ([3, -2, -1, 1, 2], [1, 2, -3, -1, 3], [-3, -1, 2]),
    ([1, 3, -1, 2, 4], [-2, -3, 3, 1, -1], [1, -1, -3]),
    ([-1, 4, 2, 1, -2], [-1, -2, 3, -3, 4], [2, 3, 4]),
    ([-3, -1, -2, 1, 3], [-3, 2, -2, 4, -1], [-2, 4, 1]),
    ([2, 3, -2, -1, 4], [2, 3, -3, 4, 1], [2, -3, -1]),
    ([3, 2, 4, 1, -1], [-1, -3, -2, 1, 2], [-3, 3, 1]),
    ([2, -1, 4, -3, -2], [4, -1, -3, 3, 2], [2, 1, -2]),
    ([2, -3, 4, -2, -1], [4, -2, 2, 1, -3], [-2, 2, 3]),
    ([1, 3, -2, -1, 2], [2, -3, 1, 4, -1], [4, 3, -1]),
    ([-1, 3, 2, 1, -2], [1, 4, 3, -2, -3], [-2, -1, -3]),
)
WORKED_X, WORKED_W = np.array([1.0, 2, 0, -1, 3]), np.array([1.0, -2, 4])  # the notebook's example

# n, k, pad: pads up to k - 1, even and odd filters, one tap, one output, and all sizes equal
LINES = (
    (5, 3, 1),
    (5, 3, 0),
    (4, 2, 0),
    (6, 4, 1),
    (7, 3, 2),
    (6, 5, 3),
    (4, 1, 0),
    (4, 4, 0),
    (3, 3, 1),
)
# pads beyond k - 1
WIDE_LINES = ((3, 2, 2), (3, 2, 2), (4, 1, 1), (2, 1, 3), (1, 5, 7))
WIDE_FILLS = (without_zeros, small, large, quarters, quarters)
Fill = Callable[..., np.ndarray]


def _lines(rng: Generator, fresh: bool, arguments: str) -> list[Case]:
    """Cases for functions of x, w, dy, n, pad in one dimension, the last two with large and with
    small numbers, and the same sizes: what a buffer keeps shows.
    """
    fills = [*[quarters] * len(LINES), large, small]
    lines = [*LINES, LINES[0], LINES[0]]
    cases = []
    for number, (fill, line) in enumerate(zip(fills, lines, strict=True)):
        worked = {"x": WORKED_X.copy(), "w": WORKED_W.copy()} if number < 2 and not fresh else {}
        cases.append(_line(rng, fill, arguments, line, worked))
    return cases


def _line(
    rng: Generator,
    fill: Fill,
    arguments: str,
    line: tuple[int, int, int],
    worked: dict[str, np.ndarray],
    parts: tuple[str, ...] = (),
) -> Case:
    """Return one case of `_lines`. line: n, k, pad; worked: the arguments that are not drawn."""
    n, k, pad = line
    m = n + 2 * pad - k + 1
    values: dict[str, Any] = {"x": fill(rng, n), "w": fill(rng, k), "dy": fill(rng, m)}
    values |= {"n": n, "pad": pad} | worked
    return Case(
        tuple(values[name] for name in arguments.split()),
        {"n": n, "m": m, "k": k},
        large=fill in (small, large),
        slack=SMOOTH if fill is large else 0.0,
        parts=parts,
    )


# N, C, H, W, F, kh, kw, stride, pad: small ones to show; those that find the mistakes, with single
# images, channels, filters and pixels of a filter, the last of them with all sizes equal
SMALL = (
    (1, 1, 3, 4, 1, 2, 3, 1, 0),
    (1, 1, 3, 4, 1, 3, 2, 1, 1),
    (2, 1, 2, 3, 3, 2, 2, 1, 1),
    (1, 2, 3, 2, 3, 2, 2, 1, 0),
)
FINDERS = (
    (2, 3, 7, 10, 4, 3, 2, 1, 0),
    (3, 2, 8, 7, 5, 3, 4, 1, 1),
    (2, 2, 6, 7, 3, 5, 3, 1, 2),
    (1, 2, 4, 5, 3, 1, 1, 1, 0),
    (2, 1, 3, 4, 1, 2, 3, 1, 0),
    (3, 3, 3, 3, 3, 3, 3, 1, 1),
)
BACKWARD = ("dx", "dw", "db")
Sizes = tuple[int, int, int, int, int, int, int, int, int]


def sizes_of(fresh: bool, small: tuple[Sizes, ...], others: tuple[Sizes, ...]) -> list[Sizes]:
    """Return the sizes of cases: fresh ones need none that are small, to be looked at."""
    return [*others] if fresh else [*small, *others]


def eighths(rng: Generator, *shape: int) -> np.ndarray:
    """Return odd multiples of 1/8: each of their products has six digits behind the point."""
    return odd_quarters(rng, *shape) / 2


def images(
    rng: Generator, arguments: str, results: tuple[str, ...], sizes: list[Sizes]
) -> list[Case]:
    """Cases for functions of x, w, b, dy, stride, pad on images, one for each of the sizes, the
    last of them filled with eighths; then the fourth with large and with small numbers: what a
    buffer keeps shows.

    results: what the function returns.
    """
    fills = [*[quarters] * (len(sizes) - 1), eighths, large, small]
    return [
        _image(rng, fill, arguments, results, each)
        for fill, each in zip(fills, [*sizes, sizes[3], sizes[3]], strict=True)
    ]


def _image(
    rng: Generator,
    fill: Fill,
    arguments: str,
    results: tuple[str, ...],
    sizes: Sizes,
) -> Case:
    """Return one case of `images`."""
    N, C, H, W, F, kh, kw, stride, pad = sizes
    P, Q = (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1
    shapes = {"x": (N, C, H, W), "w": (F, C, kh, kw), "b": (F,), "dy": (N, F, P, Q)}
    values: dict[str, Any] = {name: fill(rng, *shape) for name, shape in shapes.items()} | {
        "stride": stride,
        "pad": pad,
    }
    letters = {"N": N, "C": C, "H": H, "W": W, "F": F, "kh": kh, "kw": kw, "H'": P, "W'": Q}
    return Case(
        tuple(values[name] for name in arguments.split()),
        letters,
        large=fill in (small, large),
        slack=SMOOTH if fill is large else 0.0,
        parts=results,
    )


# Sizes that decide nothing: few numbers, and each thing that sizes can do at least three times.
# They show on which sizes a wrong answer goes wrong, and where its numbers land.
PROBES = (
    (1, 1, 2, 3, 1, 2, 2, 1, 0),
    (1, 1, 3, 3, 1, 2, 2, 1, 0),
    (1, 1, 3, 4, 1, 3, 2, 1, 0),
    (1, 1, 3, 3, 1, 3, 3, 1, 1),
    (1, 1, 2, 3, 1, 2, 2, 1, 1),
    (1, 1, 3, 3, 1, 2, 3, 1, 1),
    (1, 1, 4, 3, 1, 1, 1, 1, 0),
    (2, 1, 3, 2, 1, 2, 2, 1, 0),
    (2, 1, 2, 3, 1, 1, 2, 1, 0),
    (1, 2, 2, 3, 1, 2, 2, 1, 0),
    (1, 2, 3, 2, 1, 2, 1, 1, 0),
    (1, 1, 3, 2, 2, 2, 2, 1, 0),
    (1, 1, 2, 3, 3, 1, 2, 1, 0),
    (1, 2, 2, 3, 3, 2, 2, 1, 0),
    (2, 1, 2, 3, 3, 2, 2, 1, 0),
    (2, 3, 2, 2, 2, 2, 1, 1, 0),
    (2, 2, 2, 2, 2, 2, 2, 1, 0),
    (3, 2, 2, 2, 2, 2, 2, 1, 0),
    (1, 2, 2, 2, 1, 2, 2, 1, 1),
)


def probes(
    arguments: str, results: tuple[str, ...], sizes: tuple[Sizes, ...] = PROBES
) -> Callable[[Generator], list[Case]]:
    """Return what makes the probes of functions of x, w, b, dy, stride, pad on images."""
    return lambda rng: [_image(rng, quarters, arguments, results, each) for each in sizes]


def correlate_1d(rng: Generator, fresh: bool) -> list[Case]:
    return _lines(rng, fresh, "x w pad")


def toeplitz_1d(rng: Generator, fresh: bool) -> list[Case]:
    return _lines(rng, fresh, "w n pad")


def conv_1d_backward(rng: Generator, fresh: bool) -> list[Case]:
    return _lines(rng, fresh, "dy w pad")


def conv_1d_backward_rotated(rng: Generator, fresh: bool) -> list[Case]:
    """Those of the other backward pass, and pads beyond k - 1."""
    main = [replace(case, parts=("dx",)) for case in conv_1d_backward(rng, fresh)]
    wide = [
        _line(rng, fill, "dy w pad", line, {}, ("wide",))
        for fill, line in zip(WIDE_FILLS, WIDE_LINES, strict=True)
    ]
    return [*main, *wide]


def row_by_hand(rng: Generator, fresh: bool) -> list[Case]:
    """Rows of n = 5 with k = 3 and pad 1."""
    return on_paper(ROWS, {"n": 5, "k": 3})


def conv_1d_weight_gradient(rng: Generator, fresh: bool) -> list[Case]:
    return _lines(rng, fresh, "dy x pad")


# i, j, r, and the shape of x: inside, at each corner and border, a single row, all sizes equal
PLACES = (
    (1, 2, 1, (3, 5)),
    (0, 0, 1, (3, 4)),
    (2, 1, 1, (3, 4)),
    (0, 3, 1, (3, 4)),
    (1, 4, 1, (4, 5)),
    (5, 0, 2, (6, 5)),
    (0, 2, 2, (6, 5)),
    (2, 0, 1, (4, 3)),
    (0, 2, 0, (1, 4)),
    (1, 1, 1, (3, 3)),
)
CORNER = (3, 4, 1, (4, 5))


def local_gradient(rng: Generator, fresh: bool) -> list[Case]:
    fills = [*[quarters] * len(PLACES), large, small]
    places = [*PLACES, PLACES[1], CORNER]
    if fresh:  # and one more anywhere
        i, j = np.minimum(whole(rng, 9, (2,)), (4, 5)).tolist()
        fills, places = [*fills, quarters], [*places, (i, j, 1, (5, 6))]
    cases = []
    for fill, (i, j, r, shape) in zip(fills, places, strict=True):
        w = fill(rng, 2 * r + 1, 2 * r + 1)
        cases.append(
            Case(
                (i, j, w, shape),
                {"M": shape[0], "N": shape[1]},
                large=fill in (small, large),
                slack=SMOOTH if fill is large else 0.0,
            )
        )
    return cases


def conv_forward(rng: Generator, fresh: bool) -> list[Case]:
    return images(rng, "x w b pad", ("y",), sizes_of(fresh, SMALL, FINDERS))


def conv_backward(rng: Generator, fresh: bool) -> list[Case]:
    return images(rng, "dy x w pad", BACKWARD, sizes_of(fresh, SMALL, FINDERS))


# H, W, kh, kw, pad of one image under one filter: more rows than columns and the other way round,
# without padding and with, a filter of one weight, one output, and all sizes equal
SINGLE = (
    (3, 4, 2, 3, 0),
    (3, 4, 3, 2, 1),
    (2, 3, 2, 2, 1),
    (5, 3, 2, 1, 0),
    (6, 7, 3, 4, 2),
    (4, 5, 1, 1, 0),
    (3, 2, 3, 2, 0),
    (3, 3, 3, 3, 1),
)


def conv_2d_weight_gradient(rng: Generator, fresh: bool) -> list[Case]:
    """Cases of each size; then the second of them with large and with small numbers."""
    cases = []
    fills = [*[quarters] * len(SINGLE), large, small]
    for fill, (H, W, kh, kw, pad) in zip(fills, [*SINGLE, SINGLE[1], SINGLE[1]], strict=True):
        P, Q = H + 2 * pad - kh + 1, W + 2 * pad - kw + 1
        cases.append(
            Case(
                (fill(rng, P, Q), fill(rng, H, W), pad),
                {"H": H, "W": W, "H'": P, "W'": Q, "kh": kh, "kw": kw},
                large=fill in (small, large),
                slack=SMOOTH if fill is large else 0.0,
            )
        )
    return cases


def same_pad(rng: Generator, fresh: bool) -> list[Case]:
    widths = [3, 5, 4, 1, 2, 7, 31]
    if fresh:
        halves = whole(rng, 16, (4,)).tolist()
        widths = [1, 3, 4, *(9 + 2 * half + n % 2 for n, half in enumerate(halves))]
    return [Case((k,), {"k": k}) for k in widths]


def backward_pad(rng: Generator, fresh: bool) -> list[Case]:
    pairs = [(3, 1), (3, 0), (4, 1), (2, 1), (5, 2), (1, 0), (6, 4), (7, 1)]
    if fresh:
        pairs += [(k + 1, pad % (k + 1)) for k, pad in whole(rng, 9, (4, 2)).tolist()]
    return [Case(pair, {"k": pair[0]}) for pair in pairs]
