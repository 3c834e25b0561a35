"""Changes its inputs, returns lists."""

import numpy as np

MESSAGES = (
    "it changes its input dy in place",
    "it changes its input w in place",
)  # what the checks must say


# %% output_size
def output_size(n, k, stride, pad):
    n += 2 * pad - k
    return [n // stride + 1, n % stride]


# %% strided_forward
def strided_forward(x, w, b, stride, pad):
    (kh, kw), x = w.shape[2:], np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    w = w.reshape(len(w), -1)
    y = []
    for i in range(0, x.shape[2] - kh + 1, stride):
        y.append(
            [
                w @ x[:, :, i : i + kh, j : j + kw].reshape(len(x), -1).T
                for j in range(0, x.shape[3] - kw + 1, stride)
            ]
        )
    y = np.array(y).transpose(3, 2, 0, 1)
    y += b.reshape(-1, 1, 1)
    return y


# %% strided_backward_spray
def strided_backward_spray(dy, x, w, stride, pad):
    H, W = x.shape[2:]
    kh, kw = w.shape[2:]
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dx, dw, db = x * 0, w * 0, dy.sum((0, 2, 3))
    for n, f, i, j in np.argwhere(dy):
        window = np.s_[n, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
        dx[window] += dy[n, f, i, j] * w[f]
        dw[f] += dy[n, f, i, j] * x[window]
        dy[n, f, i, j] = 0  # done
    return [dx[:, :, pad : pad + H, pad : pad + W], dw, db]


# %% dilate
def dilate(dy, stride):
    N, F, P, Q = dy.shape
    out = np.zeros((N, F, P, stride, Q, stride))
    out[:, :, :, 0, :, 0] = dy
    out = out.reshape(N, F, P * stride, Q * stride)
    return out[:, :, : 1 - stride or None, : 1 - stride or None]


# %% strided_backward_rotated
def strided_backward_rotated(dy, x, w, stride, pad):
    N, C, H, W = x.shape
    F, C, kh, kw = w.shape
    w[:] = w[:, :, ::-1, ::-1].copy()
    wide = np.zeros((N, F, H + 2 * pad + kh - 1, W + 2 * pad + kw - 1))
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            wide[:, :, kh - 1 + i * stride, kw - 1 + j * stride] = dy[:, :, i, j]
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for a in range(H):
        for b in range(W):
            seen = wide[:, :, a + pad : a + pad + kh, b + pad : b + pad + kw]
            for f in range(F):
                dx[:, :, a, b] += (seen[:, f, None] * w[f]).sum((2, 3))
                dw[f] += (x[:, :, a, b][:, :, None, None] * seen[:, f, None]).sum(0)[:, ::-1, ::-1]
    return [dx, dw, wide.sum((0, 2, 3))]
