"""Fancy indexing, np.add.at, np.put_along_axis."""

import numpy as np


# %% max_pool_forward
def max_pool_forward(x, size, stride):
    i = np.arange(0, x.shape[2] - size[0] + 1, stride)[:, None] + np.arange(size[0])
    j = np.arange(0, x.shape[3] - size[1] + 1, stride)[:, None] + np.arange(size[1])
    return x[:, :, i[:, None, :, None], j[None, :, None, :]].max(5).max(4)


# %% max_pool_2x2_backward
def max_pool_2x2_backward(dy, x):
    N, C, P, Q = dy.shape
    cut = x.reshape(N, C, P, 2, Q, 2).swapaxes(3, 4).reshape(N, C, P, Q, 4)
    dcut = np.zeros_like(cut)
    np.put_along_axis(dcut, cut.argmax(-1, keepdims=True), dy[..., None], axis=-1)
    return dcut.reshape(N, C, P, Q, 2, 2).swapaxes(3, 4).reshape(x.shape)


# %% max_pool_backward
def max_pool_backward(dy, x, size, stride):
    n, c, i, j = np.indices(dy.shape)
    u, v = np.ogrid[: size[0], : size[1]]
    cut = x[
        n[..., None, None],
        c[..., None, None],
        (i * stride)[..., None, None] + u,
        (j * stride)[..., None, None] + v,
    ]
    u, v = np.unravel_index(cut.reshape(*dy.shape, -1).argmax(-1), size)
    dx = np.zeros(x.shape)
    np.add.at(dx, (n, c, i * stride + u, j * stride + v), dy)
    return dx
