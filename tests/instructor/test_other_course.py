"""The engine holds another course than ours: found by its path, verified, released, graded sealed."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from our_course import EXERCISES, NOTEBOOKS
from support import ROOT
from tiers import unsafe

from grader.exercises import COURSE
from grader.instructor import courses
from grader.instructor.author import skeleton_texts
from grader.instructor.author.notebook import answer_cells, dumps, load, set_source
from grader.instructor.courses import CourseError, find_course

TOY = ROOT / "tests" / "toy"
SWAPPED = "def weighted_backward(dy, x, w):\n    return dy * x / 2, dy * w / 2"
STEALS = "from halves_answers.product import weighted_backward"
HEADS = {
    "weighted": ("x, w", "Return x * w / 2."),
    "weighted_backward": ("dy, x, w", "Return dL/dx and dL/dw of y = x * w / 2."),
    "how_many_zeros": ("n", "Return how many of the n * n entries of dy/dx are always 0."),
}


def run(folder: Path, *words: str, content: str = "halves") -> tuple[int, str]:
    """Run a verb on a course by its path."""
    env = os.environ | {"GRADER_COURSE": str(folder / content)}
    command = [str(Path(sys.executable).with_name("grader")), *words]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def toy_notebook() -> dict:
    """Return the notebook of the toy course, made of its exercises' heads."""
    made = skeleton_texts.empty_notebook({"assignment": "1-halves", "package": "halves"})
    made["cells"] = [cell for cell in made["cells"] if cell["id"] == "start"]
    set_source(made["cells"][0], "import numpy as np\n\nfrom halves import check")
    for name, (arguments, docstring) in HEADS.items():
        values = {"name": name, "arguments": arguments, "shapes": "", "result_shapes": ""}
        points = {"weighted_backward": 2}.get(name, 1)
        _, stub, test = skeleton_texts.exercise_cells(name, points, values)
        head, _, body = "".join(stub["source"]).partition('    """TODO')
        set_source(stub, f'{head}    """{docstring}"""\n{body[body.index("    ### BEGIN") :]}')
        made["cells"] += [stub, test]
    return made


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> Path:
    """The toy course with its fingerprints, released."""
    folder = tmp_path_factory.mktemp("toy") / "course"
    shutil.copytree(TOY, folder)
    path = folder / "notebooks" / "1-halves" / "product.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(dumps(toy_notebook()), encoding="utf-8")
    status, said = run(folder, "fingerprints")
    assert (status, said.splitlines()[-1]) == (0, "1-halves: in step, 3 mistakes")
    status, said = run(folder, "release")
    assert status == 0, said
    assert said.splitlines()[-1].startswith("student kit: none")
    return folder


@pytest.fixture(scope="module")
def graded(toy) -> Path:
    """The toy course with a class that is graded."""
    assert run(toy, "solve", "1-halves", "-o", "solved.ipynb")[0] == 0
    for student, answer in (("ada", ""), ("bela", SWAPPED), ("eve", STEALS)):
        made = load(toy / "solved.ipynb")
        if answer:
            set_source(answer_cells(made)["weighted_backward"], answer)
        path = toy / "course" / "submitted" / student / "1-halves" / "product.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(dumps(made), encoding="utf-8")
    status, said = run(toy, "grade", *unsafe())
    assert status == (0 if unsafe() else 1), said  # eve's cell stopped, and is for a look
    return toy


def test_verify_holds(toy):
    status, said = run(toy, "verify", "--seeds", "20", "--mistake-seeds", "5")
    assert status == 0, said
    assert "80 gradients over 20 seeds equal their numerical gradient" in said


def test_a_student_learns_in_a_kernel_what_is_wrong(graded):
    path = graded / "course" / "submitted" / "bela" / "1-halves" / "product.ipynb"
    node = nbformat.reads(path.read_text(), as_version=4)
    resources = {"metadata": {"path": str(graded)}}
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


def test_grading_is_sealed_and_names_the_mistake(graded):
    verdicts = {
        student: json.loads(
            (graded / f"course/verdicts/{student}/1-halves.json").read_text(encoding="utf-8")
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


def test_feedback_and_report(graded):
    assert run(graded, "feedback")[0] == 0
    page = graded / "course/feedback/bela/1-halves/product.html"
    assert "holds the gradient of the other argument" in page.read_text(encoding="utf-8")
    status, said = run(graded, "report")
    assert status == 0
    assert "swapped (1)" in said
    assert "of 4 on average" in said
    assert run(graded, "export")[0] == 0
    assert "halves" in (graded / "course/grades.csv").read_text()
    status, said = run(graded, "explain", "bela", "1-halves", *unsafe())
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
