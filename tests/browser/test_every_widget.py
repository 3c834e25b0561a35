"""What holds for every widget: hands, eyes and ears other than usual can use it, and it leaves
nothing behind.
"""

from __future__ import annotations

import itertools
import json
import re
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest
from examples import WIDGETS
from widget_page import LEFT_RUNNING, framed, scrolls, sentence, step, violations

from grader import jacobian_explorer, pool_router, relu_mask, spray, stride_trick, toeplitz_pair


@pytest.fixture(params=list(WIDGETS))
def page(request, show_widget):
    """A page with one example."""
    page = show_widget(WIDGETS[request.param]())
    page.set_viewport_size({"width": 1100, "height": 900})
    return page


def test_keys_and_buttons_step_and_jump(page):
    page.locator(".stage").focus()
    page.keyboard.press("Home")
    steps = int(step(page).removeprefix("1 of "))
    said = {sentence(page)}
    for key, told in (
        ("ArrowRight", 2),
        ("ArrowDown", 3),
        ("ArrowLeft", 2),
        ("ArrowUp", 1),
        ("End", steps),
        ("ArrowRight", steps),
    ):
        page.keyboard.press(key)
        assert step(page) == f"{told} of {steps}", key
        said.add(sentence(page))
    assert len(said) >= min(3, steps)
    page.keyboard.press("Home")
    page.get_by_role("button", name="one step on").click()
    page.keyboard.press("ArrowRight")  # the focus is on a button
    assert step(page) == f"3 of {steps}"
    page.get_by_role("button", name="one step back").click()
    assert step(page) == f"2 of {steps}"


def test_play_runs_to_the_end_and_is_silent_until_then(page):
    page.get_by_label("speed").fill("20")
    page.locator(".stage").focus()
    page.keyboard.press("Home")
    steps = step(page).removeprefix("1 of ")
    words = page.locator(".sentence")
    assert words.get_attribute("aria-live") == "polite"
    page.keyboard.press(" ")
    assert words.get_attribute("aria-live") == "off"
    page.get_by_text(f"{steps} of {steps}", exact=True).wait_for()
    page.get_by_role("button", name="play", exact=True).wait_for()
    assert words.get_attribute("aria-live") == "polite"


def test_cells_are_read_row_by_row_whatever_is_marked(page):
    read = """() => [...document.querySelectorAll("svg [data-grid]")].map(
      table => [...table.querySelectorAll(".cell")].map(cell => cell.dataset.at.split(",").map(Number)))"""
    page.locator(".stage").focus()
    for key in ("Home", "ArrowRight", "End"):
        page.keyboard.press(key)
        tables = page.evaluate(read)
        assert tables
        for cells in tables:
            assert cells == sorted(cells)
    unnamed = page.locator("svg > g:not([role=table]):not([role=grid]):not([aria-hidden=true])")
    assert unnamed.count() == 0


def test_dark_and_light_follow_the_theme_and_else_the_system(page):
    paper = "() => getComputedStyle(document.querySelector('.cnn-widget')).backgroundColor"
    theme = (
        "light => light === null ? delete document.body.dataset.jpThemeLight : "
        "(document.body.dataset.jpThemeLight = light)"
    )
    seen = {}
    for system, light in itertools.product(("light", "dark"), (None, "true", "false")):
        page.emulate_media(color_scheme=system)
        page.evaluate(theme, light)
        seen[system, light] = page.evaluate(paper)
    page.evaluate(theme, None)
    white, dark = "rgb(255, 255, 255)", "rgb(27, 27, 29)"
    assert seen == {
        ("light", None): white, ("light", "true"): white, ("light", "false"): dark,
        ("dark", None): dark, ("dark", "true"): white, ("dark", "false"): dark,
    }  # fmt: skip


def test_nothing_glides_when_the_reader_asks_for_less_motion(page):
    gliding = (
        "() => [...document.querySelectorAll('.frame, .glides')].map(e => "
        "getComputedStyle(e).transitionDuration)"
    )
    assert set(page.evaluate(gliding)) <= {"0.09s"}
    page.emulate_media(reduced_motion="reduce")
    assert set(page.evaluate(gliding)) <= {"0s"}


def test_the_focus_is_seen_wherever_it_goes(page):
    reached = []
    focused = (
        "() => [document.activeElement].map(at => [at.className || at.type, "
        "getComputedStyle(at).outline])[0]"
    )
    for _ in range(40):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(focused)
        if name is None:
            break
        reached.append(name)
        assert "solid 3px" in outline, reached
    assert "stage" in reached
    assert reached.count("button") >= 3


def test_stepping_leaves_nothing_behind(page):
    client = page.context.new_cdp_session(page)
    run = """() => {
      const slider = document.querySelector(".steps input"), steps = Number(slider.max) + 1;
      for (let k = 0; k < 500; k++) {
        slider.value = k % steps;
        slider.dispatchEvent(new Event("input"));
      }
    }"""

    def size():
        client.send("HeapProfiler.collectGarbage")
        return page.evaluate("document.querySelectorAll('*').length"), client.send(
            "Runtime.getHeapUsage"
        )["usedSize"]

    page.evaluate(run)
    before = size()
    page.evaluate(run)
    after = size()
    assert after[0] == before[0]
    assert after[1] - before[1] < 1_000_000
    assert page.evaluate(LEFT_RUNNING) == [0, 0]
    page.evaluate("delete window.unmount")


def test_a_page_of_700_pixels_does_not_scroll_sideways(page):
    assert not scrolls(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(page, scheme):
    assert violations(page, scheme) == []


def test_a_folded_widget_opens_and_closes(show_widget):
    page = show_widget(WIDGETS["spray"]().folded("Step through this case"))
    assert page.locator(".cnn-widget").count() == 0
    page.get_by_text("Step through this case").focus()
    page.keyboard.press("Enter")
    page.locator(".cnn-widget .stage").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert step(page).startswith("2 of")
    page.get_by_text("Step through this case").click()
    assert not page.locator(".cnn-widget").is_visible()
    page.get_by_text("Step through this case").click()
    assert step(page).startswith("2 of")  # where it was left


# An expression for the page: x, y, width and colour of every cell, by grid.
CELLS = """Object.fromEntries([...document.querySelectorAll("[data-grid]")].map(grid => [grid.dataset.grid,
  [...grid.querySelectorAll(".cell rect")].map(cell =>
    [...["x", "y", "width"].map(name => Number(cell.getAttribute(name))), getComputedStyle(cell).fill])]))"""
STILL = {
    **WIDGETS,
    "a row": lambda: spray([1, 2, 0, -1, 3, 5], [1, -2, 4], 2, 1, dy=[2, -1, 3]),
    "a row, forward alone": lambda: spray([1, 2, 0], [1, -2, 4], pad=1, views="forward"),
    "T alone": lambda: toeplitz_pair([1, -2, 4], 5, 1, views="forward"),
    "a row of the trick": lambda: stride_trick([1, 2, 0, -1, 3, 5], [1, -2, 4], 2),
    "zeros that are cut off": lambda: stride_trick(np.ones((4, 4)), np.ones((2, 2)), 2, 2),
    "a row of a ReLU": lambda: relu_mask([1, 0, -2, 3]),
    "a wide image": lambda: pool_router(np.arange(48).reshape(4, 12) % 5, dy=np.ones((2, 6))),
    "the gradient of W": lambda: jacobian_explorer([1, -2], [[3, 4, 5], [6, 7, 8]]),
}


def colours(fill: str) -> list[float] | None:
    """Return red, green and blue from 0 to 255 of a colour as a browser or a still picture has it."""
    if fill == "none":
        return None
    if fill.startswith("#"):
        return [int(fill[k : k + 2], 16) for k in (1, 3, 5)]
    parts = [float(part) for part in re.findall(r"[\d.]+", fill)[:3]]
    return [255 * part for part in parts] if fill.startswith("color(srgb") else parts


def alike(one: str, other: str) -> bool:
    """Tell whether two colours are the same, but for the rounding of a browser."""
    first, second = colours(one), colours(other)
    if first is None or second is None:
        return first == second
    return bool(np.allclose(first, second, atol=2))


def still_cells(widget) -> dict[str, list[tuple]]:
    """Return x, y, width and colour of every cell of a still picture, by grid.

    Of several drawings of a grid (slices, the student's own result) the first one counts.
    """
    svg = "{http://www.w3.org/2000/svg}"
    found = {}
    for group in ElementTree.fromstring(widget.still).iter(f"{svg}g"):
        cells = [cell for cell in group.findall(f"{svg}rect") if cell.get("class") == "cell"]
        if cells:
            found.setdefault(
                group.get("data-grid"),
                [
                    (*(float(cell.get(key)) for key in ("x", "y", "width")), cell.get("fill"))
                    for cell in cells
                ],
            )
    return found


@pytest.mark.parametrize("name", STILL)
def test_the_still_picture_has_its_cells_where_the_live_one_has_them(name, show_widget):
    widget = STILL[name]()
    page = show_widget(widget)
    page.locator(".stage").focus()
    page.keyboard.press("End")
    live = page.evaluate(CELLS)
    still = still_cells(widget)
    assert set(still) == set(live)
    for grid, cells in still.items():
        shown = live[grid]
        if (widget.kind, grid) == ("stride_trick", "strip"):  # the still one is without what is cut
            corners = {cell[:2] for cell in cells}
            shown = [cell for cell in shown if tuple(cell[:2]) in corners]
        places = np.array([[cell[:3] for cell in cells], [cell[:3] for cell in shown]])
        if grid == "kernel":  # the live one moves as a whole, and may be turned at the last step
            places[:, :, :2] -= places[:, :1, :2]
        np.testing.assert_allclose(*places, atol=0.01, err_msg=grid)
        for (*_, drawn), (*_, right) in zip(cells, shown, strict=True):
            assert grid == "kernel" or alike(drawn, right), (grid, drawn, right)


def every_widget_steps(page) -> None:
    """Step every widget of a notebook's outputs by keys."""
    page.locator("iframe:visible").nth(len(WIDGETS) - 1).wait_for(timeout=60_000)
    for widget in framed(page):
        widget.locator(".stage").focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")  # JupyterLab does not take it for a shortcut of its own
        assert widget.locator(".steps .told").inner_text().startswith("2 of")


@pytest.fixture(scope="module")
def saved(browser, lab, tmp_path_factory) -> str:
    """A notebook with every widget, run and saved in JupyterLab; then its kernel was shut down."""
    address, folder = lab
    tests = str(Path(__file__).resolve().parents[1])
    first = f"import sys\nsys.path.insert(0, {tests!r})\nfrom examples import WIDGETS"
    sources = [first, *(f"WIDGETS[{kind!r}]()" for kind in WIDGETS)]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    cells = list(map(nbformat.v4.new_code_cell, sources))
    book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    path = folder / "widgets.ipynb"
    nbformat.write(book, path)
    with watched(browser, f"{address}/lab/tree/widgets.ipynb?reset") as page:
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        every_widget_steps(page)
        page.screenshot(path=tmp_path_factory.mktemp("seen") / "widgets.png")
        with page.expect_response(lambda reply: reply.request.method == "PUT"):
            page.keyboard.press("Control+s")  # the focus is in a widget
    sessions = json.loads(asked(f"{address}/api/sessions"))
    for session in sessions:
        if session["path"] == "widgets.ipynb":
            asked(f"{address}/api/sessions/{session['id']}", "DELETE")
    return address


def asked(url: str, method: str = "GET") -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, method=method)) as reply:
        return reply.read()


@contextmanager
def watched(browser, url: str):
    """A tall page, which must leave no error."""
    page = browser.new_page(viewport={"width": 1150, "height": 900 * (len(WIDGETS) + 1)})
    errors = []
    page.on("pageerror", lambda error: errors.append(error))
    page.goto(url)
    yield page
    # Notebook 7 has errors of its own while it starts, in its files below /static/.
    assert [str(error) for error in errors if "/static/" not in (error.stack or "")] == []
    page.close()


@pytest.mark.parametrize("place", ["lab/tree/widgets.ipynb?reset", "notebooks/widgets.ipynb"])
def test_every_widget_of_a_notebook_that_is_opened_again_steps_without_a_kernel(
    browser, saved, place
):
    with watched(browser, f"{saved}/{place}") as page:
        page.route("**/api/kernels/**", lambda route: route.abort())
        every_widget_steps(page)
        assert page.locator(".jp-OutputArea img:visible").count() == 0


def test_a_notebook_that_is_not_trusted_shows_the_still_pictures(browser, saved, lab):
    _, folder = lab
    text = (folder / "widgets.ipynb").read_text(encoding="utf-8")
    (folder / "theirs.ipynb").write_text(text.replace("WIDGETS[", "WIDGETS ["), encoding="utf-8")
    with watched(browser, f"{saved}/lab/tree/theirs.ipynb?reset") as page:
        page.locator(".jp-OutputArea img:visible").nth(len(WIDGETS) - 1).wait_for(timeout=60_000)
        assert page.locator("iframe").count() == 0


def test_a_framed_widget_follows_the_theme_and_is_as_high_as_it_needs(browser, saved):
    with watched(browser, f"{saved}/lab/tree/widgets.ipynb?reset") as page:
        every_widget_steps(page)
        widget = framed(page)[0]
        colour = "() => getComputedStyle(document.querySelector('.cnn-widget')).backgroundColor"
        light = widget.evaluate(colour)
        page.add_style_tag(
            content=".jp-OutputArea { color-scheme: dark }"
        )  # as the dark theme does
        page.evaluate("document.body.dataset.jpThemeLight = 'false'")
        widget.wait_for_function(f"light => ({colour})() !== light", arg=light)
        scheme = "e => getComputedStyle(e).colorScheme"
        for each in page.locator(".jp-OutputArea iframe").all():  # else its ground is opaque
            root = each.content_frame.locator("html")
            assert root.evaluate(scheme) == each.evaluate(scheme)
        for each in framed(page):
            assert each.evaluate("() => document.documentElement.scrollHeight <= innerHeight")
