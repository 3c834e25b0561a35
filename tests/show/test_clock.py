"""`clock`: a table of what convolutions cost, beside a bare product. Nothing here judges a time."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from grader.show import clock as room
from grader.show.clock import Clock, Timing
from solutions.make_it_fast import conv_loops, conv_phases, conv_taps

X, W, B = (np.ones(shape, np.float32) for shape in ((2, 3, 6, 6), (4, 3, 3, 3), (4,)))


@pytest.fixture
def shown(monkeypatch):
    """What is shown, in its order."""
    things: list[object] = []
    monkeypatch.setattr(room, "show", things.append)
    return things


def test_the_table_grows_by_a_row_and_keeps_the_place_of_one_timed_again(shown):
    clock = Clock().clock
    for way in (conv_loops, conv_taps, conv_loops):
        clock(way, X, W, B)
    assert [row[0] for row in shown[-1].rows] == ["conv_loops", "conv_taps"]
    assert shown[-1].rows[0][3] == ""
    lines = str(shown[-1]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert len(lines) == 3


def test_operations_follow_from_what_is_returned(shown):
    Clock().clock(conv_phases, X, W, B, 2)
    assert shown[-1].timings[0].operations == 2 * (2 * 4 * 2 * 2) * 3 * 3 * 3


def test_a_function_that_is_not_written_waits(shown):
    def conv_taps(x, w, b):
        raise NotImplementedError

    Clock().clock(conv_taps, X, W, B)
    assert str(shown[-1]) == "conv_taps waits for code that is not written yet"
    assert "<table" not in shown[-1]._repr_html_()


def test_the_cells_of_the_table():
    slow = Timing("slow", seconds=0.2, operations=10**8, images=2, product=1e12)
    fast = Timing("fast", seconds=0.001, operations=10**8, images=2, product=4e11)
    assert room.Times((slow, fast)).rows == [
        ("slow", "100", "0.5", "", "< 1%"),
        ("fast", "0.5", "100", "200", "25%"),
    ]


def test_a_function_is_set_beside_the_last_that_does_the_same():
    parts = {"operations": 10**6, "images": 1, "product": 1e9}
    timings = (
        Timing("a", seconds=0.03, **parts),
        Timing("b", seconds=0.02, stride=(2,), **parts),
        Timing("c", seconds=0.01, **parts),
        Timing("d", seconds=0.01, stride=(2,), **parts),
    )
    assert [row[3] for row in room.Times(timings).rows] == ["", "", "3.0", "2.0"]


@pytest.mark.parametrize("result", [None, X[0, 0], np.zeros((2, 3, 4, 4)), np.zeros((2, 4, 0, 4))])
def test_what_is_no_batch_of_images_is_not_timed(shown, result):
    def conv_taps(x, w, b):
        return result

    Clock().clock(conv_taps, X, W, B)
    assert "expected 2 images of 4 filters: (N, F, H', W')" in str(shown[-1])


def test_another_dtype_is_told(shown):
    def conv_taps(x, w, b):
        return np.zeros((2, 4, 4, 4))

    Clock().clock(conv_taps, X, W, B)
    note = "conv_taps makes float64 of float32: does np.zeros know the dtype of x?"
    assert str(shown[-1]).endswith(note)
    assert note in shown[-1]._repr_html_()


def test_without_threadpoolctl_the_time_is_that_of_all_threads(shown, monkeypatch):
    Clock().clock(conv_taps, X, W, B)
    assert shown[-1].notes == ()
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    Clock().clock(conv_taps, X, W, B)
    assert shown[-1].notes == (room.THREADS,)


def test_an_error_of_the_function_is_its_own():
    def wrong(x, w, b):
        raise ValueError("shapes")

    with pytest.raises(ValueError, match="shapes"):
        Clock().clock(wrong, X, W, B)
