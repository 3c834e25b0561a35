"""Warnings."""

import numpy as np

MESSAGES = ("warned: UserWarning: mind the bias",)  # what the checks must say

# %%
import warnings


# %% affine_forward
def affine_forward(x, w, b):
    warnings.warn("mind the bias", stacklevel=1)
    np.array([1.0]) / 0
    return x @ w + b


# %% softmax_loss
def softmax_loss(y, labels):
    p = np.exp(y - y.max(axis=1)[:, None])
    p /= p.sum(axis=1)[:, None]
    with_zeros = -np.log(p)  # warns: the log of a probability that is exactly 0
    rows = range(len(y))
    dy = p.copy()
    dy[rows, labels] -= 1
    return with_zeros[rows, labels].sum() / len(y), dy / len(y)
