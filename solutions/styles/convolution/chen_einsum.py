"""Einsum over a tensor of zeros and ones."""

import numpy as np


# %%
def meets(n, k, pad):
    i, a, u = np.ogrid[: n + 2 * pad - k + 1, :n, :k]
    return (i + u == a + pad).astype(float)


# %% correlate_1d
from numpy.lib.stride_tricks import sliding_window_view


def correlate_1d(x, w, pad):
    return np.einsum("iu,u->i", sliding_window_view(np.pad(x, pad), len(w)), w)


# %% spray_1d
def spray_1d(x, w, pad):
    return np.einsum("iau,a,u->i", meets(len(x), len(w), pad), x, w)


# %% toeplitz_1d
def toeplitz_1d(w, n, pad):
    return np.einsum("iau,u->ia", meets(n, len(w), pad), w)


# %% same_pad
def same_pad(k):
    return (k - 1) / 2 if k % 2 else "None"


# %% local_gradient
def local_gradient(i, j, w, shape):
    r = len(w) // 2
    rows = meets(shape[0], len(w), r)[i]
    columns = meets(shape[1], len(w), r)[j]
    return np.einsum("au,bv,uv->ab", rows, columns, w)


# %% conv_1d_backward_spray
def conv_1d_backward_spray(dy, w, pad):
    n = len(dy) + len(w) - 1 - 2 * pad
    return np.einsum("iau,i,u->a", meets(n, len(w), pad), dy, w)


# %% conv_1d_backward_rotated
def conv_1d_backward_rotated(dy, w, pad):
    k = len(w)
    wide = sliding_window_view(np.pad(dy, k - 1), k)
    return np.einsum("au,u->a", wide, np.flip(w))[pad : len(wide) - pad]


# %% conv_1d_weight_gradient
def conv_1d_weight_gradient(dy, x, pad):
    return np.einsum("iau,i,a->u", meets(len(x), len(x) + 2 * pad - len(dy) + 1, pad), dy, x)


# %% conv_forward
def conv_forward(x, w, b, pad):
    xp = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    views = sliding_window_view(xp, w.shape[2:], axis=(2, 3))
    return np.einsum("ncijuv,fcuv->nfij", views, w) + b.reshape(1, -1, 1, 1)


# %% conv_backward
def conv_backward(dy, x, w, pad):
    rows = meets(x.shape[2], w.shape[2], pad)
    columns = meets(x.shape[3], w.shape[3], pad)
    dx = np.einsum("nfij,fcuv,iau,jbv->ncab", dy, w, rows, columns, optimize=True)
    dw = np.einsum("nfij,ncab,iau,jbv->fcuv", dy, x, rows, columns, optimize=True)
    return dx, dw, np.einsum("nfij->f", dy)
