"""A lambda, a partial, an object, a dictionary's get."""

import numpy as np

# %% correlate_1d
correlate_1d = lambda x, w, pad: np.correlate(np.pad(x, pad), w, mode="valid")

# %% spray_1d
import functools


def scattered(turned, signal, kernel, p):
    k = len(kernel)
    out = np.zeros(len(signal) + 2 * p + k - 1)
    for place, value in enumerate(signal, p):
        out[place : place + k] += value * (kernel[::-1] if turned else kernel)
    return out[k - 1 : len(signal) + 2 * p]


spray_1d = functools.partial(scattered, True)


# %% toeplitz_1d
class Toeplitz:
    def __call__(self, w, n, pad):
        rows = [
            np.concatenate([np.zeros(i), w, np.zeros(n + 2 * pad - len(w) - i)])
            for i in range(n + 2 * pad - len(w) + 1)
        ]
        return np.array(rows)[:, pad : pad + n]


toeplitz_1d = Toeplitz()

# %% same_pad
same_pad = {k: k // 2 if k % 2 else "none" for k in range(1000)}.get

# %% backward_pad
backward_pad = lambda k, pad: np.int64(k) - 1 - pad


# %% local_gradient
def local_gradient(*args):
    i, j, w, (M, N) = args
    r = len(w) // 2
    inside = lambda a, b: abs(a - i) <= r and abs(b - j) <= r
    return np.array(
        [[w[a - i + r, b - j + r] if inside(a, b) else 0 for b in range(N)] for a in range(M)]
    )


# %% conv_forward
def conv_forward(X, W, B, p=0, *, dtype=float):
    X = np.pad(X, ((0,), (0,), (p,), (p,)))
    y = sum(
        np.tensordot(
            X[:, :, u : u + X.shape[2] - W.shape[2] + 1, v : v + X.shape[3] - W.shape[3] + 1],
            W[:, :, u, v],
            (1, 1),
        )
        for u in range(W.shape[2])
        for v in range(W.shape[3])
    )
    return np.moveaxis(y + B, -1, 1).astype(dtype)
