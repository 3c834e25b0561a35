"""A notebook as a web page: what stands in it, and what a stranger's notebook cannot bring into it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tomllib
from html import unescape
from importlib import import_module

import nbformat
import numpy as np
import pytest
from nbconvert.exporters import Exporter
from support import ROOT

from grader.export import live, safe
from grader.export.page import WebPage
from grader.export.safe import clean, clean_output
from grader.figures.canvas import Picture, new
from grader.widgets import KINDS, spray
from grader.widgets.grids import MIME

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg=="


def page_of(*outputs: dict, cells: tuple = (), **metadata: object) -> str:
    """Return the page of a notebook with some cells, and a last one that has some outputs."""
    shown = [nbformat.v4.new_output("display_data", data) for data in outputs]
    cells = (*cells, nbformat.v4.new_code_cell("x = 1", outputs=shown))
    made = nbformat.v4.new_notebook(cells=list(cells), metadata=metadata)
    return WebPage().from_notebook_node(made, {"metadata": {"name": "mine"}})[0]


def outputs_of(widget: object) -> dict:
    return json.loads(json.dumps(widget._repr_mimebundle_()[0]))


def policy_of(page: str) -> str:
    return unescape(
        re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)[1]
    )


def scripts_of(page: str) -> list[str]:
    return re.findall(r'<script type="module">(.*?)</script>', page, re.DOTALL)


@pytest.fixture
def bundle() -> dict:
    return outputs_of(spray(np.arange(5.0), [1.0, -2.0, 4.0], pad=1))


# --- the entry in JupyterLab's menu ---


def test_the_entry_point_is_an_exporter_that_the_server_can_name():
    entries = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"][
        "nbconvert.exporters"
    ]
    assert list(entries) == ["webpage"]
    assert re.fullmatch(
        r"\w+", "webpage"
    )  # of a name, the server's address takes these letters alone
    module, name = entries["webpage"].split(":")
    exporter = getattr(import_module(module), name)
    assert exporter is WebPage
    assert issubclass(exporter, Exporter)
    assert exporter.export_from_notebook
    assert exporter().file_extension == ".html"


# --- widgets ---


def test_a_widget_stands_in_the_page_with_its_data_its_picture_and_the_script_that_draws_it(bundle):
    page = page_of(bundle, bundle)
    given = re.findall(r'data-widget="spray" data-given="([^"]*)"', page)
    assert [json.loads(unescape(text)) for text in given] == 2 * [bundle[MIME]["data"]]
    alternatives = [
        unescape(text)
        for text in re.findall(r'<img alt="([^"]*)" src="data:image/svg\+xml;base64,', page)
    ]
    assert alternatives == 2 * [bundle["text/plain"]]
    assert scripts_of(page) == [live.script("spray")]


def test_the_policy_stands_first_and_names_the_scripts_of_the_page_alone(bundle):
    page = page_of(bundle)
    assert page.index("Content-Security-Policy") < min(page.index("<style"), page.index("<title"))
    [script] = scripts_of(page)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = dict(rule.split(" ", 1) for rule in policy_of(page).split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == f"'sha256-{digest}'"
    assert policy["img-src"] == "data:"
    assert page.count("<script") == 1


def test_a_page_without_a_widget_has_no_script():
    page = page_of({"text/plain": "1"})
    assert "script-src 'none'" in policy_of(page)
    assert "<script" not in page


def test_nothing_in_a_page_is_at_another_host(bundle):
    link = nbformat.v4.new_markdown_cell("[a link](https://example.org) fetches nothing")
    page = page_of(bundle, cells=(link,))
    start = page.index("<script")
    assert re.findall(r"<link|<iframe|<base|@import|url\([^#]|src=.(?!data:)", page[:start]) == []
    assert (
        re.findall(r"\bimport\b|\bfetch\(|https?://(?!www\.w3\.org/2000/svg)", page[start:]) == []
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_widgets_module_fits_into_a_page(kind):
    script = live.script(kind)
    assert "export default" not in script
    assert f'[data-widget="{kind}"]' in script


def test_a_module_that_does_not_fit_into_a_page_is_named(monkeypatch):
    odd = type("Odd", (), {"_esm": "export { render };"})
    monkeypatch.setitem(KINDS, "odd", odd)
    with pytest.raises(
        ValueError,
        match=r"widget 'odd': its module cannot stand in a page: expected one line `export default",
    ):
        live.script("odd")


def test_a_folded_widget_keeps_its_words(bundle):
    words = {MIME: {"widget": "spray", "data": bundle[MIME]["data"] | {"fold": "</div>"}}}
    assert json.loads(live.widget_of(bundle | words)[1])["fold"] == "</div>"


@pytest.mark.parametrize(
    "said",
    [
        None,
        "spray",
        {},
        {"widget": "spray"},
        {"widget": "unknown", "data": {}},
        {"widget": ["spray"]},
    ],
)
def test_of_no_widget_of_ours_the_picture_stays(bundle, said):
    assert_still(page_of(bundle | {MIME: said}))


@pytest.mark.parametrize(
    "changed",
    [
        {"x": None},
        {"x": []},
        {"x": "\"'></div></script><script>pwned()</script>"},
        {"x": [["<script>pwned()</script>"]]},
        {"x": [[1.0, [2.0]]]},
        {"x": [["inf"] * 5]},
        {"x": [[0.0] * 100]},
        {"pad": 10**9},
        {"stride": 0},
        {"stride": 0.5},
        {"view": "__proto__"},
        {"dy": [[1.0]]},
    ],
)
def test_of_data_that_no_call_makes_the_picture_stays(bundle, changed):
    data = bundle[MIME]["data"] | changed
    assert_still(page_of(bundle | {MIME: {"widget": "spray", "data": data}}))


def assert_still(page: str) -> None:
    assert "data-widget" not in page
    assert "<script" not in page
    assert page.count('src="data:image/svg+xml;base64,') == 1


def test_any_other_widget_is_shown_as_text():
    page = page_of(
        {
            "application/vnd.jupyter.widget-view+json": {"model_id": "1"},
            "text/plain": "IntSlider(value=3)",
        }
    )
    assert "<pre>IntSlider(value=3)</pre>" in page
    assert "model_id" not in page


# --- other cells and outputs ---


def test_equations_are_mathml_and_html_in_markdown_is_text():
    prose = nbformat.v4.new_markdown_cell(
        "# Title <b>\n\n$$\\mathbf y = \\mathbf x\\mathbf W \\tag{1}$$\n\n<script>pwned()</script>"
    )
    page = page_of(cells=(prose,))
    assert page.count("<math") == 1
    assert "<script" not in page


def test_a_page_has_the_notebooks_title_or_its_name():
    assert "<title>mine</title>" in page_of()
    assert "<title>&lt;b&gt;</title>" in page_of(title="<b>")


def test_a_picture_attached_to_a_cell_stands_in_it():
    cell = nbformat.v4.new_markdown_cell(
        "![mine](attachment:a.png) ![other](https://example.org/b.png)"
    )
    cell["attachments"] = {"a.png": {"image/png": PIXEL}}
    page = page_of(cells=(cell,))
    assert f'src="data:image/png;base64,{PIXEL}" alt="mine"' in page
    assert "<em>other</em>" in page


def test_raw_cells_streams_and_errors_are_text():
    error = nbformat.v4.new_output(
        "error", ename="E", evalue="<i>", traceback=["\x1b[31m<i>E</i>\x1b[0m"]
    )
    stream = nbformat.v4.new_output("stream", name="stderr", text="<i>warned</i>")
    cells = (
        nbformat.v4.new_raw_cell("<i>raw</i>"),
        nbformat.v4.new_code_cell("# <i>", outputs=[stream, error]),
    )
    page = page_of(cells=cells)
    assert "<i>" not in page
    assert '<pre class="stderr">&lt;i&gt;warned' in page
    assert '<span class="ansi-red-fg">&lt;i&gt;E' in page


def test_a_figure_passes_with_its_text_alternative():
    drawn, _ = new(1, 2.0, 2.0)
    made = clean_output(Picture(drawn, "dx is <right>")._repr_html_())
    assert 'alt="dx is &lt;right&gt;"' in made
    assert 'src="data:image/svg+xml;base64,' in made


def test_a_table_of_data_loses_its_style_sheet_and_its_script():
    made = clean_output(
        "<style scoped>td { color: red "
        "}</style><table><tr><td>1</td></tr></table><SCRIPT>pwned()</SCRIPT>"
    )
    assert re.sub("</?tbody>", "", made) == "<table><tr><td>1</td></tr></table>"


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://example.org/a.png">',
        '<img src="data:text/html;base64,AAAA">',
        '<img src=x onerror="pwned()">',
        '<img src="data:image/png;base64,AA" onload="pwned()" '
        'style="background:url(https://example.org)">',
        '<a href="data:text/html,<script>pwned()</script>">a</a>',
        '<a href="data&#58;text/html,a">a</a>',
        '<a href="javascript:pwned()">a</a>',
        '<a href="//example.org">a</a>',
        '<div style="background:url(https://example.org)">a</div>',
        "a<style>unclosed",
        "<scr<script></script>ipt>pwned()</script>",
        '<svg><image href="https://example.org/a.png"/></svg>',
        '<meta http-equiv=refresh content="0;url=https://example.org">',
        "<form action=https://example.org><button>a</button></form>",
        "<iframe srcdoc='x'></iframe>",
        "<div class=cell id=a data-widget=spray data-given={}>a</div>",
    ],
)
def test_an_outputs_html_runs_nothing_and_fetches_nothing(html):
    harmless = r'style=""|src="data:image/png;base64,AA"'
    assert re.fullmatch(rf"(<(img|div|a)( ({harmless}))*>)?[^<>]*(</(div|a)>)?", clean_output(html))


# --- what would take very long, or end in a traceback ---


@pytest.mark.parametrize("cleaned", [clean, clean_output])
def test_half_a_character_in_html_is_replaced(cleaned):
    assert cleaned("<b>\ud800</b>") == "<b>?</b>"


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[38m<i>",
        "\x1b[48m<i>",
        "\x1b[38;2;1m<i>",
        "\x1b[38;5;999m<i>",
        "\x1b[" + "1" * 5000 + "m<i>",
        "\x1b[31m<i>" * 10_001,
    ],
)
def test_colours_that_are_none_leave_the_text(text):
    made = safe.colours(text)
    assert "&lt;i&gt;" in made
    assert "<i>" not in made


def test_half_a_character_is_replaced(bundle):
    cell = nbformat.v4.new_markdown_cell("half \ud800")
    page_of(
        bundle | {"image/svg+xml": "<svg>\ud800</svg>"}, {"text/plain": "\ud800"}, cells=(cell,)
    ).encode()


@pytest.mark.parametrize("said", [{"a": 1}, ["python"], 5, "x" * 100_000])
def test_a_language_that_is_none_is_not_looked_up(said, recwarn):
    cell = nbformat.v4.new_code_cell("x = 1", metadata={"magics_language": said})
    assert '<span class="mi">1</span>' in page_of(cells=(cell,))
    assert not recwarn


def test_a_cell_in_another_language_is_coloured_by_its_magic():
    assert '<span class="nt">' in page_of(cells=(nbformat.v4.new_code_cell("%%html\n<b>1</b>"),))


def test_attached_pictures_that_name_each_other_are_not_put_into_each_other():
    cell = nbformat.v4.new_markdown_cell("![](attachment:0)")
    cell["attachments"] = {str(n): {"image/png": 2 * f"](attachment:{n + 1})"} for n in range(60)}
    assert len(page_of(cells=(cell,))) < 100_000


@pytest.mark.parametrize(
    "more", [{"fold": "<" * 10**6}, {"x": [[0.0]] * 10**5}, {"unasked": [0.0] * 10**5}]
)
def test_data_longer_than_any_widgets_are_not_looked_at(bundle, more, monkeypatch):
    monkeypatch.setattr(live, "_rebuilt", None)
    assert live.widget_of({MIME: {"widget": "spray", "data": bundle[MIME]["data"] | more}}) is None


def test_a_widget_is_made_again_once_for_a_page(bundle, monkeypatch):
    made = []
    again = KINDS["spray"].again
    monkeypatch.setattr(KINDS["spray"], "again", lambda data: made.append(data) or again(data))
    live._rebuilt.cache_clear()
    page_of(bundle, bundle)
    assert len(made) == 1


def test_style_sheets_that_never_end_are_left_out_at_once():
    assert clean_output("a" + "<style>" * 50_000) == "a"
