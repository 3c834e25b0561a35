"""The answers to cases that are asked one after another, until a call ends some of the parts."""

from __future__ import annotations

from grader.call.answer import Answer
from grader.call.ended import ENDS, Ended
from grader.judge.case import Case
from grader.judge.exercise import Exercise

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
