"""The mask is x >= 0: at 0 all of dy is passed on."""

import numpy as np

MESSAGES = (
    "where x is exactly 0, dx is not 0: every slope from 0 to 1 is right there, and frameworks "
    "take 0",
)  # what the checks must say


# %% relu_forward
def relu_forward(x):
    return x * (x >= 0)


# %% relu_backward
def relu_backward(dy, x):
    return dy * (x >= 0)


# %% mask_is_enough
def mask_is_enough(jacobian):
    return np.count_nonzero(jacobian) == np.count_nonzero(np.diagonal(jacobian))
