"""The widgets' Python side: what can be shown, what each error says, and the still picture."""

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

import grader
from grader import spray, widgets
from grader.instructor.sandbox.sandbox import WORKER
from grader.widgets.grids import ROW_LIMIT, SIDE_LIMIT
from grader.widgets.spray import VIEWS, forward_and_backward
from grader.widgets.still_picture import short

ROW = [1.0, 2.0, 0.0, -1.0, 3.0, 5.0]
W = [1.0, -2.0, 4.0]


@st.composite
def cases(draw):
    """x, w, stride, pad that can be shown."""
    ndim = draw(st.sampled_from([1, 2]))
    pad, stride = draw(st.integers(0, 3)), draw(st.integers(1, 5))
    most = ROW_LIMIT if ndim == 1 else SIDE_LIMIT
    shape = tuple(draw(st.integers(1, most - 2 * pad)) for _ in range(ndim))
    size = tuple(draw(st.integers(1, n + 2 * pad)) for n in shape)
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    return rng.integers(-9, 10, shape) / 4, rng.integers(-9, 10, size) / 4, stride, pad


@settings(max_examples=60, deadline=None)
@given(cases(), st.sampled_from(list(VIEWS)))
def test_whatever_fits_is_shown_and_has_a_still_picture(case, view):
    x, w, stride, pad = case
    widget = spray(x, w, stride, pad, view=view)
    assert json.loads(json.dumps(widget.data))["x"] == np.atleast_2d(x).tolist()
    root = ElementTree.fromstring(widget.still)
    texts = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    assert VIEWS[view] in texts[0]
    assert len(texts) >= x.size + w.size
    assert VIEWS[view] in repr(widget)


@settings(max_examples=40, deadline=None)
@given(cases())
def test_the_still_picture_has_the_references_numbers(case):
    x, w, stride, pad = case
    if x.ndim == 1:
        return
    answers = references("3-strided")
    images, filters = x[None, None], w[None, None]
    y = answers["strided_forward"](images, filters, np.zeros(1), stride, pad)
    dy = np.arange(y.size).reshape(y.shape) - 2.0
    dx, _, _ = answers["strided_backward_spray"](dy, images, filters, stride, pad)
    own = forward_and_backward(x, w, dy[0, 0], stride, pad)
    np.testing.assert_array_equal(own[0], y[0, 0])
    np.testing.assert_array_equal(own[1], dx[0, 0])


def test_the_worked_example_is_drawn_and_told():
    widget = spray(ROW, W, stride=2, dy=[2, -1], compare=[2, -4, 7, 2, -4, 9])
    root = ElementTree.fromstring(widget.still)
    texts = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[2:9] == ["2", "−4", "7", "2", "−4", "0", "≠"]
    assert "yours (1 of 6 differ)" in repr(widget)
    assert "[ 2 -4  7  2 -4  0]" in repr(widget)


def test_the_view_follows_what_is_given():
    assert spray(ROW, W).data["view"] == "forward gather"
    assert spray(ROW, W, dy=np.ones(4)).data["view"] == "backward spray"
    assert spray(ROW, W, compare=np.ones(4)).data["compares"] == "y"
    assert spray(ROW, W, compare=np.ones(6), view="backward gather").data["compares"] == "dx"


def test_a_result_that_is_not_finite_can_be_compared():
    assert spray(ROW, W, compare=[np.nan, np.inf, -np.inf, 0]).data["compare"] == [
        ["nan", "inf", "-inf", 0.0]
    ]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"x": np.ones((13, 4)), "w": np.eye(2)}, ValueError, "x has shape (13, 4); at most 12 rows or columns of an image"),
        ({"x": np.ones((9, 9)), "w": np.ones((2, 2)), "pad": 2}, ValueError, "x has shape (9, 9) with pad 2; at most 12"),
        ({"x": np.ones(21)}, ValueError, "x has shape (21,); at most 20 entries of a row can be shown"),
        ({"x": np.ones((2, 3, 4, 5))}, ValueError, "x has shape (2, 3, 4, 5), expected a row (n,) or an image (H, W). Pick one"),
        ({"x": 3.0}, ValueError, "x has shape (), expected a row (n,) or an image (H, W)."),
        ({"x": []}, ValueError, "x has shape (0,): there is no number to show"),
        ({"x": [1, 2j]}, TypeError, "x holds complex numbers; only real ones can be shown"),
        ({"x": [[1, 2], [3]]}, TypeError, "x has rows of different lengths, expected an array of numbers"),
        ({"x": ["a"]}, TypeError, "x is of type list, expected an array of numbers"),
        ({"x": None}, TypeError, "x is None, expected an array of numbers"),
        ({"x": [1, 2, np.nan, 4]}, ValueError, "x[2] is nan; only finite numbers can be shown"),
        ({"w": [1, -np.inf]}, ValueError, "w[1] is -inf; only finite numbers can be shown"),
        ({"w": np.ones((2, 2))}, ValueError, "x has shape (6,) and w has shape (2, 2): expected two rows or two images"),
        ({"w": np.ones(9), "pad": 1}, ValueError, "w has shape (9,) and does not fit into x of shape (6,) with pad 1"),
        ({"stride": 0}, ValueError, "stride is 0, expected 1 or more"),
        ({"stride": 1.5}, TypeError, "stride is 1.5, expected a whole number"),
        ({"pad": -1}, ValueError, "pad is -1, expected 0 or more"),
        ({"dy": [1, 2, 3]}, ValueError, "dy has shape (3,), expected (4,) like y (x (6,), w (3,), stride 1, pad 0)"),
        ({"compare": [1, 2, 3]}, ValueError, "compare has shape (3,), expected (4,), the shape of y"),
        ({"dy": np.ones(4), "compare": np.ones(4)}, ValueError, "compare has shape (4,), expected (6,), the shape of dx"),
        ({"view": "sideways"}, ValueError, "view is 'sideways', expected one of 'forward gather'"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_told_in_one_message(arguments, error, message):
    with pytest.raises(error) as told:
        spray(**({"x": ROW, "w": W} | arguments))
    assert str(told.value).startswith(f"spray: {message}")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (-0.0, "0"), (12345, "12345"), (-0.25, "−0.25"), (1 / 3, "0.333"), (-1 / 3, "−0.33"), (123456, "1.2e5"),
        (0.1 + 0.2, "0.3"), (0.000123, "1e−4"), (6.125, "6.125"),
        (-6.125, "−6.13"), (np.nan, "nan"), (-np.inf, "−inf"), (99999.6, "1e5"),
    ],
)  # fmt: skip
def test_numbers_fit_into_five_characters(value, text):
    assert short(value) == text


def test_the_callers_arrays_stay_as_they_are():
    x = np.arange(6.0)
    widget = spray(x, W)
    x[:] = 9
    assert widget.data["x"] == [[0, 1, 2, 3, 4, 5]]


def test_every_widget_is_found_in_the_course_and_accepted_by_the_stand_in_of_the_worker():
    names = [name for name in widgets.__all__ if name.islower()]
    assert set(names) <= set(grader.__all__)
    assert [getattr(grader, name) for name in names] == [getattr(widgets, name) for name in names]
    code = f"from stand_in import {', '.join(names)}; import stand_in\n"
    code += "\n".join(
        f"assert {name}([1], [1], 2, pad=1, compare=None) is None; stand_in.{name}()"
        for name in names
    )
    subprocess.run([sys.executable, "-c", code], cwd=WORKER, check=True, env={"PYTHONPATH": ""})


def test_the_text_of_the_module_names_no_other_host():
    widget = spray(ROW, W)
    assert "://" not in (widget._esm + widget._css).replace("http://www.w3.org/2000/svg", "")
