"""`equation`: a live check beside every equation of the text, so that nobody has to take one on trust."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from grader.call.text import short
from grader.show.display import show
from grader.show.numbers import beside, block, lines_of, row

Side = Callable[[], Any] | np.ndarray | list[float]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Both sides of an equation in numbers. problem: why there are none yet."""

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
    def says(self) -> str:
        if self.problem or self.left is None or self.right is None:
            return self.problem
        if self.left.shape != self.right.shape:
            return f"the shapes differ: {self.left.shape} on the left, {self.right.shape} on the right"
        apart = np.abs(self.left - self.right).max(initial=0.0)
        word = "both sides agree" if self.agrees else "the two sides DIFFER"
        return f"{word} (largest difference {apart:.2g})"

    def __str__(self) -> str:
        if self.left is None or self.right is None:
            return f"{self.name}: {self.says}"
        columns = [("left side", lines_of(self.left)), ("right side", lines_of(self.right))]
        return "\n".join([f"{self.name}: {self.says}", *beside(columns)])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        mark = "&#10003;" if self.agrees else "&#10007;" if not self.problem else "&#8230;"
        head = f"<div>{mark} <b>{escape(self.name)}</b>: {escape(self.says)}</div>"
        if self.left is None or self.right is None:
            return f"<div>{head}</div>"
        return f"<div>{head}{row([block('left side', self.left), block('right side', self.right)])}</div>"


def equation(name: str, left: Side, right: Side) -> None:
    """Show both sides of an equation in numbers, and whether they agree.

    left, right: arrays, or functions without arguments that return one; a function may use what the student has written
    so far, and while that is missing the cell says what it waits for.
    """
    show(compare(name, left, right))


def compare(name: str, left: Side, right: Side) -> Comparison:
    """Return both sides, or the reason why they cannot be computed yet."""
    try:
        values = [side() if callable(side) else side for side in (left, right)]
        if any(value is None for value in values):
            return Comparison(name, problem="your function returned None (is the return missing?)")
        sides = [np.asarray(value, dtype=float) for value in values]
    except NotImplementedError:
        return Comparison(name, problem="waits for your function above: write it, then run this cell again")
    except Exception as error:
        return Comparison(name, problem=f"cannot be computed yet: {type(error).__name__} ({short(error)})")
    return Comparison(name, sides[0], sides[1])
