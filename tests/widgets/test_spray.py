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
from support import framed_in_still, references

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
        ({"views": "backward"}, ValueError, "views is 'backward', expected one of 'forward'"),
        ({"views": ["forward"]}, ValueError, "views is ['forward'], expected one of 'forward'"),
        ({"views": "forward", "dy": np.ones(4)}, ValueError, "dy belongs to the backward pass, and views is 'forward'"),
        ({"views": "forward", "view": "backward gather"}, ValueError, "view 'backward gather' belongs to the backward pass, and views is 'forward'"),
        ({"views": "forward", "compare": np.ones(6)}, ValueError, "compare has shape (6,), expected (4,), the shape of y in the view 'forward gather'"),
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


# With stride 2 there are two windows: x[0] to x[2], and x[2] to x[4]. The pixel in the middle, x[3],
# lies under the second alone.
ROW_FRAMES = {
    "forward gather": ({"0,2", "0,3", "0,4"}, {"0,1"}, "Framed: y[1] and its window of x."),
    "forward spray": ({"0,3"}, {"0,1"}, "Framed: x[3] and the y that it reaches."),
    "backward spray": ({"0,2", "0,3", "0,4"}, {"0,1"}, "Framed: dy[1] and its window of dx."),
    "backward gather": ({"0,3"}, {"0,1"}, "Framed: dx[3] and the dy that reach it."),
}


@pytest.mark.parametrize("view", VIEWS)
def test_the_still_picture_frames_what_sprays_or_is_gathered_in_a_row(view):
    widget = spray(ROW, W, stride=2, view=view)
    pixels, outputs, words = ROW_FRAMES[view]
    assert framed_in_still(widget.still) == {"pixel": pixels, "kernel": set(), "output": outputs}
    assert widget.alternative.splitlines()[1] == words
    assert words in ElementTree.fromstring(widget.still)[1].text  # the text in the picture


def test_a_pixel_that_sprays_is_framed_with_all_the_outputs_that_it_reaches():
    still = spray(ROW[:5], W, pad=1, view="forward spray").still
    assert framed_in_still(still) == {
        "pixel": {"0,3"},
        "kernel": set(),
        "output": {"0,1", "0,2", "0,3"},
    }
    image = spray(np.ones((4, 4)), np.ones((2, 3)), pad=1, view="backward gather")
    outputs = {f"{i},{j}" for i in (2, 3) for j in (1, 2, 3)}
    assert framed_in_still(image.still) == {"pixel": {"3,3"}, "kernel": set(), "output": outputs}
    assert "Framed: dx[2,2] and the dy that reach it." in image.alternative


def test_a_pixel_at_a_border_and_one_under_no_window_are_framed_with_what_they_meet():
    border = spray([3.0], [1.0, 2.0], pad=1, view="forward spray")
    assert framed_in_still(border.still) == {
        "pixel": {"0,1"},
        "kernel": set(),
        "output": {"0,0", "0,1"},
    }
    for view, words in (
        ("forward spray", "Framed: x[2] reaches no y."),
        ("backward gather", "Framed: no dy reaches dx[2]."),
    ):
        hole = spray(np.ones(5), np.ones(2), stride=3, view=view)
        assert framed_in_still(hole.still) == {"pixel": {"0,2"}, "kernel": set(), "output": set()}
        assert hole.alternative.splitlines()[1] == words


def test_the_filter_of_a_row_stands_between_the_pixel_that_sprays_and_its_outputs():
    def middle(grid: str) -> float:
        """Of a grid's cells, or of those that are framed."""
        still = ElementTree.fromstring(spray(ROW[:5], W, pad=1, view="forward spray").still)
        (group,) = still.findall(f".//*[@data-grid='{grid}']")
        signs = {"stroke-width": "2.5"} if grid != "kernel" else {"class": "cell"}
        [(key, value)] = signs.items()
        squares = group.findall(f"*[@{key}='{value}']")
        return float(np.mean([float(s.get("x")) + float(s.get("width")) / 2 for s in squares]))

    assert middle("pixel") == middle("kernel") == middle("output")


def test_the_forward_views_alone_tell_nothing_of_the_backward_pass():
    widget = spray(ROW, W, view="forward spray", views="forward")
    assert (widget.data["views"], widget.data["dy"]) == ("forward", None)
    assert "dy" not in widget.alternative
    assert spray(ROW, W, views="forward").data["view"] == "forward gather"
    assert spray(ROW, W).data["views"] is None
