"""The same as other tools really make it: jupytext, nbconvert, nb-clean, marimo, nbstripout."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from our_course import NOTEBOOKS
from support import grader
from tiers import unsafe

from grader.instructor.author import notebook

BIN = Path(sys.executable).parent
ASSIGNMENT = "4-relu"
TOOL = ("uv", "tool", "run", "--quiet", "--from")  # each in an environment of its own, by uv
JUPYTEXT = (*TOOL, "jupytext", "jupytext")
MARIMO = (*TOOL, "marimo", "--with", "nbformat", "marimo")
CONVERT = ("jupyter", "nbconvert")
# What makes each file: commands, one after another, on relu.ipynb beside it.
MADE = {
    "percent.py": [(*JUPYTEXT, "--to", "py:percent", "relu.ipynb", "-o", "percent.py")],
    "light.py": [(*JUPYTEXT, "--to", "py:light", "relu.ipynb", "-o", "light.py")],
    "hydrogen.py": [(*JUPYTEXT, "--to", "py:hydrogen", "relu.ipynb", "-o", "hydrogen.py")],
    "sphinx.py": [(*JUPYTEXT, "--to", "py:sphinx", "relu.ipynb", "-o", "sphinx.py")],
    "percent.ipynb": [
        (*JUPYTEXT, "--to", "py:percent", "relu.ipynb", "-o", "middle.py"),
        (*JUPYTEXT, "--to", "ipynb", "middle.py", "-o", "percent.ipynb"),
    ],
    "markdown.ipynb": [
        (*JUPYTEXT, "--to", "md", "relu.ipynb", "-o", "middle.md"),
        (*JUPYTEXT, "--to", "ipynb", "middle.md", "-o", "markdown.ipynb"),
    ],
    "marimo.py": [(*MARIMO, "convert", "relu.ipynb", "-o", "marimo.py")],
    "marimo.ipynb": [
        (*MARIMO, "convert", "relu.ipynb", "-o", "middle.py"),
        (*MARIMO, "export", "ipynb", "middle.py", "-o", "marimo.ipynb"),
    ],
    "clean.ipynb": [
        ("cp", "relu.ipynb", "clean.ipynb"),
        (*TOOL, "nb-clean", "nb-clean", "clean", "clean.ipynb"),
    ],
    "stripped.ipynb": [
        ("cp", "relu.ipynb", "stripped.ipynb"),
        ("nbstripout", "stripped.ipynb"),
    ],
    "format-3.ipynb": [
        (*CONVERT, "--to", "notebook", "--nbformat", "3", "relu.ipynb", "--output", "format-3")
    ],
    "executed.ipynb": [
        (*CONVERT, "--to", "notebook", "--execute", "relu.ipynb", "--output", "executed")
    ],
    "script.py": [
        (*CONVERT, "--to", "script", "relu.ipynb", "--output", "script"),
        ("sh", "-c", "test -f script.py || mv script.txt script.py"),
    ],
}


@pytest.mark.soak
@pytest.mark.usefixtures("some_tier")
@pytest.mark.parametrize("name", MADE)
def test_what_a_tool_makes_of_right_answers_keeps_all_points(name, released_course, tmp_path):
    path = tmp_path / "relu.ipynb"
    path.write_text(notebook.dumps(notebook.solve(NOTEBOOKS[ASSIGNMENT])), encoding="utf-8")
    for program, *words in MADE[name]:
        own = BIN / program
        command = [str(own) if own.exists() else program, *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
    course = released_course(ASSIGNMENT, tmp_path / "course")
    for student, file in (("ada", name), ("renamed", "relu.ipynb")):
        folder = course.submitted / student / ASSIGNMENT
        folder.mkdir(parents=True)
        if student == "ada" or name.endswith(".ipynb"):
            shutil.copy(tmp_path / name, folder / file)
        else:
            shutil.rmtree(folder.parent)
    said = grader("grade", "--course", course.folder, *unsafe())[1]
    assert "] ada: 7 points; look: " in said
    assert ("] renamed: 7 points" in said) == name.endswith(".ipynb"), said
