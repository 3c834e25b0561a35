"""float32 throughout."""

import numpy as np


# %% max_pool_forward
def max_pool_forward(x, size, stride):
    x = x.astype(np.float32)
    H, W = x.shape[2:]
    rows, columns = range(0, H - size[0] + 1, stride), range(0, W - size[1] + 1, stride)
    y = [[x[:, :, i : i + size[0], j : j + size[1]].max((2, 3)) for j in columns] for i in rows]
    return np.array(y).transpose(2, 3, 0, 1)


# %% max_pool_2x2_backward
def max_pool_2x2_backward(dy, x):
    dx = np.zeros(x.shape, np.float32)
    for n, c, i, j in np.ndindex(dy.shape):
        k = x[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].argmax()
        dx[n, c, 2 * i + k // 2, 2 * j + k % 2] = np.float32(dy[n, c, i, j])
    return dx


# %% max_pool_backward
def max_pool_backward(dy, x, size, stride):
    dx = np.zeros_like(x, dtype=np.float32)
    for place in np.ndindex(dy.shape):
        n, c, i, j = place
        window = x[n, c, i * stride : i * stride + size[0], j * stride : j * stride + size[1]]
        u, v = divmod(int(window.argmax()), size[1])
        dx[n, c, i * stride + u, j * stride + v] += np.float32(dy[place])
    return dx
