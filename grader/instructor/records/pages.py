"""The pages that show students' work, safe to open: nothing of a student's runs in a feedback page or in formgrader.

nbgrader_config.py names these in its settings, so `grader feedback`, `nbgrader generate_feedback` and formgrader's buttons make
the same pages.
"""

from __future__ import annotations

import re
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbformat import from_dict
from traitlets.config import Config

from grader.exercises import NOTEBOOKS
from grader.export.safe import TEMPLATES, colours, first
from grader.instructor.records.still_pictures import still_pictures

OURS = Path(__file__).with_name("templates")

# No source of scripts: none runs. What a page shows stands in it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; base-uri 'none'"
KINDS = (
    "text/html",
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "text/plain",
)  # of outputs, the first that is there


class FeedbackPage(HTMLExporter):  # type: ignore[misc]
    """nbgrader's feedback page: ours in looks, without a script, under a Content-Security-Policy."""

    export_from_notebook = None  # no entry in JupyterLab's menu

    @property
    def default_config(self) -> Config:
        ours = Config(
            {
                "FeedbackPage": {
                    "template_name": "sealed",
                    "extra_template_basedirs": [str(OURS), str(TEMPLATES)],
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
        _show_widgets(nb, (resources or {}).get("nbgrader", {}).get("assignment", ""))
        self.register_filter(
            "highlight_code", Highlight2HTML(pygments_lexer="ipython3", parent=self)
        )
        self.register_filter("filter_data_type", partial(first, KINDS))
        self.register_filter("ansi2html", colours)
        resources = self._init_resources(resources) | {"policy": POLICY}
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)


def _show_widgets(nb: Any, assignment: str) -> None:
    """Put the still picture into each of the course's own widget cells that has no output."""
    pictures = still_pictures(assignment) if assignment in NOTEBOOKS else {}
    for cell in nb.cells:
        if cell.cell_type == "code" and not cell.outputs and cell.get("id") in pictures:
            cell.outputs = [
                from_dict(
                    {"output_type": "display_data", "data": pictures[cell.id], "metadata": {}}
                )
            ]


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
        return str(
            stock(
                handler,
                name,
                **{key: escape(v) if isinstance(v, str) else v for key, v in given.items()},
            )
        )

    BaseHandler.render = render


def formgrader_templates() -> list[str]:
    """Return where formgrader's page of a submission has its templates: ours, which needs no network, before nbgrader's."""
    from nbgrader.server_extensions.formgrader import handlers

    return [str(OURS), handlers.template_path]
