"""Sphinx's settings for the book. What differs from site to site comes by its command line."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from grader.export.mathml import mathml

project = "How gradients flow through a convolutional network"
author = ""
copyright = ""
html_title = project
extensions = ["myst_nb"]
nb_execution_mode = "off"  # the notebooks have been run
nb_merge_streams = True
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_dmath_double_inline = True
suppress_warnings = ["myst.header", "mystnb.unknown_mime_type"]
html_theme = "sphinx_book_theme"
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "use_source_button": False,
    "home_page_in_toc": True,
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "navbar_persistent": [],  # the search stands above the contents already
}
html_context = {"default_mode": "auto"}
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_js_files = [("run_here.js", {"defer": "defer"})]
html_favicon = "_static/icon.svg"
html_show_sourcelink = False
html_show_copyright = False
html_copy_source = False
html_math_renderer = "mathml"
exclude_patterns = ["_static"]


def setup(app: Sphinx) -> None:
    app.add_config_value("runs_here", "", "env")  # the notebooks whose cells run in the page
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.connect("html-page-context", _about)


def _inline(translator: Any, node: nodes.Element) -> None:
    translator.body.append(mathml(node.astext(), block=False))
    raise nodes.SkipNode


def _block(translator: Any, node: nodes.Element) -> None:
    translator.body.append(f'<div class="equation">{mathml(node.astext(), block=True)}</div>')
    raise nodes.SkipNode


def _about(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Tell a page's script which notebook it runs; the page to print is of none."""
    place = str(app.env.doc2path(pagename, base=False)) if doctree is not None else ""
    if place in app.config.runs_here.split(","):
        context["metatags"] += f'<meta name="notebook" content="{place}">'
