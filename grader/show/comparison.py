"""Two sides in numbers, and what they are computed from: arrays, or functions of the student's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from grader.call.text import short
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


def computed(*sides: Side) -> tuple[list[np.ndarray], str]:
    """Return the numbers of some sides and "", or no numbers and why there are none yet.

    sides: arrays, or functions without arguments that return one; a function may use what the
    student has written so far
    """
    try:
        values = [side() if callable(side) else side for side in sides]
        if any(value is None for value in values):
            return [], "your function returned None (is the return missing?)"
        return [np.asarray(value, dtype=float) for value in values], ""
    except NotImplementedError:
        return [], "waits for your function above: write it, then run this cell again"
    except Exception as error:
        return [], f"cannot be computed yet: {type(error).__name__} ({short(error)})"
