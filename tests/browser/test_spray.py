"""The widgets in Chromium: every number in the page equals numpy's, and hands, eyes and ears other
than usual can use them.

A light page loads the ES module as anywidget would, with a stand-in for its model; one test opens a
real JupyterLab.
"""

from __future__ import annotations

import re

import numpy as np
import pytest
from support import framed_in_still, quarters
from widget_page import FRAMED as FRAMES
from widget_page import GRIDS, INSIDE, notes, numbers, sentence, step, viewed

from grader.widgets import spray
from grader.widgets.grids import made_up
from grader.widgets.spray import TURNED, VIEWS
from grader.widgets.still_picture import short

LOOK = f"() => {GRIDS}"

# x, w, stride, pad: not square, a remainder, holes, padding wider than the filter, one entry, the
# largest that can be shown
SIZES = [
    ((5, 6), (3, 3), 1, 1),
    ((6, 5), (3, 2), 2, 0),
    ((7, 4), (2, 3), 3, 1),
    ((4, 7), (1, 2), 3, 2),
    ((3, 4), (2, 1), 1, 2),
    ((4, 4), (4, 4), 1, 0),
    ((1, 1), (1, 1), 1, 0),
    ((2, 3), (4, 5), 2, 1),
    ((12, 12), (5, 5), 2, 0),
    ((8, 8), (3, 3), 2, 2),
    ((5,), (3,), 1, 1),
    ((6,), (3,), 2, 0),
    ((9,), (2,), 3, 1),
    ((4,), (4,), 1, 2),
    ((3,), (1,), 1, 2),
    ((20,), (5,), 4, 0),
]


# The cells inside the two frames, beside the number of labels.
FRAMED = f"""() => {{
  {INSIDE}
  const [giver, taker] = ["giver", "taker"].map(kind => document.querySelector(`.frame.${{kind}}`));
  const forward = document.querySelector("[type=radio]:checked").value.startsWith("forward");
  return {{pixel: inside(forward ? giver : taker, "pixel"), output: inside(forward ? taker : giver, "output"),
           labels: document.querySelectorAll(".share").length}};
}}"""


@pytest.fixture
def show(show_widget):
    """Return what puts a spray into the page."""
    return lambda *args, **kwargs: show_widget(spray(*args, **kwargs))


def by_numpy(view, x, w, dy, stride, pad):
    """Yield what each step must show: the whole image grid, w or w', and the output grid; NaN for
    what is not known yet.
    """
    x, w, dy = map(np.atleast_2d, (x, w, dy))
    across = (
        ((0, 0), (pad, pad))
        if len(x) == 1 and len(w) == 1 and len(dy) == 1
        else ((pad, pad), (pad, pad))
    )
    (kh, kw), (M, N) = w.shape, dy.shape

    def correlate(image):
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(image, across), (kh, kw))[
            ::stride, ::stride
        ]
        return np.einsum("ijkl,kl->ij", windows, w)

    def sprayed(upstream):
        dx = np.zeros(np.pad(x, across).shape)
        for i, j in np.ndindex(M, N):
            dx[stride * i : stride * i + kh, stride * j : stride * j + kw] += upstream[i, j] * w
        return dx[across[0][0] :, across[1][0] :][: x.shape[0], : x.shape[1]]

    stepped = x if view in ("forward spray", "backward gather") else dy
    for k in range(stepped.size):
        first = (np.arange(stepped.size) <= k).reshape(stepped.shape)
        if view == "forward gather":
            yield np.pad(x, across), w, np.where(first, correlate(x), np.nan)
        elif view == "forward spray":
            yield np.pad(x, across), np.rot90(w, 2), correlate(np.where(first, x, 0))
        elif view == "backward spray":
            yield np.pad(sprayed(np.where(first, dy, 0)), across), w, dy
        else:
            yield np.pad(np.where(first, sprayed(dy), np.nan), across), np.rot90(w, 2), dy


def a_case(shape, size, stride, pad, seed):
    out = tuple((n + 2 * pad - k) // stride + 1 for n, k in zip(shape, size, strict=True))
    return quarters(seed, shape, size, out)


@pytest.mark.parametrize(("shape", "size", "stride", "pad"), SIZES)
def test_every_number_of_every_step_of_every_view_equals_numpys(show, shape, size, stride, pad):
    x, w, dy = a_case(shape, size, stride, pad, seed=len(shape) * 100 + stride)
    page = show(x, w, stride, pad, dy)
    for view in VIEWS:
        steps = viewed(page, view, LOOK)
        wanted = list(by_numpy(view, x, w, dy, stride, pad))
        assert len(steps) == len(wanted)
        for seen, rights in zip(steps, wanted, strict=True):
            for grid, right in zip(("pixel", "kernel", "output"), rights, strict=True):
                np.testing.assert_array_equal(numbers(seen[grid]), right, err_msg=f"{view}, {grid}")
                texts = [[text for _, text in row] for row in seen[grid]]
                assert texts == [["·" if np.isnan(v) else short(v) for v in row] for row in right]


@pytest.mark.parametrize(
    ("shape", "size", "stride", "pad"), [SIZES[0], SIZES[1], SIZES[3], SIZES[11], SIZES[12]]
)
def test_the_frames_lie_around_what_a_step_ties_together(show, shape, size, stride, pad):
    x, w, dy = a_case(shape, size, stride, pad, seed=5)
    page = show(x, w, stride, pad, dy)
    page.emulate_media(reduced_motion="reduce")
    up, (M, N) = pad if x.ndim == 2 else 0, np.atleast_2d(dy).shape
    W, (kh, kw) = x.shape[-1], np.atleast_2d(w).shape

    def window(i, j):
        return {f"{stride * i + u},{stride * j + v}" for u, v in np.ndindex(kh, kw)}

    for view in VIEWS:
        by_output = view in ("forward gather", "backward spray")
        for number, seen in enumerate(viewed(page, view, FRAMED)):
            i, j = divmod(number, N if by_output else W)
            own = f"{i},{j}" if by_output else f"{i + up},{j + pad}"
            seen_by = {f"{i},{j}" for i, j in np.ndindex(M, N) if own in window(i, j)}
            assert set(seen["output"]) == ({own} if by_output else seen_by), (view, number)
            assert set(seen["pixel"]) == (window(i, j) if by_output else {own}), (view, number)
            assert seen["labels"] == (kh * kw if by_output else len(seen_by))


def by_grid(frames: list[tuple[str, str, str]]) -> dict[str, set[str]]:
    """Return the places of the framed cells by grid, without the filter's."""
    return {
        name: {place for _, grid, place in frames if grid == name} for name in ("pixel", "output")
    }


@pytest.mark.parametrize(("shape", "size", "stride", "pad"), SIZES)
def test_the_still_picture_frames_what_the_live_one_frames_at_the_middle_step(
    show, show_widget, shape, size, stride, pad
):
    x, w, dy = a_case(shape, size, stride, pad, seed=7)
    page = show(x, w, stride, pad, dy)
    page.emulate_media(reduced_motion="reduce")
    for view in VIEWS:
        items = x if view in TURNED else dy
        middle = tuple(n // 2 for n in items.shape)
        live = viewed(page, view, FRAMES)[int(np.ravel_multi_index(middle, items.shape))]
        still = framed_in_still(spray(x, w, stride, pad, dy, view=view).still)
        del still["kernel"]
        assert by_grid(live) == still, view


def test_the_forward_views_alone_offer_no_stride_and_tell_nothing_of_dy(show):
    page = show([1, 2, 0, -1, 3, 5], [1, -2, 4], 2, view="forward spray", views="forward")
    assert page.locator(".views [type=radio]").evaluate_all("all => all.map(e => e.value)") == [
        "forward gather",
        "forward spray",
    ]
    assert page.get_by_label("stride", exact=True).count() == 0
    assert notes(page) == ["▨ Hatched: 1 pixel lies under no window. Nothing is read there."]
    for view in ("forward spray", "forward gather"):
        last = viewed(page, view, LOOK)[-1]
        np.testing.assert_array_equal(numbers(last["output"]), [[-3, 14]])
        words = page.locator("#here").evaluate("e => e.innerHTML")
        assert re.findall(r"\b(?:dy|dx|[Bb]ackward)\b", words) == []
    page.get_by_label("padding", exact=True).fill("1")
    assert numbers(viewed(page, "forward gather", LOOK)[-1]["output"]).shape == (1, 3)  # stride 2
    page.get_by_role("button", name="Reset").click()
    assert numbers(viewed(page, "forward gather", LOOK)[-1]["output"]).shape == (1, 2)


def test_the_sliders_and_the_fields_of_w_change_the_numbers_as_numpy_says(show):
    x, w = quarters(1, (6, 7), (3, 2))
    page = show(x, w)
    for stride, pad in ((1, 0), (1, 2), (4, 2)):
        for name, value in (("stride", stride), ("padding", pad)):
            page.get_by_label(name, exact=True).fill(str(value))
        dy = made_up(
            tuple((n + 2 * pad - k) // stride + 1 for n, k in zip(x.shape, w.shape, strict=True))
        )
        for view in VIEWS:
            last = viewed(page, view, LOOK)[-1]
            *_, right = by_numpy(view, x, w, dy, stride, pad)
            np.testing.assert_array_equal(numbers(last["pixel"]), right[0])
            np.testing.assert_array_equal(numbers(last["output"]), right[2])
    page.get_by_label("w[2,1]").fill("-7,5")
    page.get_by_label("w[0,0]").fill("-")  # not a number yet: marked, and nothing changes
    assert page.get_by_label("w[0,0]").get_attribute("aria-invalid") == "true"
    changed = w.copy()
    changed[2, 1] = -7.5
    last = viewed(page, "forward gather", LOOK)[-1]
    *_, right = by_numpy("forward gather", x, changed, dy, 4, 2)
    np.testing.assert_array_equal(numbers(last["output"]), right[2])
    page.get_by_role("button", name="Reset").click()
    last = viewed(page, "forward gather", LOOK)[-1]
    *_, right = by_numpy("forward gather", x, w, made_up((4, 6)), 1, 0)
    np.testing.assert_array_equal(numbers(last["output"]), right[2])


def test_long_numbers_are_written_as_in_python(show):
    rng = np.random.default_rng(0)
    values = rng.normal(size=144) * 10.0 ** rng.integers(-9, 12, 144)
    values[:8] = [0.1, -0.0, 99999, 123456, -99999, 1e21, -1.5e-7, 1 / 3]
    page = show(values.reshape(12, 12), np.ones((1, 1)))
    texts = page.locator("[data-grid=pixel] [role=cell]").all_text_contents()
    assert texts == [short(v) for v in values]
    boxes = page.evaluate("""() => [...document.querySelectorAll("[data-grid=pixel] [role=cell]")].map(
        c => c.querySelector("text").getBBox().width)""")
    assert max(width for width, text in zip(boxes, texts, strict=True) if len(text) <= 5) <= 42


WORKED = {
    (
        "forward gather",
        1,
    ): "y[1] is the dot product of w and 3 pixels of x: 1·1 + (−2)·2 + 4·0 = −3.",
    (
        "forward gather",
        0,
    ): "y[0] is the dot product of w and 3 pixels of x: 1·0 + (−2)·1 + 4·2 = 6. 1 of them is padding.",
    ("forward spray", 1): "x[1] = 2 times w′ is added onto 3 entries of y.",
    (
        "forward spray",
        0,
    ): "x[0] = 1 times w′ is added onto 2 entries of y. 1 number of w′ meets no output.",
    ("backward spray", 3): "dy[3] = 3 times w is added onto 3 pixels of dx.",
    (
        "backward spray",
        4,
    ): "dy[4] = 1 times w is added onto 2 pixels of dx. 1 number lands on the padding and falls off.",
    ("backward gather", 2): "dx[2] gathers 3 entries of dy with w′: 4·0 + (−2)·(−2) + 1·3 = 7.",
}


@pytest.mark.parametrize(("view", "at"), WORKED)
def test_the_sentence_says_the_step(show, view, at):
    page = show([1, 2, 0, -1, 3], [1, -2, 4], pad=1, dy=[1, 0, -2, 3, 1], view=view)
    page.get_by_label("step", exact=True).fill(str(at))
    assert sentence(page) == WORKED[view, at]


def test_an_image_is_told_with_rows_and_columns(show):
    dy = np.zeros((4, 5))
    dy[3, 1] = 8
    page = show(np.zeros((6, 7)), np.arange(9).reshape(3, 3), dy=dy)
    page.get_by_label("step", exact=True).fill("16")
    assert sentence(page) == "dy[3,1] = 8 times w is added onto 9 pixels of dx."


def test_pixels_under_no_window_are_hatched_and_told(show):
    page = show([1, 2, 0, -1, 3, 5], [1, -2, 4], stride=2, dy=[2, -1])
    assert page.locator("[data-dead]").evaluate_all("all => all.map(e => e.dataset.dead)") == [
        "0,5"
    ]
    assert "1 pixel lies under no window" in page.locator(".notes").inner_text()
    page.locator("[value='backward gather']").check()
    page.get_by_label("step", exact=True).fill("5")
    assert sentence(page) == "dx[5] lies under no window: no dy reaches it, and it stays 0."
    page = show(np.ones(7), np.ones(2), stride=3)
    assert page.locator("[data-dead]").evaluate_all("all => all.map(e => e.dataset.dead)") == [
        "0,2",
        "0,5",
        "0,6",
    ]


def test_a_convolution_whose_bias_is_left_out_says_so(show_widget):
    widget = spray([1, 2, 0], [1, -2], compare=[-3, 2]).without_bias()
    page = show_widget(widget)
    words = "These y are without b: b is subtracted from every y of the convolution."
    assert words in notes(page)
    assert words in widget.alternative
    page.locator("[value='backward spray']").check()
    assert words not in notes(page)  # b has no part in dx


def test_keys_in_a_field_of_w_are_the_fields(show):
    page = show([1, 2, 0, -1, 3], [1, -2, 4], pad=1)
    page.get_by_label("w[1]").focus()
    for key in ("End", "ArrowLeft", "Home", " "):
        page.keyboard.press(key)
    assert step(page) == "1 of 5"
    assert page.locator(".cnn-widget").get_attribute("data-lm-suppress-shortcuts") == "true"


def test_hovering_tells_what_a_pixel_gives_or_takes_and_a_click_keeps_it(show):
    page = show([1, 2, 0, -1, 3], [1, -2, 4], pad=1)
    before = sentence(page)
    page.locator("[data-grid=pixel] [data-at='0,2']").hover()  # behind one zero: x[1]
    assert sentence(page) == "x[1] = 2 times w′ is added onto 3 entries of y."
    assert page.locator(".share").all_text_contents() == ["+8", "−4", "+2"]
    page.mouse.move(0, 0)
    assert sentence(page) == before
    page.locator("[data-grid=output] [data-at='0,3']").click()
    page.mouse.move(0, 0)
    assert sentence(page).startswith("y[3] is the dot product of w")
    assert page.locator(".share").all_text_contents() == ["×1", "×−2", "×4"]
    page.locator(".stage").focus()
    page.keyboard.press("Escape")
    assert sentence(page) == before
    page.locator("[data-grid=pixel] [data-at='0,2']").hover()
    assert sentence(page).startswith("x[1] = 2 times")


def test_your_own_result_is_marked_where_it_is_wrong(show):
    x, w, dy = a_case((4, 5), (3, 2), 1, 1, seed=3)
    *_, (dx, _, _) = by_numpy("backward spray", x, w, dy, 1, 1)
    yours = dx[1:-1, 1:-1].copy()
    page = show(x, w, pad=1, dy=dy, compare=yours)
    assert "right in all 20 entries" in page.locator(".compared").inner_text()
    yours[0, 1] += 1
    yours[3, 4] = np.nan
    page = show(x, w, pad=1, dy=dy, compare=yours)
    assert page.locator("[data-apart]").evaluate_all("all => all.map(e => e.dataset.apart)") == [
        "0,1",
        "3,4",
    ]
    assert page.locator("[data-apart]:visible").count() == 2
    assert page.locator(".yours").all_text_contents() == [f"≠{short(yours[0, 1])}", "≠nan"]
    assert "differs in 2 of 20 entries: dx[0,1] is" in page.locator(".compared").inner_text()
    page.get_by_label("step", exact=True).fill("0")
    assert page.locator("[data-apart]:visible").count() == 0  # the sums shown are not finished
    page.locator("[value='backward gather']").check()
    for at, marked in ((0, 0), (1, 1), (18, 1), (19, 2)):
        page.get_by_label("step", exact=True).fill(str(at))
        assert page.locator("[data-apart]:visible").count() == marked
    page.locator("[value='forward gather']").check()  # a dx is not compared with y
    assert page.locator("[data-apart]").count() == page.locator(".compared").count() == 0
    page.locator("[value='backward spray']").check()
    page.get_by_label("stride", exact=True).fill("2")
    assert page.locator("[data-apart]").count() == 0
    assert "Reset brings them back" in page.locator(".compared").inner_text()
