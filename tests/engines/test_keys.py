"""Every widget as a saved notebook holds it, stepped by keys in three engines: Chromium, Firefox and
WebKitGTK.

The page is a file, and the widget the HTML of its output: no kernel and no server is there.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from engines import Engine
from examples import WIDGETS
from last_step import NUMBERS, SENTENCES, Grids, spray
from support import SCREENSHOTS
from widget_page import GRIDS, numbers

from grader.widgets.still_picture import short

# The page notes each key that reaches it, and takes those with Control, as JupyterLab does. It is
# higher than a window, so that a key which the widget does not take would scroll it.
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A saved widget</title><script>
window.errors = [];
window.keys = [];
addEventListener("keydown", (event) => {{
  keys.push(event.key);
  if (event.ctrlKey) event.preventDefault();
}});
</script></head><body>{output}<div style="height: 3000px"></div></body></html>"""
# WebKitGTK's driver does not tell what the console says, so the frame itself tells the page.
HEAD = """<head><script>
addEventListener("error", (event) => parent.errors.push(event.message));
console.error = (...words) => parent.errors.push(words.join(" "));
</script>"""

LOOK = f"""({{
  step: document.querySelector(".steps .told").textContent,
  sentence: document.querySelector(".sentence").textContent,
  grids: {GRIDS},
}})"""
PLAYER = """[
  [...document.querySelectorAll("button")][1].textContent,
  document.querySelector(".sentence").getAttribute("aria-live"),
]"""
SPEED = "document.querySelector('[aria-label=speed]')"
FRAMED = """({
  focused: document.activeElement.className,
  fits: document.documentElement.offsetHeight === innerHeight,
  shown: !frameElement.hidden && frameElement.previousElementSibling.hidden,
})"""
LONG = 30  # seconds, for a busy machine

# Selenium's own class calls its own deprecated argument.
pytestmark = pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning")


class Saved:
    """A widget's output, opened in an engine; its scripts run in the widget's frame."""

    def __init__(self, engine: Engine, html: str, path: Path) -> None:
        self._engine = engine
        self.press = engine.press
        self.outside = engine.read  # the page round the frame
        assert html.count("<head>") == 1
        path.write_text(PAGE.format(output=html.replace("<head>", HEAD)), encoding="utf-8")
        engine.open(path)

    def read(self, expression: str) -> Any:
        frame = "document.querySelector('iframe').contentWindow"
        return self.outside(f"{frame}.eval({json.dumps(expression)})")

    def until(self, expression: str, wanted: object) -> None:
        end = time.monotonic() + LONG
        while (seen := self.read(expression)) != wanted:
            assert time.monotonic() < end, f"{expression} is {seen!r} and not {wanted!r}"

    def keep_picture(self, kind: str) -> None:
        """Keep a picture for people to look at, of what is drawn when nothing glides any more."""
        self.until("document.getAnimations().length", 0)
        self.read("requestAnimationFrame(() => requestAnimationFrame(() => (window.drawn = true)))")
        self.until("window.drawn", True)
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self._engine.picture(SCREENSHOTS / f"{kind} in {type(self._engine).__name__}.png")

    def tab_to_the_picture(self) -> None:
        for _ in range(10):
            self.press("Tab")
            if self.read(FRAMED)["focused"] == "stage":
                break
        assert self.read(FRAMED) == {"focused": "stage", "fits": True, "shown": True}
        self.outside("keys.splice(0)")


def assert_shown(seen: dict[str, Any], right: Grids) -> None:
    """Compare every number and text of the grids."""
    assert set(seen) == set(right)
    for name, values in right.items():
        np.testing.assert_array_equal(numbers(seen[name]), values, err_msg=name)
        texts = [[text for _, text in row] for row in seen[name]]
        assert texts == [[short(float(value)) for value in row] for row in values], name


@pytest.fixture(
    params=["spray", *(pytest.param(k, marks=pytest.mark.soak) for k in WIDGETS if k != "spray")]
)
def kind(request) -> str:
    return request.param


@pytest.fixture
def page(engine, kind, tmp_path):
    """An example of a widget; its picture has the focus, and in the end there is no error."""
    page = Saved(engine, WIDGETS[kind]()._repr_mimebundle_()["text/html"], tmp_path / "page.html")
    page.tab_to_the_picture()
    yield page
    assert page.outside("errors") == []


def test_keys_step_and_jump_and_none_reaches_the_page(page, kind):
    top = page.outside("scrollY")
    page.press("Home")
    steps = int(page.read(LOOK)["step"].removeprefix("1 of "))
    seen: dict[int, Any] = {1: page.read(LOOK)}
    for key, number in (
        ("ArrowRight", 2),
        ("ArrowDown", 3),
        ("ArrowLeft", 2),
        ("ArrowUp", 1),
        ("End", steps),
        ("ArrowRight", steps),
        ("Home", 1),
    ):
        page.press(key)
        look = page.read(LOOK)
        assert look["step"] == f"{number} of {steps}", key
        assert seen.setdefault(number, look) == look, key
    assert len({look["sentence"] for look in seen.values()}) == len(seen)
    assert (page.outside("keys"), page.outside("scrollY")) == ([], top)
    assert seen[steps]["sentence"] == SENTENCES[kind]
    assert_shown(seen[steps]["grids"], NUMBERS[kind]())
    page.press("ArrowRight")
    page.keep_picture(kind)


def set_speed(page: Saved, key: str, wanted: str) -> None:
    """Set the steps a second by a key of the slider, and go back to the picture."""
    page.read(f"{SPEED}.focus()")
    page.press(key)
    assert page.read(f"{SPEED}.value") == wanted
    page.read("document.querySelector('.stage').focus()")


def test_space_plays_and_stops(page):
    page.press("Home")
    steps = page.read(LOOK)["step"].removeprefix("1 of ")
    set_speed(page, "Home", "1")
    page.press(" ")
    assert page.read(PLAYER) == ["Pause", "off"]
    page.press(" ")
    assert page.read(PLAYER) == ["Play", "polite"]
    set_speed(page, "End", "20")
    page.press(" ")
    page.until(f"{LOOK}.step", f"{steps} of {steps}")
    page.until(PLAYER, ["Play", "polite"])
    assert page.outside("keys") == []


def test_a_shortcut_with_control_is_handed_on_and_a_letter_is_not(page):
    page.press("b")  # JupyterLab would add a cell
    assert page.outside("keys") == []
    page.read("addEventListener('keydown', (event) => (window.taken = event.defaultPrevented))")
    page.press("Control+s")
    assert page.outside("keys") == ["Control", "s"]
    assert page.read("taken")  # the browser does not save the page


@pytest.mark.parametrize("kind", ["spray"])
def test_every_step_of_spray_shows_numpys_numbers(page):
    page.press("Home")
    for step in range(1, 10):
        look = page.read(LOOK)
        assert look["step"] == f"{step} of 9"
        assert_shown(look["grids"], spray(step))
        page.press("ArrowRight")


@pytest.mark.parametrize("kind", ["pool_router"])  # its last step has one note more
def test_a_frame_grows_without_an_error(page):
    page.press("Home")
    page.until(f"{FRAMED}.fits", True)
    low = page.read("innerHeight")
    page.press("End")
    page.until(f"innerHeight > {low} && {FRAMED}.fits", True)


def test_an_error_in_a_frame_is_noted(engine, tmp_path):
    broken = "<head></head><script type=module>console.error(1, 2); nowhere()</script>"
    page = Saved(engine, f"<iframe srcdoc='{broken}'></iframe>", tmp_path / "page.html")
    said, raised = page.outside("errors")
    assert said == "1 2"
    assert "nowhere" in raised
