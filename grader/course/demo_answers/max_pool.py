"""Answers to 5-max-pool, in honest styles and broken."""

from __future__ import annotations

LOOPS = {
    "max_pool_forward": """
def max_pool_forward(x, size, stride):
    N, C, H, W = x.shape
    K, L = size
    y = np.zeros((N, C, (H - K) // stride + 1, (W - L) // stride + 1))
    for n in range(N):
        for c in range(C):
            for i in range(y.shape[2]):
                for j in range(y.shape[3]):
                    best = x[n, c, i * stride, j * stride]
                    for u in range(K):
                        for v in range(L):
                            best = max(best, x[n, c, i * stride + u, j * stride + v])
                    y[n, c, i, j] = best
    return y
""",
    "max_pool_2x2_backward": """
def max_pool_2x2_backward(dy, x):
    dx = np.zeros(x.shape)
    for n in range(dy.shape[0]):
        for c in range(dy.shape[1]):
            for i in range(dy.shape[2]):
                for j in range(dy.shape[3]):
                    best = -np.inf
                    for u in (0, 1):
                        for v in (0, 1):
                            if x[n, c, 2 * i + u, 2 * j + v] > best:
                                best = x[n, c, 2 * i + u, 2 * j + v]
                                row, column = 2 * i + u, 2 * j + v
                    dx[n, c, row, column] = dy[n, c, i, j]
    return dx
""",
    "assignment_is_enough": """
def assignment_is_enough(size, stride):
    for k in size:
        if stride < k:
            return False
    return True
""",
    "max_pool_backward": """
def max_pool_backward(dy, x, size, stride):
    dx = np.zeros(x.shape)
    for n in range(dy.shape[0]):
        for c in range(dy.shape[1]):
            for i in range(dy.shape[2]):
                for j in range(dy.shape[3]):
                    best = None
                    for p in range(i * stride, i * stride + size[0]):
                        for q in range(j * stride, j * stride + size[1]):
                            if best is None or x[n, c, p, q] > x[n, c, best[0], best[1]]:
                                best = p, q
                    dx[n, c, best[0], best[1]] += dy[n, c, i, j]
    return dx
""",
}

WINDOWS = {  # all windows as one view with six axes
    "max_pool_forward": """
from numpy.lib.stride_tricks import sliding_window_view

def max_pool_forward(x, size, stride):
    return sliding_window_view(x, size, axis=(2, 3))[:, :, ::stride, ::stride].max(axis=(4, 5))
""",
    "max_pool_2x2_backward": """
def max_pool_2x2_backward(dy, x):
    winners = sliding_window_view(x, (2, 2), axis=(2, 3))[:, :, ::2, ::2].reshape(*dy.shape, 4).argmax(-1)
    parts = np.einsum("ncij,ncijk->ncijk", dy, np.eye(4)[winners])
    N, C, P, Q = dy.shape
    return np.einsum("ncijuv->nciujv", parts.reshape(N, C, P, Q, 2, 2)).reshape(x.shape)
""",
    "max_pool_backward": """
def max_pool_backward(dy, x, size, stride):
    dx = np.zeros(x.shape)
    seen = sliding_window_view(x, size, (2, 3))[:, :, ::stride, ::stride]
    into = sliding_window_view(dx, size, (2, 3), writeable=True)[:, :, ::stride, ::stride]
    winners = seen.reshape(*dy.shape, -1).argmax(axis=-1)
    for k, (u, v) in enumerate(np.ndindex(*size)):
        into[..., u, v] += np.where(winners == k, dy, 0)
    return dx
""",
}

FLOAT32 = {
    "max_pool_forward": """
def max_pool_forward(x, size, stride):
    x = x.astype(np.float32)
    H, W = x.shape[2:]
    rows, columns = range(0, H - size[0] + 1, stride), range(0, W - size[1] + 1, stride)
    y = [[x[:, :, i:i + size[0], j:j + size[1]].max((2, 3)) for j in columns] for i in rows]
    return np.array(y).transpose(2, 3, 0, 1)
""",
    "max_pool_2x2_backward": """
def max_pool_2x2_backward(dy, x):
    dx = np.zeros(x.shape, np.float32)
    for n, c, i, j in np.ndindex(dy.shape):
        k = x[n, c, 2 * i:2 * i + 2, 2 * j:2 * j + 2].argmax()
        dx[n, c, 2 * i + k // 2, 2 * j + k % 2] = np.float32(dy[n, c, i, j])
    return dx
""",
    "max_pool_backward": """
def max_pool_backward(dy, x, size, stride):
    dx = np.zeros_like(x, dtype=np.float32)
    for place in np.ndindex(dy.shape):
        n, c, i, j = place
        window = x[n, c, i * stride:i * stride + size[0], j * stride:j * stride + size[1]]
        u, v = divmod(int(window.argmax()), size[1])
        dx[n, c, i * stride + u, j * stride + v] += np.float32(dy[place])
    return dx
""",
}

WITH_FORWARD = {  # the own forward pass tells the winners; of several the first is kept
    "max_pool_forward": """
def max_pool_forward(x, size, stride):
    return np.max(Taps(x.shape, size, stride).cut(x), axis=0)
""",
    "max_pool_2x2_backward": "def max_pool_2x2_backward(dy, x):\n    return route(dy, x, (2, 2), 2)",
    "max_pool_backward": "def max_pool_backward(dy, x, size, stride):\n    return route(dy, x, size, stride)",
    "assignment_is_enough": """
def assignment_is_enough(size, stride):
    touched = np.zeros((1, 1, 24, 24))
    for cut in Taps(touched.shape, size, stride).slices():
        touched[cut] += 1
    return touched.max() == 1
""",
}

EVEN_SPLIT = {
    "max_pool_forward": """
def max_pool_forward(x, size, stride):
    N, C, H, W = x.shape
    places = [(i, j) for i in range(0, H - size[0] + 1, stride) for j in range(0, W - size[1] + 1, stride)]
    y = [np.sort(x[:, :, i : i + size[0], j : j + size[1]].reshape(N, C, -1))[..., -1] for i, j in places]
    return np.stack(y, axis=-1).reshape(N, C, -1, (W - size[1]) // stride + 1)
""",
    "max_pool_2x2_backward": """
def max_pool_2x2_backward(dy, x):
    y = x.reshape(*dy.shape[:3], 2, -1, 2).max(axis=(3, 5))
    mask = (x == np.kron(y, np.ones((2, 2)))).astype(float)
    shares = mask.reshape(*dy.shape[:3], 2, -1, 2).sum(axis=(3, 5))
    return mask * np.kron(dy / shares, np.ones((2, 2)))
""",
    "max_pool_backward": """
def max_pool_backward(dy, x, size, stride):
    dx = np.zeros(x.shape)
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            at = np.s_[:, :, i * stride : i * stride + size[0], j * stride : j * stride + size[1]]
            ties = x[at] == x[at].max(axis=(2, 3), keepdims=True)
            dx[at] += ties / ties.sum(axis=(2, 3), keepdims=True) * dy[:, :, i, j][:, :, None, None]
    return dx
""",
}

LAST_WINS = {
    "max_pool_forward": """
def max_pool_forward(x, size, stride):
    (K, L), (H, W) = size, x.shape[2:]
    rows = np.maximum.reduce([x[:, :, u : H - K + 1 + u : stride] for u in range(K)])
    return np.maximum.reduce([rows[..., v : W - L + 1 + v : stride] for v in range(L)])
""",
    "max_pool_2x2_backward": """
def max_pool_2x2_backward(dy, x):
    dx = np.zeros(x.shape)
    corners = {(u, v): x[:, :, u::2, v::2] for u in (0, 1) for v in (0, 1)}
    y = np.maximum(np.maximum(corners[0, 0], corners[0, 1]), np.maximum(corners[1, 0], corners[1, 1]))
    left = np.ones(dy.shape, bool)
    for (u, v), corner in reversed(corners.items()):
        dx[:, :, u::2, v::2] = dy * (left & (corner == y))
        left &= corner != y
    return dx
""",
    "max_pool_backward": """
def max_pool_backward(dy, x, size, stride):
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*dy.shape):
        best, where = -np.inf, None
        for p in range(i * stride, i * stride + size[0]):
            for q in range(j * stride, j * stride + size[1]):
                if x[n, c, p, q] >= best:
                    best, where = x[n, c, p, q], (n, c, p, q)
        dx[where] += dy[n, c, i, j]
    return dx
""",
    "assignment_is_enough": "def assignment_is_enough(size, stride):\n    return bool(np.all(np.array(size) <= stride))",
}

IN_PLACE = {
    "max_pool_forward": """
def max_pool_forward(x, size, stride):
    K, L = size
    for u in range(1, K):
        x[:, :, :-u] = np.maximum(x[:, :, :-u], x[:, :, 1 : x.shape[2] - u + 1])
    for v in range(1, L):
        x[..., :-v] = np.maximum(x[..., :-v], x[..., 1 : x.shape[3] - v + 1])
    return x[:, :, : x.shape[2] - K + 1 : stride, : x.shape[3] - L + 1 : stride]
""",
    "max_pool_2x2_backward": """
def max_pool_2x2_backward(dy, x):
    for n, c, i, j in np.ndindex(*dy.shape):
        window = x[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        u, v = np.unravel_index(np.argmax(window), (2, 2))
        window[:] = 0
        window[u, v] = dy[n, c, i, j]
    return x
""",
    "max_pool_backward": """
def max_pool_backward(dy, x, size, stride):
    dx = np.zeros(x.shape)
    while dy.any():
        n, c, i, j = np.argwhere(dy)[-1]
        window = np.s_[n, c, i * stride : i * stride + size[0], j * stride : j * stride + size[1]]
        dx[window].flat[x[window].argmax()] += dy[n, c, i, j]
        dy[n, c, i, j] = 0
    return dx
""",
}

CALLABLES = {
    "max_pool_forward": """
from functools import partial

class Pool:
    def __init__(self, reduce):
        self.reduce = reduce

    def forward(self, x, size, stride):
        print("pooling", x.shape)
        s = x.strides
        shape = (*x.shape[:2], *pool_fits(x, size, stride), *size)
        view = np.lib.stride_tricks.as_strided(x, shape, (s[0], s[1], s[2] * stride, s[3] * stride, s[2], s[3]))
        return self.reduce(view, axis=(-1, -2))

max_pool_forward = Pool(np.amax).forward
""",
    "max_pool_2x2_backward": """
def routed(size, stride, dy, x):
    dx = np.zeros(x.size)
    places = np.arange(x.size).reshape(x.shape)
    for at in np.ndindex(*dy.shape):
        window = at[:2] + tuple(slice(p * stride, p * stride + k) for p, k in zip(at[2:], size))
        dx[max(places[window].ravel(), key=lambda place: x.flat[place])] += dy[at]
    return dx.reshape(x.shape)

max_pool_2x2_backward = partial(routed, (2, 2), 2)
""",
    "assignment_is_enough": "assignment_is_enough = lambda size, stride: not any(k > stride for k in size)",
    "max_pool_backward": "max_pool_backward = lambda dy, x, *how: routed(*how, dy, x)",
}

FANCY = {
    "max_pool_forward": """
def max_pool_forward(x, size, stride):
    i = np.arange(0, x.shape[2] - size[0] + 1, stride)[:, None] + np.arange(size[0])
    j = np.arange(0, x.shape[3] - size[1] + 1, stride)[:, None] + np.arange(size[1])
    return x[:, :, i[:, None, :, None], j[None, :, None, :]].max(5).max(4)
""",
    "max_pool_2x2_backward": """
def max_pool_2x2_backward(dy, x):
    N, C, P, Q = dy.shape
    cut = x.reshape(N, C, P, 2, Q, 2).swapaxes(3, 4).reshape(N, C, P, Q, 4)
    dcut = np.zeros_like(cut)
    np.put_along_axis(dcut, cut.argmax(-1, keepdims=True), dy[..., None], axis=-1)
    return dcut.reshape(N, C, P, Q, 2, 2).swapaxes(3, 4).reshape(x.shape)
""",
    "max_pool_backward": """
def max_pool_backward(dy, x, size, stride):
    n, c, i, j = np.indices(dy.shape)
    u, v = np.ogrid[: size[0], : size[1]]
    cut = x[n[..., None, None], c[..., None, None], (i * stride)[..., None, None] + u, (j * stride)[..., None, None] + v]
    u, v = np.unravel_index(cut.reshape(*dy.shape, -1).argmax(-1), size)
    dx = np.zeros(x.shape)
    np.add.at(dx, (n, c, i * stride + u, j * stride + v), dy)
    return dx
""",
}

COUNTS = {
    "max_pool_2x2_backward": """
def max_pool_2x2_backward(dy, x):
    return max_pool_backward_of_any_kind(dy, x, (2, 2), 2)
""",
    "max_pool_backward": """
def max_pool_backward(dy, x, size, stride):
    return max_pool_backward_of_any_kind(dy, x, size, stride)
""",
    "assignment_is_enough": """
def assignment_is_enough(size, stride):
    starts = range(0, 50, stride)
    rows = [a for i in starts for a in range(i, i + size[0])]
    columns = [b for j in starts for b in range(j, j + size[1])]
    return len(rows) == len(set(rows)) and len(columns) == len(set(columns))
""",
}

RECURSION = {
    "max_pool_forward": """
def max_pool_forward(x, size, stride):
    K, L = size
    if K > 1:
        return np.maximum(max_pool_forward(x[:, :, :-1], (K - 1, L), stride), max_pool_forward(x[:, :, K - 1 :], (1, L), stride))
    if L > 1:
        return np.maximum(max_pool_forward(x[..., :-1], (1, L - 1), stride), max_pool_forward(x[..., L - 1 :], (1, 1), stride))
    return x[:, :, ::stride, ::stride]
""",
    "max_pool_backward": """
def max_pool_backward(dy, x, size, stride):
    warnings.warn("one image after the other", stacklevel=1)
    if x.ndim == 4:
        return np.array([max_pool_backward(d, one, size, stride) for d, one in zip(dy, x)])
    if x.ndim == 3:
        return np.stack([max_pool_backward(*pair, size, stride) for pair in zip(dy, x)])
    dx = np.zeros_like(x)
    for i, row in enumerate(dy):
        for j, price in enumerate(row):
            window = x[i * stride : i * stride + size[0], j * stride : j * stride + size[1]]
            u, v = next((u, v) for u, v in np.ndindex(*size) if window[u, v] == window.max())
            dx[i * stride + u][j * stride + v] += price
    return dx
""",
    "assignment_is_enough": """
def assignment_is_enough(size, stride):
    return len(size) == 0 or (size[0] <= stride and assignment_is_enough(size[1:], stride))
""",
}

_SHARED = "where a window has several largest entries, dy is not given to the first of them: also a subgradient, and accepted"

# student -> (what is special, answers that differ from the references, what the checks must say)
STYLES: dict[str, tuple[str, dict[str, str], tuple[str, ...]]] = {
    "bela": ("loops everywhere", LOOPS, ()),
    "chen": ("sliding windows and einsum", WINDOWS, ()),
    "dora": ("float32", FLOAT32, ()),
    "emil": ("the own forward pass tells the winners; a class in extra cells", WITH_FORWARD, ()),
    "fay": ("ties are shared evenly", EVEN_SPLIT, (_SHARED,)),
    "gita": ("of several winners the last gets dy", LAST_WINS, (_SHARED,)),
    "hugo": (
        "changes its inputs and returns them",
        IN_PLACE,
        (
            "it changes its input x in place",
            "y shares its memory with the input x: fine here, but changing one later changes the other",
            "dx shares its memory with the input x",
            "it changes its input dy in place",
        ),
    ),
    "ines": ("a method, a partial, a lambda, as_strided, prints", CALLABLES, ()),
    "jana": ("fancy indexing, np.add.at, np.put_along_axis", FANCY, ()),
    "kofi": ("np.bincount over the places of the winners", COUNTS, ()),
    "lena": ("recursion, list comprehensions, a warning", RECURSION, ("warned: UserWarning: one image after the other",)),
}

# student -> extra cells
HELPERS: dict[str, tuple[str, ...]] = {
    "emil": (
        """
class Taps:
    def __init__(self, shape, size, stride):
        self.size, self.stride = size, stride
        self.P, self.Q = ((n - k) // stride + 1 for n, k in zip(shape[2:], size))

    def slices(self):
        s = self.stride
        for u in range(self.size[0]):
            for v in range(self.size[1]):
                yield np.s_[:, :, u : u + s * (self.P - 1) + 1 : s, v : v + s * (self.Q - 1) + 1 : s]

    def cut(self, x):
        return np.array([x[at] for at in self.slices()])
""",
        """
def route(dy, x, size, stride):
    y = max_pool_forward(x, size, stride)
    dx, open_ = np.zeros(x.shape), np.ones(y.shape, bool)
    for at in Taps(x.shape, size, stride).slices():
        first = open_ & (x[at] == y)
        dx[at] += dy * first
        open_ = open_ & ~first
    return dx
""",
    ),
    "kofi": (
        """
def max_pool_backward_of_any_kind(dy, x, size, stride):
    places = np.arange(x.size).reshape(x.shape)
    winners = []
    for n, c, i, j in np.ndindex(*dy.shape):
        window = np.s_[n, c, i * stride : i * stride + size[0], j * stride : j * stride + size[1]]
        winners.append(places[window].ravel()[np.argmax(x[window])])
    return np.bincount(winners, dy.ravel(), x.size).reshape(x.shape)
""",
    ),
    "lena": ("import warnings",),
}


def _backward(body: str) -> str:
    """Return a max_pool_backward whose right result dx is changed by a few lines."""
    indented = body.replace("\n", "\n    ")
    return f"""
def max_pool_backward(dy, x, size, stride):
    K, L = size
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*dy.shape):
        window = np.s_[n, c, i * stride : i * stride + K, j * stride : j * stride + L]
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
        "a list for dx",
        "max_pool_backward",
        "",
        _backward("return dx.tolist()"),
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
        "raised ValueError in line 3: raise ValueError(f'{size} does not fit') ((2, 3) does not fit)",
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
