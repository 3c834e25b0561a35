"""Section 2 of the text: convolution as a gather and as a spray, and its gradients (Eqs. 9-10).

Convolution means cross-correlation, as in the text and in every framework. The two-dimensional
functions are literally the spray: one product of matrices for each tap of the filter, over all
images and pixels at once.
"""

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


def correlate_1d(x, w, pad):
    """Return y by gathering: y[i] is w times k neighbours in the padded x, added up.

    x: (n,);  w: (k,);  pad: zeros at each end, 0 to k - 1
        ->  y: (n + 2 pad - k + 1,)
    """
    k = len(w)
    padded = np.pad(x, pad)
    y = np.zeros(len(padded) - k + 1)
    for i in range(len(y)):
        y[i] = padded[i : i + k] @ w
    return y


def spray_1d(x, w, pad):
    """Return the same y by spraying: every x[a] times w reflected is added onto y.

    x: (n,);  w: (k,);  pad: zeros at each end, 0 to k - 1
        ->  y: (n + 2 pad - k + 1,)
    """
    n, k = len(x), len(w)
    full = np.zeros(n + k - 1)  # where every spray lands whole: k - 1 zeros at each end of x
    for a in range(n):
        full[a : a + k] += x[a] * w[::-1]
    more = max(pad - k + 1, 0)  # padding beyond k - 1 adds outputs that see zeros alone
    full = np.pad(full, more)
    cut = k - 1 - pad + more
    return full[cut : len(full) - cut]


def toeplitz_1d(w, n, pad):
    """Return the matrix T of the 1D convolution.

    correlate_1d(x, w, pad) = T @ x for every x of n numbers.

    w: (k,);  n: k or more;  pad: 0 to k - 1  ->  T: (n + 2 pad - k + 1, n)
    """
    k = len(w)
    m = n + 2 * pad - k + 1
    T = np.zeros((m, n + 2 * pad))
    for i in range(m):
        T[i, i : i + k] = w
    return T[:, pad : pad + n]  # the columns that meet a padding zero never count


def local_gradient(i, j, w, shape):
    """Return the derivative of the single output y[i, j] by the whole image x (Eq. 10).

    i, j: row and column of the output
    w: (2r + 1, 2r + 1), with pad r and stride 1, so that y has the size of x
    shape: the shape (M, N) of x  ->  (M, N)

    Rows and columns of x, y and w are counted from 0, where Eq. 10 counts from 1.
    """
    r = len(w) // 2
    padded = np.zeros((shape[0] + 2 * r, shape[1] + 2 * r))
    padded[i : i + 2 * r + 1, j : j + 2 * r + 1] = w
    return padded[r : r + shape[0], r : r + shape[1]]


def same_pad(k):
    """Return the pad with which a filter of k taps keeps the length of its input.

    Return "none" if there is no such pad. The same pad stands at both ends, and the
    stride is 1.
    """
    return (k - 1) // 2 if k % 2 == 1 else "none"


def backward_pad(k, pad):
    """Return the pad with which dy must be correlated to give dx.

    k: taps of the forward pass;  pad: its padding, 0 to k - 1
    """
    return k - 1 - pad


def conv_1d_backward_spray(dy, w, pad):
    """Return dL/dx of y = correlate_1d(x, w, pad), by spraying dy.

    dy: (m,);  w: (k,);  pad: 0 to k - 1  ->  dx: (m + k - 1 - 2 pad,)
    """
    m, k = len(dy), len(w)
    padded = np.zeros(m + k - 1)  # dL/d(padded x)
    for i in range(m):
        padded[i : i + k] += dy[i] * w
    return padded[pad : len(padded) - pad]  # nobody asks what the padding would like to be


def conv_1d_backward_rotated(dy, w, pad):
    """Return dL/dx of y = correlate_1d(x, w, pad), by correlating dy with w reflected.

    dy: (m,);  w: (k,);  pad: 0 or more, also wider than k - 1
        ->  dx: (m + k - 1 - 2 pad,)
    """
    k = len(w)
    around = np.pad(dy, k - 1)  # wide enough for every pixel of the padded x
    padded = np.array([around[a : a + k] @ w[::-1] for a in range(len(dy) + k - 1)])
    return padded[pad : len(padded) - pad]  # in all k - 1 - pad zeros at each end of dy, or a cut


def conv_1d_weight_gradient(dy, x, pad):
    """Return dL/dw of y = correlate_1d(x, w, pad): x and w exchange their roles.

    dy: (m,);  x: (n,);  pad: 0 to k - 1  ->  dw: (k,), k = n + 2 pad - m + 1
    """
    m = len(dy)
    padded = np.pad(x, pad)
    return np.array([padded[u : u + m] @ dy for u in range(len(padded) - m + 1)])


def row_by_hand(dy, x, w):
    """Return dx and dw of your row, worked out by hand: one zero stood at each end.

    dx: (5,);  dw: (3,)
    """
    return conv_1d_backward_spray(dy, w, 1), conv_1d_weight_gradient(dy, x, 1)


def conv_2d_weight_gradient(dy, x, pad):
    """Return dL/dw for one image of one channel under one filter, with stride 1.

    dy: (H', W');  x: (H, W);  pad: 0 or more
        ->  dw: (H + 2 pad - H' + 1, W + 2 pad - W' + 1)
    """
    padded = np.pad(x, pad)
    P, Q = dy.shape
    dw = np.zeros((len(padded) - P + 1, len(padded[0]) - Q + 1))
    for u in range(len(dw)):
        for v in range(len(dw[0])):
            dw[u, v] = np.sum(dy * padded[u : u + P, v : v + Q])
    return dw


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
