"""`guess`: what a cell has to show, once the student has said what it will be.

No points hang on it, and any guess will do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.call.text import short
from grader.show.comparison import Comparison, Side
from grader.show.display import show

TYPE_IT = "type your numbers in the place of the dots, and run this cell again"


class Guess(Comparison):
    """A guess beside what is so."""

    titles = ("your guess", "what is so")

    @property
    def message(self) -> str:
        """The sentence on the guess."""
        if self.problem or self.left is None or self.right is None:
            return self.problem
        right = int(np.isclose(self.left, self.right, rtol=1e-3, atol=1e-3).sum())
        if right == self.right.size:
            return "as you guessed"
        return f"{right} of {self.right.size} as you guessed; find out why the others differ"


def guess(yours: Any, right: Side, then: Callable[[], Any] | None = None) -> Any:
    """Show a guess beside the right numbers, and only then what the cell has to show.

    yours: a number, or numbers in lists; the cell waits as long as dots (...) stand in it
    right: an array like it, or a function without arguments that returns one
    then: called after any guess; it shows a figure or prints, or returns a widget

    Returns what `then` returns, so that the notebook displays it.
    """
    expected = np.asarray(right() if callable(right) else right, dtype=float)
    problem = _problem(yours, expected)
    if problem:
        show(Guess("your guess", problem=problem))
        return None
    show(Guess("your guess", np.asarray(yours, dtype=float), expected))
    return then() if then else None


def _problem(yours: Any, expected: np.ndarray) -> str:
    """Return why a guess cannot be compared yet; "" if it can."""
    if _has_dots(yours):
        return f"the cell waits for it: {TYPE_IT}"
    try:
        typed = np.asarray(yours, dtype=float)
    except (TypeError, ValueError) as error:
        return f"it cannot be read as numbers: {type(error).__name__} ({short(error)})"
    if typed.shape != expected.shape:
        return f"it has shape {typed.shape}, expected {expected.shape}"
    return ""


def _has_dots(yours: Any) -> bool:
    if isinstance(yours, (list, tuple)):
        return any(map(_has_dots, yours))
    return yours is ...
