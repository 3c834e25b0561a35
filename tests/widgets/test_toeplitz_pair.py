"""The Toeplitz pair's Python side: what can be shown, what each error says, and the still picture."""

from __future__ import annotations

import json
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import ROOT, framed_in_still, references

from grader import toeplitz_pair
from grader.instructor.sandbox.sandbox import WORKER
from grader.widgets.toeplitz_pair import LIMIT, matrix

W, X, DY = [1.0, -2.0, 4.0], [1.0, 2.0, 0.0, -1.0, 3.0], [1.0, 0.0, -2.0, 3.0, 1.0]


@st.composite
def cases(draw):
    """w, n, pad that can be shown."""
    pad = draw(st.integers(0, 5))
    n = draw(st.integers(1, LIMIT - 2 * pad))
    size = draw(st.integers(1, n + 2 * pad))
    return np.random.default_rng(draw(st.integers(0, 99))).integers(-9, 10, size) / 4, n, pad


@settings(max_examples=40, deadline=None)
@given(cases())
def test_whatever_fits_is_shown_with_the_matrix_of_the_reference(case):
    w, n, pad = case
    widget = toeplitz_pair(w, n, pad)
    assert json.loads(json.dumps(widget.data))["w"] == [w.tolist()]
    right = references("2-convolution")["toeplitz_1d"](w, n, pad)
    np.testing.assert_array_equal(matrix(w, n, len(right), pad), right)
    texts = [
        e.text
        for e in ElementTree.fromstring(widget.still).iter("{http://www.w3.org/2000/svg}text")
    ]
    assert len(texts) == 1 + 6 + 2 * right.size + 2 * sum(
        right.shape
    )  # a title, names, two matrices, four vectors


def test_the_worked_example_is_drawn_and_told():
    wrong = matrix(np.array(W), 5, 5, 1)
    wrong[4, 4] = np.nan
    told = repr(toeplitz_pair(W, 5, 1, X, DY, compare=wrong))
    for words in (
        "[ 0  1 -2  4  0]   [ 0]   [-2]      [ 0  4 -2  1  0]   [-2]   [  7]",
        "row 2 of T",
        "yours (1 of 25 differ)",
    ):
        assert words in told
    assert (
        toeplitz_pair(W, 5, 1, X, DY, compare=wrong).still.count("≠") == 2
    )  # in the right one and in yours


def test_what_is_not_given_is_small_and_whole():
    data = toeplitz_pair(W, 5).data
    assert data["x"] == [[3, 0, -2, 4, 1]]
    assert data["dy"] is data["compare"] is None


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"w": np.ones((2, 2))}, ValueError, "w has shape (2, 2), expected a row (n,)."),
        ({"w": []}, ValueError, "w has shape (0,): there is no number to show"),
        ({"w": [1j]}, TypeError, "w holds complex numbers; only real ones can be shown"),
        ({"w": [1, np.nan]}, ValueError, "w[1] is nan; only finite numbers can be shown"),
        ({"w": np.ones(6)}, ValueError, "w has shape (6,) and does not fit into x of shape (5,)"),
        ({"n": 0}, ValueError, "n is 0, expected 1 or more"),
        ({"n": 5.0}, TypeError, "n is 5.0, expected a whole number"),
        ({"n": 13}, ValueError, "n is 13; at most 12 entries of a row, with its padding, can be shown. A smaller n"),
        ({"n": 7, "pad": 3}, ValueError, "n is 7 with pad 3; at most 12 entries"),
        ({"pad": -1}, ValueError, "pad is -1, expected 0 or more"),
        ({"x": [1, 2]}, ValueError, "x has shape (2,), expected (5,): n is 5"),
        ({"dy": [1, 2]}, ValueError, "dy has shape (2,), expected (3,) like y"),
        ({"compare": np.ones((5, 3))}, ValueError, "compare has shape (5, 3), expected (3, 5) like T, outputs by pixels"),
        ({"views": "backward"}, ValueError, "views is 'backward', expected one of 'forward'"),
        ({"views": "forward", "dy": [1, 2, 3]}, ValueError, "dy belongs to the backward pass, and views is 'forward'"),
        ({"views": "forward", "compare": np.ones((5, 3))}, ValueError, "compare has shape (5, 3), expected (3, 5) like T"),
        ({"compare": [1, 2]}, ValueError, "compare has shape (2,), expected an image (H, W)."),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_told_in_one_message(arguments, error, message):
    with pytest.raises(error) as told:
        toeplitz_pair(**({"w": W, "n": 5} | arguments))
    assert str(told.value).startswith(f"toeplitz_pair: {message}")


def test_it_is_found_lazily_names_no_other_host_and_is_inert_in_the_worker():
    widget = toeplitz_pair(W, 5)
    assert "://" not in (widget._esm + widget._css).replace("http://www.w3.org/2000/svg", "")
    code = (
        "import sys, grader; assert 'anywidget' not in sys.modules; from grader import "
        "toeplitz_pair"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    code = (
        "from stand_in import toeplitz_pair; assert toeplitz_pair([1], [1], 2, pad=1, compare=None) "
        "is None"
    )
    subprocess.run([sys.executable, "-c", code], cwd=WORKER, check=True, env={"PYTHONPATH": ""})


def test_the_still_picture_frames_where_w_stands_and_what_it_ties_together():
    still = toeplitz_pair(W, 5, 1, X, DY).still
    forward = {"T": {"2,1", "2,2", "2,3"}, "x": {"0,1", "0,2", "0,3"}, "y": {"2,0"}}
    backward = {"Tᵀ": {"1,2", "2,2", "3,2"}, "dy": {"0,2"}, "dx": {"1,0", "2,0", "3,0"}}
    assert framed_in_still(still) == forward | backward
    alone = framed_in_still(toeplitz_pair(W, 5, 1, X, views="forward").still)
    assert alone == forward


def test_a_window_that_reaches_over_both_ends_is_framed_as_far_as_there_are_pixels():
    framed = framed_in_still(toeplitz_pair(np.ones(4), 2, 2).still)
    assert (framed["T"], framed["x"], framed["y"]) == ({"1,0", "1,1"}, {"0,0", "0,1"}, {"1,0"})


def test_the_matrix_alone_tells_nothing_of_its_transpose():
    wrong = matrix(np.array(W), 5, 5, 1)
    wrong[4, 4] = 9
    widget = toeplitz_pair(W, 5, 1, X, compare=wrong, views="forward")
    assert widget.alternative.splitlines()[:2] == [
        "T takes x to y (padding 1)",
        "w = [ 1 -2  4]. Framed: row 2 of T, where w stands and gathers y[2].",
    ]
    assert "yours (1 of 25 differ)" in widget.alternative
    for text in (widget.alternative, widget.still):
        assert not [word for word in ("Tᵀ", "dy", "dx", "transpose") if word in text]


def test_the_picture_of_the_matrix_alone_is_half_as_wide():
    def width(**arguments: str) -> float:
        still = ElementTree.fromstring(toeplitz_pair(W, 8, 1, **arguments).still)
        return float(still.get("width"))

    assert width(views="forward") < 0.55 * width()
