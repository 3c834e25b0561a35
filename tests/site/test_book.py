"""The book in a browser, offline: every page, its widgets, and exercises that run in place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from graded import points
from mistakes_typed import WRONG
from our_course import NOTEBOOKS
from support import SCREENSHOTS
from widget_page import by_axe

from grader.instructor.author.notebook import answer_cells, solve, source

PAGES = {name: f"{name}/{notebook.stem}.html" for name, notebook in NOTEBOOKS.items()}
EVERY = {"start": "index.html", **PAGES, "print": "print/index.html", "search": "search.html"}
PHONE = {"viewport": {"width": 390, "height": 844}}
THREE = ("1-affine", "3-strided", "5-max-pool")


def cell_of(page: Any, name: str) -> Any:
    return page.locator(f".cell.tag_id--{name}")


def answered(page: Any, name: str, text: str) -> Any:
    """Open an exercise in its place, type an answer, press Check, and return the verdict."""
    cell = cell_of(page, name)
    opener = cell.get_by_role("button", name="Write it here")
    if opener.count():
        opener.click()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    cell.get_by_role("button", name="Check").click()
    cell.get_by_role("button", name="Stop").wait_for(state="hidden", timeout=180_000)
    return cell.locator(".run-result [aria-label=check]").last


@pytest.mark.parametrize("name", EVERY)
def test_a_page_fits_a_phone_and_is_accessible(visit, name):
    page = visit(**PHONE).goto(EVERY[name])
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.screenshot(path=SCREENSHOTS / f"site-phone-{name}.png")
    if name == "print":  # the same pages again, which would take axe minutes
        return
    assert by_axe(page, "html") == []


@pytest.mark.parametrize("name", ["start", "2-convolution"])
def test_a_page_is_accessible_in_the_dark(visit, name):
    page = visit(color_scheme="dark").goto(EVERY[name])
    page.wait_for_timeout(500)
    page.screenshot(path=SCREENSHOTS / f"site-dark-{name}.png")
    assert by_axe(page, "html") == []


@pytest.mark.parametrize("name", PAGES)
def test_equations_are_mathml_and_widgets_step_by_keys(visit, name):
    page = visit().goto(PAGES[name])
    assert page.locator("math").count() > 10
    prose = " ".join(page.locator(".bd-article p, .bd-article li").all_inner_texts())
    assert "$" not in prose.replace("$\\", "")
    frames = page.query_selector_all("div.cell_output iframe")
    assert frames or name == "6-capstone"
    for box in frames:
        widget = box.content_frame()
        widget.locator(".stage").focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        assert widget.locator(".steps .told").inner_text().startswith("2 of")


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
    cell = cell_of(page, "student-id")
    cell.get_by_role("button", name="Run here").click()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source(student))
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
    cell = cell_of(page, "relu_forward")
    cell.get_by_role("button", name="Write it here").click()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("def relu_forward(x):\n    while True:\n        pass")
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
        ("%pip install torch", "SyntaxError"),
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


def test_points_go_with_the_answer_that_earned_them(visit):
    page = visit().goto(PAGES["4-relu"])
    answered(page, "relu_forward", "def relu_forward(x):\n    return np.maximum(x, 0)")
    status = page.locator(".notebook-bar [role=status]")
    assert status.inner_text().startswith("1 of 7")
    cell_of(page, "relu_forward").locator(".cm-content").press("End")
    page.keyboard.insert_text(" + 1")
    assert status.inner_text().startswith("0 of 7")


RIGHT = "def relu_forward(x):\n    return np.maximum(x, 0)"


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
    cell.get_by_role("button", name="Stop").wait_for(state="hidden", timeout=180_000)
    assert "waits for your function" in cell.locator(".run-result").inner_text()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("print(x)\nx[9]")
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


def test_the_search_finds_a_word(visit):
    page = visit().goto("search.html?q=subgradient")
    page.get_by_role("link", name="Send a gradient back through a ReLU").first.wait_for()


def test_the_links_of_a_page_lead_somewhere(visit, site):
    page = visit().goto(PAGES["1-affine"])
    links = {
        link.inner_text(): link.get_attribute("href")
        for link in page.locator(".notebook-bar a").all()
    }
    assert links["Open in Colab"].endswith(
        "/ada/gradients/blob/gh-pages/cloud/1-affine/affine.ipynb"
    )
    assert links["Open in Binder"].endswith("/gh-pages?labpath=cloud/1-affine/affine.ipynb")
    page.get_by_role("link", name="Open in the lab").click()
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=180_000)
    page = visit().goto(PAGES["6-capstone"])  # offline its lab cannot train
    assert page.locator(".notebook-bar a").count() == 0
    assert page.get_by_role("button", name="Write it here").count() == 0


def test_every_local_link_of_the_site_exists(site):
    from html.parser import HTMLParser

    class Links(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found += [value for key, value in attrs if key in ("href", "src") and value]

    missing = []
    for path in [*site.glob("*.html"), *site.glob("[1-6]*/*.html"), site / "print/index.html"]:
        links = Links()
        links.feed(path.read_text(encoding="utf-8"))
        for link in links.found:
            place = link.partition("#")[0].partition("?")[0]
            if place and ":" not in place and not (path.parent / place).exists():
                missing.append((path.name, link))
    assert missing == []
