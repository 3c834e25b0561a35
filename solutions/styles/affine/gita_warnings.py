"""Warnings."""

import numpy as np

MESSAGES = ("warned: UserWarning",)  # what the checks must say

# %%
import warnings


# %% affine_forward
def affine_forward(x, w, b):
    warnings.warn("mind the bias", stacklevel=1)
    np.array([1.0]) / 0
    return x @ w + b


# %% softmax_loss
def softmax_loss(y, labels):
    shifted = y - y.max(axis=1)[:, None]
    totals = np.exp(shifted).sum(axis=1)[:, None]
    p = np.exp(shifted) / totals
    surprise = -np.log(p)  # warns: the log of a probability that is exactly 0
    surprise = np.where(p > 0, surprise, np.log(totals) - shifted)
    rows = range(len(y))
    dy = p.copy()
    dy[rows, labels] -= 1
    return surprise[rows, labels].sum() / len(y), dy / len(y)
