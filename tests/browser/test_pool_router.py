"""pool_router in Chromium: every number and frame beside numpy's, changed by hand, by keys and by
sliders.
"""

from __future__ import annotations

import numpy as np
import pytest
from widget_page import GRIDS, INSIDE, sentence, viewed

from grader.widgets import pool_router
from grader.widgets.grids import made_up
from grader.widgets.pool_router import backward, forward, windows_of
from grader.widgets.still_picture import short

X = np.array([[1.0, 3, 2, 2], [4, 0, 2, 1], [0, -1, 5, 6], [-2, -3, 8, 7]])
DY = np.array([[10.0, 20], [30, 40]])
DX = np.array([[0.0, 0, 20, 0], [10, 0, 0, 0], [30, 0, 0, 0], [0, 0, 40, 0]])
OVERLAP = np.array([[1.0, 0, 2, 7], [3, 6, 4, 0], [2, 1, 5, 3]])

# The numbers and texts of the grids, and what lies in the middle of the frames.
LOOK = f"""() => {{
  {INSIDE}
  const [window, pixel, output, gradient] = document.querySelectorAll(".marks:last-child .frame");
  return {{
    ...{GRIDS},
    framed: [inside(window, "pixel"), inside(pixel, "pixel"), inside(output, "output"), inside(gradient, "gradient")],
    winners: [...document.querySelectorAll("[data-winner]")].map(e => e.dataset.winner),
    equals: [...document.querySelectorAll("[data-equal]")].map(e => e.dataset.equal),
  }};
}}"""

# shape, size, stride: square, overlap in both directions or one, a remainder, holes, one entry, one
# window, the largest
SIZES = [
    ((4, 4), (2, 2), 2),
    ((3, 4), (2, 3), 1),
    ((7, 9), (3, 2), 2),
    ((8, 7), (2, 1), 3),
    ((1, 1), (1, 1), 1),
    ((5, 3), (5, 3), 2),
    ((1, 9), (1, 4), 1),
    ((12, 12), (3, 4), 2),
    ((12, 12), (2, 3), 4),
]


@pytest.fixture
def show(show_widget):
    """Return what puts a pool_router into the page."""

    def shown(*args, **kwargs):
        page = show_widget(pool_router(*args, **kwargs))
        page.emulate_media(reduced_motion="reduce")  # frames are where they belong at once
        return page

    return shown


def notes(page) -> list[str]:
    return page.locator(".notes p").all_inner_texts()


def cell(page, i, j, grid="pixel"):
    return page.locator(f"[data-grid={grid}] [data-at='{i},{j}']")


def seen(page, grid) -> np.ndarray:
    """The numbers of a grid, as they stand in the page."""
    script = """grid => [...document.querySelectorAll(`[data-grid=${grid}] .line`)].map(
        row => [...row.querySelectorAll(".cell")].map(cell => Number(cell.dataset.value)))"""
    return np.array(page.evaluate(script, grid))


def at(i, j) -> str:
    return f"{i},{j}"


def assert_as_numpy(page, x, size, stride, dy):
    """Compare all that both views show at every step."""
    windows = list(windows_of(x, size, stride))
    for view in ("forward", "backward"):
        told = viewed(page, view, LOOK)
        assert len(told) == len(windows)
        for step, (shown, window) in enumerate(zip(told, windows, strict=True)):
            known = windows[: step + 1]
            y = np.full(dy.size, np.nan)
            y[: step + 1] = forward(x, known, (step + 1,))
            wanted = {"pixel": x, "output": y.reshape(dy.shape)}
            if view == "backward":
                wanted = {"pixel": x, "output": dy, "gradient": backward(x, dy, known)}
            assert set(wanted) == shown.keys() - {"framed", "winners", "equals"}
            for grid, right in wanted.items():
                got = np.array(
                    [
                        [np.nan if value == "" else float(value) for value, _ in row]
                        for row in shown[grid]
                    ]
                )
                np.testing.assert_array_equal(got, right, err_msg=f"{view}, {grid}, step {step}")
                texts = [[text for _, text in row] for row in shown[grid]]
                assert texts == [["·" if np.isnan(v) else short(v) for v in row] for row in right]
            rows, columns = window.pixels
            inside = [
                at(i, j)
                for i in range(rows.start, rows.stop)
                for j in range(columns.start, columns.stop)
            ]
            winner = [at(*window.largest[0])]
            gradient = winner if view == "backward" else []
            assert shown["framed"] == [inside, winner, [at(*window.at)], gradient], (view, step)
            marked = known if view == "forward" else windows
            assert set(shown["winners"]) == {at(*w.largest[0]) for w in marked}
            assert set(shown["equals"]) == {
                at(*place) for w in marked if len(w.largest) > 1 for place in w.largest
            }


@pytest.mark.parametrize(("shape", "size", "stride"), SIZES)
def test_every_number_and_frame_of_every_step_is_numpys(show, shape, size, stride):
    rng = np.random.default_rng(shape[0] * 10 + stride)
    x = rng.integers(-9, 10, shape) / 4
    dy = (
        rng.integers(-9, 10, tuple((n - k) // stride + 1 for n, k in zip(shape, size, strict=True)))
        / 4
    )
    assert_as_numpy(show(x, size, stride, dy), x, size, stride, dy)


WORKED = {
    ("forward", 0): "y[0,0] is the largest of 4 pixels in its window: x[1,0] = 4.",
    (
        "forward",
        1,
    ): "y[0,1] is the largest of 4 pixels in its window: x[0,2] = 2. 3 entries tie at 2: y is the same whichever "
    "wins; the first in reading order is framed.",
    ("backward", 0): "dy[0,0] = 10 is added onto dx[1,0], whose x = 4 won the window.",
    (
        "backward",
        1,
    ): "dy[0,1] = 20 is added onto dx[0,2], whose x = 2 won the window. 3 entries tie at 2: the first in reading "
    "order takes it by convention; an even split is a subgradient too; the whole dy to each is "
    "not: the sum is not conserved.",
}


@pytest.mark.parametrize(("view", "step"), WORKED)
def test_the_sentence_says_the_step(show, view, step):
    page = show(X, dy=DY, view=view)
    page.get_by_label("step", exact=True).fill(str(step))
    assert sentence(page) == WORKED[view, step]


def test_the_sums_are_told_as_they_grow(show):
    page = show(X, dy=DY)
    assert notes(page)[0] == "sum of dx so far = 10, sum of dy = 100"
    page.get_by_label("step", exact=True).fill("3")
    assert notes(page) == [
        "sum of dx = 100 = sum of dy",
        "= 1 window has several largest entries: the first in reading order wins, the others are "
        "dotted.",
    ]
    np.testing.assert_array_equal(seen(page, "gradient"), DX)


def test_a_pixel_that_wins_twice_gets_both(show):
    page = show(OVERLAP, (2, 3), 1, DY)
    page.get_by_label("step", exact=True).fill("2")
    assert sentence(page) == (
        "dy[1,0] = 30 is added onto dx[1,1], whose x = 6 won the window. It won before, and holds "
        "10: 10 + 30 = 40."
    )
    cell(page, 1, 1).hover()
    assert sentence(page) == "x[1,1] = 6 lies in 4 windows and wins 3: dx[1,1] = 10 + 30 + 40 = 80."
    assert page.locator("[data-won]").evaluate_all("all => all.map(e => e.dataset.won)") == [
        "0",
        "2",
        "3",
    ]
    assert page.locator(".wire").count() == 3
    page.locator("[value=forward]").check()
    cell(page, 1, 1).hover()
    assert (
        sentence(page)
        == "x[1,1] = 6 lies in 4 windows and wins 3: its number stands in y[0,0], y[1,0], y[1,1]."
    )


def test_hovering_tells_what_became_of_a_pixel_and_a_click_keeps_it(show):
    page = show(X, dy=DY)
    before = sentence(page)
    cell(page, 1, 2).hover()
    assert sentence(page) == (
        "x[1,2] = 2 lies in 1 window and does not win it: dx[1,2] = 0. It ties with the winner, "
        "which comes first in reading order."
    )
    cell(page, 2, 0, "gradient").hover()
    assert sentence(page) == "x[2,0] = 0 lies in 1 window and wins it: dx[2,0] = 30."
    cell(page, 1, 1, "output").hover()
    assert sentence(page) == "dy[1,1] = 40 is added onto dx[3,2], whose x = 8 won the window."
    page.mouse.move(0, 0)
    assert sentence(page) == before
    cell(page, 3, 3).click()
    page.mouse.move(0, 0)
    assert sentence(page) == "x[3,3] = 7 lies in 1 window and does not win it: dx[3,3] = 0."
    page.keyboard.press("Escape")
    assert sentence(page) == before


def test_pixels_in_no_window_are_hatched_and_told(show):
    page = show(np.arange(15).reshape(3, 5))
    assert page.locator("[data-dead]").evaluate_all("all => all.map(e => e.dataset.dead)") == [
        "0,4", "1,4", "2,0", "2,1", "2,2", "2,3", "2,4",
    ]  # fmt: skip
    assert notes(page) == ["▨ Hatched: 7 pixels lie in no window. There dx stays 0."]
    cell(page, 2, 1).hover()
    assert sentence(page) == "x[2,1] = 11 lies in no window: no y hears of it, and dx[2,1] stays 0."
    page.locator("[value=backward]").check()
    assert page.locator("[data-dead]").count() == 14  # in x and in dx


def test_dragging_a_number_moves_the_winner_and_the_gradient(show):
    page = show(X, dy=DY)
    box = cell(page, 1, 1).bounding_box()
    x, y = box["x"] + 20, box["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 30, steps=3)
    assert seen(page, "pixel")[1, 1] == 3  # not 30 / 12 = 2.5 but whole numbers
    page.mouse.move(x, y - 60, steps=3)
    changed = X.copy()
    changed[1, 1] = 5
    assert sentence(page) == "x[1,1] = 5 lies in 1 window and wins it: dx[1,1] = 10."
    page.mouse.up()
    np.testing.assert_array_equal(seen(page, "pixel"), changed)
    np.testing.assert_array_equal(
        seen(page, "gradient"), backward(changed, DY, list(windows_of(changed, (2, 2), 2)))
    )
    assert sentence(page).startswith("x[1,1] = 5")  # the end of a drag is no click
    assert_as_numpy(page, changed, (2, 2), 2, DY)
    cell(page, 0, 0).click()
    assert sentence(page).startswith("x[0,0] = 1")
    page.get_by_role("button", name="Reset").click()
    np.testing.assert_array_equal(seen(page, "pixel"), X)


def test_keys_choose_a_number_and_change_it(show):
    page = show(X, dy=DY)
    page.locator(".stage").focus()
    page.keyboard.press("Tab")
    assert sentence(page).startswith("x[0,0] = 1 lies in 1 window")
    for key in (
        "ArrowDown",
        "ArrowRight",
        "ArrowUp",
        "ArrowRight",
        "End",
        "Home",
        "ArrowDown",
        "ArrowRight",
    ):
        page.keyboard.press(key)
    assert sentence(page).startswith("x[1,1] = 0")
    changed = X.copy()
    for key, value in (("PageUp", 1), ("+", 2), ("-", 1), ("PageDown", 0), ("PageDown", -1)):
        page.keyboard.press(key)
        changed[1, 1] = value
        np.testing.assert_array_equal(seen(page, "pixel"), changed)
    page.keyboard.type("4")  # a tie, which the first in reading order wins
    assert page.evaluate("() => document.activeElement.getAttribute('aria-label')") == "x[1,1]"
    assert sentence(page) == (
        "x[1,1] = 4 lies in 1 window and does not win it: dx[1,1] = 0. It ties with the winner, "
        "which comes first in reading order."
    )
    page.keyboard.type(".5")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.dataset.at") == "1,1"
    page.keyboard.press("Enter")
    page.keyboard.type("-")
    assert page.get_by_label("x[1,1]").get_attribute("aria-invalid") == "true"
    page.keyboard.press("End")
    page.keyboard.type("2,5")
    changed[1, 1] = -2.5
    np.testing.assert_array_equal(seen(page, "pixel"), changed)
    assert_as_numpy(page, changed, (2, 2), 2, DY)


def test_the_sliders_change_the_windows_as_numpy_says(show):
    x = np.random.default_rng(3).integers(-9, 10, (6, 7)) / 4
    page = show(x)
    for size, stride in (((3, 2), 1), ((6, 7), 4), ((1, 1), 3), ((2, 5), 2)):
        for name, value in (
            ("window rows", size[0]),
            ("window columns", size[1]),
            ("stride", stride),
        ):
            page.get_by_label(name, exact=True).fill(str(value))
        dy = made_up(tuple((n - k) // stride + 1 for n, k in zip(x.shape, size, strict=True)))
        assert_as_numpy(page, x, size, stride, dy)
    assert "dy is made up of small whole numbers; pass your own as dy=." in notes(page)


def test_your_own_result_is_marked_where_it_is_wrong(show):
    assert notes(show(X, dy=DY, compare=DX))[0] == "✓ Your dx is right in all 16 entries."
    yours = DX.copy()
    yours[0, 3] = yours[1, 2] = 20
    page = show(X, dy=DY, compare=yours)
    assert notes(page)[:3] == [
        "≠ Your dx differs in 2 of 16 entries: dx[0,3] is 20, right is 0; dx[1,2] is 20, right is "
        "0.",
        "sum of dx = 100 = sum of dy",
        "sum of your dx = 140: it is not conserved",
    ]
    marked = page.locator("[data-apart]:visible")
    assert marked.evaluate_all("all => all.map(e => e.dataset.apart)") == ["0,3", "1,2"]
    assert page.locator(".yours").all_text_contents() == ["≠20", "≠20"]
    for step, count in ((0, 0), (1, 2)):
        page.get_by_label("step", exact=True).fill(str(step))
        assert marked.count() == count
    cell(page, 0, 0).click()
    page.keyboard.press("+")
    assert page.locator("[data-apart]").count() == 0
    assert (
        notes(page)[0]
        == "… Your dx belongs to the first x, window and stride: Reset brings them back."
    )
    page.locator("[value=forward]").check()
    assert page.locator(".compared").count() == 0
    page = show(X, compare=[[4, np.nan], [np.inf, 8]])
    assert page.locator(".yours").all_text_contents() == ["≠nan", "≠inf"]


def test_the_tab_key_stops_once_in_x(show):
    page = show(X, dy=DY)
    page.locator("[value=backward]").focus()
    names = []
    for _ in range(8):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate("() => document.activeElement.dataset.at ?? document.activeElement.type")
        )
    assert names == [None, "0,0", "button", "button", "button", "range", "range", "text"]
