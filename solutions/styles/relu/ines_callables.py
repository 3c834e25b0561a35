"""Lambdas, a partial that prints, np.vectorize."""

import numpy as np

# %% relu_forward
relu_forward = np.vectorize(lambda number: max(number, 0.0), otypes=[float])

# %% eq_12
eq_12 = lambda letter="c": letter

# %% relu_backward
from functools import partial


def gated(where, dy, x):
    print("open:", int(where(x, 0).sum()))
    return np.multiply(dy, where(x, 0))


relu_backward = partial(gated, np.greater)

# %% slopes_at_zero
slopes_at_zero = lambda candidates: tuple(filter(lambda s: 0 <= s <= 1, candidates))

# %% mask_is_enough
mask_is_enough = lambda J: set(zip(*np.nonzero(J))) <= {(i, i) for i in range(len(J))}
