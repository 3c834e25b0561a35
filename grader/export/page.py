"""A notebook as one HTML file, which shows everything when it is opened from disk.

Its widgets step, and it reaches no other host. JupyterLab lists it under File, Save and Export
Notebook As; in a terminal it is `jupyter nbconvert --to webpage NOTEBOOK.ipynb`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

import nbformat
from jinja2 import pass_context
from nbconvert.exporters import TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML
from traitlets.config import Config

from grader.export import live, safe
from grader.widgets.grids import MIME, Widget

# Its own scripts alone run, none that came in an output: 'unsafe-inline' is for styles
POLICY = (
    "default-src 'none'; script-src {}; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; base-uri 'none'"
)
KINDS = (
    "text/html",
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "text/markdown",
    "text/latex",
    "text/plain",
)
ATTACHMENT = re.compile(r"\]\(attachment:([^()]*)\)")
ATTACHED = ("image/png", "image/jpeg", "image/gif", "image/webp")


class WebPage(TemplateExporter):  # type: ignore[misc]
    """A notebook as one page that needs no network."""

    export_from_notebook = "Web page"
    output_mimetype = "text/html"

    @property
    def default_config(self) -> Config:
        ours = {
            "file_extension": ".html",
            "template_name": "webpage",
            "extra_template_basedirs": [str(safe.TEMPLATES)],
        }
        config = super().default_config.copy()
        config.merge(Config({"WebPage": ours, "HighlightMagicsPreprocessor": {"enabled": True}}))
        return config

    def default_filters(self) -> Any:
        yield from super().default_filters()
        yield from {
            "highlight_code": Highlight2HTML(pygments_lexer="ipython3", parent=self),
            "markdown2html": prose,
            "clean_html": safe.clean_output,
            "ansi2html": safe.colours,
            "filter_data_type": chosen,
            "widget": live.widget_of,
            "scripts": scripts,
            "policy": policy,
        }.items()

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[str, Any]:
        text = json.dumps(nb, ensure_ascii=False)
        whole = text.encode("utf-8", "replace")  # a lone surrogate cannot be written
        copy = nbformat.from_dict(json.loads(whole))
        for cell in copy.get("cells", []):
            # HighlightMagicsPreprocessor sets it from a cell's magic; a stranger may have set
            # another, which Pygments would be asked for.
            cell.get("metadata", {}).pop("magics_language", None)
        more = self._init_resources(resources) | {"widget_css": Widget._css}
        return super().from_notebook_node(copy, more, **kw)


@pass_context
def prose(context: Any, source: str) -> str:
    """Return Markdown as HTML, with the pictures that are attached to its cell in their places."""
    attached = context["cell"].get("attachments", {})

    def placed(link: re.Match[str]) -> str:
        picture = attached.get(link[1], {})
        [kind] = safe.first(ATTACHED, picture) or [""]
        return f"](data:{kind};base64,{picture[kind].strip()})" if kind else link[0]

    return safe.markdown(ATTACHMENT.sub(placed, source))


def chosen(data: Any) -> list[str]:
    """Return the kind in which an output is shown, alone in a list, as nbconvert expects it."""
    return [MIME] if live.widget_of(data) else safe.first(KINDS, data)


def scripts(nb: Any) -> list[str]:
    """Return the modules that draw a notebook's widgets."""
    outputs = [output for cell in nb.cells for output in cell.get("outputs", [])]
    widgets = [live.widget_of(output.get("data", {})) for output in outputs]
    kinds = {widget[0] for widget in widgets if widget is not None}
    return [live.script(kind) for kind in sorted(kinds)]


def policy(nb: Any) -> str:
    """Return the page's Content-Security-Policy, which names its scripts by their digests."""
    sources = [f"'sha256-{_digest(script)}'" for script in scripts(nb)]
    return POLICY.format(" ".join(sources) or "'none'")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
