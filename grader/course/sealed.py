"""The unit of work of sealed grading: the bytes of a submission in, its verdicts as plain JSON out.

This process owns references, fresh cases and the decision, and never executes a student's code; a sandboxed worker does, and
answers with raw arrays.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np

from grader.asked import Asked
from grader.cases import Case, draw, visible
from grader.course import intake
from grader.course.catalogue import answers_of, reference
from grader.course.magics import plain_python
from grader.course.protocol import Reply, WorkerLost, pack, pack_calls, receive, receive_call
from grader.course.sandbox import Sandbox, Worker
from grader.exercises import EXERCISES, Exercise, Part, of_assignment
from grader.judge import ENDED, all_wrong, decide
from grader.outcome import matches, reached
from grader.remarks import remarks, shares
from grader.results import Answer
from grader.verdict import Verdict
from grader.witness import Right

MOST_RESTARTS = 3
GRACE = 1.0  # seconds beyond a limit before a worker that ignores its alarm is killed
ENDS = tuple(sorted(ENDED))
NOT_DEFINED = "is not defined: no cell of the notebook that ran defines it. Was it renamed, or does its cell raise an error?"


def grade_submission(content: bytes, seed: int, sandbox: Sandbox, fresh: bool = True) -> dict[str, Any]:
    """Return the verdicts on one submission as plain JSON: exercises, faults, answers, what it printed.

    fresh: asked with fresh cases too; else with the visible ones alone, which a check in the notebook asks. Raises nothing of
    the student's. Raises MachineFault when something of ours was lost: the same call can be made again.
    """
    exercises = of_assignment(sandbox.assignment)
    try:
        submission = intake.parse(content, [exercise.name for exercise in exercises])
    except intake.Unreadable as error:
        return ungraded(sandbox.assignment, seed, str(error))
    session = Session(submission, seed, sandbox, fresh)
    try:
        verdicts = session.run()
    finally:
        session.close()
    faults = (*submission.faults, *session.faults)
    words = {word.removeprefix("check_") for fault in faults for word in fault.split()}
    looks = {exercise.name for exercise in exercises} & words
    return _as_json(sandbox.assignment, seed, verdicts, faults, submission.answers, looks) | {"printed": session.printed}


def ungraded(assignment: str, seed: int, fault: str) -> dict[str, Any]:
    """Return the verdicts on what cannot be graded: no points, and every exercise for a person to look at."""
    exercises = of_assignment(assignment)
    verdicts = [all_wrong(exercise, f"could not be graded: {fault}") for exercise in exercises]
    return _as_json(assignment, seed, verdicts, (fault,), {}, {exercise.name for exercise in exercises}) | {"printed": ""}


def _as_json(
    assignment: str,
    seed: int,
    verdicts: list[Verdict],
    faults: tuple[str, ...],
    answers: dict[str, str],
    looks: set[str],
) -> dict[str, Any]:
    """Return the verdict file's part on the work itself."""
    told = [v.as_json() | {"text": str(v), "html": v._repr_html_(), "look": v.exercise in looks} for v in verdicts]
    points = sum(verdict.earned for verdict in verdicts)
    return {
        "assignment": assignment,
        "seed": seed,
        "points": points,
        "faults": list(faults),
        "exercises": told,
        "answers": answers,
    }


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
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def run(self) -> list[Verdict]:
        """Run the cells, ask the exercises, and return a verdict for each of them, in the notebook's order."""
        exercises = {exercise.name: exercise for exercise in of_assignment(self.sandbox.assignment)}
        self.deadline = time.monotonic() + self.sandbox.limits.whole
        last = {cell.tests: number for number, cell in enumerate(self.submission.cells)}  # of several test cells
        for number, cell in enumerate(self.submission.cells):
            if cell.tests:
                if last[cell.tests] == number:
                    self._ask(exercises[cell.tests])
            elif not cell.source.strip().startswith("check("):
                self._execute(number)
        for name, exercise in exercises.items():  # no test cell, or not defined when it stood there
            if name not in self.verdicts or self.verdicts[name].fault == NOT_DEFINED:
                self._ask(exercise)
        return [self.verdicts[name] for name in exercises]

    def close(self) -> str:
        """End the worker; return what it did too much of, if that was it. Raises MachineFault when it was not the student's."""
        if self.worker is None:
            return ""
        worker, self.worker = self.worker, None
        try:
            return "it kept too many files, or too large ones" if worker.close().over else ""
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
        request = {"number": number, "source": plain_python(self.submission.cells[number].source), "seconds": self.seconds}
        try:
            channel = self._running().channel
            channel.send(pack(request))
            self.slow |= receive(channel, self._until(self.seconds)).get("fault") == "time"
            self.ran.append(number)
        except WorkerLost as error:
            self._lose(error)

    def _ask(self, exercise: Exercise) -> None:
        """Ask an exercise's function for its answers, and decide.

        The hidden cases decide. Where they find nothing wrong that is the verdict; else the cases that may be shown are asked
        too, to say what is wrong.
        """
        if time.monotonic() > self.deadline:
            says = f"could not be asked: the notebook has used up its {self.sandbox.limits.whole:g} s"
            self.verdicts[exercise.name] = all_wrong(exercise, says)
            return
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
            verdict = self._judge(exercise, hidden, len(hidden) if hidden is cases else 0, replies, again)
            if not verdict.right and hidden is not cases:
                told = self._replies(exercise, cases[:shown])
                if told[-1].fault in ENDS:
                    verdict = self._judge(exercise, cases, shown, told, told[0])
                else:
                    verdict = self._judge(exercise, cases, shown, [*told, *replies], again, shown)
        self.verdicts[exercise.name] = verdict

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
            replies.append(Reply({p.name: Answer(fault="time", says=says) for p in exercise.parts}, fault="time"))
        self.slow |= replies[-1].fault == "time"
        return replies

    def _judge(
        self, exercise: Exercise, cases: tuple[Case, ...], shown: int, replies: list[Reply], again: Reply, of: int = 0
    ) -> Verdict:
        """Return the verdict on replies to the first of these cases, and once more to case `of`; `shown` of them may be shown."""
        try:
            return _decide(exercise, cases, shown, replies, again, of)
        except Exception as error:  # a fault of ours on answers that nobody thought of: for a person, and the class goes on
            says = f"the answers to {exercise.name} could not be judged ({type(error).__name__}): a fault of the grader"
            self.faults.append(says)
            return all_wrong(exercise, says)


def cases_of(exercise: Exercise, seed: int, fresh: bool = True) -> tuple[tuple[Case, ...], int]:
    """Return all cases that decide, and how many of them, from the first, a student may be shown.

    The visible ones find the hint; then come fresh ones that may be shown, and fresh ones that stay hidden.
    """
    if not fresh:
        return visible(exercise.name), len(visible(exercise.name))
    number = [other.name for other in of_assignment(exercise.assignment)].index(exercise.name)
    rng = np.random.default_rng([seed, number])
    if exercise.costly:
        cases = tuple(draw(exercise.name, rng))
        return cases, len(cases)
    hidden = draw(exercise.name, rng)
    seen = (*visible(exercise.name), *draw(exercise.name, rng))
    return (*seen, *hidden), len(seen)


@cache
def _visible_rights(name: str) -> list[dict[str, Answer]]:
    return answers_of(EXERCISES[name], reference(EXERCISES[name]), visible(name))


def _rights(exercise: Exercise, cases: tuple[Case, ...]) -> list[dict[str, Answer]]:
    """Return the reference's answers. The visible cases are the same for everybody."""
    known = dict(zip(map(id, visible(exercise.name)), _visible_rights(exercise.name)))
    fresh = iter(answers_of(exercise, reference(exercise), [case for case in cases if id(case) not in known]))
    return [known[id(case)] if id(case) in known else next(fresh) for case in cases]


def _decide(exercise: Exercise, cases: tuple[Case, ...], shown: int, replies: list[Reply], again: Reply, of: int) -> Verdict:
    answers = [reply.answers for reply in replies]
    cases = cases[: len(answers)]
    rights = [] if exercise.costly else _rights(exercise, cases)

    def is_right(part: Part, n: int, answer: Answer) -> bool:
        return reached(cases[n], answer) if cases[n].goal else matches(answer, rights[n][part.name], part, cases[n])

    def right(part: Part, n: int) -> Right:
        return Right(rights[n][part.name].array, "right") if rights else Right()

    asked = Asked(exercise, cases, answers, is_right, right, shown, again.answers, of)
    verdict = decide(asked)
    if verdict.right:
        asked = replace(asked, shown=len(cases))  # notes on what is right show no numbers
    changed = list(dict.fromkeys(name for reply in replies for name in reply.changed))
    shared = dict.fromkeys(shares(part, argument) for reply in replies for part, argument in reply.shared)
    warned = dict.fromkeys(f"warned: {words}" for reply in replies for words in reply.warned)
    return replace(verdict, notes=(*verdict.notes, *remarks(asked, changed), *shared, *list(warned)[:3]))
