"""What an entry is, and the short ways to write one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from our_course import NOTEBOOKS

from grader.instructor.author import notebook

ASSIGNMENT = "1-affine"
POINTS = {exercise.name: exercise.points for exercise in NOTEBOOKS[ASSIGNMENT].exercises}
ALL = tuple(POINTS)
TARGET = "affine_backward"
WRONG = "def affine_backward(dy, x, w):\n    return 0 * x, 0 * w, 0 * w[0]\n"
# what is told of WRONG: whatever was tried beside it, this is what was judged
ZERO = "dx  is zero everywhere"
GOT = "come" + "through:"  # stands before what a probe has got


@cache
def solved() -> notebook.Notebook:
    return notebook.solve(NOTEBOOKS[ASSIGNMENT])


@dataclass(frozen=True)
class Attack:
    """One hostile submission: the solved notebook with answers replaced, cells put in, or the file
    edited.

    line: of the threat model.  why: the cause that must be seen, a pattern found in what is told of
        the lost exercises, in the
    submission's faults, or in what it printed (lines of the form "printed: ...").
    lost: exercises that must earn nothing; keeps: those that lose a part, and what they keep. All
        others keep all, unless the
    attack spoils them: that it may do to itself.
    never: what must not come out anywhere.  looks: a person has to look at it.
    probe, opens: code of a function probe(), and what it gives by plain Python outside the sandbox;
        leaves: a process.
    needs_root: only a superuser finds it open.  seconds: what grading may take, a busy machine
        included.
    """

    name: str
    line: str
    why: str
    answers: dict[str, str] = field(default_factory=dict)
    extra: tuple[str, ...] = ()
    edit: Callable[[dict[str, Any]], bytes | None] | None = None
    lost: tuple[str, ...] = ()
    keeps: dict[str, float] = field(default_factory=dict)
    spoils: bool = False
    never: tuple[str, ...] = ()
    looks: bool = False
    probe: str = ""
    opens: str = ""
    leaves: bool = False
    needs_root: bool = False
    seconds: float = 60.0

    def content(self, header: str = "") -> bytes:
        """Return the bytes that are handed in. header: the constants of the ground, for the attacks
        that name them.
        """
        answers = {name: text.replace("# GROUND", header) for name, text in self.answers.items()}
        extra = tuple(text.replace("# GROUND", header) for text in self.extra)
        made = notebook.with_answers(solved(), answers, extra)
        edited = self.edit(made) if self.edit else None
        return json.dumps(made).encode() if edited is None else edited

    def outside(self, header: str) -> str:
        """Return the probe as a program of its own."""
        return f"{header}\n{self.probe}\nprint({GOT!r}, probe(), flush=True)"


def cell(name: str, line: str, code: str, why: str = ZERO, **more: Any) -> Attack:
    """An attack in a cell, to win the points of a function that is wrong."""
    more = {"answers": {TARGET: WRONG}, "lost": (TARGET,)} | more
    return Attack(name, line, why, extra=(code,), **more)


def answer(name: str, line: str, code: str, why: str, **more: Any) -> Attack:
    """An attack in the cell of the function that it wants points for."""
    return Attack(name, line, why, **({"answers": {TARGET: code}, "lost": (TARGET,)} | more))


def body(lines: str) -> str:
    return (
        "def affine_backward(dy, x, w):\n"
        + "\n".join("    " + line for line in lines.splitlines())
        + "\n"
    )


def probing(name: str, line: str, code: str, closed: str, opens: str, **more: Any) -> Attack:
    """Code of a function probe() that stands in an answer: its error is told, and so is what it
    got.
    """
    text = (
        f"import os, sys\n# GROUND\n\n{code}\n\n\ndef hinge_loss(y, labels):\n    raise "
        f"AssertionError({GOT!r} + str(probe()))\n"
    )
    more = {"lost": ("hinge_loss",), "never": (GOT,)} | more
    return Attack(
        name,
        line,
        closed,
        {"hinge_loss": text},
        probe=f"import os, sys\n{code}",
        opens=opens,
        **more,
    )


def returning(expression: str, before: str = "") -> str:
    """Return a function probe() of one expression."""
    lines = [f"    {line}" for line in before.splitlines()]
    return "\n".join(["def probe():", *lines, f"    return {expression}"])
