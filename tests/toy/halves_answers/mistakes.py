"""Mistakes in 1-halves."""

from grader.instructor.author.mistakes import Catalogue, Reference
from halves_answers import product

CATALOGUE = Catalogue()
CATALOGUE.wrong(
    Reference(product.weighted, "y"),
    "y",
    not_halved=(lambda y: 2 * y, "is twice as large: where is the half?"),
)
CATALOGUE.wrong(
    Reference(product.weighted_backward, "dx dw"),
    "dx dw",
    swapped=(lambda dx, dw: (dw, dx), "holds the gradient of the other argument"),
)
CATALOGUE.wrong(
    Reference(product.how_many_zeros, "answer"),
    "answer",
    the_diagonal=(lambda n: n, "counts the entries that are not 0"),
)
