"""Broken answers to 2-convolution."""

from __future__ import annotations


def _backward(body: str) -> str:
    """Return a conv_backward of 2-convolution whose right results dx, dw, db are changed by a few lines."""
    indented = body.replace("\n", "\n    ")
    return f"""
def conv_backward(dy, x, w, pad):
    kh, kw = w.shape[2:]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp, dw, db = np.zeros(xp.shape), np.zeros(w.shape), dy.sum((0, 2, 3))
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            dxp[:, :, i : i + kh, j : j + kw] += np.tensordot(dy[:, :, i, j], w, 1)
            dw += np.tensordot(dy[:, :, i, j].T, xp[:, :, i : i + kh, j : j + kw], 1)
    dx = dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
    {indented}
"""


# student -> (what is special, exercise, the part that is lost ("" for all), the answer, what the check must say)
BROKEN: dict[str, tuple[str, str, str, str, str]] = {
    "other-name": (
        "renamed the function",
        "correlate_1d",
        "",
        "def correlate(x, w, pad):\n    return np.correlate(np.pad(x, pad), w, 'valid')",
        "is not defined",
    ),
    "two-results": (
        "forgot a result",
        "conv_backward",
        "",
        _backward("return dx, dw"),
        "returned 2 results, expected 3: dx, dw, db",
    ),
    "a-dict": (
        "results by other names",
        "conv_backward",
        "",
        _backward("return {'x': dx, 'w': dw, 'b': db}"),
        "returned a dict, expected 3 results: dx, dw, db",
    ),
    "a-list": (
        "a list of words for y",
        "correlate_1d",
        "",
        "def correlate_1d(x, w, pad):\n"
        "    x = np.pad(x, pad)\n"
        "    return [str(x[i : i + len(w)] @ w) for i in range(len(x) - len(w) + 1)]",
        "is a list, expected a numpy array of numbers",
    ),
    "nan": (
        "NaN, and a warning",
        "conv_backward",
        "dw",
        _backward("return dx, dw * 0 / 0, db"),
        "holds NaN at [0, 0, 0, 0]",
    ),
    "own-error": (
        "raises an exception of its own",
        "conv_backward",
        "",
        _backward("raise KeyError('padding')"),
        "raised KeyError in line 10: raise KeyError('padding') (\"'padding'\")",
    ),
    "partner": (
        "one view by calling the other",
        "conv_1d_backward_rotated",
        "",
        "def conv_1d_backward_rotated(dy, w, pad):\n    return conv_1d_backward_spray(dy, w, pad)",
        "write conv_1d_backward_rotated without conv_1d_backward_spray",
    ),
    "matrix": (
        "one view by the matrix that knows both",
        "conv_1d_backward_spray",
        "",
        "def conv_1d_backward_spray(dy, w, pad):\n    return dy @ toeplitz_1d(w, len(dy) + len(w) - 1 - 2 * pad, pad)",
        "write conv_1d_backward_spray without toeplitz_1d",
    ),
    "by-nudging": (
        "the gradient by differences",
        "conv_1d_weight_gradient",
        "",
        "def conv_1d_weight_gradient(dy, x, pad):\n"
        "    k = len(x) + 2 * pad - len(dy) + 1\n"
        "    return dy @ numerical_jacobian(lambda v: correlate_1d(x, v, pad), np.zeros(k))",
        "write conv_1d_weight_gradient without numerical_jacobian",
    ),
    "factor": (
        "a factor that is in no catalogue",
        "conv_backward",
        "dx",
        _backward("return dx * 1.5, dw, db"),
        "is the right answer times 1.5",
    ),
    "last-row": (
        "a loop that ends one row early",
        "toeplitz_1d",
        "",
        "def toeplitz_1d(w, n, pad):\n"
        "    m = n + 2 * pad - len(w) + 1\n"
        "    T = np.zeros((m, n + 2 * pad))\n"
        "    for i in range(m - 1):\n"
        "        T[i, i : i + len(w)] = w\n"
        "    return T[:, pad : pad + n]",
        "is not right: each number of w sends only a part of what it has to",
    ),
    "last-tap": (
        "one tap forgotten, which is in no catalogue",
        "conv_backward",
        "dw",
        _backward("dw[:, :, -1, -1] = 0\nreturn dx, dw, db"),
        "is not right: each number of dy sends only a part of what it has to",
    ),
}
