"""Students and folders are called what they are called: all are graded, shown and exported."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from our_course import NOTEBOOKS
from support import ROOT, grader
from tiers import unsafe

from grader.instructor.author import notebook
from grader.instructor.classroom import Classroom
from grader.instructor.paths import LiteralGlob
from grader.instructor.records import gradebook
from grader.instructor.records.steps import NbgraderSteps

NAME = "1-affine"
NAMES = (
    "müller",
    "王小明",
    "o'brien",
    "Ada Lovelace",
    "smith (auditor)",
    "smith [auditor]",
    "محمد",
    "José María Ñandú",
    "a,b",
    "a{b}",
    "$HOME",
    "50% & more #1",
    "who?",
    "a*b",
    "DOMAIN\\ada",
    "<img src=x onerror=alert(1)>",
    "=1+1",
    "-rf",
    "@me",
    "😀",
)
FOLDER = "week (2) [b] + what? 100% $x *"

pytestmark = pytest.mark.usefixtures("some_tier")


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Classroom:
    """A class of such names in a folder of such a name, released, graded and given feedback."""
    folder = tmp_path_factory.mktemp("names") / FOLDER
    assert grader("release", NAME, "--course", folder)[0] == 0
    course = Classroom.at(folder)
    for name in (*NAMES, " spaced ", "tab\tname", "x" * 129, os.fsdecode(b"\xff\xfe"), ".hidden"):
        path = course.submitted / name / NAME / "affine.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(notebook.dumps(notebook.solve(NOTEBOOKS[NAME], student=name)))
    (course.submitted / "müller").rename(course.submitted / unicodedata.normalize("NFD", "müller"))
    return course


@pytest.fixture(scope="module")
def graded(course) -> tuple[Classroom, str]:
    status, said = grader("grade", "--course", course.folder, *unsafe())
    assert status == 1
    return course, said


def test_every_name_of_a_person_is_graded(graded):
    course, said = graded
    points = {each.student: each.points for each in gradebook.standings(course, NAME)}
    assert points == dict.fromkeys((*NAMES, "spaced"), 19.0)
    for name in NAMES:
        assert f"] {name}: 19 points\n" in said


def test_a_name_in_another_form_of_unicode_is_the_same_name(graded):
    course, said = graded
    assert "müller: the folder's name is now written as the gradebook has it" in said
    assert (course.submitted / "müller").is_dir()


def test_two_folders_of_one_name_are_said_and_neither_is_lost(course, graded):
    twice = course.submitted / unicodedata.normalize("NFD", "müller")
    shutil.copytree(course.submitted / "müller", twice)
    said = grader("grade", "--course", course.folder, *unsafe())[1]
    shutil.rmtree(twice)
    assert "not graded; look: another folder has the same name" in said


def test_what_cannot_be_a_name_is_said(graded):
    said = graded[1]
    for line in (
        "tab name: not graded; look: its name holds a line's end or another control character",
        f"{'x' * 129}: not graded; look: its name has 129 letters, and the gradebook holds 128",
        "\\udcff\\udcfe: not graded; look: its name is not written in UTF-8",
        ".hidden: not graded; look: its name begins with a dot",
    ):
        assert line in said


def test_every_name_gets_feedback_and_a_row_in_csv_and_report(graded):
    course, _ = graded
    status, said = grader("feedback", "--course", course.folder)
    assert (status, "all written" in said) == (0, True), said
    for name in NAMES:
        assert (course.feedback / name / NAME / "affine.html").is_file()
    page = (course.feedback / "<img src=x onerror=alert(1)>" / NAME / "affine.html").read_text()
    assert "<img src=x" not in page
    grader("report", "--course", course.folder)
    report = (course.folder / f"report-{NAME}.html").read_text(encoding="utf-8")
    assert "<img src=x" not in report
    assert all(name in report for name in ("müller", "王小明", "smith [auditor]"))


def test_the_csv_is_sorted_and_quoted_and_holds_no_formula(graded):
    course, _ = graded
    assert grader("export", "--course", course.folder, "--bom")[0] == 0
    assert course.grades.read_bytes().startswith(b"\xef\xbb\xbfassignment,")
    with course.grades.open(encoding="utf-8-sig") as file:
        table = list(csv.DictReader(file))
    ids = [row["student_id"].removeprefix("'") for row in table]
    assert ids == sorted((*NAMES, "spaced"))
    assert {row["score"] for row in table} == {"19.0"}
    assert not [row for row in table for cell in row.values() if cell.startswith(("=", "-", "@"))]


def test_names_and_mail_addresses_are_those_of_the_gradebook(graded):
    course, _ = graded
    with gradebook.opened(course) as book:
        book.update_or_create_student(
            "a,b", first_name="Ada, Countess", last_name="O'Brien", email="ada@example.org"
        )
    grader("export", "--course", course.folder)
    with course.grades.open(encoding="utf-8") as file:
        (row,) = (row for row in csv.DictReader(file) if row["student_id"] == "a,b")
    assert (row["first_name"], row["last_name"]) == ("Ada, Countess", "O'Brien")
    assert (row["email"], row["score"]) == ("ada@example.org", "19.0")


def test_formgraders_buttons_take_every_name_and_answer_no_success_to_what_is_not_graded(graded):
    course, _ = graded
    api = NbgraderSteps(course).api
    for name in ("王小明", "smith [auditor]", "o'brien"):
        answer = api.autograde(NAME, name)
        assert answer["success"], answer
        assert api.generate_feedback(NAME, name)["success"]
    answer = api.autograde(NAME, "x" * 129)
    assert not answer["success"]
    assert "not graded; look: its name has 129 letters" in answer["error"]
    assert set(NAMES) < set(api.get_submitted_students(NAME))
    assert set(NAMES) < api.get_autograded_students(NAME)


def test_a_repository_with_such_a_name_works_in_stock_nbgrader_too(tmp_path):
    """As a teacher would keep it: a clone in such a folder, and nbgrader's own command line."""
    repository = tmp_path / FOLDER
    shutil.copytree(
        ROOT,
        repository,
        ignore=shutil.ignore_patterns(
            ".git", ".venv", "node_modules", "course", ".*_cache", "__pycache__"
        ),
    )
    env = {key: value for key, value in os.environ.items() if not key.startswith("COURSE_")}
    env |= {
        "PYTHONPATH": str(repository),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    verbs = ["release", "grade", "feedback", "export"]
    program = "from grader.instructor.commands.cli import main; main()"
    for verb in verbs:
        if verb == "grade":
            path = repository / "course" / "submitted" / "ada" / NAME / "affine.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(notebook.dumps(notebook.solve(NOTEBOOKS[NAME])))
        names = [] if verb == "export" else [NAME]
        words = [*names, *(unsafe() if verb == "grade" else [])]
        done = subprocess.run(
            [sys.executable, "-c", program, verb, *words],
            cwd=repository,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    for command in (
        ["generate_assignment", NAME, "--force"],
        ["autograde", NAME, "--force"],
        ["generate_feedback", NAME, "--force"],
        ["export"],
    ):
        done = subprocess.run(
            ["nbgrader", *command],
            cwd=repository,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
    assert "ada" in (repository / "grades.csv").read_text()
    assert (repository / "course" / "gradebook.db").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [FOLDER]


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("a [1]/*", ["a [1]/x", "a [1]/y*"]),
        ("a [1]/y*", ["a [1]/y*"]),
        ("a*/x", ["a [1]/x", "ab/x"]),
        ("a [1]/z", []),
        ("ab/.", ["ab"]),
        ("nowhere/*", []),
    ],
)
def test_a_part_of_a_pattern_that_is_there_stands_for_itself(pattern, paths, tmp_path, monkeypatch):
    for path in ("a [1]/x", "a [1]/y*", "ab/x", "ab/.hidden"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).touch()
    monkeypatch.chdir(tmp_path)
    expected = [os.path.normpath(path) for path in paths]
    assert list(map(os.path.normpath, LiteralGlob.glob(pattern))) == expected
    absolute = LiteralGlob.glob(str(tmp_path / pattern))
    assert [os.path.relpath(path) for path in absolute] == expected
