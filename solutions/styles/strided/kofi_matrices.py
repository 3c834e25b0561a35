"""Matrices and kron, numbers that are floats."""

import numpy as np


# %%
def layer_matrix(image, w, stride, pad):
    (H, W), (kh, kw) = image, w.shape[2:]
    P, Q = (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1

    def tap(outputs, size, u):
        return np.eye(size + 2 * pad)[u : u + stride * outputs : stride, pad : pad + size][:outputs]

    M = sum(
        np.kron(w[:, :, u, v], np.kron(tap(P, H, u), tap(Q, W, v)))
        for u in range(kh)
        for v in range(kw)
    )
    return M, (P, Q)


# %% output_size
def output_size(n, k, stride, pad):
    m = 1 + int(np.floor((n + 2 * pad - k) / stride))
    return float(m), float(n + 2 * pad - k - stride * (m - 1))


# %% strided_forward
def strided_forward(x, w, b, stride, pad):
    M, size = layer_matrix(x.shape[2:], w, stride, pad)
    return (x.reshape(len(x), -1) @ M.T).reshape(len(x), len(w), *size) + b[:, None, None]


# %% strided_backward_spray
def strided_backward_spray(dy, x, w, stride, pad):
    M, _ = layer_matrix(x.shape[2:], w, stride, pad)
    dM = dy.reshape(len(dy), -1).T @ x.reshape(len(x), -1)
    dw = np.empty(w.shape)
    for k in np.ndindex(*w.shape):
        unit = np.zeros(w.shape)
        unit[k] = 1.0
        dw[k] = np.vdot(dM, layer_matrix(x.shape[2:], unit, stride, pad)[0])
    return (
        np.reshape(dy.reshape(len(dy), -1) @ M, x.shape),
        dw,
        np.ones(len(dy)) @ dy.sum(-1).sum(-1),
    )


# %% dilate
def dilate(dy, stride):
    hole = np.zeros((stride, stride))
    hole[0, 0] = 1
    blown_up = np.kron(dy, hole)
    return blown_up[:, :, : (dy.shape[2] - 1) * stride + 1, : (dy.shape[3] - 1) * stride + 1]


# %% pixels_without_gradient
def pixels_without_gradient(n, k, stride, pad):
    M = np.array(
        [np.eye(n + 2 * pad)[i : i + k].sum(0) for i in range(0, n + 2 * pad - k + 1, stride)]
    )
    return np.count_nonzero(M[:, pad : pad + n].sum(0) == 0)
