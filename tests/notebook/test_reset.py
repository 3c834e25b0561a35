"""`python -m grader reset NAME`: the stub comes back, and the answer that stood there is kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.__main__ import students_command
from grader.exercises import COURSE
from grader.instructor.author.notebook import dumps, solve, source
from grader.notebook.intake import parse
from grader.notebook.reset import NotReset, reset

RELU = COURSE.by_assignment["4-relu"]
ANSWER = "def relu_forward(x):\n    return np.maximum(x, 0)  # größer als 0"


def cell_of(path: Path, name: str) -> dict:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    [cell] = [
        cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade_id") == name
    ]
    return cell


def change(path: Path, name: str, **values: object) -> None:
    """Change the cell of an exercise in a notebook."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == name:
            cell.update(values)
    path.write_text(json.dumps(notebook), encoding="utf-8")


@pytest.fixture
def relu(tmp_path, monkeypatch) -> Path:
    """A student's notebook with all answers and an output of each check, in its folder."""
    path = tmp_path / RELU.file
    notebook = solve(RELU)
    for cell in notebook["cells"]:
        if cell["id"].startswith("check_"):
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["right"]}]
    path.write_text(dumps(notebook), encoding="utf-8")
    change(path, "relu_forward", source=ANSWER.splitlines(keepends=True), execution_count=3)
    monkeypatch.chdir(tmp_path)
    return path


def test_the_stub_comes_back_and_the_answer_is_kept(relu):
    before = json.loads(relu.read_text(encoding="utf-8"))
    lines = list(reset(COURSE, "relu_forward"))
    assert lines == [
        "Your answer is kept in relu_forward_before_1.txt, beside the notebook.",
        "relu_forward in relu.ipynb is as you got it. In JupyterLab, choose File > Reload Notebook "
        "from Disk.",
    ]
    kept = relu.with_name("relu_forward_before_1.txt").read_text(encoding="utf-8")
    assert kept == ANSWER + "\n"
    cell = cell_of(relu, "relu_forward")
    assert source(cell) == RELU.by_name["relu_forward"].table["stub"]
    assert source(cell).endswith("    # YOUR CODE HERE\n    raise NotImplementedError()")
    assert cell["execution_count"] is None
    assert cell_of(relu, "check_relu_forward")["outputs"] == []  # it spoke of the old answer
    assert cell_of(relu, "check_relu_backward")["outputs"]
    after = json.loads(relu.read_text(encoding="utf-8"))
    others = [
        [each for each in notebook["cells"] if "relu_forward" not in each["id"]]
        for notebook in (before, after)
    ]
    assert others[0] == others[1]
    assert len(before["cells"]) == len(after["cells"])


@pytest.mark.parametrize("name", COURSE.exercises)
def test_every_exercise_can_be_put_back(name, tmp_path, monkeypatch):
    notebook = COURSE.exercises[name].notebook
    folder = tmp_path / notebook.assignment
    folder.mkdir()
    (folder / notebook.file).write_text(dumps(solve(notebook)), encoding="utf-8")
    monkeypatch.chdir(tmp_path)  # the folder of the kit
    list(reset(COURSE, name))
    parsed = parse((folder / notebook.file).read_bytes(), list(notebook.by_name))
    assert parsed.faults == ()
    assert parsed.written == len(notebook.exercises) - 1
    assert "raise NotImplementedError()" in parsed.answers[name]
    assert "### BEGIN SOLUTION" not in parsed.answers[name]


def test_a_second_answer_is_kept_beside_the_first(relu):
    list(reset(COURSE, "relu_forward"))
    change(relu, "relu_forward", source=["relu_forward = abs"])
    list(reset(COURSE, "relu_forward"))
    kept = sorted(path.name for path in relu.parent.glob("*_before_*"))
    assert kept == ["relu_forward_before_1.txt", "relu_forward_before_2.txt"]
    assert relu.with_name(kept[1]).read_text(encoding="utf-8") == "relu_forward = abs\n"


def test_a_stub_is_left_alone(relu):
    list(reset(COURSE, "relu_forward"))
    before = relu.read_bytes()
    lines = list(reset(COURSE, "relu_forward"))
    assert lines == ["Nothing to do: relu_forward in relu.ipynb is as you got it."]
    assert relu.read_bytes() == before


def test_a_deleted_cell_comes_back_above_its_check(relu):
    notebook = json.loads(relu.read_text(encoding="utf-8"))
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != "relu_forward"]
    relu.write_text(dumps(notebook), encoding="utf-8")
    assert len(list(reset(COURSE, "relu_forward"))) == 1
    ids = [cell["id"] for cell in json.loads(relu.read_text(encoding="utf-8"))["cells"]]
    assert ids.index("relu_forward") == ids.index("check_relu_forward") - 1
    assert not list(relu.parent.glob("*_before_*"))


def test_what_another_tool_has_lost_is_there_again(relu):
    notebook = json.loads(relu.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["id"] == "relu_forward":
            cell.update(id="x7", metadata={"tags": ["mine"]})
    relu.write_text(dumps(notebook), encoding="utf-8")
    list(reset(COURSE, "relu_forward"))
    cell = cell_of(relu, "relu_forward")
    assert (cell["id"], cell["metadata"]["tags"]) == ("x7", ["mine"])
    assert parse(relu.read_bytes(), list(RELU.by_name)).faults == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "relu.ipynb is not a notebook as JupyterLab saves it"),
        (b"def relu_forward(x):\n    return x\n", "is not a notebook as JupyterLab saves it"),
        (b'{"nbformat": 3, "worksheets": []}', "is not a notebook as JupyterLab saves it"),
        (b'{"nbformat": 4, "cells": [3]}', "is not a notebook as JupyterLab saves it"),
        (b"[" * 100_000, "is not a notebook as JupyterLab saves it"),
        (b'{"nbformat": 4, "cells": []}', "this is not the notebook of this assignment"),
    ],
)
def test_a_file_that_is_no_notebook_is_left_alone(content, message, relu):
    relu.write_bytes(content)
    with pytest.raises(NotReset, match=message):
        list(reset(COURSE, "relu_forward"))
    assert relu.read_bytes() == content
    assert [path.name for path in relu.parent.iterdir()] == ["relu.ipynb"]


def test_without_cell_and_check_nothing_can_be_put_back(relu):
    notebook = json.loads(relu.read_text(encoding="utf-8"))
    notebook["cells"] = [cell for cell in notebook["cells"] if "relu_forward" not in cell["id"]]
    relu.write_text(dumps(notebook), encoding="utf-8")
    with pytest.raises(NotReset, match="neither the cell of relu_forward nor its check"):
        list(reset(COURSE, "relu_forward"))


def test_a_misspelt_name_and_a_missing_file_are_said(relu, capsys):
    assert students_command(["reset", "relu_foward"]) == 1
    assert "Did you mean relu_forward?" in capsys.readouterr().out
    assert students_command(["reset", "dilate"]) == 1
    assert "There is no strided.ipynb in" in capsys.readouterr().out
    assert students_command(["reset", "dilate", "no.ipynb"]) == 1
    assert "no.ipynb: No such file or directory" in capsys.readouterr().out
    assert students_command(["reset"]) == 2
    assert students_command(["reset", "relu_forward", "relu.ipynb"]) == 0


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_stays_a_link_and_a_mode_a_mode(relu):
    relu.chmod(0o640)
    link = relu.with_name("mine.ipynb")
    link.symlink_to(relu)
    list(reset(COURSE, "relu_forward", "mine.ipynb"))
    assert link.is_symlink()
    assert relu.stat().st_mode & 0o777 == 0o640
    assert relu.with_name("relu_forward_before_1.txt").stat().st_mode & 0o777 == 0o640


def test_half_a_pair_of_code_units_is_no_obstacle(relu):
    change(relu, "relu_backward", source=["# \ud800"])
    list(reset(COURSE, "relu_forward"))
    assert source(cell_of(relu, "relu_backward")) == "# \ud800"


def test_the_command_runs_in_a_terminal(relu):
    command = [sys.executable, "-m", "grader", "reset", "relu_forward"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert "relu_forward in relu.ipynb is as you got it" in done.stdout
