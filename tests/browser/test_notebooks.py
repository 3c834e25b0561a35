"""Every notebook as a student meets it: opened in JupyterLab, run as released and as solved, and
one wrong answer typed.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from mistakes_typed import WRONG
from nbformat.sign import NotebookNotary
from our_course import EXERCISES, NOTEBOOKS, all_right, none_right
from support import HEIGHT, ROOT, SCREENSHOTS, WIDTH, run_all
from support import opened as opened_page
from widget_page import framed

from grader.instructor.author.notebook import dumps, solve

# for half a minute: what it shows is looked at after the one run that all tests share
TRAINS = "6-capstone"


def keep(shown, name):
    """Keep a picture for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    shown.screenshot(path=SCREENSHOTS / f"{name}.png")


def keep_whole(page, name):
    """Keep a picture of a page in a window tall enough to hold all of it."""
    ends = (
        "() => [...document.querySelectorAll('.jp-Cell')].map(cell => "
        "cell.offsetHeight).reduce((a, b) => a + b, 0)"
    )
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT + page.evaluate(ends)})
    keep(page, name)
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


@pytest.fixture(scope="module", params=list(NOTEBOOKS))
def opened(request, browser, lab):
    """(assignment, page): the released notebook, run from top to bottom."""
    assignment = request.param
    path = f"{assignment}/{NOTEBOOKS[assignment].stem}.ipynb"
    page = run_all(browser, lab[0], path, none_right(assignment))
    yield assignment, page
    page.close()


def copied(assignment, folder):
    return Path(
        shutil.copytree(
            ROOT / "notebooks" / assignment, folder / "solved" / assignment, dirs_exist_ok=True
        )
    )


@pytest.fixture(params=list(NOTEBOOKS))
def finished(request, browser, lab):
    """(assignment, page): the notebook with the reference answers filled in, run from top to
    bottom.
    """
    assignment = request.param
    address, folder = lab
    copied(assignment, folder)
    path = f"solved/{assignment}/{NOTEBOOKS[assignment].stem}.ipynb"
    (folder / path).write_text(dumps(solve(NOTEBOOKS[assignment])), encoding="utf-8")
    page = run_all(browser, address, path, all_right(assignment))
    yield assignment, page
    page.close()


def has_no_error(page):
    assert page.errors == []
    assert (
        page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count()
        == 0
    )
    assert page.locator(".jp-OutputArea-error, .jupyter-widgets-error-widget").count() == 0
    assert page.get_by_text("Ready: Python 3.").count() == 1


def is_inside_the_page(page):
    drawn = (
        ".jp-RenderedMarkdown table, .jp-OutputArea img:not([hidden]), .jp-OutputArea [role=group], "
        ".jp-OutputArea iframe"
    )
    edges = page.evaluate(
        "drawn => [...document.querySelectorAll(drawn)].map(box => "
        "box.getBoundingClientRect()).map(r => [r.left, r.right])",
        drawn,
    )
    assert edges
    for left, right in edges:
        assert left >= 0
        assert right <= WIDTH


def test_a_released_notebook_runs_without_an_error(opened):
    assignment, page = opened
    keep_whole(page, f"{assignment}-released")
    has_no_error(page)
    checks = page.locator(".jp-CodeCell [role=group][aria-label=check]")
    assert checks.count() == len(NOTEBOOKS[assignment].exercises)
    assert all("is not written yet" in told or "0 of" in told for told in checks.all_inner_texts())


def test_every_equation_of_a_notebook_is_typeset(opened):
    _, page = opened
    assert page.locator("mjx-container").count() > 10
    assert page.locator("mjx-merror").count() == 0
    prose = "".join(page.locator(".jp-MarkdownCell .jp-RenderedMarkdown").all_inner_texts())
    for raw in ("\\frac", "\\mathbf", "\\partial", "\\tag", "$"):
        assert raw not in prose


def test_tables_figures_and_verdicts_of_a_notebook_stay_inside_the_page(opened):
    is_inside_the_page(opened[1])


def test_the_widgets_of_a_notebook_step(opened):
    _, page = opened
    for widget in framed(page):
        told = widget.locator(".steps .told")
        before = told.inner_text()
        widget.locator(".stage").focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        assert told.inner_text().startswith("2 of")
        page.keyboard.press("Home")
        assert told.inner_text().startswith("1 of")
        assert before.split(" of ")[1] == told.inner_text().split(" of ")[1]


def test_the_keys_of_a_widget_are_not_taken_by_jupyterlab(opened):
    _, page = opened
    cells = page.locator(".jp-Cell").count()
    for widget in framed(page):
        widget.locator(".stage").focus()
        page.keyboard.press("b")  # in JupyterLab: a new cell
        speed = widget.get_by_label("speed", exact=True)
        speed.focus()
        page.keyboard.press("ArrowRight")
        assert speed.input_value() == "3"
    assert page.locator(".jp-Cell").count() == cells


def test_a_typed_mistake_is_told_beside_its_picture(opened):
    assignment, page = opened
    name, text, words = WRONG[assignment]
    stub = page.locator(".jp-CodeCell", has_text=f"def {name}(").first
    stub.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    box = (
        page.locator(".jp-CodeCell", has_text=f"check({name})").first.locator("[role=group]").first
    )
    box.get_by_text("is not written yet").wait_for(state="detached", timeout=30_000)
    assert words in box.inner_text()
    if EXERCISES[name].widget is None:
        return
    output = page.locator(".jp-CodeCell", has_text=f"check({name})").first
    case = output.locator("iframe").content_frame
    case.get_by_text("Step through this case").click()
    assert "≠ Your" in case.locator(".compared").inner_text()
    box.scroll_into_view_if_needed()
    keep(box, f"{assignment}-mistake")


def earns_everything(assignment, page):
    keep_whole(page, f"{assignment}-solved")
    has_no_error(page)
    is_inside_the_page(page)
    told = page.locator(".jp-CodeCell [role=group][aria-label=check]").all_inner_texts()
    for exercise, text in zip(NOTEBOOKS[assignment].exercises, told, strict=True):
        points = f"{exercise.points:g} of {exercise.points:g} point"
        score = points if exercise.points else "right (no points)"
        assert text.startswith(f"{exercise.name}: {score}")


@pytest.mark.soak
def test_a_solved_notebook_runs_without_an_error_and_earns_everything(finished):
    earns_everything(*finished)


def test_the_capstone_that_was_run_and_saved_shows_no_error_and_all_its_points(
    browser, lab, solved
):
    address, folder = lab
    node = nbformat.read(solved(TRAINS), as_version=4)
    path = copied(TRAINS, folder).with_name("saved.ipynb")
    nbformat.write(node, path)
    NotebookNotary(data_dir=str(folder / ".data")).sign(node)  # as if it had been run here
    page = opened_page(browser, address, str(path.relative_to(folder)))
    page.get_by_text("9 of 9: everything is right").wait_for()
    earns_everything(TRAINS, page)
    page.close()
