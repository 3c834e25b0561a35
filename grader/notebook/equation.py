"""`equation`: a live check beside every equation of the text.

So nobody has to take an equation on trust.
"""

from __future__ import annotations

from grader.show.comparison import Comparison, Side, computed
from grader.show.display import show


def equation(name: str, left: Side, right: Side) -> None:
    """Show both sides of an equation in numbers, and whether they agree.

    left, right: arrays, or functions without arguments that return one; a function may use what the
    student has written so far, and while that is missing, the output names what is missing
    """
    show(compare(name, left, right))


def compare(name: str, left: Side, right: Side) -> Comparison:
    """Return both sides, or the reason why they cannot be computed yet."""
    sides, problem = computed(left, right)
    if problem:
        return Comparison(name, problem=problem)
    left_side, right_side = sides
    return Comparison(name, left_side, right_side)
