"""A widget's output: a frame with a whole page in it, its data, a still picture and a text."""

from __future__ import annotations

import json
import re
import sys
from html.parser import HTMLParser

import nbformat
import pytest
from examples import WIDGETS
from nbconvert import HTMLExporter

from grader import spray
from grader.widgets.grids import MIME

HOST = re.compile(r"[\w-]+://(?!www\.w3\.org/2000/svg)")


class Elements(HTMLParser):
    """The elements of some HTML: [(name, attributes)]."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.all.append((tag, dict(attrs)))


def frame(html: str) -> dict[str, str | None]:
    """Return the attributes of a frame in some HTML."""
    return next(attributes for name, attributes in Elements(html).all if name == "iframe")


@pytest.mark.parametrize("kind", WIDGETS)
def test_an_output_holds_a_frame_the_data_the_picture_and_the_text(kind):
    widget = WIDGETS[kind]()
    output = widget._repr_mimebundle_()
    assert set(output) == {"text/html", MIME, "image/svg+xml", "text/plain"}
    assert output[MIME] == {"widget": kind, "data": widget.data}
    assert output["text/plain"] == repr(widget)
    names = [name for name, _ in Elements(output["text/html"]).all]
    assert names == ["div", "img", "iframe"]
    page = frame(output["text/html"])["srcdoc"]
    given = re.search(r"^const given = (.+);$", page, re.MULTILINE)[1]
    assert json.loads(given) == json.loads(json.dumps(widget.data))
    assert HOST.findall(page) == []
    assert [name for name, _ in Elements(page).all] == [
        *("html", "head", "meta", "title", "style", "body", "script")
    ]


def test_until_its_script_runs_the_picture_stands_in_the_place_of_the_frame():
    html = spray([1, 2, 3], [1, 2])._repr_mimebundle_()["text/html"]
    assert "hidden" in frame(html)
    picture = next(attributes for name, attributes in Elements(html).all if name == "img")
    assert "hidden" not in picture
    assert picture["alt"].startswith("Forward, gather: each y is a dot product")


def test_no_words_end_the_script_or_the_attribute():
    words = """</script><img src=x onerror='pwned()'>" & '"""
    html = spray([1, 2, 3], [1, 2]).folded(words)._repr_mimebundle_()["text/html"]
    assert [name for name, _ in Elements(html).all] == ["div", "img", "iframe"]
    page = frame(html)["srcdoc"]
    assert page.count("</script>") == 1
    given = re.search(r"^const given = (.+);$", page, re.MULTILINE)[1]
    assert json.loads(given)["fold"] == words


def test_nbconvert_writes_the_frame_of_a_saved_output_into_its_page():
    output = nbformat.v4.new_output("display_data", spray([1, 2, 3], [1, 2])._repr_mimebundle_())
    cell = nbformat.v4.new_code_cell("spray(...)", outputs=[output])
    page, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    assert "const given" in frame(page)["srcdoc"]


def test_a_widget_can_be_asked_for_as_an_ipywidget():
    widget = spray([1, 2, 3], [1, 2])
    ours = widget.widget()
    assert ours.data == widget.data
    assert "application/vnd.jupyter.widget-view+json" in ours._repr_mimebundle_()[0]


def test_without_anywidget_the_ipywidget_comes_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(ModuleNotFoundError, match=r"anywidget is missing\. Run this"):
        spray([1, 2, 3], [1, 2]).widget()
