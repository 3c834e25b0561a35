"""The own forward pass tells the winners; a class in extra cells."""

import numpy as np


# %%
class Taps:
    def __init__(self, shape, size, stride):
        self.size, self.stride = size, stride
        self.P, self.Q = ((n - k) // stride + 1 for n, k in zip(shape[2:], size))

    def slices(self):
        s = self.stride
        for u in range(self.size[0]):
            for v in range(self.size[1]):
                yield np.s_[
                    :, :, u : u + s * (self.P - 1) + 1 : s, v : v + s * (self.Q - 1) + 1 : s
                ]

    def cut(self, x):
        return np.array([x[at] for at in self.slices()])


# %%
def route(dy, x, size, stride):
    y = max_pool_forward(x, size, stride)
    dx, open_ = np.zeros(x.shape), np.ones(y.shape, bool)
    for at in Taps(x.shape, size, stride).slices():
        first = open_ & (x[at] == y)
        dx[at] += dy * first
        open_ = open_ & ~first
    return dx


# %% max_pool_forward
def max_pool_forward(x, size, stride):
    return np.max(Taps(x.shape, size, stride).cut(x), axis=0)


# %% max_pool_2x2_backward
def max_pool_2x2_backward(dy, x):
    return route(dy, x, (2, 2), 2)


# %% max_pool_backward
def max_pool_backward(dy, x, size, stride):
    return route(dy, x, size, stride)


# %% assignment_is_enough
def assignment_is_enough(size, stride):
    touched = np.zeros((1, 1, 24, 24))
    for cut in Taps(touched.shape, size, stride).slices():
        touched[cut] += 1
    return touched.max() == 1
