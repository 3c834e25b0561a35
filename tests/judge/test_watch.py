"""A numerical gradient is no derivation, and no honest way of calling functions is taken for one."""

from __future__ import annotations

import textwrap

import numpy as np
import pytest
from our_course import EXERCISES
from support import references

import grader
from grader.call.watch import bare_code_of
from grader.judge.judge import judge

ONE_SIDED = """
def {name}({arguments}):
    def slope(of, array):
        base, result = of(array), np.zeros(array.shape)
        for place in np.ndindex(*array.shape):
            moved = array.astype(float)
            moved[place] += 1
            result[place] = np.sum(dy * (of(moved) - base))
        return result
    return {results}
"""
CENTRAL_IN_PLACE = """
def nudge(of, array, dy, h=1e-5):
    array = array.astype(float)
    result = np.zeros(array.shape)
    flat, out = array.reshape(-1), result.reshape(-1)
    for place in range(flat.size):
        flat[place] += h
        up = of(array)
        flat[place] -= 2 * h
        down = of(array)
        flat[place] += h
        out[place] = np.sum(dy * (up - down)) / (2 * h)
    return result

def {name}({arguments}):
    def slope(of, array):
        return nudge(of, array, dy)
    return {results}
"""
OWN_COPY = "def product_of_mine(x, w, b):\n    return x @ w + b\n"
BACKWARD = {  # exercise -> its arguments, and its results by a function `slope`
    "affine_backward": (
        "dy, x, w",
        "slope(lambda v: affine_forward(v, w, 0), x), slope(lambda v: affine_forward(x, v, 0), w), "
        "dy.sum(axis=0)",
    ),
    "conv_1d_backward_spray": (
        "dy, w, pad",
        "slope(lambda v: correlate_1d(v, w, pad), np.zeros(len(dy) + len(w) - 1 - 2 * pad))",
    ),
    "conv_backward": (
        "dy, x, w, pad",
        "slope(lambda v: conv_forward(v, w, np.zeros(len(w)), pad), x), "
        "slope(lambda v: conv_forward(x, v, np.zeros(len(w)), pad), w), dy.sum(axis=(0, 2, 3))",
    ),
    "relu_backward": ("dy, x", "slope(relu_forward, x)"),
    "max_pool_backward": (
        "dy, x, size, stride",
        "slope(lambda v: max_pool_forward(v, size, stride), x)",
    ),
}


def namespace_with(text: str) -> dict[str, object]:
    namespace = {"np": np, **references()}
    exec(text, namespace)
    return namespace


@pytest.mark.parametrize("way", [ONE_SIDED, CENTRAL_IN_PLACE], ids=["one-sided", "in place"])
@pytest.mark.parametrize("name", BACKWARD)
def test_differences_of_a_forward_pass_earn_nothing_and_the_check_says_why(name, way):
    arguments, results = BACKWARD[name]
    namespace = namespace_with(way.format(name=name, arguments=arguments, results=results))
    verdict = judge(EXERCISES[name], namespace[name], namespace)
    assert verdict.earned == 0.0
    assert "that is a numerical gradient" in str(verdict)


def test_a_copy_of_the_forward_pass_under_another_name_is_no_way_round():
    arguments, results = BACKWARD["affine_backward"]
    results = results.replace("affine_forward", "product_of_mine")
    text = OWN_COPY + ONE_SIDED.format(name="affine_backward", arguments=arguments, results=results)
    namespace = namespace_with(text)
    assert (
        judge(EXERCISES["affine_backward"], namespace["affine_backward"], namespace).earned == 0.0
    )


def test_a_loss_keeps_its_points_where_its_gradient_was_nudged():
    text = """
def loss_of(y, labels):
    shifted = y - y.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(y)), labels].mean()

def softmax_loss(y, labels):
    dy = np.zeros(y.shape)
    for place in np.ndindex(*y.shape):
        up, down = y.astype(float), y.astype(float)
        up[place] += 1e-5
        down[place] -= 1e-5
        dy[place] = (loss_of(up, labels) - loss_of(down, labels)) / 2e-5
    return loss_of(y, labels), dy
"""
    namespace = namespace_with(text)
    verdict = judge(EXERCISES["softmax_loss"], namespace["softmax_loss"], namespace)
    earned = {part.name: part.earned for part in verdict.parts}
    assert earned == {"loss": 0.5, "dy": 0.0, "extreme": 0.0}


# How somebody may call a forward pass for every number of x, other than in the plain ways above.
WAYS = {
    "all arguments in a star": "of = lambda *v: affine_forward(*v)\nfor place in places:\n"
    "    dx[place] = np.sum(dy * (of(one(place, 1), w, 0) - of(x, w, 0)))",
    "in a thread": "import threading\nof = lambda v: affine_forward(v, w, 0)\n"
    "def work():\n    for place in places:\n"
    "        dx[place] = np.sum(dy * (of(one(place, 1)) - of(x)))\n"
    "thread = threading.Thread(target=work)\nthread.start()\nthread.join()",
    "a complex step": "of = lambda v: affine_forward(v, w, 0)\nfor place in places:\n"
    "    dx[place] = np.sum(dy * of(one(place, 1e-30j)).imag) / 1e-30",
    "numbers as objects": "of = lambda v: affine_forward(v, w.astype(object), 0)\n"
    "for place in places:\n"
    "    dx[place] = np.sum(dy * (of(one(place, 1).astype(object)) - of(x.astype(object))))",
    "a class of its own": "class Mine(np.ndarray): pass\n"
    "of = lambda v: affine_forward(v, w, 0)\nfor place in places:\n"
    "    dx[place] = np.sum(dy * (of(one(place, 1).view(Mine)) - of(x)))",
    "arrays in a tuple": "of = lambda pair: pair[0] @ pair[1]\nfor place in places:\n"
    "    dx[place] = np.sum(dy * (of((one(place, 1), w)) - of((x, w))))",
    "steps that are not taken back": "of = lambda v: affine_forward(v, w, 0)\n"
    "moved, old = x.astype(float), of(x)\nfor place in places:\n"
    "    moved[place] += 1\n    new = of(moved)\n"
    "    dx[place], old = np.sum(dy * (new - old)), new",
    "from an array of ones": "of = lambda v: affine_forward(v, w, 0)\n"
    "base = np.ones(x.shape)\nfor place in places:\n    moved = base.copy()\n"
    "    moved[place] += 1\n    dx[place] = np.sum(dy * (of(moved) - of(base)))",
    "from the arrays around": "moved = x.astype(float)\n"
    "def of():\n    return moved @ w\nbase = of()\nfor place in places:\n"
    "    moved[place] += 1\n    dx[place] = np.sum(dy * (of() - base))\n    moved[place] -= 1",
}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_calling_a_forward_pass_for_every_number_earns_anything(way):
    text = (
        "def affine_backward(dy, x, w):\n    dx = np.zeros(x.shape)\n"
        "    places = list(np.ndindex(*x.shape))\n"
        "    def one(place, step):\n        moved = x.astype(type(step + 1.0))\n"
        "        moved[place] += step\n        return moved\n"
        + textwrap.indent(WAYS[way], "    ")
        + "\n    return dx, x.T @ dy, dy.sum(axis=0)\n"
    )
    namespace = namespace_with(text)
    verdict = judge(EXERCISES["affine_backward"], namespace["affine_backward"], namespace)
    assert (verdict.earned, "that is a numerical gradient" in str(verdict)) == (0.0, True), verdict


DISGUISES = {
    "calls itself": """
def relu_backward(dy, x, is_forward=False):
    if is_forward:
        return np.maximum(x, 0)
    dx = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.astype(float), x.astype(float)
        up[place] += 0.125
        down[place] -= 0.125
        change = relu_backward(dy, up, True) - relu_backward(dy, down, True)
        dx[place] = np.sum(dy * change) / 0.25
    return dx
""",
    "one wrapper around both passes": """
def passed_on(function):
    def inner(*args):
        return function(*args)
    return inner

relu_forward = passed_on(relu_forward)

@passed_on
def relu_backward(dy, x):
    dx = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        moved = x.astype(float)
        moved[place] += 0.125
        dx[place] = np.sum(dy * (relu_forward(moved) - relu_forward(x))) / 0.125
    return dx
""",
}


@pytest.mark.parametrize("how", DISGUISES)
def test_a_disguised_forward_pass_earns_nothing(how):
    namespace = namespace_with(DISGUISES[how])
    verdict = judge(EXERCISES["relu_backward"], namespace["relu_backward"], namespace)
    assert verdict.earned == 0.0
    assert "that is a numerical gradient" in str(verdict)


def test_only_what_holds_its_arguments_alone_is_not_looked_at():
    held = np.zeros(3)
    assert bare_code_of(namespace_with) is namespace_with.__code__
    for function in (lambda x: x + held, lambda x, y=held: x, lambda x, *, y=held: x, len):
        assert bare_code_of(function) is None


def test_who_turns_the_tracing_off_is_told_so():
    text = "import sys\ndef relu_backward(dy, x):\n    sys.settrace(None)\n    return dy * (x > 0)"
    namespace = namespace_with(text)
    verdict = judge(EXERCISES["relu_backward"], namespace["relu_backward"], namespace)
    assert verdict.earned == 0.0
    assert "calls settrace: write it without settrace" in str(verdict)


def test_the_numerical_jacobian_of_the_package_is_known_by_its_code():
    text = """
import grader as kit

def affine_jacobians(x, w):
    of = kit.numerical_jacobian
    return of(w.T.dot, x), of(x.dot, w), of(np.copy, np.zeros(w.shape[1]))
"""
    namespace = namespace_with(text) | {"numerical_jacobian": grader.numerical_jacobian}
    verdict = judge(EXERCISES["affine_jacobians"], namespace["affine_jacobians"], namespace)
    assert verdict.earned == 0.0
    assert "calls numerical_jacobian: write it without" in str(verdict)


HONEST = {
    "a helper for every pixel that adds into dx": (
        "relu_backward",
        """
def one(dx, dy, x, place):
    if x[place] > 0:
        dx[place] = dy[place]

def relu_backward(dy, x):
    dx = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        one(dx, dy, x, place)
    return dx
""",
    ),
    "a helper for every number": (
        "relu_backward",
        """
def slope(value):
    return float(value > 0)

def relu_backward(dy, x):
    return dy * np.array([slope(v) for v in x.ravel()]).reshape(x.shape)
""",
    ),
    "a helper that returns a new dx for every pixel": (
        "affine_backward",
        """
def with_one(dx, value, place):
    dx = dx.copy()
    dx[place] = value
    return dx

def affine_backward(dy, x, w):
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for n, d in np.ndindex(*x.shape):
        dx = with_one(dx, dy[n] @ w[d], (n, d))
    for d, c in np.ndindex(*w.shape):
        dw = with_one(dw, x[:, d] @ dy[:, c], (d, c))
    return dx, dw, dy.sum(axis=0)
""",
    ),
    "a spray by a helper for every window": (
        "conv_backward",
        """
def spray(dxp, dw, xp, dy, w, n, f, i, j):
    kh, kw = w.shape[2:]
    dxp[n, :, i:i + kh, j:j + kw] += dy[n, f, i, j] * w[f]
    dw[f] += dy[n, f, i, j] * xp[n, :, i:i + kh, j:j + kw]

def conv_backward(dy, x, w, pad):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
    for place in np.ndindex(*dy.shape):
        spray(dxp, dw, xp, dy, w, *place)
    H, W = x.shape[2:]
    return dxp[:, :, pad:pad + H, pad:pad + W], dw, dy.sum(axis=(0, 2, 3))
""",
    ),
    "the forward pass, called for every image and channel": (
        "conv_1d_backward_rotated",
        """
def dot(a, b):
    return float(np.sum(a * b))

def conv_1d_backward_rotated(dy, w, pad):
    k = len(w)
    padded = np.pad(dy, k - 1)
    full = np.array([dot(padded[i:i + k], w[::-1]) for i in range(len(padded) - k + 1)])
    return full[pad:len(full) - pad]
""",
    ),
    "one entry of dy after another, each sprayed by a helper": (
        "conv_backward",
        """
def sprayed(one, x, w, pad):
    (n, f, i, j), = np.argwhere(one) if one.any() else [(0, 0, 0, 0)]
    kh, kw = w.shape[2:]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
    dxp[n, :, i:i + kh, j:j + kw] += one[n, f, i, j] * w[f]
    dw[f] += one[n, f, i, j] * xp[n, :, i:i + kh, j:j + kw]
    H, W = x.shape[2:]
    return dxp[:, :, pad:pad + H, pad:pad + W], dw

def conv_backward(dy, x, w, pad):
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for place in np.ndindex(*dy.shape):
        one = np.zeros(dy.shape)
        one[place] = dy[place]
        more_dx, more_dw = sprayed(one, x, w, pad)
        dx, dw = dx + more_dx, dw + more_dw
    return dx, dw, dy.sum(axis=(0, 2, 3))
""",
    ),
    "one entry of dy after another, and the filter reflected": (
        "conv_1d_backward_rotated",
        """
def conv_1d_backward_rotated(dy, w, pad):
    n = len(dy) + len(w) - 1 - 2 * pad
    dx = np.zeros(n)
    for i in range(len(dy)):
        one = np.zeros(len(dy))
        one[i] = dy[i]
        full = correlate_1d(one, w[::-1], len(w) - 1)
        dx += full[pad:pad + n]
    return dx
""",
    ),
    "the Jacobian by a helper for each unit vector": (
        "affine_jacobians",
        """
def column(e, w):
    return w.T @ e

def affine_jacobians(x, w):
    D, C = w.shape
    dy_dx = np.stack([column(e, w) for e in np.eye(D)], axis=1)
    dy_dw = np.zeros((C, D, C))
    for c in range(C):
        dy_dw[c, :, c] = x
    return dy_dx, dy_dw, np.eye(C)
""",
    ),
    "one entry of x after another": (
        "affine_backward",
        """
def weights_of(one, dy):
    return one.T @ dy

def affine_backward(dy, x, w):
    dw = np.zeros(w.shape)
    for place in np.ndindex(*x.shape):
        one = np.zeros(x.shape)
        one[place] = x[place]
        dw += weights_of(one, dy)
    return dy @ w.T, dw, dy.sum(axis=0)
""",
    ),
    "a helper with lists in lists, and one that holds itself": (
        "affine_backward",
        """
HOLDS_ITSELF = []
HOLDS_ITSELF.append(HOLDS_ITSELF)

def product(a, b, deep):
    return sum(p * q for p, q in zip(a, b))

def affine_backward(dy, x, w):
    deep = [[[[[[[[[0.0] * 9] * 9] * 9] * 9] * 9] * 9] * 9] * 9, HOLDS_ITSELF]
    dx = np.array([[product(row, line, deep) for line in w] for row in dy])
    dw = np.array([[product(x[:, d], dy[:, c], deep) for c in range(dy.shape[1])]
                   for d in range(x.shape[1])])
    return dx, dw, dy.sum(axis=0)
""",
    ),
    "ties by taking one pixel out": (
        "max_pool_backward",
        """
def is_largest(window, place):
    others = window.copy()
    others[place] = -np.inf
    return window[place] > others.max()

def max_pool_backward(dy, x, size, stride):
    kh, kw = size
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*dy.shape):
        window = x[n, c, i * stride:i * stride + kh, j * stride:j * stride + kw]
        place = np.unravel_index(window.argmax(), window.shape)
        is_largest(window, place)
        dx[n, c, i * stride + place[0], j * stride + place[1]] += dy[n, c, i, j]
    return dx
""",
    ),
}


@pytest.mark.parametrize("what", HONEST)
def test_honest_helpers_are_no_differences(what):
    name, text = HONEST[what]
    namespace = namespace_with(text)
    verdict = judge(EXERCISES[name], namespace[name], namespace)
    assert verdict.right, str(verdict)


REACHES = {
    "code": "HELD = correlate_1d.__code__\nimport types\nheld = types.FunctionType(HELD, globals())",
    "partial": "import functools\nheld = functools.partial(correlate_1d)",
    "method": "import types\nclass Box: pass\nheld = types.MethodType(lambda s, *a: KEPT[0](*a), Box())\n"
    "KEPT = [types.FunctionType(correlate_1d.__code__, globals())]",
}


@pytest.mark.parametrize("how", REACHES)
def test_a_partner_that_is_reached_all_the_same_is_refused(how):
    namespace = namespace_with(
        "def correlate_1d(x, w, pad):\n    return np.correlate(np.pad(x, pad), w)\n"
        f"{REACHES[how]}\ndef spray_1d(x, w, pad):\n    return held(x, w, pad)\n"
    )
    verdict = judge(EXERCISES["spray_1d"], namespace["spray_1d"], namespace)
    assert verdict.earned == 0.0
    assert "write it without correlate_1d" in str(verdict) or "without correlate_1d" in str(verdict)
