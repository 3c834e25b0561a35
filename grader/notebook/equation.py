"""`equation`: a live check beside every equation of the text.

So nobody has to take an equation on trust.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from grader.call.text import short
from grader.show.display import show
from grader.show.numbers import beside, block, lines_of
from grader.show.render import html

Side = Callable[[], Any] | np.ndarray | list[float]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Both sides of an equation in numbers; problem: why there are none yet."""

    titles: ClassVar[tuple[str, str]] = ("left side", "right side")

    name: str
    left: np.ndarray | None = None
    right: np.ndarray | None = None
    problem: str = ""

    @property
    def agrees(self) -> bool:
        if self.left is None or self.right is None or self.left.shape != self.right.shape:
            return False
        return bool(np.allclose(self.left, self.right, rtol=1e-5, atol=1e-9))

    @property
    def message(self) -> str:
        """The sentence on the two sides."""
        if self.problem or self.left is None or self.right is None:
            return self.problem
        left, right = self.left, self.right
        if left.shape != right.shape:
            return f"the shapes differ: {left.shape} on the left, {right.shape} on the right"
        apart = np.abs(left - right).max(initial=0.0)
        word = "both sides agree" if self.agrees else "the two sides DIFFER"
        return f"{word} (largest difference {apart:.2g})"

    def __str__(self) -> str:
        head = f"{self.name}: {self.message}"
        if self.left is None or self.right is None:
            return head
        sides = (lines_of(self.left), lines_of(self.right))
        columns = list(zip(self.titles, sides, strict=True))
        return "\n".join([head, *beside(columns)])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str | None:
        sides = []
        if self.left is not None and self.right is not None:
            sides = list(map(block, self.titles, (self.left, self.right)))
        return html("comparison.html.j2", comparison=self, sides=sides)


def equation(name: str, left: Side, right: Side) -> None:
    """Show both sides of an equation in numbers, and whether they agree.

    left, right: arrays, or functions without arguments that return one; a function may use what the
    student has written so far, and while that is missing, the output names what is missing
    """
    show(compare(name, left, right))


def compare(name: str, left: Side, right: Side) -> Comparison:
    """Return both sides, or the reason why they cannot be computed yet."""
    try:
        left_value = left() if callable(left) else left
        right_value = right() if callable(right) else right
        if left_value is None or right_value is None:
            problem = "your function returned None (is the return missing?)"
            return Comparison(name, problem=problem)
        left_side = np.asarray(left_value, dtype=float)
        right_side = np.asarray(right_value, dtype=float)
    except NotImplementedError:
        problem = "waits for your function above: write it, then run this cell again"
        return Comparison(name, problem=problem)
    except Exception as error:
        problem = f"cannot be computed yet: {type(error).__name__} ({short(error)})"
        return Comparison(name, problem=problem)
    return Comparison(name, left_side, right_side)
