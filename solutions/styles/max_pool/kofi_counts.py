"""np.bincount over the places of the winners."""

import numpy as np


# %%
def max_pool_backward_of_any_kind(dy, x, size, stride):
    places = np.arange(x.size).reshape(x.shape)
    winners = []
    for n, c, i, j in np.ndindex(*dy.shape):
        window = np.s_[n, c, i * stride : i * stride + size[0], j * stride : j * stride + size[1]]
        winners.append(places[window].ravel()[np.argmax(x[window])])
    return np.bincount(winners, dy.ravel(), x.size).reshape(x.shape)


# %% max_pool_2x2_backward
def max_pool_2x2_backward(dy, x):
    return max_pool_backward_of_any_kind(dy, x, (2, 2), 2)


# %% max_pool_backward
def max_pool_backward(dy, x, size, stride):
    return max_pool_backward_of_any_kind(dy, x, size, stride)


# %% assignment_is_enough
def assignment_is_enough(size, stride):
    starts = range(0, 50, stride)
    rows = [a for i in starts for a in range(i, i + size[0])]
    columns = [b for j in starts for b in range(j, j + size[1])]
    return len(rows) == len(set(rows)) and len(columns) == len(set(columns))
