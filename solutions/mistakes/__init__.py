"""The catalogue of mistakes: what students write, and the hint that each of them needs.

A mistake is a whole wrong answer to an exercise; `parts` names the parts that it loses. A hint
tells what is observed, then what to think about, and never the formula's code; {N} becomes "N = 2"
in the case that shows it. `grader fingerprints` makes the tables from it that students'
kernels hold.

The demo class hands these mistakes in as text, with the helpers that they call. Annotations
therefore use builtins and numpy alone, or are quoted.
"""

from solutions.mistakes import affine, capstone, convolution, make_it_fast, max_pool, relu, strided
from solutions.mistakes.catalogue import CATALOGUE

__all__ = [
    "CATALOGUE",
    "affine",
    "capstone",
    "convolution",
    "make_it_fast",
    "max_pool",
    "relu",
    "strided",
]
