"""A notebook as one HTML file, which shows everything when it is opened from disk.

Its widgets step, and it reaches no other host. JupyterLab lists it under File, Save and Export
Notebook As; in a terminal it is `jupyter nbconvert --to webpage NOTEBOOK.ipynb`.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import pass_context
from nbconvert.exporters import TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML
from traitlets.config import Config

from grader.export import live, safe
from grader.export.pictures import Find, Pictures
from grader.widgets.grids import MIME, Widget

# Its own scripts alone run, none that came in an output: 'unsafe-inline' is for styles
POLICY = (
    "default-src 'none'; script-src {}; style-src 'unsafe-inline'; img-src data:; {}"
    "form-action 'none'; base-uri 'none'"
)
PICTURES = (
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/bmp",
    "image/avif",
)
TEXTS = ("text/markdown", "text/latex", "text/plain")
PLAYERS = re.compile(r"(?:video|audio)/[\w.+-]+")
UNSEEN = "unseen"  # stands for what a page cannot show: a sentence says so
SCRIPTED = re.compile(r"<(?:script|canvas|iframe)\b", re.IGNORECASE)
SPACED = re.compile(r"\]\(attachment:([^()<>\n]*)\)")
DISPLAYED = {r"\[": "$$", r"\]": "$$", r"\(": "$", r"\)": "$"}


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
            "latex2html": latex,
            "clean_html": html,
            "ansi2html": safe.colours,
            "filter_data_type": chosen,
            "picture_attributes": safe.picture_attributes,
            "unseen": unseen,
            "data_json": data_json,
            "widget": live.widget_of,
            "scripts": scripts,
            "policy": policy,
        }.items()

    def from_file(self, file_stream: Any, *args: Any, **kw: Any) -> tuple[str, Any]:
        """Return the page of a notebook's file, which may begin with a byte order mark.

        Editors on Windows write one, and nbformat takes it for broken JSON.
        """
        text = file_stream.read()
        text = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
        return super().from_file(io.StringIO(text), *args, **kw)

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[str, Any]:
        text = json.dumps(nb, ensure_ascii=False)
        whole = text.encode("utf-8", "replace")  # a lone surrogate cannot be written
        copy = nbformat.from_dict(json.loads(whole))
        for cell in copy.get("cells", []):
            # HighlightMagicsPreprocessor sets it from a cell's magic; a stranger may have set
            # another, which Pygments would be asked for.
            cell.get("metadata", {}).pop("magics_language", None)
        more = self._init_resources(resources) | {
            "widget_css": Widget._css,
            "pictures": Pictures(_folder(resources)),
            "plays": PLAYERS.search(text) is not None,
        }
        return super().from_notebook_node(copy, more, **kw)


def _folder(resources: Any) -> Path | None:
    """Return the notebook's folder. None: it came from a pipe, or without a name."""
    path = ((resources or {}).get("metadata") or {}).get("path")
    return Path(path) if isinstance(path, str) else None


def _find(context: Any) -> Find:
    """Return what finds the pictures that the cell names which is being written."""
    pictures: Pictures = context["resources"]["pictures"]
    return pictures.of(context["cell"])


@pass_context
def prose(context: Any, source: str) -> str:
    """Return Markdown as HTML, with the pictures that it names in their places."""
    attached = context["cell"].get("attachments")

    def spaced(link: re.Match[str]) -> str:
        """The classic notebook writes a name with its spaces, which Markdown does not know."""
        known = isinstance(attached, dict) and link[1] in attached
        return f"](<attachment:{link[1]}>)" if known and " " in link[1] else link[0]

    return safe.prose(SPACED.sub(spaced, source), _find(context))


@pass_context
def latex(context: Any, source: str) -> str:
    r"""Return an output's LaTeX as HTML; \[ and \( may stand for dollars."""
    return safe.prose(re.sub(r"\\[][()]", lambda sign: DISPLAYED[sign[0]], source), _find(context))


@pass_context
def html(context: Any, source: str) -> str:
    """Return an output's HTML, clean and with the pictures that it names."""
    return safe.clean_output(source, _find(context))


def chosen(data: Any) -> list[str]:
    """Return the kinds in which an output is shown, one below the other.

    The last is UNSEEN if something of it is not shown: what a script would draw.
    """
    if live.widget_of(data):
        return [MIME]
    picture = safe.first(PICTURES, data)
    if picture and MIME in data:  # a widget's, whose data are not right: its frame is no help
        return picture
    if isinstance(source := data.get("text/html"), str):
        return _chosen_html(source, data, picture)
    played = safe.first(list(filter(PLAYERS.fullmatch, data)), data)
    if picture or played:
        return picture or played
    if isinstance(data.get("application/json"), dict | list):
        return ["application/json"]
    texts = safe.first(TEXTS, data) or safe.first([k for k in data if k.startswith("text/")], data)
    return texts + [UNSEEN] * bool(unseen(data) if texts else data)


def _chosen_html(source: str, data: Any, picture: list[str]) -> list[str]:
    """Return the kinds in which an output with HTML is shown."""
    scripted = SCRIPTED.search(source)
    if not scripted and not unseen(data):  # it is as empty in the notebook, if it is empty
        return ["text/html"]
    if safe.is_visible(safe.clean_output(source)):
        # such as the poster of a film on another host
        return [*picture, "text/html"] if scripted else ["text/html"]
    return picture or [*safe.first(TEXTS, data), UNSEEN]


def unseen(data: Any) -> str:
    """Return the kind of data beside an output's text that a page cannot show; it may be empty.

    A script alone shows nothing in the notebook either.
    """
    others = (kind for kind in data if not kind.startswith("text/"))
    return next((kind for kind in others if kind != "application/javascript"), "")


def data_json(data: Any) -> str:
    """Return data of JSON as text that can be read."""
    return json.dumps(data, ensure_ascii=False, indent=2)


def scripts(nb: Any) -> list[str]:
    """Return the modules that draw a notebook's widgets."""
    outputs = [output for cell in nb.cells for output in cell.get("outputs", [])]
    widgets = [live.widget_of(output.get("data", {})) for output in outputs]
    kinds = {widget[0] for widget in widgets if widget is not None}
    return [live.script(kind) for kind in sorted(kinds)]


def policy(nb: Any, plays: bool) -> str:
    """Return the page's Content-Security-Policy, which names its scripts by their digests.

    plays: whether the page may hold a video or a sound
    """
    sources = [f"'sha256-{_digest(script)}'" for script in scripts(nb)]
    return POLICY.format(" ".join(sources) or "'none'", "media-src data:; " if plays else "")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
