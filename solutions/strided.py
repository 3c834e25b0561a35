"""Section 2 of the text, its question on strides: the spray, and the rotated filter."""

import numpy as np

from solutions.convolution import fits


def output_size(n, k, stride, pad):
    """Return (how many outputs there are, how many entries no window reaches).

    The latter are those at the end of the padded input.

    n: entries of the input;  k: taps of the filter;  stride: 1 or more
    pad: zeros at each end
    """
    return (n + 2 * pad - k) // stride + 1, (n + 2 * pad - k) % stride


def strided_forward(x, w, b, stride, pad):
    """Return the output of a convolutional layer whose filter moves by `stride` pixels.

    x: (N, C, H, W);  w: (F, C, kh, kw);  b: (F,)
        ->  y: (N, F, H', W'), sizes as output_size counts them
    """
    fits(x, w, stride, pad)
    (H, W), (F, _, kh, kw) = x.shape[2:], w.shape
    P, Q = output_size(H, kh, stride, pad)[0], output_size(W, kw, stride, pad)[0]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    y = np.zeros((len(x), F, P, Q)) + b[:, None, None]
    for u in range(kh):
        for v in range(kw):
            covered = padded[
                :, :, u : u + stride * (P - 1) + 1 : stride, v : v + stride * (Q - 1) + 1 : stride
            ]
            y += np.einsum("nchw,fc->nfhw", covered, w[:, :, u, v])
    return y


def dilate(dy, stride):
    """Return dy with stride - 1 zeros between neighbours, in rows and in columns.

    dy: (N, F, H', W')  ->  (N, F, (H' - 1) stride + 1, (W' - 1) stride + 1)
    """
    N, F, P, Q = dy.shape
    dilated = np.zeros((N, F, (P - 1) * stride + 1, (Q - 1) * stride + 1))
    dilated[:, :, ::stride, ::stride] = dy
    return dilated


def strided_row_by_hand(dy, w):
    """Return dx of your row, worked out by hand: six pixels, stride 2, no padding.

    dx: (6,)
    """
    dx = np.zeros(6)
    for i in range(len(dy)):
        dx[2 * i : 2 * i + len(w)] += dy[i] * w
    return dx


def strided_backward_spray(dy, x, w, stride, pad):
    """Return dL/dx, dL/dw and dL/db of a strided convolution, by spraying.

    dy: (N, F, H', W');  x: (N, C, H, W);  w: (F, C, kh, kw)
        ->  dx, dw like x, w;  db: (F,)
    """
    fits(x, w, stride, pad)
    (H, W), (kh, kw), (P, Q) = x.shape[2:], w.shape[2:], dy.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    sprayed, dw = np.zeros(padded.shape), np.zeros(w.shape)
    for u in range(kh):
        for v in range(kw):
            rows, columns = (
                slice(u, u + stride * (P - 1) + 1, stride),
                slice(v, v + stride * (Q - 1) + 1, stride),
            )
            sprayed[:, :, rows, columns] += np.einsum("nfhw,fc->nchw", dy, w[:, :, u, v])
            dw[:, :, u, v] = np.einsum("nfhw,nchw->fc", dy, padded[:, :, rows, columns])
    return sprayed[:, :, pad : pad + H, pad : pad + W], dw, dy.sum(axis=(0, 2, 3))


def strided_backward_rotated(dy, x, w, stride, pad):
    """Return dL/dx, dL/dw and dL/db of a strided convolution, with the rotated filter.

    It is correlated with a dilated dy.

    dy: (N, F, H', W');  x: (N, C, H, W);  w: (F, C, kh, kw)
        ->  dx, dw like x, w;  db: (F,)
    """
    fits(x, w, stride, pad)
    (N, _, H, W), (F, _, kh, kw) = x.shape, w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    P, Q = H + 2 * pad - kh + 1, W + 2 * pad - kw + 1  # the output that stride 1 would give
    dilated = np.zeros((N, F, P, Q))  # zeros between, and the remainder's zeros at the end
    dilated[:, :, ::stride, ::stride] = dy
    around = np.pad(dilated, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
    rotated = w[:, :, ::-1, ::-1]
    full, dw = np.zeros(padded.shape), np.zeros(w.shape)
    for u in range(kh):
        for v in range(kw):
            covered = around[:, :, u : u + H + 2 * pad, v : v + W + 2 * pad]
            full += np.einsum("nfhw,fc->nchw", covered, rotated[:, :, u, v])
            # dw: dy meets the windows of x, not rotated
            dw[:, :, u, v] = np.einsum("nfhw,nchw->fc", dilated, padded[:, :, u : u + P, v : v + Q])
    return full[:, :, pad : pad + H, pad : pad + W], dw, dy.sum(axis=(0, 2, 3))


def pixels_without_gradient(n, k, stride, pad):
    """Return how many of the n input entries lie under no window.

    Their gradient is zero, whatever dy is.

    n: entries of the input, the padding not counted;  k: taps of the filter
    stride: 1 or more;  pad: zeros at each end
    """
    outputs = (n + 2 * pad - k) // stride + 1
    covered = {i * stride + u - pad for i in range(outputs) for u in range(k)}
    return sum(a not in covered for a in range(n))
