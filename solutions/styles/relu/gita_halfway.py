"""Half of dy at 0."""

import numpy as np

MESSAGES = ("where x is exactly 0, dx is not 0",)  # what the checks must say


# %% relu_forward
def relu_forward(x):
    return (x + np.abs(x)) / 2


# %% relu_backward
def relu_backward(dy, x):
    return dy * np.heaviside(x, 0.5)


# %% slopes_at_zero
def slopes_at_zero(candidates):
    return tuple(s for s in candidates if np.clip(s, 0, 1) == s)


# %% mask_is_enough
def mask_is_enough(jacobian):
    n = len(jacobian)
    rng = np.random.default_rng(0)
    row = np.ones(n) @ jacobian  # if there is such a row, this is it
    return all(np.allclose(dy @ jacobian, dy * row) for dy in rng.normal(size=(20, n)))
