"""nbgrader's exchange around sealed grading: what is released, handed in, collected, and finds its
way back.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from our_course import NOTEBOOKS
from support import grader
from tiers import unsafe

from grader.instructor.author import notebook
from grader.instructor.classroom import SECRET, STAMP, Classroom
from grader.instructor.records.steps import NbgraderSteps
from grader.instructor.sealed.intake import submission_secret
from grader.notebook.whole_file import write_atomically

ASSIGNMENT, GARBAGE = "1-affine", "yesterday at noon"


class Student:
    """A student's folder, and nbgrader's steps as JupyterLab's Assignment List takes them there."""

    def __init__(self, home: Path, course: Classroom) -> None:
        from nbgrader.utils import get_username
        from traitlets.config import Config

        self.home, self.name = home, get_username()
        self.settings = Config()
        self.settings.CourseDirectory.course_id = "cnn-gradients"
        self.settings.CourseDirectory.assignment_id = ASSIGNMENT
        self.settings.Exchange.root = str(course.folder / "exchange")
        self.settings.Exchange.cache = str(home / "cache")
        self.settings.Exchange.assignment_dir = str(home)

    def does(self, step: str) -> Any:
        from nbgrader.auth import Authenticator
        from nbgrader.coursedir import CourseDirectory
        from nbgrader.exchange import ExchangeFactory

        made = {"coursedir": CourseDirectory, "authenticator": Authenticator}
        parts = {name: kind(config=self.settings) for name, kind in made.items()}
        return getattr(ExchangeFactory(config=self.settings), step)(
            config=self.settings, **parts
        ).start()

    def pages(self) -> list[Path]:
        return sorted(self.home.glob(f"{ASSIGNMENT}/feedback/*/affine.html"))


@pytest.fixture(scope="module")
def released(tmp_path_factory, released_course) -> Path:
    """A course folder after `grader release` of the first assignment and formgrader's Release."""
    course = released_course(ASSIGNMENT, tmp_path_factory.mktemp("released") / "course")
    pressed(course, "release_assignment")
    return course.folder


@pytest.fixture
def course(released, tmp_path) -> Classroom:
    """A course of its own with that assignment released."""
    return Classroom.at(Path(shutil.copytree(released, tmp_path / "course")))


@pytest.fixture
def student(course, tmp_path) -> Student:
    """A student who has fetched the assignment, solved it, and handed it in."""
    student = Student(tmp_path / "home", course)
    student.does("FetchAssignment")
    (student.home / ASSIGNMENT / "affine.ipynb").write_text(
        notebook.dumps(notebook.solve(NOTEBOOKS[ASSIGNMENT], student=student.name))
    )
    student.does("Submit")
    return student


def pressed(course: Classroom, button: str, *args: str) -> str:
    """Do what a button of formgrader does; return the log that it shows."""
    answer = getattr(NbgraderSteps(course).api, button)(ASSIGNMENT, *args)
    assert answer["success"], answer
    return answer["log"]


def by_hand(course: Classroom, name: str, stamp: str = "") -> Path:
    """Put a submission into the course as an instructor does who got it by mail."""
    folder = course.submitted / name / ASSIGNMENT
    solved = notebook.solve(NOTEBOOKS[ASSIGNMENT], student=name)
    write_atomically(folder / "affine.ipynb", notebook.dumps(solved))
    if stamp:
        (folder / STAMP).write_text(stamp)
    return folder


def graded(course: Classroom) -> tuple[int, str]:
    return grader("grade", ASSIGNMENT, "--course", course.folder, *unsafe())


def handed_back(course: Classroom) -> str:
    assert grader("feedback", ASSIGNMENT, "--course", course.folder)[0] == 0
    return pressed(course, "release_feedback")


def test_formgrader_releases_what_grader_release_made(course):
    (found,) = (course.folder / "exchange" / "cnn-gradients" / "outbound" / ASSIGNMENT).iterdir()
    assert found.read_bytes() == (course.release / ASSIGNMENT / "affine.ipynb").read_bytes()


def test_feedback_on_a_sealed_grade_comes_back_to_its_student(course, student):
    pressed(course, "collect")
    assert f"{student.name}: 19 points" in graded(course)[1]
    handed_back(course)
    student.does("FetchFeedback")
    (page,) = student.pages()
    assert (
        page.read_bytes()
        == (course.feedback / student.name / ASSIGNMENT / "affine.html").read_bytes()
    )


def test_the_same_work_handed_in_again_is_fresh_work_to_formgrader_and_gets_its_feedback(
    course, student
):
    pressed(course, "collect")
    graded(course)
    student.does("Submit")
    pressed(course, "collect")
    assert f"{student.name}: 19 points" in graded(course)[1]
    assert NbgraderSteps(course).api.get_submission(ASSIGNMENT, student.name)["autograded"]
    assert f"{student.name}: unchanged" in graded(course)[1]
    handed_back(course)
    student.does("FetchFeedback")
    assert len(student.pages()) == 1  # the earlier one was never released


def test_work_that_came_by_hand_does_not_stop_the_feedback_of_others(course, student):
    pressed(course, "collect")
    by_hand(course, "a-first-one")
    assert graded(course)[0] == 0
    log = handed_back(course)
    assert f"hand it back yourself: {course.feedback / 'a-first-one' / ASSIGNMENT}" in log
    student.does("FetchFeedback")
    assert len(student.pages()) == 1


def test_a_secret_goes_when_the_work_is_replaced_by_hand(course, student):
    pressed(course, "collect")
    graded(course)
    for name in (STAMP, SECRET):
        (course.submitted / student.name / ASSIGNMENT / name).unlink()
    graded(course)
    assert [path.name for path in (course.autograded / student.name / ASSIGNMENT).iterdir()] == [
        "affine.ipynb"
    ]


def test_a_timestamp_that_is_no_time_leaves_formgrader_its_page(course, student):
    by_hand(course, "zoe", GARBAGE)
    by_hand(course, student.name, GARBAGE)
    pressed(course, "collect")
    found = {
        told["student"]: told["timestamp"]
        for told in NbgraderSteps(course).api.get_submissions(ASSIGNMENT)
    }
    assert found["zoe"] is None
    assert found[student.name] is not None


@pytest.mark.parametrize("made", ["link", "long", "words", "folder", "binary"])
def test_a_file_that_is_no_secret_is_none(tmp_path, made):
    folder = tmp_path / "zoe" / ASSIGNMENT
    folder.mkdir(parents=True)
    path = folder / SECRET
    if made == "link":
        (tmp_path / "other").write_text("a" * 128)
        os.symlink(tmp_path / "other", path)
    elif made == "folder":
        path.mkdir()
    else:
        path.write_bytes({"long": b"a" * 5000, "words": b"../" * 20, "binary": b"\xff" * 128}[made])
    assert submission_secret(folder) == ""


def test_a_secret_is_read_as_nbgrader_wrote_it(course, student):
    pressed(course, "collect")
    folder = course.submitted / student.name / ASSIGNMENT
    assert submission_secret(folder) == (folder / SECRET).read_text() != ""
