"""Recursion, list comprehensions, a warning."""

import numpy as np

MESSAGES = ("warned: UserWarning",)  # what the checks must say

# %%
import warnings


# %% max_pool_forward
def max_pool_forward(x, size, stride):
    kh, kw = size
    if kh > 1:
        return np.maximum(
            max_pool_forward(x[:, :, :-1], (kh - 1, kw), stride),
            max_pool_forward(x[:, :, kh - 1 :], (1, kw), stride),
        )
    if kw > 1:
        return np.maximum(
            max_pool_forward(x[..., :-1], (1, kw - 1), stride),
            max_pool_forward(x[..., kw - 1 :], (1, 1), stride),
        )
    return x[:, :, ::stride, ::stride]


# %% max_pool_backward
def max_pool_backward(dy, x, size, stride):
    warnings.warn("one image after the other", stacklevel=1)
    if x.ndim == 4:
        return np.array([max_pool_backward(d, one, size, stride) for d, one in zip(dy, x)])
    if x.ndim == 3:
        return np.stack([max_pool_backward(*pair, size, stride) for pair in zip(dy, x)])
    dx = np.zeros_like(x)
    for i, row in enumerate(dy):
        for j, price in enumerate(row):
            window = x[i * stride : i * stride + size[0], j * stride : j * stride + size[1]]
            u, v = next((u, v) for u, v in np.ndindex(*size) if window[u, v] == window.max())
            dx[i * stride + u][j * stride + v] += price
    return dx


# %% assignment_is_enough
def assignment_is_enough(size, stride):
    return len(size) == 0 or (size[0] <= stride and assignment_is_enough(size[1:], stride))
