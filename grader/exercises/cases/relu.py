"""Cases of 4-relu. Some hold exact zeros: there every slope from 0 to 1 is right."""

from __future__ import annotations

import numpy as np

from grader.judge.case import (
    SMALL,
    Case,
    Free,
    Generator,
    large,
    on_paper,
    permutation,
    quarters,
    whole,
)
from grader.judge.exercise import SMOOTH

# any shape: one to five axes
SHAPES = ((2, 3), (5,), (3, 4), (2, 3, 4, 2), (2, 1, 3), (1, 2, 3, 1, 2), (3, 3))
WITH_ZEROS = ((5,), (3, 4), (2, 1, 3), (1, 2, 3, 1, 2), (3, 3))
TINY = 2.0**-60
HUGE = 2.0**64  # a quarter of it is beyond 1e18
NEARLY_0 = 2.0**-20
LEAST = 2.0**-30  # the smallest numbers that a result is told from 0 by
# dy, x and w, to be worked out on paper. In each of them one pixel is negative, no score is 0, some
# scores are positive and some negative, and one that is positive has a negative price.
CHAINS = (
    ([[-3, 1, 3]], [[1, -1]], [[4, 4, -2], [-3, -2, -1]]),
    ([[1, -3, -2]], [[3, -1]], [[-2, 2, 4], [-1, -3, 2]]),
    ([[-3, -2, -1]], [[-1, 2]], [[4, 1, 3], [4, 3, -1]]),
    ([[4, -2, -1]], [[3, -1]], [[-2, -2, 2], [1, -2, -2]]),
    ([[3, 1, -1]], [[-3, 4]], [[2, -3, 1], [1, -3, 3]]),
    ([[-2, 3, -3]], [[-1, 1]], [[-2, 4, 1], [4, -3, -3]]),
    ([[-3, 2, -1]], [[-1, 3]], [[4, 3, -2], [4, -2, 2]]),
    ([[3, 4, -3]], [[-1, 2]], [[-3, -2, -2], [-2, 2, 4]]),
    ([[-2, 1, 2]], [[3, -2]], [[1, -3, 2], [-3, -3, -1]]),
    ([[-1, -3, -2]], [[-3, 1]], [[1, 3, -3], [-1, 2, -3]]),
    ([[-3, 4, -1]], [[2, -2]], [[4, -2, 1], [2, 3, 3]]),
    ([[-2, -3, 3]], [[-1, 1]], [[-2, 3, 2], [3, 1, 4]]),
)


def _away_from_zero(rng: Generator, *shape: int) -> np.ndarray:
    """Quarters without zeros; the first is negative, the last positive."""
    x = quarters(rng, *shape)
    x[x == 0] = 0.25
    flat = x.ravel()
    flat[0], flat[-1] = -abs(flat[0]), abs(flat[-1])
    return x


def _with_zeros(rng: Generator, *shape: int) -> np.ndarray:
    """Quarters with zeros; the first is negative, the second positive."""
    x = _away_from_zero(rng, *shape)
    flat = x.ravel()
    flat[1] = abs(flat[1])
    flat[2 + permutation(rng, x.size - 2)[: max(2, x.size // 4)]] = 0.0
    flat[-1] = -0.0  # a zero is a zero
    return x


def relu_forward(rng: Generator, fresh: bool) -> list[Case]:
    """Whole numbers too, and huge and tiny ones, of the same shape and with all signs changed: what
    a buffer or a mask keeps shows.
    """
    cases = [Case((_with_zeros(rng, *shape),), {"shape": shape}) for shape in SHAPES]
    cases.append(Case((whole(rng, 7, (2, 4)) - 3,), {"shape": (2, 4)}))
    x = _away_from_zero(rng, 3, 4)
    for times in (HUGE, -LEAST):
        cases.append(Case((times * x,), {"shape": (3, 4)}, large=True))
    return [*cases, Case((large(rng, 3, 5),), {"shape": (3, 5)}, large=True, slack=SMOOTH)]


def relu_backward(rng: Generator, fresh: bool) -> list[Case]:
    """dy and x differ in sign often enough that a mask from dy shows."""
    cases = []
    for shape in SHAPES:
        dy, x = -_away_from_zero(rng, *shape), _away_from_zero(rng, *shape)
        dy.ravel()[1] = 0.0  # whatever the slope is
        cases.append(Case((dy, x), {"shape": shape}))
    x = _away_from_zero(rng, 3, 4)
    for times in (HUGE, -TINY):  # a slope is a matter of the sign, however small or large x is
        dy = -_away_from_zero(rng, 3, 4)
        cases.append(Case((dy, times * x), {"shape": (3, 4)}, smooth=False))
    few_digits = -_away_from_zero(rng, 3, 4) * SMALL
    cases.append(Case((few_digits, _away_from_zero(rng, 3, 4)), {"shape": (3, 4)}, large=True))
    for shape in WITH_ZEROS:
        dy, x = -_away_from_zero(rng, *shape), _with_zeros(rng, *shape)
        cases.append(Case((dy, x), {"shape": shape}, smooth=False, free=Free(x == 0, dy)))
    return [
        *cases,
        Case(
            (large(rng, 3, 5), large(rng, 3, 5) + 0.125),
            {"shape": (3, 5)},
            large=True,
            slack=SMOOTH,
        ),
    ]


def eq_12(rng: Generator, fresh: bool) -> list[Case]:
    return [Case(())]


def slopes_at_zero(rng: Generator, fresh: bool) -> list[Case]:
    sets_of_candidates = [
        (0.0, 1.0),
        (-1.0, 0.5, 2.0),
        (0.25, 0.75),
        (-0.25, 1.25),
        (1.0, 0.0, 0.5),
        (),
        (2.0, -3.0, 1.0),
        (0.3, 1.0, 0.3, -NEARLY_0, NEARLY_0, 1 + NEARLY_0, 1 - NEARLY_0),
    ]
    if fresh:
        sets_of_candidates += [tuple((row - 4) / 4) for row in whole(rng, 13, (3, 5)).astype(float)]
    return [Case((candidates,)) for candidates in sets_of_candidates]


def mask_is_enough(rng: Generator, fresh: bool) -> list[Case]:
    """Diagonals with zeros and other numbers, a shift, a triangle, one number off the diagonal on
    either side.
    """
    n = 3 + int(whole(rng, 3, (1,))[0]) if fresh else 3
    numbers = _away_from_zero(rng, 1, n)[0]
    jacobians = [
        np.diag(numbers),
        np.diag(numbers * (np.arange(n) % 2)),
        np.zeros((n, n)),
        np.ones((n, n)),
        np.eye(n, k=1),
        np.eye(n)[::-1],
        np.eye(n),
    ]
    corner, tiny = np.diag(numbers), np.diag(numbers)
    corner[n - 1, 0] = 0.25
    # Alone in its column: beside a larger number it would be within the tolerance of np.allclose,
    # with which an honest answer may compare.
    tiny[:, n - 1] = np.eye(n)[0] * NEARLY_0
    jacobians += [corner, tiny]
    opposite = np.diag(numbers)  # its sum off the diagonal is 0
    opposite[0, 1], opposite[1, 0] = 1.0, -1.0
    # in every row and column the numbers off the diagonal add up to 0
    round_about = np.diag(numbers)
    round_about[:3, :3] += np.array([[0.0, 1, -1], [-1, 0, 1], [1, -1, 0]])
    negative = np.diag(numbers)
    negative[1, 2] = -0.25
    weighted = np.diag(numbers)  # dy = 1, 2, 3 does not see what stands off the diagonal
    weighted[:2, 2] = 2.0, -1.0
    others = [opposite, round_about, negative, weighted, np.array([[2.0]])]
    return [Case((jacobian,), {"n": n}) for jacobian in [*jacobians, *others]]


def chain_by_hand(rng: Generator, fresh: bool) -> list[Case]:
    """A row of two pixels, three scores and a ReLU on top, in small whole numbers."""
    return on_paper(CHAINS, {"D": 2, "C": 3})
