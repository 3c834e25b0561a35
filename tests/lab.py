"""A JupyterLab on loopback and the flags of Debian's Chromium, for the browser tests and the
benchmarks.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@contextmanager
def serving(files: Path, start: Path, own: Path, token: str = "", **env: str) -> Iterator[str]:
    """Yield the address of a JupyterLab that shows some files, started in a folder, and all cells
    of a notebook at once; its settings and its log go to `own`.
    """
    _show_all_cells(own / ".settings")
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
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        *(f"--{k}={v}" for k, v in options.items()),
    ]
    names = {
        "JUPYTER_CONFIG_DIR": ".config",
        "JUPYTERLAB_SETTINGS_DIR": ".settings",
        "JUPYTER_DATA_DIR": ".data",
    }
    places = {name: own / place for name, place in names.items()}
    environment = os.environ | {name: str(place) for name, place in places.items()} | env
    with (own / "server.log").open("w") as log:
        server = subprocess.Popen(command, cwd=start, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server, own / "server.log")
        yield address
    finally:
        server.terminate()
        server.wait(10)


def _show_all_cells(settings: Path) -> None:
    """Switch windowing off: with it, a cell that is not in sight is no part of the page."""
    tracker = settings / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    tracker.parent.mkdir(parents=True, exist_ok=True)
    tracker.write_text('{"windowingMode": "none"}')


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
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")
