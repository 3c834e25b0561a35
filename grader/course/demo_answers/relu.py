"""Answers to 4-relu, in honest styles and broken."""

from __future__ import annotations

LOOPS = {
    "relu_forward": """
def relu_forward(x):
    y = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        if x[place] > 0:
            y[place] = x[place]
    return y
""",
    "eq_12": 'def eq_12():\n    return "C"',
    "relu_backward": """
def relu_backward(dy, x):
    dx = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        if x[place] > 0:
            dx[place] = dy[place]
    return dx
""",
    "slopes_at_zero": """
def slopes_at_zero(candidates):
    good = []
    for s in candidates:
        below = True
        for x in (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0):
            if s * x > max(x, 0):
                below = False
        if below:
            good.append(s)
    return good
""",
    "mask_is_enough": """
def mask_is_enough(jacobian):
    for i in range(len(jacobian)):
        for a in range(len(jacobian)):
            if i != a and jacobian[i, a] != 0:
                return False
    return True
""",
}

MASKS_FROM_Y = {
    "relu_forward": "def relu_forward(x):\n    return np.where(x < 0, 0, x)",
    "eq_12": "def eq_12():\n    return ' c '",
    "relu_backward": """
def relu_backward(dy, x):
    y = relu_forward(x)
    return np.where(y > 0, dy, 0.0)
""",
    "slopes_at_zero": """
def slopes_at_zero(candidates):
    s = np.array(candidates)
    return s[(s >= 0) & (s <= 1)]
""",
    "mask_is_enough": """
def mask_is_enough(jacobian):
    off = ~np.eye(len(jacobian), dtype=bool)
    return np.all(jacobian[off] == 0)
""",
}

FLOAT32 = {
    "relu_forward": "def relu_forward(x):\n    return np.maximum(np.float32(0), x.astype(np.float32))",
    "relu_backward": "def relu_backward(dy, x):\n    return (dy * (x > 0)).astype('float32')",
    "mask_is_enough": """
def mask_is_enough(jacobian):
    J = np.array(jacobian, dtype=np.float32)
    return bool(np.allclose(J, np.diag(J.diagonal())))
""",
}

AT_LEAST_0 = {
    "relu_forward": "def relu_forward(x):\n    return x * (x >= 0)",
    "relu_backward": "def relu_backward(dy, x):\n    return dy * (x >= 0)",
    "mask_is_enough": """
def mask_is_enough(jacobian):
    return np.count_nonzero(jacobian) == np.count_nonzero(np.diagonal(jacobian))
""",
}

HALFWAY = {  # the mean of both slopes at 0, and the other way to write a maximum
    "relu_forward": "def relu_forward(x):\n    return (x + np.abs(x)) / 2",
    "relu_backward": "def relu_backward(dy, x):\n    return dy * np.heaviside(x, 0.5)",
    "slopes_at_zero": """
def slopes_at_zero(candidates):
    return tuple(s for s in candidates if np.clip(s, 0, 1) == s)
""",
    "mask_is_enough": """
def mask_is_enough(jacobian):
    n = len(jacobian)
    rng = np.random.default_rng(0)
    row = np.ones(n) @ jacobian  # if there is such a row, this is it
    return all(np.allclose(dy @ jacobian, dy * row) for dy in rng.normal(size=(20, n)))
""",
}

IN_PLACE = {
    "relu_forward": "def relu_forward(x):\n    x[x < 0] = 0\n    return x",
    "relu_backward": "def relu_backward(dy, x):\n    dy[x <= 0] = 0\n    return dy",
    "mask_is_enough": """
def mask_is_enough(jacobian):
    np.fill_diagonal(jacobian, 0)
    return not jacobian.any()
""",
}

CALLABLES = {
    "relu_forward": "relu_forward = np.vectorize(lambda number: max(number, 0.0), otypes=[float])",
    "eq_12": 'eq_12 = lambda letter="c": letter',
    "relu_backward": """
from functools import partial

def gated(where, dy, x):
    print("open:", int(where(x, 0).sum()))
    return np.multiply(dy, where(x, 0))

relu_backward = partial(gated, np.greater)
""",
    "slopes_at_zero": "slopes_at_zero = lambda candidates: tuple(filter(lambda s: 0 <= s <= 1, candidates))",
    "mask_is_enough": "mask_is_enough = lambda J: set(zip(*np.nonzero(J))) <= {(i, i) for i in range(len(J))}",
}

WHOLE_JACOBIAN = {
    "relu_forward": "def relu_forward(x):\n    return np.max([x, np.zeros_like(x)], axis=0)",
    "relu_backward": """
def relu_backward(dy, x):
    J = np.diag((x.ravel() > 0).astype(int))
    return (dy.ravel() @ J).reshape(x.shape)
""",
    "mask_is_enough": """
def mask_is_enough(jacobian):
    for i, row in enumerate(np.eye(len(jacobian))):
        if np.any((row @ jacobian)[np.arange(len(jacobian)) != i]):
            return 0
    return 1
""",
}

FLAT_INDICES = {
    "relu_forward": """
def relu_forward(x):
    y = x.flatten()
    np.put(y, np.flatnonzero(y < 0), 0)
    return y.reshape(x.shape)
""",
    "relu_backward": """
def relu_backward(dy, x):
    dx = np.zeros(dy.size)
    alive = np.nonzero(x.ravel() > 0)
    np.add.at(dx, alive, dy.ravel()[alive])
    return dx.reshape(x.shape)
""",
    "slopes_at_zero": """
def slopes_at_zero(candidates):
    if len(candidates) == 0:
        return ()
    first, rest = candidates[0], slopes_at_zero(candidates[1:])
    return (first, *rest) if min(max(first, 0), 1) == first else rest
""",
    "mask_is_enough": """
def mask_is_enough(jacobian):
    return bool((np.triu(jacobian, 1) == 0).all() and (np.tril(jacobian, -1) == 0).all())
""",
}

DIVIDES = {  # 0 / 0 on the way, mended at the end
    "relu_forward": "def relu_forward(x):\n    return np.nan_to_num(x / abs(x)).clip(0) * x",
    "relu_backward": "def relu_backward(dy, x):\n    return dy * np.nan_to_num((x + abs(x)) / (2 * x))",
    "mask_is_enough": """
def mask_is_enough(jacobian):
    sizes = abs(jacobian)
    return np.trace(sizes) == sizes.sum()
""",
}

# student -> (what is special, answers that differ from the references, what the checks must say)
STYLES: dict[str, tuple[str, dict[str, str], tuple[str, ...]]] = {
    "bela": ("loops everywhere, a capital letter, a list", LOOPS, ()),
    "chen": ("the mask from y; an array and numpy's True for an answer", MASKS_FROM_Y, ()),
    "dora": ("float32, which loses nothing where numbers are only passed on", FLOAT32, ()),
    "emil": (
        ">= 0",
        AT_LEAST_0,
        ("where x is exactly 0, dx is not 0: every slope from 0 to 1 is right there, and frameworks take 0",),
    ),
    "gita": ("half of dy at 0", HALFWAY, ("where x is exactly 0, dx is not 0",)),
    "hugo": (
        "changes its inputs and returns them",
        IN_PLACE,
        (
            "it changes its input x in place; whoever called it finds another x afterwards",
            "y shares its memory with the input x: fine here, but changing one later changes the other",
            "it changes its input dy in place",
            "dx shares its memory with the input dy",
            "it changes its input jacobian in place",
        ),
    ),
    "ines": ("lambdas, a partial that prints, np.vectorize", CALLABLES, ()),
    "jana": ("flat indices, np.add.at, recursion", FLAT_INDICES, ()),
    "kofi": ("the whole Jacobian; 1 and 0 for True and False", WHOLE_JACOBIAN, ()),
    "lena": ("0 / 0, with its warning", DIVIDES, ("warned: RuntimeWarning: invalid value encountered in divide",)),
}

# student -> extra cells
HELPERS: dict[str, tuple[str, ...]] = {}


def _backward(line: str) -> str:
    return f"def relu_backward(dy, x):\n    {line}\n"


# student -> (what is special, exercise, the part that is lost ("" for all), the answer, what the check must say)
BROKEN: dict[str, tuple[str, str, str, str, str]] = {
    "other-name": ("renamed the function", "relu_forward", "", "def relu(x):\n    return np.maximum(x, 0)", "is not defined"),
    "nothing": (
        "forgot the return",
        "relu_backward",
        "",
        _backward("dx = dy * (x > 0)"),
        "is None (is the return missing?), expected a numpy array of numbers",
    ),
    "two-results": (
        "a result too many",
        "relu_backward",
        "",
        _backward("return dy * (x > 0), x > 0"),
        "is a tuple, expected a numpy array of numbers",
    ),
    "a-list": (
        "a list for dx",
        "relu_backward",
        "",
        _backward("return (dy * (x > 0)).tolist()"),
        "is a list, expected a numpy array of numbers",
    ),
    "nan": ("0 / 0 at 0", "relu_backward", "", _backward("return dy * (x + abs(x)) / (2 * x)"), "holds NaN"),
    "own-error": (
        "an exception of its own",
        "relu_backward",
        "",
        "class Stuck(Exception):\n    pass\n\n" + _backward("raise Stuck"),
        "raised Stuck in line 5: raise Stuck",
    ),
    "ambiguous": (
        "Python's max of an array",
        "relu_forward",
        "",
        "def relu_forward(x):\n    return max(x, 0)",
        "raised ValueError in line 2: return max(x, 0) (The truth value of an array with more than one element is ambiguous",
    ),
    "by-nudging": (
        "the gradient by differences",
        "relu_backward",
        "",
        _backward("return numerical_jacobian(lambda v: np.sum(dy * relu_forward(v)), x)"),
        "write relu_backward without numerical_jacobian",
    ),
    "integers": (
        "np.vectorize takes the first result's type, a whole number",
        "relu_forward",
        "",
        "relu_forward = np.vectorize(lambda v: v if v > 0 else 0)",
        "is rounded to whole numbers",
    ),
    "set": (
        "a set for a quiz's answer",
        "slopes_at_zero",
        "",
        "def slopes_at_zero(candidates):\n    return {s for s in candidates if 0 <= s <= 1}",
        "is a set, expected numbers, a tuple or a word",
    ),
    "threshold": (
        "another threshold, which is in no catalogue",
        "relu_backward",
        "",
        _backward("return dy * (x > 0.5)"),
        "is not right: 2 of 6 numbers differ",
    ),
}
