"""A released notebook, run as it is, as a page of the book."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from grader.instructor.courses import CourseError
from grader.instructor.site.lab import LAB

WAITING = "&#8230;</span>"  # the sign of a comparison that waits for an answer or a guess
HOW_TO = "how-to"  # the cell that says how a notebook works
LEFT_OUT = ("start", "progress")  # a page runs the first by itself, and counts the points itself
IN_LAB = '<a href="../{lab}/lab/index.html?path={place}">Open in the lab</a>'
NUMBERS = "numbers_for("
HERE = """
In this page a cell opens where it stands, with its button below it, and **Check** runs the check of
an exercise. The first cell runs by itself, and your points stand at the top. Answers stay in this
browser: download the notebook to hand them in. For a cell of your own, open the notebook in the
lab.
"""
QUIET = ["--IPKernelApp.log_level=ERROR"]  # it warns of its connection, which is on this machine


def page_of(path: Path, links: str, runs: bool) -> nbformat.NotebookNode:
    """Return a released notebook as a page: run, without what waits for an answer.

    links: HTML with the links to the places that open it;  runs: whether its cells run in the page

    A check stands with its exercise, which a reader opens in the page (page/run_here.js). Raises
    CourseError.
    """
    run = nbformat.read(path, as_version=4)
    folder = {"metadata": {"path": str(path.parent)}}
    try:
        NotebookClient(run, timeout=600, resources=folder, extra_arguments=QUIET).execute()
    except Exception as error:
        raise CourseError(f"{path.name} does not run as released: {error}") from None
    title, *rest = run.cells
    for cell in rest:
        if runs and cell.id == HOW_TO:
            cell.source += f"\n{HERE}"
    bar = _raw(f'<p class="notebook-bar">{links}</p>')
    run.cells = [title, bar, *(kept for cell in rest for kept in _cells(cell))]
    return run


def link_to_lab(place: str) -> str:
    """Return the link that opens a notebook in the lab."""
    return IN_LAB.format(lab=LAB, place=place)


def _cells(cell: Any) -> list[Any]:
    """Return what stands in a page for a cell: nothing, or one."""
    mark = cell.metadata.get("nbgrader", {})
    if cell.cell_type == "markdown":
        return [_raw(_essay(cell.id))] if mark.get("solution") else [cell]
    if cell.id in LEFT_OUT or (mark.get("grade") and not mark.get("solution")):
        return []
    if mark.get("solution") or NUMBERS in cell.source:
        cell.outputs = []
    cell.outputs = [output for output in cell.outputs if not _waits(output)]
    cell.metadata["tags"] = [f"id--{cell.id}"]
    return [cell]


def _waits(output: Any) -> bool:
    """Tell whether an output waits for an answer or a guess."""
    return WAITING in str(output.get("data", {}).get("text/html", ""))


def _essay(name: str) -> str:
    words = "Your answer in sentences belongs here: write it in the lab, or in this page."
    return f'<div class="essay" data-essay="{html.escape(name)}">{words}</div>'


def _raw(text: str) -> Any:
    """Return a cell with HTML of our own, which goes into the page as it is."""
    return nbformat.v4.new_markdown_cell(f"```{{raw}} html\n{text}\n```")
