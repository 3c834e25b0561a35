"""A training in a check shows its clock, and stops where grading does; prints stand under their
cases.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from our_course import EXERCISES, NOTEBOOKS
from support import references

from grader.instructor.author import layers
from grader.judge.judge import judge
from grader.notebook import training

CODE = """
import time
from grader import check
from grader.exercises import COURSE
from solutions.capstone import train as reference
notebook = COURSE.by_assignment["6-capstone"]
notebook.limits["call"] = 3.0
{layers}


def train(params, images, labels, steps, rate, seed):
    start = time.process_time()
    while steps == 200 and time.process_time() < start + 2.2:
        pass
    while steps > 200:
        pass
    return reference(params, images, labels, steps, rate, seed)


check(train)
"""


class Recorder(NotebookClient):
    """Runs a notebook and keeps what the kernel sends."""

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        self.received.append(msg)
        return super().process_message(msg, cell, cell_index)


def messages(code: str) -> list[dict[str, Any]]:
    """Run code in a kernel, and return what it sends."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    client = Recorder(notebook, timeout=120, kernel_name="python3")
    client.received = []
    client.execute()
    return list(client.received)


def test_a_training_shows_its_clock_and_stops_where_grading_does(tmp_path: Any) -> None:
    (tmp_path / "layers.py").write_text(layers.source(NOTEBOOKS["6-capstone"]))
    text = f"import sys; sys.path.insert(0, {str(tmp_path)!r})"
    received = messages(CODE.format(layers=text))
    lines = [
        message["content"]["data"]["text/plain"]
        for message in received
        if message["msg_type"] == "update_display_data"
    ]
    assert "training 1 of 3 (overfit): 1 s of at most 3 s" in lines  # from the thread
    verdict = next(
        message["content"]["data"]["text/plain"]
        for message in received
        if "train:" in message["content"].get("data", {}).get("text/plain", "")
    )
    assert "takes longer than 3 s, where grading stops it too" in verdict


def test_another_thread_trains_without_an_alarm() -> None:
    result: list[Any] = []

    def work() -> None:
        with training._alarm(0.01):
            end = time.process_time() + 0.1
            while time.process_time() < end:
                pass
            result.append("done")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert result == ["done"]


def test_what_is_printed_stands_under_its_case(capsys: pytest.CaptureFixture[str]) -> None:
    def affine_forward(x: Any, w: Any, b: Any) -> Any:
        if len(x) == 1:
            print("a single row")
        return x @ w + b

    verdict = judge(EXERCISES["affine_forward"], affine_forward, references())
    lines = str(verdict).splitlines()
    start = lines.index("  Your function printed:")
    assert lines[start + 1 : start + 3] == ["  | N = 1, D = 2, C = 3:", "  | a single row"]
    assert capsys.readouterr().out == ""


def test_long_output_is_cut_and_says_so() -> None:
    def affine_forward(x: Any, w: Any, b: Any) -> Any:
        print("x" * 1500)
        return x @ w + b

    verdict = judge(EXERCISES["affine_forward"], affine_forward, references())
    assert verdict.printed.endswith("...")
    assert len(verdict.printed) < 2200
