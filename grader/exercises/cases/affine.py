"""Cases of 1-affine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from grader.call.functions import FUNCTIONS, Named
from grader.judge.case import (
    LARGE,
    Case,
    Generator,
    large,
    on_paper,
    permutation,
    quarters,
    small,
    whole,
)
from grader.judge.exercise import SMOOTH

# N, D, C: all different, each of them 1 in one case, where squeeze() drops an axis; and then all
# equal, where an answer that looks for a shape that fits finds the wrong one
AFFINE_SIZES = ((1, 2, 3), (2, 3, 4), (3, 5, 2), (4, 1, 3), (2, 4, 1), (3, 3, 3))
ROW_SIZES = ((1, 2, 3), (1, 4, 3), (1, 3, 5), (1, 4, 1), (1, 1, 5), (1, 3, 3))

# dy and x of two images, to be worked out on paper. No entry of dw or db is 0.
BATCHES = (
    ([[-1, 1, 3], [-2, -3, 2]], [[3, 4], [-3, 1]]),
    ([[2, 4, -2], [-1, 4, -3]], [[3, -3], [4, -1]]),
    ([[-2, 4, 3], [-3, -2, 1]], [[-3, 0], [-1, -2]]),
    ([[3, 4, 2], [-1, 2, 3]], [[0, 2], [-2, 1]]),
    ([[3, 4, -2], [4, -2, -1]], [[0, 3], [4, -2]]),
    ([[2, -3, 1], [3, -3, -2]], [[1, 2], [-3, 3]]),
    ([[3, -2, -1], [3, 1, -1]], [[0, 4], [-3, 2]]),
    ([[-1, 1, 3], [-2, -3, 4]], [[2, 0], [3, 1]]),
    ([[1, -3, 2], [-3, 2, 4]], [[4, -1], [-3, 2]]),
    ([[-2, 2, -3], [-3, 1, 2]], [[1, -3], [4, 0]]),
    ([[3, 4, -1], [-1, 3, -3]], [[0, 4], [3, 1]]),
    ([[-1, 4, -3], [-3, 2, -2]], [[4, 1], [-2, 3]]),
)


def _affine(rng: Generator, arguments: str, sizes: Iterable[tuple[int, int, int]]) -> list[Case]:
    """Cases for functions of x, w, b, dy (named in the order of the call) over several sizes, the
    last two with small and with large numbers.

    The small ones have the sizes of the case before them: what a call leaves in a buffer shows.
    """
    cases = []
    sizes = list(sizes)
    fills = [*[quarters] * len(sizes), small, large]
    for fill, (N, D, C) in zip(fills, [*sizes, sizes[-1], sizes[2]], strict=True):
        shapes = {"x": (N, D), "w": (D, C), "b": (C,), "dy": (N, C)}
        args = tuple(fill(rng, *shapes[name]) for name in arguments.split())
        cases.append(
            Case(
                args,
                {"N": N, "D": D, "C": C},
                large=fill is not quarters,
                slack=SMOOTH if fill is large else 0.0,
            )
        )
    return cases


# Sizes that decide nothing, and show where a wrong answer goes wrong
PROBES = (
    (1, 3, 2),
    (1, 2, 2),
    (1, 3, 4),
    (2, 1, 3),
    (3, 1, 2),
    (2, 3, 1),
    (3, 2, 1),
    (2, 2, 3),
    (2, 3, 2),
    (3, 2, 2),
    (2, 2, 2),
)


def probes(arguments: str, rows: bool = False) -> Callable[[Generator], list[Case]]:
    """Return what makes the probes of functions of x, w, b, dy. rows: of one row alone."""
    sizes = dict.fromkeys((1 if rows else N, D, C) for N, D, C in PROBES)
    return lambda rng: _affine(rng, arguments, sizes)[: len(sizes)]


def affine_forward(rng: Generator, fresh: bool) -> list[Case]:
    return _affine(rng, "x w b", AFFINE_SIZES)


def affine_backward_row(rng: Generator, fresh: bool) -> list[Case]:
    return _affine(rng, "dy x w", ROW_SIZES)


def affine_backward(rng: Generator, fresh: bool) -> list[Case]:
    return _affine(rng, "dy x w", AFFINE_SIZES)


def batch_by_hand(rng: Generator, fresh: bool) -> list[Case]:
    """Two images of two pixels, and the prices of three scores of each."""
    return on_paper(BATCHES, {"N": 2, "D": 2, "C": 3})


def affine_jacobians(rng: Generator, fresh: bool) -> list[Case]:
    cases = _affine(rng, "x w", ROW_SIZES)
    return [replace(c, args=(c.args[0][0], c.args[1])) for c in cases]


CHECKED = (
    ("square", 2, 3),
    ("cube", 1, 4),
    ("abs", 3, 2),
    ("affine", 2, 3),
    ("bowl", 2, 3),
    ("identity", 3, 1),
    ("rows", 3, 3),
)
CHECKER_PROBES = {
    "cube": ("large_step", True),
    "abs": ("forward_difference", False),
    "bowl": ("not_put_back", True),
    "identity": ("aliased_values", True),
}


def numerical_gradient(rng: Generator, fresh: bool) -> list[Case]:
    """abs at 0 tells forward from central differences, bowl at the bottom a step that was not taken
    back.
    """
    cases = []
    for name, R, S in CHECKED:
        x = quarters(rng, R, S)
        dy = quarters(rng, *FUNCTIONS[name](x).shape)
        dy[dy == 0] = 1.0
        if name in ("abs", "affine", "identity"):  # in the last two the slope is not 0 there
            x[0, 1 % S] = 0.0
        if name == "bowl":
            x[0] = x[0, 0], x[0, 0], 3 * x[0, 0]  # the first output of row 0 is exactly 0,
            dy[0, 0] = 2.0**20  # and any step left behind in x is seen through a strong lens
        shows, alone = CHECKER_PROBES.get(name, ("", False))
        # nobody knows its derivative by heart
        scale = float(rng.integers(5, 16)) / 4 if fresh and name != "identity" else 1.0
        cases.append(Case((Named(name, scale), x, dy), {"R": R, "S": S}, shows=shows, alone=alone))
    # the cube of 64 leaves few digits behind the point: a step of 1e-10 is lost in them
    far = 64 + quarters(rng, 1, 3)
    integers = whole(rng, 9, (2, 3)) - 4
    return [
        *cases,
        Case(
            (Named("cube"), far, quarters(rng, 1, 3) + 3),
            {"R": 1, "S": 3},
            shows="tiny_step",
            alone=True,
        ),
        Case(
            (Named("square"), integers, quarters(rng, 2, 3) + 5),
            {"R": 2, "S": 3},
            shows="integer_steps",
            alone=True,
        ),
        Case(
            (Named("square"), quarters(rng, 2, 3) + 3, small(rng, 2, 3)),
            {"R": 2, "S": 3},
            large=True,
        ),
    ]


def _logits(rng: Generator, N: int, C: int) -> np.ndarray:
    """Logits whose softmax is a multiple of 1/16: log of whole numbers that add up to 16."""
    rows = np.sort(
        np.argsort(rng.bit_generator.random_raw(N * 15).reshape(N, 15), axis=1)[:, : C - 1] + 1,
        axis=1,
    )
    edges = np.hstack([np.zeros((N, 1)), rows, np.full((N, 1), 16.0)])
    return np.log(np.diff(edges, axis=1))


# Scores that overflow or vanish in exp: all alike, rows that lie so far apart that one shift for
# both fails, probabilities that are 0 in any floating point and where exp overflows in any, and
# scores that must not be clipped.
EXTREME_SCORES = (
    ([[1000.0] * 4, [-1000.0] * 4], [1, 2]),
    ([[700.0] * 4, [-300.0] * 4], [1, 2]),
    ([[2.0**20, 0, 0, 0], [0, 0, 2.0**20, 0]], [0, 1]),
    ([[2.0**17] * 3, [-(2.0**17)] * 3], [0, 2]),
    ([[0, 23.25, 0.5], [1.0, 0, -22.5]], [0, 2]),  # a constant of 1e-12 inside the logarithm shows
    ([[1000.0, 999.5, 998.0], [-2000.0, -2001.0, -1999.75]], [1, 0]),
)
SMALLEST_ADDED, LARGEST_ADDED = 1e-12, 2e-3  # what people add inside a logarithm
NEARLY_0 = 2.0**-22
SEVEN_DIGITS = 3e-7  # of the largest score, when the loss is taken as log sum exp(y) - y_t


def _extreme(rng: Generator, fresh: bool, scores: list[list[float]], labels: list[int]) -> Case:
    """Return a case of the part that judges both results on extreme scores."""
    y, targets = np.array(scores), np.array(labels)
    if fresh:
        y, targets = _shaken(rng, y, targets)
    N, C = y.shape
    return Case(
        (y, targets),
        {"N": N, "C": C},
        large=True,
        slack=SEVEN_DIGITS * float(np.abs(y).max()),
        parts=("extreme",),
        layout={"loss": (), "dy": (N, C)},
    )


def _shaken(rng: Generator, y: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return scores near y with the classes in another order: nobody knows their loss by heart.

    The target moves down furthest, so that no loss falls below what float32 can tell from 0.
    """
    moves = quarters(rng, *y.shape)
    moves[np.arange(len(y)), labels] = moves.min(axis=1)
    order = permutation(rng, y.shape[1])
    return (y + moves)[:, order], order.argsort()[labels]


def _unlikely(rng: Generator) -> Case:
    """Return a case whose first label has a probability near 1e-7."""
    y, labels = quarters(rng, 3, 3), whole(rng, 3, (3,))
    y[0, labels[0]] = np.delete(y[0], labels[0]).max() - 16
    sizes = {"N": 3, "C": 3}
    return Case((y, labels), sizes, large=True, parts=("loss", "dy"), explain=_of_a_logarithm)


def _of_a_logarithm(result: np.ndarray, right: np.ndarray, case: Case) -> str:
    """Return what was added to the first row's probability, as far as that alone makes a loss
    wrong; '' for another result.
    """
    y, labels = case.args
    shifted = y - y.max(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(y)), labels]
    if right.shape != () or result.shape != () or not np.isfinite(result):
        return ""
    probability = np.exp(-losses[0])
    with np.errstate(all="ignore"):
        more = np.exp(losses[1:].sum() - result * len(y)) - probability
    is_meant = SMALLEST_ADDED < more < LARGEST_ADDED and (
        _is_round(more) or _is_round(probability + more)
    )
    if not is_meant:
        return ""
    return (
        f"takes {probability:.3g} + {more:.2g} for the probability of the first image's target. "
        "Is something added inside the logarithm, or is the probability cut off?"
    )


def _is_round(number: float) -> bool:
    """Tell whether a number has a single digit, as what people write; rounding leaves others."""
    digit = number / 10 ** np.floor(np.log10(number))
    return bool(abs(digit - np.rint(digit)) < 1e-3)


def _certain(rng: Generator) -> Case:
    """Return a case of one image whose target is nearly certain: the loss is 1.8e-6, and so are the
    largest entries of dy, which five digits lose.

    The scores are not large: float32 keeps the loss, however it is computed.
    """
    order = permutation(rng, 3)
    y = (whole(rng, 5, (1, 1)) - 2) / 4 - np.array([[0.0, 13.25, 17.0]])[:, order]
    args = (y, y.argmax(axis=1))
    return Case(args, {"N": 1, "C": 3}, large=True, parts=("loss", "dy"))


def softmax_loss(rng: Generator, fresh: bool) -> list[Case]:
    """A single class too, whose loss is 0 whatever is wrong, and then two cases of one size: what a
    buffer keeps shows.
    """
    cases = []
    for N, C in ((1, 3), (2, 3), (3, 4), (4, 1), (3, 3)):
        y = quarters(rng, N, C) if fresh else _logits(rng, N, C)
        args = (y, whole(rng, C, (N,)))
        parts = ("loss", "dy") if C > 1 else ("dy",)
        explain = _of_a_logarithm if N == 1 else None
        cases.append(Case(args, {"N": N, "C": C}, parts=parts, explain=explain))
    extreme = [_extreme(rng, fresh, *each) for each in EXTREME_SCORES]
    return [*cases, _unlikely(rng), _certain(rng), *extreme]


def hinge_loss(rng: Generator, fresh: bool) -> list[Case]:
    """N is a power of two: dividing by it is exact, in float32 as well."""
    cases = []
    for N, C in ((1, 3), (2, 3), (2, 4), (4, 3), (4, 1), (4, 4)):
        y, labels = quarters(rng, N, C), whole(rng, C, (N,))
        rows = np.arange(N)
        kinks = y == (y[rows, labels] - 1)[:, None]
        cases.append(Case((y + kinks / 4, labels), {"N": N, "C": C}))
    close = Case((small(rng, 2, 4), whole(rng, 4, (2,))), {"N": 2, "C": 4}, large=True)
    on_the_margin = np.array([[0.5, -0.5, 1.5, -1.0], [2.0, 1.0, 0.25, 1.25]])
    return [
        *cases,
        _beside_the_margin(),
        _far_apart(rng),
        close,
        Case((on_the_margin, np.zeros(2, dtype=np.int64)), {"N": 2, "C": 4}, smooth=False),
    ]


def _beside_the_margin() -> Case:
    """Return a case with margins that differ from 0 by the last bit but one of float32."""
    y = np.array([[1.0, NEARLY_0, -NEARLY_0, 0.5], [-0.5, 2.0, 1 + NEARLY_0, 0.25]])
    return Case((y, np.array([0, 1])), {"N": 2, "C": 4}, large=True, smooth=False)


def _far_apart(rng: Generator) -> Case:
    """Return a case with margins of many thousands in its first row, and none in its second."""
    y, labels = large(rng, 2, 4), whole(rng, 4, (2,))
    y[[0, 1], labels] = np.array([-8.0, 8.0]) * LARGE
    return Case((y, labels), {"N": 2, "C": 4}, large=True)


def shape_of_jacobian(rng: Generator, fresh: bool) -> list[Case]:
    shapes = [
        ((3,), (2,)),
        ((3,), (2, 3)),
        ((), (4, 3)),
        ((2, 5), (2, 4)),
        ((6,), ()),
        ((2, 3), (4,)),
        ((1, 3), (2, 1)),
        ((), ()),
    ]
    if fresh:
        sizes = whole(rng, 7, (6,)).tolist()
        shapes.append(((sizes[0] + 2, sizes[1] + 2), (sizes[2] + 2, sizes[3] + 2, sizes[4] + 2)))
    return [Case(pair) for pair in shapes]


def sizes_quiz(rng: Generator, fresh: bool) -> list[Case]:
    pairs = [(3, 2), (2, 5), (4, 4), (10, 64), (1, 3), (1, 1)]
    if fresh:
        C, D = (whole(rng, 8, (2,)) + 2).tolist()
        pairs += [(C, D), (D, D)]
    return [Case((C, D), {"C": C, "D": D}) for C, D in pairs]
