"""Loops everywhere."""

import numpy as np


# %% affine_forward
def affine_forward(x, w, b):
    N, D = x.shape
    C = w.shape[1]
    y = np.zeros((N, C))
    for n in range(N):
        for c in range(C):
            y[n, c] = b[c]
            for d in range(D):
                y[n, c] += x[n, d] * w[d, c]
    return y


# %% affine_jacobians
def affine_jacobians(x, w):
    D, C = w.shape
    dy_dx, dy_dw, dy_db = np.zeros((C, D)), np.zeros((C, D, C)), np.zeros((C, C))
    for i in range(C):
        dy_db[i, i] = 1
        for d in range(D):
            dy_dx[i, d] = w[d, i]
            dy_dw[i, d, i] = x[d]
    return dy_dx, dy_dw, dy_db


# %% affine_backward
def affine_backward(dy, x, w):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[1])
    for n in range(len(x)):
        for d in range(w.shape[0]):
            for c in range(w.shape[1]):
                dx[n, d] += dy[n, c] * w[d, c]
                dw[d, c] += x[n, d] * dy[n, c]
        db += dy[n]
    return dx, dw, db


# %% softmax_loss
def softmax_loss(y, labels):
    N, C = y.shape
    loss, dy = 0.0, np.zeros((N, C))
    for n in range(N):
        e = np.exp(y[n] - max(y[n]))
        p = e / sum(e)
        loss += (np.log(sum(e)) + max(y[n]) - y[n, labels[n]]) / N
        for c in range(C):
            dy[n, c] = (p[c] - (c == labels[n])) / N
    return loss, dy


# %% hinge_loss
def hinge_loss(y, labels):
    loss, dy = 0.0, np.zeros_like(y)
    for n, t in enumerate(labels):
        for c in range(y.shape[1]):
            lack = y[n, c] - y[n, t] + 1
            if c != t and lack > 0:
                loss += lack
                dy[n, c] += 1
                dy[n, t] -= 1
    return loss / len(y), dy / len(y)
