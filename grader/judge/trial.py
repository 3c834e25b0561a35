"""One exercise, the cases that its function was asked with, and the answers: what a verdict is made
of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from grader.call.answer import Answer
from grader.call.ended import ENDS, Ended
from grader.judge.case import Case
from grader.judge.exercise import Exercise, Part

Answers = dict[str, Answer]  # by part


class Asking:
    """Keeps which cases an exercise is still asked; see Ended."""

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise
        self._ended = Ended()
        self._ends: Answers = {}

    def unasked(self, case: Case) -> Answers | None:
        """Return the answers that stand for a case that is not asked, None for one that is.

        They are those of the calls that ended its parts.
        """
        if self._ended.skips(self._exercise.parts_of(case)):
            return dict(self._ends)
        return None

    def note(self, case: Case, answers: Answers) -> None:
        """Note how a case was answered."""
        parts = self._exercise.parts_of(case)
        faults = {answer.fault for answer in answers.values()}
        fault = faults.pop() if len(faults) == 1 else ""
        self._ended.note(parts, fault)
        if fault in ENDS:
            kept = {name: self._ends[name] for name in self._ends if name not in parts}
            self._ends = {**answers, **kept}


@dataclass(frozen=True, eq=False)
class Right:
    """Right values of a part on one case and where they come from; advice: what to do first when
    there are none.
    """

    values: np.ndarray | None = None
    source: str = ""
    advice: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class More:
    """Asks the function cases that decide nothing: they show what a wrong answer does.

    ask: cases -> the answers; fewer where it takes too long, or is lost.
    is_right: (part, key of a group, answer to the call in which no number is 0) -> whether it is.
    rights: (part, key of a group, numbers of its calls) -> their right values, None where they
        cannot be had (grader.judge.further).
    """

    ask: Callable[[Sequence[Case]], list[Answers]]
    is_right: Callable[[Part, Any, Answer], bool]
    rights: Callable[[Part, Any, Sequence[int]], list[np.ndarray] | None]


@dataclass(frozen=True, eq=False)
class Trial:
    """One exercise, the cases that its function was asked with (the visible ones first), and the
    answers.

    is_right: decides on a part of case n.
    right: the right values of a part on case n, to show and to compare with.
    visible_count: how many of the cases, from the first, a student may see.
    again: the answer to one of the cases, number again_of, asked once more at the end.
    more: asks more cases, None where that cannot be done.
    changed: the arguments that the function has changed in any call.
    """

    exercise: Exercise
    cases: tuple[Case, ...]
    answers: list[dict[str, Answer]]
    is_right: Callable[[Part, int, Answer], bool]
    right: Callable[[Part, int], Right]
    visible_count: int
    again: dict[str, Answer]
    again_of: int = 0
    more: More | None = None
    changed: Sequence[str] = ()
    further: dict[Any, Answers] = field(default_factory=dict)  # by the key and number of the call
    _wrong: dict[tuple[str, int], list[int]] = field(default_factory=dict)

    def earns(self, part: Part) -> bool:
        """Tell whether a part is right on every case that judges it, and when it is asked again.

        A part that no case judges earns nothing.
        """
        if self.nudged(part) is not None:
            return False
        judging = [number for number, case in enumerate(self.cases) if case.judges(part.name)]
        if not judging or judging[-1] >= len(self.answers):
            return False
        return not self.wrong(part) and self.is_repeated(part)

    @property
    def has_ended(self) -> bool:
        """Whether a call ended so that no other need be made (grader.call.ended)."""
        return any(answer.fault in ENDS for parts in self.answers for answer in parts.values())

    def nudged(self, part: Part) -> Answer | None:
        """Return the fault of a result that was taken by differences on any case, else None.

        It is then no answer on the others either.
        """
        if set(part.results).isdisjoint(self.exercise.derived):
            return None
        faults = (answer for answers in self.answers for answer in answers.values())
        return next((fault for fault in faults if fault.form == "nudged"), None)

    def wrong(self, part: Part) -> list[int]:
        """Return the numbers of the cases on which a part is wrong."""
        key = part.name, len(self.answers)  # a check asks while the answers come in
        if key not in self._wrong:
            self._wrong[key] = [
                number
                for number, answer in enumerate(self.answers)
                if not self.holds(part, number, answer[part.name])
            ]
        return self._wrong[key]

    def visible_wrong(self, part: Part) -> list[int]:
        """Return the numbers of those cases on which a part is wrong that a student may see."""
        return [number for number in self.wrong(part) if self.is_visible(number)]

    def is_visible(self, number: int) -> bool:
        return number < self.visible_count

    def enough(self) -> Trial:
        """Return this without the trainings to a goal, where what comes before them has lost every
        part already.
        """
        goals = (number for number, case in enumerate(self.cases) if case.goal)
        before = replace(self, answers=self.answers[: next(goals, len(self.cases))])
        return before if all(map(before.wrong, self.exercise.parts)) else self

    def holds(self, part: Part, number: int, answer: Answer) -> bool:
        """Tell whether an answer to case `number` leaves a part right: a case need not judge every
        part.
        """
        return not self.cases[number].judges(part.name) or self.is_right(part, number, answer)

    def is_repeated(self, part: Part) -> bool:
        """Tell whether the answer to the case that was asked twice leaves a part right the second
        time too.
        """
        return self.holds(part, self.again_of, self.again[part.name])
