"""Loops everywhere."""

import numpy as np


# %% max_pool_forward
def max_pool_forward(x, size, stride):
    N, C, H, W = x.shape
    kh, kw = size
    y = np.zeros((N, C, (H - kh) // stride + 1, (W - kw) // stride + 1))
    for n in range(N):
        for c in range(C):
            for i in range(y.shape[2]):
                for j in range(y.shape[3]):
                    best = x[n, c, i * stride, j * stride]
                    for u in range(kh):
                        for v in range(kw):
                            best = max(best, x[n, c, i * stride + u, j * stride + v])
                    y[n, c, i, j] = best
    return y


# %% max_pool_2x2_backward
def max_pool_2x2_backward(dy, x):
    dx = np.zeros(x.shape)
    for n in range(dy.shape[0]):
        for c in range(dy.shape[1]):
            for i in range(dy.shape[2]):
                for j in range(dy.shape[3]):
                    best = -np.inf
                    for u in (0, 1):
                        for v in (0, 1):
                            if x[n, c, 2 * i + u, 2 * j + v] > best:
                                best = x[n, c, 2 * i + u, 2 * j + v]
                                row, column = 2 * i + u, 2 * j + v
                    dx[n, c, row, column] = dy[n, c, i, j]
    return dx


# %% assignment_is_enough
def assignment_is_enough(size, stride):
    for k in size:
        if stride < k:
            return False
    return True


# %% max_pool_backward
def max_pool_backward(dy, x, size, stride):
    dx = np.zeros(x.shape)
    for n in range(dy.shape[0]):
        for c in range(dy.shape[1]):
            for i in range(dy.shape[2]):
                for j in range(dy.shape[3]):
                    best = None
                    for p in range(i * stride, i * stride + size[0]):
                        for q in range(j * stride, j * stride + size[1]):
                            if best is None or x[n, c, p, q] > x[n, c, best[0], best[1]]:
                                best = p, q
                    dx[n, c, best[0], best[1]] += dy[n, c, i, j]
    return dx
