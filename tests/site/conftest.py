"""The site as `make site OFFLINE=1` builds it, once in a session, behind a plain web server."""

from __future__ import annotations

import functools
import subprocess
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from support import HEIGHT, ROOT, WIDTH, alone
from tiers import lacking

BUILDER = ROOT / ".venv-site" / "bin" / "grader"
REPOSITORY = "ada/gradients"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="session")
def site(shared: Path) -> Path:
    """The folder of a site for use offline."""
    if not BUILDER.is_file() or not (ROOT / "node_modules" / "pyodide").is_dir():
        lacking("what builds the site is not installed: run `make site` once")
    folder = shared / "site"
    with alone(shared / "site.lock"):
        if not folder.exists():
            command = [BUILDER, "site", "--offline", "--repository", REPOSITORY, "-o", folder]
            run = subprocess.run(command, capture_output=True, text=True, check=False)
            assert run.returncode == 0, run.stdout + run.stderr
            assert "6-capstone" not in run.stdout.split("the lab holds")[1]
    return folder


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where a web server on loopback shows the site."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


class Visit:
    """A page of the site in a browser that reaches no other host; what it asked others is kept."""

    def __init__(self, browser: Any, address: str, **look: Any) -> None:
        self.address = address
        self.asked: list[str] = []
        self.errors: list[str] = []
        size = {"width": WIDTH, "height": HEIGHT}
        self.context = browser.new_context(**{"viewport": size, **look})
        self.context.route("**/*", self._let)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._heard)

    def _let(self, route: Any) -> None:
        url = route.request.url
        if url.startswith((self.address, "data:", "blob:")):
            route.continue_()
        else:
            self.asked.append(url)
            route.abort()

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url')})")

    def goto(self, place: str) -> Any:
        self.page.goto(self.address + place)
        return self.page

    def was_clean(self) -> None:
        """Check that no other host was asked, and that the console holds no error."""
        assert self.asked == []
        assert self.errors == []


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Any]:
    """Return what opens a page of the site, and checks at the end that it asked no other host and
    left no error.
    """
    visits: list[Visit] = []

    def opened(**look: Any) -> Visit:
        visits.append(Visit(browser, address, **look))
        return visits[-1]

    yield opened
    for each in visits:
        each.was_clean()
        each.context.close()
