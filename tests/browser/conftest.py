"""JupyterLab in a real browser: a server on loopback for one test session, and Debian's Chromium."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from support import ROOT, need

from grader.widgets.grids import Widget

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync"""


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    if CHROMIUM is None and not os.environ.get("REQUIRE_ALL"):
        pytest.skip("no chromium on this machine")
    playwright = need("playwright.sync_api")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield browser
        browser.close()


# A light page loads a widget's ES module as anywidget would, with a stand-in for its model.
MOUNT = """async ([kind, code, data]) => {
  const url = () => URL.createObjectURL(new Blob([code], {type: "text/javascript"}));
  window.widgets ??= {};
  window.widgets[kind] ??= (await import(url())).default;
  window.unmount?.();
  const model = {get: () => data, on() {}, off() {}};
  window.unmount = window.widgets[kind].render({model, el: document.getElementById("here")});
}"""


@pytest.fixture(scope="module")
def blank(browser):
    """An empty page for widgets, which must leave no error in its console."""
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    page.set_default_timeout(5000)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)
    page.set_content(f'<html lang="en"><title>w</title><style>{Widget._css}</style><main id="here"></main></html>')
    yield page
    assert page.errors == []
    page.close()


@pytest.fixture
def show_widget(blank):
    """Return what puts a widget into the page, and returns the page."""
    blank.emulate_media(color_scheme="light", reduced_motion="no-preference")
    blank.mouse.move(0, 0)

    def shown(widget):
        blank.evaluate(MOUNT, [widget.kind, widget._esm, json.loads(json.dumps(widget.data))])
        return blank

    return shown


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Return (address, folder) of a JupyterLab that holds the notebooks as released."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", folder, dirs_exist_ok=True)
    with serving(folder, folder, folder) as address:
        yield address, folder


@pytest.fixture(scope="session")
def served() -> Callable[..., AbstractContextManager[str]]:
    """Return what starts a JupyterLab for one test."""
    return serving


@contextmanager
def serving(files: Path, start: Path, own: Path, token: str = "", **env: str) -> Iterator[str]:
    """Yield the address of a JupyterLab that shows some files, started in a folder; its settings and its log go to `own`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "ServerApp.port": port,
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.root_dir": files,
        "IdentityProvider.token": token,
        "ServerApp.disable_check_xsrf": not token,
        "LabApp.news_url": "",
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", *(f"--{k}={v}" for k, v in options.items())]
    places = {"JUPYTER_CONFIG_DIR": own / ".config", "JUPYTERLAB_SETTINGS_DIR": own / ".settings"}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # nbgrader looks alembic up there
    environment = os.environ | {name: str(place) for name, place in places.items()} | {"PATH": path} | env
    with (own / "server.log").open("w") as log:
        server = subprocess.Popen(command, cwd=start, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server, own / "server.log")
        yield address
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{address}/api", timeout=1)
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")
