"""Changes its inputs, returns a list."""

import numpy as np

MESSAGES = ("it changes its input dy in place",)  # what the checks must say


# %% affine_forward
def affine_forward(x, w, b):
    y = x @ w
    y += b
    return y


# %% affine_backward
def affine_backward(dy, x, w):
    dx, dw = dy @ w.T, x.T @ dy
    for n in range(1, len(dy)):
        dy[0] += dy[n]
    return [dx, dw, dy[0]]


# %% numerical_gradient
def numerical_gradient(f, x, dy, h=1e-6):
    x = x.astype(float)
    flat, out = x.reshape(-1), np.empty(x.size)
    for k in range(flat.size):
        kept = flat[k]
        flat[k] = kept + h
        plus = np.array(f(x))
        flat[k] = kept - h
        minus = np.array(f(x))
        flat[k] = kept
        out[k] = np.vdot(dy, plus - minus) / 2 / h
    return out.reshape(x.shape)
