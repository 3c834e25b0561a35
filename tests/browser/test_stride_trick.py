"""The stride trick in Chromium: every number of every stage, window and spray equals numpy's, the
mistakes' too.
"""

from __future__ import annotations

import numpy as np
import pytest
from support import quarters
from widget_page import GRIDS, numbers, sentence

from grader import stride_trick
from grader.widgets.grids import made_up
from grader.widgets.still_picture import short

# Goes through a way with the step slider; returns for every step the numbers and texts of the
# grids, the cells that are seen of
# dy with its zeros, those that are cut off, those marked, and the labels.
STEPS = f"""([way, zeros]) => {{
  for (const value of [way, zeros]) document.querySelector(`[value="${{value}}"]`).click();
  const slider = document.querySelector(".steps input"), seen = [];
  const shown = mark => mark.style.display !== "none", all = what => [...document.querySelectorAll(what)];
  for (let step = 0; step <= Number(slider.max); step++) {{
    slider.value = step;
    slider.dispatchEvent(new Event("input"));
    seen.push({{
      grids: {GRIDS},
      seen: all("[data-grid=strip] .cell").map(e => e.style.visibility !== "hidden"),
      cut: all("[data-dead^=cut]").filter(shown).length,
      apart: all("[data-apart]").filter(e => shown(e.parentNode)).map(e => e.dataset.apart),
    }});
  }}
  return seen;
}}"""
LEFT_OUT = {"nothing": "", "end": "e", "between": "b", "both": "be"}

# x, w, stride, pad: a remainder, none, holes, crops, one output, one entry, one axis cut and the
# other padded, the largest
SIZES = [
    ((6,), (3,), 2, 0),
    ((7,), (3,), 2, 1),
    ((9,), (2,), 3, 0),
    ((6,), (2,), 3, 2),
    ((4,), (4,), 2, 0),
    ((1,), (1,), 1, 0),
    ((16,), (5,), 4, 2),
    ((6, 7), (3, 2), 2, 0),
    ((4, 5), (1, 3), 2, 1),
    ((5, 6), (2, 3), 3, 1),
    ((3, 2), (2, 2), 1, 2),
    ((7, 7), (3, 3), 2, 1),
]


@pytest.fixture
def show(show_widget):
    """Return what puts a stride trick into the page."""
    return lambda *args, **kwargs: show_widget(stride_trick(*args, **kwargs))


def axis(n, k, stride, pad, left):
    """Return for every place of one axis which dy stands there (-1: a zero), its stage, and whether
    it is cut off.
    """
    m, r = (n + 2 * pad - k) // stride + 1, (n + 2 * pad - k) % stride
    step, around = 1 if "b" in left else stride, k - 1 - pad
    where = np.full((m - 1) * step + 1, -1)
    where[::step] = np.arange(m)
    stages = [np.ones(len(where), int)]
    if "e" not in left:
        where, stages = np.pad(where, (0, r), constant_values=-1), [*stages, np.full(r, 2)]
    stage = np.concatenate(stages)
    cut = np.zeros(len(where), bool)
    if around >= 0:
        where, stage, cut = (
            np.pad(a, around, constant_values=fill)
            for a, fill in ((where, -1), (stage, 3), (cut, False))
        )
    else:
        cut[:-around] = cut[around:] = True
    return where, stage, cut


def by_numpy(x, w, dy, stride, pad, left):
    """Return dy with zeros, its stages, what is cut, dx by the trick (NaN: missing), which windows
    fit, and dx by the spray.
    """
    row = x.ndim == 1
    x, w, dy = map(np.atleast_2d, (x, w, dy))
    (wy, sy, cy), (wx, sx, cx) = (
        axis(n, k, 1 if flat else stride, 0 if flat else pad, left)
        for n, k, flat in zip(x.shape, w.shape, (row, False), strict=True)
    )
    strip = np.where((wy[:, None] >= 0) & (wx >= 0), dy[wy[:, None], wx], 0.0)
    stage, cut = np.maximum(sy[:, None], sx), cy[:, None] | cx
    final, fits = strip[np.ix_(~cy, ~cx)], np.zeros(x.shape, bool)
    made = np.full(x.shape, np.nan)
    for a, b in np.ndindex(x.shape):
        window = final[a : a + w.shape[0], b : b + w.shape[1]]
        if window.shape == w.shape:
            fits[a, b], made[a, b] = True, np.sum(window * w[::-1, ::-1])
    return strip, stage, cut, made, fits


def sprayed(x, w, dy, stride, pad, count):
    """Return dx when the first entries of dy have been sprayed."""
    pads = [0, pad] if x.ndim == 1 else [pad, pad]
    x, w, dy = map(np.atleast_2d, (x, w, dy))
    dx = np.zeros([n + 2 * p for n, p in zip(x.shape, pads, strict=True)])
    for i, j in [divmod(k, dy.shape[1]) for k in range(count)]:
        dx[stride * i : stride * i + w.shape[0], stride * j : stride * j + w.shape[1]] += (
            dy[i, j] * w
        )
    return dx[pads[0] :, pads[1] :][: x.shape[0], : x.shape[1]]


def check_step(seen, wanted, shown, cut):
    for name, right in wanted.items():
        np.testing.assert_array_equal(numbers(seen["grids"][name]), right, err_msg=name)
        texts = [[text for _, text in row] for row in seen["grids"][name]]
        assert texts == [["·" if np.isnan(v) else short(v) for v in row] for row in right], name
    np.testing.assert_array_equal(seen["seen"], shown.ravel())
    assert seen["cut"] == cut


def check_all(page, x, w, dy, stride, pad):
    """Compare every number of every step of both ways, with every mistake, with numpy's."""
    right, two = sprayed(x, w, dy, stride, pad, dy.size), np.atleast_2d(dy)
    W = np.atleast_2d(w)
    for zeros, left in LEFT_OUT.items():
        strip, stage, cut, made, fits = by_numpy(x, w, dy, stride, pad, left)
        slips = [f"trick {a},{b}" for a, b in np.ndindex(right.shape) if made[a, b] != right[a, b]]
        assert left or not slips
        steps = page.evaluate(STEPS, ["trick", zeros])
        assert len(steps) == 4 + fits.sum()
        order = np.where(
            fits, fits.cumsum().reshape(fits.shape) - 1, fits.sum() - 1
        )  # the window after which a dx is judged
        for k, seen in enumerate(steps):
            known = np.where(fits & (order <= k - 4), made, np.nan)
            wanted = {
                "dy": two,
                "strip": np.where(stage <= k, strip, np.nan),
                "kernel": W[::-1, ::-1],
            }
            check_step(
                seen,
                wanted | {"trick": known, "spray": right},
                stage <= k,
                cut.sum() if k >= 3 else 0,
            )
            assert seen["apart"] == [
                s for s in slips if order[tuple(map(int, s[6:].split(",")))] <= k - 4
            ]
        for k, seen in enumerate(page.evaluate(STEPS, ["spray", zeros])):
            wanted = {"dy": two, "strip": strip, "kernel": W, "trick": made}
            check_step(
                seen,
                wanted | {"spray": sprayed(x, w, dy, stride, pad, k + 1)},
                stage <= 3,
                cut.sum(),
            )
            assert seen["apart"] == slips


@pytest.mark.parametrize(("shape", "size", "stride", "pad"), SIZES)
def test_every_number_of_every_step_equals_numpys(show, shape, size, stride, pad):
    out = tuple((n + 2 * pad - k) // stride + 1 for n, k in zip(shape, size, strict=True))
    x, w, dy = quarters(sum(shape) + stride, shape, size, out)
    check_all(show(x, w, stride, pad, dy), x, w, dy, stride, pad)


def test_sliders_and_fields_change_the_numbers_as_numpy_says(show):
    x, w = quarters(3, (7,), (3,))
    page, changed = show(x, w), w.copy()
    for stride, pad, value in ((3, 1, 5.0), (1, 3, -2.0), (4, 0, 0.5)):
        page.get_by_label("stride", exact=True).fill(str(stride))
        page.get_by_label("padding").fill(str(pad))
        page.get_by_label("w[1]").fill(str(value))
        changed[1] = value
        check_all(page, x, changed, made_up(((7 + 2 * pad - 3) // stride + 1,)), stride, pad)
    page.get_by_role("button", name="Reset").click()
    check_all(page, x, w, made_up((3,)), 2, 0)


ROW = {"x": [1, 2, 0, -1, 3, 5], "w": [1, -2, 4], "stride": 2, "dy": [2, -1]}
WORKED = [
    "dy has 2 numbers. Their windows lie 2 pixels apart, but a filter that moves by 1 treats them "
    "as neighbours.",
    "Dilate: s − 1 = 1 zero between neighbours, in the places of the outputs that the stride has "
    "dropped. dy has 3 numbers now.",
    "At the end: r = (n + 2p − k) mod s = (6 + 0 − 3) mod 2 = 1 zero, for the outputs dropped "
    "behind the last one. "
    "dy has 4 numbers now.",
    "At each end k − 1 − p = 2: 2 zeros more. dy has 8 numbers now.",
    "dx[0] = 1·2 = 2: w′ meets dy[0] and zeros. The spray adds the same products.",
    "dx[1] = (−2)·2 = −4: w′ meets dy[0] and zeros. The spray adds the same products.",
    "dx[2] = 4·2 + 1·(−1) = 7: w′ meets dy[0], dy[1] and zeros. The spray adds the same products.",
    "dx[3] = (−2)·(−1) = 2: w′ meets dy[1] and zeros. The spray adds the same products.",
    "dx[4] = 4·(−1) = −4: w′ meets dy[1] and zeros. The spray adds the same products.",
    "dx[5] = 0: w′ meets zeros only. No window of x has seen this pixel.",
]
MISTAKEN = {
    ("between", 1): "Left out: s − 1 = 1 zero between neighbours. dy still has 2 numbers.",
    (
        "between",
        5,
    ): "dx[1] = (−2)·2 + 1·(−1) = −5: w′ meets dy[0], dy[1] and zeros. ≠ The spray says −4.",
    ("between", 4): "dx[0] = 1·2 = 2: w′ meets dy[0] and zeros. The spray says so, too.",
    (
        "end",
        2,
    ): "Left out at the end: r = (n + 2p − k) mod s = (6 + 0 − 3) mod 2 = 1 zero. dy still has 3 numbers.",
}


def test_the_worked_example_is_told_stage_by_stage(show):
    page = show(**ROW)
    for step, told in enumerate(WORKED):
        page.get_by_label("step", exact=True).fill(str(step))
        assert sentence(page) == told
    page.locator("[value=spray]").check()
    assert sentence(page) == "dy[0] = 2 times w is added onto 3 pixels of dx."


@pytest.mark.parametrize(("zeros", "step"), MISTAKEN)
def test_a_mistake_is_told(show, zeros, step):
    page = show(**ROW)
    page.locator(f"[value={zeros}]").check()
    page.get_by_label("step", exact=True).fill(str(step))
    assert sentence(page) == MISTAKEN[zeros, step]


def test_what_goes_wrong_is_counted(show):
    page = show(**ROW)
    told = page.locator(".compared")
    assert told.count() == 0
    for zeros, words in (
        ("end", "≠ Without these zeros 1 of 6 entries of dx is missing."),
        (
            "between",
            "≠ Without these zeros 5 of 6 entries of dx are not right, and 1 of them is missing.",
        ),
        (
            "both",
            "≠ Without these zeros 5 of 6 entries of dx are not right, and 2 of them are missing.",
        ),
    ):
        page.locator(f"[value={zeros}]").check()
        assert told.inner_text() == words
    page.locator("[value=end]").check()
    page.locator("[data-grid=trick] [data-at='0,5']").hover()
    assert sentence(page) == "dx[5] is missing: w′ has no place left. ≠ The spray says 0."
    page.get_by_label("padding").fill("1")  # r is 1 still, but behind the last pixel lies padding
    page.get_by_label("stride", exact=True).fill("1")
    assert told.inner_text() == "✓ Nothing goes wrong here."


def test_an_image_is_told_with_rows_and_columns(show):
    page = show(np.ones((6, 7)), np.ones((3, 2)), 2, 1)
    for step, told in (
        (1, "Dilate: s − 1 = 1 zero between neighbours"),
        (2, "At the end: r = (H + 2p − kh) mod s = (6 + 2 − 3) mod 2 = 1 row of zeros and r = (W + 2p − kw) mod s = "
            "(7 + 2 − 2) mod 2 = 1 column of zeros, for"),
        (3, "At each end kh − 1 − p = 1: 1 row of zeros more and kw − 1 − p = 0: 0 columns of zeros more. "
            "dy has 8 × 8 numbers now."),
    ):  # fmt: skip
        page.get_by_label("step", exact=True).fill(str(step))
        assert sentence(page).startswith(told)
    page = show(np.ones(4), np.ones(1), 1, 1)
    page.get_by_label("step", exact=True).fill("3")
    assert sentence(page) == "At each end k − 1 − p = −1: 1 number cut off. dy has 4 numbers now."


def test_hovering_tells_where_a_zero_comes_from_and_what_a_dy_sprays(show):
    page = show(**ROW)
    page.get_by_label("step", exact=True).fill("9")
    before = sentence(page)
    for at, told in (
        (0, "A zero around"),
        (3, "A zero between"),
        (5, "A zero at the end"),
        (4, "dy[1] = −1 times w"),
    ):
        page.locator(f"[data-grid=strip] [data-at='0,{at}']").hover()
        assert sentence(page).startswith(told)
    assert page.locator(".share").all_text_contents() == ["−1", "+2", "−4"]
    page.locator("[data-grid=spray] [data-at='0,2']").click()
    page.mouse.move(0, 0)
    assert sentence(page) == WORKED[6]
    assert page.locator(".share").all_text_contents() == ["×4", "×1"]
    page.locator(".stage").focus()
    page.keyboard.press("Escape")
    assert sentence(page) == before


def test_your_own_result_is_marked_where_it_is_wrong(show):
    page = show(**ROW, compare=[2, -4, 7, 2, -4, 0])
    assert page.locator(".compared").inner_text() == "✓ Your dx is right in all 6 entries."
    assert (
        page.locator(".note").inner_text()
        == "▨ Hatched: 1 pixel lies under no window. Its dx is 0."
    )
    page = show(**ROW, compare=[2, -4, 8, 2, -4, np.nan])
    assert page.locator("[data-apart]:visible").evaluate_all(
        "all => all.map(e => e.dataset.apart)"
    ) == ["0,2", "0,5"]
    assert page.locator(".yours").all_text_contents() == ["≠8", "≠nan"]
    assert (
        "differs in 2 of 6 entries: dx[2] is 8, right is 7"
        in page.locator(".compared").inner_text()
    )
    page.locator("[value=spray]").check()
    page.get_by_label("step", exact=True).fill("0")
    assert page.locator("[data-apart]:visible").evaluate_all(
        "all => all.map(e => e.dataset.apart)"
    ) == ["0,5"]
    page.get_by_label("stride", exact=True).fill("1")
    assert (
        "belongs to stride 2, padding 0 and the first w: Reset brings them back"
        in page.locator(".compared").inner_text()
    )
