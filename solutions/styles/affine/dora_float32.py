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
    y = y - y.max(1, keepdims=True)
    log_p = y - np.log(np.exp(y).sum(1, keepdims=True))
    hot = np.eye(y.shape[1], dtype="float32")[labels]
    return -(log_p * hot).sum(1).mean(), (np.exp(log_p) - hot) / np.float32(len(y))
