"""Flat indices, np.add.at, recursion."""

import numpy as np


# %% relu_forward
def relu_forward(x):
    y = x.flatten()
    np.put(y, np.flatnonzero(y < 0), 0)
    return y.reshape(x.shape)


# %% relu_backward
def relu_backward(dy, x):
    dx = np.zeros(dy.size)
    alive = np.nonzero(x.ravel() > 0)
    np.add.at(dx, alive, dy.ravel()[alive])
    return dx.reshape(x.shape)


# %% slopes_at_zero
def slopes_at_zero(candidates):
    if len(candidates) == 0:
        return ()
    first, rest = candidates[0], slopes_at_zero(candidates[1:])
    return (first, *rest) if min(max(first, 0), 1) == first else rest


# %% mask_is_enough
def mask_is_enough(jacobian):
    return bool((np.triu(jacobian, 1) == 0).all() and (np.tril(jacobian, -1) == 0).all())
