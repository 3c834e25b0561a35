"""A round of one assignment, each step asked of the server of the person who takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from installed import Machine
from servers import Server

ASSIGNMENT = "1-affine"
COURSE = "cnn-gradients"
NOTEBOOK = f"{ASSIGNMENT}/affine.ipynb"
RIGHT = "def affine_forward(x, w, b):\n    return x @ w + b"
WRONG = "def affine_backward(dy, x, w):\n    return dy @ w.T, (x.T @ dy).T, dy.sum(axis=0)"


@dataclass(frozen=True)
class Class:
    """The servers of a class."""

    teacher: Server
    ada: Server
    bela: Server


def press(teacher: Server, step: str) -> str:
    """Take one of formgrader's steps; return what its window says."""
    answer = teacher.post(f"formgrader/api/{step}")
    assert answer["success"], answer
    return answer.get("log", "")


def choose(student: Server, step: str) -> list[dict[str, Any]]:
    """Press a button of the Assignment List; return the list afterwards."""
    answer = student.post(
        f"assignments/{step}", params={"course_id": COURSE, "assignment_id": ASSIGNMENT}
    )
    assert answer["success"], answer
    return answer["value"]


def write(student: Server, *answers: str) -> None:
    """Save the notebook with answers in place of their stubs."""
    file = student.get(f"api/contents/{NOTEBOOK}")
    for answer in answers:
        (cell,) = [
            cell
            for cell in file["content"]["cells"]
            if cell["source"].startswith(answer.partition("(")[0] + "(")
        ]
        cell["source"] = answer
    student.put(f"api/contents/{NOTEBOOK}", json=file)


def play(people: Class, machine: Machine) -> None:
    """Release, fetch, submit, collect, grade, hand back; the students read their feedback."""
    press(people.teacher, f"assignment/{ASSIGNMENT}/assign")
    press(people.teacher, f"assignment/{ASSIGNMENT}/release")
    for student, answers in ((people.ada, (RIGHT, WRONG)), (people.bela, (RIGHT,))):
        assert [row["status"] for row in choose(student, "fetch")] == ["fetched"]
        write(student, *answers)
        assert [row["status"] for row in choose(student, "submit")] == ["fetched", "submitted"]
    assert "Processing 2 submissions" in press(people.teacher, f"assignment/{ASSIGNMENT}/collect")
    for who, points in ((machine.ada, "3 points"), (machine.bela, "1 point")):
        log = press(people.teacher, f"submission/{ASSIGNMENT}/{who.pw_name}/autograde")
        assert f"{who.pw_name}: {points}" in log
    press(people.teacher, f"assignment/{ASSIGNMENT}/generate_feedback")
    press(people.teacher, f"assignment/{ASSIGNMENT}/release_feedback")
    assert "3 of 20 points" in feedback(people.ada)
    assert "1 of 20 points" in feedback(people.bela)


def feedback(student: Server) -> str:
    """Fetch the feedback and return the page."""
    (_, row) = choose(student, "fetch_feedback")
    (submission,) = row["submissions"]
    page = f"{submission['local_feedback_path']}/affine.html"
    return student.get(f"api/contents/{page}")["content"]
