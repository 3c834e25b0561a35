"""A notebook as one HTML file: opened from disk, with no other host in reach, it shows everything and its widgets step.

JupyterLab lists it under File, Save and Export Notebook As; in a terminal it is `jupyter nbconvert --to webpage NOTEBOOK.ipynb`.
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
POLICY = "default-src 'none'; script-src {}; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'"
KINDS = ("text/html", "image/svg+xml", "image/png", "image/jpeg", "text/markdown", "text/latex", "text/plain")
ATTACHMENT = re.compile(r"\]\(attachment:([^()]*)\)")
ATTACHED = ("image/png", "image/jpeg", "image/gif", "image/webp")


class WebPage(TemplateExporter):  # type: ignore[misc]
    """A notebook as one page that needs no network."""

    export_from_notebook = "Web page"
    output_mimetype = "text/html"

    @property
    def default_config(self) -> Config:
        ours = {"file_extension": ".html", "template_name": "webpage", "extra_template_basedirs": [str(safe.TEMPLATES)]}
        made = super().default_config.copy()
        made.merge(Config({"WebPage": ours, "HighlightMagicsPreprocessor": {"enabled": True}}))
        return made

    def default_filters(self) -> Any:
        yield from super().default_filters()
        yield from {
            "highlight_code": Highlight2HTML(pygments_lexer="ipython3", parent=self),
            "markdown2html": prose,
            "clean_html": safe.clean_output,
            "ansi2html": safe.colours,
            "filter_data_type": chosen,
            "widget": live.given,
            "scripts": scripts,
            "policy": policy,
        }.items()

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[str, Any]:
        whole = json.dumps(nb, ensure_ascii=False).encode("utf-8", "replace")  # half a character cannot be written
        nb = nbformat.from_dict(json.loads(whole))
        for cell in nb.get("cells", []):
            cell.get("metadata", {}).pop("magics_language", None)  # which is told by a cell's magic, and asked of Pygments
        return super().from_notebook_node(nb, self._init_resources(resources) | {"widget_css": Widget._css}, **kw)


@pass_context
def prose(context: Any, source: str) -> str:
    """Return Markdown as HTML, the pictures that are attached to its cell in their places."""
    attached = context["cell"].get("attachments", {})

    def placed(link: re.Match[str]) -> str:
        picture = attached.get(link[1], {})
        [kind] = safe.first(ATTACHED, picture) or [""]
        return f"](data:{kind};base64,{picture[kind].strip()})" if kind else link[0]

    return safe.markdown(ATTACHMENT.sub(placed, source))


def chosen(data: Any) -> list[str]:
    """Return the kind in which an output is shown, alone in a list as nbconvert asks for it."""
    return [MIME] if live.given(data) else safe.first(KINDS, data)


def scripts(nb: Any) -> list[str]:
    """Return the modules that draw a notebook's widgets."""
    data = (output.get("data", {}) for cell in nb.cells for output in cell.get("outputs", []))
    kinds = {kind for kind, _ in filter(None, map(live.given, data))}
    return [live.script(kind) for kind in sorted(kinds)]


def policy(nb: Any) -> str:
    """Return the page's Content-Security-Policy: it names its scripts by what they say."""
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts(nb)]
    return POLICY.format(" ".join(f"'sha256-{digest}'" for digest in digests) or "'none'")
