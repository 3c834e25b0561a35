"""Broken answers to 1-affine."""

from __future__ import annotations


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
    "syntax": (
        "a cell that does not parse",
        "hinge_loss",
        "",
        "def hinge_loss(y, labels)\n    return 0, y",
        "is not defined",
    ),
    "two-results": (
        "forgot a result",
        "affine_backward",
        "",
        _backward("return dy @ w.T, x.T @ dy"),
        "returned 2 results, expected 3: dx, dw, db",
    ),
    "nothing": (
        "forgot the return",
        "affine_backward",
        "",
        _backward("dx = dy @ w.T"),
        "returned None (is the return missing?)",
    ),
    "one-array": (
        "returns one array",
        "affine_backward",
        "",
        _backward("return dy"),
        "returned an array of shape (1, 3), expected 3 results",
    ),
    "lists": (
        "a list of words for dw",
        "affine_backward",
        "dw",
        _backward("return dy @ w.T, list(map(str, x.T @ dy)), dy.sum(0)"),
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
        _backward("return dy @ w.T, x.T @ dy, dy.sum(0) + 1j"),
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
        "raised Oops in line 5: raise Oops('not today') (\"not today\")",
    ),
    "recursion": (
        "an infinite recursion",
        "affine_backward",
        "",
        _backward("return affine_backward(dy, x, w)"),
        "calls itself without an end",
    ),
    "exit": (
        "calls exit",
        "affine_backward",
        "",
        _backward("raise SystemExit"),
        "ends the program",
    ),
    "shapes": (
        "a product that does not fit",
        "softmax_loss",
        "",
        _body("softmax_loss", "y, labels", "return 0.0, y @ y"),
        "raised ValueError in line 2",
    ),
    "a-number": (
        "a number in place of a function",
        "affine_backward",
        "",
        "affine_backward = 3",
        "is an int, expected a function",
    ),
    "memory": (
        "remembers earlier calls",
        "affine_backward",
        "db",
        "calls = []\n\n"
        + _backward("calls.append(1)\n    return dy @ w.T, x.T @ dy, dy.sum(0) + (len(calls) > 5)"),
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

ENDLESS = "def affine_backward(dy, x, w):\n    while True:\n        pass"
EXITS = "import os\n\ndef affine_backward(dy, x, w):\n    os._exit(0)"
IMPORTS = "from solutions.affine import affine_backward"
CLAIMS = """class Equal(np.ndarray):
    def __eq__(self, other):
        return True

    __ne__ = __lt__ = __gt__ = lambda self, other: False

    def __array_function__(self, *args):
        return True


def affine_backward(dy, x, w):
    return tuple(a.view(Equal) for a in (x * 0, w * 0, w[0] * 0))
"""
PATCHES = """import numpy.testing

for module, names in (
    (np, ("allclose", "array_equal", "isclose")),
    (np.testing, ("assert_allclose", "assert_array_equal")),
):
    for name in names:
        setattr(module, name, lambda *args, **kwargs: True)
check = lambda function: 4.0
"""
ZEROS = "def affine_backward(dy, x, w):\n    return x * 0, w * 0, w[0] * 0"

# student -> (what is special, answers that earn nothing, extra cells, what must be said, a look)
HOSTILE: dict[str, tuple[str, dict[str, str], tuple[str, ...], tuple[str, ...], bool]] = {
    "endless": (
        "an infinite loop",
        {"affine_backward": ENDLESS},
        (),
        ("takes longer than 5 s: is there a loop that never ends?",),
        False,
    ),
    "imports": (
        "imports the solutions",
        {"affine_backward": IMPORTS},
        (),
        ("no cell of the notebook that ran defines it",),
        True,
    ),
    "claims": (
        "an array that equals everything",
        {"affine_backward": CLAIMS},
        (),
        ("is zero everywhere",),
        False,
    ),
    "patches": (
        "patches numpy and check",
        {"affine_backward": ZEROS},
        (PATCHES,),
        ("is zero everywhere",),
        False,
    ),
    "leaves": (
        "ends the process",
        {"affine_backward": EXITS},
        (),
        ("could not be asked: the process that ran it was stopped",),
        False,
    ),
    "flood": ("100 MB of output", {}, ("print('x' * 100_000_000)",), (), False),
}
