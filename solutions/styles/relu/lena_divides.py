"""0 / 0, with its warning."""

import numpy as np

MESSAGES = (
    "warned: RuntimeWarning: invalid value encountered in divide",
)  # what the checks must say


# %% relu_forward
def relu_forward(x):
    return np.nan_to_num(x / abs(x)).clip(0) * x


# %% relu_backward
def relu_backward(dy, x):
    return dy * np.nan_to_num((x + abs(x)) / (2 * x))


# %% mask_is_enough
def mask_is_enough(jacobian):
    sizes = abs(jacobian)
    return np.trace(sizes) == sizes.sum()
