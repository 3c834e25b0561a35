"""The Toeplitz pair in Chromium: every number equals numpy's, and every line is told in words."""

from __future__ import annotations

import re

import numpy as np
import pytest
from support import framed_in_still, quarters
from widget_page import FRAMED, GRIDS, numbers, sentence

from grader import toeplitz_pair
from grader.widgets.grids import made_up
from grader.widgets.still_picture import short
from grader.widgets.toeplitz_pair import matrix

# Goes through a reading with the step slider; returns for every step the numbers and texts of the
# six grids, the cells in the
# four frames, and the labels.
STEPS = f"""reading => {{
  const grids = () => {GRIDS};
  document.querySelector(`[value="${{reading}}"]`).click();
  const slider = document.querySelector(".steps input"), seen = [];
  const cells = [...document.querySelectorAll(".cell")], name = cell => cell.closest("[data-grid]").dataset.grid;
  const inside = frame => {{
    const box = frame.getBoundingClientRect();
    return cells.filter(cell => {{
      const own = cell.getBoundingClientRect(), x = own.x + own.width / 2, y = own.y + own.height / 2;
      return box.left < x && x < box.right && box.top < y && y < box.bottom;
    }}).map(cell => `${{name(cell)}} ${{cell.dataset.at}}`);
  }};
  for (let step = 0; step <= Number(slider.max); step++) {{
    slider.value = step;
    slider.dispatchEvent(new Event("input"));
    const framed = [...document.querySelectorAll(".frame")].map(frame => frame.style.display ? [] : inside(frame));
    seen.push({{grids: grids(), framed, labels: [...document.querySelectorAll(".share")].map(e => e.textContent)}});
  }}
  return seen;
}}"""
READINGS = ["forward gather", "forward spray", "backward spray", "backward gather"]
SIZES = [
    (3, 5, 1),
    (3, 5, 0),
    (1, 1, 0),
    (2, 1, 1),
    (4, 6, 2),
    (2, 4, 3),
    (12, 12, 0),
    (1, 12, 0),
    (7, 3, 4),
]  # k, n, pad


@pytest.fixture
def show(show_widget):
    """Return what puts a Toeplitz pair into the page."""
    return lambda *args, **kwargs: show_widget(toeplitz_pair(*args, **kwargs))


def check_all(page, T, x, dy):
    """Compare every number, text, frame and label of every step with numpy's."""
    for reading in READINGS:
        forward, gather = reading.startswith("forward"), reading.endswith("gather")
        A, source = (T, x) if forward else (T.T, dy)
        steps = page.evaluate(STEPS, reading)
        assert len(steps) == A.shape[0 if gather else 1]
        for k, seen in enumerate(steps):
            first = np.arange(len(source)) <= k
            made = (
                np.where(np.arange(len(A)) <= k, A @ source, np.nan)
                if gather
                else A @ np.where(first, source, 0)
            )
            right = {
                "x": x[None],
                "T": T,
                "y": (T @ x)[:, None],
                "dy": dy[None],
                "Tᵀ": T.T,
                "dx": (T.T @ dy)[:, None],
            }
            right["y" if forward else "dx"] = made[:, None]
            for name, values in right.items():
                np.testing.assert_array_equal(
                    numbers(seen["grids"][name]), values, err_msg=f"{reading}, {name}"
                )
                texts = [[text for _, text in row] for row in seen["grids"][name]]
                assert texts == [["·" if np.isnan(v) else short(v) for v in row] for row in values]
            check_frames(seen, k, A, source, forward, gather)


def check_frames(seen, k, A, source, forward, gather):
    """No weight is 0, so a line's entries that are not 0 are those that are framed."""
    names = ("x", "T", "y", "Tᵀ") if forward else ("dy", "Tᵀ", "dx", "T")
    places = np.flatnonzero(A[k] if gather else A[:, k])
    line = {(k, int(p)) if gather else (int(p), k) for p in places}
    rows, columns = {i for i, _ in line}, {j for _, j in line}
    wanted = [
        {f"{names[0]} 0,{j}" for j in columns},
        {f"{names[2]} {i},0" for i in rows},
        {f"{names[1]} {i},{j}" for i, j in line},
        {f"{names[3]} {j},{i}" for i, j in line},
    ]
    assert [set(cells) for cells in seen["framed"]] == wanted
    weights = [A[k, p] if gather else A[p, k] * source[k] for p in places]
    assert seen["labels"] == [
        f"×{short(v)}" if gather else f"{'' if v < 0 else '+'}{short(v)}" for v in weights
    ]


@pytest.mark.parametrize(("k", "n", "pad"), SIZES)
def test_every_number_and_frame_of_every_line_equals_numpys(show, k, n, pad):
    m = n + 2 * pad - k + 1
    w, x, dy = quarters(k + n, (k,), (n,), (m,))
    w = np.where(w == 0, 0.25, w)
    page = show(w, n, pad, x, dy)
    page.emulate_media(reduced_motion="reduce")
    check_all(page, matrix(w, n, m, pad), x, dy)


def test_padding_and_the_fields_of_w_change_the_numbers_as_numpy_says(show):
    page = show([1, -2, 4], 5)
    page.emulate_media(reduced_motion="reduce")
    x = np.array([3.0, 0, -2, 4, 1])
    for pad in (1, 3, 0, 2):
        page.get_by_label("padding").fill(str(pad))
        page.get_by_label("w[2]").fill(str(pad - 5))
        m = 3 + 2 * pad
        check_all(page, matrix(np.array([1.0, -2.0, pad - 5.0]), 5, m, pad), x, made_up((m,)))
    page.get_by_role("button", name="Reset").click()
    check_all(page, matrix(np.array([1.0, -2.0, 4.0]), 5, 3, 0), x, made_up((3,)))


WORKED = {
    ("forward gather", 2): "Row 2 of T holds w in columns 1 to 3: y[2] = 1·2 + (−2)·0 + 4·(−1) = −2. "
    "The same numbers: column 2 of Tᵀ.",
    ("forward gather", 0): "Row 0 of T holds (−2, 4), a part of w, in columns 0 to 1: y[0] = (−2)·1 + 4·2 = 6. "
    "The same numbers: column 0 of Tᵀ.",
    ("forward spray", 1): "Column 1 of T holds w reversed in rows 0 to 2: x[1] = 2 adds 2·(4, −2, 1) onto y[0] to y[2]. "
    "The same numbers: row 1 of Tᵀ.",
    ("forward spray", 2): "Column 2 of T holds w reversed in rows 1 to 3: x[2] = 0 adds 0·(4, −2, 1) onto y[1] to y[3]. "
    "Zeros: nothing changes. The same numbers: row 2 of Tᵀ.",
    ("backward spray", 2): "Column 2 of Tᵀ holds w in rows 1 to 3: dy[2] = −2 adds (−2)·(1, −2, 4) onto dx[1] to dx[3]. "
    "The same numbers: row 2 of T.",
    ("backward gather", 2): "Row 2 of Tᵀ holds w reversed in columns 1 to 3: dx[2] = 4·0 + (−2)·(−2) + 1·3 = 7. "
    "The same numbers: column 2 of T.",
}  # fmt: skip


@pytest.mark.parametrize(("reading", "at"), WORKED)
def test_the_sentence_says_the_line(show, reading, at):
    page = show([1, -2, 4], 5, 1, [1, 2, 0, -1, 3], [1, 0, -2, 3, 1])
    page.locator(f"[value='{reading}']").check()
    page.get_by_label("step", exact=True).fill(str(at))
    assert sentence(page) == WORKED[reading, at]


def test_a_line_in_the_padding_holds_zeros_only(show):
    page = show([5], 2, 1, [1, 2], [3, 4, 5, 6])
    assert sentence(page) == (
        "Row 0 of T holds zeros only: the window of y[0] lies in the padding. y[0] = 0. The same "
        "numbers: column 0 of Tᵀ."
    )
    page.locator("[value='backward spray']").check()
    assert "lies in the padding. dy[0] is added onto nothing." in sentence(page)
    page.get_by_label("step", exact=True).fill("1")
    assert sentence(page).startswith(
        "Column 1 of Tᵀ holds w in row 0: dy[1] = 4 adds 4·(5) onto dx[0]."
    )


def test_hovering_ties_an_entry_or_a_line_and_a_click_keeps_it(show):
    page = show([1, -2, 4], 5, 1, [1, 2, 0, -1, 3], [1, 0, -2, 3, 1])
    before = sentence(page)
    page.locator("[data-grid='Tᵀ'] [data-at='1,2']").hover()
    assert (
        sentence(page)
        == "T[2,1] = w[0] = 1 takes x[1] to y[2]. It is Tᵀ[1,2], too, and takes dy[2] back to dx[1]."
    )
    page.locator("[data-grid='T'] [data-at='0,4']").hover()
    assert sentence(page) == (
        "T[0,4] = 0: the window of y[0] does not reach x[4], and dy[0] does not reach dx[4]. It is "
        "Tᵀ[4,0], too."
    )
    for grid, at, told in (
        ("x", "0,1", "Column 1 of T"),
        ("y", "2,0", "Row 2 of T "),
        ("dy", "0,2", "Column 2 of Tᵀ"),
        ("dx", "2,0", "Row 2 of Tᵀ"),
    ):
        page.locator(f"[data-grid={grid}] [data-at='{at}']").hover()
        assert sentence(page).startswith(told)
    page.locator("[data-grid=dx] [data-at='2,0']").click()
    page.mouse.move(0, 0)
    assert sentence(page).startswith("Row 2 of Tᵀ")
    page.locator(".stage").focus()
    page.keyboard.press("Escape")
    assert sentence(page) == before


def test_your_own_matrix_is_marked_where_it_is_wrong(show):
    T = matrix(np.array([1.0, -2.0, 4.0]), 5, 5, 1)
    page = show([1, -2, 4], 5, 1, compare=T)
    assert page.locator(".compared").inner_text() == "✓ Your T is right in all 25 entries."
    assert (
        page.locator(".steps .told").inner_text() == "1 of 5"
    )  # T is whole from the first line on
    wrong = T.copy()
    wrong[0, 0], wrong[3, 4] = np.inf, 1
    page = show([1, -2, 4], 5, 1, compare=wrong)
    assert page.locator("[data-apart]").evaluate_all("all => all.map(e => e.dataset.apart)") == [
        "0,0",
        "3,4",
    ]
    assert page.locator(".yours").all_text_contents() == ["≠inf", "≠1"]
    assert (
        "differs in 2 of 25 entries: T[0,0] is inf, right is −2; T[3,4] is 1, right is 4."
        in page.locator(".compared").inner_text()
    )
    page.get_by_label("padding").fill("2")
    assert page.locator("[data-apart]").count() == 0
    assert (
        "belongs to padding 1 and the first w: Reset brings them back"
        in page.locator(".compared").inner_text()
    )


def test_the_matrix_alone_has_two_readings_and_tells_nothing_of_its_transpose(show):
    wrong = matrix(np.array([1.0, -2.0, 4.0]), 5, 5, 1)
    wrong[0, 0] = 9
    page = show([1, -2, 4], 5, 1, [1, 2, 0, -1, 3], views="forward", compare=wrong)
    readings = page.locator(".views [type=radio]").evaluate_all("all => all.map(e => e.value)")
    assert readings == READINGS[:2]
    assert list(page.evaluate(f"() => {GRIDS}")) == ["x", "T", "y"]
    told = [page.locator("#here").evaluate("e => e.innerHTML")]
    for reading in readings:
        page.locator(f"[value='{reading}']").check()
        for step in range(5):
            page.get_by_label("step", exact=True).fill(str(step))
            told.append(sentence(page))
    assert "Row 2 of T holds w in columns 1 to 3: y[2] = 1·2 + (−2)·0 + 4·(−1) = −2." in told
    for place in ("1,2", "0,4"):
        page.locator(f"[data-grid=T] [data-at='{place}']").hover()
        told.append(sentence(page))
    assert told[-2:] == [
        "T[1,2] = w[2] = 4 takes x[2] to y[1].",
        "T[0,4] = 0: the window of y[0] does not reach x[4].",
    ]
    assert re.findall(r"Tᵀ|transpose|\b(?:dy|dx)\b", " ".join(told)) == []


def test_the_frames_of_the_still_picture_are_those_of_both_passes_at_the_middle_output(show):
    page = show([1, -2, 4], 6, 1, [1, 2, 0, -1, 3, 5])
    page.emulate_media(reduced_motion="reduce")
    frames = []
    for reading in ("forward gather", "backward spray"):
        page.locator(f"[value='{reading}']").check()
        page.get_by_label("step", exact=True).fill("3")
        frames += page.evaluate(FRAMED)
    still = framed_in_still(toeplitz_pair([1, -2, 4], 6, 1, [1, 2, 0, -1, 3, 5]).still)
    assert {name: {at for _, grid, at in frames if grid == name} for name in still} == still
