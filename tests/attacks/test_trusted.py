"""What the trusted side does with a student's text and with forged replies: it reads both in a time
that grows with their length, and loses no points that are decided.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from our_course import NOTEBOOKS
from tiers import best

from attacks.attack import TARGET
from grader.instructor.author import notebook
from grader.instructor.sandbox.sandbox import Sandbox
from grader.instructor.sealed import grade_one
from grader.instructor.sealed.grade_one import grade_submission
from grader.instructor.sealed.same_code import same_code
from grader.notebook.cells_of_file import cells_of_file

RIGHT = "    return dy @ w.T, x.T @ dy, dy.sum(axis=0)\n"
HEAD = "def affine_backward(dy, x, w):\n"


def graded(answers: dict[str, str]) -> dict[str, Any]:
    """Grade the solved notebook with some answers replaced."""
    made = notebook.with_answers(notebook.solve(NOTEBOOKS["1-affine"]), answers)
    with Sandbox(best(), NOTEBOOKS["1-affine"]) as sandbox:
        return dict(grade_submission(json.dumps(made).encode(), 7, sandbox))


DEEP = {
    "a sum": f"    z = {'+'.join(['1'] * 600)}\n",
    "signs": f"    z = {'-' * 600}1\n",
    "places": f"    z = lambda: x{'[0]' * 600}\n",
    "branches": "    if 0: pass\n" + "    elif 0: pass\n" * 900,
}


@pytest.mark.parametrize("lines", DEEP.values(), ids=DEEP)
def test_code_that_is_nested_deeply_keeps_its_points(lines: str) -> None:
    result = graded({TARGET: HEAD + lines + RIGHT})
    assert (result["points"], result["faults"]) == (20.0, [])


def test_code_that_python_itself_finds_too_deep_costs_itself_alone() -> None:
    result = graded({TARGET: HEAD + f"    z = {'+'.join(['1'] * 5000)}\n" + RIGHT})
    assert result["points"] == 16.0


def test_deep_code_under_two_names_is_one_code() -> None:
    deep = f"(x, w, pad):\n    return {'+'.join(['x'] * 600)}\n"
    answers = {name: f"def {name}{deep}" for name in ("correlate_1d", "spray_1d")}
    assert len(list(same_code(NOTEBOOKS["2-convolution"], answers))) == 1
    answers["spray_1d"] = answers["spray_1d"].replace("x+x\n", "x+w\n")
    assert not list(same_code(NOTEBOOKS["2-convolution"], answers))


def test_a_script_under_a_deep_decorator_is_read() -> None:
    deep = f"@({'+'.join(['1'] * 1500)})\ndef f(): pass\n"
    text = f"y = 1\n\x0c\n{deep}\n@app.cell\ndef _():\n    x = 2\n    return x\n"
    cells = cells_of_file(text.encode(), "affine.py").cells
    assert [cell.source for cell in cells][::2] == ["y = 1", "x = 2"]


@pytest.mark.parametrize("name", ["answer_texts", "same_code", "suggest_widget"])
def test_what_decorates_a_verdict_cannot_lose_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails there is our fault: the points stand, and a person looks."""

    def fails(*args: object) -> None:
        raise RecursionError

    monkeypatch.setattr(grade_one, name, fails)
    result = graded({TARGET: HEAD + RIGHT})
    assert result["points"] == 20.0
    assert "(RecursionError): a fault of the grader. The points stand" in result["faults"][0]
    assert any(told["look"] for told in result["exercises"])
