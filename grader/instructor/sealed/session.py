"""The unit of work of sealed grading: the bytes of a submission in, its verdicts as plain JSON out.

This process owns references, fresh cases and the decision, and never executes a student's code; a sandboxed worker does, and
answers with raw arrays.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from grader.call.answer import Answer
from grader.exercises import of_assignment
from grader.exercises.case import Case
from grader.exercises.exercise import Exercise
from grader.instructor.sandbox.protocol import (
    Reply,
    WorkerLost,
    pack,
    pack_calls,
    receive,
    receive_call,
)
from grader.instructor.sandbox.sandbox import Sandbox, Worker
from grader.instructor.sealed import intake
from grader.instructor.sealed.decision import decision
from grader.instructor.sealed.hidden_cases import cases_of
from grader.instructor.sealed.magics import plain_python
from grader.judge.judge import ENDED, all_wrong
from grader.show.verdict import Verdict

MOST_RESTARTS = 3
GRACE = 1.0  # seconds beyond a limit before a worker that ignores its alarm is killed
ENDS = tuple(sorted(ENDED))
NOT_DEFINED = "is not defined: no cell of the notebook that ran defines it. Was it renamed, or does its cell raise an error?"


@dataclass(eq=False)
class Session:
    """One submission in a worker: its cells in their order, and the calls where the test cells stand."""

    submission: intake.Submission
    seed: int
    sandbox: Sandbox
    fresh: bool = True
    worker: Worker | None = None
    restarts: int = 0
    slow: bool = False
    printed: str = ""
    ran: list[int] = field(default_factory=list)
    bad: set[int] = field(default_factory=set)  # cells that lost the worker
    unclear: dict[str, tuple[tuple[Case, ...], int, list[Reply], Reply]] = field(
        default_factory=dict
    )
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def run(self) -> list[Verdict]:
        """Run the cells, ask the exercises, and return a verdict for each of them, in the notebook's order.

        The hidden cases decide. What they find wrong is explained by cases that may be shown, in a second worker: what a
        program tells there cannot be what it was asked here.
        """
        exercises = {exercise.name: exercise for exercise in of_assignment(self.sandbox.assignment)}
        self.deadline = time.monotonic() + self.sandbox.limits.whole
        self._through(exercises, self._ask)
        if self.unclear:
            self.close()
            self.ran = []
            self._through({name: exercises[name] for name in self.unclear}, self._explain)
        return [self.verdicts[name] for name in exercises]

    def _through(self, exercises: dict[str, Exercise], ask: Callable[[Exercise], bool]) -> None:
        """Go through the cells and ask exercises where their test cells stand; once more at the end what was not there yet."""
        last = {
            cell.tests: number for number, cell in enumerate(self.submission.cells)
        }  # of several test cells
        left = dict(exercises)
        for number, cell in enumerate(self.submission.cells):
            if cell.tests:
                if (
                    cell.tests in exercises
                    and last[cell.tests] == number
                    and ask(exercises[cell.tests])
                ):
                    del left[cell.tests]
            elif not cell.source.strip().startswith("check(") and number not in self.bad:
                self._execute(number)
        for exercise in left.values():
            ask(exercise)

    def close(self) -> str:
        """End the worker; return what it did too much of, if that was it. Raises MachineFault when it was not the student's."""
        if self.worker is None:
            return ""
        worker, self.worker = self.worker, None
        try:
            return (
                "it had too many files or threads, or too large ones" if worker.close().over else ""
            )
        finally:
            self.printed = (self.printed + worker.printed)[: self.sandbox.limits.kept]

    @property
    def seconds(self) -> float:
        """The time of one call or cell."""
        return self.sandbox.limits.repeated if self.slow else self.sandbox.limits.call

    def _running(self) -> Worker:
        """Return the worker; after a loss, a new one in which the cells that went well ran again."""
        if self.worker is None:
            if self.restarts > MOST_RESTARTS:
                raise WorkerLost("it was lost too often")
            plots = any("matplotlib" in cell.source for cell in self.submission.cells)
            self.worker = self.sandbox.worker(plots)
            again, self.ran = self.ran, []
            for number in again:
                self._execute(number)
            if self.worker is None:
                raise WorkerLost("it was lost again")
        return self.worker

    def _lose(self, error: WorkerLost) -> str:
        """Note that the worker is lost; return why."""
        self.slow = True
        self.restarts += 1
        return self.close() or str(error)

    def _until(self, seconds: float) -> float:
        return min(time.monotonic() + seconds + GRACE, self.deadline)

    def _execute(self, number: int) -> None:
        """Run a cell. One that raises stops nothing; one that loses the worker is not run again."""
        if time.monotonic() > self.deadline:
            return
        request = {
            "number": number,
            "source": plain_python(self.submission.cells[number].source),
            "seconds": self.seconds,
        }
        try:
            channel = self._running().channel
            channel.send(pack(request))
            self.slow |= receive(channel, self._until(self.seconds)).get("fault") == "time"
            self.ran.append(number)
        except WorkerLost as error:
            self.bad.add(number)
            self._lose(error)

    def _ask(self, exercise: Exercise) -> bool:
        """Ask an exercise's function for its answers to the hidden cases, and decide. Return whether it was there."""
        if time.monotonic() > self.deadline:
            says = (
                f"could not be asked: the notebook has used up its {self.sandbox.limits.whole:g} s"
            )
            self.verdicts[exercise.name] = all_wrong(exercise, says)
            return True
        cases, shown = cases_of(exercise, self.seed, self.fresh)
        hidden = cases[shown:] or cases
        replies = self._replies(exercise, (*hidden, hidden[0]))
        if replies[-1].fault == "missing":
            says = replies[-1].answers[exercise.parts[0].name].says
            verdict = all_wrong(exercise, NOT_DEFINED if says == "is not defined" else says)
        elif replies[-1].fault in ENDS:  # nothing to compare, and said in words of ours
            verdict = self._judge(exercise, hidden[:1], 0, replies[-1:], replies[-1])
        else:
            *replies, again = replies
            verdict = self._judge(
                exercise, hidden, len(hidden) if hidden is cases else 0, replies, again
            )
            if not verdict.right and hidden is not cases:
                self.unclear[exercise.name] = cases, shown, replies, again
        self.verdicts[exercise.name] = verdict
        return verdict.fault != NOT_DEFINED

    def _explain(self, exercise: Exercise) -> bool:
        """Ask for answers to cases that may be shown, and say what is wrong. Return whether the function was there."""
        cases, shown, replies, again = self.unclear[exercise.name]
        if time.monotonic() > self.deadline:
            return True
        told = self._replies(exercise, cases[:shown])
        if told[-1].fault == "missing":
            return False
        if told[-1].fault in ENDS:
            verdict = self._judge(exercise, cases, shown, told, told[0])
        else:
            verdict = self._judge(exercise, cases, shown, [*told, *replies], again, shown)
        self.verdicts[exercise.name] = verdict
        return True

    def _replies(self, exercise: Exercise, cases: tuple[Case, ...]) -> list[Reply]:
        """Return the replies to calls with these cases; one that ends them is the last."""
        replies: list[Reply] = []
        try:
            channel = self._running().channel
            channel.send(pack_calls(exercise, cases, self.seconds, ENDS))
            for case in cases:
                replies.append(receive_call(channel, exercise, case, self._until(self.seconds)))
                if replies[-1].fault in ENDS:
                    break
        except WorkerLost as error:
            says = f"could not be asked: the process that ran it was stopped, since {self._lose(error)}"
            replies.append(
                Reply(
                    {p.name: Answer(fault="time", says=says) for p in exercise.parts}, fault="time"
                )
            )
        self.slow |= replies[-1].fault == "time"
        return replies

    def _judge(
        self,
        exercise: Exercise,
        cases: tuple[Case, ...],
        shown: int,
        replies: list[Reply],
        again: Reply,
        of: int = 0,
    ) -> Verdict:
        """Return the verdict on replies to the first of these cases, and once more to case `of`; `shown` of them may be shown."""
        try:
            return decision(exercise, cases, shown, replies, again, of)
        except Exception as error:  # a fault of ours on answers that nobody thought of: for a person, and the class goes on
            says = f"the answers to {exercise.name} could not be judged ({type(error).__name__}): a fault of the grader"
            self.faults.append(says)
            return all_wrong(exercise, says)
