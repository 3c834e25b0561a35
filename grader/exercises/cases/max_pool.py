"""Cases of 5-max-pool. Images without ties are shuffled multiples of 1/4; of ties, each image has
one window with a dy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np

from grader.judge.case import SMALL as SMALL_STEP
from grader.judge.case import Case, Free, Generator, large, quarters, small, whole
from grader.judge.exercise import SMOOTH

# the notebook's example
WORKED_X = np.array([[1.0, 3, 2, 2], [4, 0, 2, 1], [0, -1, 5, 6], [-2, -3, 8, 7]])
# N, C, H, W, kh, kw, stride
SMALL = ((1, 1, 4, 4, 2, 2, 2), (1, 1, 3, 4, 2, 2, 1), (1, 1, 3, 6, 2, 3, 2))
# remainders from 0 to 3, unequal for rows and columns; the last has all sizes equal
FINDERS = (
    (2, 3, 6, 8, 2, 2, 2),
    (2, 3, 7, 9, 3, 2, 2),
    (2, 3, 6, 7, 2, 3, 1),
    (2, 2, 8, 7, 2, 1, 3),
    (1, 2, 3, 7, 1, 4, 1),
    (1, 2, 8, 10, 2, 3, 4),
    (2, 1, 9, 8, 2, 2, 4),
    (2, 2, 4, 4, 2, 2, 2),
)
# kh, kw, stride of windows with ties: one after another, overlapping, with a remainder
TIED_WINDOWS = ((2, 2, 2), (2, 3, 1), (3, 2, 2))
Sizes = tuple[int, int, int, int, int, int, int]
Fill = Callable[..., np.ndarray]


def _letters(sizes: Sizes) -> dict[str, int]:
    N, C, H, W, kh, kw, stride = sizes
    return {
        "N": N,
        "C": C,
        "H": H,
        "W": W,
        "kh": kh,
        "kw": kw,
        "H'": (H - kh) // stride + 1,
        "W'": (W - kw) // stride + 1,
    }


def _shape(sizes: Sizes) -> tuple[int, ...]:
    return sizes[:4]


def _outputs(sizes: Sizes) -> tuple[int, ...]:
    letters = _letters(sizes)
    return (*sizes[:2], letters["H'"], letters["W'"])


def _shuffled(rng: Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Multiples of 1/4, all different, of both signs."""
    size = int(np.prod(shape))
    return (rng.bit_generator.random_raw(size).argsort() - size // 2).reshape(shape) / 4


def _same_in_every_window(rng: Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Four numbers in every 2 x 2 window, shuffled anew in each: no ties within one, many between
    them.
    """
    N, C, H, W = shape
    order = rng.bit_generator.random_raw(N * C * H * W).reshape(-1, 4).argsort(axis=1) / 4
    return order.reshape(N, C, H // 2, W // 2, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(shape)


def _images(rng: Generator, sizes: Sizes) -> list[np.ndarray]:
    """Return a shuffled image, whose largest entry wins twice where windows overlap, and the same
    far below zero.

    There a padding of zeros would win, and absolute values mislead.
    """
    x, (kh, kw, stride) = _shuffled(rng, _shape(sizes)), sizes[4:]
    # lies in two windows, if any overlap
    shared = (0, 0, stride if stride < kh else 0, stride if stride < kw else 0)
    largest = np.unravel_index(x.argmax(), x.shape)
    x[shared], x[largest] = x[largest], x[shared]
    return [x, x - x.max() - 1]


def max_pool_forward(rng: Generator, fresh: bool) -> list[Case]:
    cases = []
    for sizes in FINDERS if fresh else (*SMALL, *FINDERS):
        cases += [Case((x, sizes[4:6], sizes[6]), _letters(sizes)) for x in _images(rng, sizes)]
    few_digits = SMALL_STEP * _shuffled(rng, _shape(SMALL[1]))
    args = (few_digits, SMALL[1][4:6], SMALL[1][6])
    cases.append(Case(args, _letters(SMALL[1]), large=True))
    x = -np.abs(large(rng, 1, 2, 4, 6)) - 2.0**16  # far below anything that one might start from
    return [*cases, Case((x, (2, 3), 1), _letters((1, 2, 4, 6, 2, 3, 1)), large=True, slack=SMOOTH)]


def _backward(
    rng: Generator, sizes: Sizes, x: np.ndarray, general: bool, *, fill: Fill = quarters
) -> Case:
    dy = fill(rng, *_outputs(sizes))
    return Case(
        (dy, x, sizes[4:6], sizes[6]) if general else (dy, x),
        _letters(sizes),
        large=fill is not quarters,
        slack=SMOOTH if fill is large else 0.0,
        parts=("dx",) if general else (),
    )


def _few_digits(rng: Generator, sizes: Sizes, general: bool) -> Case:
    return _backward(rng, sizes, _shuffled(rng, _shape(sizes)), general, fill=small)


def _winners(kh: int, kw: int) -> Iterator[np.ndarray]:
    """Yield which entries of a window are its largest ones: the ends of each diagonal, row and
    column, three corners, and all.
    """
    corners = ((0, 0), (0, kw - 1), (kh - 1, 0), (kh - 1, kw - 1))
    for count in (2, 3):
        for places in combinations(corners, count):
            winners = np.zeros((kh, kw), bool)
            winners[tuple(zip(*places, strict=True))] = True
            yield winners
    yield np.ones((kh, kw), bool)


def _tied(rng: Generator, window: tuple[int, int, int], largest: float, general: bool) -> Case:
    """Return a case with an image for each set of winners, and one with a single winner.

    In each image one window has a dy, so that what its winners share can be told. largest: the
    value of the winners; all others are smaller.
    """
    kh, kw, stride = window
    patterns = [*_winners(kh, kw), np.arange(kh * kw).reshape(kh, kw) == kh * kw - 2]
    remainder = int(general)
    sizes = (len(patterns), 1, kh + stride, kw + stride + remainder, kh, kw, stride)
    x = largest - 0.25 - whole(rng, 8, _shape(sizes)) / 4
    dy = np.zeros(_outputs(sizes))
    where = np.zeros(x.shape, bool)
    totals = []
    for image, winners in enumerate(patterns):
        row, column = image % 2, image // 2 % 2
        i, j = row * stride, column * stride
        where[image, 0, i : i + kh, j : j + kw] = winners
        dy[image, 0, row, column] = (4.0, -3.0, 1.5, -0.75, 2.5)[image % 5]
        totals.append((np.arange(len(x)) == image, float(dy[image].sum())))
    x[where] = largest
    return _case_with_ties(sizes, x, dy, where, tuple(totals), general)


def _case_with_ties(
    sizes: Sizes,
    x: np.ndarray,
    dy: np.ndarray,
    where: np.ndarray,
    totals: tuple[tuple[np.ndarray, float], ...],
    general: bool,
) -> Case:
    """Return a case in which the entries `where` may share the dy of their image as they like."""
    bound = where * dy.sum(axis=(1, 2, 3), keepdims=True)
    args = (dy, x, sizes[4:6], sizes[6]) if general else (dy, x)
    return Case(
        args,
        _letters(sizes),
        smooth=False,
        parts=("ties",) if general else (),
        free=Free(where, bound, totals),
    )


def _first_tie(sizes: Sizes, x: np.ndarray, general: bool) -> Case:
    """Return a small case to show: the first window that has a tie gets a dy, all others none."""
    kh, kw, stride = sizes[4:]
    for n, c, i, j in np.ndindex(*_outputs(sizes)):
        window = (n, c, slice(i * stride, i * stride + kh), slice(j * stride, j * stride + kw))
        where = np.zeros(x.shape, bool)
        where[window] = x[window] == x[window].max()
        if where.sum() > 1:
            break
    dy = np.zeros(_outputs(sizes))
    dy[n, c, i, j] = 4.0
    return _case_with_ties(sizes, x, dy, where, ((np.ones(len(x), bool), 4.0),), general)


def _nearly_tied(rng: Generator, sizes: Sizes, general: bool) -> Case:
    """Return a case whose pixels are all different and lie within a part in a thousand."""
    x = 1 + SMALL_STEP * _shuffled(rng, _shape(sizes))
    return replace(_backward(rng, sizes, x, general), smooth=False)


def max_pool_2x2_backward(rng: Generator, fresh: bool) -> list[Case]:
    cases = []
    for sizes in (SMALL[0], (1, 1, 2, 6, 2, 2, 2), FINDERS[0], FINDERS[-1]):
        cases += [_backward(rng, sizes, x, False) for x in _images(rng, sizes)]
    cases.append(_backward(rng, FINDERS[0], _same_in_every_window(rng, _shape(FINDERS[0])), False))
    cases.append(_first_tie(SMALL[0], WORKED_X[None, None].copy(), False))
    # a maximum of 0 is what a ReLU leaves of a dark corner
    cases += [_tied(rng, (2, 2, 2), largest, False) for largest in (1.0, 0.0, -0.5)]
    cases.append(_first_tie(SMALL[0], np.zeros((1, 1, 4, 4)), False))
    return [
        *cases,
        _nearly_tied(rng, SMALL[0], False),
        _few_digits(rng, SMALL[0], False),
        _backward(rng, SMALL[0], 64 * _shuffled(rng, (1, 1, 4, 4)), False, fill=large),
    ]


def max_pool_backward(rng: Generator, fresh: bool) -> list[Case]:
    cases = []
    for sizes in FINDERS if fresh else (*SMALL, *FINDERS):
        cases += [_backward(rng, sizes, x, True) for x in _images(rng, sizes)]
    cases.append(_backward(rng, FINDERS[0], _same_in_every_window(rng, _shape(FINDERS[0])), True))
    cases.append(_first_tie(SMALL[0], WORKED_X[None, None].copy(), True))
    for window, largest in zip(TIED_WINDOWS, (1.0, 0.0, -0.5), strict=True):
        cases.append(_tied(rng, window, largest, True))
    cases.append(_first_tie(SMALL[1], np.zeros((1, 1, 3, 4)), True))
    sizes = (1, 2, 4, 6, 2, 3, 1)
    return [
        *cases,
        _nearly_tied(rng, SMALL[1], True),
        _few_digits(rng, SMALL[1], True),
        _backward(rng, sizes, 64 * _shuffled(rng, _shape(sizes)), True, fill=large),
    ]


def assignment_is_enough(rng: Generator, fresh: bool) -> list[Case]:
    questions = [
        ((2, 2), 2),
        ((3, 3), 2),
        ((2, 2), 3),
        ((2, 3), 2),
        ((3, 2), 2),
        ((3, 2), 3),
        ((1, 1), 1),
        ((2, 3), 3),
        ((1, 2), 1),
        ((3, 1), 2),
        ((4, 2), 3),
    ]
    if fresh:
        questions += [((a + 1, b + 1), c + 1) for a, b, c in whole(rng, 4, (4, 3)).tolist()]
    return [Case((size, stride), {"kh": size[0], "kw": size[1]}) for size, stride in questions]
