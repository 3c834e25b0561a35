"""Broken answers to 3-strided."""

from __future__ import annotations


def _spray(body: str) -> str:
    """Return a strided_backward_spray whose right results dx, dw, db are changed by a few lines."""
    indented = body.replace("\n", "\n    ")
    return f"""
def strided_backward_spray(dy, x, w, stride, pad):
    kh, kw = w.shape[2:]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp, dw, db = np.zeros(xp.shape), np.zeros(w.shape), dy.sum((0, 2, 3))
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            at = np.s_[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            dxp[at] += np.tensordot(dy[:, :, i, j], w, 1)
            dw += np.tensordot(dy[:, :, i, j].T, xp[at], 1)
    dx = dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
    {indented}
"""


# student -> (what is special, exercise, the part that is lost ("" for all), the answer, what the check must say)
BROKEN: dict[str, tuple[str, str, str, str, str]] = {
    "other-name": (
        "renamed the function",
        "dilate",
        "",
        "def dilated(dy, stride):\n    return np.kron(dy, np.eye(stride)[:1].T * np.eye(stride)[:1])",
        "is not defined",
    ),
    "two-results": (
        "forgot a result",
        "strided_backward_spray",
        "",
        _spray("return dx, dw"),
        "returned 2 results, expected 3: dx, dw, db",
    ),
    "a-list": (
        "a list of words for db",
        "strided_backward_spray",
        "db",
        _spray("return dx, dw, list(map(str, db))"),
        "is a list, expected a numpy array of numbers",
    ),
    "infinity": (
        "divides by 0",
        "strided_backward_spray",
        "dx",
        _spray("return dx + np.float64(1) / 0, dw, db"),
        "holds infinity at [0, 0, 0, 0]",
    ),
    "own-error": (
        "an assertion of its own",
        "strided_forward",
        "",
        "def strided_forward(x, w, b, stride, pad):\n"
        "    assert (x.shape[2] + 2 * pad - w.shape[2]) % stride == 0, 'stride does not fit'\n"
        "    return np.zeros(3)",
        "raised AssertionError in line 2: assert (x.shape[2] + 2 * pad - w.shape[2]) % stride == 0, "
        "'stride does not fit' (\"stride does not fit\")",
    ),
    "partner": (
        "one way by calling the other",
        "strided_backward_rotated",
        "",
        "def strided_backward_rotated(dy, x, w, stride, pad):\n    return strided_backward_spray(dy, x, w, stride, pad)",
        "write strided_backward_rotated without strided_backward_spray",
    ),
    "partner-2": (
        "the other, under another name",
        "strided_backward_rotated",
        "",
        "earlier = strided_backward_spray\n\n"
        "def strided_backward_rotated(dy, x, w, stride, pad):\n    return earlier(dy, x, w, stride, pad)",
        "write strided_backward_rotated without strided_backward_spray",
    ),
    "one-number": (
        "half of a quiz's answer",
        "output_size",
        "",
        "def output_size(n, k, stride, pad):\n    return ((n + 2 * pad - k) // stride + 1,)",
        "answer  is not right",
    ),
    "last-row": (
        "a row of dw forgotten, which is in no catalogue",
        "strided_backward_spray",
        "dw",
        _spray("dw[:, :, -1] = 0\nreturn dx, dw, db"),
        "is not right: each number of dy sends only a part of what it has to",
    ),
    "factor": (
        "a factor that is in no catalogue",
        "dilate",
        "",
        "def dilate(dy, stride):\n"
        "    P, Q = dy.shape[2:]\n"
        "    out = np.zeros((*dy.shape[:2], P * stride - stride + 1, Q * stride - stride + 1))\n"
        "    out[:, :, ::stride, ::stride] = 0.75 * dy\n"
        "    return out",
        "is the right answer times 0.75",
    ),
}
