"""Wrong answers that were right on every case once: each must lose its part, whatever its seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from our_course import EXERCISES
from support import references

from grader.instructor.author.catalogue import reference
from grader.judge.judge import judge
from solutions import affine, convolution, max_pool, relu, strided


def fitting(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return an array turned until its shape fits, as somebody does who tries shapes."""
    return array if array.shape == shape else array.swapaxes(0, 1)


def affine_by_size(dy, x, w):
    return dy @ w.T, fitting(dy.T @ x, w.shape), dy.sum(axis=0)


def bias_by_size(dy, x, w):
    db = dy.sum(axis=1)
    return dy @ w.T, x.T @ dy, db if len(db) == w.shape[1] else dy.sum(axis=0)


def filters_by_size(dy, x, w, pad):
    dx, dw, db = convolution.conv_backward(dy, x, w, pad)
    return dx, fitting(dw.swapaxes(0, 1), w.shape), db


def column_at_once(f, x, dy):
    x, dx = x.astype(float), np.zeros(x.shape)
    for column in range(x.shape[1]):
        step = np.zeros(x.shape)
        step[:, column] = 1e-5
        dx[:, column] = (dy * (f(x + step) - f(x - step))).sum(axis=-1) / 2e-5
    return dx


def relative_step(f, x, dy):
    x, dx = x.astype(float), np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        step = np.zeros(x.shape)
        step[place] = 1e-5 * abs(x[place])
        with np.errstate(all="ignore"):
            slope = np.sum(dy * (f(x + step) - f(x - step))) / (2 * step[place])
        dx[place] = np.nan_to_num(slope)
    return dx


def rounded(digits: int, function: Callable) -> Callable:
    def answer(*args):
        results = function(*args)
        if isinstance(results, tuple):
            return tuple(np.round(result, digits) for result in results)
        return np.round(results, digits)

    return answer


def constant_in_the_logarithm(constant: float) -> Callable:
    def softmax_loss(y, labels):
        e = np.exp(y - y.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        rows = np.arange(len(y))
        loss = -np.log(p[rows, labels] + constant).mean()
        p[rows, labels] -= 1
        return loss, p / len(y)

    return softmax_loss


def remainder_of_one(dy, x, w, stride, pad):
    """dx ends with one row and one column of zeros if anything is left, however much that is."""
    dx, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    left = [(size + 2 * pad - k) % stride for size, k in zip(x.shape[2:], w.shape[2:])]
    rows, columns = (max(0, each - 1) for each in left)
    height, width = dx.shape[2] - rows, dx.shape[3] - columns
    return dx[:, :, :height, :width], dw, db


def pool_remainder_of_one(dy, x, size, stride):
    dx = max_pool.max_pool_backward(dy, x, size, stride)
    left = [(length - k) % stride for length, k in zip(x.shape[2:], size)]
    rows, columns = (max(0, each - 1) for each in left)
    return dx[:, :, : dx.shape[2] - rows, : dx.shape[3] - columns]


def row_and_column(dy, x, size, stride):
    """The row of the largest row maximum, and the column of the largest column maximum."""
    kh, kw = size
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*dy.shape):
        top, left = i * stride, j * stride
        window = x[n, c, top : top + kh, left : left + kw]
        row, column = window.max(axis=1).argmax(), window.max(axis=0).argmax()
        dx[n, c, top + row, left + column] += dy[n, c, i, j]
    return dx


def nearly_equal(dy, x, size, stride):
    kh, kw = size
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*dy.shape):
        top, left = i * stride, j * stride
        window = x[n, c, top : top + kh, left : left + kw]
        winners = window >= window.max() - 0.01
        dx[n, c, top : top + kh, left : left + kw] += winners * dy[n, c, i, j] / winners.sum()
    return dx


WRONG: dict[str, tuple[str, str, Callable]] = {  # exercise, the part that is lost, the answer
    "shapes that fit: dw": ("affine_backward", "dw", affine_by_size),
    "shapes that fit: db": ("affine_backward", "db", bias_by_size),
    "shapes that fit: filters": ("conv_backward", "dw", filters_by_size),
    "rows are independent": ("numerical_gradient", "dx", column_at_once),
    "a step relative to x": ("numerical_gradient", "dx", relative_step),
    "a constant of 1e-6 in the logarithm": (
        "softmax_loss",
        "loss",
        constant_in_the_logarithm(1e-6),
    ),
    "one of 1e-12": ("softmax_loss", "extreme", constant_in_the_logarithm(1e-12)),
    "log(0)": ("softmax_loss", "extreme", constant_in_the_logarithm(0.0)),
    "one zero for any remainder": ("strided_backward_spray", "dx", remainder_of_one),
    "one zero for any remainder of a pool": ("max_pool_backward", "dx", pool_remainder_of_one),
    "row maximum and column maximum": ("max_pool_backward", "ties", row_and_column),
    "entries near the maximum": ("max_pool_backward", "dx", nearly_equal),
    "no slope at 1e-8": ("relu_backward", "dx", lambda dy, x: dy * (x > 1e-8)),
    "no slope above 100000": ("relu_backward", "dx", lambda dy, x: dy * ((x > 0) & (x < 1e5))),
    "x below 1e-8 is 0": ("relu_forward", "y", lambda x: x * (x > 1e-8)),
}
FOUR_DIGITS = {
    "affine_forward": ("y", affine.affine_forward),
    "affine_backward": ("db", affine.affine_backward),
    "affine_jacobians": ("dy_dw", affine.affine_jacobians),
    "hinge_loss": ("loss", affine.hinge_loss),
    "numerical_gradient": ("dx", affine.numerical_gradient),
    "correlate_1d": ("y", convolution.correlate_1d),
    "toeplitz_1d": ("T", convolution.toeplitz_1d),
    "local_gradient": ("dy_dx", convolution.local_gradient),
    "conv_backward": ("db", convolution.conv_backward),
    "strided_forward": ("y", strided.strided_forward),
    "dilate": ("dilated", strided.dilate),
    "relu_backward": ("dx", relu.relu_backward),
    "max_pool_forward": ("y", max_pool.max_pool_forward),
    "max_pool_2x2_backward": ("dx", max_pool.max_pool_2x2_backward),
    "max_pool_backward": ("dx", max_pool.max_pool_backward),
}
ALL = WRONG | {
    f"four digits of {name}": (name, part, rounded(4, function))
    for name, (part, function) in FOUR_DIGITS.items()
}


@pytest.mark.parametrize("what", ALL)
def test_a_wrong_answer_loses_its_part_in_the_check_and_so_whatever_its_seed(what):
    """The visible cases find it, and they are the same for everybody."""
    name, part, answer = ALL[what]
    verdict = judge(EXERCISES[name], answer, references())
    assert {each.name: each.earned for each in verdict.parts}[part] == 0.0, str(verdict)


@pytest.mark.parametrize("what", ALL)
def test_every_fresh_draw_finds_it_too(what):
    """Each holds by construction what the visible cases were chosen for."""
    from grader.instructor.author.catalogue import answers_of
    from grader.judge.tolerance import matches

    name, part_name, answer = ALL[what]
    exercise = EXERCISES[name]
    (part,) = (each for each in exercise.parts if each.name == part_name)
    for seed in range(10):
        cases = [
            case for case in exercise.draw(np.random.default_rng(seed)) if case.judges(part_name)
        ]
        rights = answers_of(exercise, reference(exercise), cases)
        answers = answers_of(exercise, answer, cases)
        assert not all(
            matches(one[part_name], right[part_name], part, case)
            for case, right, one in zip(cases, rights, answers, strict=True)
        )


CORNERS = {  # a right answer that raises in a corner -> what it keeps
    "conv_backward": (lambda dy, x, w, pad: pad < min(w.shape[2:]), 6.5),
    "strided_backward_rotated": (lambda dy, x, w, stride, pad: pad < min(w.shape[2:]), 5.5),
    "correlate_1d": (lambda x, w, pad: pad < len(w), 1.5),
    "softmax_loss": (lambda y, labels: np.abs(y).max() < 100, 1.5),
}


@pytest.mark.parametrize("name", CORNERS)
def test_a_raise_in_a_corner_costs_the_corner(name):
    fits, kept = CORNERS[name]
    right = reference(EXERCISES[name])

    def answer(*args):
        if not fits(*args):
            raise ValueError("index can't contain negative values")
        return right(*args)

    verdict = judge(EXERCISES[name], answer, references())
    assert verdict.earned == kept
    assert "raised ValueError" in str(verdict)


def test_raising_is_never_better_than_a_wrong_number():
    exercise = EXERCISES["conv_backward"]
    right = reference(exercise)
    for number, case in enumerate(exercise.visible):
        shape = case.args[0].shape

        def wrong(dy, x, w, pad, shape=shape):
            results = right(dy, x, w, pad)
            return tuple(2 * r + 1 for r in results) if dy.shape == shape else results

        def raising(dy, x, w, pad, shape=shape):
            if dy.shape == shape:
                raise ValueError
            return right(dy, x, w, pad)

        earned = [judge(exercise, each, references()).earned for each in (wrong, raising)]
        assert earned[1] <= earned[0], number


def test_a_corner_looks_at_the_shape_of_each_result():
    def softmax_loss(y, labels):
        loss, dy = affine.softmax_loss(y, labels)
        return loss, dy.T if np.abs(y).max() > 100 else dy

    verdict = judge(EXERCISES["softmax_loss"], softmax_loss, references())
    assert {each.name: each.earned for each in verdict.parts} == {
        "loss": 0.5,
        "dy": 1.0,
        "extreme": 0.0,
    }
