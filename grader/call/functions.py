"""The functions that the checker exercise differentiates, by name: a worker knows them too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Named:
    """A function known by its name, which the checker exercise differentiates, times a number:
    fresh for every grade.
    """

    name: str
    scale: float = 1.0

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return (
            FUNCTIONS[self.name](x) if self.scale == 1.0 else self.scale * FUNCTIONS[self.name](x)
        )

    def __repr__(self) -> str:
        return self.name


MATRIX = np.array([[1.0, -2.0], [2.0, 0.0], [-1.0, 1.0]])

FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "square": lambda x: x * x,
    "cube": lambda x: x * x * x,
    "abs": np.abs,
    "affine": lambda x: x @ MATRIX + 1.0,
    # It ties the entries of a row together: shows a step that was not taken back.
    "bowl": lambda x: (x @ MATRIX) ** 2,
    "rows": lambda x: x[:1] * x,  # ties rows together
    "identity": lambda x: x,  # returns x itself, not a copy: shows aliasing
}
