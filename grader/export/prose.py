"""Markdown as HTML, which still has to be cleaned (grader/export/safe.py).

What is made here and not written by a stranger, equations and highlighted code, is set aside
meanwhile: it has elements and classes that a stranger's HTML may not have.
"""

from __future__ import annotations

import re
from html import escape, unescape

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath, import_plugin

from grader.export.allowed import ELEMENTS, KEPT, MORE_ELEMENTS
from grader.export.mathml import mathml
from grader.export.media import MEDIA, drawings

KNOWN = frozenset({*ELEMENTS.split(), *MORE_ELEMENTS.split(), *MEDIA})
SET_ASIDE = re.compile(rf"<{KEPT}>(\d{{1,9}})</{KEPT}>")
OPENING = re.compile(r"<(?:!--|/?([a-zA-Z][^\s/>]*)|[!?])")
TAG = re.compile(r"(</?[a-zA-Z][^<>]*>)")
VERBATIM = re.compile(r"<(/?)(?:pre|code|kbd|samp)\b", re.IGNORECASE)
# As pandoc has it: with this, "$5 | $6" is no equation
EQUATION = re.compile(
    r"(?<![\\$])\$\$(?P<block>[^$]+)\$\$(?!\$)"
    r"|(?<![\\$])\$(?![\s$])(?P<line>[^$\n]*[^$\n\s\\])\$(?![\d$])"
)
MORE_PLUGINS = ("mistune.plugins.table.table_in_list", "mistune.plugins.table.table_in_quote")
BAR = "\ufdd0"  # no character at all: stands for | in an equation, at which a table would be cut


class Prose:
    """A Markdown text as HTML, and what is set aside of it."""

    def __init__(self, source: str) -> None:
        self._renderer = renderer = _Renderer(escape=False, allow_harmful_protocols=False)
        plugins = map(import_plugin, (*MarkdownWithMath.DEFAULT_PLUGINS, *MORE_PLUGINS))
        text = EQUATION.sub(lambda equation: equation[0].replace("|", BAR), source)
        self.html = MarkdownWithMath(renderer=renderer, plugins=plugins).render(text)

    def completed(self, cleaned: str) -> str:
        """Return the cleaned HTML with everything that was set aside, each piece once."""
        kept = dict(enumerate(self._renderer.kept))
        whole = SET_ASIDE.sub(lambda place: kept.pop(int(place[1]), ("", ""))[0], cleaned)
        return whole.replace(BAR, "|")


class _Renderer(IPythonRenderer):  # type: ignore[misc]
    """It leaves a stranger's HTML as it is, and shows as text what would vanish in the cleaning."""

    def __init__(self, **settings: bool) -> None:
        super().__init__(**settings)
        self.kept: list[tuple[str, str]] = []  # HTML, and the text that it was made from

    def _keep(self, html: str, text: str) -> str:
        self.kept.append((html, text))
        return f"<{KEPT}>{len(self.kept) - 1}</{KEPT}>"

    def _plain(self, html: str) -> str:
        """Return the text of HTML, equations as LaTeX."""
        text = SET_ASIDE.sub(lambda place: escape(self.kept[int(place[1])][1]), html)
        return unescape(TAG.sub("", text)).replace(BAR, "|")

    def _equation(self, latex: str, block: bool = False) -> str:
        latex = latex.replace(BAR, "|")
        return self._keep(mathml(latex, block), latex)

    def block_math(self, body: str) -> str:
        return self._equation(body, block=True)

    def inline_math(self, body: str) -> str:
        return self._equation(body)

    def latex_environment(self, name: str, body: str) -> str:
        return self._equation(rf"\begin{{{name}}}{body}\end{{{name}}}", block=True)

    def block_code(self, code: str, info: str | None = None) -> str:
        return self._keep(super().block_code(code, info), code)

    def block_mermaidjs(self, code: str) -> str:
        return f"<pre><code>{escape(code)}</code></pre>"

    def heading(self, text: str, level: int, **attrs: object) -> str:
        """Return a heading at which links end: those that are written in JupyterLab."""
        name = self._plain(text).strip().replace(" ", "-")
        return f'<h{level} id="{escape(name)}">{text}</h{level}>\n'

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Return a picture that is still to be found; its address is looked at then."""
        more = f' title="{escape(title)}"' if title else ""
        return f'<img src="{escape(unescape(url))}" alt="{escape(self._plain(text))}"{more}>'

    def task_list_item(self, text: str, checked: bool = False) -> str:
        box = "☑" if checked else "☐"
        put = text.replace("<p>", f"<p>{box} ", 1) if text.startswith("<p>") else f"{box} {text}"
        return f'<li style="list-style:none">{put}</li>\n'

    def inline_html(self, html: str) -> str:
        return _without_unknown(html)

    def block_html(self, html: str) -> str:
        """Return HTML with its equations, which JupyterLab typesets there too."""
        parts = TAG.split(_without_unknown(drawings(html)))
        verbatim = 0
        for at, part in enumerate(parts):
            if tag := VERBATIM.match(part):
                verbatim = max(0, verbatim + (-1 if tag[1] else 1))
            elif at % 2 == 0 and not verbatim:
                parts[at] = EQUATION.sub(self._kept_equation, part)
        return "".join(parts) + "\n"

    def _kept_equation(self, equation: re.Match[str]) -> str:
        block = equation["block"] is not None
        return self._equation(unescape(equation["block"] or equation["line"]), block)


def _without_unknown(html: str) -> str:
    """Return HTML in which unknown elements are text: List<int>, <your name>.

    Scripts, style sheets and comments remain, since the cleaning leaves them out whole, unless they
    have no end: it would leave out everything behind them.
    """
    lower = html.lower()
    whole = {n for n in ("script", "style") if f"<{n}" in lower and f"</{n}" in lower}
    if "-->" in html:
        whole.add("!--")

    def as_text(opening: re.Match[str]) -> str:
        name = (opening[1] or opening[0][1:]).lower()
        return opening[0] if name in KNOWN or name in whole else "&lt;" + opening[0][1:]

    return OPENING.sub(as_text, html)
