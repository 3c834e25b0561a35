"""The layers that this notebook builds on. Made from the reference answers: do not edit."""

import numpy as np


def fits(x, w, stride=1, pad=0):
    """Raise a ValueError that names the sizes that do not fit, if there are any.

    x: (N, C, H, W);  w: (F, C, kh, kw);  stride: 1 or more;  pad: 0 or more
    """
    if np.ndim(x) != 4 or np.ndim(w) != 4:
        raise ValueError(
            f"x is {np.ndim(x)}-dimensional and w {np.ndim(w)}-dimensional, "
            "expected x (N, C, H, W) and w (F, C, kh, kw)"
        )
    (_, channels, H, W), (_, depth, kh, kw) = np.shape(x), np.shape(w)
    if channels != depth:
        raise ValueError(
            f"x has {channels} channels and the filters of w have {depth}: expected the same number"
        )
    if not isinstance(stride, int | np.integer) or stride < 1:
        raise ValueError(f"stride is {stride!r}, expected an int of at least 1")
    if not isinstance(pad, int | np.integer) or pad < 0:
        raise ValueError(f"pad is {pad!r}, expected an int of at least 0")
    if not (1 <= kh <= H + 2 * pad and 1 <= kw <= W + 2 * pad):
        raise ValueError(
            f"a {kh} x {kw} filter does not fit into a {H} x {W} image padded by {pad}: "
            f"{H + 2 * pad} x {W + 2 * pad}"
        )


def pool_fits(x, size, stride):
    """Raise a ValueError that names the sizes that do not fit, if there are any.

    x: (N, C, H, W);  size: (kh, kw);  stride: 1 or more
    """
    if np.ndim(x) != 4:
        raise ValueError(f"x is {np.ndim(x)}-dimensional, expected (N, C, H, W)")
    if np.shape(size) != (2,) or not all(
        isinstance(side, int | np.integer) and side >= 1 for side in size
    ):
        raise ValueError(f"size is {size!r}, expected (kh, kw), two ints of at least 1")
    if not isinstance(stride, int | np.integer) or stride < 1:
        raise ValueError(f"stride is {stride!r}, expected an int of at least 1")
    (kh, kw), (H, W) = size, np.shape(x)[2:]
    if kh > H or kw > W:
        raise ValueError(f"a {kh} x {kw} window does not fit into a {H} x {W} image")


def output_size(n, k, stride, pad):
    """Return (how many outputs there are, how many entries no window reaches).

    The latter are those at the end of the padded input.

    n: entries of the input;  k: taps of the filter;  stride: 1 or more
    pad: zeros at each end
    """
    return (n + 2 * pad - k) // stride + 1, (n + 2 * pad - k) % stride


def affine_forward(x, w, b):
    """Return y = xw + b for every row of x (Eq. 1).

    x: (N, D);  w: (D, C);  b: (C,)  ->  y: (N, C)
    """
    return x @ w + b  # Eq. 1


def affine_backward(dy, x, w):
    """Return dL/dx, dL/dW and dL/db for a batch of N rows.

    dy: (N, C);  x: (N, D);  w: (D, C)  ->  dx: (N, D), dw: (D, C), db: (C,)
    """
    dx = dy @ w.T  # Eq. 4, row by row
    dw = x.T @ dy  # Eq. 6 holds: the product sums over the rows
    db = dy.sum(axis=0)  # Eq. 8 becomes a sum: every row got the same b
    return dx, dw, db


def softmax_loss(y, labels):
    """Return the mean cross-entropy loss of the scores y, and dL/dy.

    y: (N, C), of any size (1000 is fine);  labels: (N,) whole numbers below C
        ->  loss: a number, dy: (N, C)
    """
    rows = np.arange(len(y))
    shifted = y - y.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_p[rows, labels].mean()
    dy = np.exp(log_p)
    dy[rows, labels] -= 1
    return loss, dy / len(y)


def conv_forward(x, w, b, pad):
    """Return the output of a convolutional layer with stride 1.

    x: (N, C, H, W);  w: (F, C, kh, kw);  b: (F,);  pad: 0 or more
        ->  y: (N, F, H', W'), H' = H + 2 pad - kh + 1
    """
    fits(x, w, 1, pad)
    (H, W), (F, _, kh, kw) = x.shape[2:], w.shape
    P, Q = H + 2 * pad - kh + 1, W + 2 * pad - kw + 1
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    y = np.zeros((len(x), F, P, Q)) + b[:, None, None]
    for u in range(kh):
        for v in range(kw):
            y += np.einsum("nchw,fc->nfhw", padded[:, :, u : u + P, v : v + Q], w[:, :, u, v])
    return y


def conv_backward(dy, x, w, pad):
    """Return dL/dx, dL/dw and dL/db of a convolutional layer with stride 1.

    These are Eqs. 9 and 10, over channels, filters and images.

    dy: (N, F, H', W');  x: (N, C, H, W);  w: (F, C, kh, kw);  pad: 0 or more
        ->  dx, dw like x, w;  db: (F,)
    """
    fits(x, w, 1, pad)
    H, W = x.shape[2:]
    kh, kw = w.shape[2:]
    P, Q = dy.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    sprayed, dw = np.zeros(padded.shape), np.zeros(w.shape)
    for u in range(kh):
        for v in range(kw):
            sprayed[:, :, u : u + P, v : v + Q] += np.einsum("nfhw,fc->nchw", dy, w[:, :, u, v])
            dw[:, :, u, v] = np.einsum("nfhw,nchw->fc", dy, padded[:, :, u : u + P, v : v + Q])
    db = dy.sum(axis=(0, 2, 3))  # one b for every image and every place
    return sprayed[:, :, pad : pad + H, pad : pad + W], dw, db


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


def relu_forward(x):
    """Return max(x, 0), entry by entry (Eq. 11).

    x: any shape  ->  y: like x
    """
    return np.maximum(x, 0)


def relu_backward(dy, x):
    """Return dL/dx of y = max(x, 0) (Eq. 12, repaired).

    dy: like x;  x: any shape  ->  dx: like x
    """
    return dy * (x > 0)


def max_pool_forward(x, size, stride):
    """Return the largest entry of every window.

    Rows and columns that no whole window reaches are left out.

    x: (N, C, H, W);  size: (kh, kw);  stride: 1 or more
        ->  y: (N, C, H', W'), a number for every window
    """
    pool_fits(x, size, stride)
    (H, W), (kh, kw) = x.shape[2:], size
    P, Q = (H - kh) // stride + 1, (W - kw) // stride + 1
    y = np.full((*x.shape[:2], P, Q), -np.inf)
    for u in range(kh):
        for v in range(kw):
            y = np.maximum(
                y,
                x[
                    :,
                    :,
                    u : u + stride * (P - 1) + 1 : stride,
                    v : v + stride * (Q - 1) + 1 : stride,
                ],
            )
    return y


def max_pool_2x2_backward(dy, x):
    """Return dL/dx of max pooling with 2 x 2 windows and stride 2.

    Of several largest entries the first in reading order wins.

    dy: (N, C, H/2, W/2);  x: (N, C, H, W), H and W even  ->  dx: (N, C, H, W)
    """
    N, C, H, W = x.shape
    windows = x.reshape(N, C, H // 2, 2, W // 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(-1, 4)
    routed = np.zeros(windows.shape)
    routed[np.arange(len(windows)), windows.argmax(axis=1)] = dy.ravel()
    return routed.reshape(N, C, H // 2, W // 2, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(x.shape)
