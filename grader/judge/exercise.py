"""The form of a row of the points table: an exercise and its parts.

The rows themselves are in grader/exercises/, one file for each notebook.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from grader.judge.case import Case, Generator

SMOOTH = 1e-5  # softmax in honest float32 errs by 1.4e-7
DIFFERENCES = (
    1e-6  # central differences with any sensible step err by less; a step of 1e-12 errs by more
)


@dataclass(frozen=True)
class Part:
    """One result of an exercise.

    shape: names of sizes ("D C"), numbers, or "" for a scalar; None where the answer is not an
        array (a quiz).
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


def _no_cases(rng: Generator, fresh: bool) -> list[Case]:
    return []


@cache
def tables_in(path: Path) -> dict[str, Any]:
    """Return exercise -> table of a notebook's file. Each notebook needs its own alone."""
    return json.loads(path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Exercise:
    """One function that a student writes: one answer cell, one test cell.

    forward: the exercise whose numerical gradient supplies the right values to show ("" where there
        is none).
    without: names that raise while this exercise is judged: it is to be written without calling
        them.
    why: for a quiz, the reason, told once the answer is right.
    layers: the names of the layers are bound to layers.py while it is judged.
    costly: it takes seconds: its trainings are asked with one draw of cases, and `progress` does
        not ask it again.
    build: (generator, whether they are fresh ones) -> the cases that it is asked with.
    partner: the exercise that `forward` names, where that is another one.
    witness: part -> the right values, from the student's forward (once it is right) and the
        arguments of the call.
    tables: the file with the fingerprints of its notebook.
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
    build: Callable[[Generator, bool], list[Case]] = field(default=_no_cases, compare=False)
    partner: Exercise | None = field(default=None, compare=False)
    witness: Mapping[str, Callable[..., np.ndarray]] = field(default_factory=dict, compare=False)
    tables: Path = field(default=Path(), compare=False)

    @property
    def points(self) -> float:
        return sum(part.points for part in self.parts)

    @cached_property
    def visible(self) -> tuple[Case, ...]:
        """The fixed cases of the student's check, smallest first."""
        return tuple(self.build(np.random.Generator(np.random.PCG64(20)), False))

    def draw(self, rng: Generator) -> list[Case]:
        """Return fresh cases of the same kinds and sizes."""
        return self.build(rng, True)

    @property
    def table(self) -> dict[str, Any]:
        """What `grader.instructor.author.catalogue` makes from the reference and its mistakes.

        It holds data only, no answer as code:
        "cases": part -> one entry per visible case: scale, right (a fingerprint), wrong
            (fingerprint -> mistakes), and for a case that is large or on a kink the right values,
            which no fingerprint or difference could tell;
        "hints" and "parts": mistake -> its sentence, and the parts it gets wrong;
        "shown": part -> right values per case, for parts that no numerical gradient can supply
            (null where too many to show).
        """
        return tables_in(self.tables)[self.name]

    @cached_property
    def is_quiz(self) -> bool:
        return self.parts[0].shape is None

    @cached_property
    def results(self) -> tuple[str, ...]:
        """The names of what the function returns, in its order."""
        return tuple(dict.fromkeys(part.result for part in self.parts))


def quiz(
    name: str, assignment: str, arguments: tuple[str, ...], points: float, why: str
) -> Exercise:
    return Exercise(name, assignment, arguments, (Part("answer", points),), why=why)
