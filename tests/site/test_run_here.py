"""Exercises that run in a page of the book, in a browser, offline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from book_pages import PAGES, answered, cell_of, is_done, typed
from graded import points
from mistakes_typed import WRONG
from our_course import NOTEBOOKS
from support import SCREENSHOTS

from grader.instructor.author.notebook import answer_cells, solve, source

THREE = ("1-affine", "3-strided", "5-max-pool")
RIGHT = "def relu_forward(x):\n    return np.maximum(x, 0)"


@pytest.mark.parametrize("name", THREE)
def test_an_exercise_runs_in_the_page(visit, name):
    page = visit().goto(PAGES[name])
    exercise, wrong, words = WRONG[name]
    verdict = answered(page, exercise, wrong)
    assert words in verdict.inner_text()
    right = source(answer_cells(solve(NOTEBOOKS[name]))[exercise])
    verdict = answered(page, exercise, right)
    total = sum(part.points for part in by_name(name, exercise).parts)
    assert f"{exercise}: {total:g} of {total:g} point" in verdict.inner_text()
    page.screenshot(path=SCREENSHOTS / f"site-run-here-{name}.png")
    assert f"{total:g} of" in page.locator(".notebook-bar [role=status]").inner_text()


def by_name(assignment: str, exercise: str) -> Any:
    return {each.name: each for each in NOTEBOOKS[assignment].exercises}[exercise]


def test_answers_stay_in_the_browser_and_are_graded_as_everybodys(visit, released_course, tmp_path):
    visited = visit()
    page = visited.goto(PAGES["4-relu"])
    solved = solve(NOTEBOOKS["4-relu"])
    (student,) = [cell for cell in solved["cells"] if cell["id"] == "student-id"]
    typed(page, "student-id", source(student))
    for name, answer in answer_cells(solved).items():
        if answer["cell_type"] == "code":
            assert "right" in answered(page, name, source(answer)).inner_text()
    page.locator(".essay textarea").fill("One number of dx needs dy of its whole row.")
    page = visited.goto(PAGES["4-relu"])  # as on another day
    status = page.locator(".notebook-bar [role=status]")
    status.get_by_text("7 of 7 points so far").wait_for()
    assert page.locator(".essay textarea").input_value().startswith("One number of dx")
    file = downloaded(page, tmp_path)
    sources = ["".join(each["source"]) for each in json.loads(file.read_text())["cells"]]
    assert "One number of dx needs dy of its whole row." in sources
    classroom = released_course("4-relu", tmp_path / "class")
    assert points(classroom, "4-relu", file) == NOTEBOOKS["4-relu"].automatic_points


def downloaded(page: Any, folder: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the notebook").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "relu.ipynb"
    return file


def test_code_that_never_ends_is_stopped_and_python_starts_anew(visit):
    page = visit().goto(PAGES["4-relu"])
    cell = typed(page, "relu_forward", "def relu_forward(x):\n    while True:\n        pass")
    cell.get_by_role("button", name="Check").click()
    cell.get_by_role("status").get_by_text("Running").wait_for(timeout=180_000)
    page.wait_for_timeout(1500)
    cell.get_by_role("button", name="Stop").click()
    cell.get_by_text("Stopped. The next run starts Python anew.").wait_for()
    verdict = answered(page, "relu_forward", "def relu_forward(x):\n    return np.maximum(x, 0)")
    assert "1 of 1 point" in verdict.inner_text()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def relu_forward(x)\n    return x", "SyntaxError: expected ':'"),
        ("import torch\n\ndef relu_forward(x):\n    return x", "No module named 'torch'"),
        ("import sys\nsys.exit()", "SystemExit"),
        ("%pip install torch", "which this page does not have: use the lab"),
    ],
)
def test_an_answer_that_raises_is_not_checked_as_it_was_before(visit, text, words):
    page = visit().goto(PAGES["4-relu"])
    status = page.locator(".notebook-bar [role=status]")
    answered(page, "relu_forward", "def relu_forward(x):\n    return np.maximum(x, 0)")
    assert status.inner_text().startswith("1 of 7")
    answered(page, "relu_forward", text)
    result = cell_of(page, "relu_forward").locator(".run-result")
    assert words in result.inner_text()
    assert result.locator("[aria-label=check]").count() == 0
    assert status.inner_text().startswith("0 of 7")
    assert "; 1 more is given by a person" in status.inner_text()


def test_points_go_with_the_answer_that_earned_them(visit):
    page = visit().goto(PAGES["4-relu"])
    answered(page, "relu_forward", "def relu_forward(x):\n    return np.maximum(x, 0)")
    status = page.locator(".notebook-bar [role=status]")
    assert status.inner_text().startswith("1 of 7")
    cell_of(page, "relu_forward").locator(".cm-content").press("End")
    page.keyboard.insert_text(" + 1")
    assert status.inner_text().startswith("0 of 7")


def test_each_of_two_tabs_checks_its_own_answer(visit):
    visited = visit()
    first = visited.goto(PAGES["4-relu"])
    assert "1 of 1 point" in answered(first, "relu_forward", RIGHT).inner_text()
    visited.page = visited.context.new_page()
    second = visited.goto(PAGES["4-relu"])
    wrong = "def relu_forward(x):\n    return x + 222"
    assert "0 of 1 point" in answered(second, "relu_forward", wrong).inner_text()
    cell_of(first, "relu_forward").get_by_role("button", name="Check").click()
    cell_of(first, "relu_forward").get_by_text("1 of 1 point").wait_for()


def test_where_a_browser_keeps_nothing_the_answer_counts_and_can_be_downloaded(visit, tmp_path):
    visited = visit()
    visited.page.add_init_script("""
        const setItem = Storage.prototype.setItem; // the theme's own values may be kept
        Storage.prototype.setItem = function (key, value) {
          if (key.startsWith("cnn-gradients")) throw new Error("quota exceeded");
          setItem.call(this, key, value);
        };
    """)
    page = visited.goto(PAGES["4-relu"])
    assert "1 of 1 point" in answered(page, "relu_forward", RIGHT).inner_text()
    told = page.locator(".notebook-bar [role=status]").inner_text()
    assert told.startswith("1 of 7 points so far")
    assert "This browser keeps no answers here: download the notebook" in told
    assert "np.maximum(x, 0)" in downloaded(page, tmp_path).read_text(encoding="utf-8")


def test_input_finds_no_keyboard_and_a_renamed_function_is_named(visit):
    page = visit().goto(PAGES["4-relu"])
    verdict = answered(page, "relu_forward", "def relu_forward(x):\n    return float(input())")
    assert "EOFError" in verdict.inner_text()
    verdict = answered(page, "relu_forward", "def relu_forwards(x):\n    return x")
    assert "There is relu_forwards: was it renamed?" in verdict.inner_text()


def test_a_cell_that_raises_shows_its_own_lines_alone(visit):
    page = visit().goto(PAGES["4-relu"])
    cell = cell_of(page, "live-eq-11")
    cell.get_by_role("button", name="Run here").click()
    cell.locator(".run-result").get_by_text("waits for your function").wait_for(timeout=180_000)
    typed(page, "live-eq-11", "print(x)\nx[9]")
    page.keyboard.press("Shift+Enter")
    error = cell.locator(".run-error")
    error.wait_for(timeout=180_000)
    assert error.inner_text().startswith("Traceback")
    assert "x[9]" in error.inner_text()
    assert "book_runner" not in error.inner_text()
    assert cell.locator(".run-result pre").first.inner_text() == "[ 3. -4.  5. -1.]\n"


def test_begin_again_asks_and_puts_the_stub_back(visit):
    page = visit().goto(PAGES["4-relu"])
    answered(page, "eq_12", 'def eq_12():\n    return "a"')
    cell = cell_of(page, "eq_12")
    page.once("dialog", lambda dialog: dialog.dismiss())
    cell.get_by_role("button", name="Begin again").click()
    assert 'return "a"' in cell.locator(".cm-content").inner_text()
    page.once("dialog", lambda dialog: dialog.accept())
    cell.get_by_role("button", name="Begin again").click()
    assert "NotImplementedError" in cell.locator(".cm-content").inner_text()


def ran(page: Any, name: str, text: str) -> str:
    """Return what a cell shows."""
    cell = typed(page, name, text)
    cell.get_by_role("button", name="Run").click()
    is_done(cell)
    return str(cell.locator(".run-result").inner_text()).strip()


def test_an_error_in_a_cell_above_is_told_until_it_is_mended(visit):
    page = visit().goto(PAGES["4-relu"])
    answered(page, "relu_forward", "def relu_forward(x)\n    return x")
    backward = "def relu_backward(dy, x):\n    return dy * (x > 0)"
    told = cell_of(page, "relu_backward").locator(".run-warning")
    for _ in range(2):
        answered(page, "relu_backward", backward)
        assert 'begins with "def relu_forward(x)" raised an error: SyntaxError' in told.inner_text()
    answered(page, "relu_forward", RIGHT)
    assert "right" in answered(page, "relu_backward", backward).inner_text()
    assert told.count() == 0


def test_a_cell_above_that_names_what_is_not_there_is_told_and_runs_again(visit):
    page = visit().goto(PAGES["4-relu"])
    ran(page, "figure-curve", "relu_forward\nshift = 1")  # which is defined further down
    cell = cell_of(page, "live-eq-11")
    cell.get_by_role("button", name="Run here").click()
    is_done(cell)
    told = cell.locator(".run-warning")
    assert 'begins with "relu_forward" raised an error: NameError' in told.inner_text()
    assert ran(page, "live-eq-11", "shift") == "1"
    assert told.count() == 0


def test_a_picture_stays_while_its_cell_is_the_same(visit):
    page = visit().goto(PAGES["4-relu"])
    cell = cell_of(page, "figure-curve")
    original = page.evaluate(
        "fetch('../jupyter/files/4-relu/relu.ipynb').then(r => r.json())"
        ".then(n => n.cells.find(c => c.id === 'figure-curve').source.join(''))"
    )
    ran(page, "figure-curve", original)
    assert cell.locator(".run-result img").is_visible()
    assert "in words" not in cell.inner_text()
    ran(page, "figure-curve", f"{original}\nprint('between')\n{original}\nprint('after')")
    assert cell.locator(".run-result img").count() == 2
    assert cell.locator(".run-result").inner_text().split() == ["between", "after"]
    assert "in words" in ran(page, "figure-curve", original.replace("5", "7"))
    assert cell.locator("img:visible").count() == 0
    page.once("dialog", lambda dialog: dialog.accept())
    cell.get_by_role("button", name="Begin again").click()
    assert cell.locator(".cell_output img").is_visible()


def test_an_open_editor_follows_the_theme(visit):
    page = visit(color_scheme="light").goto(PAGES["4-relu"])
    cell_of(page, "relu_forward").get_by_role("button", name="Write it here").click()
    paper = "getComputedStyle(document.querySelector('.cm-editor')).backgroundColor"
    light = page.evaluate(paper)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert page.evaluate(paper) != light
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    assert page.evaluate(paper) == light


def test_the_students_id_is_asked_once(visit):
    visited = visit()
    typed(visited.goto(PAGES["4-relu"]), "student-id", 'student_id = "ada"')
    page = visited.goto(PAGES["1-affine"])
    cell_of(page, "student-id").get_by_text('student_id = "ada"').wait_for()


def test_two_sites_on_one_host_keep_their_answers_apart(visit, site, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).symlink_to(site)
    visited = visit(tmp_path)
    status = ".notebook-bar [role=status]"
    page = visited.goto("a/" + PAGES["4-relu"])
    answered(page, "relu_forward", RIGHT)
    assert page.locator(status).inner_text().startswith("1 of 7")
    page = visited.goto("b/" + PAGES["4-relu"])
    page.locator(status).get_by_text("0 of 7").wait_for()
    page = visited.goto("a/jupyter/lab/index.html?path=4-relu/relu.ipynb")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=180_000)
    stores = page.evaluate("indexedDB.databases().then(all => all.map(each => each.name))")
    assert stores
    assert all("/a/jupyter/" in name for name in stores)


def test_what_is_too_long_for_the_page_says_so(visit):
    page = visit().goto(PAGES["4-relu"])
    told = ran(page, "student-id", "for _ in range(3_000):\n    print('a' * 9)")
    assert told.endswith("... (what comes after 20,000 letters is not shown in this page)")
    assert len(told) < 20_100
    told = ran(page, "student-id", "'b' * 30_000")
    assert told.endswith("is not shown in this page)")
    ran(page, "student-id", "x = 1\n" * 3_000)
    editor = cell_of(page, "student-id").locator(".cm-editor").bounding_box()
    assert editor["height"] < page.viewport_size["height"]


def test_the_focus_stays_with_the_button_that_was_pressed(visit):
    page = visit().goto(PAGES["4-relu"])
    cell = typed(page, "student-id", "import time\ntime.sleep(1000)")
    run = cell.get_by_role("button", name="Run")
    run.press("Enter")
    stop = cell.get_by_role("button", name="Stop")
    stop.press("Enter")
    cell.get_by_text("Stopped. The next run starts Python anew.").wait_for()
    assert run.evaluate("each => each === document.activeElement")
    typed(page, "student-id", "1 + 1")
    run.press("Enter")
    is_done(cell)
    assert run.evaluate("each => each === document.activeElement")


def test_one_cell_runs_at_a_time_and_another_waits(visit):
    page = visit().goto(PAGES["4-relu"])
    other = typed(page, "student-id", "1 + 1")
    cell = typed(page, "live-eq-11", "while True:\n    pass")
    cell.get_by_role("button", name="Run").click()
    other.get_by_role("button", name="Run").click()
    other.get_by_text("Waits for the cell that runs now.").wait_for()
    assert other.get_by_role("button", name="Stop").count() == 0
    cell.get_by_role("button", name="Stop").click()
    cell.get_by_text("Stopped. The next run starts Python anew.").wait_for()
    other.locator(".run-result").get_by_text("2", exact=True).wait_for(timeout=180_000)
    assert other.get_by_role("status").inner_text() == ""
