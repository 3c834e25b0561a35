"""`grader new` writes what already runs, and `grader verify` names what is forgotten."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT

from grader.exercises import COURSE
from grader.instructor.author.skeleton import draft_of, new_course, place_of
from grader.instructor.courses import CourseError


def run(folder: Path, *words: str) -> tuple[int, str]:
    """Run a verb on the course in a folder."""
    env = os.environ | {"GRADER_COURSE": str(folder / folder.name)}
    command = [str(Path(sys.executable).with_name("grader")), *words]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A new course with a forward and a backward exercise and a second notebook."""
    folder = tmp_path_factory.mktemp("new") / "mine"
    folder.mkdir()
    status, said = run(folder, "new", "course", str(folder))
    assert status == 0, said
    for words in (
        ("exercise", "scale", "--to", "1-first", "--arguments", "x k"),
        ("exercise", "scale_backward", "--to", "1-first", "--forward", "scale"),
        ("notebook", "2-second", "second"),
    ):
        status, said = run(folder, "new", *words)
        assert status == 0, said
    return folder


@pytest.fixture
def course(made, tmp_path) -> Path:
    """A copy of it, free to be broken; its points add up."""
    copy = tmp_path / "mine"
    subprocess.run(["cp", "-r", made, copy], check=True)
    edit(copy / "mine" / "first.py", '"first", 1.0', '"first", 3.0')
    return copy


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def written(folder: Path) -> dict[Path, int]:
    """Return when each file of a course was written."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return {path: path.stat().st_mtime_ns for path in paths}


def problems(folder: Path) -> list[str]:
    """Return what verify finds wrong with the first notebook, but for texts to write."""
    _, said = run(folder, "verify", "1-first", "--seeds", "3", "--mistake-seeds", "2")
    lines = [line.strip() for line in said.splitlines() if line.startswith("    ")]
    return [line for line in lines if not line.endswith("says TODO")]


def test_all_that_is_written_already_runs(course):
    status, said = run(course, "verify", "--seeds", "3", "--mistake-seeds", "2")
    assert status == 1
    wrong = [line for line in said.splitlines() if "NOT RIGHT" in line]
    assert wrong == ["1-first  written       NOT RIGHT", "2-second  written       NOT RIGHT"]
    assert "the hint of scale_backward_dx_sign says TODO" in said
    assert "the cell scale of first.ipynb says TODO" in said
    assert problems(course) == []


def test_points_that_do_not_add_up_are_named(made):
    assert problems(made) == ["1-first: the points table adds up to 3, the course promises 1"]


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("mine_answers/first.py", "def scale(", "def scaled(", "scale has no reference: mine_answers.first defines no function of this name"),
        ("mine_answers/first.py", "import numpy", "import nunpy", "double has no reference: mine_answers.first cannot be imported (ModuleNotFoundError: No module named 'nunpy')"),
        ("mine_answers/mistakes/first.py", "    scale,\n", "    double,\n", "scale has no mistakes: mine_answers.mistakes names none of it, so every wrong answer is just wrong"),
        ("mine/first.py", "        build=cases.scale,\n", "", "scale has no cases: its row names no function that builds them (build=...)"),
        ("mine/cases/first.py", "quarters(rng, n), quarters(rng, n))", "quarters(rng, n),)", "scale has 1 arguments in its case 1, and 2 in the points table: x, k"),
        ("mine/first.py", 'forward="scale"', 'forward="scales"', "scale_backward has the forward 'scales', which is no exercise of 1-first"),
        ("mine/first.py", '"dx": Gradient', '"dz": Gradient', "scale_backward has a witness of 'dz', which is none of its parts"),
        ("mine_answers/mistakes/first.py", "TODO: y has the wrong sign", "with {m} and {n}, y has the wrong sign", "double has a hint with {m}, of double_y_sign; the sizes of its case 1 are: n"),
        ("notebooks/1-first/first.ipynb", '"grade_id": "scale",', '"grade_id": "skale",', "scale has no answer cell in the notebook (its grade_id is the name)"),
        ("mine_answers/first.py", "return 2 * (x)", "return 3 * (x)", "1-first.json is not in step: run grader fingerprints 1-first"),
    ],
)  # fmt: skip
def test_what_is_forgotten_is_named(course, file, old, new, message):
    edit(course / file, old, new)
    assert message in problems(course)


def test_a_reference_that_raises_is_no_traceback(course):
    edit(course / "mine_answers" / "first.py", "return 2 * dy", "return 2 * dyy")
    (message,) = problems(course)
    start = "scale_backward: the right dx of visible case 1 raised NameError in line "
    assert message.startswith(start)


def test_a_right_value_without_a_fingerprint_is_said(course):
    edit(course / "mine_answers" / "first.py", "return 2 * (x)", "return x / 7")
    status, said = run(course, "fingerprints", "1-first")
    assert status == 1
    assert said.startswith("grader: double: the right y of visible case 1 is not a multiple of 1/")


def test_a_test_cell_that_is_missing_is_named(course):
    edit(course / "notebooks/1-first/first.ipynb", '"check(scale)"', '"check(skale)"')
    assert problems(course) == [
        "notebooks/1-first/first.ipynb: expected a locked test cell check_scale with the one line "
        "check(scale)"
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("exercise", "scale", "--to", "1-first"), "The course has an exercise scale already."),
        (("exercise", "two words", "--to", "1-first"), "'two words' cannot be a name: expected"),
        (("exercise", "a", "--to", "1-frist"), "There is no assignment '1-frist'. Did you mean 1-first?"),
        (("exercise", "a", "--to", "1-first", "--forward", "b"), "1-first has no exercise 'b' to be the forward of a."),
        (("exercise", "a", "--to", "1-first", "--arguments", "x x"), "x is an argument or a result twice."),
        (("exercise", "a", "--to", "1-first", "--after", "b"), "The notebook has no cell 'b' (its id)"),
        (("notebook", "3-third", "Third"), "'Third' cannot name a module: expected small letters"),
        (("notebook", "../third", "third"), "'../third' cannot be an assignment: expected"),
        (("notebook", "1-first", "other"), "There is a notebook other, or a folder 1-first, already."),
        (("notebook", "9-first", "first"), "There is a notebook first, or a folder 9-first, already."),
        (("course", "../mine"), "mine is not empty. Name a new folder."),
        (("course", "My-Course"), "'My-Course' cannot name a course's package"),
    ],
)  # fmt: skip
def test_a_wrong_request_writes_nothing(made, words, message):
    before = written(made)
    status, said = run(made, "new", *words)
    assert status == 1
    assert said.startswith("grader: ")
    assert message in said
    assert written(made) == before


def test_the_cells_stand_above_what_closes_a_notebook_or_below_a_cell(course):
    status, said = run(course, "new", "exercise", "third", "--to", "1-first", "--after", "start")
    assert status == 0, said
    cells = json.loads((course / "notebooks/1-first/first.ipynb").read_text())["cells"]
    assert [cell["id"] for cell in cells] == [
        *("title", "start", "third-text", "third", "check_third"),
        *("double-text", "double", "check_double", "scale-text", "scale", "check_scale"),
        *("scale-backward-text", "scale_backward", "check_scale_backward"),
        *("still-open", "progress"),
    ]


def test_our_own_course_has_the_layout_that_new_adds_to():
    place = place_of(COURSE)
    assert place.repository == ROOT
    assert place.content_name == "grader.exercises"
    for notebook in COURSE.notebooks:
        for path in (
            place.rows(notebook.stem),
            place.cases(notebook.stem),
            place.answers(notebook.stem),
            place.mistakes(notebook.stem),
            place.notebook(notebook.assignment, notebook.stem),
        ):
            assert path.is_file()


def test_a_backward_pass_takes_what_its_forward_takes():
    draft = draft_of(COURSE.by_assignment["5-max-pool"], "again", "", "", "max_pool_forward")
    assert draft.arguments == ("dy", "x", "size", "stride")
    assert draft.results == ("dx",)


def test_a_folder_that_is_not_empty_is_no_new_course(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    with pytest.raises(CourseError, match=r"mine is not empty\. Name a new folder\."):
        new_course(tmp_path / "mine")
