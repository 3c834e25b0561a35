"""`grader feedback` writes the pages alone whose inputs have changed, or which are no longer there."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from our_course import NOTEBOOKS
from toy_course import run

from grader.instructor import system
from grader.instructor.classroom import Classroom, Grading
from grader.instructor.commands import unchanged_pages
from grader.instructor.commands.unchanged_pages import Mark, load, of_all_pages, save

ASSIGNMENT = "1-halves"
STUDENTS = ("ada", "bela", "eve")
ADAS = (
    "notebook_id IN (SELECT n.id FROM submitted_notebook n JOIN submitted_assignment s "
    "ON n.assignment_id = s.id WHERE s.student_id = 'ada')"
)
CONFIG = """
from pathlib import Path
from grader.instructor.records.settings import configure
c = get_config()
configure(c, Path(__file__).resolve().parent, "halves")
"""

pytestmark = pytest.mark.usefixtures("some_tier")


@pytest.fixture(scope="module")
def written(graded_toy, tmp_path_factory) -> Path:
    """The toy class with feedback pages."""
    folder = tmp_path_factory.mktemp("written") / "copy"
    shutil.copytree(graded_toy, folder)
    (folder / "nbgrader_config.py").write_text(CONFIG)
    assert states(folder) == dict.fromkeys(STUDENTS, "feedback written")
    return folder


@pytest.fixture
def pages(written, tmp_path) -> Path:
    """A copy of that class in a place of its own, where its pages are up to date."""
    folder = tmp_path / "copy"
    shutil.copytree(written, folder)
    states(folder)  # the settings name the place
    return folder


def states(folder: Path) -> dict[str, str]:
    """Run `grader feedback`; return what it says of each student's page."""
    lines = run(folder, "feedback")[1].splitlines()
    said = dict(line.split("] ")[1].split(": ", 1) for line in lines if "] " in line)
    return {student: words.partition(";")[0] for student, words in said.items()}


def only(*students: str) -> dict[str, str]:
    """Return what is said where the pages of these students alone are written."""
    words = {True: "feedback written", False: "feedback is up to date"}
    return {student: words[student in students] for student in STUDENTS}


def page(folder: Path, student: str = "ada") -> Path:
    return folder / "course/feedback" / student / ASSIGNMENT / "product.html"


def execute(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / "course/gradebook.db") as db:
        assert db.execute(statement).rowcount > 0


def change_row(folder: Path, table: str, values: str, rows: str = ADAS) -> None:
    execute(folder, f"UPDATE {table} SET {values} WHERE {rows}")


def test_pages_of_which_nothing_has_changed_are_left(pages):
    before = {student: page(pages, student).stat() for student in STUDENTS}
    assert states(pages) == only()
    assert {student: page(pages, student).stat() for student in STUDENTS} == before


@pytest.mark.parametrize(
    ("table", "values", "text"),
    [
        ("grade", "manual_score = 0.25", "0.25 of"),
        ("grade", "extra_credit = 0.75", "0.75 of"),
        ("grade", "auto_score = 0.5", "0.5 of"),
        ("comment", "manual_comment = 'Well done.'", "Well done."),
        ("comment", "auto_comment = 'No response.'", "No response."),
        ("submitted_notebook", "late_submission_penalty = 1.5", "&minus;1.5"),
    ],
)
def test_a_page_shows_what_the_gradebook_holds_now(table, values, text, pages):
    if table == "submitted_notebook":
        rows = ADAS.replace("notebook_id IN (SELECT n.id", "id IN (SELECT n.id")
    else:
        rows = ADAS
    if "extra" in values:
        change_row(pages, table, "manual_score = 0")
    change_row(pages, table, values, rows)
    assert states(pages) == only("ada")
    assert text in page(pages).read_text()
    assert states(pages) == only()


def test_what_no_page_shows_changes_none(pages):
    execute(pages, "UPDATE assignment SET duedate = '2040-01-01 00:00:00.000000'")
    execute(pages, "UPDATE grade SET needs_manual_grade = 1")
    os.utime(pages / "course/autograded/ada" / ASSIGNMENT / "product.ipynb")
    assert states(pages) == only()


def test_an_autograded_notebook_that_has_changed_is_another_page(pages):
    path = pages / "course/autograded/ada" / ASSIGNMENT / "product.ipynb"
    path.write_text(path.read_text().replace("return x * w / 2", "return x * w * 2"))
    assert states(pages) == only("ada")
    assert states(pages) == only()


def test_a_file_beside_the_autograded_notebook_is_copied(pages):
    (pages / "course/autograded/ada" / ASSIGNMENT / "plot.txt").write_text("a plot")
    assert states(pages) == only("ada")
    assert page(pages).with_name("plot.txt").read_text() == "a plot"


def test_work_that_is_gone_and_comes_back_is_another_page(pages):
    submitted = pages / "course/submitted/ada" / ASSIGNMENT
    submitted.rename(pages / "away")
    assert states(pages) == only("ada")
    assert "no longer in submitted/" in page(pages).read_text()
    (pages / "away").rename(submitted)
    assert states(pages) == only("ada")
    assert "no longer in submitted/" not in page(pages).read_text()


@pytest.mark.parametrize("how", ["deleted", "edited", "emptied", "a folder less", "a file more"])
def test_a_page_that_is_not_as_it_was_written_is_written_again(how, pages):
    before = page(pages).read_bytes()
    if how == "deleted":
        page(pages).unlink()
    elif how == "edited":
        page(pages).write_bytes(before.replace(b"4 of 4", b"5 of 4"))
    elif how == "emptied":
        page(pages).write_bytes(b"")
    elif how == "a folder less":
        shutil.rmtree(page(pages).parents[1])
    else:
        page(pages).with_name("more.txt").touch()
    assert states(pages) == only("ada")
    assert [path.name for path in page(pages).parent.iterdir()] == ["product.html"]
    assert page(pages).read_bytes() == before


def test_a_page_of_an_earlier_grade_that_is_restored_is_written_again(pages):
    backup = page(pages).read_bytes()
    change_row(pages, "grade", "manual_score = 0.25")
    states(pages)
    page(pages).write_bytes(backup)
    assert states(pages) == only("ada")
    assert page(pages).read_bytes() != backup


@pytest.mark.parametrize("marks", [None, "", "[]", '{"ada": 3}', '{"ada": ["", ""]}'])
def test_without_marks_every_page_is_written(marks, pages):
    path = pages / "course/feedback" / f".{ASSIGNMENT}.json"
    if marks is None:
        path.unlink()
    else:
        path.write_text(marks)
    assert states(pages) == only(*STUDENTS)
    assert states(pages) == only()


def test_other_settings_are_other_pages(pages):
    with (pages / "nbgrader_config.py").open("a") as file:
        file.write("c.FeedbackPage.exclude_input = True\n")
    assert states(pages) == only(*STUDENTS)
    assert "def weighted" not in page(pages).read_text()


def test_templates_that_the_settings_name_belong_to_a_page(tmp_path):
    grading = Grading(Classroom.at(tmp_path), "1-affine")
    own = tmp_path / "own" / "index.html.j2"
    own.parent.mkdir()
    own.write_text("one")
    config = {"FeedbackPage": {"extra_template_basedirs": [str(own.parent)]}}
    before = of_all_pages(grading, config)
    assert of_all_pages(grading, config) == before
    own.write_text("two")
    assert of_all_pages(grading, config) != before


def test_two_runs_do_not_write_the_same_pages_at_once(pages):
    with (pages / f"course/.feedback-{ASSIGNMENT}").open("wb") as lock:
        assert system.lock(lock.fileno())
        status, said = run(pages, "feedback")
    assert status != 0
    assert f"Another `grader feedback` runs on {ASSIGNMENT} of" in said
    assert states(pages) == only()


def test_a_page_that_cannot_be_made_is_no_page_and_is_tried_again(pages):
    path = pages / "course/autograded/ada" / ASSIGNMENT / "product.ipynb"
    text = path.read_text()
    path.write_text("{")
    assert "failed" in states(pages)["ada"]
    assert "failed" in states(pages)["ada"]
    assert not page(pages).exists()
    path.write_text(text)
    assert states(pages) == only("ada")


def test_a_gradebook_without_the_score_of_a_cell_is_nbgraders_error(pages):
    execute(pages, f"DELETE FROM grade WHERE {ADAS} AND auto_score = 2.0")
    said = run(pages, "feedback")[1]
    assert "ada: nbgrader generate_feedback 1-halves ada failed: nbgrader.api.MissingEntry:" in said
    assert not page(pages).exists()


def test_marks_that_cannot_be_written_stop_nothing(tmp_path):
    (tmp_path / "file").touch()
    path = tmp_path / "file" / ".1-affine.json"
    save(path, {"ada": Mark("a", "b")})
    assert load(path) == {}


def test_our_files_and_the_packages_that_make_a_page_belong_to_it(tmp_path, monkeypatch):
    grading = Grading(Classroom.at(tmp_path), "1-affine")
    assert grading.notebook is NOTEBOOKS["1-affine"]
    template = tmp_path / "grader/export/templates/page.html.j2"
    template.parent.mkdir(parents=True)
    template.write_text("one")
    module = tmp_path / "grader/instructor/commands/unchanged_pages.py"
    monkeypatch.setattr(unchanged_pages, "__file__", str(module))
    before = of_all_pages(grading, {"A": {"b": 1}})
    assert of_all_pages(grading, {"A": {"b": 1}}) == before
    assert of_all_pages(grading, {"A": {"b": 2}}) != before
    template.write_text("two")
    assert of_all_pages(grading, {"A": {"b": 1}}) != before
    template.write_text("one")
    monkeypatch.setattr(unchanged_pages, "version", lambda package: "0")
    assert of_all_pages(grading, {"A": {"b": 1}}) != before
