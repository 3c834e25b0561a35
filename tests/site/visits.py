"""A web server on loopback, and a visit of what it shows by a browser that reaches no other host."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from support import HEIGHT, ROOT, WIDTH

BUILDER = ROOT / ".venv-site" / "bin" / "grader"
REPOSITORY = "ada/gradients"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Yield the address at which a web server on loopback shows a folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


class Visit:
    """A page of the site in a browser that reaches no other host; what it asked others is kept."""

    def __init__(self, browser: Any, address: str, **look: Any) -> None:
        self.address = address
        self.asked: list[str] = []
        self.played: dict[str, Path] = {}  # what another host would give
        self.errors: list[str] = []
        size = {"width": WIDTH, "height": HEIGHT}
        self.context = browser.new_context(**{"viewport": size, **look})
        self.context.route("**/*", self._let)
        self.context.set_default_timeout(120_000)  # other tests run beside it
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._heard)

    def _let(self, route: Any) -> None:
        url = route.request.url
        if url.startswith((self.address, "data:", "blob:")):
            route.continue_()
            return
        self.asked.append(url)
        if url in self.played:
            anybody = {"Access-Control-Allow-Origin": "*"}
            route.fulfill(body=self.played[url].read_bytes(), headers=anybody)
        else:
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
