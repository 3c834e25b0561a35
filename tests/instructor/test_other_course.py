"""The engine holds another course than ours: found by its path, verified, released, graded sealed."""

from __future__ import annotations

import ast
import json
import re
from importlib.metadata import EntryPoint
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from our_course import EXERCISES, NOTEBOOKS
from support import ROOT
from tiers import unsafe
from toy_course import TOY, run

from grader.exercises import COURSE
from grader.instructor import courses
from grader.instructor.courses import CourseError, find_course


def test_verify_holds(toy):
    status, said = run(toy, "verify", "--seeds", "20", "--mistake-seeds", "5")
    assert status == 0, said
    assert "80 gradients over 20 seeds equal their numerical gradient" in said


def test_a_student_learns_in_a_kernel_what_is_wrong(graded_toy):
    path = graded_toy / "course" / "submitted" / "bela" / "1-halves" / "product.ipynb"
    node = nbformat.reads(path.read_text(), as_version=4)
    resources = {"metadata": {"path": str(graded_toy)}}
    NotebookClient(node, timeout=60, resources=resources).execute()
    texts = [
        output["data"]["text/plain"]
        for cell in node.cells
        for output in cell.get("outputs", ())
        if output["output_type"] == "display_data"
    ]
    assert [text.splitlines()[0] for text in texts] == [
        "weighted: 1 of 1 point",
        "weighted_backward: 0 of 2 points",
        "how_many_zeros: 1 of 1 point",
    ]
    assert "holds the gradient of the other argument" in texts[1]


def test_grading_is_sealed_and_names_the_mistake(graded_toy):
    verdicts = {
        student: json.loads(
            (graded_toy / f"course/verdicts/{student}/1-halves.json").read_text(encoding="utf-8")
        )
        for student in ("ada", "bela", "eve")
    }
    assert {name: verdict["points"] for name, verdict in verdicts.items()} == {
        "ada": 4,
        "bela": 2,
        "eve": 2 if not unsafe() else 4,
    }
    (of_bela,) = (e for e in verdicts["bela"]["exercises"] if e["exercise"] == "weighted_backward")
    assert [part["mistake"] for part in of_bela["parts"]] == ["swapped", "swapped"]
    assert all(verdict["sandbox"] != "no sandbox" for verdict in verdicts.values()) or unsafe()


def test_feedback_and_report(graded_toy):
    assert run(graded_toy, "feedback")[0] == 0
    page = graded_toy / "course/feedback/bela/1-halves/product.html"
    assert "holds the gradient of the other argument" in page.read_text(encoding="utf-8")
    status, said = run(graded_toy, "report")
    assert status == 0
    assert "swapped (1)" in said
    assert "of 4 on average" in said
    assert run(graded_toy, "export")[0] == 0
    assert "halves" in (graded_toy / "course/grades.csv").read_text()
    status, said = run(graded_toy, "explain", "bela", "1-halves", *unsafe())
    assert said.splitlines()[-1] == "the replay gives the stored verdict"


def test_its_demo_comes_out_as_known_beforehand(toy):
    status, said = run(toy, "demo")
    assert status == 0, said
    assert "compared   all points and hints are those known beforehand" in said


# --- finding a course ---


def installed(monkeypatch, *names: str) -> None:
    points = [EntryPoint(name, "grader.exercises:COURSE", courses.GROUP) for name in names]
    monkeypatch.setattr(courses, "entry_points", lambda group: points)
    monkeypatch.delenv(courses.VARIABLE, raising=False)


def test_the_one_installed_course_is_meant(monkeypatch):
    installed(monkeypatch, "ours")
    assert find_course() is COURSE
    assert find_course("ours") is COURSE


def test_of_several_it_is_the_one_in_whose_folder_we_are(monkeypatch, tmp_path):
    points = [
        EntryPoint("ours", "grader.exercises:COURSE", courses.GROUP),
        EntryPoint("halves", "halves:COURSE", courses.GROUP),
    ]
    monkeypatch.setattr(courses, "entry_points", lambda group: points)
    monkeypatch.delenv(courses.VARIABLE, raising=False)
    monkeypatch.syspath_prepend(TOY)
    (tmp_path / "notebooks").mkdir()
    places = {"cnn-gradients": ROOT, "halves": tmp_path}
    monkeypatch.setattr(courses, "sources_of", lambda course: places[course.name])
    monkeypatch.chdir(tmp_path)
    assert find_course().name == "halves"
    monkeypatch.chdir(ROOT / "docs")
    assert find_course() is COURSE
    monkeypatch.chdir("/")
    with pytest.raises(
        CourseError, match=r"^Which course is meant\? Installed are: ours, halves\."
    ):
        find_course()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("curse", "There is no course 'curse'. Did you mean course?"),
        ("zzz", "There is no course 'zzz'. Installed are: course."),
        ("./nowhere", "There is no course at .*/nowhere: expected a folder with an __init__.py"),
        ("./empty_package", "The course .*/empty_package has no COURSE that is a grader.judge"),
        (
            "./broken_package",
            r"The course .*/broken_package cannot be loaded \(ZeroDivisionError: ",
        ),
    ],
)
def test_what_is_no_course_is_said_in_one_message(content, message, monkeypatch, tmp_path):
    installed(monkeypatch, "course")
    monkeypatch.chdir(tmp_path)
    for name, text in (("empty_package", ""), ("broken_package", "1 / 0")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(text)
    with pytest.raises(CourseError, match=f"^{message}"):
        find_course(content)


def test_no_installed_course_is_said(monkeypatch):
    installed(monkeypatch)
    with pytest.raises(CourseError, match=r"^Which course is meant\? None is installed: "):
        find_course()


# --- the engine names no exercise ---

ENGINE = ("call", "numeric", "judge", "show", "widgets", "export", "notebook", "instructor")
# numerical_gradient is an exercise, and the engine's witness of the same name.
NAMES = {*EXERCISES, *NOTEBOOKS} - {"numerical_gradient"}


def words_of(path: Path) -> set[str]:
    """Return the identifiers of a module, and the words of its texts but for docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in docstrings:
                found.update(re.findall(r"[\w-]+", node.value))
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.FunctionDef | ast.arg):
            found.add(getattr(node, "name", None) or getattr(node, "arg", ""))
    return found


def test_the_engine_names_no_exercise_and_no_assignment():
    paths = [path for room in ENGINE for path in (ROOT / "grader" / room).rglob("*.py")]
    assert len(paths) > 80
    named = {path.name: words_of(path) & NAMES for path in paths}
    assert {name: words for name, words in named.items() if words} == {}


def test_the_search_would_find_one(tmp_path):
    path = tmp_path / "module.py"
    path.write_text('"""affine_backward in a docstring."""\nx = EXERCISES["relu_forward"]\n')
    assert words_of(path) & NAMES == {"relu_forward"}
    path.write_text("from grader.exercises import COURSE\ny = COURSE.conv_backward('1-affine')\n")
    assert words_of(path) & NAMES == {"conv_backward", "1-affine"}
