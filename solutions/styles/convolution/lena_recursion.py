"""Recursion, a forward pass in the backward one, a warning."""

import numpy as np

from solutions.convolution import conv_forward

MESSAGES = ("warned: UserWarning",)  # what the checks must say

# %%
import warnings


# %% correlate_1d
def correlate_1d(x, w, pad):
    if pad > 0:
        return correlate_1d(np.array([0, *x, 0]), w, pad - 1)
    if len(x) < len(w):
        return np.array([])
    return np.array([sum(a * b for a, b in zip(x, w)), *correlate_1d(x[1:], w, 0)])


# %% spray_1d
def spray_1d(x, w, pad, a=0):
    m = len(x) + 2 * pad - len(w) + 1
    if a == len(x):
        return np.zeros(m)
    row = [x[a] * w[a + pad - i] if 0 <= a + pad - i < len(w) else 0 for i in range(m)]
    return row + spray_1d(x, w, pad, a + 1)


# %% toeplitz_1d
def toeplitz_1d(w, n, pad):
    return np.column_stack([correlate_1d(unit, w, pad) for unit in np.eye(n)])


# %% same_pad
def same_pad(k):
    if k < 2:
        return ("none", 0)[k]
    less = same_pad(k - 2)
    return less if less == "none" else less + 1


# %% conv_1d_backward_spray
def conv_1d_backward_spray(dy, w, pad):
    k = len(w)
    enough = max(k - 1 - pad, 0)
    dx = spray_1d(dy, w[::-1], enough)  # forward sprays with w', so backward must turn it once more
    cut = max(pad - k + 1, 0)
    warnings.warn("cuts off %d" % cut, stacklevel=1)
    return dx[cut : len(dx) - cut]


# %% conv_1d_backward_rotated
def conv_1d_backward_rotated(dy, w, pad):
    return correlate_1d(dy, w[::-1], len(w) - 1)[pad : len(dy) + len(w) - 1 - pad]


# %% backward_pad
def backward_pad(k, pad):
    return k - 1 if pad == 0 else backward_pad(k, pad - 1) - 1


# %% conv_backward
def conv_backward(dy, x, w, pad):
    nothing = lambda n: np.zeros(n)
    kh, kw = w.shape[2:]
    wide = np.pad(dy, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
    dx = conv_forward(wide, w.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1], nothing(x.shape[1]), 0)
    dx = dx[:, :, pad : dx.shape[2] - pad, pad : dx.shape[3] - pad]
    dw = conv_forward(
        x.transpose(1, 0, 2, 3), dy.transpose(1, 0, 2, 3), nothing(dy.shape[1]), pad
    ).transpose(1, 0, 2, 3)
    return dx, dw, np.apply_over_axes(np.sum, dy, [0, 2, 3]).ravel()
