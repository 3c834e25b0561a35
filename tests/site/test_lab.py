"""The lab in a browser, offline: each notebook as released, with a mistake, and solved by typing;
what is downloaded is graded.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from graded import points
from mistakes_typed import WRONG
from our_course import NOTEBOOKS, all_right, none_right
from support import SCREENSHOTS
from widget_page import framed

from grader.instructor.author.notebook import answer_cells, solve, source

LAB = list(NOTEBOOKS)[:5]  # offline nothing is trained


@pytest.fixture(params=LAB)
def work(request: Any, visit: Any) -> tuple[str, Any]:
    """(assignment, page): a released notebook that is open in the lab and was run as it is."""
    assignment = request.param
    notebook = NOTEBOOKS[assignment]
    visited = visit()
    page = visited.goto(f"jupyter/lab/index.html?path={assignment}/{notebook.file}")
    page.locator(".jp-Cell").nth(20).wait_for(timeout=180_000)
    run_all(page)
    page.get_by_text(none_right(assignment)).wait_for(timeout=180_000)
    return assignment, page


def run_all(page: Any) -> None:
    page.get_by_text("Python (Pyodide) | Idle").wait_for(timeout=180_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def type_into(page: Any, cell: Any, text: str) -> None:
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def cell_of(page: Any, words: str) -> Any:
    return page.locator(".jp-CodeCell", has_text=words).first


def test_a_notebook_is_worked_on_in_the_lab_downloaded_and_graded(work, released_course, tmp_path):
    assignment, page = work
    shows_no_traceback(page)
    three_widgets_step(page)
    a_mistake_is_named(page, assignment)
    everything_is_typed(page, assignment)
    file = downloaded(page, tmp_path)
    assert file.name == NOTEBOOKS[assignment].file
    classroom = released_course(assignment, tmp_path / "class")
    assert points(classroom, assignment, file) == NOTEBOOKS[assignment].automatic_points


def shows_no_traceback(page: Any) -> None:
    assert page.get_by_text("Ready: Python 3.12").count() == 1
    assert page.get_by_text("in the browser. Your work is kept in this browser alone").count() == 1
    assert page.locator(".jp-OutputArea-error, [data-mime-type*=stderr]").count() == 0


def three_widgets_step(page: Any) -> None:
    page.locator(".jp-OutputArea iframe:visible").first.wait_for()
    widgets = framed(page)
    assert widgets
    for widget in widgets[:3]:
        widget.locator(".stage").focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        assert widget.locator(".steps .told").inner_text().startswith("2 of")


def a_mistake_is_named(page: Any, assignment: str) -> None:
    name, text, words = WRONG[assignment]
    type_into(page, cell_of(page, f"def {name}("), text)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    verdict = cell_of(page, f"check({name})").locator("[role=group]").first
    verdict.get_by_text("is not written yet").wait_for(state="detached", timeout=180_000)
    assert words in verdict.inner_text()
    page.screenshot(path=SCREENSHOTS / f"site-lab-{assignment}.png")


def everything_is_typed(page: Any, assignment: str) -> None:
    solved = solve(NOTEBOOKS[assignment])
    (student,) = [cell for cell in solved["cells"] if cell["id"] == "student-id"]
    type_into(page, cell_of(page, 'student_id = ""'), source(student))
    for name, cell in answer_cells(solved).items():
        if cell["cell_type"] == "code":
            type_into(page, cell_of(page, f"def {name}("), source(cell))
    run_all(page)
    page.get_by_text(all_right(assignment)).wait_for(timeout=180_000)


def downloaded(page: Any, folder: Path) -> Path:
    """Return the file as File > Download saves it."""
    page.get_by_role("menuitem", name="File", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Download", exact=True).click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def strange_notebook() -> str:
    """A notebook that claims to be trusted, whose output would run a script once it is shown."""
    html = "<b>strange</b><img src='data:,' onerror='window.ran = true'>"
    output = {"output_type": "display_data", "data": {"text/html": html}, "metadata": {}}
    script = {"application/javascript": "window.ran = true"}
    cell = {
        "cell_type": "code",
        "id": "strange",
        "metadata": {"trusted": True},
        "execution_count": 1,
        "source": "1",
        "outputs": [output, {**output, "data": script}],
    }
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_a_strange_notebook_runs_nothing_when_it_is_opened(visit):
    visited = visit()
    page = visited.goto("jupyter/lab/index.html")
    page.locator(".jp-DirListing-item").first.wait_for(timeout=180_000)
    file = {"name": "strange.ipynb", "mimeType": "application/json"}
    with page.expect_file_chooser() as chooser:
        page.locator(
            "[data-command='filebrowser:upload'], jp-button[title*='Upload']"
        ).first.click()
    chooser.value.set_files([{**file, "buffer": strange_notebook().encode()}])
    page.locator(".jp-DirListing-item", has_text="strange.ipynb").dblclick()
    page.locator(".jp-OutputArea b", has_text="strange").wait_for(timeout=180_000)
    page.wait_for_timeout(1000)
    assert page.evaluate("window.ran") is None
    page.reload()
    page.locator(".jp-OutputArea b", has_text="strange").wait_for(timeout=180_000)
    page.wait_for_timeout(1000)
    assert page.evaluate("window.ran") is None


def test_a_reload_brings_the_notebook_back(visit):
    page = visit().goto("jupyter/lab/index.html?path=4-relu/relu.ipynb")
    page.locator(".jp-Cell").nth(20).wait_for(timeout=180_000)
    page.wait_for_url("**?path=4-relu*relu.ipynb")
    page.reload()
    page.locator(".jp-Cell").nth(20).wait_for(timeout=180_000)
    assert page.locator(".jp-NotebookPanel").count() == 1


def test_the_work_is_there_when_the_lab_is_opened_again(visit):
    visited = visit()
    place = "jupyter/lab/index.html?path=4-relu/relu.ipynb"
    page = visited.goto(place)
    page.locator(".jp-Cell").nth(20).wait_for(timeout=180_000)
    type_into(page, cell_of(page, "def relu_forward("), "def relu_forward(x):\n    return x + 41")
    page.keyboard.press("Control+s")
    page.locator(".jp-DocumentStatus, .jp-mod-dirty").first.wait_for(state="hidden")
    page.wait_for_timeout(1000)
    page.close()
    visited.page = page = visited.context.new_page()
    page = visited.goto(place)
    page.locator(".jp-Cell").nth(20).wait_for(timeout=180_000)
    cell_of(page, "return x + 41").wait_for(timeout=180_000)
