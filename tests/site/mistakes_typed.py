"""A wrong answer for each notebook, which the tests in a browser type."""

# assignment -> exercise, a wrong answer to it, what the verdict must say
WRONG = {
    "1-affine": (
        "affine_backward_row",
        "def affine_backward_row(dy, x, w):\n    return dy @ w.T, dy.T @ x, dy[0]",
        "Did you transpose?",
    ),
    "2-convolution": (
        "conv_1d_backward_spray",
        "def conv_1d_backward_spray(dy, w, pad):\n    dx = np.zeros(len(dy) + len(w) - 1)\n    for "
        "i in range(len(dy)):\n"
        "        dx[i : i + len(w)] += dy[i] * w[::-1]\n    return dx[pad : len(dx) - pad]",
        "yours",
    ),
    "3-strided": (
        "dilate",
        "def dilate(dy, stride):\n    return dy.repeat(stride, axis=2).repeat(stride, axis=3)",
        "has shape",
    ),
    "4-relu": (
        "relu_backward",
        "def relu_backward(dy, x):\n    return dy * (dy > 0)",
        "is masked by the sign of dy",
    ),
    "5-max-pool": (
        "max_pool_2x2_backward",
        "def max_pool_2x2_backward(dy, x):\n    return dy.repeat(2, axis=2).repeat(2, axis=3)",
        "dy was written to every entry of the window",
    ),
    "6-capstone": (
        "loss_and_gradients",
        "def loss_and_gradients(params, images, labels):\n    return 0.0, params",
        "parameters themselves",
    ),
    "7-fast": (
        "conv_loops",
        "def conv_loops(x, w, b):\n    N, F = len(x), len(w)\n    P, Q = x.shape[2] - w.shape[2] + 1, "
        "x.shape[3] - w.shape[3] + 1\n    y = np.zeros((N, F, P, Q))\n"
        "    for n, f, i, j in np.ndindex(y.shape):\n        window = x[n, :, i : i + w.shape[2], "
        "j : j + w.shape[3]]\n        y[n, f, i, j] = np.sum(window * w[f])\n    return y",
        "lacks the bias",
    ),
}
