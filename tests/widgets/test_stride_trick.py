"""The stride trick's Python side: what can be shown, what each error says, and the still picture."""

from __future__ import annotations

import json
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import ROOT

from grader import stride_trick
from grader.instructor.sandbox.sandbox import WORKER
from grader.widgets.grids import ROW_LIMIT, made_up
from grader.widgets.spray import forward_and_backward
from grader.widgets.stride_trick import IMAGE_LIMIT, with_zeros

X, W, DY = [1.0, 2.0, 0.0, -1.0, 3.0, 5.0], [1.0, -2.0, 4.0], [2.0, -1.0]


@st.composite
def cases(draw):
    """x, w, stride, pad that can be shown."""
    ndim = draw(st.sampled_from([1, 2]))
    most = ROW_LIMIT if ndim == 1 else IMAGE_LIMIT
    pad, stride = draw(st.integers(0, 3)), draw(st.integers(1, 5))
    shape = tuple(draw(st.integers(1, most - 2 * pad)) for _ in range(ndim))
    size = tuple(draw(st.integers(1, min(n + 2 * pad, most + 1 - n))) for n in shape)
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    return rng.integers(-9, 10, shape) / 4, rng.integers(-9, 10, size) / 4, stride, pad


@settings(max_examples=60, deadline=None)
@given(cases())
def test_whatever_fits_is_shown_and_the_trick_is_the_spray(case):
    x, w, stride, pad = case
    widget = stride_trick(x, w, stride, pad)
    assert json.loads(json.dumps(widget.data))["x"] == np.atleast_2d(x).tolist()
    dy = made_up(
        tuple((n + 2 * pad - k) // stride + 1 for n, k in zip(x.shape, w.shape, strict=True))
    )
    zeros = with_zeros(dy, x, w, stride, pad)
    assert zeros.shape == tuple(n + k - 1 for n, k in zip(x.shape, w.shape, strict=True))
    windows = np.lib.stride_tricks.sliding_window_view(zeros, w.shape)
    dx = np.sum(windows * np.flip(w), axis=tuple(range(x.ndim, 2 * x.ndim)))
    np.testing.assert_array_equal(dx, forward_and_backward(x, w, dy, stride, pad)[1])
    texts = list(ElementTree.fromstring(widget.still).iter("{http://www.w3.org/2000/svg}text"))
    # a title, five names, three of them with a second word, and dx twice
    assert len(texts) == 1 + 5 + 3 + dy.size + zeros.size + w.size + 2 * x.size


def test_the_worked_example_is_drawn_and_told():
    widget = stride_trick(X, W, 2, 0, DY, compare=[2, -4, 7, 2, -4, np.inf])
    for words in (
        "[ 0  0  2  0 -1  0  0  0]   [ 4 -2  1]   [ 2 -4  7  2 -4  0]",
        "yours (1 of 6 differ)",
        "stride 2, padding 0",
    ):
        assert words in repr(widget)
    assert widget.still.count("≠") == 2  # in the right one and in yours
    assert widget.data["compare"] == [[2, -4, 7, 2, -4, "inf"]]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"x": np.ones(21)}, ValueError, "x has shape (21,); at most 20 entries of a row can be shown. Show a part, like x[:20]"),
        ({"x": np.ones(8), "pad": 7}, ValueError, "x has shape (8,) with pad 7; at most 20 entries"),
        ({"x": np.ones(19)}, ValueError, "x has shape (19,) and w (3,), so dy with its zeros gets up to 21 wide; at most 20"),
        ({"x": np.ones((8, 8)), "w": np.ones((2, 3))}, ValueError, "x has shape (8, 8) and w (2, 3), so dy with its zeros"),
        ({"x": np.ones((2, 3, 4))}, ValueError, "x has shape (2, 3, 4), expected a row (n,) or an image (H, W). Pick one"),
        ({"x": [[1, 2], [3]]}, TypeError, "x has rows of different lengths, expected an array of numbers"),
        ({"x": [1, 2j]}, TypeError, "x holds complex numbers; only real ones can be shown"),
        ({"x": None}, TypeError, "x is None, expected an array of numbers"),
        ({"w": [1, np.nan]}, ValueError, "w[1] is nan; only finite numbers can be shown"),
        ({"w": np.ones((2, 2))}, ValueError, "x has shape (6,) and w has shape (2, 2): expected two rows or two images"),
        ({"w": np.ones(7)}, ValueError, "w has shape (7,) and does not fit into x of shape (6,)"),
        ({"stride": 0}, ValueError, "stride is 0, expected 1 or more"),
        ({"pad": 0.5}, TypeError, "pad is 0.5, expected a whole number"),
        ({"dy": [1, 2, 3]}, ValueError, "dy has shape (3,), expected (2,) like y (x (6,), w (3,), stride 2, pad 0)"),
        ({"compare": [1, 2]}, ValueError, "compare has shape (2,), expected (6,), the shape of dx"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_told_in_one_message(arguments, error, message):
    with pytest.raises(error) as told:
        stride_trick(**({"x": X, "w": W} | arguments))
    assert str(told.value).startswith(f"stride_trick: {message}")


def test_the_part_that_is_named_can_be_shown():
    with pytest.raises(ValueError, match=r"like x\[:7, :7\]"):
        stride_trick(np.ones((8, 9)), np.ones((2, 3)))
    stride_trick(np.ones((7, 7)), np.ones((2, 3)))


def test_it_is_found_lazily_names_no_other_host_and_is_inert_in_the_worker():
    widget = stride_trick(X, W)
    assert "://" not in (widget._esm + widget._css).replace("http://www.w3.org/2000/svg", "")
    code = (
        "import sys, grader; assert 'anywidget' not in sys.modules; from grader import stride_trick"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    code = (
        "from stand_in import stride_trick; assert stride_trick([1], [1], 2, pad=1, compare=None) is "
        "None"
    )
    subprocess.run([sys.executable, "-c", code], cwd=WORKER, check=True, env={"PYTHONPATH": ""})
