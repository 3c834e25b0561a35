"""The layer of stride 1, pasted into extra cells."""

import numpy as np


# %%
def padded(x, p):
    return np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))


def conv_forward(x, w, b, pad):
    x = padded(x, pad)
    P, Q = x.shape[2] - w.shape[2] + 1, x.shape[3] - w.shape[3] + 1
    y = np.zeros((len(x), len(w), P, Q))
    for f in range(len(w)):
        for i in range(P):
            for j in range(Q):
                y[:, f, i, j] = (x[:, :, i : i + w.shape[2], j : j + w.shape[3]] * w[f]).sum(
                    (1, 2, 3)
                ) + b[f]
    return y


# %%
def conv_backward(dy, x, w, pad):
    dx, dw = padded(np.zeros(x.shape), pad), np.zeros(w.shape)
    xp = padded(x, pad)
    for f in range(len(w)):
        for i in range(dy.shape[2]):
            for j in range(dy.shape[3]):
                here = np.s_[:, :, i : i + w.shape[2], j : j + w.shape[3]]
                dx[here] += dy[:, f, i, j][:, None, None, None] * w[f]
                dw[f] += (dy[:, f, i, j][:, None, None, None] * xp[here]).sum(0)
    return dx[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, dy.sum((0, 2, 3))


def turned_backward(dy, x, w, pad):
    kh, kw = w.shape[2:]
    wide = np.pad(dy, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
    dx = conv_forward(wide, w[:, :, ::-1, ::-1].swapaxes(0, 1), np.zeros(x.shape[1]), 0)
    dw = conv_forward(x.swapaxes(0, 1), dy.swapaxes(0, 1), np.zeros(len(w)), pad).swapaxes(0, 1)
    return dx[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, dy.sum((0, 2, 3))


# %% output_size
def output_size(n, k, stride, pad):
    starts = np.arange(n + 2 * pad - k + 1)
    return len(starts[::stride]), starts[-1] - starts[::stride][-1]


# %% strided_forward
def strided_forward(x, w, b, stride, pad):
    return conv_forward(x, w, b, pad)[:, :, ::stride, ::stride]


# %% strided_backward_spray
def strided_backward_spray(dy, x, w, stride, pad):
    between = np.zeros(conv_forward(x, w, np.zeros(len(w)), pad).shape)
    between[:, :, ::stride, ::stride] = dy
    return conv_backward(between, x, w, pad)


# %% dilate
def dilate(dy, stride):
    out = np.zeros((*dy.shape[:2], dy.shape[2] * stride, dy.shape[3] * stride))
    out[:, :, ::stride, ::stride] = dy
    return out[:, :, : out.shape[2] - stride + 1, : out.shape[3] - stride + 1]


# %% strided_backward_rotated
def strided_backward_rotated(dy, x, w, stride, pad):
    dilated = dilate(dy, stride)
    remainder = [(n + 2 * pad - k) % stride for n, k in zip(x.shape[2:], w.shape[2:])]
    dilated = np.pad(dilated, ((0, 0), (0, 0), (0, remainder[0]), (0, remainder[1])))
    return turned_backward(dilated, x, w, pad)


# %% pixels_without_gradient
def pixels_without_gradient(n, k, stride, pad):
    touched = [0] * (n + 2 * pad)
    for start in range(0, n + 2 * pad - k + 1, stride):
        touched[start : start + k] = [1] * k
    return touched[pad : pad + n].count(0)
