"""The pages that show students' work, safe to open: nothing of a student's runs in them.

That holds for feedback pages and for formgrader. nbgrader_config.py names these in its settings,
so `grader feedback`, `nbgrader generate_feedback` and formgrader's buttons make the same pages.
"""

from __future__ import annotations

import os
import re
from functools import cache, lru_cache, partial
from html import escape
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbformat import from_dict
from traitlets.config import Config

from grader.export.safe import TEMPLATES, colours, first, picture_attributes
from grader.instructor.courses import VARIABLE, find_course
from grader.instructor.records.standings import NOT_HANDED_IN
from grader.instructor.records.still_pictures import still_pictures
from grader.judge.course import Course

OURS = Path(__file__).with_name("templates")

# No source of scripts is named, so none runs. What a page shows stands in it.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:; "
    "font-src data:; form-action 'none'; base-uri 'none'"
)
# Of an output's kinds of data the first that is there is shown.
KINDS = ("text/html", "image/svg+xml", "image/png", "image/jpeg", "text/plain")
COLOURED_LIMIT = 1000  # cells that are kept in colours
KEPT = f"This work is {NOT_HANDED_IN}; the gradebook keeps its points."
SETTINGS = {
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


class FeedbackPage(HTMLExporter):  # type: ignore[misc]
    """nbgrader's feedback page with our looks: no script, and a Content-Security-Policy.

    nbgrader's own page shows a student's HTML as it is, and a script in it runs with the rights of
    whoever opens the page.
    """

    export_from_notebook = None  # no entry in JupyterLab's menu

    @property
    def default_config(self) -> Config:
        """nbconvert's settings, and ours."""
        config = super().default_config.copy()
        config.merge(Config(SETTINGS))
        return config

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[str, Any]:
        """Return the page and its resources.

        HTMLExporter's method of this name parses the whole page once more, which takes longer than
        all the rest; it is left out.
        """
        _show_widgets(nb, (resources or {}).get("nbgrader", {}).get("assignment", ""))
        self.register_filter("highlight_code", _coloured)
        self.register_filter("filter_data_type", partial(first, KINDS))
        self.register_filter("ansi2html", colours)
        self.register_filter("picture_attributes", picture_attributes)
        resources = self._init_resources(resources) | {"policy": POLICY}
        resources["gone"] = KEPT if _is_gone(resources) else ""
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)


def _coloured(source: str, language: str | None = None, metadata: Any = None) -> str:
    """Return Python in colours; most cells are as released, the same for the whole class."""
    return _coloured_python(source)


@lru_cache(COLOURED_LIMIT)
def _coloured_python(source: str) -> str:
    return str(Highlight2HTML(pygments_lexer="ipython3")(source))


def _is_gone(resources: Any) -> bool:
    """Tell whether the work that a page shows is no longer in submitted/.

    The page is made of autograded/STUDENT/ASSIGNMENT/NAME.ipynb, beside submitted/.
    """
    folder = Path((resources.get("metadata") or {}).get("path") or ".").resolve()
    if len(folder.parents) < 3 or folder.parents[1].name != "autograded":
        return False
    return not (folder.parents[2] / "submitted" / folder.parent.name / folder.name).is_dir()


@cache
def _course(name: str) -> Course:
    """Return the course that GRADER_COURSE names, once: to look for it takes long."""
    return find_course(name)


def _show_widgets(nb: Any, assignment: str) -> None:
    """Put the still picture into each of the course's own widget cells that has no output."""
    notebook = _course(os.environ.get(VARIABLE, "")).by_assignment.get(assignment)
    if notebook is None:
        return
    pictures = still_pictures(notebook)
    for cell in nb.cells:
        if cell.cell_type == "code" and not cell.outputs and cell.get("id") in pictures:
            data = pictures[cell.id]
            output = {"output_type": "display_data", "data": data, "metadata": {}}
            cell.outputs = [from_dict(output)]


def plain_names(nb: Any, resources: Any) -> tuple[Any, Any]:
    """Take markup out of a student's name and of grade_ids; return notebook and resources.

    formgrader's page of a submission prints them as they are. Work that is gone gets a line.
    """
    for name in ("student", "first_name", "last_name"):
        if resources.get(name):
            resources[name] = escape(resources[name])
    for cell in nb.cells:
        metadata = cell.metadata.get("nbgrader", {})
        if "grade_id" in metadata:
            metadata["grade_id"] = re.sub(r"[^\w.-]", "", str(metadata["grade_id"]))
    if _is_gone(resources):
        nb.cells.insert(0, from_dict({"cell_type": "markdown", "metadata": {}, "source": KEPT}))
    return nb, resources


def escape_names() -> None:
    """Let formgrader's other pages escape what they print.

    Without this repair they print a student's name as it stands in the address, so a link can
    bring a script. We know of no issue about it in nbgrader's list.
    """
    # Imported here: formgrader alone has loaded it, and it takes long.
    from nbgrader.server_extensions.formgrader.base import BaseHandler  # noqa: PLC0415

    original = BaseHandler.render
    if original.__module__ == __name__:  # this was called before
        return

    def render(handler: Any, name: str, **values: Any) -> str:
        escaped = {key: _escaped(value) for key, value in values.items()}
        return str(original(handler, name, **escaped))

    BaseHandler.render = render


def _escaped(value: Any) -> Any:
    return escape(value) if isinstance(value, str) else value


def formgrader_templates() -> list[str]:
    """Return where formgrader finds the templates for its page of a submission.

    Ours come before nbgrader's. Without them the page waits for MathJax from another host, and has
    no keys where there is no network.
    """
    # Imported here: formgrader alone has loaded it, as above.
    from nbgrader.server_extensions.formgrader import handlers  # noqa: PLC0415

    return [str(OURS), handlers.template_path]
