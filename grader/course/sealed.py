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
from grader.course.protocol import Reply, WorkerLost, pack, pack_call, receive, receive_call
from grader.course.sandbox import Limits, Worker
from grader.course.support import support_of
from grader.exercises import Exercise, Part, of_assignment
from grader.judge import all_wrong, decide
from grader.outcome import matches, reached
from grader.remarks import remarks, shares
from grader.results import Answer
from grader.verdict import Verdict
from grader.witness import Right

MOST_RESTARTS = 3
GRACE = 1.0  # seconds beyond a limit before a worker that ignores its alarm is killed
ENDS = ("raised:NotImplementedError", "raised:RecursionError", "raised:SystemExit", "raised:KeyboardInterrupt", "time", "missing")
NOT_DEFINED = "is not defined: no cell of the notebook that ran defines it. Was it renamed, or does its cell raise an error?"


def grade_submission(content: bytes, assignment: str, seed: int, limits: Limits, sandboxed: bool) -> dict[str, Any]:
    """Return the verdicts on one submission as plain JSON: exercises, faults, answers. Raises nothing of the student's."""
    exercises = of_assignment(assignment)
    try:
        submission = intake.parse(content, [exercise.name for exercise in exercises])
    except intake.Unreadable as error:
        verdicts = [all_wrong(exercise, f"could not be graded: {error}") for exercise in exercises]
        return _as_json(assignment, seed, verdicts, (str(error),), {}, {exercise.name for exercise in exercises}, {})
    session = Session(submission, assignment, seed, limits, sandboxed)
    try:
        verdicts = session.run()
    finally:
        session.close()
    faults = (*submission.faults, *session.faults)
    words = {word.removeprefix("check_") for fault in faults for word in fault.split()}
    looks = {exercise.name for exercise in exercises} & words
    return _as_json(assignment, seed, verdicts, faults, submission.answers, looks, session.by_check)


def _as_json(
    assignment: str,
    seed: int,
    verdicts: list[Verdict],
    faults: tuple[str, ...],
    answers: dict[str, str],
    looks: set[str],
    by_check: dict[str, float],
) -> dict[str, Any]:
    """Return the verdict file's part on the work itself. by_check: what the visible cases alone would give."""
    told = [
        v.as_json()
        | {"text": str(v), "html": v._repr_html_(), "look": v.exercise in looks, "by_check": by_check.get(v.exercise, 0.0)}
        for v in verdicts
    ]
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
    assignment: str
    seed: int
    limits: Limits
    sandboxed: bool
    worker: Worker | None = None
    restarts: int = 0
    ran: list[int] = field(default_factory=list)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    by_check: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def run(self) -> list[Verdict]:
        """Run the cells, ask the exercises, and return a verdict for each of them, in the notebook's order."""
        exercises = {exercise.name: exercise for exercise in of_assignment(self.assignment)}
        self.deadline = time.monotonic() + self.limits.whole
        for number, cell in enumerate(self.submission.cells):
            if cell.tests:
                self._ask(exercises[cell.tests])
            elif not cell.source.strip().startswith("check("):
                self._execute(number)
        for name, exercise in exercises.items():  # no test cell, or not defined when it stood there
            if name not in self.verdicts or self.verdicts[name].fault == NOT_DEFINED:
                self._ask(exercise)
        return [self.verdicts[name] for name in exercises]

    def close(self) -> None:
        if self.worker is not None:
            self.worker.close()
            self.worker = None

    def _running(self) -> Worker:
        """Return the worker; after a loss, a new one in which the cells that went well ran again."""
        if self.worker is None:
            if self.restarts > MOST_RESTARTS:
                raise WorkerLost("it was lost too often")
            self.worker = Worker(self.limits, self.sandboxed, support_of(self.assignment))
            again, self.ran = self.ran, []
            for number in again:
                self._execute(number)
            if self.worker is None:
                raise WorkerLost("it was lost again")
        return self.worker

    def _lose(self) -> None:
        self.close()
        self.restarts += 1

    def _until(self, seconds: float) -> float:
        return min(time.monotonic() + seconds + GRACE, self.deadline)

    def _execute(self, number: int) -> None:
        """Run a cell. One that raises stops nothing; one that loses the worker is not run again."""
        request = {"number": number, "source": plain_python(self.submission.cells[number].source), "seconds": self.limits.call}
        try:
            worker = self._running()
            worker.send(pack(request))
            receive(worker.read, self._until(self.limits.call))
            self.ran.append(number)
        except WorkerLost:
            self._lose()

    def _ask(self, exercise: Exercise) -> None:
        """Ask an exercise's function for its answers to visible and fresh cases, and decide."""
        cases, shown = cases_of(exercise, self.seed)
        replies: list[Reply] = []
        try:
            for case in (*cases, cases[0]):
                replies.append(self._call(exercise, case))
                if replies[-1].fault in ENDS:
                    break
        except WorkerLost as error:
            self._lose()
            says = f"could not be asked: the process that ran it was stopped, since {error}"
            replies.append(Reply({p.name: Answer(fault="time", says=says) for p in exercise.parts}, fault="time"))
        if replies[-1].fault == "missing":
            says = replies[-1].answers[exercise.parts[0].name].says
            self.verdicts[exercise.name] = all_wrong(exercise, NOT_DEFINED if says == "is not defined" else says)
        else:
            self._judge(exercise, cases, shown, replies)

    def _judge(self, exercise: Exercise, cases: tuple[Case, ...], shown: int, replies: list[Reply]) -> None:
        try:
            self.verdicts[exercise.name] = _decide(exercise, cases, shown, replies)
            seen = len(visible(exercise.name))
            self.by_check[exercise.name] = _decide(exercise, cases[:seen], seen, replies[:seen]).earned
        except Exception as error:  # a fault of ours on answers that nobody thought of: for a person, and the class goes on
            says = f"the answers to {exercise.name} could not be judged ({type(error).__name__}): a fault of the grader"
            self.faults.append(says)
            self.verdicts[exercise.name] = all_wrong(exercise, says)

    def _call(self, exercise: Exercise, case: Case) -> Reply:
        worker = self._running()
        worker.send(pack_call(exercise, case, self.limits.call))
        return receive_call(worker.read, exercise, case, self._until(self.limits.call))


def cases_of(exercise: Exercise, seed: int) -> tuple[tuple[Case, ...], int]:
    """Return all cases that decide, and how many of them, from the first, a student may be shown.

    The visible ones find the hint; then come fresh ones that may be shown, and fresh ones that stay hidden.
    """
    number = [other.name for other in of_assignment(exercise.assignment)].index(exercise.name)
    rng = np.random.default_rng([seed, number])
    if exercise.costly:
        cases = tuple(draw(exercise.name, rng))
        return cases, len(cases)
    seen = (*visible(exercise.name), *draw(exercise.name, rng))
    return (*seen, *draw(exercise.name, rng)), len(seen)


def _decide(exercise: Exercise, cases: tuple[Case, ...], shown: int, replies: list[Reply]) -> Verdict:
    answers = [reply.answers for reply in replies[: len(cases)]]
    rights = [] if exercise.costly else answers_of(exercise, reference(exercise), cases[: len(answers)])

    def is_right(part: Part, n: int, answer: Answer) -> bool:
        return reached(cases[n], answer) if cases[n].goal else matches(answer, rights[n][part.name], part, cases[n])

    asked = Asked(
        exercise,
        cases[: len(answers)],
        answers,
        is_right,
        lambda part, n: Right(rights[n][part.name].array, "right") if rights else Right(),
        min(shown, len(answers)),
        replies[-1].answers if len(replies) > len(cases) else answers[0],
    )
    verdict = decide(asked)
    changed = list(dict.fromkeys(name for reply in replies for name in reply.changed))
    shared = dict.fromkeys(shares(part, argument) for reply in replies for part, argument in reply.shared)
    warned = dict.fromkeys(f"warned: {words}" for reply in replies for words in reply.warned)
    return replace(verdict, notes=(*verdict.notes, *remarks(asked, changed), *shared, *list(warned)[:3]))


@cache
def _transformer() -> Any:
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager()


def plain_python(source: str) -> str:
    """Return a cell with its magics as calls of get_ipython(), which is inert in the worker. Text to text, nothing runs."""
    try:
        return str(_transformer().transform_cell(source))
    except Exception:  # what IPython cannot read, Python will not either: let the worker say so
        return source
