"""Changes its inputs and returns them."""

import numpy as np

MESSAGES = (
    "it changes its input x in place; whoever called it finds x changed afterwards",
    "y shares its memory with the input x: fine here, but changing one later changes the other",
    "it changes its input dy in place",
    "dx shares its memory with the input dy",
    "it changes its input jacobian in place",
)  # what the checks must say


# %% relu_forward
def relu_forward(x):
    x[x < 0] = 0
    return x


# %% relu_backward
def relu_backward(dy, x):
    dy[x <= 0] = 0
    return dy


# %% mask_is_enough
def mask_is_enough(jacobian):
    np.fill_diagonal(jacobian, 0)
    return not jacobian.any()
