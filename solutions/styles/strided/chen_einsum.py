"""Einsum and sliding windows."""

import numpy as np


# %%
def meets(outputs, n, k, stride, pad):
    i, a, u = np.ogrid[:outputs, :n, :k]
    return (i * stride + u == a + pad).astype(float)


# %% output_size
def output_size(n, k, stride, pad):
    m, r = divmod(n + 2 * pad - k, stride)
    return m + 1, r


# %% strided_forward
from numpy.lib.stride_tricks import sliding_window_view


def strided_forward(x, w, b, stride, pad):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    cut = sliding_window_view(xp, w.shape[-2:], axis=(-2, -1))[:, :, ::stride, ::stride]
    return np.einsum("ncijuv,fcuv->nfij", cut, w) + b[:, None, None]


# %% strided_backward_spray
def strided_backward_spray(dy, x, w, stride, pad):
    rows = meets(dy.shape[2], x.shape[2], w.shape[2], stride, pad)
    columns = meets(dy.shape[3], x.shape[3], w.shape[3], stride, pad)
    dx = np.einsum("nfij,fcuv,iau,jbv->ncab", dy, w, rows, columns, optimize=True)
    dw = np.einsum("nfij,ncab,iau,jbv->fcuv", dy, x, rows, columns, optimize=True)
    return dx, dw, np.einsum("nfij->f", dy)


# %% dilate
def dilate(dy, stride):
    P, Q = dy.shape[2:]
    rows, columns = np.eye((P - 1) * stride + 1)[::stride], np.eye((Q - 1) * stride + 1)[::stride]
    return np.einsum("nfij,ia,jb->nfab", dy, rows, columns)


# %% strided_backward_rotated
def strided_backward_rotated(dy, x, w, stride, pad):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    kh, kw = w.shape[2:]
    wide = np.zeros((*dy.shape[:2], xp.shape[2] + kh - 1, xp.shape[3] + kw - 1))
    wide[:, :, kh - 1 : xp.shape[2] : stride, kw - 1 : xp.shape[3] : stride] = dy
    seen = sliding_window_view(wide, (kh, kw), axis=(2, 3))
    dxp = np.einsum("nfabuv,fcuv->ncab", seen, w[:, :, ::-1, ::-1])
    P, Q = xp.shape[2] - kh + 1, xp.shape[3] - kw + 1
    under = sliding_window_view(xp, (P, Q), axis=(2, 3))
    dw = np.einsum("ncuvij,nfij->fcuv", under, wide[:, :, kh - 1 : kh - 1 + P, kw - 1 : kw - 1 + Q])
    return dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, np.einsum("nfij->f", dy)


# %% pixels_without_gradient
def pixels_without_gradient(n, k, stride, pad):
    seen = np.zeros(n + 2 * pad, bool)
    sliding_window_view(seen, k, writeable=True)[::stride] = True
    return np.sum(~seen[pad : pad + n])
