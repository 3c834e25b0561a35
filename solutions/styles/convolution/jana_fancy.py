"""Fancy indexing, np.add.at, np.bincount."""

import numpy as np


# %% correlate_1d
def correlate_1d(x, w, pad):
    places = np.arange(len(x) + 2 * pad - len(w) + 1)[:, None] + np.arange(len(w))
    return np.pad(x, pad)[places] @ w


# %% spray_1d
def spray_1d(x, w, pad):
    m = len(x) + 2 * pad - len(w) + 1
    i = np.arange(len(x))[:, None] + pad - np.arange(len(w))
    hit = (i >= 0) & (i < m)
    return np.bincount(i[hit], weights=np.outer(x, w)[hit], minlength=m)


# %% toeplitz_1d
def toeplitz_1d(w, n, pad):
    u = np.arange(n) + pad - np.arange(n + 2 * pad - len(w) + 1)[:, None]
    return np.where((u >= 0) & (u < len(w)), w[np.clip(u, 0, len(w) - 1)], 0)


# %% local_gradient
def local_gradient(i, j, w, shape):
    a, b = np.indices(shape)
    r = len(w) // 2
    u, v = a - i + r, b - j + r
    hit = (u >= 0) & (v >= 0) & (u < len(w)) & (v < len(w))
    g = np.zeros(shape)
    g[hit] = w[u[hit], v[hit]]
    return g


# %% conv_1d_backward_spray
def conv_1d_backward_spray(dy, w, pad):
    dx = np.zeros(len(dy) + len(w) - 1)
    np.add.at(dx, np.add.outer(np.arange(len(dy)), np.arange(len(w))), np.outer(dy, w))
    return np.delete(dx, [*range(pad), *range(len(dx) - pad, len(dx))])


# %% conv_1d_weight_gradient
def conv_1d_weight_gradient(dy, x, pad):
    places = np.add.outer(np.arange(len(x) + 2 * pad - len(dy) + 1), np.arange(len(dy)))
    return np.pad(x, pad).take(places).dot(dy)


# %% conv_forward
def conv_forward(x, w, b, pad):
    kh, kw = w.shape[2:]
    P, Q = x.shape[2] + 2 * pad - kh + 1, x.shape[3] + 2 * pad - kw + 1
    rows = (np.arange(P)[:, None] + np.arange(kh))[:, None, :, None]
    columns = (np.arange(Q)[:, None] + np.arange(kw))[None, :, None, :]
    # N, C, P, Q, kh, kw
    cut = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))[:, :, rows, columns]
    y = np.tensordot(cut, w, axes=([1, 4, 5], [1, 2, 3]))  # N, P, Q, F
    return np.rollaxis(y, 3, 1) + b[None, :, None, None]


# %% conv_backward
def conv_backward(dy, x, w, pad):
    (N, F, P, Q), (_, C, kh, kw) = dy.shape, w.shape
    n, c, i, j, u, v = np.ogrid[:N, :C, :P, :Q, :kh, :kw]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp = np.zeros(xp.shape)
    np.add.at(dxp, (n, c, i + u, j + v), np.tensordot(dy, w, (1, 0)).transpose(0, 3, 1, 2, 4, 5))
    dw = np.tensordot(dy, xp[n, c, i + u, j + v], ([0, 2, 3], [0, 2, 3]))
    db = np.bincount(np.repeat(np.tile(np.arange(F), N), P * Q), dy.ravel())
    return dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, db
