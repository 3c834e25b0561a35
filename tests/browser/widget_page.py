"""What the browser tests of all widgets ask of a page with one widget in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from support import need

# The cells of every grid inside a frame, frame by frame: [kind of frame, grid, place], in the order of the frames.
FRAMED = """() => [...document.querySelectorAll("svg .frame")].flatMap(frame => {
  if (frame.style.display === "none") return [];
  const box = frame.getBoundingClientRect();
  return [...document.querySelectorAll("svg .cell")].filter(cell => {
    const own = cell.getBoundingClientRect(), x = own.x + own.width / 2, y = own.y + own.height / 2;
    return box.left < x && x < box.right && box.top < y && y < box.bottom;
  }).map(cell => [frame.classList[1], cell.closest("[data-grid]").dataset.grid, cell.dataset.at]);
})"""

# How often a frame of an animation is asked for after the widget that plays is taken out of the page.
LEFT_RUNNING = """async () => {
  const real = window.requestAnimationFrame;
  const three = () => new Promise(done => real(() => real(() => real(done))));
  document.querySelector("[aria-label=play]").click();
  await three();
  window.unmount();
  let asked = 0;
  window.requestAnimationFrame = act => (asked++, real(act));
  await three();
  window.requestAnimationFrame = real;
  return [asked, document.getElementById("here").childElementCount];
}"""

# Steps through the widget some thousand times; returns by how many elements the page has grown meanwhile.
GROWN = """() => {
  const slider = document.querySelector(".steps input");
  const run = () => {
    for (let k = 0; k < 1000; k++) {
      slider.value = k % (Number(slider.max) + 1);
      slider.dispatchEvent(new Event("input"));
    }
    return document.querySelectorAll("*").length;
  };
  const before = run();
  return run() - before;
}"""


def every_step(page, look: str) -> list:
    """Return what a script sees at every step, from the first to the last."""
    return page.evaluate(f"""() => {{
      const slider = document.querySelector(".steps input"), look = {look}, seen = [];
      for (let step = 0; step <= Number(slider.max); step++) {{
        slider.value = step;
        slider.dispatchEvent(new Event("input"));
        seen.push(look());
      }}
      return seen;
    }}""")


def sentence(page) -> str:
    return page.locator(".sentence").inner_text()


def step(page) -> str:
    return page.locator(".steps .told").inner_text()


def notes(page) -> list[str]:
    return page.locator(".notes p").all_inner_texts()


def grid(page, name: str) -> np.ndarray:
    """Return the numbers of a grid."""
    rows = page.locator(f"[data-grid='{name}'] [role=row]").evaluate_all(
        "rows => rows.map(row => [...row.children].map(cell => cell.dataset.value))"
    )
    return np.array(rows, dtype=float)


def places(page, selector: str, name: str) -> list[str]:
    """Return one of the data- attributes of all elements found."""
    return page.locator(selector).evaluate_all(f"all => all.map(e => e.dataset.{name})")


def assert_keys_and_buttons_step(page, count: int, field: str) -> None:
    """Step with keys, play to the end, and step with the buttons; `field` is the label of one that has keys of its own."""
    page.locator(".stage").focus()
    for key, told in (
        ("ArrowRight", 2),
        ("ArrowDown", 3),
        ("ArrowLeft", 2),
        ("ArrowUp", 1),
        ("End", count),
        ("ArrowRight", count),
    ):
        page.keyboard.press(key)
        assert step(page) == f"{told} of {count}", key
    page.keyboard.press("Home")
    assert step(page) == f"1 of {count}"
    page.get_by_label("speed").fill("20")
    page.locator(".stage").focus()
    page.keyboard.press(" ")
    page.get_by_text(f"{count} of {count}", exact=True).wait_for()
    page.get_by_role("button", name="play", exact=True).wait_for()  # it has stopped at the end
    for name in ("one step back", "one step back", "one step on"):
        page.get_by_role("button", name=name).click()
    page.get_by_label(field, exact=True).focus()
    page.keyboard.press("Home")
    assert step(page) == f"{count - 1} of {count}"


def scrolls(page) -> bool:
    """Tell whether the page, or the widget's picture, is wider than 700 pixels (and the page's own margins of 8)."""
    size = page.viewport_size
    page.set_viewport_size({"width": 716, "height": 900})
    wide = page.evaluate(
        "() => [document.documentElement, document.querySelector('.stage')].some(e => e.scrollWidth > e.clientWidth)"
    )
    page.set_viewport_size(size)
    return wide


def violations(page, scheme: str) -> list[tuple[str, str, str]]:
    """Return what axe-core finds serious or critical in a colour scheme."""
    axe = need("axe_playwright_python")
    page.emulate_media(color_scheme=scheme)
    page.evaluate(f"() => document.body.style.background = '{'#111' if scheme == 'dark' else '#fff'}'")
    page.evaluate((Path(axe.__file__).parent / "axe.min.js").read_text())
    found = page.evaluate("() => axe.run(document.querySelector('.cnn-widget'))")
    page.evaluate("() => document.body.style.background = ''")
    assert len(found["passes"]) > 10
    bad = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    return [(v["id"], v["help"], v["nodes"][0]["html"][:200]) for v in bad]
