"""The Fourier transform."""

import numpy as np


# %% correlate_1d
def correlate_1d(x, w, pad):
    size = len(x) + 2 * pad
    Y = np.fft.rfft(np.pad(x, pad)) * np.conj(np.fft.rfft(w, size))
    return np.fft.irfft(Y, size)[: size - len(w) + 1]


# %% spray_1d
def spray_1d(x, w, pad):
    size = len(x) + 2 * pad + len(w) - 1
    y = np.fft.ifft(np.fft.fft(np.pad(x, pad), size) * np.fft.fft(w[::-1], size))
    return y.real[len(w) - 1 : len(x) + 2 * pad]


# %% toeplitz_1d
def toeplitz_1d(w, n, pad):
    size = n + 2 * pad
    units = np.pad(np.eye(n), ((0, 0), (pad, pad)))
    columns = np.fft.irfft(np.fft.rfft(units) * np.conj(np.fft.rfft(w, size)), size)
    return columns[:, : size - len(w) + 1].T


# %% local_gradient
def local_gradient(i, j, w, shape):
    one = np.zeros(shape)
    one[i, j] = 1
    r, full = len(w) // 2, (shape[0] + len(w) - 1, shape[1] + len(w) - 1)
    g = np.fft.irfft2(np.fft.rfft2(one, full) * np.fft.rfft2(w, full), full)
    return g[r : r + shape[0], r : r + shape[1]]


# %% conv_1d_backward_spray
def conv_1d_backward_spray(dy, w, pad):
    size = len(dy) + len(w) - 1
    dx = np.fft.irfft(np.fft.rfft(dy, size) * np.fft.rfft(w, size), size)
    return dx[pad : size - pad]


# %% conv_1d_backward_rotated
def conv_1d_backward_rotated(dy, w, pad):
    k = len(w)
    size = len(dy) + 2 * (k - 1)
    D = np.fft.rfft(np.pad(dy, k - 1), size) * np.fft.rfft(w[::-1], size).conj()
    return np.fft.irfft(D, size)[pad : len(dy) + k - 1 - pad]


# %% conv_1d_weight_gradient
def conv_1d_weight_gradient(dy, x, pad):
    size = len(x) + 2 * pad
    D = np.fft.rfft(np.pad(x, pad), size) * np.fft.rfft(dy, size).conj()
    return np.fft.irfft(D, size)[: size - len(dy) + 1]


# %% conv_forward
def conv_forward(x, w, b, pad):
    size = (x.shape[2] + 2 * pad, x.shape[3] + 2 * pad)
    X = np.fft.rfft2(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))))
    Y = np.einsum("nchw,fchw->nfhw", X, np.fft.rfft2(w, size).conj())
    y = np.fft.irfft2(Y, size)
    return y[:, :, : size[0] - w.shape[2] + 1, : size[1] - w.shape[3] + 1] + b[:, None, None]


# %% conv_backward
def conv_backward(dy, x, w, pad):
    H, W = x.shape[2:]
    size = (H + 2 * pad, W + 2 * pad)
    D, V = np.fft.rfft2(dy, size), np.fft.rfft2(w, size)
    X = np.fft.rfft2(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))))
    dx = np.fft.irfft2(np.einsum("nfhw,fchw->nchw", D, V), size)
    dw = np.fft.irfft2(np.einsum("nfhw,nchw->fchw", D.conj(), X), size)
    return (
        dx[:, :, pad : pad + H, pad : pad + W],
        dw[:, :, : w.shape[2], : w.shape[3]],
        dy.sum((0, 2, 3)),
    )
