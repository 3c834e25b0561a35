"""nbgrader's Validate does not say Success to a file whose answers it did not test."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from our_course import NOTEBOOKS

from grader.exercises import COURSE
from grader.instructor.author import notebook
from grader.notebook.validate import NOTHING, problems_of

SETTINGS = """c = get_config()
from grader.exercises import COURSE
from grader.notebook.validate import repair
repair(COURSE)
"""
OTHER = {  # a notebook of another course, and one of none
    "metadata": {"nbgrader": {"grade_id": "test-a", "grade": True, "points": 1, "locked": True}},
    "cell_type": "code",
    "id": "a",
    "source": "1",
    "outputs": [],
    "execution_count": None,
}


def solved(change: Callable[[dict], object]) -> dict:
    made = notebook.solve(NOTEBOOKS["4-relu"])
    change(made)
    return made


def no_metadata(made: dict) -> None:
    for cell in made["cells"]:
        cell["metadata"] = {}


def other_course(made: dict) -> None:
    made["cells"] = [OTHER]


def no_course(made: dict) -> None:
    made["cells"] = [OTHER | {"metadata": {}}]


def one_test_missing(made: dict) -> None:
    made["cells"] = [cell for cell in made["cells"] if cell["id"] != "check_eq_12"]


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        (lambda made: None, []),
        (other_course, []),
        (
            no_metadata,
            [
                NOTHING,
                "12 cells have lost nbgrader's metadata, and were recognised by their ids. "
                "Grading reads it all the same.",
            ],
        ),
        (no_course, [NOTHING, "Grading would not find an answer in it: "]),
        (
            one_test_missing,
            ["the test cell check_eq_12 is missing. Grading reads it all the same."],
        ),
    ],
)
def test_what_validate_did_not_test_is_said(change, problems, tmp_path):
    path = tmp_path / "relu.ipynb"
    path.write_text(json.dumps(solved(change)))
    found = list(problems_of(path, COURSE))
    assert len(found) == len(problems)
    assert all(one.startswith(start) for one, start in zip(found, problems, strict=True)), found


@pytest.mark.parametrize(("change", "is_good"), [(lambda made: None, True), (no_metadata, False)])
def test_a_students_own_settings_repair_nbgraders_command(change, is_good, tmp_path):
    (tmp_path / "nbgrader_config.py").write_text(SETTINGS)
    (tmp_path / "relu.ipynb").write_text(json.dumps(solved(change)))
    done = subprocess.run(
        [str(Path(sys.executable).with_name("nbgrader")), "validate", "relu.ipynb"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("Success! Your notebook passes all the tests." in done.stdout) == is_good, done.stderr
    assert ("Validate tested nothing" in done.stdout) != is_good
