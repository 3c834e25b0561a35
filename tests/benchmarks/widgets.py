"""`make bench`: what a step of a widget costs in JupyterLab, beside the same picture drawn by
matplotlib in an Output widget.

From a key press to the painted frame, frames dropped while it plays at 20 a second, the time
between frames while a step moves, and the heap after 500 and 5000 steps. Ratios within one run;
absolute times belong to this machine.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from goals import Reached, save

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "browser"))
from examples import WIDGETS
from lab import CHROMIUM, FLAGS, serving
from widget_page import framed

# From the first step on each is a step: no widget here has less than four.
STEPS = 7 * (3 * ["ArrowRight"] + 3 * ["ArrowLeft"])
FRAMES = 60
MOTION = 90  # milliseconds that a step moves
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
IMPORTS = """import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
"""
MATPLOTLIB = """
x, step, out = np.arange(64).reshape(8, 8) % 7 - 3, widgets.IntSlider(0, 0, 63), widgets.Output()
def draw(_=None):
    fig, axes = plt.subplots(1, 2, figsize=(7, 3.5))
    y = np.where(np.arange(64).reshape(8, 8) <= step.value, x, 0)
    for axis, values in zip(axes, (x, y)):
        axis.imshow(values, cmap="PuOr", vmin=-3, vmax=3)
        for at, value in np.ndenumerate(values):
            axis.text(at[1], at[0], value, ha="center", va="center")
    with out:
        out.clear_output(wait=True)
        plt.show()
step.observe(draw, "value")
draw()
display(widgets.VBox([step, out]))
"""
# Resolves with the time from the key press to the frame that shows what it changed, once that is
# painted.
PRESSED = """([selector, kind]) => new Promise(resolve => {
  const place = document.querySelector(selector);
  let pressed = 0;
  addEventListener("keydown", event => { pressed = event.timeStamp; }, {capture: true, once: true});
  const painted = () => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => resolve(performance.now() - pressed);
    channel.port2.postMessage(null);
  });
  const seen = new MutationObserver(() => {
    if (!pressed) return;
    const image = kind === "image" && place.querySelector("img");
    if (kind === "image" && (!image || image.dataset.timed)) return;
    seen.disconnect();
    if (!image) return painted();
    image.dataset.timed = "yes";
    image.decode().then(painted);
  });
  setTimeout(() => resolve(null), 2000); // a key that changes nothing is no step
  seen.observe(place, {subtree: true, childList: true, characterData: true, attributes: kind !== "image"});
})"""
# Plays from the first step to the last; resolves with the milliseconds between the frames that
# showed a new step.
PLAYED = """() => new Promise(resolve => {
  const told = document.querySelector(".steps .told"), times = [];
  const frame = now => {
    if (told.textContent !== frame.last) times.push(now);
    frame.last = told.textContent;
    const [step, steps] = told.textContent.split(" of ");
    if (step !== steps) return void requestAnimationFrame(frame);
    resolve(times.slice(2).map((time, k) => time - times[k + 1])); // the first waits for the key
  };
  requestAnimationFrame(frame);
})"""
# Resolves with the milliseconds between the frames from a key press on, as long as the step moves.
MOVED = """duration => new Promise(resolve => {
  const times = [];
  const frame = now => {
    times.push(now);
    if (now - times[0] < duration) return void requestAnimationFrame(frame);
    resolve(times.slice(1).map((time, k) => time - times[k]));
  };
  addEventListener("keydown", () => requestAnimationFrame(frame), {capture: true, once: true});
  setTimeout(() => resolve([]), 2000);
})"""
STEPPED = """async count => {
  const stage = document.querySelector(".stage");
  for (let k = 0; k < count; k++) {
    const key = Math.floor(k / 30) % 2 ? "ArrowLeft" : "ArrowRight";
    stage.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
    if (k % 10 === 9) await new Promise(requestAnimationFrame);
  }
}"""


def notebook(folder: Path) -> None:
    tests = str(Path(__file__).resolve().parents[1])
    first = f"{IMPORTS}import sys\nsys.path.insert(0, {tests!r})\nfrom examples import WIDGETS"
    cells = [
        nbformat.v4.new_code_cell(source)
        for source in (first, MATPLOTLIB, *(f"WIDGETS[{kind!r}]()" for kind in WIDGETS))
    ]
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL}),
        folder / "bench.ipynb",
    )


def to_first_step(frame: Any) -> None:
    frame.locator(".stage").focus()
    frame.page.keyboard.press("Home")


def pressed(frame: Any, selector: str, kind: str, focus: str, keys: list[str]) -> float:
    """Return the median time from key press to painted frame in milliseconds."""
    times = []
    frame.locator(f"{selector} {focus}").first.focus()
    for key in keys:
        frame.evaluate(f"void (window.timed = ({PRESSED})({[selector, kind]!r}))")
        frame.page.keyboard.press(key)
        times.append(frame.evaluate("window.timed"))
    return statistics.median(time for time in times[3:] if time is not None)


def played(frame: Any) -> tuple[int, int]:
    """Return how many frames plays at 20 a second should show, one after another, and how many of
    them they dropped.
    """
    frame.locator("input[aria-label=speed]").fill("20")
    gaps: list[float] = []
    while len(gaps) < FRAMES:
        to_first_step(frame)
        frame.evaluate(f"void (window.played = ({PLAYED})())")
        frame.page.keyboard.press("Space")
        gaps += frame.evaluate("window.played")
    return len(gaps), sum(round(gap / 50) - 1 for gap in gaps if gap > 75)


def moved(frame: Any) -> float:
    """Return the mean time between two frames of the motion in milliseconds."""
    gaps: list[float] = []
    to_first_step(frame)
    for key in STEPS:
        frame.evaluate(f"void (window.moved = ({MOVED})({MOTION}))")
        frame.page.keyboard.press(key)
        gaps += frame.evaluate("window.moved")
    return statistics.mean(gaps)


def heap(frame: Any, session: Any) -> list[float]:
    """Return how the page has grown after 500 and after 5000 steps, in MB."""
    sizes = []
    for steps in (100, 500, 4500):
        frame.evaluate(STEPPED, steps)
        session.send("HeapProfiler.collectGarbage")
        sizes.append(session.send("Runtime.getHeapUsage")["usedSize"])
    return [(size - sizes[0]) / 1e6 for size in sizes[1:]]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    goals = measured()
    print(*goals, sep="\n")
    if options.json:
        save(options.json, goals)


def measured() -> list[Reached]:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as running:
        place = Path(folder)
        notebook(place)
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with serving(place, place, place) as address:
            page = browser.new_page(viewport={"width": 1200, "height": 1000})
            page.goto(f"{address}/lab/tree/bench.ipynb?reset")
            page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
            page.locator("iframe:visible").nth(len(WIDGETS) - 1).wait_for(timeout=60_000)
            page.locator(".jupyter-widgets img").first.wait_for(timeout=60_000)
            goals = report(page)
        browser.close()
    return goals


def report(page: Any) -> list[Reached]:
    session = page.context.new_cdp_session(page)
    theirs = pressed(page.main_frame, ".widget-vbox", "image", "[role=slider]", 20 * ["ArrowRight"])
    print(f"matplotlib in an Output widget: key press to painted frame {theirs:.1f} ms")
    print(
        f"{'widget':20} {'key press':>10} {'/ matplotlib':>13} {'dropped':>9} {'a frame':>10} "
        f"{'500 steps':>10} {'5000 steps':>11}"
    )
    steps, drops, motions = [], [], []
    for name, frame in zip(WIDGETS, framed(page), strict=True):
        to_first_step(frame)
        ours = pressed(frame, ".cnn-widget", "mutation", ".stage", STEPS)
        frames, dropped = played(frame)
        grown = heap(frame, session)
        steps.append(ours)
        drops.append(dropped / (frames + dropped))
        motions.append(moved(frame))
        told = f"{name:20} {ours:7.1f} ms {ours / theirs:13.3f} {dropped:3d} of {frames:2d}"
        print(f"{told} {motions[-1]:7.1f} ms {grown[0]:7.2f} MB {grown[1]:8.2f} MB")
    return [
        Reached("widgets, key press to painted frame, the slowest", max(steps), 16.0, " ms"),
        Reached("widgets, frames dropped in play, the worst share", max(drops), 0.0),
        Reached(
            "widgets, from frame to frame in motion, the slowest mean", max(motions), 17.0, " ms"
        ),
    ]


if __name__ == "__main__":
    main()
