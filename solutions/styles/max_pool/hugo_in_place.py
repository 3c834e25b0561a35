"""Changes its inputs and returns them."""

import numpy as np

MESSAGES = (
    "it changes its input x in place",
    "y shares its memory with the input x: fine here, but changing one later changes the other",
    "dx shares its memory with the input x",
    "it changes its input dy in place",
)  # what the checks must say


# %% max_pool_forward
def max_pool_forward(x, size, stride):
    kh, kw = size
    for u in range(1, kh):
        x[:, :, :-u] = np.maximum(x[:, :, :-u], x[:, :, 1 : x.shape[2] - u + 1])
    for v in range(1, kw):
        x[..., :-v] = np.maximum(x[..., :-v], x[..., 1 : x.shape[3] - v + 1])
    return x[:, :, : x.shape[2] - kh + 1 : stride, : x.shape[3] - kw + 1 : stride]


# %% max_pool_2x2_backward
def max_pool_2x2_backward(dy, x):
    for n, c, i, j in np.ndindex(*dy.shape):
        window = x[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        u, v = np.unravel_index(np.argmax(window), (2, 2))
        window[:] = 0
        window[u, v] = dy[n, c, i, j]
    return x


# %% max_pool_backward
def max_pool_backward(dy, x, size, stride):
    dx = np.zeros(x.shape)
    while dy.any():
        n, c, i, j = np.argwhere(dy)[-1]
        window = np.s_[n, c, i * stride : i * stride + size[0], j * stride : j * stride + size[1]]
        dx[window].flat[x[window].argmax()] += dy[n, c, i, j]
        dy[n, c, i, j] = 0
    return dx
