"""`make bench`: how long it takes from a link to the site to the first verdict, and what it weighs.

    python tests/benchmarks/site.py SITE

SITE is a folder that `make site OFFLINE=1` wrote; a web server on loopback shows it to Chromium.
Cold: a new browser; warm: the same browser opens the same page again. A real network adds the
time that the files take: their size is printed.
"""

from __future__ import annotations

import functools
import sys
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from lab import CHROMIUM, FLAGS
from playwright.sync_api import sync_playwright

ANSWER = "def relu_forward(x):\n    return np.maximum(x, 0)"
RIGHT = "1 of 1 point"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


def type_answer(page: Any, editor: Any) -> None:
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(ANSWER)
    page.keyboard.press("Shift+Enter")


def in_book(page: Any, address: str) -> None:
    page.goto(f"{address}/4-relu/relu.html")
    cell = page.locator(".cell.tag_id--relu_forward")
    if cell.get_by_role("button", name="Write it here").count():
        cell.get_by_role("button", name="Write it here").click()
    type_answer(page, cell.locator(".cm-content"))
    cell.get_by_text(RIGHT).wait_for(timeout=120_000)


def in_lab(page: Any, address: str) -> None:
    page.goto(f"{address}/jupyter/lab/index.html?path=4-relu/relu.ipynb&reset")
    cells = page.locator(".jp-CodeCell")
    cells.nth(5).wait_for(timeout=120_000)
    cells.first.locator(".jp-InputPrompt").first.click()  # its code is folded
    page.keyboard.press("Shift+Enter")
    type_answer(page, cells.filter(has_text="def relu_forward(").first.locator(".cm-content"))
    page.keyboard.press("Shift+Enter")
    page.get_by_text(f"relu_forward: {RIGHT}").wait_for(timeout=120_000)


def timed(browser: Any, address: str, what: Any) -> tuple[float, float, float]:
    """Return the seconds of a first and of a second visit, and the MB that the first one fetched."""
    context = browser.new_context(viewport={"width": 1150, "height": 900})
    sizes: list[int] = []
    context.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    seconds = []
    for _ in range(2):
        page = context.new_page()
        start = time.perf_counter()
        what(page, address)
        seconds.append(time.perf_counter() - start)
        if len(seconds) == 1:
            fetched = sum(sizes) / 1e6
        page.close()
    context.close()
    return seconds[0], seconds[1], fetched


def main() -> None:
    site = Path(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    print(f"the site: {size / 1e6:.0f} MB")
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, what in (("book", in_book), ("lab", in_lab)):
            cold, warm, fetched = timed(browser, f"http://127.0.0.1:{server.server_port}", what)
            print(f"{name}: first verdict {cold:.1f} s cold, {warm:.1f} s warm; {fetched:.0f} MB")
        browser.close()


main()
