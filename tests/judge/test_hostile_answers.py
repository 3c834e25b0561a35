"""Answers that a reviewer with a fresh eye found to break or mislead the check, and the class of
each.
"""

from __future__ import annotations

import logging
import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from our_course import EXERCISES
from support import references

from grader import check
from grader.call.answer import Answer, numbers
from grader.call.forms import fault_of
from grader.instructor.sandbox import protocol
from grader.judge.case import Case
from grader.judge.compare import matches
from grader.judge.detect import CLOSE, Pair, detect
from grader.judge.judge import judge
from solutions import affine
from solutions.mistakes import CATALOGUE

right = affine.affine_backward

# --- right answers keep their points ---


def softmax_by_logaddexp(dtype):
    def softmax_loss(y, labels):
        y = y.astype(dtype)
        log_sum = np.logaddexp.reduce(y, axis=1, keepdims=True)
        dy = np.exp(y - log_sum)
        rows = np.arange(len(y))
        dy[rows, labels] -= 1
        return (log_sum[:, 0] - y[rows, labels]).mean(), dy / dtype(len(y))

    return softmax_loss


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_loss_by_logaddexp_is_right_in_either_precision(dtype, verdict_on):
    function = softmax_by_logaddexp(dtype)
    assert verdict_on("softmax_loss", function).earned == 2.0
    for seed in range(50):
        for case in EXERCISES["softmax_loss"].draw(np.random.default_rng(seed)):
            told = zip(
                function(*case.args),
                affine.softmax_loss(*case.args),
                EXERCISES["softmax_loss"].parts[:2],
                strict=True,
            )
            assert all(
                matches(numbers(a), Answer(np.asarray(b)), part, case) for a, b, part in told
            )


def test_a_buffer_that_is_used_again_costs_nothing(verdict_on):
    buffers = {}

    def affine_forward(x, w, b):
        y = buffers.setdefault((len(x), len(b)), np.empty((len(x), len(b))))
        np.matmul(x, w, out=y)
        y += b
        return y

    assert verdict_on("affine_forward", affine_forward).earned == 1.0


def test_numpys_errors_left_on_cost_nothing(verdict_on):
    with np.errstate(all="raise"):
        assert verdict_on("softmax_loss", affine.softmax_loss).earned == 2.0
        assert np.geterr()["under"] == "raise"


def test_a_function_may_look_at_its_streams(verdict_on):
    def affine_forward(x, w, b):
        sys.stdout.encoding.lower()
        sys.stderr.fileno()
        sys.stdout.buffer.write(b"bytes")
        print("\ud800", "a lone surrogate")
        return x @ w + b

    verdict = verdict_on("affine_forward", affine_forward)
    assert verdict.earned == 1.0
    assert "\\ud800 a lone surrogate" in verdict.printed
    str(verdict).encode()


def test_closing_stdout_breaks_nothing(verdict_on, capsys):
    def affine_forward(x, w, b):
        sys.stdout.close()
        return x @ w + b

    assert verdict_on("affine_forward", affine_forward).earned == 1.0
    print("still here")
    assert capsys.readouterr().out == "still here\n"


def test_logging_works_again_after_a_check(verdict_on, capsys):
    logger = logging.Logger("inside")

    def affine_forward(x, w, b):
        if not logger.handlers:
            logger.addHandler(logging.StreamHandler())
        logger.warning("in")
        return x @ w + b

    assert verdict_on("affine_forward", affine_forward).earned == 1.0
    logger.warning("after")
    assert capsys.readouterr().err == "after\n"


# --- nothing escapes from a check ---


class Evil(ValueError):
    def __str__(self):
        raise KeyboardInterrupt


class EvilName(type):
    @property
    def __name__(cls):
        raise ValueError("no name")


class Nameless(metaclass=EvilName):
    pass


class EvilFloat:
    def __float__(self):
        raise SystemExit


class EvilCallable:
    def __getattr__(self, name):
        raise KeyError(name)

    def __call__(self, *args):
        return 0


def raising(error):
    def function(*args):
        raise error

    return function


def change_dtype(x, w, b):
    x.dtype = "V8"
    return b


async def coroutine(x, w, b):
    return x @ w + b


def low_limit(x, w, b):
    sys.setrecursionlimit(120)
    return x @ w


HOSTILE = {
    "an exception without a text": raising(Evil()),
    "an exception whose class lies": raising(
        type("E", (Exception,), {"__class__": property(lambda self: 1 / 0)})()
    ),
    "a result whose type has no name": lambda x, w, b: Nameless(),
    "an object that exits when it is read": lambda x, w, b: EvilFloat(),
    "an argument made void": change_dtype,
    "a coroutine": coroutine,
    "a lowered recursion limit": low_limit,
    "a callable that raises when it is asked": EvilCallable(),
    "an empty array": lambda x, w, b: np.zeros((0, 3)),
    "another empty array": lambda x, w, b: np.zeros((1, 0, 3)),
    "a huge array": lambda x, w, b: np.zeros((2000, 2000)),
    "a generator": lambda x, w, b: (i for i in x),
    "dates": lambda x, w, b: np.array(["2020-01-01"], dtype="M8[D]"),
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("name", ["affine_forward", "shape_of_jacobian"])
def test_nothing_escapes_and_nothing_is_earned(kind, name, recwarn, capfd):
    limit = sys.getrecursionlimit()
    scope = references() | {name: HOSTILE[kind], "check": check}
    exec(f"points = check({name})", scope)
    out, err = capfd.readouterr()
    assert (scope["points"], err) == (0.0, "")
    assert len(out) < 5000
    verdict = judge(EXERCISES[name], HOSTILE[kind], references())
    assert len(verdict._repr_html_()) < 20_000
    assert sys.getrecursionlimit() == limit
    assert not [w for w in recwarn if "never awaited" in str(w.message)]


def test_a_huge_quiz_answer_is_refused_at_once(verdict_on):
    verdict = verdict_on("shape_of_jacobian", lambda o, i: np.broadcast_to(0.0, (10**6, 10**6)))
    assert (
        verdict.parts[0].message
        == "is an array of shape (1000000, 1000000), expected a few numbers or a word"
    )


def test_a_check_inside_the_checked_function_does_not_hang(capsys):
    scope = {"check": check}
    exec(
        "def affine_forward(x, w, b):\n    check(affine_forward)\n    return x @ w + b\npoints = "
        "check(affine_forward)",
        scope,
    )
    assert scope["points"] == 1.0
    assert "take check(...) out of your function" in capsys.readouterr().out


def test_two_checks_in_threads_leave_the_streams_alone(capsys):
    streams = sys.stdout, sys.stderr
    scope = references() | {"check": check}
    threads = [
        threading.Thread(target=exec, args=("check(affine_backward)", scope)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sys.stdout, sys.stderr) == streams


def test_an_endless_loop_is_interrupted_once(verdict_on):
    calls = []

    def affine_backward(dy, x, w):
        calls.append(1)
        if len(x) > 1:
            raise KeyboardInterrupt
        return right(dy, x, w)

    assert (
        "is there a loop that never ends?" in verdict_on("affine_backward", affine_backward).fault
    )
    assert len(calls) == 2


# --- what a worker sends is a form of ours, or nothing ---


@pytest.mark.parametrize("name", ["nope", "", ["float"], None, 3, "float; rm"])
def test_a_removed_name_is_one_of_numpys(name):
    with pytest.raises((KeyError, TypeError, ValueError)):
        fault_of("removed", {"type": "AttributeError", "name": name})


def test_what_was_read_as_something_else_has_a_name_of_ours():
    part = {"kindly": ["list", ["x"], "no", {}, 3, "list", "complex"]}
    assert protocol._kindly(part) == ("list", "complex")
    assert protocol._kindly({"kindly": "list"}) == ()


# --- words that mislead ---


def test_a_class_on_the_margin_is_shown_with_the_right_values(verdict_on):
    (at_least,) = (mistake for mistake in CATALOGUE if mistake.name == "hinge_at_least")
    example = verdict_on("hinge_loss", at_least.answer).example
    assert example.right.tolist()[0] == [-0.5, 0.0, 0.5, 0.0]


def loss_of(probability_of):
    """Return softmax_loss with another probability inside its logarithm."""

    def softmax_loss(y, labels):
        _, dy = affine.softmax_loss(y, labels)
        e = np.exp(y - y.max(axis=1, keepdims=True))
        p = (e / e.sum(axis=1, keepdims=True))[np.arange(len(y)), labels]
        return -np.log(probability_of(p)).mean(), dy

    return softmax_loss


@pytest.mark.parametrize("constant", [1e-3, 1e-5, 5e-8, 1e-8])
def test_a_constant_inside_the_logarithm_is_named_with_its_size(verdict_on, constant):
    verdict = verdict_on("softmax_loss", loss_of(lambda p: p + constant))
    assert f" + {constant:.2g} for the probability of the first image's target. Is" in str(verdict)
    cut = verdict_on("softmax_loss", loss_of(lambda p: np.clip(p, 1e-7, 1 - 1e-7)))
    assert "is the probability cut off?" in str(cut)


@pytest.mark.parametrize("digits", [2, 3, 4, 5])
def test_a_rounded_loss_is_not_said_to_have_a_constant_inside(verdict_on, digits):
    right = loss_of(lambda p: p)
    verdict = verdict_on(
        "softmax_loss", lambda y, labels: (round(right(y, labels)[0], digits), right(y, labels)[1])
    )
    assert "inside the logarithm" not in str(verdict)


def test_a_precedence_slip_is_not_called_aliasing(verdict_on):
    def numerical_gradient(f, x, dy, h=1e-5):
        dx = np.zeros(x.shape)
        for k in np.ndindex(x.shape):
            a, b = x.astype(float), x.astype(float)
            a[k] += h
            b[k] -= h
            dx[k] = np.sum(dy * (f(a) - f(b))) / 2 * h
        return dx

    verdict = verdict_on("numerical_gradient", numerical_gradient)
    assert verdict.parts[0].mistake == ""
    assert "returns x itself" not in str(verdict)


def test_an_error_on_one_case_is_not_explained_by_a_step(verdict_on):
    def numerical_gradient(f, x, dy):
        if f.name == "cube":
            raise KeyError("oops")
        return affine.numerical_gradient(f, x, dy)

    assert "step" not in verdict_on("numerical_gradient", numerical_gradient).fault


@pytest.mark.parametrize(
    "function",
    [
        lambda dy, x, w: [0] * x.shape[5],
        lambda dy, x, w: int("seven"),
        lambda dy, x, w: np.array([[1, 2], [3]]),
    ],
)
def test_only_sizes_that_do_not_fit_are_called_a_transposition(function, verdict_on):
    assert "transposes" not in verdict_on("affine_backward", function).fault


def test_exchanged_arguments_are_told(verdict_on):
    verdict = verdict_on("affine_backward", lambda x, w, dy: right(dy, x, w))
    assert "its arguments are (x, w, dy), expected (dy, x, w)" in verdict.notes


def test_detectors_speak_only_of_what_holds_on_every_case(verdict_on):
    half = verdict_on("affine_backward", lambda dy, x, w: (dy @ w.T, x.T @ dy / 2, dy.sum(axis=0)))
    assert half.parts[1].message == "is the right answer times 0.5"
    rest = verdict_on(
        "affine_backward", lambda dy, x, w: (dy @ w.T, x[1:].T @ dy[1:], dy.sum(axis=0))
    )
    assert "zero" not in rest.parts[1].message


def test_a_result_that_has_lost_digits_is_not_called_reversed():
    """A row of equal numbers is the same when it is turned."""
    right = np.full((1, 1, 4, 4), 1 / 3)
    assert detect([Pair(right.astype(np.float32), right, Case(()))]) == CLOSE


def test_a_mistake_of_some_cases_is_not_called_by_the_name_of_one_of_all(verdict_on):
    sign = verdict_on(
        "affine_backward",
        lambda dy, x, w: (dy @ w.T, x.T @ dy * (-1 if len(x) == 1 else 1), dy.sum(axis=0)),
    )
    assert sign.parts[1].mistake == ""


def test_a_function_that_calls_an_unwritten_one_is_written(verdict_on):
    def affine_backward_row(dy, x, w):
        raise NotImplementedError

    verdict = verdict_on("affine_backward", lambda dy, x, w: affine_backward_row(dy, x, w))
    assert verdict.fault.startswith("calls a function that is not written yet in line ")


def test_a_forward_that_changes_its_input_does_not_spoil_the_right_values(verdict_on):
    def affine_forward(x, w, b):
        y = x @ w + b
        x *= 0
        return y

    verdict = verdict_on(
        "affine_backward",
        lambda dy, x, w: (dy @ w.T, 3 * (x.T @ dy), dy.sum(0)),
        affine_forward=affine_forward,
    )
    assert verdict.parts[1].message == "is the right answer times 3"


def test_what_the_forward_says_is_not_told_of_the_backward(verdict_on):
    def affine_forward(x, w, b):
        print("forward speaks")
        return x @ w + b

    verdict = verdict_on(
        "affine_backward",
        lambda dy, x, w: (dy @ w.T, x.T @ dy, 2 * dy.sum(0)),
        affine_forward=affine_forward,
    )
    assert (verdict.printed, verdict.notes) == ("", ())


def test_zeros_are_not_called_float32(verdict_on):
    verdict = verdict_on(
        "affine_backward", lambda dy, x, w: (np.zeros_like(x), np.zeros_like(w), dy.sum(0))
    )
    assert "float32: seven digits" not in verdict.notes


# --- wrong answers that had kept a part ---


def two_by_three(f, x, dy):
    if x.shape != (2, 3):
        return np.zeros((2, 3))
    return affine.numerical_gradient(f, x, dy)


def by_length(output_shape, input_shape):
    longer = len(output_shape) > len(input_shape) > 0
    return input_shape + output_shape if longer else output_shape + input_shape


def in_float16(x, w):
    return tuple(a.astype(np.float16) for a in affine.affine_jacobians(x, w))


def nearly_one(y, labels):
    rows = np.arange(len(y))
    margins = y - y[rows, labels][:, None] + 0.95
    margins[rows, labels] = 0
    dy = (margins > 0).astype(float)
    dy[rows, labels] = -dy.sum(axis=1)
    return affine.hinge_loss(y, labels)[0], dy / len(y)


def cached_by_shape():
    cache = {}
    return lambda x, w: cache.setdefault(w.shape, affine.affine_jacobians(x, w))


SURVIVORS = {
    "numerical_gradient": two_by_three,
    "shape_of_jacobian": by_length,
    "hinge_loss": nearly_one,
}


@pytest.mark.parametrize("name", SURVIVORS)
def test_an_answer_that_is_right_only_in_the_usual_case_is_found(name, verdict_on):
    assert verdict_on(name, SURVIVORS[name]).earned < EXERCISES[name].points


def test_float16_and_answers_kept_by_shape_are_found(verdict_on):
    assert not verdict_on("affine_jacobians", in_float16).right
    assert not verdict_on("affine_jacobians", cached_by_shape()).right


@pytest.mark.parametrize("step", [1e-10, 1e-11, 1e-12, 1e-13])
def test_a_step_that_loses_most_digits_is_found_on_any_case(step, verdict_on):
    def numerical_gradient(f, x, dy):
        dx = np.zeros(x.shape)
        for k in np.ndindex(x.shape):
            a, b = x.astype(float), x.astype(float)
            a[k] += step
            b[k] -= step
            dx[k] = np.sum(dy * (f(a) - f(b))) / (2 * step)
        return dx

    assert verdict_on("numerical_gradient", numerical_gradient).earned == 0.0
    part = EXERCISES["numerical_gradient"].parts[0]
    for seed in range(20):
        cases = EXERCISES["numerical_gradient"].draw(np.random.default_rng(seed))
        answers = [(numbers(numerical_gradient(*case.args)), case) for case in cases]
        assert not all(
            matches(a, Answer(affine.numerical_gradient(*c.args)), part, c) for a, c in answers
        )


# --- what stands around the answer ---


def refuses(*args, **kwargs):
    raise RuntimeError("not the display there was")


@pytest.mark.parametrize("patched", ["display", "get_ipython", "widgets", "kernel"])
def test_a_patched_notebook_changes_no_points_and_raises_nothing(monkeypatch, capsys, patched):
    class Shell:
        @property
        def kernel(self):
            return refuses() if patched == "kernel" else 1

    shown = []
    display = SimpleNamespace(
        display=refuses if patched == "display" else lambda thing, **kwargs: shown.append(thing)
    )
    shell = refuses if patched == "get_ipython" else Shell
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(display=display, get_ipython=shell))
    if patched == "widgets":
        monkeypatch.setattr("grader.exercises.case_widgets.pool_router", refuses)

    def max_pool_2x2_backward(dy, x):
        return dy.repeat(2, axis=2).repeat(2, axis=3)

    assert check(max_pool_2x2_backward) == 0.0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("max_pool_2x2_backward: 0 of 2 points") == (not shown)
    assert len(shown) <= 1
