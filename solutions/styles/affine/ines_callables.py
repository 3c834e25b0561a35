"""A lambda, a partial, star-arguments."""

import numpy as np

# %% affine_forward
affine_forward = lambda x, w, b: np.dot(x, w) + b

# %% affine_backward
import functools


def back(scale, dy, x, w):
    return dy @ w.T, x.T @ dy * scale, dy.sum(0)


affine_backward = functools.partial(back, 1)


# %% shape_of_jacobian
def shape_of_jacobian(*shapes):
    return [size for shape in shapes for size in shape]
