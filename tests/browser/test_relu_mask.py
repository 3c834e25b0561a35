"""`relu_mask` in Chromium: every number equals numpy's for every step and every x, and the gate is
told as it opens and shuts.
"""

from __future__ import annotations

import numpy as np
import pytest
from support import quarters
from widget_page import FRAMED, at, every_step, grid, notes, places, scrolls, sentence, step

from grader.widgets import relu_mask
from grader.widgets.grids import made_up
from grader.widgets.still_picture import short

X, DY = [3.0, -4.0, 0.0, -1.0], [10.0, 20.0, -30.0, -40.0]
LOOK = f"""() => [({FRAMED})(), [...document.querySelectorAll(".share")].map(share => share.textContent)]"""
SIZES = [(1,), (4,), (20,), (1, 1), (1, 5), (2, 3), (5, 1), (6, 6)]


@pytest.fixture
def show(show_widget):
    """Return what puts a mask into the page."""
    return lambda *args, **kwargs: show_widget(relu_mask(*args, **kwargs))


def assert_shown(page, x, dy):
    x, dy = np.atleast_2d(x), np.atleast_2d(dy)
    for name, right in (
        ("x", x),
        ("mask", x > 0),
        ("y", np.maximum(x, 0)),
        ("dy", dy),
        ("dx", dy * (x > 0)),
    ):
        np.testing.assert_array_equal(grid(page, name), right, err_msg=name)
        assert page.locator(f"[data-grid={name}] .cell").all_text_contents() == [
            short(float(v)) for v in right.ravel()
        ]


@pytest.mark.parametrize("shape", SIZES)
def test_every_number_equals_numpys_and_every_step_frames_one_entry(show, shape):
    x, dy = quarters(len(shape) + sum(shape), shape, shape)
    x = np.where(np.arange(x.size).reshape(shape) % 5 == 2, 0, x)  # some at the corner
    page = show(x, dy)
    page.emulate_media(reduced_motion="reduce")
    assert_shown(page, x, dy)
    for (i, j), gate, (frames, factors) in zip(
        np.ndindex(np.atleast_2d(x).shape), (x > 0).ravel(), every_step(page, LOOK)
    ):
        assert frames == [
            [kind, name, f"{i},{j}"]
            for name, kind in (
                ("x", "giver"),
                ("mask", "used"),
                ("y", "taker"),
                ("dy", "giver"),
                ("dx", "taker"),
            )
        ]
        assert [f for f in factors if "×" in f] == [f"×{int(gate)}"] * 2
    assert step(page) == f"{x.size} of {x.size}"
    assert_shown(page, x, dy)
    shut = [f"{i},{j}" for i, j in np.argwhere(np.atleast_2d(x) <= 0)]
    assert places(page, "[data-dead]", "dead") == [
        f"{name} {where}" for where in shut for name in ("mask", "dx")
    ]
    assert not scrolls(page)


WORKED = [
    "x[0] = 3 is above 0, the gate is open: y[0] = x[0] = 3, and dx[0] = 1·10 = 10.",
    "x[1] = −4 is below 0, the gate is shut: y[1] = 0, and dx[1] = 0·20 = 0.",
    "x[2] = 0: at 0 the slope is a convention: 0. So y[2] = 0, and dx[2] = 0·(−30) = 0. Any slope "
    "from 0 to 1 would be as right.",
    "x[3] = −1 is below 0, the gate is shut: y[3] = 0, and dx[3] = 0·(−40) = 0.",
]


def test_the_sentence_says_the_entry(show):
    page = show(X, DY)
    for number, told in enumerate(WORKED):
        at(page, number)
        assert sentence(page) == told
    assert notes(page) == [
        "▨ Hatched: shut in 3 of 4 entries. No gradient passes there, whatever dy is."
    ]
    page = show([[1.0, -2.0], [0.5, 2.0]], [[1, 2], [-3, 4]])
    at(page, 2)
    assert (
        sentence(page)
        == "x[1,0] = 0.5 is above 0, the gate is open: y[1,0] = x[1,0] = 0.5, and dx[1,0] = 1·(−3) = −3."
    )


def test_the_slider_opens_and_shuts_the_gate(show):
    page = show(X, DY)
    at(page, 1)
    slider = page.get_by_label("chosen x")
    assert (slider.get_attribute("min"), slider.get_attribute("max")) == (
        "-16",
        "16",
    )  # in quarters
    x = np.array(X)
    for quarters_, told in (
        (-1, "below 0, the gate is shut"),
        (0, "at 0 the slope is a convention"),
        (1, "above 0, the gate is open"),
    ):
        slider.fill(str(quarters_))
        x[1] = quarters_ / 4
        assert_shown(page, x, DY)
        assert told in sentence(page)
        assert slider.get_attribute("aria-valuetext") == f"x[1] = {short(x[1])}"
    slider.focus()
    page.keyboard.press("ArrowRight")  # the slider's own key, not a step
    x[1] = 0.5
    assert_shown(page, x, DY)
    assert step(page) == "2 of 4"


def test_what_is_typed_is_followed_and_reset_brings_x_back(show):
    page = show([[1.0, -2.0, 3.0], [0.0, 4.0, -5.0]])
    dy = made_up((2, 3))
    field = page.get_by_label("x of this step", exact=True)
    page.locator(
        "[data-grid=dx] [data-at='1,2']"
    ).click()  # the entry that is clicked, whatever the step
    for text, value in (("7,25", 7.25), ("-1e-3", -0.001), ("123456", 123456.0), ("0", 0.0)):
        field.fill(text)
        assert_shown(page, [[1, -2, 3], [0, 4, value]], dy)
    field.fill("-")
    assert field.get_attribute("aria-invalid") == "true"
    assert_shown(page, [[1, -2, 3], [0, 4, 0]], dy)
    at(page, 1)
    assert field.input_value() == "-2"
    page.get_by_role("button", name="Reset").click()
    assert_shown(page, [[1, -2, 3], [0, 4, -5]], dy)
    assert notes(page)[-1] == "dy is made up of small whole numbers; pass your own as dy=."


def test_hovering_any_grid_tells_its_entry_and_a_click_keeps_it(show):
    page = show(X, DY)
    for number, name in enumerate(("x", "mask", "y", "dy", "dx")):
        page.locator(f"[data-grid={name}] [data-at='0,{number % 4}']").hover()
        assert sentence(page) == WORKED[number % 4]
    page.mouse.move(0, 0)
    assert sentence(page) == WORKED[0]
    page.locator("[data-grid=y] [data-at='0,3']").click()
    page.mouse.move(0, 0)
    assert sentence(page) == WORKED[3]
    page.locator(".stage").focus()
    page.keyboard.press("Escape")
    assert sentence(page) == WORKED[0]


def test_your_own_dx_is_marked_where_it_is_wrong_and_free_where_x_is_zero(show):
    page = show(X, DY, compare=[10, 0, 0, 0])
    assert notes(page)[0] == "✓ Your dx is right in all 4 entries."
    page = show(X, DY, compare=[10, 0, -15, 0])  # the slope 1/2 at the corner
    assert notes(page)[:2] == [
        "✓ Your dx is right in all 4 entries.",
        "Where x is exactly 0 yours is not 0: every slope from 0 to 1 is right there, and "
        "frameworks take 0.",
    ]
    page = show(X, DY, compare=[np.inf, 20, 1, np.nan])
    assert notes(page)[0] == (
        "≠ Your dx differs in 4 of 4 entries: dx[0] is inf, right is 10; dx[1] is 20, right is 0; "
        "dx[2] is 1, right is 0; "
        "dx[3] is nan, right is 0."
    )
    assert places(page, "[data-apart]", "apart") == ["0,0", "0,1", "0,2", "0,3"]
    assert page.locator("svg .yours").all_text_contents() == ["≠inf", "≠20", "≠1", "≠nan"]
    page.get_by_label("chosen x").fill("3")
    assert notes(page)[0] == "… Your dx belongs to the first x: Reset brings it back."
    assert places(page, "[data-apart]", "apart") == []
    page.get_by_role("button", name="Reset").click()
    assert len(places(page, "[data-apart]", "apart")) == 4
