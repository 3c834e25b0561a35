"""Figures that show what a student's own function computes, and what a figure writes."""

from __future__ import annotations

import importlib
import itertools

import numpy as np
import pytest
from support import references

from grader import figures
from grader.figures import capstone, strided

DY = np.array([1.0, 0, -2])


def waits(*args):
    raise NotImplementedError


def shown(capsys, function) -> str:
    """Return what the sprays of DY print, one call of a function for each number."""
    rows = lambda: [function(alone) for alone in np.diag(DY)]  # noqa: E731
    figures.spray_rows(DY, rows, names=["dy", "dx"])
    return capsys.readouterr().out


def test_the_sprays_are_those_of_the_students_own_function(capsys):
    spray = references("2-convolution")["conv_1d_backward_spray"]
    text = shown(capsys, lambda alone: spray(alone, np.array([1.0, 5]), 0))
    assert text == (
        "from dy[0] = 1: [1, 5, 0, 0]; from dy[1] = 0: [0, 0, 0, 0]; from dy[2] = -2: "
        "[0, 0, -2, -10]. The sums of the 4 columns are dx = [1, 5, -2, -10].\n"
    )
    assert "dy[0] = 1: [7, 0, 0]" in shown(capsys, lambda alone: 7 * alone)


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (waits, "waits for your function above: write it, then run this cell again"),
        (lambda alone: None, "your function returned None (is the return missing?)"),
        (lambda alone: 1 / 0, "cannot be computed yet: ZeroDivisionError (division by zero)"),
        (lambda alone: 1.0, "cannot be computed yet: ValueError (spray_rows: an array of shape (3,), expected 2 axes"),
    ],
)  # fmt: skip
def test_until_the_function_is_right_the_sprays_say_what_is_missing(capsys, function, text):
    assert shown(capsys, function).startswith(f"the sprays of dy: {text}")


def test_sprays_that_are_no_row_for_each_number_are_refused():
    with pytest.raises(ValueError, match=r"^spray_rows: 3 numbers in x and 2 rows, expected one"):
        figures.spray_rows(DY, np.ones((2, 4)))


CLOTHES = ["T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"]  # fmt: skip


def overlapping(figure) -> list[tuple[str, str]]:
    """Return the pairs of texts of a figure whose boxes overlap, and texts with the images."""
    figure.canvas = importlib.import_module("matplotlib.backends.backend_agg").FigureCanvasAgg(
        figure
    )
    figure.canvas.draw()
    (ax,) = figure.axes
    boxes = [(text.get_text(), text.get_window_extent()) for text in ax.texts]
    boxes += [("an image", image.get_window_extent()) for image in ax.images]
    return [
        (one, other)
        for (one, box), (other, second) in itertools.combinations(boxes, 2)
        if box.overlaps(second)
    ]


@pytest.mark.parametrize("names", ["0123456789", CLOTHES], ids=["digits", "clothes"])
def test_the_captions_of_wrong_images_keep_apart(names, monkeypatch):
    drawn = []
    monkeypatch.setattr(capstone, "show_picture", lambda figure, text: drawn.append((figure, text)))
    labels, predicted = np.arange(21) % 10, np.array([5, 9, 9] * 7)
    labels[predicted == labels] = 2
    capstone.wrong_images(np.ones((21, 1, 4, 4)) * np.eye(4), labels, predicted, names)
    [(figure, text)] = drawn
    assert overlapping(figure) == []
    assert f"{names[labels[0]]} taken for {names[5]}" in text


def test_the_rows_of_stride_1_and_of_the_stride_have_names_of_their_own(monkeypatch):
    drawn = []
    monkeypatch.setattr(strided, "show_picture", lambda figure, text: drawn.append((figure, text)))
    strided.stride_rows(np.arange(12.0).reshape(4, 3), 2)
    [(figure, text)] = drawn
    names = [[name.get_text() for name in ax.texts if "[" in name.get_text()] for ax in figure.axes]
    assert names == [["z[0]", "z[1]", "z[2]", "z[3]"], ["y[0]", "y[1]"]]
    assert "z[1]: 3, 4, 5; z[2] (kept as y[1]): 6, 7, 8; z[3]: 9, 10, 11." in text
