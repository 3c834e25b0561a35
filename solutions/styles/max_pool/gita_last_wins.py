"""Of several winners the last gets dy."""

import numpy as np

MESSAGES = (
    "where a window has several largest entries, dy is not given to the first of them: also a "
    "subgradient, and accepted",
)  # what the checks must say


# %% max_pool_forward
def max_pool_forward(x, size, stride):
    (kh, kw), (H, W) = size, x.shape[2:]
    rows = np.maximum.reduce([x[:, :, u : H - kh + 1 + u : stride] for u in range(kh)])
    return np.maximum.reduce([rows[..., v : W - kw + 1 + v : stride] for v in range(kw)])


# %% max_pool_2x2_backward
def max_pool_2x2_backward(dy, x):
    dx = np.zeros(x.shape)
    corners = {(u, v): x[:, :, u::2, v::2] for u in (0, 1) for v in (0, 1)}
    y = np.maximum(
        np.maximum(corners[0, 0], corners[0, 1]), np.maximum(corners[1, 0], corners[1, 1])
    )
    left = np.ones(dy.shape, bool)
    for (u, v), corner in reversed(corners.items()):
        dx[:, :, u::2, v::2] = dy * (left & (corner == y))
        left &= corner != y
    return dx


# %% max_pool_backward
def max_pool_backward(dy, x, size, stride):
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*dy.shape):
        best, where = -np.inf, None
        for p in range(i * stride, i * stride + size[0]):
            for q in range(j * stride, j * stride + size[1]):
                if x[n, c, p, q] >= best:
                    best, where = x[n, c, p, q], (n, c, p, q)
        dx[where] += dy[n, c, i, j]
    return dx


# %% assignment_is_enough
def assignment_is_enough(size, stride):
    return bool(np.all(np.array(size) <= stride))
