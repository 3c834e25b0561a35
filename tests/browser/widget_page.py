"""What the browser tests of all widgets ask of a page with one widget in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from support import need

# An expression for the page: the numbers and texts of a widget's grids, by name.
GRIDS = """Object.fromEntries([...document.querySelectorAll("[data-grid]")].map(grid => [grid.dataset.grid,
  [...grid.querySelectorAll(".line")].map(row => [...row.querySelectorAll(".cell")].map(cell => [cell.dataset.value, cell.textContent]))]))"""

# A function for scripts: the places of a grid's cells whose middle lies inside a frame.
INSIDE = """const inside = (frame, grid) => {
  const box = frame.getBoundingClientRect();
  return [...document.querySelectorAll(`[data-grid="${grid}"] .cell`)].filter(cell => {
    const own = cell.getBoundingClientRect(), x = own.x + own.width / 2, y = own.y + own.height / 2;
    return box.left < x && x < box.right && box.top < y && y < box.bottom;
  }).map(cell => cell.dataset.at);
};"""

# The cells of every grid inside a frame, frame by frame: [kind of frame, grid, place], in the order
# of the frames.
FRAMED = f"""() => {{
  {INSIDE}
  const grids = [...document.querySelectorAll("[data-grid]")].map(grid => grid.dataset.grid);
  return [...document.querySelectorAll("svg .frame")].filter(frame => frame.style.display !== "none").flatMap(
    frame => grids.flatMap(grid => inside(frame, grid).map(at => [frame.classList[1], grid, at])));
}}"""

# How often a frame of an animation is asked for after the widget that plays is taken out of the
# page.
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


def framed(page) -> list:
    """Return the frames of the widgets that a notebook's outputs show, in their order."""
    return [box.content_frame() for box in page.query_selector_all(".jp-OutputArea iframe")]


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


def viewed(page, view: str, look: str) -> list:
    """Choose a view and return what a script sees at every step of it."""
    page.locator(f"[value='{view}']").check()
    return every_step(page, look)


def at(page, number: int) -> None:
    """Go to a step, counted from 0."""
    page.get_by_label("step", exact=True).fill(str(number))


def sentence(page) -> str:
    return page.locator(".sentence").inner_text()


def step(page) -> str:
    return page.locator(".steps .told").inner_text()


def notes(page) -> list[str]:
    return page.locator(".notes p").all_inner_texts()


def grid(page, name: str) -> np.ndarray:
    """Return the numbers of a grid, NaN where there is none yet."""
    rows = page.locator(f"[data-grid='{name}'] .line").evaluate_all(
        "rows => rows.map(row => [...row.querySelectorAll('.cell')].map("
        "cell => cell.dataset.value || 'nan'))"
    )
    return np.array(rows, dtype=float)


def numbers(cells) -> np.ndarray:
    """Return the numbers of a grid as GRIDS sees it, NaN where there is none yet."""
    return np.array(
        [[np.nan if value == "" else float(value) for value, _ in row] for row in cells]
    )


def places(page, selector: str, name: str) -> list[str]:
    """Return one of the data- attributes of all elements found."""
    return page.locator(selector).evaluate_all(f"all => all.map(e => e.dataset.{name})")


def scrolls(page) -> bool:
    """Tell whether the page, or the widget's picture, is wider than 700 pixels (and the page's own
    margins of 8).
    """
    size = page.viewport_size
    page.set_viewport_size({"width": 716, "height": 900})
    wide = page.evaluate(
        "() => [document.documentElement, document.querySelector('.stage')].some(e => "
        "e.scrollWidth > e.clientWidth)"
    )
    page.set_viewport_size(size)
    return wide


def violations(page, scheme: str) -> list[tuple[str, str, str]]:
    """Return what axe-core finds serious or critical in the widget, in a colour scheme."""
    page.emulate_media(color_scheme=scheme)
    page.evaluate(
        f"() => document.body.style.background = '{'#111' if scheme == 'dark' else '#fff'}'"
    )
    found = by_axe(page, ".cnn-widget")
    page.evaluate("() => document.body.style.background = ''")
    return found


def by_axe(page, where: str) -> list[tuple[str, str, str]]:
    """Return what axe-core finds serious or critical in an element of the page."""
    axe = need("axe_playwright_python")
    page.evaluate((Path(axe.__file__).parent / "axe.min.js").read_text())
    # Widgets in frames are looked at by tests of their own, and axe would wait for each.
    look = "where => axe.run(document.querySelector(where), { iframes: false, preload: false })"
    found = page.evaluate(look, where)
    assert len(found["passes"]) > 10
    bad = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    return [(v["id"], v["help"], v["nodes"][0]["html"][:200]) for v in bad]
