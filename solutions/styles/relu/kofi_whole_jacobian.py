"""The whole Jacobian; 1 and 0 for True and False."""

import numpy as np


# %% relu_forward
def relu_forward(x):
    return np.max([x, np.zeros_like(x)], axis=0)


# %% relu_backward
def relu_backward(dy, x):
    J = np.diag((x.ravel() > 0).astype(int))
    return (dy.ravel() @ J).reshape(x.shape)


# %% mask_is_enough
def mask_is_enough(jacobian):
    for i, row in enumerate(np.eye(len(jacobian))):
        if np.any((row @ jacobian)[np.arange(len(jacobian)) != i]):
            return 0
    return 1
