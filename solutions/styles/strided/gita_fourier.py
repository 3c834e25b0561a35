"""The Fourier transform."""

import numpy as np


# %% strided_forward
def strided_forward(x, w, b, stride, pad):
    size = (x.shape[2] + 2 * pad, x.shape[3] + 2 * pad)
    X = np.fft.rfft2(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))))
    y = np.fft.irfft2(np.einsum("nchw,fchw->nfhw", X, np.fft.rfft2(w, size).conj()), size)
    return (
        y[:, :, : size[0] - w.shape[2] + 1 : stride, : size[1] - w.shape[3] + 1 : stride]
        + b[:, None, None]
    )


# %% dilate
def dilate(dy, stride):
    P, Q = dy.shape[2:]
    spectrum = np.tile(np.fft.fft2(dy), (1, 1, stride, stride))  # zeros between repeat the spectrum
    return np.fft.ifft2(spectrum).real[:, :, : P * stride - stride + 1, : Q * stride - stride + 1]


# %% strided_backward_rotated
def strided_backward_rotated(dy, x, w, stride, pad):
    H, W = x.shape[2:]
    size = (H + 2 * pad, W + 2 * pad)
    D, V = np.fft.rfft2(dilate(dy, stride), size), np.fft.rfft2(w, size)
    X = np.fft.rfft2(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))))
    dx = np.fft.irfft2(np.einsum("nfhw,fchw->nchw", D, V), size)
    dw = np.fft.irfft2(np.einsum("nfhw,nchw->fchw", D.conj(), X), size)
    return (
        dx[:, :, pad : pad + H, pad : pad + W],
        dw[:, :, : w.shape[2], : w.shape[3]],
        dy.sum((0, 2, 3)),
    )


# %% pixels_without_gradient
def pixels_without_gradient(n, k, stride, pad):
    size = n + 2 * pad
    starts = np.zeros(size)
    starts[: size - k + 1 : stride] = 1
    covered = np.fft.ifft(np.fft.fft(starts) * np.fft.fft(np.ones(k), size)).real
    return int(np.sum(covered[pad : pad + n] < 0.5))
