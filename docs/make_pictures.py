"""`make pictures`: the pictures of the README, taken from the running program: a notebook in
JupyterLab, in Chromium.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from PIL import Image
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from lab import CHROMIUM, FLAGS, serving

DOCS = Path(__file__).resolve().parent
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
CELLS = [
    """import numpy as np
from grader import check, spray
x, w = np.zeros((4, 5)), np.array([[1, 2, 0], [0, 3, -1], [-2, 0, 1]])
dy = np.array([[1, 0, 2, 0, -1], [0, 3, 0, 0, 0], [2, 0, 0, -2, 0], [0, 0, 1, 0, 4]])
spray(x, w, pad=1, dy=dy)""",
    """def affine_forward(x, w, b):
    return x @ w + b
def affine_backward(dy, x, w):
    return dy @ w.T, (x.T @ dy).T, dy.mean(axis=0)
check(affine_backward);""",
]
PAUSE = 700  # milliseconds a step of the spray stays


def opened(browser: Any, address: str) -> Any:
    page = browser.new_page(viewport={"width": 1250, "height": 1700}, device_scale_factor=1.5)
    page.goto(f"{address}/lab/tree/pictures.ipynb?reset")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.get_by_text("affine_backward: 1 of 4 points").wait_for(timeout=60_000)
    page.emulate_media(reduced_motion="reduce")  # no frame half-way between two steps
    return page


def motion(page: Any) -> None:
    """Save the spray, step by step, as a moving picture; steps that send a zero are left out."""
    widget = page.locator(".jp-OutputArea iframe").first.content_frame.locator(".cnn-widget")
    widget.locator(".stage").focus()
    frames = []
    while True:
        step, steps = widget.locator(".steps .told").inner_text().split(" of ")
        if "nothing changes" not in widget.locator(".sentence").inner_text():
            image = Image.open(io.BytesIO(widget.screenshot())).convert("RGB")
            frames.append(
                image.resize(
                    (image.width * 2 // 3, image.height * 2 // 3), Image.Resampling.LANCZOS
                )
            )
        if step == steps:
            break
        page.keyboard.press("ArrowRight")
    palette = frames[-1].quantize(64)
    frames = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    times = [PAUSE] * (len(frames) - 1) + [4 * PAUSE]
    frames[0].save(
        DOCS / "spray.gif", save_all=True, append_images=frames[1:], duration=times, loop=0
    )


def verdict(page: Any) -> None:
    page.locator("[aria-label=check]").screenshot(path=DOCS / "verdict.png")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as running:
        place = Path(folder)
        cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
        nbformat.write(
            nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL}),
            place / "pictures.ipynb",
        )
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with serving(place, place, place) as address:
            page = opened(browser, address)
            motion(page)
            verdict(page)
        browser.close()


if __name__ == "__main__":
    main()
