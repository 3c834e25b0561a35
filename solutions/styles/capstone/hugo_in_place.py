"""Changes the parameters it is given."""

import numpy as np

from solutions.capstone import loss_and_gradients

MESSAGES = ("it changes its input params in place",)  # what the checks must say


# %% train
def train(params, images, labels, steps, rate, seed):
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        batch = rng.choice(len(images), 64)
        loss, g = loss_and_gradients(params, images[batch], labels[batch])
        for k in params:
            params[k] -= rate * g[k]
    return params
