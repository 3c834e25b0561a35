"""Cases of 5-max-pool. Images without ties are shuffled multiples of 1/4; ties are asked with one
non-zero dy at a time.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.judge.case import Case, Free, Generator, large, quarters, whole
from grader.judge.exercise import SMOOTH

# the notebook's example
WORKED_X = np.array([[1.0, 3, 2, 2], [4, 0, 2, 1], [0, -1, 5, 6], [-2, -3, 8, 7]])
# N, C, H, W, kh, kw, stride
SMALL = ((1, 1, 4, 4, 2, 2, 2), (1, 1, 3, 4, 2, 2, 1), (1, 1, 3, 6, 2, 3, 2))
FINDERS = (
    (2, 3, 6, 8, 2, 2, 2),
    (2, 3, 7, 9, 3, 2, 2),
    (2, 3, 6, 7, 2, 3, 1),
    (2, 2, 8, 7, 2, 1, 3),
    (1, 2, 3, 7, 1, 4, 1),
)
# overlap; a remainder
WITH_TIES = ((1, 1, 4, 4, 2, 2, 2), (2, 2, 5, 6, 2, 3, 1), (1, 2, 5, 6, 2, 3, 2))
Sizes = tuple[int, int, int, int, int, int, int]


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
    for sizes in (*SMALL, *FINDERS):
        cases += [Case((x, sizes[4:6], sizes[6]), _letters(sizes)) for x in _images(rng, sizes)]
    x = -np.abs(large(rng, 1, 2, 4, 6)) - 2.0**16  # far below anything that one might start from
    return [*cases, Case((x, (2, 3), 1), _letters((1, 2, 4, 6, 2, 3, 1)), large=True, slack=SMOOTH)]


def _backward(
    rng: Generator, sizes: Sizes, x: np.ndarray, general: bool, *, is_large: bool = False
) -> Case:
    dy = large(rng, *_outputs(sizes)) if is_large else quarters(rng, *_outputs(sizes))
    args = (dy, x, sizes[4:6], sizes[6]) if general else (dy, x)
    parts = ("dx",) if general else ()
    return Case(
        args, _letters(sizes), large=is_large, slack=SMOOTH if is_large else 0.0, parts=parts
    )


def _image_with_ties(rng: Generator, sizes: Sizes) -> np.ndarray:
    """Whole numbers from -2 to 1. The first window's winners are the ends of its last row, where
    wrong ways to count show.

    The first window of the second image has one winner.
    """
    kh, kw = sizes[4:6]
    x = whole(rng, 4, _shape(sizes)) - 2.0
    x[0, 0, :kh, :kw], x[0, 0, kh - 1, : kw : kw - 1] = -2.0, 1.0
    x[1:2, 0, :kh, :kw], x[1:2, 0, kh - 1, 0] = -2.0, 0.0
    return x


def _tied(rng: Generator, sizes: Sizes, general: bool, limit: int, x: np.ndarray) -> Iterator[Case]:
    """Cases with one non-zero dy each, at windows of x that have a tie: the first of them, and
    others by chance.
    """
    kh, kw, stride = sizes[4:]
    first, *others = np.ndindex(*_outputs(sizes))
    count = 0
    for n, c, i, j in (
        first,
        *(others[k] for k in rng.bit_generator.random_raw(len(others)).argsort()),
    ):
        window = (n, c, slice(i * stride, i * stride + kh), slice(j * stride, j * stride + kw))
        where = np.zeros(x.shape, bool)
        where[window] = x[window] == x[window].max()
        if where.sum() < 2 or count == limit:
            continue
        dy = np.zeros(_outputs(sizes))
        dy[n, c, i, j] = (4.0, -3.0, 1.5, -0.75)[count % 4]
        free_dy = dy[n, c, i, j]
        # and one at a window of another image, tied or not: the sum alone tells nothing
        if n == c == 0 and len(x) > 1:
            dy[1, 0, 0, 0] = 2.5
        free = Free(where, where * free_dy, float(dy.sum()))
        args = (dy, x, (kh, kw), stride) if general else (dy, x)
        yield Case(
            args, _letters(sizes), smooth=False, parts=("ties",) if general else (), free=free
        )
        count += 1


def max_pool_2x2_backward(rng: Generator, fresh: bool) -> list[Case]:
    cases = []
    for sizes in (SMALL[0], (1, 1, 2, 6, 2, 2, 2), FINDERS[0]):
        cases += [_backward(rng, sizes, x, False) for x in _images(rng, sizes)]
    cases.append(_backward(rng, FINDERS[0], _same_in_every_window(rng, _shape(FINDERS[0])), False))
    cases += _tied(rng, SMALL[0], False, 1, WORKED_X[None, None].copy())
    sizes = (2, 3, 6, 4, 2, 2, 2)
    cases += _tied(rng, sizes, False, 4, _image_with_ties(rng, sizes))
    # what a ReLU leaves of a dark corner
    cases += _tied(rng, SMALL[0], False, 2, np.zeros((1, 1, 4, 4)))
    return [
        *cases,
        _backward(rng, SMALL[0], 64 * _shuffled(rng, (1, 1, 4, 4)), False, is_large=True),
    ]


def max_pool_backward(rng: Generator, fresh: bool) -> list[Case]:
    cases = []
    for sizes in (*SMALL, *FINDERS):
        cases += [_backward(rng, sizes, x, True) for x in _images(rng, sizes)]
    cases.append(_backward(rng, FINDERS[0], _same_in_every_window(rng, _shape(FINDERS[0])), True))
    cases += _tied(rng, WITH_TIES[0], True, 1, WORKED_X[None, None].copy())
    for sizes, limit in ((SMALL[1], 2), (WITH_TIES[1], 6), (WITH_TIES[2], 3)):
        cases += _tied(rng, sizes, True, limit, _image_with_ties(rng, sizes))
    cases += _tied(rng, SMALL[1], True, 1, np.zeros((1, 1, 3, 4)))
    sizes = (1, 2, 4, 6, 2, 3, 1)
    return [*cases, _backward(rng, sizes, 64 * _shuffled(rng, _shape(sizes)), True, is_large=True)]


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
