"""The catalogue of mistakes: what students write, and the hint that each of them needs.

A mistake is a whole wrong answer to an exercise; `parts` names the results it gets wrong. A hint says what is seen, then
what to think about, and never the formula's code; {N} becomes "N = 2" in the case that shows it.
`python -m grader.instructor.author.catalogue` turns it into the table of fingerprints that students' kernels hold.
"""

from solutions.mistakes import affine, capstone, convolution, max_pool, relu, strided
from solutions.mistakes.base import CATALOGUE, Mistake

__all__ = ["CATALOGUE", "Mistake", "affine", "capstone", "convolution", "max_pool", "relu", "strided"]
