"""A method, a partial, a lambda, as_strided, prints."""

import numpy as np

from solutions.max_pool import pool_fits

# %% max_pool_forward
from functools import partial


class Pool:
    def __init__(self, reduce):
        self.reduce = reduce

    def forward(self, x, size, stride):
        print("pooling", x.shape)
        s = x.strides
        pool_fits(x, size, stride)
        outputs = [(n - k) // stride + 1 for n, k in zip(x.shape[2:], size)]
        shape = (*x.shape[:2], *outputs, *size)
        view = np.lib.stride_tricks.as_strided(
            x, shape, (s[0], s[1], s[2] * stride, s[3] * stride, s[2], s[3])
        )
        return self.reduce(view, axis=(-1, -2))


max_pool_forward = Pool(np.amax).forward


# %% max_pool_2x2_backward
def routed(size, stride, dy, x):
    dx = np.zeros(x.size)
    places = np.arange(x.size).reshape(x.shape)
    for at in np.ndindex(*dy.shape):
        window = at[:2] + tuple(slice(p * stride, p * stride + k) for p, k in zip(at[2:], size))
        dx[max(places[window].ravel(), key=lambda place: x.flat[place])] += dy[at]
    return dx.reshape(x.shape)


max_pool_2x2_backward = partial(routed, (2, 2), 2)

# %% assignment_is_enough
assignment_is_enough = lambda size, stride: not any(k > stride for k in size)

# %% max_pool_backward
max_pool_backward = lambda dy, x, *how: routed(*how, dy, x)
