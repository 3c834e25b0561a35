"""JupyterLab in a real browser: a server on loopback for one test session."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from lab import serving
from support import ROOT

from grader.widgets.grids import Widget

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
    page.on(
        "console",
        lambda message: page.errors.append(message.text) if message.type == "error" else None,
    )
    page.set_content(
        f'<html lang="en"><title>w</title><style>{Widget._css}</style><main '
        'id="here"></main></html>'
    )
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
