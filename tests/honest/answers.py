"""Answers in other styles, and notebooks that were saved by other tools."""

from __future__ import annotations

import json
from typing import Any

from honest.work import Notebook, Work, backward

HEAD = "def affine_backward(dy, x, w):\n"
RETURN = "    return dy @ w.T, x.T @ dy, dy.sum(axis=0)\n"

STYLES = [
    backward("einsum", HEAD + "    return np.einsum('nc,dc->nd', dy, w), np.einsum('nd,nc->dc', x, dy), np.einsum('nc->c', dy)\n"),
    backward("loops", HEAD + "    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[1])\n    for n in range(len(x)):\n        for d in range(x.shape[1]):\n            for c in range(w.shape[1]):\n                dx[n, d] += dy[n, c] * w[d, c]\n                dw[d, c] += x[n, d] * dy[n, c]\n    for n in range(len(x)):\n        db += dy[n]\n    return dx, dw, db\n"),
    backward("float32", HEAD + "    dy, x, w = (np.asarray(a, dtype=np.float32) for a in (dy, x, w))\n" + RETURN, "print('float32')") if False else backward("a list of results, integers for floats", HEAD + "    return [np.matmul(dy, np.transpose(w)), np.dot(x.T, dy), np.add.reduce(dy, 0)]\n"),
    backward("type hints and annotations", "from __future__ import annotations\nfrom typing import Tuple\nimport numpy.typing as npt\n\n\ndef affine_backward(dy: npt.NDArray, x: np.ndarray, w: np.ndarray, *, check: bool = True) -> Tuple[np.ndarray, ...]:\n    size: int = len(x)\n    assert size == len(dy), f'{size=}'\n" + RETURN),
    backward("walrus, match, f-strings", HEAD + "    if (n := len(x)) < 0:\n        raise ValueError(f'{n!r:>5}')\n    match x.shape:\n        case (int(), int()):\n            pass\n        case _:\n            raise ValueError\n" + RETURN),
    backward("a class with methods", "class Affine:\n    def __init__(self, x, w):\n        self.x, self.w = x, w\n\n    @property\n    def wt(self):\n        return self.w.T\n\n    @staticmethod\n    def bias(dy):\n        return dy.sum(0)\n\n    def backward(self, dy):\n        return dy @ self.wt, self.x.T @ dy, self.bias(dy)\n\n\ndef affine_backward(dy, x, w):\n    return Affine(x, w).backward(dy)\n"),
    backward("a class that is called", "class Backward:\n    def __call__(self, dy, x, w):\n        return dy @ w.T, x.T @ dy, dy.sum(axis=0)\n\n\naffine_backward = Backward()\n"),
    backward("a lambda", "affine_backward = lambda dy, x, w: (dy @ w.T, x.T @ dy, dy.sum(axis=0))\n"),
    backward("a decorator", "import functools, time\n\n\ndef timed(f):\n    @functools.wraps(f)\n    def inner(*args, **kwargs):\n        start = time.time()\n        try:\n            return f(*args, **kwargs)\n        finally:\n            inner.seconds = time.time() - start\n    return inner\n\n\n@timed\n" + HEAD + RETURN),
    backward("a cache", "from functools import lru_cache\n\n\n@lru_cache(maxsize=None)\ndef fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n\n\n" + HEAD + "    fib(60)\n" + RETURN),
    backward("closures and nested functions", "def make(factor):\n    def outer(dy, x, w):\n        def inner(a, b):\n            nonlocal factor\n            return factor * (a @ b)\n        return inner(dy, w.T), inner(x.T, dy), dy.sum(axis=0)\n    return outer\n\n\naffine_backward = make(1.0)\n"),
    backward("recursion", "def total(rows):\n    return rows[0] if len(rows) == 1 else rows[0] + total(rows[1:])\n\n\n" + HEAD + "    return dy @ w.T, x.T @ dy, total(dy)\n"),
    backward("generators", "def rows(a):\n    yield from a\n\n\n" + HEAD + "    return np.array([row @ w.T for row in rows(dy)]), sum(np.outer(a, b) for a, b in zip(rows(x), rows(dy))), sum(rows(dy))\n"),
    backward("dataclasses and named tuples", "from dataclasses import dataclass, field\nfrom collections import namedtuple, defaultdict\n\nGradients = namedtuple('Gradients', 'dx dw db')\n\n\n@dataclass\nclass Layer:\n    w: np.ndarray\n    kept: dict = field(default_factory=dict)\n\n\n" + HEAD + "    layer = Layer(w)\n    return Gradients(dy @ layer.w.T, x.T @ dy, dy.sum(axis=0))\n"),
    backward("a global constant and a global counter", "EPSILON = 1e-12\nCALLS = 0\n\n\n" + HEAD + "    global CALLS\n    CALLS += 1\n    print('call', CALLS, x.shape)\n" + RETURN),
    backward("try and except", HEAD + "    try:\n        return dy @ w.T, x.T @ dy, dy.sum(axis=0)\n    except ValueError as error:\n        print('oops', error)\n        raise\n    finally:\n        pass\n"),
    backward("slow but fine", "import time\n\n\n" + HEAD + "    time.sleep(0.15)\n" + RETURN),
    backward("sideways in memory", HEAD + "    return np.asfortranarray(dy @ w.T), (dy.T @ x).T, dy[::-1].sum(axis=0)[::-1][::-1]\n"),
    backward("a warning in every call", "import warnings\n\n\n" + HEAD + "    warnings.warn('slow', RuntimeWarning)\n    np.log(np.zeros(1))\n" + RETURN),
    backward("imports in the function", HEAD + "    import numpy as np\n    from numpy import einsum\n    import math\n    math.sqrt(2)\n" + RETURN),
    backward("tabs", "def affine_backward(dy, x, w):\n\tdx = dy @ w.T\n\tif True:\n\t\tdw = x.T @ dy\n\treturn dx, dw, dy.sum(axis=0)\n"),
    backward("a magic in an answer cell", "%matplotlib inline\n" + HEAD + RETURN),
    backward("%%time over an answer cell", "%%time\n" + HEAD + RETURN),
    backward("tries of its own under the answer", HEAD + RETURN + "\n\nprint(affine_backward(np.ones((2, 3)), np.ones((2, 4)), np.ones((4, 3)))[0].shape)\nassert affine_backward(np.ones((1, 1)), np.ones((1, 1)), np.ones((1, 1)))[2] == 1\n", prints="(2, 4)"),
    backward("tries that go wrong under the answer", HEAD + RETURN + "\n\naffine_backward(1, 2)\n"),
    backward("one's own check of gradients", HEAD + RETURN, "def gradient(f, x, h=1e-6):\n    g = np.zeros_like(x)\n    for i in np.ndindex(x.shape):\n        old = x[i]\n        x[i] = old + h\n        up = f(x)\n        x[i] = old - h\n        g[i] = (up - f(x)) / (2 * h)\n        x[i] = old\n    return g\n\nprint(np.round(gradient(lambda a: (a**2).sum(), np.array([[3.0]])), 3))", prints="[[6.]]"),
    backward("the same helper twice", HEAD + "    return product(dy, w.T), product(x.T, dy), dy.sum(axis=0)\n", "def product(a, b):\n    return None\n", "def product(a, b):\n    return a @ b\n"),
    Work("float32 losses", answers={"softmax_loss": "def softmax_loss(y, labels):\n    y = y.astype(np.float32)\n    y = y - y.max(axis=1, keepdims=True)\n    log_p = y - np.log(np.exp(y).sum(axis=1, keepdims=True))\n    rows = np.arange(len(y))\n    dy = np.exp(log_p)\n    dy[rows, labels] -= 1\n    return -log_p[rows, labels].mean(), dy / np.float32(len(y))\n"}),
    Work("one exercise in terms of another", answers={"affine_backward": HEAD + "    parts = [affine_backward_row(dy[n : n + 1], x[n : n + 1], w) for n in range(len(x))]\n    return np.vstack([p[0] for p in parts]), sum(p[1] for p in parts), sum(p[2] for p in parts)\n"}),
]  # fmt: skip


def find(nb: Notebook, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(cell for cell in nb["cells"] if cell["id"] == name)
    return found


def reordered(nb: Notebook) -> None:
    """Move the first answer to the end, and the last one to the front, behind the imports."""
    first, last = find(nb, "affine_forward"), find(nb, "hinge_loss")
    nb["cells"] = [cell for cell in nb["cells"] if cell is not first and cell is not last]
    nb["cells"].insert(2, last)
    nb["cells"].append(first)


def resaved(nb: Notebook) -> None:
    """Save as another tool does: cells without ids, other metadata, an older minor version, outputs and counts."""
    nb["nbformat_minor"] = 2
    nb["metadata"] = {
        "kernelspec": {
            "name": "conda-env-ml-py",
            "display_name": "Python [conda env:ml]",
            "language": "python",
        },
        "colab": {"provenance": []},
        "toc": {"x": 1},
        "vscode": {"interpreter": {"hash": "0"}},
    }
    for number, cell in enumerate(nb["cells"]):
        del cell["id"]
        cell["metadata"] |= {
            "collapsed": True,
            "tags": ["x"],
            "scrolled": False,
            "execution": {"iopub.status.idle": "x"},
        }
        cell["source"] = "".join(cell["source"])
        if cell["cell_type"] == "code":
            cell["execution_count"] = number
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["old"]}]


def renamed(nb: Notebook) -> None:
    for number, cell in enumerate(nb["cells"]):
        cell["id"] = f"{number:08x}"


def windows(nb: Notebook) -> bytes:
    for cell in nb["cells"]:
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")
    return json.dumps(nb, indent=1).replace("\n", "\r\n").encode()


def noted(nb: Notebook) -> None:
    """Add text, empty cells and raw cells everywhere."""
    cells = []
    for number, cell in enumerate(nb["cells"]):
        cells += [
            cell,
            {
                "cell_type": "markdown",
                "id": f"m{number}",
                "metadata": {},
                "source": "# My notes ∂\n<b>x</b>",
            },
            {
                "cell_type": "code",
                "id": f"e{number}",
                "metadata": {},
                "source": [],
                "outputs": [],
                "execution_count": None,
            },
            {"cell_type": "raw", "id": f"r{number}", "metadata": {}, "source": "raw"},
        ]
    nb["cells"] = cells


def checked_by_hand(nb: Notebook) -> None:
    """Call the checks in cells of one's own, with whatever stands around them."""
    cell = {
        "cell_type": "code",
        "id": "mine",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    nb["cells"] += [
        cell
        | {
            "source": "points = check(affine_backward)\nprint('checked')\nprogress()\ncheck(hinge_loss)"
        }
    ]


SAVED = [
    Work("answers moved about", edit=reordered),
    Work("saved by another tool", edit=resaved),
    Work("other ids", edit=renamed),
    Work("line ends of Windows", edit=windows),
    Work("notes, empty cells and raw cells", edit=noted),
    Work("checks called by hand", edit=checked_by_hand),
    Work("spaces and an indented JSON", edit=lambda nb: json.dumps(nb, indent=4, sort_keys=True).encode()),
    Work("two empty lines at the end of every cell", edit=lambda nb: [cell.update(source="".join(cell["source"]) + "\n\n") for cell in nb["cells"]] and None),
]  # fmt: skip

ENTRIES = [*STYLES, *SAVED]
