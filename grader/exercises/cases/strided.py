"""Cases of 3-strided: remainders, pixels under no window, strides beyond the filter, stride 1."""

from __future__ import annotations

from grader.exercises.cases.convolution import (
    BACKWARD,
    images,
    probes,
    sizes_of,
)
from grader.judge.case import FINE, Case, Generator, on_paper, quarters, small, whole

# N, C, H, W, F, kh, kw, stride, pad: small ones to show; then remainders from 0 to 3, unequal for
# rows and columns, single filters, channels, pixels of a filter and rows, and all sizes equal
SMALL = (
    (1, 1, 3, 6, 1, 2, 3, 2, 0),
    (1, 1, 5, 4, 1, 3, 2, 3, 1),
    (2, 1, 3, 4, 3, 2, 2, 2, 1),
    (1, 2, 4, 3, 3, 2, 1, 2, 0),
)
FINDERS = (
    (2, 3, 7, 10, 4, 3, 2, 1, 0),
    (3, 2, 8, 7, 5, 3, 4, 2, 1),
    (2, 3, 10, 13, 5, 4, 3, 3, 2),
    (2, 2, 6, 7, 3, 5, 3, 1, 2),
    (2, 2, 8, 10, 3, 2, 3, 4, 0),
    (1, 3, 9, 13, 2, 2, 3, 4, 0),
    (2, 1, 6, 5, 1, 1, 1, 3, 0),
    (2, 2, 3, 7, 3, 3, 2, 2, 0),
    (3, 3, 3, 3, 3, 3, 3, 2, 2),
)
# As for convolution, with remainders, strides beyond the filter, and windows that just fit
PROBES = (
    (1, 1, 3, 4, 1, 2, 3, 1, 0),
    (1, 1, 3, 3, 1, 2, 2, 1, 1),
    (1, 1, 4, 4, 1, 2, 2, 2, 0),
    (1, 1, 4, 6, 1, 2, 2, 2, 0),
    (1, 1, 5, 4, 1, 2, 2, 2, 0),
    (1, 1, 4, 5, 1, 2, 2, 2, 0),
    (1, 1, 5, 5, 1, 3, 3, 2, 0),
    (1, 1, 5, 4, 1, 3, 2, 2, 0),
    (1, 1, 4, 6, 1, 3, 3, 2, 0),
    (1, 1, 4, 3, 1, 3, 3, 2, 1),
    (1, 1, 3, 4, 1, 2, 2, 2, 1),
    (1, 1, 6, 5, 1, 3, 2, 3, 0),
    (1, 1, 7, 4, 1, 2, 2, 3, 0),
    (1, 1, 4, 4, 1, 1, 1, 3, 0),
    (1, 1, 5, 3, 1, 1, 2, 2, 0),
    (2, 1, 4, 4, 1, 2, 2, 2, 0),
    (2, 1, 3, 4, 1, 3, 2, 2, 0),
    (1, 2, 4, 4, 1, 2, 2, 2, 0),
    (1, 2, 3, 4, 1, 2, 1, 2, 0),
    (1, 1, 4, 4, 2, 2, 2, 2, 0),
    (1, 1, 4, 3, 3, 2, 1, 2, 0),
    (2, 2, 2, 4, 3, 1, 2, 2, 0),
    (2, 2, 2, 2, 2, 2, 2, 2, 0),
    (1, 2, 3, 3, 1, 2, 2, 2, 1),
)


forward_probes = probes("x w b stride pad", ("y",), PROBES)
backward_probes = probes("dy x w stride pad", BACKWARD, PROBES)


def strided_forward(rng: Generator, fresh: bool) -> list[Case]:
    return images(rng, "x w b stride pad", ("y",), sizes_of(fresh, SMALL, FINDERS))


# dy and w, to be worked out on paper. No number is 0, and none is there twice in a row; where the
# sprays meet, they differ and do not cancel.
TWO_OUTPUTS = (
    ([3, 4], [4, 2, 3]),
    ([1, -3], [-1, 4, 2]),
    ([-2, -1], [-1, 4, 2]),
    ([3, -2], [1, 2, -3]),
    ([-3, -1], [1, 3, -1]),
    ([-2, -3], [1, -1, -3]),
    ([-1, 4], [-1, -2, 3]),
    ([2, 3], [-3, -1, -2]),
    ([-3, 2], [-2, 4, 1]),
    ([2, 3], [1, 3, -3]),
    ([2, -3], [3, 2, 4]),
    ([-1, -3], [-3, 3, 1]),
)


def strided_row_by_hand(rng: Generator, fresh: bool) -> list[Case]:
    """Two outputs of a row of n = 6 with k = 3 and stride 2: no window reaches its last pixel."""
    return on_paper(TWO_OUTPUTS, {"n": 6})


def strided_backward(rng: Generator, fresh: bool) -> list[Case]:
    return images(rng, "dy x w stride pad", BACKWARD, sizes_of(fresh, SMALL, FINDERS))


# N, F, H', W', stride: single images, filters, rows and pixels, stride 1, and all sizes equal
DILATED = (
    (1, 1, 2, 3, 2),
    (1, 1, 3, 2, 3),
    (2, 3, 2, 4, 2),
    (1, 2, 3, 2, 4),
    (2, 1, 3, 2, 1),
    (2, 2, 1, 3, 4),
    (2, 3, 1, 1, 3),
    (2, 2, 2, 2, 2),
)


def dilate(rng: Generator, fresh: bool) -> list[Case]:
    """The last two have the same sizes: what a buffer keeps shows."""
    cases = []
    for N, F, P, Q, stride in DILATED:
        sizes = {
            "N": N,
            "F": F,
            "H'": P,
            "W'": Q,
            "A": (P - 1) * stride + 1,
            "B": (Q - 1) * stride + 1,
        }
        cases.append(Case((quarters(rng, N, F, P, Q), stride), sizes))
    dy, stride = cases[-1].args
    few_digits = FINE * small(rng, *dy.shape)
    return [*cases, Case((few_digits, stride), cases[-1].sizes, large=True)]


def lines(rng: Generator, fresh: bool) -> list[Case]:
    """n, k, stride, pad: no remainder, several, a filter as long as the input, a stride beyond it,
    holes inside the padding.
    """
    sizes_of_lines = [
        (6, 3, 2, 0),
        (7, 3, 2, 1),
        (5, 2, 3, 0),
        (8, 3, 4, 1),
        (5, 5, 2, 0),
        (9, 1, 3, 0),
        (10, 2, 4, 1),
        (4, 3, 1, 2),
        (3, 2, 4, 2),
        (3, 1, 3, 2),
        (4, 1, 3, 2),
    ]
    if fresh:
        for a, b, c, d in whole(rng, 1000, (6, 4)).tolist():
            k, stride, pad = 1 + a % 5, 1 + b % 6, c % 4
            sizes_of_lines.append((max(1, k - 2 * pad) + d % 12, k, stride, pad))
    return [Case(sizes, {"n": sizes[0], "k": sizes[1]}) for sizes in sizes_of_lines]
