"""A lambda, an object, a partial that prints, as_strided."""

import numpy as np

from solutions.convolution import fits

MESSAGES = (
    "dilated shares its memory with the input dy: fine here, but changing one later changes the "
    "other",
)  # what the checks must say

# %% output_size
import functools

output_size = lambda n, k, stride, pad: ((span := n + 2 * pad - k) // stride + 1, span % stride)


# %% strided_forward
class Layer:
    def __init__(self, mode="constant"):
        self.mode = mode

    def __call__(self, x, w, b, stride, pad):
        xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), self.mode)
        fits(x, w, stride, pad)
        P, Q = ((n + 2 * pad - k) // stride + 1 for n, k in zip(x.shape[2:], w.shape[2:]))
        s = xp.strides
        view = np.lib.stride_tricks.as_strided(
            xp,
            (*xp.shape[:2], P, Q, *w.shape[2:]),
            (s[0], s[1], s[2] * stride, s[3] * stride, s[2], s[3]),
            writeable=False,
        )
        return np.moveaxis(np.tensordot(view, w, ((1, 4, 5), (1, 2, 3))), 3, 1) + b.reshape(
            1, -1, 1, 1
        )


strided_forward = Layer()


# %% strided_backward_spray
def backward(verbose, dy, x, w, stride, pad):
    if verbose:
        print("spraying", dy.shape)
    full = np.zeros((x.shape[0], x.shape[1], x.shape[2] + 2 * pad, x.shape[3] + 2 * pad))
    inside = full[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
    padded = full.copy()
    padded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]] = x
    dw = np.empty(w.shape)
    for u, v in np.ndindex(*w.shape[2:]):
        at = np.s_[:, :, u:, v:]
        lattice = np.s_[:, :, : stride * dy.shape[2] : stride, : stride * dy.shape[3] : stride]
        some = full[at][lattice]
        some += np.moveaxis(np.tensordot(dy, w[:, :, u, v], (1, 0)), 3, 1)
        dw[:, :, u, v] = np.tensordot(dy, padded[at][lattice], ([0, 2, 3], [0, 2, 3]))
    return inside, dw, np.add.reduce(dy, axis=(0, 2, 3))


strided_backward_spray = functools.partial(backward, True)


# %% dilate
def dilate(*args):
    dy, stride = args
    if stride == 1:
        return dy
    return np.kron(dy, np.pad([[1.0]], (0, stride - 1)))[:, :, : 1 - stride, : 1 - stride]


# %% strided_backward_rotated
def strided_backward_rotated(dY, X, W, s=1, p=0):
    (H, V), (kh, kw) = X.shape[2:], W.shape[2:]
    D = dilate(dY, s)
    ends = [(k - 1, size + 2 * p - d) for k, size, d in zip((kh, kw), (H, V), D.shape[2:])]
    D = np.pad(D, ((0, 0), (0, 0), *ends))
    dX = strided_forward(D, np.flip(W, (2, 3)).swapaxes(0, 1), np.zeros(X.shape[1]), 1, 0)
    D = D[:, :, kh - 1 :, kw - 1 :][:, :, : H + 2 * p - kh + 1, : V + 2 * p - kw + 1]
    dW = strided_forward(X.swapaxes(0, 1), D.swapaxes(0, 1), np.zeros(len(W)), 1, p).swapaxes(0, 1)
    return dX[:, :, p : p + H, p : p + V], dW, dY.sum((0, 2, 3))


# %% pixels_without_gradient
pixels_without_gradient = lambda n, k, stride, pad: sum(
    not any(0 <= a + pad - i < k for i in range(0, n + 2 * pad - k + 1, stride)) for a in range(n)
)
