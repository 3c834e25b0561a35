"""What the sandbox's worker does with calls and cells, in a process that nothing holds."""

from __future__ import annotations

import subprocess
import sys

import grader.call
from grader.instructor.sandbox.sandbox import WORKER
from grader.instructor.sandbox.worker import cells

LENT = """
import json
import sys
import numpy as np
import worker

worker.CALL = worker.load_room("_call", sys.argv[1], worker.CALL_MODULES)


def square(x):
    return x * x


def backward(dy, x):
    other = np.outer(dy, x)  # of the result's size, which no argument has
    dx = np.zeros(other.shape)
    for place in np.ndindex(*other.shape):
        nudged = other.copy()
        nudged[place] += 1e-3
        dx[place] = np.sum(square(nudged) - square(other)) * 1e3
    return dx


class Kept:
    def send(self, header, payload=b""):
        print(json.dumps(header.get("nudged")))


worker.LAYERS["square"] = square
args = [{"array": [length], "dtype": "<f8"} for length in (2, 3)]
case = {"args": args, "parts": ["dx"], "watch": True, "limit": 99, "bytes": 40}
request = {
    "name": "backward", "cases": [case], "results": ["dx"], "derived": True, "forward": "square",
    "without": [], "layers": True, "quiz": False, "seconds": 5.0,
}
payload = np.arange(1.0, 6.0).tobytes()
worker.calls({"backward": backward}, request, payload, Kept())
"""


def test_differences_of_a_forward_pass_that_is_lent_are_seen() -> None:
    command = [sys.executable, "-c", LENT, grader.call.__path__[0]]
    done = subprocess.run(command, cwd=WORKER, capture_output=True, text=True, check=False)
    assert done.stdout == '["square", 6]\n', done.stderr


def test_a_cell_that_the_compiler_cannot_take_stops_nothing(monkeypatch) -> None:
    monkeypatch.setattr(cells, "READY", {})
    too_deep = f"x = {'-' * 3000}1"
    cells.make_ready([too_deep, "if", "y = 1\ny + 1", "from __future__ import annotations"])
    assert cells.READY.keys() == {"y = 1\ny + 1"}
    namespace: dict[str, object] = {}
    run = cells.Cells(namespace, lambda seconds, work: work())
    assert run.run(7, "y = 1\ny + 1", 5.0) == {"fault": ""}
    assert namespace["_"] == 2
    assert run.run(8, too_deep, 5.0)["fault"] == "RecursionError"
