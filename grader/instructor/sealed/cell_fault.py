"""What stopped a cell in the sandbox, and which lost answers it explains."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from grader.instructor.sandbox.protocol import text
from grader.show.verdict import Verdict

NAMES_LIMIT = 40
UNDEFINED = re.compile(r"name '(\w+)' is not defined")
DEFINED = re.compile(r"^(?:def|class|async def|import)\s+(\w+)|^(\w+)\s*=[^=]", re.MULTILINE)
FIRST_LINE_LIMIT = 40  # letters


class CellFaultJSON(TypedDict):
    """A code cell that stopped: its number from 1, why, and the names that were not there."""

    cell: int
    cause: str
    lost: list[str]


@dataclass(frozen=True)
class CellFault:
    """One code cell that stopped.

    number: of the code cell, from 1; first_line: of its source; kind: the exception's name, or why
    the process was lost; message: the exception's own words, which are the student's; lost: the
    names that the cell defines and that were not there.
    """

    number: int
    first_line: str
    kind: str
    message: str
    lost: tuple[str, ...]

    @property
    def cause(self) -> str:
        """What stopped the cell, in our words; those of the student's program are quoted."""
        quoted = f' with the message "{self.message}"' if self.message else ""
        return f'code cell {self.number} ("{self.first_line}") stopped: {self.kind}{quoted}'

    def as_json(self) -> CellFaultJSON:
        """Return what a verdict file keeps."""
        return {
            "cell": self.number,
            "cause": self.cause,
            "lost": list(self.lost),
        }


def fault_of_reply(number: int, source: str, reply: Mapping[str, Any], seconds: float) -> CellFault:
    """Return what a worker's reply says of a cell that stopped.

    number: of the code cell, from 0; seconds: its time limit.
    """
    kind = text(reply.get("fault"), 100)
    if kind == "time":
        kind = f"it takes longer than {seconds:g} s"
    elif kind == "SyntaxError":
        kind = f"SyntaxError (the grader has Python {sys.version_info[0]}.{sys.version_info[1]})"
    elif not kind.isidentifier():  # it is a name of the student's, and no words of ours
        kind = "an exception"
    lost = reply.get("lost")
    names = lost if isinstance(lost, list) else []
    names = [name for name in names if isinstance(name, str) and name.isidentifier()]
    return CellFault(
        number + 1,
        first_line(source),
        kind,
        text(reply.get("message")),
        tuple(names[:NAMES_LIMIT]),
    )


def fault_of_loss(number: int, source: str, reason: str) -> CellFault:
    """Return what is known of a cell that took the worker's process along."""
    names = [one or other for one, other in DEFINED.findall(source)]
    kind = f"the process that ran it was stopped, since {reason}"
    return CellFault(number + 1, first_line(source), kind, "", tuple(names[:NAMES_LIMIT]))


def first_line(source: str) -> str:
    """Return the first line of a cell that says something, cut."""
    lines = (line.strip() for line in source.splitlines())
    line = text(next(filter(None, lines), ""))
    return line if len(line) <= FIRST_LINE_LIMIT else f"{line[: FIRST_LINE_LIMIT - 3]}..."


def explanations(verdict: Verdict, is_defined: bool, faults: Sequence[CellFault]) -> Iterator[str]:
    """Yield which cells that stopped explain a verdict without all points.

    is_defined: whether the exercise's own function was there.
    """
    wanted = set(UNDEFINED.findall(str(verdict)))
    if not is_defined:
        wanted.add(verdict.exercise)
    for fault in faults:
        names = [name for name in fault.lost if name in wanted]
        if names:
            was = "was" if len(names) == 1 else "were"
            yield f"{fault.cause}; {', '.join(names)}, which it defines, {was} not there"
