"""What an answer cell imports at its top, graded: scipy is there, and what is not is named."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest
from our_course import NOTEBOOKS
from tiers import best

from grader.instructor.author import notebook
from grader.instructor.sandbox.sandbox import Sandbox
from grader.instructor.sealed.grade_one import WorkJSON, grade_submission

CONVOLUTION = NOTEBOOKS["2-convolution"]
NAME = "correlate_1d"
USED = f"""import numpy as np

def {NAME}(x, w, pad=0):
    return signal.correlate(np.pad(x, pad), w, mode="valid")
"""
IS_THERE = pytest.mark.skipif(find_spec("scipy") is None, reason="scipy is not installed: run make")


def own_answer() -> str:
    cells = notebook.solve(CONVOLUTION)["cells"]
    texts = (notebook.source(cell) for cell in cells if cell["cell_type"] == "code")
    return next(text for text in texts if f"def {NAME}(" in text)


def graded(text: str) -> WorkJSON:
    made = notebook.with_answers(notebook.solve(CONVOLUTION), {NAME: text})
    with Sandbox(best(), CONVOLUTION) as sandbox:
        return grade_submission(notebook.dumps(made).encode(), 7, sandbox)


def verdict(work: WorkJSON) -> Any:
    return next(each for each in work["exercises"] if each["exercise"] == NAME)


@IS_THERE
@pytest.mark.parametrize("answer", [own_answer(), USED], ids=["unused", "used"])
def test_scipy_is_there_and_costs_nothing(answer):
    work = graded(f"from scipy import signal\n{answer}")
    assert (work["points"], work["cells"], work["faults"]) == (CONVOLUTION.automatic_points, [], [])


def test_what_is_not_there_and_not_used_costs_nothing():
    work = graded(f"from no_such_package import signal\n{own_answer()}")
    assert work["points"] == CONVOLUTION.automatic_points
    (cell,) = work["cells"]
    assert cell["lost"] == ["signal"]
    assert "No module named 'no_such_package'" in cell["cause"]


def test_what_is_not_there_and_used_is_named_in_the_verdict():
    work = graded(f"from no_such_package import signal\n{USED}")
    assert work["points"] == CONVOLUTION.automatic_points - verdict(work)["points"]
    (note,) = verdict(work)["notes"]
    assert "No module named 'no_such_package'" in note
    assert note.endswith("signal, which it defines, was not there")
