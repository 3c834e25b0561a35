"""The example of a verdict: the smallest case that shows what is wrong, and the window of the first
wrong entry.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from our_course import EXERCISES
from support import references

from grader.exercises import windows
from grader.exercises.windows import Axis
from grader.instructor.author.references import reference
from grader.judge.judge import judge
from grader.show.numbers import is_printed
from solutions.mistakes import CATALOGUE

ASKED_MORE = [
    mistake
    for mistake in CATALOGUE
    if EXERCISES[mistake.exercise].linear or EXERCISES[mistake.exercise].picks
]


def numbers_of(exercise, function, inputs):
    """Return the results of a function by name, on copies of the inputs."""
    results = function(*(np.array(v) if isinstance(v, np.ndarray) else v for v in inputs.values()))
    names = exercise.results
    return dict(zip(names, results if len(names) > 1 else (results,), strict=True))


def judged(name, function):
    return judge(EXERCISES[name], function, references())


@pytest.mark.parametrize("mistake", ASKED_MORE, ids=lambda each: f"{each.exercise}-{each.name}")
def test_an_example_holds_what_the_function_returns_and_what_is_right(mistake):
    """It is a call of this function, whether or not that call decides anything."""
    exercise = EXERCISES[mistake.exercise]
    example = judge(exercise, mistake.answer, references()).example
    if example is None or example.yours is None:
        return
    part = next((part for part in exercise.parts if example.part in part.results), None)
    yours = numbers_of(exercise, mistake.answer, example.inputs)[part.result]
    right = numbers_of(exercise, reference(exercise), example.inputs)[part.result]
    assert np.array_equal(np.asarray(yours, float), example.yours)
    if example.right is not None:
        largest = max(1.0, np.abs(right).max(initial=0.0))
        assert np.allclose(example.right, right, rtol=1e-4, atol=1e-5 * largest)
    assert np.shape(yours) != np.shape(right) or not np.allclose(yours, right, rtol=1e-6)


def only(condition, wrong):
    """Return conv_backward with a wrong dx on the cases of a condition."""
    right = reference(EXERCISES["conv_backward"])

    def conv_backward(dy, x, w, pad):
        dx, dw, db = right(dy, x, w, pad)
        return (wrong(dx) if condition(x, w, pad) else dx), dw, db

    return conv_backward


NO_MORE_THAN = {  # on which cases dx is wrong -> N, C, F, and how many numbers of dy, x and w
    "all": (lambda x, w, pad: True, (1, 1, 1), 30),
    "several images": (lambda x, w, pad: len(x) > 1, (2, 1, 1), 20),
    "several channels": (lambda x, w, pad: x.shape[1] > 1, (1, 2, 1), 20),
    "several filters": (lambda x, w, pad: len(w) > 1, (1, 1, 2), 20),
    "padding": (lambda x, w, pad: pad > 0, (1, 1, 1), 30),
    "padding and channels": (lambda x, w, pad: pad > 0 and x.shape[1] > 1, (1, 2, 1), 25),
    "high filters": (lambda x, w, pad: w.shape[2] > w.shape[3], (1, 1, 1), 40),
}


@pytest.mark.parametrize("where", NO_MORE_THAN)
def test_the_example_is_as_small_as_the_mistake_allows(where):
    """One image, one channel and one filter first, then few rows and columns."""
    condition, sizes, count = NO_MORE_THAN[where]
    example = judged("conv_backward", only(condition, lambda dx: 2 * dx)).example
    x, w = example.inputs["x"], example.inputs["w"]
    assert (len(x), x.shape[1], len(w)) == sizes
    assert sum(example.inputs[name].size for name in ("dy", "x", "w")) <= count
    assert condition(x, w, example.inputs["pad"])


@pytest.mark.parametrize("where", NO_MORE_THAN)
def test_a_raise_is_told_of_a_case_as_small(where):
    condition, sizes, _ = NO_MORE_THAN[where]

    def fails(dx):
        raise ValueError("it cannot be")

    verdict = judged("conv_backward", only(condition, fails))
    x, w = verdict.example.inputs["x"], verdict.example.inputs["w"]
    assert (len(x), x.shape[1], len(w)) == sizes
    assert "it cannot be" in verdict.fault


def test_a_wrong_shape_that_large_cases_alone_show_is_shown_on_a_small_one():
    """Of the large visible cases no right values are known, of the small one they are."""

    def several(x, w, pad):
        return min(len(x), x.shape[1], len(w)) > 1

    example = judged("conv_backward", only(several, lambda dx: dx[:1])).example
    assert example.inputs["x"].shape == (2, 2, 2, 2)
    assert example.right is not None


def test_a_forward_that_is_wrong_there_supplies_no_right_values():
    right_forward = reference(EXERCISES["conv_forward"])

    def conv_forward(x, w, b, pad):
        """It is right on its own cases, and wrong on every other one."""
        own = {case.args[0].tobytes() for case in EXERCISES["conv_forward"].visible}
        return right_forward(x, w, b, pad) * (1 if x.tobytes() in own else 3)

    doubled = only(lambda x, w, pad: len(x) > 1, lambda dx: 2 * dx)
    namespace = {**references(), "conv_forward": conv_forward}
    assert judge(EXERCISES["conv_backward"], doubled, namespace).example.right is None


def test_a_raise_asks_nothing_of_the_forward_pass():
    calls = []

    def conv_forward(*args):
        calls.append(args)
        return reference(EXERCISES["conv_forward"])(*args)

    def fails(dx):
        raise ValueError

    raising = only(lambda x, w, pad: len(x) > 1, fails)
    judge(EXERCISES["conv_backward"], raising, {**references(), "conv_forward": conv_forward})
    assert calls == []


def test_what_was_never_wrong_there_is_not_shown():
    """A mistake that small cases do not show is shown on a case that does."""
    large = only(lambda x, w, pad: x.shape[2] * x.shape[3] > 24, lambda dx: dx * 2)
    example = judged("conv_backward", large).example
    assert example.inputs["x"].shape[2] * example.inputs["x"].shape[3] > 24
    assert example.yours is not None


def test_nearly_every_example_can_be_read():
    """None of its arrays is too long to be printed, but for what only large cases show."""
    examples = [
        judge(EXERCISES[mistake.exercise], mistake.answer, references()).example
        for mistake in ASKED_MORE
    ]
    shown = [
        all(is_printed(v) for v in example.inputs.values() if isinstance(v, np.ndarray))
        for example in examples
        if example is not None
    ]
    assert np.mean(shown) > 0.97


# --- windows ---


@given(n=st.integers(1, 8), k=st.integers(1, 5), stride=st.integers(1, 4), pad=st.integers(0, 5))
def test_the_windows_are_those_of_the_convolution(n, k, stride, pad):
    assume(n + 2 * pad >= k)
    axis = Axis(n, (n + 2 * pad - k) // stride + 1, k, stride, pad)
    weights = {i: [i * stride - pad + u for u in range(k)] for i in range(axis.m)}
    for i, places in weights.items():
        assert list(axis.of_y(i)) == places
    for p in range(n):
        assert list(axis.of_dx(p)) == [i for i, places in weights.items() if p in places]
    for u in range(k):
        assert list(axis.of_dw(u)) == [places[u] for places in weights.values()]


X, W, DY = np.zeros((2, 3, 4, 5)), np.zeros((1, 3, 2, 3)), np.zeros((2, 1, 3, 3))
SENTENCES = [  # result, place, arguments, sentence
    ("y", (0, 0, 1, 2), {"x": X, "w": W, "b": [0], "pad": 0},
     "Its window is rows 1 to 2 and columns 2 to 4 of x."),
    ("y", (0, 0, 0, 1), {"x": X, "w": W, "b": [0], "pad": 1},
     "Its window is rows -1 to 0 and columns 0 to 2 of x; what lies outside x is padding."),
    ("dx", (0, 0, 0, 0), {"x": X, "w": W, "dy": DY, "pad": 0},
     "The windows of row 0 and column 0 of dy hold this place of x."),
    ("dx", (1, 2, 1, 4), {"x": X, "w": W, "dy": DY, "pad": 0},
     "The windows of rows 0 to 1 and column 2 of dy hold this place of x."),
    ("dw", (0, 0, 1, 0), {"x": X, "w": W, "dy": np.zeros((2, 1, 2, 2)), "stride": 2, "pad": 0},
     "This weight meets rows 1, 3 and columns 0, 2 of x."),
    ("dx", (0, 0, 3, 4), {"x": X, "dy": np.zeros((2, 3, 1, 2)), "size": (2, 2), "stride": 2},
     "No window holds this place of x."),
    ("db", (0,), {"x": X, "w": W, "dy": DY, "pad": 0}, ""),
]  # fmt: skip
LINES = [
    ("y", (2,), {"x": np.zeros(5), "w": np.zeros(3), "pad": 1},
     "Its window is places 1 to 3 of x."),
    ("dx", (1,), {"dy": np.zeros(4), "w": np.zeros(3), "pad": 0},
     "The windows of places 0 to 1 of dy hold this place of x."),
    ("dw", (0,), {"dy": np.zeros(4), "x": np.zeros(4), "pad": 1},
     "This weight meets places -1 to 2 of x; what lies outside x is padding."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "place", "arguments", "sentence"), SENTENCES)
def test_a_window_of_an_image_in_a_sentence(name, place, arguments, sentence):
    assert windows.of_images(name, place, **arguments) == sentence


@pytest.mark.parametrize(("name", "place", "arguments", "sentence"), LINES)
def test_a_window_of_a_row_in_a_sentence(name, place, arguments, sentence):
    assert windows.of_a_row(name, place, **arguments) == sentence


def test_a_check_names_the_window_of_the_first_wrong_entry():
    def conv_forward(x, w, b, pad):
        y = reference(EXERCISES["conv_forward"])(x, w, b, pad)
        y[-1, -1, -1, -1] += 1
        return y

    verdict = judged("conv_forward", conv_forward)
    assert ". Its window is row" in str(verdict)
    assert ". Its window is row" in verdict._repr_html_()
