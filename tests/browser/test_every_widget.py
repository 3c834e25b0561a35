"""What holds for every widget: hands, eyes and ears other than usual can use it, and it leaves
nothing behind.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from examples import WIDGETS
from widget_page import LEFT_RUNNING, scrolls, sentence, step, violations


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


def test_every_widget_steps_in_jupyterlab(browser, lab, tmp_path):
    address, folder = lab
    first = (
        f"import sys\nsys.path.insert(0, {str(Path(__file__).resolve().parents[1])!r})\nfrom "
        "examples import WIDGETS"
    )
    sources = [first, *(f"WIDGETS[{kind!r}]()" for kind in WIDGETS)]
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{n}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for n, source in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}
    (folder / "widgets.ipynb").write_text(json.dumps(book))
    page = browser.new_page(viewport={"width": 1150, "height": 900 * len(sources)})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{address}/lab/tree/widgets.ipynb?reset")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".cnn-widget .stage").nth(len(WIDGETS) - 1).wait_for(timeout=60_000)
    for stage in page.locator(".cnn-widget").all():
        stage.locator(".stage").focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")  # JupyterLab does not take it for a shortcut of its own
        assert stage.locator(".steps .told").inner_text().startswith("2 of")
    page.screenshot(path=tmp_path / "widgets.png")
    assert errors == []
    page.close()
