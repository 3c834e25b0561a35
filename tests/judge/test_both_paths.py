"""A check in the notebook and sealed grading call a student's function alike: the same words on the
same function.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest
from our_course import EXERCISES, NOTEBOOKS
from support import references
from tiers import best

from grader.instructor.author import notebook
from grader.instructor.sandbox.sandbox import Sandbox
from grader.instructor.sandbox.time_and_memory_limits import Limits
from grader.instructor.sealed.grade_one import grade_submission
from grader.judge.judge import judge

RIGHT = "return dy @ w.T, x.T @ dy, dy.sum(0)"
BODIES = {  # of affine_backward(dy, x, w)
    "right": RIGHT,
    "changes an input": f"x[0, 0] += 1\n{RIGHT}",
    "changes an input and raises": "x[0, 0] += 1\nraise ValueError('no')",
    "changes a -0.0 into 0.0": f"dy *= -0.0\ndy += 0.0\nx *= 1\n{RIGHT}",
    "adds 0.0 to a gradient": f"dy += 0.0\n{RIGHT}",
    "reshapes an input in place": "result = dy @ w.T, x.T @ dy, dy.sum(0)\nx.shape = (-1,)\nreturn "
    "result",
    "sorts an input": "dy.sort()\nreturn dy @ w.T, x.T @ dy, dy.sum(0)",
    "warns": f"import warnings\nwarnings.warn('look here')\n{RIGHT}",
    "warns of what is to come": "import warnings\nwarnings.warn('soon', "
    f"PendingDeprecationWarning)\n{RIGHT}",
    "warns of what is old": f"import warnings\nwarnings.warn('old', DeprecationWarning)\n{RIGHT}",
    "warns of a resource": f"import warnings\nwarnings.warn('open', ResourceWarning)\n{RIGHT}",
    "warns of an import": f"import warnings\nwarnings.warn('import', ImportWarning)\n{RIGHT}",
    "warns five times": "import warnings\nfor n in range(5):\n    warnings.warn(f'number "
    f"{{n}}')\n{RIGHT}",
    "warns and raises": "import warnings\nwarnings.warn('before')\nraise KeyError('no')",
    "leaves a file open": f"open('/dev/null')\n{RIGHT}",
    "divides by zero": f"np.ones(2) / np.zeros(2)\n{RIGHT}",
    "underflows": f"np.float64(1e-300) * np.float64(1e-300)\n{RIGHT}",
    "overflows in a product": "x[:] = 1e200\nreturn dy @ w.T, (x * 1e200).T @ dy, dy.sum(0)",
    "hands an input back": "return dy, x, w[0]",
    "hands a view back": "return dy.T, x[::-1], dy[0]",
    "uses a buffer again": "b = cache.setdefault('b', np.zeros((9, 9)))\nb[:] += dy.sum()\nreturn "
    "b, b, b[0]",
    "returns a generator": "return (part for part in (dy, x, w))",
    "yields": "yield dy @ w.T\nyield x.T @ dy\nyield dy.sum(0)",
    "returns a list": "return [dy @ w.T, x.T @ dy, dy.sum(0)]",
    "returns lists of numbers": "return (dy @ w.T).tolist(), x.T @ dy, dy.sum(0)",
    "returns a dict": "return {'dx': dy @ w.T, 'dw': x.T @ dy, 'db': dy.sum(0)}",
    "returns two": "return dy @ w.T, x.T @ dy",
    "returns nothing": "dy @ w.T",
    "returns text": "return 'dx', 'dw', 'db'",
    "returns complex numbers": "return dy @ w.T + 0j, x.T @ dy, dy.sum(0)",
    "returns complex numbers that are none": "return dy @ w.T + 1j, x.T @ dy, dy.sum(0)",
    "returns lists that do not fit": "return [[1.0], [2.0, 3.0]], x.T @ dy, dy.sum(0)",
    "returns lists with NaN": "return (dy @ w.T * np.nan).tolist(), x.T @ dy, dy.sum(0)",
    "returns complex infinity": "return dy @ w.T, x.T @ dy, dy.sum(0) + complex(np.inf, 0)",
    "returns a list of arrays": "return list(dy @ w.T), x.T @ dy, dy.sum(0)",
    "returns a tuple of arrays": "return tuple(dy @ w.T), x.T @ dy, dy.sum(0)",
    "returns a list of complex numbers": "return dy @ w.T, x.T @ dy, list(dy.sum(0) + 0j)",
    "returns wrong lists": "return (2 * dy @ w.T).tolist(), x.T @ dy, dy.sum(0)",
    "writes an old name": "return np.zeros(x.shape, np.float), 0, 0",
    "divides a size": "return np.zeros(len(x) / 2), 0, 0",
    "divides a place": "return x[len(x) / 2], 0, 0",
    "returns float32": "return tuple(part.astype('float32') for part in (dy @ w.T, x.T @ dy, "
    "dy.sum(0)))",
    "returns whole numbers": "return tuple(np.rint(part).astype(int) for part in (dy @ w.T, x.T @ "
    "dy, dy.sum(0)))",
    "returns NaN": "return dy @ w.T * np.nan, x.T @ dy, dy.sum(0)",
    "returns infinity": "return dy @ w.T, x.T @ dy / 0, dy.sum(0)",
    "returns a masked array": "return np.ma.array(dy @ w.T), x.T @ dy, dy.sum(0)",
    "returns objects": "return (dy @ w.T).astype(object), x.T @ dy, dy.sum(0)",
    "is a coroutine": "async def go():\n    return 1\nreturn go()",
    "transposes": "return dy @ w.T, dy.T @ x, dy.sum(0)",
    "forgets the sum": "return dy @ w.T, x.T @ dy, dy",
    "divides by N": "return dy @ w.T, x.T @ dy / len(x), dy.sum(0) / len(x)",
    "has sizes that do not fit": "return dy @ w, x.T @ dy, dy.sum(0)",
    "reads outside": "return dy[99], x, w",
    "is not written": "raise NotImplementedError()",
    "calls what is not written": "def later():\n    raise NotImplementedError()\nreturn later()",
    "calls itself": "return affine_backward(dy, x, w)",
    "exits": "exit()",
    "exits by sys": "import sys\nsys.exit(3)",
    "is interrupted": "raise KeyboardInterrupt",
    "raises an exception without words": "raise Exception",
    "raises an exception that cannot be read": "class Odd(Exception):\n    def __str__(self):\n"
    "        raise ValueError\nraise Odd",
    "raises in another function": "def helper():\n    return 1 / 0\nreturn helper()",
    "asserts": "assert x.shape == (1, 1), 'one row at a time'",
    "lowers the recursion limit": f"import sys\nsys.setrecursionlimit(60)\n{RIGHT}",
    "sets numpy to raise": f"np.seterr(all='raise')\nnp.ones(2) / np.zeros(2)\n{RIGHT}",
    "remembers": "cache['n'] = cache.get('n', 0) + 1\nreturn dy @ w.T * cache['n'], x.T @ dy, "
    "dy.sum(0)",
    "prints": f"print('inside')\n{RIGHT}",
}
SOFTMAX = """def softmax_loss(y, labels):
    y = y - y.max(1, keepdims=True)
    p, rows = np.exp(y), np.arange(len(y))
    loss = (np.log(p.sum(1)) - y[rows, labels]).mean()
    p /= p.sum(1, keepdims=True)
    p[rows, labels] -= 1
    return {}, p / len(y)"""
OTHERS = {  # exercise -> texts of the whole cell
    "affine_backward": {
        "is a lambda": "affine_backward = lambda dy, x, w: (dy @ w.T, x.T @ dy, dy.sum(0))",
        "is a class": "class affine_backward:\n    def __init__(self, dy, x, w):\n        pass",
        "raises when its code is looked at": "class Odd:\n"
        "    __code__ = property(lambda self: 1 / 0)\n"
        "    def __call__(self, dy, x, w):\n"
        "        return dy @ w.T, x.T @ dy, dy.sum(0)\n"
        "affine_backward = Odd()",
        "is an array": "affine_backward = np.ones(3)",
        "is a number": "affine_backward = 3",
        "has its arguments in another order": "def affine_backward(x, dy, w):\n    return dy @ "
        "w.T, x.T @ dy, dy.sum(0)",
        "takes two arguments": "def affine_backward(dy, x):\n    return dy, x, x",
        "takes any arguments": "def affine_backward(*args):\n    dy, x, w = args\n    return dy @ "
        "w.T, x.T @ dy, dy.sum(0)",
        "is a partial": "import functools\ndef f(k, dy, x, w):\n    return dy @ w.T, x.T @ dy, k * "
        "dy.sum(0)\n"
        "affine_backward = functools.partial(f, 2)",
    },
    "affine_jacobians": {
        "calls what it must do without": "def affine_jacobians(x, w):\n    return "
        "numerical_jacobian(lambda v: v @ w, x), 0, 0",
        "is what it must do without": "affine_jacobians = numerical_jacobian",
        "holds what it must do without": "def affine_jacobians(x, w, nj=numerical_jacobian):\n"
        "    return nj(lambda v: v @ w, x), 0, 0",
        "binds what it must do without": "import functools\n"
        "affine_jacobians = functools.partial(lambda f, x, w: (f(lambda v: v @ w, x), 0, 0), "
        "numerical_jacobian)",
    },
    "softmax_loss": {
        "a loss in an array": SOFTMAX.format("np.array([loss])"),
        "a loss in lists": SOFTMAX.format("[[loss]]"),
        "a loss for each row": SOFTMAX.format("np.full(len(y), loss)"),
    },
    "same_pad": {
        "None for none": "def same_pad(k):\n    return (k - 1) // 2 if k % 2 else None",
        "None": "def same_pad(k):\n    pass",
    },
    "shape_of_jacobian": {
        "a list": "def shape_of_jacobian(a, b):\n    return [*a, *b]",
        "an array": "def shape_of_jacobian(a, b):\n    return np.array(a + b)",
        "words": "def shape_of_jacobian(a, b):\n    return 'a + b'",
        "None": "def shape_of_jacobian(a, b):\n    pass",
        "a function": "def shape_of_jacobian(a, b):\n    return len",
        "many numbers": "def shape_of_jacobian(a, b):\n    return np.ones((9, 9))",
    },
}


def whole(body: str) -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"import numpy as np\ncache = {{}}\n\n\ndef affine_backward(dy, x, w):\n{lines}\n"


CASES = [
    *((name, "affine_backward", whole(body)) for name, body in BODIES.items()),
    *(
        (name, exercise, f"import numpy as np\n{text}\n")
        for exercise, texts in OTHERS.items()
        for name, text in texts.items()
    ),
]


@pytest.fixture(scope="module")
def sandboxes() -> Iterator[Callable[[str], Sandbox]]:
    """Yield what returns the sandbox of an assignment, the same each time."""
    with ExitStack() as stack:

        @cache
        def sandbox_of(assignment: str) -> Sandbox:
            made = Sandbox(best(), NOTEBOOKS[assignment], Limits(call=2.0))
            return stack.enter_context(made)

        yield sandbox_of


def in_the_notebook(exercise: str, text: str) -> dict[str, Any]:
    """Return the verdict of a check, as JSON."""
    name = f"<cell of {exercise}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    from grader import numerical_jacobian

    scope = references(EXERCISES[exercise].assignment) | {
        "numerical_jacobian": numerical_jacobian,
        "exit": exit,
    }
    exec(compile(text, name, "exec"), scope)
    return judge(EXERCISES[exercise], scope[exercise], scope).as_json()


def in_the_sandbox(exercise: str, text: str, sandboxes: Callable[[str], Sandbox]) -> dict[str, Any]:
    """Return the verdict of sealed grading with the cases of a check alone, as JSON."""
    whole_notebook = EXERCISES[exercise].notebook
    made = notebook.with_answers(notebook.solve(whole_notebook), {exercise: text})
    sandbox = sandboxes(whole_notebook.assignment)
    verdicts = grade_submission(notebook.dumps(made).encode(), 7, sandbox, fresh=False)["exercises"]
    return next(verdict for verdict in verdicts if verdict["exercise"] == exercise)


@pytest.mark.parametrize(
    ("name", "exercise", "text"), CASES, ids=[f"{exercise}-{name}" for name, exercise, _ in CASES]
)
def test_both_say_the_same(
    name: str, exercise: str, text: str, sandboxes: Callable[[str], Sandbox]
) -> None:
    here, there = in_the_notebook(exercise, text), in_the_sandbox(exercise, text, sandboxes)
    for key in ("earned", "fault", "parts", "notes"):
        assert here[key] == there[key]
