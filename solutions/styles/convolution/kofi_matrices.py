"""Matrices and kron; answers that call earlier ones."""

import numpy as np

from solutions.convolution import correlate_1d


# %%
def unrolled(w, H, W, pad):
    """The matrix (F P Q, C H W) of the whole layer."""
    F, C, kh, kw = w.shape
    P, Q = H + 2 * pad - kh + 1, W + 2 * pad - kw + 1
    M = np.zeros((F * P * Q, C * H * W))
    for u in range(kh):
        for v in range(kw):
            M += np.kron(w[:, :, u, v], np.kron(np.eye(P, H, u - pad), np.eye(Q, W, v - pad)))
    return (P, Q), M


# %% toeplitz_1d
def toeplitz_1d(w, n, pad):
    m = n + 2 * pad - len(w) + 1
    return sum(w[u] * np.eye(m, n, u - pad) for u in range(len(w)))


# %% local_gradient
def local_gradient(i, j, w, shape):
    r = len(w) // 2
    unrolled = sum(
        w[u, v] * np.kron(np.eye(shape[0], k=u - r), np.eye(shape[1], k=v - r))
        for u in range(len(w))
        for v in range(len(w))
    )
    return unrolled[i * shape[1] + j].reshape(shape)


# %% conv_1d_backward_spray
def conv_1d_backward_spray(dy, w, pad):
    n = len(dy) + len(w) - 1 - 2 * pad
    sprays = np.array([np.eye(len(dy), n, u - pad) for u in range(len(w))])  # tap, output, pixel
    return dy @ np.tensordot(w, sprays, 1)


# %% conv_1d_backward_rotated
def conv_1d_backward_rotated(dy, w, pad):
    p = len(w) - 1 - pad
    if p < 0:
        dy, p = dy[-p : len(dy) + p], 0
    return correlate_1d(dy, w[::-1], p)


# %% conv_1d_weight_gradient
def conv_1d_weight_gradient(dy, x, pad):
    return correlate_1d(x, dy, pad)


# %% conv_forward
def conv_forward(x, w, b, pad):
    N, C, H, W = x.shape
    (P, Q), M = unrolled(w, H, W, pad)
    return (x.reshape(N, -1) @ M.T + np.repeat(b, P * Q)).reshape(N, len(w), P, Q)


# %% conv_backward
def conv_backward(dy, x, w, pad):
    N, C, H, W = x.shape
    _, M = unrolled(w, H, W, pad)
    dx = (dy.reshape(N, -1) @ M).reshape(x.shape)
    dM = dy.reshape(N, -1).T @ x.reshape(N, -1)  # what a dense layer's weights would get
    dw = np.zeros(w.shape)
    for place in np.ndindex(*w.shape):
        one = np.zeros(w.shape)
        one[place] = 1
        # shared weights: their gradients add up
        dw[place] = np.sum(dM * unrolled(one, H, W, pad)[1])
    return dx, dw, dy.sum(axis=3).sum(axis=2).sum(axis=0)
