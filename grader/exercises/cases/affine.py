"""Cases of 1-affine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from grader.call.functions import FUNCTIONS, Named
from grader.judge.case import Case, Generator, large, quarters, small, whole
from grader.judge.exercise import SMOOTH

# N, D, C: all different, and then all equal, where an answer that looks for a shape that fits finds
# the wrong one
AFFINE_SIZES = ((1, 2, 3), (2, 3, 4), (3, 5, 2), (4, 2, 3), (3, 3, 3))
ROW_SIZES = ((1, 2, 3), (1, 4, 3), (1, 3, 5), (1, 3, 3))


def _affine(rng: Generator, arguments: str, sizes: Iterable[tuple[int, int, int]]) -> list[Case]:
    """Cases for functions of x, w, b, dy (named in the order of the call) over several sizes, the
    last two with small and with large numbers.
    """
    cases = []
    sizes = list(sizes)
    fills = [*[quarters] * len(sizes), small, large]
    for fill, (N, D, C) in zip(fills, [*sizes, sizes[2], sizes[1]], strict=True):
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


def affine_forward(rng: Generator, fresh: bool) -> list[Case]:
    return _affine(rng, "x w b", AFFINE_SIZES)


def affine_backward_row(rng: Generator, fresh: bool) -> list[Case]:
    return _affine(rng, "dy x w", ROW_SIZES)


def affine_backward(rng: Generator, fresh: bool) -> list[Case]:
    return _affine(rng, "dy x w", AFFINE_SIZES)


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
# both fails, probabilities that are 0 in any floating point, and scores that must not be clipped.
EXTREME_SCORES = (
    ([[1000.0] * 4, [-1000.0] * 4], [1, 2]),
    ([[700.0] * 4, [-300.0] * 4], [1, 2]),
    ([[1000.0, 0, 0, 0], [0, 0, 1000.0, 0]], [0, 1]),
    ([[0, 23.25, 0.5], [1.0, 0, -22.5]], [0, 2]),  # a constant of 1e-12 inside the logarithm shows
    ([[1000.0, 999.5, 998.0], [-2000.0, -2001.0, -1999.75]], [1, 0]),
)
SEVEN_DIGITS = 3e-4  # of a score of 1000, when the loss is taken as log sum exp(y) - y_t


def _extreme(scores: list[list[float]], labels: list[int]) -> Case:
    """Return a case of the part that judges both results on extreme scores."""
    y = np.array(scores)
    N, C = y.shape
    return Case(
        (y, np.array(labels)),
        {"N": N, "C": C},
        large=True,
        slack=SEVEN_DIGITS,
        parts=("extreme",),
        layout={"loss": (), "dy": (N, C)},
    )


def _unlikely(rng: Generator) -> Case:
    """Return a case whose first label has a probability near 1e-4."""
    y, labels = quarters(rng, 2, 3), whole(rng, 3, (2,))
    y[0, labels[0]] = y[0].max() - 9.25
    return Case((y, labels), {"N": 2, "C": 3}, large=True, parts=("loss", "dy"))


def softmax_loss(rng: Generator, fresh: bool) -> list[Case]:
    cases = []
    for N, C in ((1, 3), (2, 3), (3, 4), (4, 2), (3, 3)):
        y = quarters(rng, N, C) if fresh else _logits(rng, N, C)
        args = (y, whole(rng, C, (N,)))
        cases.append(Case(args, {"N": N, "C": C}, parts=("loss", "dy")))
    return [*cases, _unlikely(rng), *(_extreme(*each) for each in EXTREME_SCORES)]


def hinge_loss(rng: Generator, fresh: bool) -> list[Case]:
    """N is a power of two: dividing by it is exact, in float32 as well."""
    cases = []
    for N, C in ((1, 3), (2, 3), (2, 4), (4, 3), (4, 2), (4, 4)):
        y, labels = quarters(rng, N, C), whole(rng, C, (N,))
        rows = np.arange(N)
        kinks = y == (y[rows, labels] - 1)[:, None]
        cases.append(Case((y + kinks / 4, labels), {"N": N, "C": C}))
    # shows a margin that is nearly 1
    beside_the_margin = np.array([[1.0, 1 / 64, -1 / 64], [-0.5, 2.0, 1 + 1 / 64]])
    cases.append(Case((beside_the_margin, np.array([0, 1])), {"N": 2, "C": 3}))
    close = Case((small(rng, 2, 4), whole(rng, 4, (2,))), {"N": 2, "C": 4}, large=True)
    on_the_margin = np.array([[0.5, -0.5, 1.5, -1.0], [2.0, 1.0, 0.25, 1.25]])
    return [
        *cases,
        close,
        Case((on_the_margin, np.zeros(2, dtype=np.int64)), {"N": 2, "C": 4}, smooth=False),
    ]


def shape_of_jacobian(rng: Generator, fresh: bool) -> list[Case]:
    shapes = [
        ((3,), (2,)),
        ((3,), (2, 3)),
        ((), (4, 3)),
        ((2, 5), (2, 4)),
        ((6,), ()),
        ((2, 3), (4,)),
    ]
    if fresh:
        sizes = whole(rng, 7, (6,)).tolist()
        shapes.append(((sizes[0] + 2, sizes[1] + 2), (sizes[2] + 2, sizes[3] + 2, sizes[4] + 2)))
    return [Case(pair) for pair in shapes]


def sizes_quiz(rng: Generator, fresh: bool) -> list[Case]:
    pairs = [(3, 2), (2, 5), (4, 4), (10, 64)]
    if fresh:
        C, D = (whole(rng, 8, (2,)) + 2).tolist()
        pairs += [(C, D), (D, D)]
    return [Case((C, D), {"C": C, "D": D}) for C, D in pairs]
