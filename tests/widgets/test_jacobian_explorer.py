"""The Python side of `jacobian_explorer`: its derivatives, what can be shown, what each error says,
and the still picture.
"""

from __future__ import annotations

import json
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import quarters, references

from grader import jacobian_explorer, numerical_jacobian
from grader.widgets.jacobian_explorer import DRAWN_LIMIT, LIMIT, VIEWS, derivatives
from grader.widgets.still_picture import short

X, W = [1.0, 2.0, 3.0], [[3.0, 0.0], [1.0, -2.0], [-1.0, 4.0]]
RIGHT = references("1-affine")["affine_jacobians"](np.array(X), np.array(W))


def texts(widget) -> list[str]:
    return [
        e.text
        for e in ElementTree.fromstring(widget.still).iter("{http://www.w3.org/2000/svg}text")
    ]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, LIMIT), st.integers(1, LIMIT), st.sampled_from(list(VIEWS)))
def test_whatever_fits_is_shown_and_has_a_still_picture(D, C, view):
    x, w, dy = quarters(D + 10 * C, (D,), (D, C), (C,))
    widget = jacobian_explorer(x, w, dy=dy, view=view)
    data = json.loads(json.dumps(widget.data))
    assert (data["x"], data["w"], data["b"], data["dy"]) == (
        x.tolist(),
        w.tolist(),
        [0] * C,
        dy.tolist(),
    )
    assert texts(widget)[0] == VIEWS[view]
    drawn = derivatives(x, w, dy)[view]
    for value in (drawn[:DRAWN_LIMIT] if view == "dy/dW" else drawn).ravel():
        assert short(value) in texts(widget)
    assert VIEWS[view] in repr(widget)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, LIMIT), st.integers(1, LIMIT))
def test_the_derivatives_are_the_references_and_what_nudging_says(D, C):
    x, w, dy = quarters(D + 10 * C, (D,), (D, C), (C,))
    answers, own = references("1-affine"), derivatives(x, w, dy)
    for view, right in zip(
        ("dy/dx", "dy/dW", "dy/db"), answers["affine_jacobians"](x, w), strict=True
    ):
        np.testing.assert_array_equal(own[view], right)
    np.testing.assert_array_equal(
        own["dL/dW"], answers["affine_backward_row"](dy[None], x[None], w)[1]
    )
    np.testing.assert_allclose(own["dy/dW"], numerical_jacobian(lambda v: x @ v, w), atol=1e-9)


def test_it_opens_at_the_first_result_that_is_wrong():
    dy_dx, dy_dw, dy_db = RIGHT
    assert jacobian_explorer(X, W).data["view"] == "dy/dx"
    assert jacobian_explorer(X, W, compare=RIGHT).data["view"] == "dy/dx"
    widget = jacobian_explorer(X, W, None, [dy_dx, dy_dw + np.array([np.nan, 0]), 1 - dy_db])
    assert widget.data["view"] == "dy/dW"
    assert texts(widget).count("≠") == 6
    assert "your dy_dw (6 of 12 differ)" in repr(widget)
    assert widget.data["compare"]["dy_dw"][1][2] == ["nan", 3.0]
    assert jacobian_explorer(X, W, compare=(None, None, 1 - dy_db)).data["view"] == "dy/db"
    assert (
        jacobian_explorer(X, W, compare=(None, None, 1 - dy_db), view="dL/dW").data["view"]
        == "dL/dW"
    )


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"x": [X]}, ValueError, "x has shape (1, 3), expected a row (n,)."),
        ({"x": []}, ValueError, "x has shape (0,): there is no number to show"),
        ({"x": [1, 2, np.inf]}, ValueError, "x[2] is inf; only finite numbers can be shown"),
        ({"x": None}, TypeError, "x is None, expected an array of numbers"),
        ({"w": np.ones((2, 3))}, ValueError, "w has shape (2, 3), expected (3, C) with one row per entry of x"),
        ({"w": X}, ValueError, "w has shape (3,), expected (3, C) with one row per entry of x"),
        ({"w": np.ones((3, 0))}, ValueError, "w has shape (3, 0): there is no number to show"),
        ({"w": [[1], [1, 2], [3]]}, TypeError, "w has rows of different lengths, expected an array of numbers"),
        ({"w": np.ones((3, 2)) * 1j}, TypeError, "w holds complex numbers; only real ones can be shown"),
        ({"x": np.ones(9), "w": np.ones((9, 2))}, ValueError,
         "w has shape (9, 2); at most 8 pixels and 8 classes can be shown. Show a part, like x[:8] "
         "and w[:8, :8]"),
        ({"w": np.ones((3, 9))}, ValueError, "w has shape (3, 9); at most 8 pixels and 8 classes can be shown."),
        ({"b": [[1, 2]]}, ValueError, "b has shape (1, 2), expected (2,) with one entry per column of w"),
        ({"b": [1, np.nan]}, ValueError, "b[1] is nan; only finite numbers can be shown"),
        ({"dy": [1, 2, 3]}, ValueError, "dy has shape (3,), expected (2,) like y"),
        ({"view": "dx"}, ValueError, "view is 'dx', expected one of 'dy/dx', 'dy/dW', 'dy/db', 'dL/dW'"),
        ({"compare": RIGHT[0]}, TypeError, "compare is of type ndarray, expected the three Jacobians (dy_dx, dy_dw, dy_db)"),
        ({"compare": RIGHT[:2]}, TypeError, "compare is 2 results, expected the three Jacobians (dy_dx, dy_dw, dy_db)"),
        ({"compare": (RIGHT[0].T, None, None)}, ValueError, "dy_dx of compare has shape (3, 2), expected (2, 3) like dy/dx"),
        ({"compare": (None, RIGHT[1][0], None)}, ValueError, "dy_dw of compare has shape (3, 2), expected (2, 3, 2) like dy/dW"),
        ({"compare": (None, None, 1)}, ValueError, "dy_db of compare has shape (), expected (2, 2) like dy/db"),
        ({"compare": ("a", None, None)}, TypeError, "dy_dx of compare is of type str, expected an array of numbers"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_told_in_one_message(arguments, error, message):
    with pytest.raises(error) as told:
        jacobian_explorer(**({"x": X, "w": W} | arguments))
    assert str(told.value).startswith(f"jacobian_explorer: {message}")


def test_the_text_of_the_module_names_no_other_host():
    assert "://" not in jacobian_explorer(X, W)._esm.replace("http://www.w3.org/2000/svg", "")
