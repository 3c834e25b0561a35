"""Section 4 of the text: max pooling."""

import numpy as np


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


def max_pool_backward(dy, x, size, stride):
    """Return dL/dx of max pooling.

    Of several largest entries in a window the first in reading order wins.

    dy: (N, C, H', W');  x: (N, C, H, W);  size: (kh, kw);  stride: 1 or more
        ->  dx: (N, C, H, W)
    """
    pool_fits(x, size, stride)
    kh, kw = size
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*dy.shape):
        top, left = i * stride, j * stride
        u, v = np.unravel_index(x[n, c, top : top + kh, left : left + kw].argmax(), size)
        dx[n, c, top + u, left + v] += dy[n, c, i, j]  # windows may overlap
    return dx


def assignment_is_enough(size, stride):
    """Return True when max_pool_backward may write = and not +=, whatever x is.

    size: (kh, kw);  stride: 1 or more
    """
    return stride >= max(size)


def pool_by_hand(dy, x):
    """Return dx of your numbers, for windows of 2 x 2 pixels with stride 1.

    dx: (3, 3)
    """
    return max_pool_backward(dy[None, None], x[None, None], (2, 2), 1)[0, 0]
