"""Helpers and a class in extra cells."""

import numpy as np


# %%
def matmul(a, b):
    return a.dot(b)


def column_sums(a):
    return np.ones(len(a)) @ a


# %%
class Softmax:
    def __init__(self, y):
        shifted = y - y.max(axis=1, keepdims=True)
        self.log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self.p = np.exp(self.log_p)
        self.rows = np.arange(len(y))

    def loss(self, labels):
        return -np.mean(self.log_p[self.rows, labels])

    def gradient(self, labels):
        d = self.p.copy()
        d[self.rows, labels] -= 1
        return d / len(d)


# %% affine_forward
def affine_forward(x, w, b):
    return matmul(x, w) + b


# %% affine_backward
def affine_backward(dy, x, w):
    return matmul(dy, w.T), matmul(x.T, dy), column_sums(dy)


# %% softmax_loss
def softmax_loss(y, labels):
    helper = Softmax(y)
    return helper.loss(labels), helper.gradient(labels)
