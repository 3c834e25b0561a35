"""The whole path by mouse: an instructor in formgrader, a student in the Assignment List, each with
a JupyterLab of their own.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from support import ROOT, WIDTH

TOKEN = "for-the-interface"
FAULT = re.compile(r"\[[EC] |\[\w+ \| (ERROR|CRITICAL)\]|Traceback")  # in a server's log
RIGHT = "def affine_forward(x, w, b):\n    return x @ w + b"
WRONG = "def affine_backward(dy, x, w):\n    return dy @ w.T, (x.T @ dy).T, dy.sum(axis=0)"

pytestmark = pytest.mark.usefixtures("some_tier")


@pytest.fixture
def repository(tmp_path, monkeypatch) -> Path:
    """A course repository as a fresh clone has it: settings and notebooks, no course/ yet."""
    for name in ("COURSE_DIR", "COURSE_DB"):  # set by tests that run nbgrader in this process
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "repository"
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    return folder


@pytest.fixture
def home(tmp_path, repository) -> Path:
    """A student's folder, empty, beside settings that say where the exchange lies and nothing else."""
    settings = tmp_path / "student" / ".config" / "nbgrader_config.py"
    settings.parent.mkdir(parents=True)
    settings.write_text(
        f"c = get_config()\nc.Exchange.root = {str(repository / 'course' / 'exchange')!r}\n"
    )
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def people(browser, served, tmp_path, repository, home) -> Iterator[tuple[Any, Any]]:
    """(instructor, student): two pages of two servers. In the end neither page nor log may hold an
    error.
    """
    (tmp_path / "instructor").mkdir()
    wrong: list[str] = []
    with ExitStack() as stack:
        pages = []
        for own, files in (("instructor", repository), ("student", home)):
            address = stack.enter_context(served(files, files, tmp_path / own, TOKEN))
            page = browser.new_page(viewport={"width": WIDTH, "height": 900})
            stack.callback(page.close)
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on(
                "console",
                lambda message: wrong.append(message.text) if message.type == "error" else None,
            )
            page.goto(f"{address}/lab?token={TOKEN}")
            pages.append(page)
        yield pages[0], pages[1]
    for own in ("instructor", "student"):
        log = (
            (tmp_path / own / "server.log").read_text().partition("received signal 15, stopping")[0]
        )
        wrong += [
            line for line in log.splitlines()[:-1] if FAULT.match(line)
        ]  # the last is of the signal
    assert wrong == []


@pytest.fixture
def seen(tmp_path) -> Callable[[Any, str], object]:
    """Return what keeps a picture of a page, for whoever wants to look."""
    count = iter(range(100))
    return lambda page, name: page.screenshot(path=tmp_path / f"{next(count):02}-{name}.png")


def choose(page: Any, entry: str) -> None:
    """Choose an entry of JupyterLab's menu Nbgrader."""
    page.get_by_role("menuitem", name="Nbgrader", exact=True).click()
    page.get_by_role("menuitem", name=entry, exact=True).click()


def press(form: Any, row: str, icon: str, told: str) -> str:
    """Press an icon in a row of formgrader; return what the window says that tells the outcome, and
    close it.
    """
    form.locator("tr", has_text=row).locator(f".glyphicon-{icon}").click()
    window = form.locator(".modal.in")
    window.wait_for(timeout=60_000)
    said = window.locator(".modal-body").inner_text()
    assert told in said, said
    window.get_by_role("button", name="OK").click()
    form.locator(".modal-backdrop").wait_for(state="detached")
    return said


def listed(page: Any, kind: str) -> Any:
    """Return a part of the Assignment List: released, fetched or submitted."""
    return page.locator(f"#{kind}_assignments_list")


def fetch(page: Any) -> None:
    """Fetch the one assignment that is released, and open its notebook from the list."""
    button = listed(page, "released").get_by_role("button", name="Fetch")
    button.wait_for()
    assert listed(page, "released").locator(".list_item").all_inner_texts() == [
        "1-affine\ncnn-gradients\nFetch"
    ]
    button.click()
    listed(page, "fetched").get_by_role("button", name="1-affine").click()
    listed(page, "fetched").get_by_role("link", name="affine", exact=True).click()
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)


def work(page: Any) -> None:
    """Run the first cell, answer one exercise right and one wrong."""
    page.locator(".jp-MarkdownCell").first.click()
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")  # the imports, which are folded
    page.get_by_text("Ready: Python 3.").wait_for(timeout=30_000)
    assert "right" in answer(page, "affine_forward", RIGHT, "1 of 1 point")
    assert "Did you transpose?" in answer(page, "affine_backward", WRONG, "2 of 3 points")


def answer(page: Any, name: str, text: str, told: str) -> str:
    """Type an answer in place of the stub, run it and the check below it; return the verdict once
    it says so much.
    """
    page.locator(".jp-CodeCell", has_text=f"def {name}(").first.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    box = page.locator(".jp-CodeCell", has_text=f"check({name})").first.locator("[role=group]")
    box.get_by_text(told).wait_for(timeout=30_000)
    return box.inner_text()


def validate(page: Any) -> None:
    """Press Validate, which saves the notebook and names the checks that are not passed."""
    page.get_by_role("button", name="Validate", exact=True).last.click()
    dialog = page.locator(".jp-Dialog")
    dialog.get_by_text("Validation Results").wait_for(timeout=60_000)
    told = dialog.inner_text()
    assert "check(affine_backward)\nPartial credit" in told
    assert "check(affine_forward)" not in told
    dialog.get_by_role("button", name="Ok").click()


def hand_in(page: Any) -> None:
    page.get_by_role("tab", name="Assignments").click()
    listed(page, "fetched").get_by_role("button", name="Submit").click()
    listed(page, "submitted").get_by_text(" UTC").wait_for()


def grade(form: Any) -> None:
    """Collect, then for the one student: grade, and make and release the feedback."""
    press(form, "1-affine", "cloud-download", "Successfully collected")
    form.locator("tr", has_text="1-affine").locator(".num-submissions a").click()
    form.get_by_text("needs autograding").wait_for()
    student = form.locator("#main-table .student-id").inner_text()
    assert f"{student}: 3 points" in press(form, student, "flash", "Successfully autograded")
    form.locator("tr", has_text=student).get_by_text("3 / 20").wait_for()
    press(form, student, "comment", "Successfully generated")
    press(form, student, "envelope", "Successfully released")


def look(form: Any, page: Any) -> None:
    """Follow formgrader's gradebook down to the student's notebook, and open that in JupyterLab."""
    form.get_by_role("link", name="Manual Grading").click()
    form.get_by_role("link", name="1-affine").click()
    form.locator("#main-table").get_by_role("link", name="affine").click()
    submission = form.locator("tr", has_text="Submission #1")
    assert "3 / 20" in submission.inner_text()
    submission.get_by_role("link").click()
    form.get_by_placeholder("2", exact=True).wait_for()
    points = {
        name: form.locator(f"#check_{name}").get_attribute("placeholder")
        for name in ("affine_forward", "affine_backward")
    }
    assert points == {"affine_forward": "1", "affine_backward": "2"}
    form.get_by_role("link", name="Submission #1").click()
    page.get_by_role("heading", name="Send a gradient back").wait_for(timeout=60_000)


def read_feedback(page: Any) -> str:
    """Fetch the feedback, follow its link to the folder, open the page there; return what it says."""
    page.locator("#refresh_assignments_list").click()
    listed(page, "submitted").get_by_text("(feedback available to fetch)").wait_for()
    listed(page, "submitted").get_by_role("button", name="Fetch Feedback").click()
    listed(page, "submitted").get_by_text("(view feedback)").click()
    page.locator(".jp-DirListing-item", has_text="affine.html").dblclick()
    shown = page.frame_locator(".jp-HTMLViewer iframe")
    shown.get_by_text("Did you transpose?").first.wait_for()
    return shown.locator("body").inner_text()


def test_an_assignment_goes_by_mouse_from_its_release_to_the_feedback(people, seen):
    instructor, student = people
    choose(instructor, "Formgrader")
    form = instructor.frame_locator("iframe")
    press(form, "1-affine", "education", "Successfully created")
    press(form, "1-affine", "cloud-upload", "Successfully released")
    seen(instructor, "released")
    choose(student, "Assignment List")
    fetch(student)
    work(student)
    seen(student, "answered")
    validate(student)
    hand_in(student)
    seen(student, "submitted")
    grade(form)
    seen(instructor, "graded")
    look(form, instructor)
    seen(instructor, "live")
    told = read_feedback(student)
    seen(student, "feedback")
    assert "affine: 3 of 20 points" in told
