"""Broken answers to 5-max-pool."""

from __future__ import annotations


def _backward(body: str) -> str:
    """Return a max_pool_backward whose right result dx is changed by a few lines."""
    indented = body.replace("\n", "\n    ")
    return f"""
def max_pool_backward(dy, x, size, stride):
    kh, kw = size
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*dy.shape):
        window = np.s_[n, c, i * stride : i * stride + kh, j * stride : j * stride + kw]
        u, v = np.unravel_index(x[window].argmax(), size)
        dx[n, c, i * stride + u, j * stride + v] += dy[n, c, i, j]
    {indented}
"""


# student -> (what is special, exercise, the part that is lost ("" for all), the answer, what the check must say)
BROKEN: dict[str, tuple[str, str, str, str, str]] = {
    "other-name": (
        "renamed the function",
        "max_pool_forward",
        "",
        "def max_pool(x, size, stride):\n    return x[:, :, ::stride, ::stride]",
        "is not defined",
    ),
    "nothing": (
        "forgot the return",
        "max_pool_backward",
        "",
        _backward("dx"),
        "is None (is the return missing?), expected a numpy array of numbers",
    ),
    "two-results": (
        "a result too many",
        "max_pool_backward",
        "",
        _backward("return dx, dx.sum()"),
        "is a tuple, expected a numpy array of numbers",
    ),
    "a-list": (
        "a list of words for dx",
        "max_pool_backward",
        "",
        _backward("return list(map(str, dx))"),
        "is a list, expected a numpy array of numbers",
    ),
    "nan": (
        "NaN where no window looks",
        "max_pool_backward",
        "",
        _backward("dx[dx == 0] = np.nan\nreturn dx"),
        "holds NaN at [0, 0, ",
    ),
    "own-error": (
        "refuses windows that do not fill the image",
        "max_pool_forward",
        "",
        "def max_pool_forward(x, size, stride):\n"
        "    if (x.shape[2] - size[0]) % stride or (x.shape[3] - size[1]) % stride:\n"
        "        raise ValueError(f'{size} does not fit')\n"
        "    return x",
        "raised ValueError in line 3: raise ValueError(f'{size} does not fit') (\"(2, 3) does not fit\")",
    ),
    "by-nudging": (
        "the gradient by differences",
        "max_pool_backward",
        "",
        "def max_pool_backward(dy, x, size, stride):\n"
        "    return numerical_jacobian(lambda v: np.sum(dy * max_pool_forward(v, size, stride)), x)",
        "write max_pool_backward without numerical_jacobian",
    ),
    "ties-lost": (
        "other shares at a tie, which are in no catalogue",
        "max_pool_backward",
        "ties",
        "def max_pool_backward(dy, x, size, stride):\n"
        "    dx = np.zeros(x.shape)\n"
        "    for n, c, i, j in np.ndindex(*dy.shape):\n"
        "        at = np.s_[n, c, i * stride : i * stride + size[0], j * stride : j * stride + size[1]]\n"
        "        ties = x[at] == x[at].max()\n"
        "        dx[at] += ties * dy[n, c, i, j] / ties.sum() ** 2\n"
        "    return dx",
        "ties  the shares of the largest entries of a window do not add up to its dy",
    ),
    "last-row": (
        "a row forgotten, which is in no catalogue",
        "max_pool_backward",
        "",
        _backward("dx[:, :, 0] = 0\nreturn dx"),
        "is not right: ",
    ),
    "words": (
        "a word for True",
        "assignment_is_enough",
        "",
        "def assignment_is_enough(size, stride):\n    return 'yes' if stride >= max(size) else 'no'",
        "answer  is not right",
    ),
}
