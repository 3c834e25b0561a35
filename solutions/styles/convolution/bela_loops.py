"""Loops everywhere."""

import numpy as np


# %% correlate_1d
def correlate_1d(x, w, pad):
    xs = [0.0] * pad + list(x) + [0.0] * pad
    y = []
    for i in range(len(xs) - len(w) + 1):
        s = 0.0
        for u in range(len(w)):
            s += xs[i + u] * w[u]
        y.append(s)
    return np.array(y)


# %% spray_1d
def spray_1d(x, w, pad):
    n, k = len(x), len(w)
    y = np.zeros(n + 2 * pad - k + 1)
    for a in range(n):
        for u in range(k):
            i = a + pad - u
            if 0 <= i < len(y):
                y[i] += x[a] * w[u]
    return y


# %% toeplitz_1d
def toeplitz_1d(w, n, pad):
    k = len(w)
    T = np.zeros((n + 2 * pad - k + 1, n))
    for i in range(T.shape[0]):
        for a in range(n):
            u = a + pad - i
            if u >= 0 and u < k:
                T[i][a] = w[u]
    return T


# %% same_pad
def same_pad(k):
    for p in range(k):
        if 2 * p - k + 1 == 0:
            return p
    return "none"


# %% local_gradient
def local_gradient(i, j, w, shape):
    r = (w.shape[0] - 1) // 2
    M, N = shape
    g = np.zeros((M, N))
    for a in range(M):
        for b in range(N):
            u, v = a - i + r, b - j + r
            if 0 <= u <= 2 * r and 0 <= v <= 2 * r:
                g[a, b] = w[u, v]
    return g


# %% conv_1d_backward_spray
def conv_1d_backward_spray(dy, w, pad):
    dx = np.zeros(len(dy) + len(w) - 1 - 2 * pad)
    for i in range(len(dy)):
        for u in range(len(w)):
            if 0 <= i + u - pad < len(dx):
                dx[i + u - pad] += dy[i] * w[u]
    return dx


# %% conv_1d_backward_rotated
def conv_1d_backward_rotated(dy, w, pad):
    m, k = len(dy), len(w)
    n = m + k - 1 - 2 * pad
    dx = np.zeros(n)
    for a in range(n):
        for u in range(k):
            i = a + pad - (k - 1 - u)
            if 0 <= i < m:
                dx[a] += dy[i] * w[k - 1 - u]
    return dx


# %% backward_pad
def backward_pad(k, pad):
    zeros = 0
    for _ in range(k - 1):
        zeros += 1
    return zeros - pad


# %% conv_1d_weight_gradient
def conv_1d_weight_gradient(dy, x, pad):
    n, m = len(x), len(dy)
    dw = np.zeros(n + 2 * pad - m + 1)
    for u in range(len(dw)):
        for i in range(m):
            a = i + u - pad
            if 0 <= a < n:
                dw[u] += dy[i] * x[a]
    return dw


# %% conv_forward
def conv_forward(x, w, b, pad):
    N, C, H, W = x.shape
    F, C, kh, kw = w.shape
    y = np.zeros((N, F, H + 2 * pad - kh + 1, W + 2 * pad - kw + 1))
    for n in range(N):
        for f in range(F):
            for i in range(y.shape[2]):
                for j in range(y.shape[3]):
                    s = b[f]
                    for c in range(C):
                        for u in range(kh):
                            for v in range(kw):
                                p, q = i + u - pad, j + v - pad
                                if 0 <= p < H and 0 <= q < W:
                                    s += x[n, c, p, q] * w[f, c, u, v]
                    y[n, f, i, j] = s
    return y


# %% conv_backward
def conv_backward(dy, x, w, pad):
    N, F, P, Q = dy.shape
    _, C, kh, kw = w.shape
    H, W = x.shape[2:]
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(F)
    for n in range(N):
        for f in range(F):
            for i in range(P):
                for j in range(Q):
                    g = dy[n, f, i, j]
                    db[f] += g
                    for c in range(C):
                        for u in range(kh):
                            for v in range(kw):
                                p, q = i + u - pad, j + v - pad
                                if 0 <= p < H and 0 <= q < W:
                                    dx[n, c, p, q] += g * w[f, c, u, v]
                                    dw[f, c, u, v] += g * x[n, c, p, q]
    return dx, dw, db
