"""Broken answers to 4-relu."""

from __future__ import annotations


def _backward(line: str) -> str:
    return f"def relu_backward(dy, x):\n    {line}\n"


# student -> (what is special, exercise, the part that is lost ("" for all), the answer, what the check must say)
BROKEN: dict[str, tuple[str, str, str, str, str]] = {
    "other-name": (
        "renamed the function",
        "relu_forward",
        "",
        "def relu(x):\n    return np.maximum(x, 0)",
        "is not defined",
    ),
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
        "a list of words for dx",
        "relu_backward",
        "",
        _backward("return list(map(str, dy * (x > 0)))"),
        "is a list, expected a numpy array of numbers",
    ),
    "nan": (
        "0 / 0 at 0",
        "relu_backward",
        "",
        _backward("return dy * (x + abs(x)) / (2 * x)"),
        "holds NaN",
    ),
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
        'raised ValueError in line 2: return max(x, 0) ("The truth value of an array with more than one element is ambiguous',
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
        "s rounded to whole numbers: where do you make an array of integers?",
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
        "is not right: each number of dy in column 1 does not arrive in dx",
    ),
}
