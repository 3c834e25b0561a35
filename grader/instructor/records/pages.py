"""The pages that show students' work, safe to open: nothing of a student's runs in them.

That holds for feedback pages and for formgrader. nbgrader_config.py names these in its settings,
so `grader feedback`, `nbgrader generate_feedback` and formgrader's buttons make the same pages.
"""

from __future__ import annotations

import json
import os
import re
import textwrap
from collections.abc import Callable
from functools import cache, lru_cache, partial
from html import escape
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbformat import convert, from_dict, reader
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import GetGrades
from nbgrader.utils import is_grade, is_solution, is_task
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import Python3Lexer
from traitlets.config import Config

from grader.export.safe import TEMPLATES, colours, first, picture_attributes
from grader.instructor.author.references import rubric_of
from grader.instructor.courses import VARIABLE, find_course
from grader.instructor.files import digest
from grader.instructor.records.standings import NOT_HANDED_IN, PageRecord
from grader.instructor.records.still_pictures import still_pictures
from grader.judge.course import Course
from grader.show.verdict import MIME, is_right

OURS = Path(__file__).with_name("templates")

# No source of scripts is named, so none runs. What a page shows stands in it.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:; "
    "font-src data:; form-action 'none'; base-uri 'none'"
)
# Of an output's kinds of data the first that is there is shown.
KINDS = ("text/html", "image/svg+xml", "image/png", "image/jpeg", "text/plain")
COLOURED_LIMIT = 1000  # cells that are kept in colours
RENDERED_LIMIT = 500  # cells that are kept as HTML
NAME_LENGTH, LINE_LENGTH = 40, 160  # letters of a lost part in the summary
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

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._rendered = _Rendered()

    def from_file(self, file_stream: Any, resources: Any = None, **kw: Any) -> tuple[str, Any]:
        """Return the page of an open notebook and its resources.

        nbconvert's method of this name validates the notebook, and only logs what it finds.
        """
        notebook = convert(reader.reads(file_stream.read()), to_version=4)
        return self.from_notebook_node(notebook, resources, **kw)

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[str, Any]:
        """Return the page and its resources.

        HTMLExporter's method of this name parses the whole page once more, which takes longer than
        all the rest; it is left out.
        """
        _show_widgets(nb, (resources or {}).get("nbgrader", {}).get("assignment", ""))
        self.register_filter("highlight_code", _coloured)
        self.register_filter("filter_data_type", partial(first, KINDS))
        self.register_filter("ansi2html", colours)
        self.register_filter("lost_parts", lost_parts)
        self.register_filter("picture_attributes", picture_attributes)
        resources = self._init_resources(resources) | {"policy": POLICY}
        resources["gone"] = KEPT if _is_gone(resources) else ""
        resources["rendered"] = self._rendered
        self._nb_metadata.clear()  # nbconvert keeps that of every notebook
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)

    def _preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Run the preprocessors; return notebook and resources.

        nbconvert's method of this name copies the notebook twice more, and validates it after each
        preprocessor. Here it is validated once.
        """
        for preprocessor in self._preprocessors:
            nb, resources = preprocessor(nb, resources)
        self._validate_preprocessor(nb, "all of them")
        return nb, resources


class _Rendered:
    """The HTML of cells, by what they hold: most are the same for the whole class.

    The template calls it. Those that were used last are kept.
    """

    def __init__(self) -> None:
        self._html: dict[str, str] = {}

    def __call__(self, cell: Any, caller: Callable[[], str]) -> str:
        """Return a cell's HTML. caller: Jinja's name for what renders it."""
        key = digest(json.dumps(cell).encode())
        html = self._html.pop(key, None)
        if html is None:
            html = caller()
        self._html[key] = html
        if len(self._html) > RENDERED_LIMIT:
            del self._html[next(iter(self._html))]
        return html


class FeedbackPages(GenerateFeedback):  # type: ignore[misc]
    """nbgrader's converter for a whole class, a student at a time, with one exporter for all.

    Making an exporter for each student, as nbgrader does, is half of the work.
    """

    preprocessors: Any

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.force = True
        self.grades = KnownGrades(parent=self)
        steps = [self.grades if step is GetGrades else step for step in self.preprocessors]
        self.preprocessors = steps

    def start(self) -> None:
        """Write the pages of the student whom the course directory names."""
        if not self.trait_has_value("exporter"):
            super().start()
            return
        self.init_notebooks()
        before = os.getcwd()
        os.chdir(self.coursedir.root)
        try:
            self.convert_notebooks()
        finally:
            os.chdir(before)

    def write_single_notebook(self, output: str, resources: Any) -> None:
        """Write a page under another name, then rename it: no half-written one is ever there."""
        name = resources["unique_key"]
        self.writer.build_directory = ""  # a folder is made when this changes
        super().write_single_notebook(output, {**resources, "unique_key": f".{name}.new"})
        page = Path(self.writer.build_directory, f"{name}{self.exporter.file_extension}")
        os.replace(page.with_name(f".{name}.new{self.exporter.file_extension}"), page)


class KnownGrades(GetGrades):  # type: ignore[misc]
    """nbgrader's GetGrades for grades that were read before, for many students at once.

    nbgrader asks the gradebook for each cell of each student. record: what the gradebook holds,
    None where nbgrader has to look itself.
    """

    record: PageRecord | None = None

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Put the grades into notebook and resources. What is missing, nbgrader complains of."""
        names = resources["nbgrader"]
        page = (names["student"], names["notebook"])
        if self.record is None or page != (self.record.standing.student, self.record.notebook):
            return super().preprocess(nb, resources)
        try:
            for cell in nb.cells:
                _fill_in(cell, self.record)
        except KeyError:
            return super().preprocess(nb, resources)
        standing = self.record.standing
        penalty = standing.penalty or 0
        names["score"] = standing.raw_points - penalty
        names["max_score"] = standing.max_points
        names["late_penalty"] = penalty
        return nb, resources


def _fill_in(cell: Any, record: PageRecord) -> None:
    """Put score and comment into a cell's metadata. Raises KeyError where there are none."""
    if is_solution(cell) or is_task(cell):
        cell.metadata.nbgrader["comment"] = record.comments[cell.metadata.nbgrader["grade_id"]]
    if is_grade(cell) or is_task(cell):
        score = record.standing.cells[cell.metadata.nbgrader["grade_id"]]
        cell.metadata.nbgrader["score"] = score.points
        cell.metadata.nbgrader["points"] = score.max_score


def _coloured(source: str, language: str | None = None, metadata: Any = None) -> str:
    """Return Python in colours; most cells are as released, the same for the whole class."""
    return _coloured_python(source)


@lru_cache(COLOURED_LIMIT)
def _coloured_python(source: str) -> str:
    """Return Python as nbconvert colours it.

    For each piece nbconvert makes a lexer and a formatter, and tries about thirty rules for magics
    and help at each word. All of these rules need one of three signs.
    """
    if not source or re.search("[%!?]", source):
        return str(Highlight2HTML(pygments_lexer="ipython3")(source))
    return str(highlight(source, *_python()))


@cache
def _python() -> tuple[Python3Lexer, HtmlFormatter[str]]:
    """Return what reads Python without magics, and what writes it in colours."""
    return Python3Lexer(), HtmlFormatter(cssclass=" highlight hl-ipython3")


def lost_parts(cell: Any) -> list[tuple[str, str]]:
    """Return the name of each lost part of a test cell, and its verdict in one line.

    A cell that a student's kernel has run may hold anything in the place of a verdict.
    """
    outputs = [dict(output.get("data", {})) for output in cell.get("outputs", [])]
    verdicts = [data[MIME] for data in outputs if isinstance(data.get(MIME), dict)]
    lines = []
    parts = verdicts[0].get("parts") if verdicts else []
    for part in parts if isinstance(parts, list) else []:
        try:
            is_lost = not is_right(part["points"], part["earned"], part["message"])
            name, message = str(part["name"]), str(part["message"])
        except (KeyError, TypeError, AttributeError):
            continue
        if is_lost:
            lines.append((name[:NAME_LENGTH], _one_line(message)))
    return lines


def _one_line(message: str) -> str:
    """Return a message in one line, cut after a whole word."""
    words = " ".join(message.split())
    return textwrap.shorten(words, LINE_LENGTH, placeholder=" ...") if words else "wrong"


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

    formgrader's page of a submission prints them as they are. Work that is gone gets a line, and
    an essay its rubric.
    """
    _show_rubrics(nb, resources.get("assignment_id", ""))
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


def _show_rubrics(nb: Any, assignment: str) -> None:
    """Put a cell with its rubric below each essay."""
    notebook = _course(os.environ.get(VARIABLE, "")).by_assignment.get(assignment)
    if notebook is None or not notebook.essays:
        return
    for number in range(len(nb.cells) - 1, -1, -1):
        name = nb.cells[number].metadata.get("nbgrader", {}).get("grade_id")
        rubric = rubric_of(notebook, name) if name in notebook.essay_names else ""
        if rubric:
            text = f"**Rubric** (students do not see it)\n\n{rubric}"
            cell = from_dict({"cell_type": "markdown", "metadata": {}, "source": text})
            nb.cells.insert(number + 1, cell)


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
