"""Witnesses: the right values of a backward pass, from its forward pass by differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.numeric.differences import complex_step_gradient, numerical_gradient

STEP = 2.0**-10  # a power of two: x + step has no rounding error for the numbers of a case


@dataclass(frozen=True)
class Gradient:
    """The numerical gradient of a forward pass with respect to one of its arguments.

    of: takes the forward f and the arguments of the backward call; returns f as a function of one
        array, that array, and dy.
    step: of the central differences. The default is for a forward that is linear in the argument.
    """

    of: Callable[..., tuple[Callable[[np.ndarray], np.ndarray], np.ndarray, np.ndarray]]
    step: float = 1.0

    def __call__(self, f: Callable[..., Any], *args: Any) -> np.ndarray:
        """Return the gradient. f: the forward; args: the arguments of the backward call."""
        return numerical_gradient(*self.of(f, *args), self.step)

    def along(
        self, direction: Callable[[tuple[int, ...]], np.ndarray], f: Callable[..., Any], *args: Any
    ) -> tuple[np.ndarray, float]:
        """Return a direction, drawn for the array's shape, and the slope along it.

        It takes two calls of f, however many entries the array has.
        """
        function, x, dy = self.of(f, *args)
        v = direction(x.shape)
        there, back = (np.asarray(function(x + step * v)) for step in (self.step, -self.step))
        return v, float(np.sum(dy * (there - back))) / (2 * self.step)


@dataclass(frozen=True)
class LossGradient:
    """The gradient of a loss with respect to the scores y: f(y, labels) returns (loss, dy).

    takes_complex: whether the reference can be called with complex scores. Then `exact` is the
        complex-step gradient, which has no truncation error, and else it is the same differences.
    """

    takes_complex: bool = False

    def __call__(self, f: Callable[..., Any], y: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return the gradient by differences. y: (N, C); labels: (N,)  ->  (N, C)."""
        return numerical_gradient(lambda v: np.asarray(f(v, labels)[0]), y, np.ones(()), STEP)

    def exact(self, f: Callable[..., Any], y: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return the gradient as exactly as a reference allows. y: (N, C)  ->  (N, C)."""
        if not self.takes_complex:
            return self(f, y, labels)
        return complex_step_gradient(lambda v: f(v, labels)[0], y)
