"""Hand in an attack, and read what came of it. `play` alone knows how grading is called."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from our_course import NOTEBOOKS

from grader.instructor.sandbox.sandbox import MachineFault, Sandbox, Tier
from grader.instructor.sandbox.time_and_memory_limits import Limits
from grader.instructor.sealed.grade_one import grade_submission

LIMITS = Limits(call=1.0, net=2.0)
SEED = 7
PAUSES = (0.5, 2.0, 5.0, 10.0)  # seconds before each further try


@dataclass(frozen=True)
class Outcome:
    """The verdicts on one submission."""

    result: dict[str, Any]

    @property
    def earned(self) -> dict[str, float]:
        return {told["exercise"]: told["earned"] for told in self.result["exercises"]}

    @property
    def looks(self) -> list[str]:
        return [told["exercise"] for told in self.result["exercises"] if told["look"]]

    @property
    def printed(self) -> str:
        return str(self.result.get("printed", ""))

    @property
    def everything(self) -> str:
        """All that comes out, but for the student's own source, as the text of a file."""
        return json.dumps(
            {key: value for key, value in self.result.items() if key != "answers"},
            ensure_ascii=False,
        )

    def said(self, exercises: tuple[str, ...] = ()) -> str:
        """Return the faults, what was told of some exercises or of all, and what was printed, each
        with its kind before it.
        """
        told = [
            told["text"]
            for told in self.result["exercises"]
            if not exercises or told["exercise"] in exercises
        ]
        faults = [f"fault: {fault}" for fault in self.result["faults"]]
        return "\n".join(
            [*faults, *told, *(f"printed: {line}" for line in self.printed.splitlines())]
        )


_open: dict[tuple[Tier, Limits], Sandbox] = {}


def sandbox(tier: Tier, limits: Limits) -> Sandbox:
    """Return the sandbox of a tier, which all entries share as a class does."""
    if (tier, limits) not in _open:
        _open[tier, limits] = Sandbox(tier, NOTEBOOKS["1-affine"], limits).__enter__()
    return _open[tier, limits]


def close() -> None:
    """Close all sandboxes."""
    while _open:
        _open.popitem()[1].__exit__(None, None, None)


def play(content: bytes, tier: Tier, limits: Limits = LIMITS) -> Outcome:
    """Grade the bytes of a submission, as a class is graded: again where the machine was busy.

    The other half of the tests keeps this machine busy for seconds. A machine's fault that stays
    is an error: no student may provoke one.
    """
    for pause in PAUSES:
        try:
            return Outcome(grade_submission(content, SEED, sandbox(tier, limits)))
        except MachineFault:
            time.sleep(pause)
    return Outcome(grade_submission(content, SEED, sandbox(tier, limits)))
