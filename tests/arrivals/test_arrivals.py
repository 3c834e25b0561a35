"""A class of right answers, as other tools and habits make them, graded at once: none loses points
without a sentence that names the cause.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from our_course import NOTEBOOKS
from support import grader
from tiers import best, lacking, unsafe

from arrivals.made import ARRIVALS, DUE
from grader.instructor.author import notebook
from grader.instructor.classroom import Classroom
from grader.instructor.sandbox.sandbox import Sandbox, Tier
from grader.instructor.sealed.grade_one import grade_submission
from grader.notebook.intake import UNWRITTEN

# They only show how a training goes, and take a minute: in the sandbox their numbers are not there.
TRAININGS = {
    "training-numbers",
    "watch-twenty",
    "watch-digits",
    "watch-clothes",
    "figure-filters",
    "figure-wrong-digits",
    "figure-wrong-clothes",
}
BY_NAME = {arrival.name: arrival for arrival in ARRIVALS}


@pytest.fixture(scope="module")
def verdicts(
    tmp_path_factory: pytest.TempPathFactory, released_course: Callable[[str, Path], Classroom]
) -> dict[str, dict]:
    """The verdict file of every arrival."""
    if best() is Tier.NONE:
        lacking("no sandbox holds here, and some of these cells would run in the open")
    course = released_course("4-relu", tmp_path_factory.mktemp("arrivals") / "course")
    for arrival in ARRIVALS:
        for name, content in arrival.files.items():
            path = course.submitted / arrival.name / "4-relu" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    grader("grade", "--course", course.folder, *unsafe())
    return {arrival.name: verdict_of(course, arrival.name) for arrival in ARRIVALS}


def verdict_of(course: Classroom, student: str) -> dict:
    """Return a verdict without the fault that all have: one student's id stands in every file."""
    path = course.folder / "verdicts" / student / "4-relu.json"
    verdict = json.loads(path.read_text(encoding="utf-8"))
    other_id = f"and the folder is that of {student}"
    faults = [fault for fault in verdict["faults"] if not fault.endswith(other_id)]
    return {**verdict, "faults": faults}


def test_there_are_at_least_a_hundred():
    assert len(ARRIVALS) >= 100
    assert len(BY_NAME) == len(ARRIVALS)


@pytest.mark.parametrize("name", BY_NAME)
def test_it_keeps_its_points_or_says_why_not(name, verdicts):
    arrival, verdict = BY_NAME[name], verdicts[name]
    faults = "\n".join(verdict["faults"])
    if arrival.else_says:
        assert re.search(arrival.else_says, faults)
        return
    lost = [e["text"] for e in verdict["exercises"] if e["earned"] < e["points"]]
    assert verdict["points"] == DUE, "\n".join([*lost, faults, json.dumps(verdict["cells"])])
    assert arrival.look or not verdict["faults"]


def test_nothing_is_lost_without_a_sign(verdicts):
    silent = [
        name
        for name, verdict in verdicts.items()
        if verdict["points"] < DUE and not verdict["faults"]
    ]
    assert silent == []


def test_what_was_graded_is_what_is_shown(verdicts):
    """A stub beside full points would be no feedback, wherever the answer stands."""
    for name, verdict in verdicts.items():
        for each in verdict["exercises"]:
            if each["earned"]:
                text = verdict["answers"].get(each["exercise"], "")
                assert each["exercise"] in text, (name, each["exercise"])
                assert not UNWRITTEN.search(text), (name, each["exercise"])


@pytest.mark.parametrize("assignment", NOTEBOOKS)
def test_no_cell_of_our_own_solved_notebooks_stops(assignment):
    made = notebook.solve(NOTEBOOKS[assignment])
    with Sandbox(best(), NOTEBOOKS[assignment]) as sandbox:
        result = grade_submission(notebook.dumps(made).encode(), 1, sandbox)
    code = [cell["id"] for cell in made["cells"] if cell["cell_type"] == "code"]
    stopped = {code[fault["cell"] - 1] for fault in result["cells"]}
    assert stopped <= TRAININGS
    assert result["faults"] == []
