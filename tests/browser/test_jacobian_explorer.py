"""`jacobian_explorer` in Chromium: every number equals numpy's, and the frames tie what the
sentence says.
"""

from __future__ import annotations

import numpy as np
import pytest
from support import quarters, references
from widget_page import FRAMED, at, every_step, grid, notes, places, scrolls, sentence

from grader.widgets import jacobian_explorer
from grader.widgets.grids import made_up
from grader.widgets.jacobian_explorer import VIEWS
from grader.widgets.still_picture import short

X, W, B = [1.0, 2.0, 3.0], [[3.0, 0.0], [1.0, -2.0], [-1.0, 4.0]], [10.0, 20.0]
SIZES = [(1, 1), (2, 3), (3, 2), (1, 8), (8, 1), (5, 4), (8, 8)]  # (D, C)

ENTRIES = """() => [...document.querySelectorAll("[data-grid=entry] .cell")].map(cell => [cell.dataset.value, cell.textContent])"""
SHARES = """() => [...document.querySelectorAll(".share")].map(share => share.textContent)"""


@pytest.fixture
def show(show_widget):
    """Return what puts an explorer into the page."""
    return lambda *args, **kwargs: show_widget(jacobian_explorer(*args, **kwargs))


def by_numpy(x, w, dy):
    """The slices of each view."""
    D, C = w.shape
    tensor = np.zeros((C, D, C))
    for i in range(C):
        tensor[i, :, i] = x
    contracted = np.einsum("i,idc->dc", dy, tensor)
    return {
        "dy/dx": w.T[None],
        "dy/dW": tensor,
        "dy/db": np.eye(C)[None],
        "dL/dW": contracted[None],
    }


def assert_shown(page, x, w, b, dy):
    """Compare every number of every step of every view."""
    for view, slices in by_numpy(x, w, dy).items():
        page.locator(f"[value='{view}']").check()
        steps = every_step(page, ENTRIES)
        assert len(steps) == slices.size
        texts = {v: short(v) for v in slices.ravel()}
        for number, cells in enumerate(steps):
            right = slices[number // slices[0].size].ravel()
            np.testing.assert_array_equal(
                [float(value) for value, _ in cells], right, err_msg=f"{view}, step {number}"
            )
            assert [text for _, text in cells] == [texts[v] for v in right]
        for name, values in (("x", [x]), ("W", w), ("b", [b]), ("y", [x @ w + b])):
            np.testing.assert_array_equal(grid(page, name), values)
    np.testing.assert_array_equal(grid(page, "dL/dy"), [dy])


@pytest.mark.parametrize(("D", "C"), SIZES)
def test_every_number_of_every_step_of_every_view_equals_numpys(show, D, C):
    x, w, b, dy = quarters(10 * D + C, (D,), (D, C), (C,), (C,))
    page = show(x, w, b, dy=dy)
    assert_shown(page, x, w, b, dy)
    assert not scrolls(page)


def test_what_is_typed_into_x_w_and_b_is_followed(show):
    x, w, b = quarters(3, (3,), (3, 4), (4,))
    page = show(x, w, b)
    x, w, b = x.copy(), w.copy(), b.copy()
    for field, text in (("x[2]", "-7,5"), ("W[1,3]", "0"), ("W[0,0]", "1e3"), ("b[1]", "\u22122")):
        page.get_by_label(field, exact=True).fill(text)
    x[2], w[1, 3], w[0, 0], b[1] = -7.5, 0, 1000, -2
    assert_shown(page, x, w, b, made_up((4,)))
    page.get_by_label("x[0]", exact=True).fill("-")  # not a number yet: marked, and nothing changes
    assert page.get_by_label("x[0]", exact=True).get_attribute("aria-invalid") == "true"
    np.testing.assert_array_equal(grid(page, "x"), [x])
    page.get_by_role("button", name="Reset").click()
    assert_shown(page, *quarters(3, (3,), (3, 4), (4,)), made_up((4,)))
    assert page.get_by_label("x[2]", exact=True).input_value() == short(
        quarters(3, (3,))[0][2]
    ).replace("\u2212", "-")


WORKED = {
    ("dy/dx", 0): "dy[0]/dx[0] = W[0,0] = 3: if x[0] grows by 1, y[0] grows by 3.",
    ("dy/dx", 3): "dy[1]/dx[0] = W[0,1] = 0: if x[0] grows by 1, y[1] does not move.",
    ("dy/dx", 4): "dy[1]/dx[1] = W[1,1] = −2: if x[1] grows by 1, y[1] falls by 2.",
    ("dy/dW", 11): "dy[1]/dW[2,1] = x[2] = 3: if W[2,1] grows by 1, y[1] grows by 3.",
    ("dy/dW", 10): "dy[1]/dW[2,0] = 0. W[2,0] belongs to class 0: y[1] does not see it.",
    ("dy/db", 0): "dy[0]/db[0] = 1: if b[0] grows by 1, y[0] grows by 1.",
    ("dy/db", 2): "dy[1]/db[0] = 0. b[0] belongs to class 0: y[1] does not see it.",
    (
        "dL/dW",
        5,
    ): "dL/dW[2,1] = x[2] · dL/dy[1] = 3·(−2) = −6: of all slices, only slice 1 has something at [2,1].",
}


@pytest.mark.parametrize(("view", "number"), WORKED)
def test_the_sentence_says_the_entry(show, view, number):
    page = show(X, W, B, dy=[5, -2], view=view)
    at(page, number)
    assert sentence(page) == WORKED[view, number]


def test_a_pixel_that_is_zero_moves_nothing(show):
    page = show([0.0, 2.0], np.ones((2, 2)), view="dy/dW")
    assert sentence(page) == "dy[0]/dW[0,0] = x[0] = 0: if W[0,0] grows by 1, y[0] does not move."


@pytest.mark.parametrize("view", VIEWS)
def test_the_frames_lie_around_what_an_entry_ties(show, view):
    page = show(X, W, B, view=view)
    page.emulate_media(reduced_motion="reduce")
    slices = by_numpy(np.array(X), np.array(W), np.ones(2))[view]
    frames, shares = every_step(page, FRAMED), every_step(page, SHARES)
    for number, (s, r, c) in enumerate(np.ndindex(slices.shape)):
        wanted = {
            "dy/dx": {
                ("giver", "x", f"0,{c}"),
                ("taker", "y", f"0,{r}"),
                ("used", "W", f"{c},{r}"),
            },
            "dy/dW": {
                ("giver", "W", f"{r},{c}"),
                ("taker", "y", f"0,{s}"),
                *([("used", "x", f"0,{r}")] if s == c else []),
            },
            "dy/db": {("giver", "b", f"0,{c}"), ("taker", "y", f"0,{r}")},
            "dL/dW": {
                ("giver", "W", f"{r},{c}"),
                ("taker", "dL/dy", f"0,{c}"),
                ("used", "x", f"0,{r}"),
            },
        }[view] | {("giver", "entry", f"{r},{c}")}
        assert set(map(tuple, frames[number])) == wanted
        moved = [f"{'' if v < 0 else '+'}{short(v)}" for v in (1, slices[s, r, c])]
        assert shares[number] == ([] if view == "dL/dW" else moved)


def test_hovering_tells_the_entry_of_a_cell_and_a_click_keeps_it(show):
    page = show(X, W, B, view="dy/dW")
    before = sentence(page)
    page.locator("[data-grid=entry] [data-at='2,1']").hover()
    assert sentence(page) == "dy[0]/dW[2,1] = 0. W[2,1] belongs to class 1: y[0] does not see it."
    page.locator("[data-grid=y] [data-at='0,1']").hover()  # another slice
    assert sentence(page).startswith("dy[1]/dW[2,1] = x[2] = 3")
    np.testing.assert_array_equal(grid(page, "entry"), [[0, 1], [0, 2], [0, 3]])
    page.locator("[data-grid=b] [data-at='0,1']").hover()  # has no part in dy/dW
    assert sentence(page) == before
    page.locator("[data-grid=W] [data-at='1,0']").click()
    page.mouse.move(0, 0)
    assert sentence(page).startswith("dy[0]/dW[1,0] = x[1] = 2")
    page.locator(".stage").focus()
    page.keyboard.press("Escape")
    assert sentence(page) == before
    for view, cell, told in (
        ("dy/dx", ("x", "0,2"), "dy[0]/dx[2]"),
        ("dy/dx", ("W", "1,1"), "dy[1]/dx[1]"),
        ("dy/dx", ("y", "0,1"), "dy[1]/dx[0]"),
        ("dy/db", ("b", "0,1"), "dy[0]/db[1]"),
        ("dL/dW", ("dL/dy", "0,1"), "dL/dW[0,1]"),
        ("dL/dW", ("x", "0,1"), "dL/dW[1,0]"),
    ):
        page.locator(f"[value='{view}']").check()
        page.locator(f"[data-grid='{cell[0]}'] [data-at='{cell[1]}']").hover()
        assert sentence(page).startswith(told)
        page.mouse.move(0, 0)


def test_your_own_results_are_marked_where_they_are_wrong(show):
    dy_dx, dy_dw, dy_db = references("1-affine")["affine_jacobians"](np.array(X), np.array(W))
    page = show(X, W, B, compare=(dy_dx, dy_dw, dy_db))
    right = ["✓ Your dy_dx is right in all 6 entries.", "✓ Your dy_dw is right in all 12 entries.",
             "✓ Your dy_db is right in all 4 entries."]  # fmt: skip
    assert notes(page) == right
    assert places(page, "[data-apart]", "apart") == []

    wrong = dy_dw.copy()
    wrong[1, 2, 0], wrong[1, 0, 1] = 3, np.nan
    page = show(X, W, B, compare=(dy_dx, wrong, None))
    assert notes(page) == [
        right[0],
        "≠ Your dy_dw differs in 2 of 12 entries: dy_dw[1,0,1] is nan, right is 1; dy_dw[1,2,0] is "
        "3, right is 0.",
        "… dy_db is None: nothing to compare yet.",
    ]
    assert page.locator("[value='dy/dW']").is_checked()  # it opens at what is wrong
    assert sentence(page).startswith("dy[1]/dW[0,1]")
    assert places(page, "[data-apart]", "apart") == ["1,0,1", "1,2,0"]
    assert page.locator("svg .yours").all_text_contents() == ["≠ 1", "≠nan", "≠3"]
    at(page, 0)  # slice 0 is right
    assert places(page, "[data-apart]", "apart") == []
    page.get_by_label("b[0]").fill("7")  # no derivative hears of b
    assert len(notes(page)) == 3
    page.get_by_label("x[0]").fill("5")
    assert notes(page) == ["… Your results belong to the first x and W: Reset brings them back."]
    page.get_by_role("button", name="Reset").click()
    assert places(page, "[data-apart]", "apart") == ["1,0,1", "1,2,0"]
    page.locator("[value='dy/dx']").check()
    assert places(page, "[data-apart]", "apart") == []


def test_the_small_tensor_frames_the_slice(show):
    page = show(X, W, B, view="dy/dW")
    page.emulate_media(reduced_motion="reduce")
    framed = """() => {
      const boxes = [...document.querySelectorAll(".frame.used")].map(f => f.getBoundingClientRect());
      return [...document.querySelectorAll(".small")].map(s => s.getBoundingClientRect()).map(s =>
        boxes.some(b => b.left <= s.left && s.right <= b.right && b.top <= s.top && s.bottom <= b.bottom));
    }"""
    for number, shown in ((0, 0), (5, 0), (6, 1), (11, 1)):
        at(page, number)
        assert page.evaluate(framed) == [i == shown for i in range(2) for _ in range(6)]
    page.locator("[value='dL/dW']").check()
    at(page, 3)
    assert page.evaluate(framed) == [i == 1 for i in range(2) for _ in range(6)]
