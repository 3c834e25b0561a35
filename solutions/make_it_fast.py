"""7-fast: one convolution in five ways, each faster than the one before.

All of them give the same numbers. No zeros are put around the images: np.pad does that before.
"""

import numpy as np


def conv_loops(x, w, b):
    """Return the output of a convolutional layer, window by window.

    x: (N, C, H, W);  w: (F, C, kh, kw);  b: (F,)
        ->  y: (N, F, H', W'), H' = H - kh + 1, W' = W - kw + 1, of the dtype of x
    """
    (N, _, H, W), (F, _, kh, kw) = x.shape, w.shape
    P, Q = H - kh + 1, W - kw + 1
    y = np.zeros((N, F, P, Q), x.dtype)
    for n in range(N):
        for f in range(F):
            for i in range(P):
                for j in range(Q):
                    window = x[n, :, i : i + kh, j : j + kw]
                    y[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return y


def conv_im2col(x, w, b):
    """Return the same output by one product of matrices; a window is a row.

    x: (N, C, H, W);  w: (F, C, kh, kw);  b: (F,)
        ->  y: (N, F, H', W'), of the dtype of x
    """
    (N, C, H, W), (F, _, kh, kw) = x.shape, w.shape
    P, Q = H - kh + 1, W - kw + 1
    windows = np.lib.stride_tricks.sliding_window_view(x, (kh, kw), axis=(2, 3))
    rows = windows.transpose(0, 2, 3, 1, 4, 5).reshape(N * P * Q, C * kh * kw)
    y = rows @ w.reshape(F, C * kh * kw).T + b
    return y.reshape(N, P, Q, F).transpose(0, 3, 1, 2)


def conv_taps(x, w, b):
    """Return the same output by one product of matrices for each tap.

    x: (N, C, H, W);  w: (F, C, kh, kw);  b: (F,)
        ->  y: (N, F, H', W'), of the dtype of x
    """
    (N, C, H, W), (F, _, kh, kw) = x.shape, w.shape
    P, Q = H - kh + 1, W - kw + 1
    y = np.zeros((N, F, P * Q), x.dtype) + b[:, None]
    for u in range(kh):
        for v in range(kw):
            covered = x[:, :, u : u + P, v : v + Q].reshape(N, C, P * Q)
            y += w[:, :, u, v] @ covered
    return y.reshape(N, F, P, Q)


def conv_phases(x, w, b, stride):
    """Return the output with a stride, as a sum of convolutions without one.

    There is one for each phase.

    x: (N, C, H, W);  w: (F, C, kh, kw);  b: (F,);  stride: 1 or more
        ->  y: (N, F, H', W'), of the dtype of x, with H' = (H - kh) // stride + 1
    """
    (N, _, H, W), (F, _, kh, kw) = x.shape, w.shape
    P, Q = (H - kh) // stride + 1, (W - kw) // stride + 1
    y = np.zeros((N, F, P, Q), x.dtype) + b[:, None, None]
    for a in range(min(stride, kh)):
        for c in range(min(stride, kw)):
            taps = w[:, :, a::stride, c::stride]
            rows, columns = taps.shape[2:]
            phase = x[:, :, a::stride, c::stride][:, :, : P + rows - 1, : Q + columns - 1]
            y += conv_taps(phase, taps, np.zeros_like(b))
    return y


def conv_offsets(x, w, b):
    """Return the output without a stride, by one product for each flat image.

    x: (N, C, H, W);  w: (F, C, kh, kw);  b: (F,)
        ->  y: (N, F, H', W'), of the dtype of x
    """
    (N, C, H, W), (F, _, kh, kw) = x.shape, w.shape
    P, Q = H - kh + 1, W - kw + 1
    offsets = [u * W + v for u in range(kh) for v in range(kw)]
    matrix = w.transpose(0, 2, 3, 1).reshape(F, kh * kw * C)  # taps first, as in the block
    flat = np.ascontiguousarray(x).reshape(N, C, H * W)
    length = (P - 1) * W + Q  # windows from the first to the last, those that wrap among them
    block = np.zeros((kh * kw, C, length), x.dtype)
    y = np.zeros((N, F, P * W), x.dtype)
    for n in range(N):
        for tap, offset in enumerate(offsets):
            block[tap] = flat[n, :, offset : offset + length]
        y[n, :, :length] = matrix @ block.reshape(kh * kw * C, length)
    return y.reshape(N, F, P, W)[:, :, :, :Q] + b[:, None, None]
