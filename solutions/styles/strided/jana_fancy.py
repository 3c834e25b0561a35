"""Fancy indexing, np.add.at, np.insert."""

import numpy as np


# %%
def places(image, filters, stride, pad):
    (H, W), (kh, kw) = image[2:], filters[2:]
    i = np.arange(0, H + 2 * pad - kh + 1, stride)
    j = np.arange(0, W + 2 * pad - kw + 1, stride)
    return (i[:, None] + np.arange(kh))[:, :, None, None], (j[:, None] + np.arange(kw))[None, None]


# %% output_size
def output_size(n, k, stride, pad):
    starts = np.arange(0, n + 2 * pad - k + 1, stride)
    return np.array([starts.size, n + 2 * pad - (starts.max() + k)])


# %% strided_forward
def strided_forward(x, w, b, stride, pad):
    xp = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    rows, columns = places(x.shape, w.shape, stride, pad)
    y = np.tensordot(xp[:, :, rows, columns], w, ([1, 3, 5], [1, 2, 3]))
    return np.transpose(y, (0, 3, 1, 2)) + b[None, :, None, None]


# %% strided_backward_spray
def strided_backward_spray(dy, x, w, stride, pad):
    xp = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    rows, columns = places(x.shape, w.shape, stride, pad)
    dxp = np.zeros(xp.shape)
    sprays = np.tensordot(dy, w, (1, 0))  # N, P, Q, C, kh, kw
    np.add.at(dxp, (slice(None), slice(None), rows, columns), sprays.transpose(0, 3, 1, 4, 2, 5))
    dw = np.tensordot(dy, xp[:, :, rows, columns], ([0, 2, 3], [0, 2, 4]))
    return dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, dy.sum(axis=(0, -1, -2))


# %% dilate
def dilate(dy, stride):
    holes = np.arange(1, max(dy.shape)).repeat(stride - 1)
    return np.insert(
        np.insert(dy, holes[holes < dy.shape[2]], 0, axis=2), holes[holes < dy.shape[3]], 0, axis=3
    )


# %% pixels_without_gradient
def pixels_without_gradient(n, k, stride, pad):
    seen = (np.arange(0, n + 2 * pad - k + 1, stride)[:, None] + np.arange(k)).ravel() - pad
    return np.setdiff1d(np.arange(n), seen).size
