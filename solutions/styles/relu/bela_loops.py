"""Loops everywhere, a capital letter, a list."""

import numpy as np


# %% relu_forward
def relu_forward(x):
    y = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        if x[place] > 0:
            y[place] = x[place]
    return y


# %% eq_12
def eq_12():
    return "C"


# %% relu_backward
def relu_backward(dy, x):
    dx = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        if x[place] > 0:
            dx[place] = dy[place]
    return dx


# %% slopes_at_zero
def slopes_at_zero(candidates):
    good = []
    for s in candidates:
        below = True
        for x in (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0):
            if s * x > max(x, 0):
                below = False
        if below:
            good.append(s)
    return good


# %% mask_is_enough
def mask_is_enough(jacobian):
    for i in range(len(jacobian)):
        for a in range(len(jacobian)):
            if i != a and jacobian[i, a] != 0:
                return False
    return True
