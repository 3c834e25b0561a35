"""Momentum, and epochs without repetition."""

import numpy as np

from solutions.capstone import loss_and_gradients


# %% train
def train(params, images, labels, steps, rate, seed):
    """Epochs without repetition, in batches of 64, with a running mean of the gradients.

    The mean begins at the first gradient.
    """
    rng = np.random.default_rng(seed)
    params = {k: v.copy() for k, v in params.items()}
    mean = None
    left = []
    for _ in range(steps):
        if len(left) < min(64, len(images)):
            left = list(rng.permutation(len(images)))
        batch, left = left[:64], left[64:]
        _, g = loss_and_gradients(params, images[batch], labels[batch])
        mean = g if mean is None else {k: 0.5 * mean[k] + 0.5 * g[k] for k in params}
        for k in params:
            params[k] -= rate * mean[k]
    return params
