"""What a submission does with its time is its own: no slow, busy or stubborn one is a fault of the
machine, whatever stands in it.
"""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
from attacks.attack import TARGET, body
from our_course import NOTEBOOKS

from grader.instructor.author import notebook
from grader.instructor.sandbox.sandbox import MachineFault, Sandbox, Tier
from grader.instructor.sandbox.time_and_memory_limits import Limits
from grader.instructor.sandbox.worker import zygote
from grader.instructor.sealed.grade_one import grade_again, grade_submission
from grader.notebook.intake import parse

RIGHT = "return dy @ w.T, x.T @ dy, dy.sum(axis=0)"
SLOW = f"""import time
start = time.process_time()
while time.process_time() - start < 0.5:
    sum(range(1000))
{RIGHT}"""
STUBBORN = """while True:
    try:
        while True:
            pass
    except BaseException:
        pass"""
BUSY = """import hashlib, threading


def spin():
    while True:
        hashlib.pbkdf2_hmac("sha256", b"x", b"y", 100_000)


threading.stack_size(131072)
for _ in range(6):
    try:
        threading.Thread(target=spin, daemon=True).start()
    except BaseException:
        pass
while True:
    try:
        hashlib.pbkdf2_hmac("sha256", b"x", b"y", 1000)
    except BaseException:
        pass"""
LIMITS = Limits(call=1.0, whole=3.0)


def graded(lines: str, tier: Tier, limits: Limits = LIMITS) -> dict[str, dict[str, Any]]:
    """Grade the solved notebook with these lines as the affine_backward of it.

    As in a class there are more tries on a machine that is busy itself; a fault that stays is an
    error.
    """
    answers = {TARGET: body(lines)}
    made = notebook.with_answers(notebook.solve(NOTEBOOKS["1-affine"]), answers)
    submitted = parse(notebook.dumps(made).encode(), list(NOTEBOOKS["1-affine"].by_name))
    with Sandbox(tier, NOTEBOOKS["1-affine"], limits) as sandbox:
        result = grade_again(submitted, 7, sandbox)
    return {told["exercise"]: told for told in result["exercises"]}


def test_a_slow_function_uses_up_the_time_between_two_cases(tier: Tier) -> None:
    """Each call is within its limit, and all of them together are beyond the whole."""
    told = graded(SLOW, tier)
    assert told["affine_forward"]["earned"] == 1.0
    assert told[TARGET]["earned"] == 0.0
    assert told[TARGET]["fault"] == "could not be asked: the notebook has used up its 3 s"


@pytest.mark.parametrize("lines", [STUBBORN, BUSY], ids=["a loop", "threads"])
@pytest.mark.parametrize("net", [3.0, 20.0], ids=["by the clock", "by the processor"])
def test_work_that_catches_its_alarm_is_its_own_fault(lines: str, net: float, tier: Tier) -> None:
    told = graded(lines, tier, Limits(call=1.0, whole=3.0, net=net))
    assert told["affine_forward"]["earned"] == 1.0
    assert "could not be asked: the process that ran it was stopped, since it" in str(told[TARGET])
    assert "waited" not in str(told[TARGET])


def test_a_worker_that_somebody_else_kills_is_a_fault_of_the_machine() -> None:
    with Sandbox(Tier.NONE, NOTEBOOKS["1-affine"], LIMITS) as sandbox:
        made = notebook.with_answers(
            notebook.solve(NOTEBOOKS["1-affine"]),
            {TARGET: body("import os\nos.kill(os.getpid(), 9)")},
        )
        with pytest.raises(MachineFault, match="a worker was killed"):
            grade_submission(notebook.dumps(made).encode(), 7, sandbox)


def test_what_this_process_was_late_before_a_call_does_not_count() -> None:
    stood = zygote.Stood(os.getpid())
    stood.start -= 60.0
    stood.look()
    stood.start = start = time.monotonic()
    assert stood.since(start) < 30.0
    assert stood.since(0.0) > 30.0
