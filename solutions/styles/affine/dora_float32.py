"""float32 throughout."""

import numpy as np

MESSAGES = ("float32: seven digits",)  # what the checks must say


# %% affine_forward
def affine_forward(x, w, b):
    return x.astype(np.float32) @ w.astype(np.float32) + b.astype(np.float32)


# %% affine_backward
def affine_backward(dy, x, w):
    dy, x, w = (a.astype(np.float32) for a in (dy, x, w))
    return dy @ w.T, x.T @ dy, dy.sum(0)


# %% softmax_loss
def softmax_loss(y, labels):
    y = y.astype("float32")
    e = np.exp(y - y.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    hot = np.eye(y.shape[1], dtype="float32")[labels]
    return -np.log((p * hot).sum(1)).mean(), (p - hot) / np.float32(len(y))
