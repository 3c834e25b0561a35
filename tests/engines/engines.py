"""Three browser engines behind the same four methods, so that one test has one set of expectations.

`open` loads a file and waits for all of it; `press` takes a key by its name in the DOM, with
"Control+" in front of it if that is held; `read` returns what an expression is in the page, as
JSON; `picture` writes a PNG.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Protocol


class Engine(Protocol):
    def open(self, path: Path) -> None: ...
    def press(self, keys: str) -> None: ...
    def read(self, expression: str) -> Any: ...
    def picture(self, path: Path) -> None: ...


class Chromium:
    """A page of Playwright's."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self.press = page.keyboard.press
        self.read = page.evaluate

    def open(self, path: Path) -> None:
        self._page.goto(path.as_uri())

    def picture(self, path: Path) -> None:
        self._page.screenshot(path=path)


class Firefox:
    """The process of firefox.js, to which an act is a line, and so is its answer."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def open(self, path: Path) -> None:
        self._ask("open", path.as_uri())

    def press(self, keys: str) -> None:
        self._ask("press", keys)

    def read(self, expression: str) -> Any:
        return self._ask("read", expression)

    def picture(self, path: Path) -> None:
        self._ask("picture", str(path))

    def _ask(self, act: str, argument: str) -> Any:
        """Return the answer. Raises RuntimeError with Firefox's words if there is none."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([act, argument]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("firefox.js has ended: its standard error says why")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer.get("result")


class WebKitGTK:
    """MiniBrowser, the small browser that comes with WebKitGTK, driven by Selenium."""

    def __init__(self, driver: Any, webdriver: Any) -> None:
        """webdriver: the module that the driver comes from."""
        self._driver = driver
        self._webdriver = webdriver

    def open(self, path: Path) -> None:
        self._driver.get(path.as_uri())

    def press(self, keys: str) -> None:
        codes = [self._code(key) for key in keys.split("+")]
        actions = self._webdriver.ActionChains(self._driver)
        for code in codes:
            actions.key_down(code)
        for code in reversed(codes):
            actions.key_up(code)
        actions.perform()

    def _code(self, key: str) -> str:
        """Return WebDriver's sign for a key; a key that writes a sign is that sign."""
        if len(key) == 1:
            return key
        name = key.replace("Arrow", "Arrow_").upper()
        return str(getattr(self._webdriver.Keys, name))

    def read(self, expression: str) -> Any:
        return self._driver.execute_script(f"return {expression}")

    def picture(self, path: Path) -> None:
        self._driver.save_screenshot(str(path))
