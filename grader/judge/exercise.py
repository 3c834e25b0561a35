"""The form of a row of the points table: an exercise and its parts.

The rows themselves belong to a course, which is content (grader/exercises is one).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict, cast

import numpy as np

from grader.judge.case import Case, Generator, Size

if TYPE_CHECKING:
    from grader.judge.course import Notebook

WATCHED = 3  # of the visible cases
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
    of: the results that it judges together, separated by spaces; "" for the one of its own name.
    convention: the note on a right answer that follows another convention where several are right.
    corner: it is judged on cases alone that an answer may fail while it is right on all others; a
        mistake in what it judges spoils it too.
    """

    name: str
    points: float
    shape: str | None = None
    like: str = ""
    also: str | None = None
    tolerance: float = 1e-9
    of: str = ""
    convention: str = ""
    corner: bool = False

    @cached_property
    def results(self) -> tuple[str, ...]:
        """The names of the results that it judges."""
        return tuple(self.of.split()) or (self.name,)

    @cached_property
    def result(self) -> str:
        """The name of the one result that it judges, its own where these are several."""
        return self.results[0] if len(self.results) == 1 else self.name


def _no_cases(rng: Generator, fresh: bool) -> list[Case]:
    """Return no cases: for a row that has forgotten its `build`, which `grader verify` names."""
    return []


def _no_probes(rng: Generator) -> list[Case]:
    return []


@dataclass(frozen=True)
class CaseWidget:
    """The widget that goes through a case, for when a result of the exercise is not right.

    part: the result that the widget shows.
    ndim: the number of its axes; the first two of four are batch and channel.
    make: a function of the case's arguments by name, with one channel of one image, and of the
        student's own result or None, as `compare`. It returns a grader.widgets.Widget, or None
        where the widget shows nothing of this result.
    words: what the closed widget is called. They differ where its numbers are not just those of
        the verdict.
    """

    part: str
    ndim: int
    make: Callable[..., Any]
    words: str = "Step through this case"


class Entry(TypedDict):
    """What a table knows of a part's results on one visible case.

    scale, right: as grader.judge.fingerprint takes and gives them; wrong: fingerprint -> mistakes;
    values: the right ones, for a case that is large or on a kink, which no fingerprint or
    difference could tell; pair: the fingerprints of a quiz's two numbers.
    """

    scale: float
    right: str
    wrong: dict[str, list[str]]
    values: NotRequired[Any]
    pair: NotRequired[list[str]]


class FurtherEntry(TypedDict):
    """What a table knows of a group of calls (grader.judge.further).

    scale, right: of the call in which no number is 0, as in an Entry; values: the right ones of all
    calls, for parts that no numerical gradient can supply.
    """

    scale: float
    right: str
    values: NotRequired[list[Any]]


class Table(TypedDict):
    """What `grader fingerprints` makes from the reference and its mistakes.

    It holds data only, no answer as code.

    stub: its answer cell as students get it, which `python -m grader reset` puts back.
    cases: part -> one entry per visible case.
    hints: mistake -> its sentence.
    parts: mistake -> the parts that it gets wrong.
    shown: part -> right values per case, for parts that no numerical gradient can supply (None
        where too many to show).
    further: part -> key -> what is known of the calls that decide nothing
        (grader.judge.further).
    """

    stub: str
    cases: dict[str, list[Entry]]
    hints: dict[str, str]
    parts: dict[str, list[str]]
    shown: dict[str, list[Any]]
    further: NotRequired[dict[str, dict[str, FurtherEntry]]]


@cache
def tables_in(path: Path) -> dict[str, Table]:
    """Return exercise -> table of a notebook's file. Each notebook needs its own alone."""
    return json.loads(path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Exercise:
    """One function that a student writes: one answer cell, one test cell.

    arguments: the names of its arguments, in their order.
    parts: its results, and what each is worth.
    forward: the exercise whose numerical gradient supplies the right values to show ("" where there
        is none). It stands in the same notebook.
    without: names that raise while this exercise is judged: it is to be written without calling
        them.
    why: for a quiz, the reason, told once the answer is right.
    layers: the names of the layers are bound to layers.py while it is judged.
    costly: it takes seconds: its trainings are asked with one draw of cases, and `progress` does
        not ask it again.
    linear: the argument in which it is linear, as a backward pass is in dy; "" for none. A wrong
        answer is then asked where single numbers of it land.
    picks: its results are numbers of its arguments, so that each tells where it comes from.
    derived: its results that are gradients, which are to be derived: they are no answer where the
        function takes differences.
    build: (generator, whether they are fresh ones) -> the cases that it is asked with.
    probes: generator -> small cases that decide nothing, but show on which sizes a wrong answer
        goes wrong and, with `linear`, where its numbers land.
    witness: part -> the right values, from the student's forward (once it is right) and the
        arguments of the call.
    widget: what is shown after a wrong answer, closed; None for nothing.
    window: (result, indexes of an entry, the arguments by name) -> the entry's window in a
        sentence, or ''.
    by_hand: its numbers are worked out on paper. The function takes no arguments and returns what
        was typed; its visible cases are a pool of draws, of which a student's id gets one
        (grader.notebook.student_id), and a student's kernel knows no right number of them.
    only: the number of the one draw that is asked for, None for the whole pool.
    keeps: the arguments that its function promises to leave as they are: one that changes them is
        wrong. In other exercises that is a note.

    notebook: the one that it belongs to, which fills this in.
    """

    name: str
    arguments: tuple[str, ...]
    parts: tuple[Part, ...]
    forward: str = ""
    without: tuple[str, ...] = ()
    why: str = ""
    layers: bool = False
    costly: bool = False
    linear: str = ""
    picks: bool = False
    derived: tuple[str, ...] = ()
    build: Callable[[Generator, bool], list[Case]] = field(default=_no_cases, compare=False)
    probes: Callable[[Generator], list[Case]] = field(default=_no_probes, compare=False)
    witness: Mapping[str, Callable[..., np.ndarray]] = field(default_factory=dict, compare=False)
    widget: CaseWidget | None = field(default=None, compare=False)
    window: Callable[..., str] | None = field(default=None, compare=False)
    by_hand: bool = False
    only: int | None = None
    keeps: tuple[str, ...] = ()
    notebook: Notebook = field(default=cast("Notebook", None), compare=False, repr=False)

    @property
    def assignment(self) -> str:
        """The assignment of its notebook."""
        return self.notebook.assignment

    @property
    def partner(self) -> Exercise | None:
        """The exercise that `forward` names, where that is another one."""
        if self.forward == self.name:
            return None
        return self.notebook.by_name.get(self.forward)

    @property
    def points(self) -> float:
        return sum(part.points for part in self.parts)

    @cached_property
    def visible(self) -> tuple[Case, ...]:
        """The fixed cases of the student's check, smallest first; one draw alone, where it is of
        one.
        """
        cases = tuple(self.build(np.random.Generator(np.random.PCG64(20)), False))
        return cases if self.only is None else (cases[self.only],)

    def drawn(self, number: int) -> Exercise:
        """Return this exercise by hand with draw `number` of its pool alone."""
        return replace(self, only=number)

    @property
    def draws(self) -> tuple[Exercise, ...]:
        """This exercise as students get it: each draw of its pool, or itself alone."""
        if not self.by_hand or self.only is not None:
            return (self,)
        return tuple(map(self.drawn, range(len(self.visible))))

    def draw(self, rng: Generator) -> list[Case]:
        """Return fresh cases of the same kinds and sizes; none beside a pool, which is all."""
        return [] if self.by_hand else self.build(rng, True)

    def args_of(self, case: Case) -> tuple[Any, ...]:
        """Return what a student's function is called with: nothing, where numbers were typed."""
        return () if self.by_hand else case.args

    @cached_property
    def probed(self) -> tuple[Case, ...]:
        """The fixed cases that decide nothing."""
        return tuple(self.probes(np.random.Generator(np.random.PCG64(20))))

    @property
    def table(self) -> Table:
        """Its table of fingerprints, of one draw alone where it is of one."""
        table = tables_in(self.notebook.tables)[self.name]
        if self.only is None:
            return table
        cases = {part: [entries[self.only]] for part, entries in table["cases"].items()}
        return {**table, "cases": cases}

    def parts_of(self, case: Case) -> list[str]:
        """Return the names of the parts that a case judges."""
        return [part.name for part in self.parts if case.judges(part.name)]

    def part_of(self, case: Case) -> Part:
        """Return the first part that a case judges."""
        return next(part for part in self.parts if case.judges(part.name))

    def describe(self, case: Case) -> str:
        """Return 'N = 2, C = 3, pad = 1': the sizes of a case, and its arguments that are one
        number.
        """
        return ", ".join(f"{name} = {size}" for name, size in self.sizes_of(case).items())

    def sizes_of(self, case: Case) -> dict[str, Size]:
        """Return the sizes of a case, and its arguments that are sizes themselves, by name."""
        named = dict(zip(self.arguments, case.args, strict=True))
        sizes = {name: value for name, value in named.items() if type(value) in (int, tuple)}
        return {**case.sizes, **sizes}

    def watches(self, case: Case) -> bool:
        """Tell whether a call is looked at: for a numerical gradient, and for what it must do
        without.

        Some small cases are enough: to look takes time. In corners windows may hold a single
        number other than 0.
        """
        judges_main = any(case.judges(part.name) for part in self.parts if not part.corner)
        first = self.visible[:WATCHED]
        is_first = any(case is each for each in first)
        return is_first and judges_main and case.goal is None

    @cached_property
    def is_quiz(self) -> bool:
        return self.parts[0].shape is None

    @cached_property
    def results(self) -> tuple[str, ...]:
        """The names of what the function returns, in its order."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.results))


def quiz(
    name: str,
    arguments: tuple[str, ...],
    points: float,
    why: str,
    build: Callable[[Generator, bool], list[Case]],
) -> Exercise:
    """Return an exercise whose one answer is no array: a number, a word, a tuple of sizes."""
    return Exercise(name, arguments, (Part("answer", points),), why=why, build=build)
