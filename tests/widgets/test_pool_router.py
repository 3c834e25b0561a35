"""pool_router's Python side: what can be shown, what each error says, which dx counts as right, and
the still picture.
"""

from __future__ import annotations

import json
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import references

from grader import pool_router
from grader.instructor.sandbox.sandbox import WORKER
from grader.widgets.grids import SIDE_LIMIT
from grader.widgets.pool_router import VIEWS, backward, forward, windows_of

X = np.array([[1.0, 3, 2, 2], [4, 0, 2, 1], [0, -1, 5, 6], [-2, -3, 8, 7]])
DY = np.array([[10.0, 20], [30, 40]])
DX = np.array([[0.0, 0, 20, 0], [10, 0, 0, 0], [30, 0, 0, 0], [0, 0, 40, 0]])


@st.composite
def cases(draw):
    """x, size, stride that can be shown; many of them with ties."""
    shape = tuple(draw(st.integers(1, SIDE_LIMIT)) for _ in range(2))
    size = tuple(draw(st.integers(1, n)) for n in shape)
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    return rng.integers(-3, 4, shape) / 4, size, draw(st.integers(1, 5))


def texts(widget) -> list[str]:
    return [
        e.text
        for e in ElementTree.fromstring(widget.still).iter("{http://www.w3.org/2000/svg}text")
    ]


def apart(widget) -> list[tuple[int, int]]:
    return [(told["i"], told["j"]) for told in widget.data["apart"]]


@settings(max_examples=60, deadline=None)
@given(cases(), st.sampled_from(list(VIEWS)))
def test_whatever_fits_is_shown_and_has_a_still_picture(case, view):
    x, size, stride = case
    widget = pool_router(x, size, stride, view=view)
    assert json.loads(json.dumps(widget.data))["x"] == x.tolist()
    assert VIEWS[view] in texts(widget)[0]
    assert len(texts(widget)) >= x.size
    assert VIEWS[view] in repr(widget)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_results_are_those_of_the_references(case):
    x, size, stride = case
    answers, windows = references("5-max-pool"), list(windows_of(x, size, stride))
    y = answers["max_pool_forward"](x[None, None], size, stride)
    dy = np.arange(y.size).reshape(y.shape) - 2.0
    np.testing.assert_array_equal(forward(x, windows, y.shape[2:]), y[0, 0])
    dx = answers["max_pool_backward"](dy, x[None, None], size, stride)
    np.testing.assert_array_equal(backward(x, dy[0, 0], windows), dx[0, 0])
    assert apart(pool_router(x, size, stride, dy[0, 0], compare=dx[0, 0])) == []
    even = backward(x, dy[0, 0], windows, even=True)
    assert apart(pool_router(x, size, stride, dy[0, 0], compare=even)) == []
    np.testing.assert_allclose(even.sum(), dy.sum(), atol=1e-9)


def test_the_worked_example_is_drawn_and_told():
    widget = pool_router(X, dy=DY)
    assert " ".join(texts(widget)[-17:]) == "dx 0 0 20 0 10 0 0 0 30 0 0 0 0 0 40 0"
    assert texts(widget).count("=") == 3
    assert repr(widget).splitlines()[-2:] == [
        "window 0, 1: 3 entries tie at 2, the first in reading order wins",
        "sum of dx = 100 = sum of dy",
    ]


def shared(*three: float) -> np.ndarray:
    """The worked dx, with other shares for the three that tie."""
    dx = DX.copy()
    dx[0, 2], dx[0, 3], dx[1, 2] = three
    return dx


@pytest.mark.parametrize(
    ("shares", "wrong"),
    [
        ((20, 0, 0), []),
        ((20 / 3, 20 / 3, 20 / 3), []),
        ((0, 0, 20), []),
        ((5, 15, 0), []),
        ((20, 20, 20), [(0, 3), (1, 2)]),  # the whole of it to each
        ((25, -5, 0), [(0, 2), (0, 3)]),  # one share of the wrong sign
        ((0, 0, 0), [(0, 2)]),
        ((20, 0, np.nan), [(1, 2)]),
        ((np.inf, -np.inf, 20), [(0, 2), (0, 3), (1, 2)]),
    ],
)
def test_a_tie_may_be_shared_as_the_checks_allow(shares, wrong):
    assert apart(pool_router(X, dy=DY, compare=shared(*shares))) == wrong


def test_a_tie_is_judged_beside_what_overlaps_it():
    x, dy = (
        np.array([[2.0, 2, 0, 5]]),
        np.array([[10.0, 4, 7]]),
    )  # the windows tie; won by the second 2; won by 5
    for dx in ([10, 4, 0, 7], [5, 9, 0, 7], [0, 14, 0, 7]):
        assert apart(pool_router(x, (1, 2), 1, dy, compare=[dx])) == []
    assert apart(pool_router(x, (1, 2), 1, dy, compare=[[10, 14, 0, 7]])) == [(0, 1)]
    assert apart(pool_router(x, (1, 2), 1, dy, compare=[[10, 0, 0, 7]])) == [(0, 1)]


def test_a_result_that_is_wrong_is_drawn_beside_the_right_one():
    widget = pool_router(X, dy=DY, compare=shared(20, 20, 20))
    assert texts(widget).count("≠") == 4  # in dx and in yours
    assert "your dx" in texts(widget)
    assert "yours (2 of 16 differ)" in repr(widget)
    assert repr(widget).endswith("sum of dx = 100 = sum of dy; sum of yours = 140")
    assert widget.data["apart"][0] == {"i": 0, "j": 3, "yours": 20.0, "right": 0.0}
    assert apart(pool_router(X, compare=[[4, 2], [0, 6]])) == [(1, 1)]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"x": np.ones((13, 4))}, ValueError, "x has shape (13, 4); at most 12 rows or columns of an image can be shown. Show a"),
        ({"x": np.ones((1, 1, 4, 4))}, ValueError, "x has shape (1, 1, 4, 4), expected an image (H, W). Pick one channel of one"),
        ({"x": [1, 2, 3]}, ValueError, "x has shape (3,), expected an image (H, W)."),
        ({"x": np.ones((0, 4))}, ValueError, "x has shape (0, 4): there is no number to show"),
        ({"x": [[1, 2], [3]]}, TypeError, "x has rows of different lengths, expected an array of numbers"),
        ({"x": [[1, 2j]]}, TypeError, "x holds complex numbers; only real ones can be shown"),
        ({"x": [[1, np.nan]]}, ValueError, "x[0, 1] is nan; only finite numbers can be shown"),
        ({"x": "abc"}, TypeError, "x is of type str, expected an array of numbers"),
        ({"x": np.ones((1, 4))}, ValueError, "a window of 2 x 2 does not fit into x of shape (1, 4)"),
        ({"size": 2}, ValueError, "size is 2, expected (kh, kw): rows and columns of a window"),
        ({"size": (2, 0)}, ValueError, "size[1] is 0, expected 1 or more"),
        ({"size": (2, 1.5)}, TypeError, "size[1] is 1.5, expected a whole number"),
        ({"stride": 0}, ValueError, "stride is 0, expected 1 or more"),
        ({"dy": np.ones((3, 2))}, ValueError, "dy has shape (3, 2), expected (2, 2) like y (x (4, 4), size (2, 2), stride 2)"),
        ({"compare": DX}, ValueError, "compare has shape (4, 4), expected (2, 2), the shape of y in the view 'forward'"),
        ({"dy": DY, "compare": DY}, ValueError, "compare has shape (2, 2), expected (4, 4), the shape of dx in the view"),
        ({"view": "sideways"}, ValueError, "view is 'sideways', expected one of 'forward', 'backward'"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_told_in_one_message(arguments, error, message):
    with pytest.raises(error) as told:
        pool_router(**({"x": X} | arguments))
    assert str(told.value).startswith(f"pool_router: {message}")


def test_the_stand_in_of_the_worker_accepts_the_widget():
    code = (
        "from stand_in import pool_router; assert pool_router([[1]], (1, 1), compare=None) is None"
    )
    subprocess.run([sys.executable, "-c", code], cwd=WORKER, check=True, env={"PYTHONPATH": ""})


def test_the_text_of_the_module_names_no_other_host():
    assert "://" not in pool_router(X)._esm.replace("http://www.w3.org/2000/svg", "")
