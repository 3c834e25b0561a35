"""Cases of 5-max-pool. Images without ties are shuffled multiples of 1/4; of ties, each image has
one window with a dy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np

from grader.judge.case import (
    FINE,
    LARGE,
    Case,
    Free,
    Generator,
    large,
    on_paper,
    permutation,
    quarters,
    small,
    whole,
)
from grader.judge.case import SMALL as SMALL_STEP
from grader.judge.exercise import SMOOTH

# the notebook's example
WORKED_X = np.array([[1.0, 3, 2, 2], [4, 0, 2, 1], [0, -1, 5, 6], [-2, -3, 8, 7]])
# N, C, H, W, kh, kw, stride
SMALL = ((1, 1, 4, 4, 2, 2, 2), (1, 1, 3, 4, 2, 2, 1), (1, 1, 3, 6, 2, 3, 2))
# remainders from 0 to 3, unequal for rows and columns; a single row, image and channel, windows of
# one pixel; the last has all sizes equal
FINDERS = (
    (2, 3, 6, 8, 2, 2, 2),
    (2, 3, 7, 9, 3, 2, 2),
    (2, 3, 6, 7, 2, 3, 1),
    (2, 2, 6, 9, 2, 1, 3),
    (2, 3, 1, 7, 1, 4, 1),
    (1, 2, 8, 10, 2, 3, 4),
    (2, 1, 9, 8, 1, 1, 3),
    (2, 2, 4, 4, 2, 2, 2),
)
# a window as large as the image, and a single column
WHOLE = ((2, 3, 4, 3, 4, 3, 2), (2, 3, 5, 1, 2, 1, 2))
# kh, kw, stride of windows with ties: one after another, overlapping, with a remainder
TIED_WINDOWS = ((2, 2, 2), (2, 3, 1), (3, 2, 2))
DEEP = (1, 2, 4, 6, 2, 3, 1)
# dy and x, to be worked out on paper with windows of 2 x 2 and stride 1. All pixels of an image
# differ, some pixel wins in more than one window, and none wins in all.
OVERLAPS = (
    ([[-1, 4], [1, 3]], [[5, 4, -3], [-2, -1, 2], [1, 3, 0]]),
    ([[-2, -1], [3, 4]], [[3, 4, 2], [-3, 1, 0], [-1, 5, -2]]),
    ([[-2, -1], [4, 2]], [[0, 4, -2], [1, 2, 5], [-3, -1, 3]]),
    ([[4, 3], [-1, -2]], [[2, 1, 0], [5, 4, 3], [-2, -3, -1]]),
    ([[-3, 1], [-1, 3]], [[1, -3, -2], [0, 3, -1], [2, 5, 4]]),
    ([[-2, 1], [-1, 2]], [[0, 5, -2], [4, -1, 1], [2, 3, -3]]),
    ([[3, -1], [-2, 4]], [[-3, -1, 0], [5, 3, 2], [1, 4, -2]]),
    ([[1, -1], [-3, 3]], [[5, 0, -2], [2, 3, 1], [-1, -3, 4]]),
    ([[3, 1], [4, -3]], [[-3, 2, 5], [3, 4, -1], [0, 1, -2]]),
    ([[-2, 4], [3, 1]], [[-1, 1, -3], [5, 0, 3], [4, -2, 2]]),
    ([[-3, 4], [-2, -1]], [[-3, 5, -1], [1, 4, -2], [3, 0, 2]]),
    ([[4, 2], [3, -1]], [[0, -1, 3], [-3, 4, 5], [1, 2, -2]]),
)
Sizes = tuple[int, int, int, int, int, int, int]
Fill = Callable[..., np.ndarray]


# N, C, H, W, kh, kw, stride of cases that decide nothing: few numbers, and each thing that sizes
# can do at least three times. Every other one has a largest entry of 0.
PROBES = (
    (1, 1, 2, 4, 2, 2, 2),
    (1, 1, 4, 2, 2, 2, 2),
    (1, 1, 3, 3, 2, 2, 1),
    (1, 1, 2, 3, 2, 2, 1),
    (1, 1, 3, 4, 3, 2, 1),
    (1, 1, 5, 4, 2, 2, 2),
    (1, 1, 4, 5, 2, 2, 2),
    (1, 1, 3, 5, 2, 2, 2),
    (1, 1, 4, 6, 2, 3, 2),
    (1, 1, 6, 4, 3, 2, 2),
    (1, 1, 5, 5, 2, 2, 3),
    (1, 1, 4, 4, 1, 1, 3),
    (2, 1, 2, 4, 2, 2, 2),
    (2, 1, 3, 3, 2, 2, 1),
    (1, 2, 2, 4, 2, 2, 2),
    (1, 2, 3, 3, 2, 2, 1),
    (2, 2, 2, 2, 1, 2, 1),
    (2, 2, 4, 2, 2, 2, 2),
)
PROBES_2X2 = tuple(
    sizes for sizes in PROBES if sizes[4:] == (2, 2, 2) and sizes[2] % 2 == sizes[3] % 2 == 0
)


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
    return (permutation(rng, size) - size // 2).reshape(shape) / 4


def _same_in_every_window(rng: Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Four numbers in every 2 x 2 window, shuffled anew in each: no ties within one, many between
    them.
    """
    N, C, H, W = shape
    order = rng.bit_generator.random_raw(N * C * H * W).reshape(-1, 4).argsort(axis=1) / 4
    return order.reshape(N, C, H // 2, W // 2, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(shape)


def _one_to_show(rng: Generator, fresh: bool, general: bool) -> list[Case]:
    """Return a case whose windows hold the same numbers, small enough to be shown."""
    if fresh:
        return []
    return [_backward(rng, SMALL[0], _same_in_every_window(rng, _shape(SMALL[0])), general)]


def _images(rng: Generator, sizes: Sizes) -> list[np.ndarray]:
    """Return a shuffled image, whose largest entry wins twice where windows overlap, and the same
    far below zero.

    There a padding of zeros would win, and absolute values mislead.
    """
    x, (kh, kw, stride) = _shuffled(rng, _shape(sizes)), sizes[4:]
    # lies in two windows, if any overlap
    shared = (0, 0, stride if stride < kh else 0, stride if stride < kw else 0)
    _put_largest(x, shared)
    return [x, x - x.max() - 1]


def _deep(rng: Generator, sizes: Sizes) -> np.ndarray:
    """Return an image below zero whose first window lies far below all others, and below whatever
    one might start from: a constant, or a multiple of the mean. Its largest entry is not the first.
    """
    kh, kw = sizes[4:6]
    x = _shuffled(rng, _shape(sizes))
    x -= x.max() + 1
    first = x[0, 0, :kh, :kw]
    _put_largest(first, (0, 1))
    first *= 1024
    first -= 2.0**30
    return x


def _put_largest(x: np.ndarray, place: tuple[int, ...]) -> None:
    """Exchange the largest entry with the one at a place."""
    largest = np.unravel_index(x.argmax(), x.shape)
    x[place], x[largest] = x[largest], x[place]


def max_pool_forward(rng: Generator, fresh: bool) -> list[Case]:
    cases = []
    for sizes in FINDERS if fresh else (*SMALL, *FINDERS):
        cases += [Case((x, sizes[4:6], sizes[6]), _letters(sizes)) for x in _images(rng, sizes)]
    cases += [
        Case((_shuffled(rng, _shape(sizes)), sizes[4:6], sizes[6]), _letters(sizes))
        for sizes in WHOLE
    ]
    few_digits = SMALL_STEP * _shuffled(rng, _shape(SMALL[1]))
    for sizes, x in ((SMALL[1], few_digits), (DEEP, _deep(rng, DEEP))):
        cases.append(Case((x, sizes[4:6], sizes[6]), _letters(sizes), large=True))
    return cases


def _backward(
    rng: Generator, sizes: Sizes, x: np.ndarray, general: bool, *, fill: Fill = quarters
) -> Case:
    dy = fill(rng, *_outputs(sizes))
    # Some cases have something to show in the first window, which the others must not drown.
    is_lost = np.abs(dy[:, :, 0, 0]) < (LARGE / 8 if fill is large else 2.0**-30)
    dy[:, :, 0, 0] += is_lost * (LARGE if fill is large else 1)
    return Case(
        (dy, x, sizes[4:6], sizes[6]) if general else (dy, x),
        _letters(sizes),
        large=fill in (small, large),
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
    """Return a case with an image for each set of winners, and one with a single winner; where
    windows overlap, another one whose winners are those of two windows.

    In each image one window has a dy, so that what its winners share can be told, and in the last
    these two windows. largest: the value of the winners; all others are smaller.
    """
    kh, kw, stride = window
    patterns = [*_winners(kh, kw), np.arange(kh * kw).reshape(kh, kw) == kh * kw - 2]
    images = len(patterns) + (stride < kw)
    sizes = (images, 1, kh + stride, kw + stride + int(general), kh, kw, stride)
    x = largest - 0.25 - whole(rng, 8, _shape(sizes)) / 4
    dy = np.zeros(_outputs(sizes))
    where = np.zeros(x.shape, bool)
    for image, winners in enumerate(patterns):
        row, column = image % 2, image // 2 % 2
        i, j = row * stride, column * stride
        where[image, 0, i : i + kh, j : j + kw] = winners
        dy[image, 0, row, column] = (4.0, -3.0, 1.5, -0.75, 2.5)[image % 5]
    if stride < kw:
        where[-1, 0, [0, kh - 1], [stride, kw - 1]] = True
        dy[-1, 0, 0, :2] = 2.5, 1.5
    x[where] = largest
    if largest < 0:  # one of the three that an exercise has
        return replace(_case_with_ties(sizes, x, FINE * dy, where, general), large=True)
    return _case_with_ties(sizes, x, dy, where, general)


def _case_with_ties(
    sizes: Sizes,
    x: np.ndarray,
    dy: np.ndarray,
    where: np.ndarray,
    general: bool,
) -> Case:
    """Return a case in which the entries `where` may share the dy of their image as they like."""
    sums = dy.sum(axis=(1, 2, 3))
    bound = where * sums[:, None, None, None]
    totals = tuple((np.arange(len(x)) == image, float(dx)) for image, dx in enumerate(sums))
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
    return _case_with_ties(sizes, x, dy, where, general)


def _nearly_tied(rng: Generator, sizes: Sizes, general: bool) -> Case:
    """Return a case whose pixels are all different, and as near to each other as float32 can tell:
    beside 1, beside 0, and beside a million. The first of a window never wins them all.
    """
    kh, kw = sizes[4:6]
    x = np.stack([_shuffled(rng, sizes[1:4]) for _ in range(3)])
    for image in x:
        _put_largest(image, (0, kh - 1, kw - 1))
    x *= np.array([2.0**-20, 2.0**-30, 1.0])[:, None, None, None]
    x += np.array([1.0, 0.0, 2.0**20])[:, None, None, None]
    return replace(_backward(rng, (3, *sizes[1:]), x, general, fill=_powers), smooth=False)


def _powers(rng: Generator, *shape: int) -> np.ndarray:
    """Return powers of two of both signs: their products with any number are exact in float32."""
    return 2.0 ** whole(rng, 3, shape) * (whole(rng, 2, shape) - 0.5)


def max_pool_2x2_backward(rng: Generator, fresh: bool) -> list[Case]:
    cases = []
    for sizes in (SMALL[0], (1, 2, 2, 6, 2, 2, 2), FINDERS[0], FINDERS[-1]):
        cases += [_backward(rng, sizes, x, False) for x in _images(rng, sizes)]
    cases.append(_backward(rng, FINDERS[0], _same_in_every_window(rng, _shape(FINDERS[0])), False))
    cases.append(_first_tie(SMALL[0], WORKED_X[None, None].copy(), False))
    # a maximum of 0 is what a ReLU leaves of a dark corner
    cases += [_tied(rng, (2, 2, 2), largest, False) for largest in (1.0, 0.0, -0.5)]
    cases.append(_first_tie(SMALL[0], np.zeros((1, 1, 4, 4)), False))
    deep = (2, 3, 4, 2, 2, 2, 2)
    return [
        *cases,
        _nearly_tied(rng, SMALL[0], False),
        _few_digits(rng, (2, 1, 4, 4, 2, 2, 2), False),
        _backward(rng, deep, _deep(rng, deep), False, fill=large),
        *_one_to_show(rng, fresh, False),
    ]


def max_pool_backward(rng: Generator, fresh: bool) -> list[Case]:
    cases = []
    for sizes in FINDERS if fresh else (*SMALL, *FINDERS):
        cases += [_backward(rng, sizes, x, True) for x in _images(rng, sizes)]
    cases.append(_backward(rng, FINDERS[0], _same_in_every_window(rng, _shape(FINDERS[0])), True))
    cases += [_backward(rng, sizes, _shuffled(rng, _shape(sizes)), True) for sizes in WHOLE]
    for x in (WORKED_X[None, None].copy(), np.zeros((1, 1, 4, 4))):
        cases.append(_first_tie(SMALL[0], x, True))
    for window, largest in zip(TIED_WINDOWS, (1.0, 0.0, -0.5), strict=True):
        cases.append(_tied(rng, window, largest, True))
    cases.append(_first_tie(SMALL[1], np.zeros((1, 1, 3, 4)), True))
    return [
        *cases,
        _nearly_tied(rng, SMALL[1], True),
        _few_digits(rng, SMALL[1], True),
        _backward(rng, DEEP, _deep(rng, DEEP), True, fill=large),
        *_one_to_show(rng, fresh, True),
    ]


def probes_2x2(rng: Generator) -> list[Case]:
    return _probes(rng, PROBES_2X2, general=False)


def probes(rng: Generator) -> list[Case]:
    return _probes(rng, PROBES, general=True)


def _probes(rng: Generator, probes: tuple[Sizes, ...], general: bool) -> list[Case]:
    cases = []
    for number, sizes in enumerate(probes):
        x = _shuffled(rng, _shape(sizes))
        if number % 2:
            x = np.where(x > 0, x - x.max() - 1, x)
            x -= x.max()
        cases.append(_backward(rng, sizes, x, general))
    return cases


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
        ((4, 4), 4),
        ((2, 5), 9),
    ]
    if fresh:
        questions += [((a + 1, b + 1), c + 1) for a, b, c in whole(rng, 4, (4, 3)).tolist()]
    return [Case((size, stride), {"kh": size[0], "kw": size[1]}) for size, stride in questions]


def pool_by_hand(rng: Generator, fresh: bool) -> list[Case]:
    """An image of nine pixels with four windows that overlap, in small whole numbers."""
    return on_paper(OVERLAPS, {"H": 3, "W": 3})
