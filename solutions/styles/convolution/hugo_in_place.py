"""Changes its inputs, returns a list."""

import numpy as np

MESSAGES = (
    "it changes its input x in place; whoever called it finds x changed afterwards",
    "it changes its input w in place",
    "it changes its input dy in place",
)  # what the checks must say


# %% conv_1d_backward_rotated
def conv_1d_backward_rotated(dy, w, pad):
    w[:] = w[::-1].copy()
    dy = np.pad(dy, len(w) - 1)
    dx = [dy[a : a + len(w)] @ w for a in range(dy.size - len(w) + 1)]
    return np.array(dx[pad : len(dx) - pad])


# %% spray_1d
def spray_1d(x, w, pad):
    y = np.zeros(x.size + 2 * pad + w.size - 1)
    for a in range(x.size):
        y[a + pad : a + pad + w.size] += x[a] * w[::-1]
        x[a] = 0  # sprayed
    return y[w.size - 1 : x.size + 2 * pad]


# %% conv_backward
def conv_backward(dy, x, w, pad):
    N, C, H, W = x.shape
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    xp[:, :, pad : pad + H, pad : pad + W] = x
    dxp, dw = 0 * xp, 0 * w
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            for n in range(N):
                piece = np.s_[n, :, i : i + w.shape[2], j : j + w.shape[3]]
                for f in range(len(w)):
                    dxp[piece] += dy[n, f, i, j] * w[f]
                    dw[f] += dy[n, f, i, j] * xp[piece]
    for n in range(1, N):
        dy[0] += dy[n]
    return [dxp[:, :, pad : pad + H, pad : pad + W], dw, dy[0].sum(axis=-1).sum(axis=-1)]
