"""Ties are shared evenly."""

import numpy as np

MESSAGES = (
    "where a window has several largest entries, dy is not given to the first of them: also a "
    "subgradient, and accepted",
)  # what the checks must say


# %% max_pool_forward
def max_pool_forward(x, size, stride):
    N, C, H, W = x.shape
    places = [
        (i, j) for i in range(0, H - size[0] + 1, stride) for j in range(0, W - size[1] + 1, stride)
    ]
    y = [
        np.sort(x[:, :, i : i + size[0], j : j + size[1]].reshape(N, C, -1))[..., -1]
        for i, j in places
    ]
    return np.stack(y, axis=-1).reshape(N, C, -1, (W - size[1]) // stride + 1)


# %% max_pool_2x2_backward
def max_pool_2x2_backward(dy, x):
    y = x.reshape(*dy.shape[:3], 2, -1, 2).max(axis=(3, 5))
    mask = (x == np.kron(y, np.ones((2, 2)))).astype(float)
    shares = mask.reshape(*dy.shape[:3], 2, -1, 2).sum(axis=(3, 5))
    return mask * np.kron(dy / shares, np.ones((2, 2)))


# %% max_pool_backward
def max_pool_backward(dy, x, size, stride):
    dx = np.zeros(x.shape)
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            at = np.s_[:, :, i * stride : i * stride + size[0], j * stride : j * stride + size[1]]
            ties = x[at] == x[at].max(axis=(2, 3), keepdims=True)
            dx[at] += ties / ties.sum(axis=(2, 3), keepdims=True) * dy[:, :, i, j][:, :, None, None]
    return dx
