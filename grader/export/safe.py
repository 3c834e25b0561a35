"""What strangers wrote, as HTML that is safe to open: nothing of theirs runs or is fetched."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import nh3
from nbconvert.filters.ansi import ansi2html, strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from grader.export.mathml import mathml

TEMPLATES = Path(__file__).with_name("templates")

# What a verdict is made of. No class and no id: formgrader's scripts act on those.
ELEMENTS = """a b blockquote br code details div em i li ol p pre span strong sub summary sup table
tbody td th thead tr ul"""
ATTRIBUTES = frozenset({"aria-label", "colspan", "href", "open", "role", "rowspan", "style"})
STYLES = """background border border-bottom border-collapse border-left border-radius border-right
border-top color display flex flex-wrap font-family font-size font-style font-weight gap line-height
margin margin-bottom margin-left margin-right margin-top max-width opacity outline outline-offset
overflow-x padding text-align vertical-align white-space"""
PROTOCOLS = ("http", "https", "mailto")
FETCHES = re.compile(r"url|image|src|\\|@", re.IGNORECASE)

# What other outputs are made of: figures, the bar of `progress`, tables of data
MORE_ELEMENTS = "caption h1 h2 h3 h4 h5 h6 hr img"
MORE_STYLES = "height overflow width"
# In an <img> none of these runs anything.
PICTURE = re.compile(r"data:image/(?:gif|jpeg|png|svg\+xml|webp);base64,[A-Za-z0-9+/=\s]+")
LINK = re.compile(r"https?://|mailto:|#")
COLOURS_LIMIT = 10_000  # in one text: nbconvert's time grows with the square of their number


@lru_cache(1024)  # most cells of a class are the released ones
def markdown(source: str) -> str:
    """Return Markdown as HTML, with equations as MathML.

    HTML in it is shown as text, and no link runs a script.
    """
    renderer = _Renderer(escape=True, allow_harmful_protocols=False)
    return MarkdownWithMath(renderer=renderer).render(source)


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
        """Show a picture that lies in the text itself, and of any other its description.

        So nothing is fetched.
        """
        if url.startswith("data:"):
            return super().image(text, url, title)
        return f"<em>{escape(text or 'a picture')}</em>"


def first(kinds: Sequence[str], data: Mapping[str, Any]) -> list[str]:
    """Return the first of some kinds that an output has as text.

    It stands alone in a list, as nbconvert expects it; the list may be empty.
    """
    return [kind for kind in kinds if isinstance(data.get(kind), str)][:1]


def colours(text: str) -> str:
    """Return a text with terminal colours as HTML.

    The colours are dropped if they are malformed, or too many.
    """
    few = text.count("\x1b") <= COLOURS_LIMIT
    try:
        return str(ansi2html(text if few else strip_ansi(text)))
    except (IndexError, ValueError):  # "\x1b[38m": a colour is announced, and none follows
        return escape(strip_ansi(text))


def clean(html: Any) -> str:
    """Return HTML with the elements of a verdict, and of anything else in it the text.

    Style sheets and scripts are left out.
    """
    return nh3.clean(
        _writable(html.decode() if isinstance(html, bytes) else str(html)),
        tags=set(ELEMENTS.split()),
        attributes={"*": set(ATTRIBUTES)},
        attribute_filter=_in_verdicts,
        filter_style_properties=set(STYLES.split()),
        url_schemes=set(PROTOCOLS),
        link_rel=None,
    )


def clean_output(html: str) -> str:
    """Return any output's HTML with its pictures, and else as `clean` does."""
    return nh3.clean(
        _writable(html),
        tags=set(f"{ELEMENTS} {MORE_ELEMENTS}".split()),
        attributes={"*": set(ATTRIBUTES), "img": {"alt", "src"}},
        attribute_filter=_in_outputs,
        filter_style_properties=set(f"{STYLES} {MORE_STYLES}".split()),
        url_schemes={*PROTOCOLS, "data"},
        link_rel=None,
    )


def _writable(html: str) -> str:
    """Return HTML with "?" for lone surrogates, at which nh3 would raise UnicodeEncodeError."""
    return html.encode("utf-8", "replace").decode()


def _in_verdicts(tag: str, name: str, value: str) -> str | None:
    """Return an attribute's value, or None for one that is left out."""
    return None if name == "style" and FETCHES.search(value) else value


def _in_outputs(tag: str, name: str, value: str) -> str | None:
    """Return an attribute's value, or None for one that is left out."""
    if tag == "img" and name == "src":
        return value if PICTURE.fullmatch(value) else None
    if name == "href" and not LINK.match(value):
        return None
    return _in_verdicts(tag, name, value)
