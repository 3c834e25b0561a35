"""formgrader's Autograde button grades as `grader grade` does: in the sandbox, by the references,
on fresh cases.
"""

from __future__ import annotations

import json

import pytest
from our_course import NOTEBOOKS
from support import ROOT
from tiers import best

from grader.instructor.author import notebook
from grader.instructor.classroom import Classroom
from grader.instructor.records import gradebook
from grader.instructor.records.steps import NbgraderSteps

TOKEN = "for-the-button"
CHEATS = """def affine_backward(dy, x, w):
    np.testing.assert_allclose = lambda *a, **k: None
    return 0 * x, 0 * w, 0 * w[0]
"""

pytestmark = pytest.mark.usefixtures("some_tier")


@pytest.fixture
def course(tmp_path, released_course) -> Classroom:
    course = released_course("1-affine", tmp_path / "course")
    solved = notebook.solve(NOTEBOOKS["1-affine"], student="mallory")
    made = notebook.with_answers(solved, {"affine_backward": CHEATS})
    for student, text in (
        ("ada", notebook.dumps(notebook.solve(NOTEBOOKS["1-affine"]))),
        ("mallory", notebook.dumps(made)),
        ("zoe", "{"),
    ):
        path = course.submitted / student / "1-affine" / "affine.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return course


def points(course: Classroom) -> dict[str, float]:
    return {score.student: score.points for score in gradebook.standings(course, "1-affine")}


def test_the_interface_of_the_button_grades_sealed(course):
    api = NbgraderSteps(course).api
    for student, told in (
        ("ada", "[1/1] ada: 19 points"),
        ("mallory", "mallory: 16 points"),
        ("zoe", "look: the file is not"),
    ):
        answer = api.autograde("1-affine", student)
        assert (answer["success"], told in answer["log"]) == (True, True), answer
    assert points(course) == {"ada": 19.0, "mallory": 16.0, "zoe": 0.0}
    verdict = json.loads((course.folder / "verdicts" / "mallory" / "1-affine.json").read_text())
    assert verdict["sandbox"] == best().value


def test_what_hinders_it_is_told_in_one_message(course, monkeypatch):
    api = NbgraderSteps(course).api
    (course.release / "1-affine" / "affine.ipynb").unlink()
    answer = api.autograde("1-affine", "ada")
    assert not answer["success"]
    assert "1-affine is not released" in answer["error"]


def test_pressing_the_button_grades_sealed(course, browser, served, tmp_path):
    environment = {"COURSE_DIR": str(course.folder), "COURSE_DB": course.db}
    with served(ROOT, ROOT, tmp_path, TOKEN, **environment) as address:
        page = browser.new_page(viewport={"width": 1150, "height": 900})
        page.goto(f"{address}/lab?token={TOKEN}")
        page.goto(f"{address}/formgrader/manage_submissions/1-affine")
        row = page.locator("tr", has_text="mallory")
        row.locator(".glyphicon-flash").click()
        page.get_by_text("Successfully autograded").wait_for(timeout=30_000)
        assert "mallory: 16 points" in page.locator(".modal-body").inner_text()
        page.close()
    assert points(course)["mallory"] == 16.0
    assert (course.folder / "verdicts" / "mallory" / "1-affine.json").is_file()
