"""The right values of a backward pass from the student's own forward pass: its numerical gradient,
exercise by exercise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.exercises.numeric import numerical_gradient, numerical_jacobian


def _no_bias(w: np.ndarray) -> np.ndarray:
    return np.zeros(w.shape[1])


def _loss_gradient(f: Callable[..., Any], y: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return numerical_gradient(lambda v: np.asarray(f(v, labels)[0]), y, np.ones(()), step=2.0**-10)


def _exact_to_cubes(
    _: Any, f: Callable[..., Any], x: np.ndarray, dy: np.ndarray, step: float = 2.0**-10
) -> np.ndarray:
    """Two central differences, combined so that the error of third order cancels (Richardson):
    exact for the named functions.
    """
    near, far = (numerical_gradient(f, x, dy, step * times) for times in (1, 2))
    return (4 * near - far) / 3


@dataclass(frozen=True)
class Gradient:
    """The numerical gradient of a forward pass by one of its arguments.

    of: takes the forward f and the arguments of the backward call; returns f as a function of one
        array, that array, and dy.
    """

    of: Callable[..., tuple[Callable[[np.ndarray], np.ndarray], np.ndarray, np.ndarray]]
    step: float = 1.0

    def __call__(self, f: Callable[..., Any], *args: Any) -> np.ndarray:
        return numerical_gradient(*self.of(f, *args), self.step)

    def along(
        self, direction: Callable[[tuple[int, ...]], np.ndarray], f: Callable[..., Any], *args: Any
    ) -> tuple[np.ndarray, float]:
        """Return a direction, drawn for the array's shape, and the slope along it: two calls of f,
        however many entries.
        """
        function, x, dy = self.of(f, *args)
        v = direction(x.shape)
        there, back = (np.asarray(function(x + step * v)) for step in (self.step, -self.step))
        return v, float(np.sum(dy * (there - back))) / (2 * self.step)


_NEAR = 2.0**-8  # pixels differ by 1/4 at least: so small a nudge changes no winner and no sign
_AFFINE = {
    "dx": Gradient(lambda f, dy, x, w: (lambda v: f(v, w, _no_bias(w)), x, dy)),
    "dw": Gradient(lambda f, dy, x, w: (lambda v: f(x, v, _no_bias(w)), w, dy)),
    "db": Gradient(lambda f, dy, x, w: (lambda v: f(x, w, v), _no_bias(w), dy)),
}
# `how`: pad, or stride and pad. In one dimension the other argument of a product may be anything of
# the right length.
_LINE = Gradient(
    lambda f, dy, w, pad: (lambda v: f(v, w, pad), np.zeros(len(dy) + len(w) - 1 - 2 * pad), dy)
)
_LINE_WEIGHTS = Gradient(
    lambda f, dy, x, pad: (lambda v: f(x, v, pad), np.zeros(len(x) + 2 * pad - len(dy) + 1), dy)
)
_IMAGES = {
    "dx": Gradient(lambda f, dy, x, w, *how: (lambda v: f(v, w, np.zeros(len(w)), *how), x, dy)),
    "dw": Gradient(lambda f, dy, x, w, *how: (lambda v: f(x, v, np.zeros(len(w)), *how), w, dy)),
    "db": Gradient(lambda f, dy, x, w, *how: (lambda v: f(x, w, v, *how), np.zeros(len(w)), dy)),
}

# exercise -> part -> the right values, from the student's forward f (once it is right) and the
# arguments of the call
WITNESSES: Mapping[str, Mapping[str, Callable[..., np.ndarray]]] = {
    "affine_backward_row": _AFFINE,
    "affine_backward": _AFFINE,
    "affine_jacobians": {
        "dy_dx": lambda f, x, w: numerical_jacobian(lambda v: f(v[None], w, _no_bias(w))[0], x),
        "dy_dw": lambda f, x, w: numerical_jacobian(lambda v: f(x[None], v, _no_bias(w))[0], w),
        "dy_db": lambda f, x, w: numerical_jacobian(lambda v: f(x[None], w, v)[0], _no_bias(w)),
    },
    "softmax_loss": {"dy": _loss_gradient},
    "hinge_loss": {"dy": _loss_gradient},
    "numerical_gradient": {"dx": _exact_to_cubes},
    "toeplitz_1d": {
        "T": lambda f, w, n, pad: numerical_jacobian(lambda v: f(v, w, pad), np.zeros(n))
    },
    "conv_1d_backward_spray": {"dx": _LINE},
    "conv_1d_backward_rotated": {"dx": _LINE},
    "conv_1d_weight_gradient": {"dw": _LINE_WEIGHTS},
    "conv_backward": _IMAGES,
    "strided_backward_spray": _IMAGES,
    "strided_backward_rotated": _IMAGES,
    "relu_backward": {"dx": Gradient(lambda f, dy, x: (f, x, dy), _NEAR)},
    "max_pool_2x2_backward": {
        "dx": Gradient(lambda f, dy, x: (lambda v: f(v, (2, 2), 2), x, dy), _NEAR)
    },
    "max_pool_backward": {
        "dx": Gradient(lambda f, dy, x, size, stride: (lambda v: f(v, size, stride), x, dy), _NEAR)
    },
}
