"""float32 throughout."""

import numpy as np

MESSAGES = ("float32: seven digits",)  # what the checks must say


# %% correlate_1d
def correlate_1d(x, w, pad):
    x, w = np.pad(x, pad).astype(np.float32), w.astype(np.float32)
    return np.array([x[i : i + len(w)].dot(w) for i in range(len(x) - len(w) + 1)])


# %% toeplitz_1d
def toeplitz_1d(w, n, pad):
    m = n + 2 * pad - len(w) + 1
    T = np.zeros((m, n + 2 * pad), dtype="float32")
    for u in range(len(w)):
        T[np.arange(m), np.arange(m) + u] = w[u]
    return T[:, pad : pad + n]


# %% local_gradient
def local_gradient(i, j, w, shape):
    r = len(w) // 2
    big = np.zeros((shape[0] + 2 * r, shape[1] + 2 * r), np.float32)
    big[i : i + len(w), j : j + len(w)] = w
    return big[r : big.shape[0] - r, r : big.shape[1] - r]


# %% conv_1d_backward_spray
def conv_1d_backward_spray(dy, w, pad):
    dxp = np.zeros(len(dy) + len(w) - 1, np.float32)
    for i, g in enumerate(dy):
        dxp[i : i + len(w)] += np.float32(g) * w.astype(np.float32)
    return dxp[pad : len(dxp) - pad]


# %% conv_forward
def conv_forward(x, w, b, pad):
    x, w, b = x.astype(np.float32), w.astype(np.float32), b.astype(np.float32)
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    F, C, kh, kw = w.shape
    P, Q = xp.shape[2] - kh + 1, xp.shape[3] - kw + 1
    y = np.empty((len(x), F, P, Q), np.float32)
    for i in range(P):
        for j in range(Q):
            y[:, :, i, j] = (
                xp[:, :, i : i + kh, j : j + kw].reshape(len(x), -1) @ w.reshape(F, -1).T + b
            )
    return y


# %% conv_backward
def conv_backward(dy, x, w, pad):
    dy, w = np.float32(dy), np.float32(w)
    xp = np.float32(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    kh, kw = w.shape[2:]
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            dxp[:, :, i : i + kh, j : j + kw] += np.tensordot(dy[:, :, i, j], w, 1)
            dw += np.tensordot(dy[:, :, i, j].T, xp[:, :, i : i + kh, j : j + kw], 1)
    H, W = x.shape[2], x.shape[3]
    return dxp[:, :, pad : pad + H, pad : pad + W], dw, dy.sum((0, 2, 3))
