"""One exercise, the cases it was asked with, and the answers: what a verdict is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from grader.call.answer import Answer
from grader.judge.case import Case
from grader.judge.exercise import Exercise, Part
from grader.judge.right import Right


@dataclass(frozen=True, eq=False)
class Asked:
    """One exercise, the cases it was asked with (the visible ones first), and the answers.

    is_right: decides on a part of case n; right: the right values of a part on case n, to show and to compare with.
    shown: how many of the cases, from the first, a student may see.
    again: the answer to one of the cases, number again_of, asked once more at the end.
    """

    exercise: Exercise
    cases: tuple[Case, ...]
    answers: list[dict[str, Answer]]
    is_right: Callable[[Part, int, Answer], bool]
    right: Callable[[Part, int], Right]
    shown: int
    again: dict[str, Answer]
    again_of: int = 0

    def wrong(self, part: Part) -> list[int]:
        """Return the numbers of the cases on which a part is wrong."""
        return [n for n, answer in enumerate(self.answers) if not self.holds(part, n, answer[part.name])]

    def enough(self) -> Asked:
        """Return this without the trainings to a goal, where what comes before them has lost every part already."""
        first = next((n for n, case in enumerate(self.cases) if case.goal), len(self.cases))
        before = replace(self, answers=self.answers[:first])
        return before if all(before.wrong(part) for part in self.exercise.parts) else self

    def holds(self, part: Part, number: int, answer: Answer) -> bool:
        """Tell whether an answer to case `number` leaves a part right: a case need not judge every part."""
        return not self.cases[number].judges(part.name) or self.is_right(part, number, answer)
