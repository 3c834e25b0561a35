"""The Python side of `relu_mask`: what can be shown, what each error says, which dx is right at 0,
and the still picture.
"""

from __future__ import annotations

import json
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import quarters

from grader import relu_mask
from grader.widgets.grids import ROW_LIMIT
from grader.widgets.relu_mask import SIDE_LIMIT, TITLE, wrong_entries
from grader.widgets.still_picture import short

X, DY = [3.0, -4.0, 0.0, -1.0], [10.0, 20.0, -30.0, -40.0]


def texts(widget) -> list[str]:
    return [
        e.text
        for e in ElementTree.fromstring(widget.still).iter("{http://www.w3.org/2000/svg}text")
    ]


@settings(max_examples=30, deadline=None)
@given(
    st.one_of(st.tuples(st.integers(1, ROW_LIMIT)), st.tuples(*[st.integers(1, SIDE_LIMIT)] * 2))
)
def test_whatever_fits_is_shown_and_has_a_still_picture(shape):
    x, dy = quarters(sum(shape), shape, shape)
    widget = relu_mask(x, dy)
    data = json.loads(json.dumps(widget.data))
    assert (data["x"], data["dy"]) == (np.atleast_2d(x).tolist(), np.atleast_2d(dy).tolist())
    numbers = np.concatenate([v.ravel() for v in (x, x > 0, np.maximum(x, 0), dy, dy * (x > 0))])
    assert [t for t in texts(widget) if t not in (TITLE, "x", "mask", "y", "dy", "dx")] == [
        short(float(v)) for v in numbers
    ]
    assert TITLE in repr(widget)


def test_the_worked_example_is_drawn_and_told():
    widget = relu_mask(X, DY, compare=[10, 20, -15, 0])
    assert texts(widget)[-6:] == ["dx", "10", "0", "≠", "0", "0"]
    assert "your dx (1 of 4 differ)" in repr(widget)


@pytest.mark.parametrize(
    ("dx", "wrong"),
    [
        ([10, 0, 0, 0], []),
        ([10, 0, -30, 0], []),  # the slope 1 at 0
        ([10, 0, -12.5, 0], []),
        ([10, 0, 1, 0], [2]),
        ([10, 0, -31, 0], [2]),
        ([10, 0, np.nan, 0], [2]),
        ([10, 20, -30, -40], [1, 3]),
        ([1, 0, 0, np.inf], [0, 3]),
    ],
)
def test_where_x_is_zero_every_slope_from_0_to_1_is_right(dx, wrong):
    found = wrong_entries(np.array(X), np.array(DY), np.array(dx, float))
    assert np.flatnonzero(found).tolist() == wrong


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"x": np.ones((7, 4))}, ValueError, "x has shape (7, 4); at most 6 rows or columns of an image can be shown. "
         "Show a part, like x[:6, :6]"),
        ({"x": np.ones(21)}, ValueError, "x has shape (21,); at most 20 entries of a row can be shown. Show a part, like x[:20]"),
        ({"x": np.ones((2, 3, 4, 5))}, ValueError, "x has shape (2, 3, 4, 5), expected a row (n,) or an image (H, W). Pick one"),
        ({"x": []}, ValueError, "x has shape (0,): there is no number to show"),
        ({"x": [1, 2j]}, TypeError, "x holds complex numbers; only real ones can be shown"),
        ({"x": [[1, 2], [3]]}, TypeError, "x has rows of different lengths, expected an array of numbers"),
        ({"x": "3"}, TypeError, "x is of type str, expected an array of numbers"),
        ({"x": [1, np.nan]}, ValueError, "x[1] is nan; only finite numbers can be shown"),
        ({"dy": [[1, 2, 3, 4]]}, ValueError, "dy has shape (1, 4), expected (4,) like x"),
        ({"dy": [1, 2, 3, np.inf]}, ValueError, "dy[3] is inf; only finite numbers can be shown"),
        ({"compare": [1, 2]}, ValueError, "compare has shape (2,), expected (4,) like x"),
        ({"compare": ["a"] * 4}, TypeError, "compare is of type list, expected an array of numbers"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_told_in_one_message(arguments, error, message):
    with pytest.raises(error) as told:
        relu_mask(**({"x": X} | arguments))
    assert str(told.value).startswith(f"relu_mask: {message}")


def test_the_text_of_the_module_names_no_other_host():
    assert "://" not in relu_mask(X)._esm.replace("http://www.w3.org/2000/svg", "")
