"""The engines, each started for one module of tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE

import pytest
from engines import Chromium, Engine, Firefox, WebKitGTK
from support import HEIGHT, ROOT, WIDTH, need
from tiers import lacking

DRIVE_FIREFOX = Path(__file__).with_name("firefox.js")


@pytest.fixture(scope="module")
def chromium(browser) -> Iterator[Engine]:
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    yield Chromium(page)
    page.close()


@pytest.fixture(scope="module")
def firefox() -> Iterator[Engine]:
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        lacking("no Firefox on this machine (Debian: apt-get install firefox-esr)")
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules" / "puppeteer-core").is_dir():
        lacking("node or puppeteer-core, which drives Firefox, is not installed (npm ci)")
    command = [node, DRIVE_FIREFOX, program, str(WIDTH), str(HEIGHT)]
    # In the end the input is closed, and with it Firefox.
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True, encoding="utf-8") as process:
        yield Firefox(process)


@pytest.fixture(scope="module")
def webkitgtk() -> Iterator[Engine]:
    program = shutil.which("WebKitWebDriver")
    if program is None or shutil.which("Xvfb") is None:
        lacking("no WebKitGTK on this machine (Debian: apt-get install webkit2gtk-driver xvfb)")
    webdriver = need("selenium.webdriver")
    with screen() as display:
        environment = os.environ | {"DISPLAY": display, "GDK_BACKEND": "x11"}
        service = webdriver.WebKitGTKService(program, env=environment)
        with webdriver.WebKitGTK(webdriver.WebKitGTKOptions(), service) as driver:
            driver.set_window_size(WIDTH, HEIGHT)
            yield WebKitGTK(driver, webdriver)


@contextmanager
def screen() -> Iterator[str]:
    """Yield the display of an X server that draws into memory: WebKitGTK needs a window."""
    size = f"{WIDTH}x{HEIGHT}x24"
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", size, "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=PIPE, stderr=DEVNULL, text=True) as server:
        try:
            yield f":{server.stdout.readline().strip()}"
        finally:
            server.terminate()


@pytest.fixture(scope="module", params=["chromium", "firefox", "webkitgtk"])
def engine(request) -> Engine:
    return request.getfixturevalue(request.param)
