"""What the points table says of an exercise and of its parts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

SMOOTH = 1e-5  # softmax in honest float32 errs by 1.4e-7
DIFFERENCES = 1e-6  # central differences with any sensible step err by less; a step of 1e-12 errs by more


@dataclass(frozen=True)
class Part:
    """One result of an exercise.

    shape: names of sizes ("D C"), numbers, or "" for a scalar; None where the answer is not an array (a quiz).
    like: the argument whose shape it shares, for messages.
    also: a second shape that is accepted with a note.
    tolerance: largest error accepted, relative to the largest entry of the right answer.
    of: the result that it judges; "" for the one of its own name.
    convention: the note on a right answer that follows another convention where several are right.
    """

    name: str
    points: float
    shape: str | None = None
    like: str = ""
    also: str | None = None
    tolerance: float = 1e-9
    of: str = ""
    convention: str = ""

    @property
    def result(self) -> str:
        return self.of or self.name


@dataclass(frozen=True)
class Exercise:
    """One function that a student writes: one answer cell, one test cell.

    forward: the exercise whose numerical gradient supplies the right values to show ("" where there is none).
    without: names that raise while this exercise is judged: it is to be written without calling them.
    why: for a quiz, the reason, told once the answer is right.
    layers: the names of the layers are bound to layers.py while it is judged.
    costly: it takes seconds: its trainings are asked with one draw of cases, and `progress` does not ask it again.
    """

    name: str
    assignment: str
    arguments: tuple[str, ...]
    parts: tuple[Part, ...]
    forward: str = ""
    without: tuple[str, ...] = ()
    why: str = ""
    layers: bool = False
    costly: bool = False

    @property
    def points(self) -> float:
        return sum(part.points for part in self.parts)

    @cached_property
    def is_quiz(self) -> bool:
        return self.parts[0].shape is None

    @cached_property
    def results(self) -> tuple[str, ...]:
        """The names of what the function returns, in its order."""
        return tuple(dict.fromkeys(part.result for part in self.parts))


def quiz(name: str, assignment: str, arguments: tuple[str, ...], points: float, why: str) -> Exercise:
    return Exercise(name, assignment, arguments, (Part("answer", points),), why=why)
