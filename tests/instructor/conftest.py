"""Fixtures of the instructor's tests: the toy course, and a class of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tiers import unsafe
from toy_course import STEALS, SWAPPED, TOY, run, toy_notebook

from grader.instructor.author.notebook import answer_cells, dumps, load, set_source


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
def graded_toy(toy) -> Path:
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
