"""One submission in a sandbox: its cells run in order, and each exercise's function is called.

This process owns references, fresh cases and the decision, and never executes a student's code. A
sandboxed worker executes it, and answers with raw arrays.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from grader.call.answer import Answer
from grader.instructor.sandbox.messages import CellRequest
from grader.instructor.sandbox.protocol import (
    Reply,
    WorkerLost,
    pack,
    pack_calls,
    receive,
    receive_call,
)
from grader.instructor.sandbox.sandbox import Sandbox, Worker
from grader.instructor.sealed.cell_fault import (
    CellFault,
    explanations,
    fault_of_loss,
    fault_of_reply,
)
from grader.instructor.sealed.hidden_cases import cases_of
from grader.instructor.sealed.judge_replies import judge_replies
from grader.instructor.sealed.magics import plain_python
from grader.judge.case import Case
from grader.judge.exercise import Exercise
from grader.judge.judge_trial import ENDED, all_wrong
from grader.notebook.intake import ParsedNotebook
from grader.show.verdict import Verdict

RESTART_LIMIT = 3
REST_OF_A_CELL = 5.0  # seconds in which what stands below a fault may be defined
FILE_SECONDS = 10.0  # for a file to reach the worker, on a busy machine
GRACE = 1.0  # seconds beyond a limit before a worker that ignores its alarm is killed
ENDS = tuple(sorted(ENDED))
NOT_DEFINED = (
    "is not defined: no cell of the notebook that ran defines it. "
    "Was it renamed, or does its cell raise an error?"
)


@dataclass(frozen=True, eq=False)
class Unclear:
    """An exercise that hidden cases found wrong, before the cases that may be shown explain it.

    cases, visible_count: as cases_of returns them; replies: to the hidden cases; again: the reply
    to the first of these, asked once more.
    """

    cases: tuple[Case, ...]
    visible_count: int
    replies: list[Reply]
    again: Reply


@dataclass(eq=False)
class Session:
    """One submission in a worker: its cells in their order, and calls where the test cells stand.

    exercises: what it is asked, by name; seed: of its fresh cases; fresh: whether they are asked,
    or the visible ones alone; beside: the files that lie in its folder, by name.
    """

    notebook: ParsedNotebook
    exercises: dict[str, Exercise]
    seed: int
    sandbox: Sandbox
    fresh: bool = True
    beside: Mapping[str, bytes] = field(default_factory=dict)
    worker: Worker | None = None
    restarts: int = 0
    deadline: float = 0.0  # of the whole notebook, in time.monotonic
    slow: bool = False  # whether a call has used up its time
    printed: str = ""
    ran: list[int] = field(default_factory=list)  # cells that went well in this worker
    bad: set[int] = field(default_factory=set)  # cells that lost the worker
    unclear: dict[str, Unclear] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    cell_faults: dict[int, CellFault] = field(default_factory=dict)

    def run(self) -> list[Verdict]:
        """Run the cells and call the functions; return a verdict for each exercise.

        The hidden cases decide. What they find wrong is explained by cases that may be shown, in a
        second worker: what a program tells there cannot be what it was asked here. Raises
        MachineFault.
        """
        exercises = self.exercises
        self.deadline = time.monotonic() + self.sandbox.limits.whole
        self._run_through(exercises, self._ask_hidden_cases)
        if self.unclear:
            self.close()
            self.ran = []
            unclear = {name: exercises[name] for name in self.unclear}
            self._run_through(unclear, self._explain)
        for name in exercises:
            self._explain_by_cells(name)
        return [self.verdicts[name] for name in exercises]

    def _explain_by_cells(self, name: str) -> None:
        """Say which cells that stopped have cost an exercise its points, and mark it for a look."""
        verdict = self.verdicts[name]
        if verdict.right:
            return
        faults = [self.cell_faults[number] for number in sorted(self.cell_faults)]
        sentences = tuple(explanations(verdict, verdict.fault != NOT_DEFINED, faults))
        self.faults += [f"{name}: {sentence}" for sentence in sentences]
        self.verdicts[name] = replace(verdict, notes=(*verdict.notes, *sentences))

    def _run_through(self, exercises: dict[str, Exercise], ask: Callable[[Exercise], bool]) -> None:
        """Run the cells, and ask exercises where their test cells stand.

        An exercise whose function was not there yet is asked once more at the end.
        """
        last_test = {cell.tests: number for number, cell in enumerate(self.notebook.cells)}
        missing = dict(exercises)
        for number, cell in enumerate(self.notebook.cells):
            if not cell.tests:
                self._run_cell(number)
                continue
            is_due = cell.tests in exercises and last_test[cell.tests] == number
            if is_due and ask(exercises[cell.tests]):
                del missing[cell.tests]
        for exercise in missing.values():
            ask(exercise)

    def close(self) -> str:
        """End the worker; return what it did too much of, or "".

        Raises MachineFault when it did not end by the student's fault.
        """
        if self.worker is None:
            return ""
        worker = self.worker
        self.worker = None
        try:
            end = worker.close()
        finally:
            # A later worker runs the same cells again.
            self.printed = max(self.printed, worker.printed[: self.sandbox.limits.kept], key=len)
        return "it had too many files or threads, or too large ones" if end.over else ""

    @property
    def seconds(self) -> float:
        """The time limit of one call or cell."""
        limits = self.sandbox.limits
        return limits.repeated if self.slow else limits.call

    @property
    def is_over(self) -> bool:
        """Whether the notebook has used up its time."""
        return time.monotonic() > self.deadline

    def _running(self) -> Worker:
        """Return the worker; after a loss, a new one in which the good cells ran again.

        Raises WorkerLost when it was lost too often, and MachineFault.
        """
        if self.worker is None:
            if self.restarts > RESTART_LIMIT:
                raise WorkerLost("it was lost too often")
            plots = any("matplotlib" in cell.source for cell in self.notebook.cells)
            self.worker = self.sandbox.worker(plots)
            self._hand_over_files(self.worker)
            good = self.ran
            self.ran = []
            for number in good:
                self._execute(number)
            if self.worker is None:
                raise WorkerLost("it was lost again")
        return self.worker

    def _hand_over_files(self, worker: Worker) -> None:
        """Put the files that lie beside the notebook into the worker's folder."""
        for name, content in self.beside.items():
            worker.channel.send(pack({"file": name}, content))
            receive(worker.channel, time.monotonic() + FILE_SECONDS)

    def _lose(self, error: WorkerLost) -> str:
        """Note that the worker is lost; return why."""
        self.slow = True
        self.restarts += 1
        return self.close() or str(error)

    def _until(self, seconds: float) -> float:
        return min(time.monotonic() + seconds + GRACE, self.deadline)

    def _run_cell(self, number: int) -> None:
        """Run a cell, unless it calls check or has lost the worker before."""
        is_check = self.notebook.cells[number].source.strip().startswith("check(")
        if not is_check and number not in self.bad:
            self._execute(number)

    def _execute(self, number: int) -> None:
        """Run a cell. One that raises stops nothing; one that loses the worker is not run again."""
        if self.is_over:
            return
        written = self.notebook.cells[number].source
        source = plain_python(written)
        request: CellRequest = {"number": number, "source": source, "seconds": self.seconds}
        try:
            channel = self._running().channel
            channel.send(pack(request))
            reply = receive(channel, self._until(self.seconds + REST_OF_A_CELL))
            if reply.get("fault"):
                self.cell_faults[number] = fault_of_reply(number, written, reply, self.seconds)
            self.slow |= reply.get("fault") == "time"
            self.ran.append(number)
        except WorkerLost as error:
            self.bad.add(number)
            self.cell_faults[number] = fault_of_loss(number, written, self._lose(error))

    def _ask_hidden_cases(self, exercise: Exercise) -> bool:
        """Call an exercise's function with the hidden cases, and decide.

        Returns whether the function was there.
        """
        if self.is_over:
            limit = self.sandbox.limits.whole
            message = f"could not be asked: the notebook has used up its {limit:g} s"
            self.verdicts[exercise.name] = all_wrong(exercise, message)
            return True
        cases, visible_count = cases_of(exercise, self.seed, self.fresh)
        hidden = cases[visible_count:]
        first_asked = hidden or cases
        *replies, last = self._replies(exercise, (*first_asked, first_asked[0]))
        if last.fault == "missing":
            verdict = self._missing(exercise, last)
        elif last.fault in ENDS:  # nothing to compare, and the message has words of ours
            verdict = self._judge(exercise, first_asked[:1], 0, [last], last)
        elif hidden:
            verdict = self._judge(exercise, hidden, 0, replies, last)
            if not verdict.right:
                self.unclear[exercise.name] = Unclear(cases, visible_count, replies, last)
        else:
            verdict = self._judge(exercise, cases, len(cases), replies, last)
        self.verdicts[exercise.name] = verdict
        return verdict.fault != NOT_DEFINED

    def _missing(self, exercise: Exercise, reply: Reply) -> Verdict:
        """Return the verdict on a function that is not there, or that may not be called."""
        message = reply.answers[exercise.parts[0].name].message
        if message == "is not defined":
            message = NOT_DEFINED
        return all_wrong(exercise, message)

    def _explain(self, exercise: Exercise) -> bool:
        """Call an exercise's function with cases that may be shown, and name what is wrong.

        Returns whether the function was there.
        """
        if self.is_over:
            return True
        unclear = self.unclear[exercise.name]
        cases = unclear.cases
        visible_count = unclear.visible_count
        replies = self._replies(exercise, cases[:visible_count])
        if replies[-1].fault == "missing":
            return False
        if replies[-1].fault in ENDS:
            verdict = self._judge(exercise, cases, visible_count, replies, replies[0])
        else:
            replies += unclear.replies
            verdict = self._judge(
                exercise, cases, visible_count, replies, unclear.again, of=visible_count
            )
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
            reason = self._lose(error)
            message = f"could not be asked: the process that ran it was stopped, since {reason}"
            answer = Answer(fault="time", message=message)
            answers = {part.name: answer for part in exercise.parts}
            replies.append(Reply(answers, fault="time"))
        self.slow |= replies[-1].fault == "time"
        return replies

    def _judge(
        self,
        exercise: Exercise,
        cases: tuple[Case, ...],
        visible_count: int,
        replies: list[Reply],
        again: Reply,
        of: int = 0,
    ) -> Verdict:
        """Return the verdict on replies, as `judge_replies` does."""
        try:
            return judge_replies(exercise, cases, visible_count, replies, again, of)
        except Exception as error:
            # A fault of ours on answers that nobody thought of: the class goes on, and a person
            # looks at this one.
            kind = type(error).__name__
            message = (
                f"the answers to {exercise.name} could not be judged ({kind}): "
                "a fault of the grader"
            )
            self.faults.append(message)
            return all_wrong(exercise, message)
