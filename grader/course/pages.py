"""The pages that show students' work, safe to open: nothing of a student's runs in a feedback page or in formgrader.

nbgrader_config.py names these in its settings, so `grader feedback`, `nbgrader generate_feedback` and formgrader's buttons make
the same pages.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from traitlets.config import Config

from grader.course.mathml import mathml

# No source of scripts: none runs. What a page shows stands in it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; base-uri 'none'"
KINDS = ("text/html", "image/png", "image/jpeg", "text/plain")  # of outputs, the first that is there

# What a verdict is made of. No class and no id: formgrader's scripts act on those.
ELEMENTS = "a b blockquote br code details div em i li ol p pre span strong sub summary sup table tbody td th thead tr ul"
ATTRIBUTES = frozenset({"aria-label", "colspan", "href", "open", "role", "rowspan", "style"})
STYLES = """background border border-bottom border-collapse border-left border-radius border-right border-top color display flex
flex-wrap font-family font-size font-style font-weight gap line-height margin margin-bottom margin-left margin-right margin-top
max-width opacity outline outline-offset overflow-x padding text-align vertical-align white-space"""
FETCHES = re.compile(r"url|image|src|\\|@", re.IGNORECASE)


class FeedbackPage(HTMLExporter):  # type: ignore[misc]
    """nbgrader's feedback page: ours in looks, without a script, under a Content-Security-Policy."""

    export_from_notebook = None  # no entry in JupyterLab's menu

    @property
    def default_config(self) -> Config:
        ours = Config(
            {
                "FeedbackPage": {
                    "template_name": "sealed",
                    "extra_template_basedirs": [str(Path(__file__).with_name("templates"))],
                    "preprocessors": [],  # its template escapes names
                    "exclude_input_prompt": True,
                    "exclude_output_prompt": True,
                    "sanitize_html": True,
                },
                "CSSHTMLHeaderPreprocessor": {"style": "default"},
            }
        )
        made = super().default_config.copy()
        made.merge(ours)
        return made

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[str, Any]:
        """Fill the template. HTMLExporter would parse the whole page once more, which takes longer than all the rest."""
        self.register_filter("highlight_code", Highlight2HTML(pygments_lexer="ipython3", parent=self))
        self.register_filter("filter_data_type", lambda data: [kind for kind in KINDS if kind in data][:1])
        resources = self._init_resources(resources) | {"policy": POLICY}
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)


@lru_cache(1024)  # most cells of a class are the released ones
def markdown(source: str) -> str:
    """Return Markdown as HTML: its own HTML shown as text, no link with a script, equations as MathML."""
    return MarkdownWithMath(renderer=_Renderer(escape=True, allow_harmful_protocols=False)).render(source)


class _Renderer(IPythonRenderer):  # type: ignore[misc]
    def block_math(self, body: str) -> str:
        return mathml(body, block=True)

    def inline_math(self, body: str) -> str:
        return mathml(body)

    def latex_environment(self, name: str, body: str) -> str:
        return mathml(rf"\begin{{{name}}}{body}\end{{{name}}}", block=True)

    def block_mermaidjs(self, code: str) -> str:
        return f"<pre><code>{escape(code)}</code></pre>"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Show pictures that lie in the text itself; of others, their description: nothing is fetched."""
        return super().image(text, url, title) if url.startswith("data:") else f"<em>{escape(text or 'a picture')}</em>"


def plain_names(nb: Any, resources: Any) -> tuple[Any, Any]:
    """Take markup out of the names that formgrader's page of a submission prints as they are: the student's, and grade_ids."""
    for name in ("student", "first_name", "last_name"):
        if resources.get(name):
            resources[name] = escape(resources[name])
    for cell in nb.cells:
        grader = cell.metadata.get("nbgrader", {})
        if "grade_id" in grader:
            grader["grade_id"] = re.sub(r"[^\w.-]", "", str(grader["grade_id"]))
    return nb, resources


def escape_names() -> None:
    """Let formgrader's other pages escape what they are given: they print a student's name as it stands in the address."""
    from nbgrader.server_extensions.formgrader.base import BaseHandler

    stock = BaseHandler.render
    if stock.__module__ == __name__:
        return

    def render(handler: Any, name: str, **given: Any) -> str:
        return str(stock(handler, name, **{key: escape(v) if isinstance(v, str) else v for key, v in given.items()}))

    BaseHandler.render = render


def clean(html: Any) -> str:
    """Return HTML with what a verdict is made of; anything else in it becomes text."""
    return _cleaner().clean(html.decode() if isinstance(html, bytes) else str(html))


@cache
def _cleaner() -> bleach.Cleaner:
    css = CSSSanitizer(allowed_css_properties=STYLES.split(), allowed_svg_properties=[])
    return bleach.Cleaner(ELEMENTS.split(), _allowed, protocols=["http", "https", "mailto"], css_sanitizer=css)


def _allowed(tag: str, name: str, value: str) -> bool:
    return name in ATTRIBUTES and not (name == "style" and FETCHES.search(value))
