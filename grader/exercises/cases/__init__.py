"""The cases an exercise is asked with: small arrays that floating point holds exactly.

Entries are multiples of 1/4 within +-9/4, so every product is a multiple of 1/16 and every sum of our sizes is exact in
float64 and float32, in any order: a right answer has error 0, and an accumulator of whole numbers shows. Sizes that a
mistake can swap (N, D, C; H and W; K and L; F and C) all differ.

`visible(exercise)` gives the fixed cases of the student's check, `draw(exercise, rng)` fresh ones for grading.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from grader.call.functions import Named
from grader.exercises.case import Case, Free, Generator
from grader.exercises.cases.affine import AFFINE
from grader.exercises.cases.capstone import CAPSTONE
from grader.exercises.cases.convolution import CONVOLUTION
from grader.exercises.cases.max_pool import MAX_POOL
from grader.exercises.cases.relu import RELU
from grader.exercises.cases.strided import STRIDED

__all__ = ["BUILDERS", "Case", "Free", "Named", "draw", "visible"]

BUILDERS: dict[str, Callable[[Generator, bool], list[Case]]] = {
    **AFFINE,
    **CONVOLUTION,
    **STRIDED,
    **RELU,
    **MAX_POOL,
    **CAPSTONE,
}


@cache
def visible(exercise: str) -> tuple[Case, ...]:
    """Return the fixed cases of the student's check, smallest first."""
    return tuple(BUILDERS[exercise](np.random.Generator(np.random.PCG64(20)), False))


def draw(exercise: str, rng: Generator) -> list[Case]:
    """Return fresh cases of the same kinds and sizes."""
    return BUILDERS[exercise](rng, True)
