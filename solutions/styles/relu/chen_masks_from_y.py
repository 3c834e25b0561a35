"""The mask from y; an array and numpy's True for an answer."""

import numpy as np


# %% relu_forward
def relu_forward(x):
    return np.where(x < 0, 0, x)


# %% eq_12
def eq_12():
    return " c "


# %% relu_backward
def relu_backward(dy, x):
    y = relu_forward(x)
    return np.where(y > 0, dy, 0.0)


# %% slopes_at_zero
def slopes_at_zero(candidates):
    s = np.array(candidates)
    return s[(s >= 0) & (s <= 1)]


# %% mask_is_enough
def mask_is_enough(jacobian):
    off = ~np.eye(len(jacobian), dtype=bool)
    return np.all(jacobian[off] == 0)
