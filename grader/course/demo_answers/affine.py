"""Answers to 1-affine: honest styles, and all the ways in which an answer can be broken."""

from __future__ import annotations

LOOPS = {
    "affine_forward": """
def affine_forward(x, w, b):
    N, D = x.shape
    C = w.shape[1]
    y = np.zeros((N, C))
    for n in range(N):
        for c in range(C):
            y[n, c] = b[c]
            for d in range(D):
                y[n, c] += x[n, d] * w[d, c]
    return y
""",
    "affine_jacobians": """
def affine_jacobians(x, w):
    D, C = w.shape
    dy_dx, dy_dw, dy_db = np.zeros((C, D)), np.zeros((C, D, C)), np.zeros((C, C))
    for i in range(C):
        dy_db[i, i] = 1
        for d in range(D):
            dy_dx[i, d] = w[d, i]
            dy_dw[i, d, i] = x[d]
    return dy_dx, dy_dw, dy_db
""",
    "affine_backward": """
def affine_backward(dy, x, w):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[1])
    for n in range(len(x)):
        for d in range(w.shape[0]):
            for c in range(w.shape[1]):
                dx[n, d] += dy[n, c] * w[d, c]
                dw[d, c] += x[n, d] * dy[n, c]
        db += dy[n]
    return dx, dw, db
""",
    "softmax_loss": """
def softmax_loss(y, labels):
    N, C = y.shape
    loss, dy = 0.0, np.zeros((N, C))
    for n in range(N):
        e = np.exp(y[n] - max(y[n]))
        p = e / sum(e)
        loss -= np.log(p[labels[n]]) / N
        for c in range(C):
            dy[n, c] = (p[c] - (c == labels[n])) / N
    return loss, dy
""",
    "hinge_loss": """
def hinge_loss(y, labels):
    loss, dy = 0.0, np.zeros_like(y)
    for n, t in enumerate(labels):
        for c in range(y.shape[1]):
            lack = y[n, c] - y[n, t] + 1
            if c != t and lack > 0:
                loss += lack
                dy[n, c] += 1
                dy[n, t] -= 1
    return loss / len(y), dy / len(y)
""",
}

EINSUM = {
    "affine_forward": "def affine_forward(x, w, b):\n    return np.einsum('nd,dc->nc', x, w) + b",
    "affine_jacobians": """
def affine_jacobians(x, w):
    eye = np.eye(w.shape[1])
    return w.T, np.einsum("ic,d->idc", eye, x), eye
""",
    "affine_backward": """
def affine_backward(dy, x, w):
    return np.einsum("nc,dc->nd", dy, w), np.einsum("nd,nc->dc", x, dy), np.einsum("nc->c", dy)
""",
    "affine_backward_row": """
def affine_backward_row(dy, x, w):
    T = np.zeros((w.shape[1], *w.shape))
    for i in range(w.shape[1]):
        T[i, :, i] = x[0]
    return np.einsum("ni,di->nd", dy, w), np.einsum("i,idc->dc", dy[0], T), np.einsum("i,ic->c", dy[0], np.eye(w.shape[1]))
""",
}

FLOAT32 = {
    "affine_forward": """
def affine_forward(x, w, b):
    return x.astype(np.float32) @ w.astype(np.float32) + b.astype(np.float32)
""",
    "affine_backward": """
def affine_backward(dy, x, w):
    dy, x, w = (a.astype(np.float32) for a in (dy, x, w))
    return dy @ w.T, x.T @ dy, dy.sum(0)
""",
    "softmax_loss": """
def softmax_loss(y, labels):
    y = y.astype("float32")
    e = np.exp(y - y.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    hot = np.eye(y.shape[1], dtype="float32")[labels]
    return -np.log((p * hot).sum(1)).mean(), (p - hot) / np.float32(len(y))
""",
}

WITH_HELPERS = {
    "affine_forward": "def affine_forward(x, w, b):\n    return matmul(x, w) + b",
    "affine_backward": "def affine_backward(dy, x, w):\n    return matmul(dy, w.T), matmul(x.T, dy), column_sums(dy)",
    "softmax_loss": """
def softmax_loss(y, labels):
    helper = Softmax(y)
    return helper.loss(labels), helper.gradient(labels)
""",
}

PRINTS = {
    "affine_backward": """
def affine_backward(dy, x, w):
    print("shapes:", dy.shape, x.shape, w.shape)
    print("this goes to stderr", file=sys.stderr)
    log.warning("and this to a log")
    return dy @ w.T, x.T @ dy, dy.sum(0)
""",
    "affine_backward_row": """
def affine_backward_row(dy, x, w):
    os.write(2, b"straight to the file descriptor")
    return dy @ w.T, x.T @ dy, dy
""",
}

WARNS = {
    "affine_forward": """
def affine_forward(x, w, b):
    warnings.warn("mind the bias", stacklevel=1)
    np.array([1.0]) / 0
    return x @ w + b
""",
    "softmax_loss": """
def softmax_loss(y, labels):
    p = np.exp(y - y.max(axis=1)[:, None])
    p /= p.sum(axis=1)[:, None]
    with_zeros = -np.log(p)  # warns: the log of a probability that is exactly 0
    rows = range(len(y))
    dy = p.copy()
    dy[rows, labels] -= 1
    return with_zeros[rows, labels].sum() / len(y), dy / len(y)
""",
}

IN_PLACE = {
    "affine_forward": "def affine_forward(x, w, b):\n    y = x @ w\n    y += b\n    return y",
    "affine_backward": """
def affine_backward(dy, x, w):
    dx, dw = dy @ w.T, x.T @ dy
    for n in range(1, len(dy)):
        dy[0] += dy[n]
    return [dx, dw, dy[0]]
""",
    "numerical_gradient": """
def numerical_gradient(f, x, dy, h=1e-6):
    x = x.astype(float)
    flat, out = x.reshape(-1), np.empty(x.size)
    for k in range(flat.size):
        kept = flat[k]
        flat[k] = kept + h
        plus = np.array(f(x))
        flat[k] = kept - h
        minus = np.array(f(x))
        flat[k] = kept
        out[k] = np.vdot(dy, plus - minus) / 2 / h
    return out.reshape(x.shape)
""",
}

LAMBDAS = {
    "affine_forward": "affine_forward = lambda x, w, b: np.dot(x, w) + b",
    "affine_backward": "import functools\n\ndef back(scale, dy, x, w):\n    return dy @ w.T, x.T @ dy * scale, dy.sum(0)\n\n"
    "affine_backward = functools.partial(back, 1)",
    "shape_of_jacobian": "def shape_of_jacobian(*shapes):\n    return [size for shape in shapes for size in shape]",
}

# student -> (what is special, answers that differ from the references, what the checks must say)
STYLES: dict[str, tuple[str, dict[str, str], tuple[str, ...]]] = {
    "bela": ("loops everywhere", LOOPS, ()),
    "chen": ("einsum", EINSUM, ()),
    "dora": ("float32", FLOAT32, ("float32: seven digits",)),
    "emil": ("helpers and a class in extra cells", WITH_HELPERS, ()),
    "fay": ("prints, logs and writes to stderr", PRINTS, ("db has shape (1, C)", "shares its memory with the input dy")),
    "gita": ("warnings", WARNS, ("warned: UserWarning: mind the bias",)),
    "hugo": ("changes its inputs, returns a list", IN_PLACE, ("it changes its input dy in place",)),
    "ines": ("a lambda, a partial, star-arguments", LAMBDAS, ()),
}

# student -> extra cells
HELPERS: dict[str, tuple[str, ...]] = {
    "emil": (
        "def matmul(a, b):\n    return a.dot(b)\n\ndef column_sums(a):\n    return np.ones(len(a)) @ a",
        """class Softmax:
    def __init__(self, y):
        self.p = np.exp(y - y.max(axis=1, keepdims=True))
        self.p /= self.p.sum(axis=1, keepdims=True)
        self.rows = np.arange(len(y))

    def loss(self, labels):
        return -np.mean(np.log(self.p[self.rows, labels]))

    def gradient(self, labels):
        d = self.p.copy()
        d[self.rows, labels] -= 1
        return d / len(d)""",
    ),
    "fay": ("import logging, os, sys\nlogging.basicConfig()\nlog = logging.getLogger('fay')",),
    "gita": ("import warnings",),
}


def _body(exercise: str, arguments: str, body: str) -> str:
    return f"def {exercise}({arguments}):\n    {body}\n"


def _backward(body: str) -> str:
    return _body("affine_backward", "dy, x, w", body)


# student -> (what is special, exercise, the part that is lost ("" for all), the answer, what the check must say)
BROKEN: dict[str, tuple[str, str, str, str, str]] = {
    "other-name": (
        "renamed the function",
        "affine_backward",
        "",
        "def affine_backward_batch(dy, x, w):\n    return dy @ w.T, x.T @ dy, dy.sum(0)",
        "is not defined: no cell of the notebook that ran defines it",
    ),
    "syntax": ("a cell that does not parse", "hinge_loss", "", "def hinge_loss(y, labels)\n    return 0, y", "is not defined"),
    "two-results": (
        "forgot a result",
        "affine_backward",
        "",
        _backward("return dy @ w.T, x.T @ dy"),
        "returned 2 results, expected 3: dx, dw, db",
    ),
    "nothing": ("forgot the return", "affine_backward", "", _backward("dx = dy @ w.T"), "returned None (is the return missing?)"),
    "one-array": (
        "returns one array",
        "affine_backward",
        "",
        _backward("return dy"),
        "returned an array of shape (1, 3), expected 3 results",
    ),
    "lists": (
        "a list for dw",
        "affine_backward",
        "dw",
        _backward("return dy @ w.T, (x.T @ dy).tolist(), dy.sum(0)"),
        "is a list, expected a numpy array of numbers",
    ),
    "strings": (
        "strings",
        "affine_backward",
        "dx",
        _backward("return np.array(['a']), x.T @ dy, dy.sum(0)"),
        "expected numbers",
    ),
    "complex": (
        "complex numbers",
        "affine_backward",
        "db",
        _backward("return dy @ w.T, x.T @ dy, dy.sum(0) + 0j"),
        "holds complex numbers, expected real ones",
    ),
    "nan": (
        "NaN",
        "affine_backward",
        "dw",
        _backward("return dy @ w.T, x.T @ dy * np.nan, dy.sum(0)"),
        "holds NaN at [0, 0]",
    ),
    "own-error": (
        "raises an exception of its own",
        "affine_backward",
        "",
        "class Oops(Exception):\n    pass\n\n" + _backward("raise Oops('not today')"),
        "raised Oops in line 5: raise Oops('not today') (not today)",
    ),
    "recursion": (
        "an infinite recursion",
        "affine_backward",
        "",
        _backward("return affine_backward(dy, x, w)"),
        "calls itself without an end",
    ),
    "exit": ("calls exit", "affine_backward", "", _backward("raise SystemExit"), "ends the program"),
    "shapes": (
        "a product that does not fit",
        "softmax_loss",
        "",
        _body("softmax_loss", "y, labels", "return 0.0, y @ y"),
        "raised ValueError in line 2",
    ),
    "a-number": ("a number in place of a function", "affine_backward", "", "affine_backward = 3", "is 3, expected a function"),
    "memory": (
        "remembers earlier calls",
        "affine_backward",
        "db",
        "calls = []\n\n" + _backward("calls.append(1)\n    return dy @ w.T, x.T @ dy, dy.sum(0) + (len(calls) > 5)"),
        "db  is not right",
    ),
    "unknown": (
        "a mistake that is in no catalogue",
        "affine_backward",
        "dx",
        _backward("return 1.5 * dy @ w.T, x.T @ dy, dy.sum(0)"),
        "is the right answer times 1.5",
    ),
    "forward-first": (
        "a wrong forward",
        "affine_forward",
        "",
        _body("affine_forward", "x, w, b", "return (x @ w + b) ** 2"),
        "is not right",
    ),
}
