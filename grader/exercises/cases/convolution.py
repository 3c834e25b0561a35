"""Cases of 2-convolution. m numbers come out of n in one dimension; H' x W' pixels come out of H x
W.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.judge.case import Case, Generator, large, quarters, whole
from grader.judge.exercise import SMOOTH

WORKED_X, WORKED_W = np.array([1.0, 2, 0, -1, 3]), np.array([1.0, -2, 4])  # the notebook's example

# n, k, pad: pads from 0 beyond k - 1, even and odd filters, one tap, one longer than x
LINES = (
    (5, 3, 1),
    (5, 3, 0),
    (4, 2, 0),
    (6, 4, 1),
    (7, 3, 2),
    (3, 2, 2),
    (3, 5, 2),
    (6, 5, 3),
    (4, 1, 0),
    (4, 1, 1),
    (2, 1, 3),
    (1, 5, 2),
)


def _lines(rng: Generator, fresh: bool, arguments: str) -> list[Case]:
    """Cases for functions of x, w, dy, n, pad in one dimension, the last one large."""
    cases = []
    for number, (n, k, pad) in enumerate([*LINES, LINES[0]]):
        fill = large if number == len(LINES) else quarters
        m = n + 2 * pad - k + 1
        values: dict[str, Any] = {
            "x": fill(rng, n),
            "w": fill(rng, k),
            "dy": fill(rng, m),
            "n": n,
            "pad": pad,
        }
        if number < 2 and not fresh:
            values |= {"x": WORKED_X.copy(), "w": WORKED_W.copy()}
        args = tuple(values[name] for name in arguments.split())
        cases.append(
            Case(
                args,
                {"n": n, "m": m, "k": k},
                large=fill is large,
                slack=SMOOTH if fill is large else 0.0,
            )
        )
    return cases


# N, C, H, W, F, kh, kw, stride, pad: small ones to show, then four that find the mistakes, and two
# with more
# padding than anything else and a filter larger than the image
SMALL = (
    (1, 1, 3, 4, 1, 2, 3, 1, 0),
    (1, 1, 3, 4, 1, 3, 2, 1, 1),
    (2, 1, 2, 3, 3, 2, 1, 1, 1),
    (1, 2, 3, 2, 3, 2, 2, 1, 0),
)
FINDERS = (
    (2, 3, 7, 10, 4, 3, 2, 1, 0),
    (3, 2, 8, 7, 5, 3, 4, 1, 1),
    (2, 2, 6, 7, 3, 5, 3, 1, 2),
    (2, 3, 5, 6, 4, 2, 1, 1, 2),
    (2, 3, 2, 1, 1, 1, 2, 1, 3),
    (2, 2, 1, 2, 3, 8, 9, 1, 4),
)
Sizes = tuple[int, int, int, int, int, int, int, int, int]


def images(rng: Generator, arguments: str, sizes: list[Sizes]) -> list[Case]:
    """Cases for functions of x, w, b, dy, stride, pad on images, one for each of the sizes; then
    the second of them, large.
    """
    cases = []
    for number, (N, C, H, W, F, kh, kw, stride, pad) in enumerate([*sizes, sizes[1]]):
        fill = large if number == len(sizes) else quarters
        P, Q = (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1
        shapes = {"x": (N, C, H, W), "w": (F, C, kh, kw), "b": (F,), "dy": (N, F, P, Q)}
        values: dict[str, Any] = {name: fill(rng, *shape) for name, shape in shapes.items()} | {
            "stride": stride,
            "pad": pad,
        }
        letters = {"N": N, "C": C, "H": H, "W": W, "F": F, "kh": kh, "kw": kw, "H'": P, "W'": Q}
        args = tuple(values[name] for name in arguments.split())
        cases.append(
            Case(args, letters, large=fill is large, slack=SMOOTH if fill is large else 0.0)
        )
    return cases


def correlate_1d(rng: Generator, fresh: bool) -> list[Case]:
    return _lines(rng, fresh, "x w pad")


def toeplitz_1d(rng: Generator, fresh: bool) -> list[Case]:
    return _lines(rng, fresh, "w n pad")


def conv_1d_backward(rng: Generator, fresh: bool) -> list[Case]:
    return _lines(rng, fresh, "dy w pad")


def conv_1d_weight_gradient(rng: Generator, fresh: bool) -> list[Case]:
    return _lines(rng, fresh, "dy x pad")


# i, j, r, and the shape of x: inside, at a corner, at the borders, and a window larger than the
# image
PLACES = (
    (1, 2, 1, (3, 5)),
    (0, 0, 1, (3, 4)),
    (2, 1, 1, (3, 4)),
    (1, 4, 1, (4, 5)),
    (3, 2, 2, (6, 5)),
    (0, 3, 2, (3, 4)),
    (2, 1, 0, (3, 2)),
    (2, 0, 2, (3, 4)),
    (1, 2, 3, (2, 3)),
)


def local_gradient(rng: Generator, fresh: bool) -> list[Case]:
    places = list(PLACES)
    if fresh:  # and some more anywhere
        places += [
            (*np.minimum(whole(rng, 9, (2,)), (4, 5)).tolist(), r, (5, 6)) for r in (1, 2, 1)
        ]
    cases = []
    for number, (i, j, r, shape) in enumerate([*places, places[0]]):
        fill = large if number == len(places) else quarters
        w = fill(rng, 2 * r + 1, 2 * r + 1)
        sizes = {"M": shape[0], "N": shape[1]}
        cases.append(
            Case(
                (i, j, w, shape), sizes, large=fill is large, slack=SMOOTH if fill is large else 0.0
            )
        )
    return cases


def conv_forward(rng: Generator, fresh: bool) -> list[Case]:
    return images(rng, "x w b pad", [*SMALL, *FINDERS])


def conv_backward(rng: Generator, fresh: bool) -> list[Case]:
    return images(rng, "dy x w pad", [*SMALL, *FINDERS])


def same_pad(rng: Generator, fresh: bool) -> list[Case]:
    return [
        Case((k,), {"k": k}) for k in ((3, 5, 4, 1, 2, 7) if not fresh else (1, 3, 4, 9, 10, 11))
    ]


def backward_pad(rng: Generator, fresh: bool) -> list[Case]:
    pairs = [(3, 1), (3, 0), (4, 1), (2, 3), (5, 2), (1, 0)]
    if fresh:
        pairs += [(k + 1, pad) for k, pad in whole(rng, 9, (4, 2)).tolist()]
    return [Case(pair, {"k": pair[0]}) for pair in pairs]
