"""Loops everywhere."""

import numpy as np


# %% output_size
def output_size(n, k, stride, pad):
    outputs, start = 0, 0
    while start + k <= n + 2 * pad:
        outputs += 1
        start += stride
    last = start - stride + k  # one behind the last entry of the last window
    return outputs, n + 2 * pad - last


# %% strided_forward
def strided_forward(x, w, b, stride, pad):
    N, C, H, W = x.shape
    F, C, kh, kw = w.shape
    y = np.zeros((N, F, (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1))
    for n in range(N):
        for f in range(F):
            for i in range(y.shape[2]):
                for j in range(y.shape[3]):
                    y[n, f, i, j] = b[f]
                    for c in range(C):
                        for u in range(kh):
                            for v in range(kw):
                                p = i * stride + u - pad
                                q = j * stride + v - pad
                                if p >= 0 and q >= 0 and p < H and q < W:
                                    y[n, f, i, j] += x[n, c, p, q] * w[f, c, u, v]
    return y


# %% strided_backward_spray
def strided_backward_spray(dy, x, w, stride, pad):
    N, C, H, W = x.shape
    F, C, kh, kw = w.shape
    dx, dw, db = np.zeros((N, C, H, W)), np.zeros((F, C, kh, kw)), np.zeros(F)
    for n in range(N):
        for f in range(F):
            for i in range(dy.shape[2]):
                for j in range(dy.shape[3]):
                    db[f] += dy[n, f, i, j]
                    for c in range(C):
                        for u in range(kh):
                            for v in range(kw):
                                p = i * stride + u - pad
                                q = j * stride + v - pad
                                if p < 0 or q < 0 or p >= H or q >= W:
                                    continue
                                dx[n, c, p, q] += dy[n, f, i, j] * w[f, c, u, v]
                                dw[f, c, u, v] += dy[n, f, i, j] * x[n, c, p, q]
    return dx, dw, db


# %% dilate
def dilate(dy, stride):
    N, F, P, Q = dy.shape
    out = np.zeros((N, F, P * stride - stride + 1, Q * stride - stride + 1))
    for n in range(N):
        for f in range(F):
            for i in range(P):
                for j in range(Q):
                    out[n, f, i * stride, j * stride] = dy[n, f, i, j]
    return out


# %% strided_backward_rotated
def strided_backward_rotated(dy, x, w, stride, pad):
    N, C, H, W = x.shape
    F, C, kh, kw = w.shape
    P, Q = dy.shape[2:]
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(F)
    for n in range(N):
        for c in range(C):
            for a in range(H):
                for b in range(W):
                    for f in range(F):
                        for u in range(kh):
                            for v in range(kw):
                                # a zero of the dilation unless r is 0
                                i, r = divmod(a + pad - u, stride)
                                j, s = divmod(b + pad - v, stride)
                                if r == s == 0 and 0 <= i < P and 0 <= j < Q:
                                    dx[n, c, a, b] += dy[n, f, i, j] * w[f, c, u, v]
                                    dw[f, c, u, v] += dy[n, f, i, j] * x[n, c, a, b]
    for f in range(F):
        db[f] = sum(dy[n, f, i, j] for n in range(N) for i in range(P) for j in range(Q))
    return dx, dw, db


# %% pixels_without_gradient
def pixels_without_gradient(n, k, stride, pad):
    dead = 0
    for a in range(n):
        seen = False
        start = -pad
        while start + k <= n + pad:
            if start <= a < start + k:
                seen = True
            start += stride
        if not seen:
            dead += 1
    return dead
