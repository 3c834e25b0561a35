"""The right values of the backward passes, from the student's own forward pass.

Each is part -> a function of the forward f (once it is right) and the arguments of the call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.numeric.differences import numerical_gradient, numerical_jacobian
from grader.numeric.gradient import STEP, Gradient, LossGradient

# Pixels differ by 1/4 at least: so small a nudge changes no winner of a window and no sign.
NEAR = 2.0**-8


def _no_bias(w: np.ndarray) -> np.ndarray:
    return np.zeros(w.shape[1])


def _exact_to_cubes(
    _: Any, f: Callable[..., Any], x: np.ndarray, dy: np.ndarray, step: float = STEP
) -> np.ndarray:
    """Two central differences, combined so that the error of third order cancels (Richardson).

    That is exact for the functions with a name.
    """
    near, far = (numerical_gradient(f, x, dy, step * times) for times in (1, 2))
    return (4 * near - far) / 3


AFFINE = {
    "dx": Gradient(lambda f, dy, x, w: (lambda v: f(v, w, _no_bias(w)), x, dy)),
    "dw": Gradient(lambda f, dy, x, w: (lambda v: f(x, v, _no_bias(w)), w, dy)),
    "db": Gradient(lambda f, dy, x, w: (lambda v: f(x, w, v), _no_bias(w), dy)),
}
AFFINE_JACOBIANS: dict[str, Callable[..., np.ndarray]] = {
    "dy_dx": lambda f, x, w: numerical_jacobian(lambda v: f(v[None], w, _no_bias(w))[0], x),
    "dy_dw": lambda f, x, w: numerical_jacobian(lambda v: f(x[None], v, _no_bias(w))[0], w),
    "dy_db": lambda f, x, w: numerical_jacobian(lambda v: f(x[None], w, v)[0], _no_bias(w)),
}
NUMERICAL_GRADIENT = {"dx": _exact_to_cubes}
SOFTMAX_LOSS = {"dy": LossGradient(takes_complex=True)}
HINGE_LOSS = {"dy": LossGradient()}
TOEPLITZ: dict[str, Callable[..., np.ndarray]] = {
    "T": lambda f, w, n, pad: numerical_jacobian(lambda v: f(v, w, pad), np.zeros(n))
}
# In one dimension the other argument of a product may be anything of the right length.
ROW = {
    "dx": Gradient(
        lambda f, dy, w, pad: (
            lambda v: f(v, w, pad),
            np.zeros(len(dy) + len(w) - 1 - 2 * pad),
            dy,
        )
    )
}
ROW_WEIGHTS = {
    "dw": Gradient(
        lambda f, dy, x, pad: (
            lambda v: f(x, v, pad),
            np.zeros(len(x) + 2 * pad - len(dy) + 1),
            dy,
        )
    )
}
# `how`: pad, or stride and pad.
IMAGES = {
    "dx": Gradient(lambda f, dy, x, w, *how: (lambda v: f(v, w, np.zeros(len(w)), *how), x, dy)),
    "dw": Gradient(lambda f, dy, x, w, *how: (lambda v: f(x, v, np.zeros(len(w)), *how), w, dy)),
    "db": Gradient(lambda f, dy, x, w, *how: (lambda v: f(x, w, v, *how), np.zeros(len(w)), dy)),
}
RELU = {"dx": Gradient(lambda f, dy, x: (f, x, dy), NEAR)}
MAX_POOL_2X2 = {"dx": Gradient(lambda f, dy, x: (lambda v: f(v, (2, 2), 2), x, dy), NEAR)}
MAX_POOL = {
    "dx": Gradient(lambda f, dy, x, size, stride: (lambda v: f(v, size, stride), x, dy), NEAR)
}
