"""One submission in a sandbox: its cells run in order, and each exercise's function is called.

This process owns references, fresh cases and the decision, and never executes a student's code. A
sandboxed worker executes it, and answers with raw arrays.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TypeVar

from grader.call.answer import Answer
from grader.call.ended import ENDS
from grader.instructor.sandbox.messages import CellRequest
from grader.instructor.sandbox.protocol import (
    Question,
    Reply,
    WorkerLate,
    WorkerLost,
    cpu_of,
    number_limit,
    pack,
    pack_calls,
    receive,
    receive_call,
)
from grader.instructor.sandbox.sandbox import MachineFault, Sandbox, Worker
from grader.instructor.sealed.cell_fault import (
    CellFault,
    explanations,
    fault_of_loss,
    fault_of_reply,
)
from grader.instructor.sealed.hidden_cases import CasesOfOne, cases_of, explaining_cases
from grader.instructor.sealed.judge_replies import (
    Ask,
    Rights,
    disagree,
    in_our_words,
    is_closed,
    judge_replies,
    rights_of,
    with_words,
)
from grader.instructor.sealed.magics import plain_python
from grader.judge.case import Case
from grader.judge.exercise import Exercise
from grader.judge.judge_trial import all_wrong
from grader.judge.trial import Asking
from grader.notebook.intake import ParsedNotebook
from grader.show.verdict import Verdict

T = TypeVar("T")
RESTART_LIMIT = 3
# They take about a second of a submission's time, and are loaded once, before its cells run.
SLOW_TO_LOAD = ("matplotlib.pyplot", "scipy.signal")
REST_OF_A_CELL = 5.0  # seconds in which what stands below a fault may be defined
FILE_SECONDS = 10.0  # for a file to reach the worker, on a busy machine
GRACE = 1.0  # seconds beyond a limit before a worker that ignores its alarm is killed
WAITED = "it waited for long and did nothing: for a lock, for sleep(), or for somebody's input?"
ANSWERED_OTHERWISE = "it answered otherwise when it was called again in a fresh process"
NOT_DEFINED = (
    "is not defined: no cell of the notebook that ran defines it. "
    "Was it renamed, or does its cell raise an error?"
)


class OutOfTime(Exception):
    """The notebook has used up its time between two calls."""


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
    used: float = 0.0  # seconds of the processor, by workers that have ended
    running: float = 0.0  # and by the one that runs, as it says
    start: float = 0.0  # of the last call or cell, in time.monotonic
    still: float = 0.0  # seconds since then in which the last worker had no processor
    slow: bool = False  # whether a call has used up its time
    place: int = 0  # the number of the cell that is reached
    hidden_since: float = math.inf  # the number of the one at which hidden cases were asked first
    knows_hidden: bool = False  # whether the worker was asked some, or one before it
    ahead: dict[str, CasesOfOne] = field(default_factory=dict)  # the cases of the next exercise
    rights: tuple[tuple[Case, ...], Rights] = ((), [])  # the right answers to the last cases
    printed: str = ""
    ran: list[int] = field(default_factory=list)  # cells that went well in this worker
    bad: set[int] = field(default_factory=set)  # cells that lost the worker
    unclear: set[str] = field(default_factory=set)  # exercises that a second worker explains
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    cell_faults: dict[int, CellFault] = field(default_factory=dict)

    def run(self) -> list[Verdict]:
        """Run the cells and call the functions; return a verdict for each exercise.

        What the first worker answers decides. Where that is wrong, or where a cell stopped after
        hidden cases were asked, a second worker begins anew, and is asked cases that may be shown:
        it adds words, and changes no number. It never saw a hidden case, so what a program tells
        there cannot be what it was asked here. Raises MachineFault.
        """
        exercises = self.exercises
        limits = self.sandbox.limits
        self.deadline = time.monotonic() + limits.whole * limits.net
        self._run_through(exercises, self._ask_deciding)
        if self.unclear or any(number >= self.hidden_since for number in self.cell_faults):
            self._begin_anew()
            unclear = {name: exercises[name] for name in exercises if name in self.unclear}
            self._run_through(unclear, self._explain)
        for name in exercises:
            self._explain_by_cells(name)
        return [self.verdicts[name] for name in exercises]

    def _begin_anew(self) -> None:
        """End the worker that knows hidden cases, with all that it has said since.

        A cell that lost it before is not run again.
        """
        self.close()
        self.bad = {number for number in self.bad if number < self.hidden_since}
        self.cell_faults = {number: self.cell_faults[number] for number in self.bad}
        self.ran = []
        self.restarts = 0
        self.slow = False
        self.knows_hidden = False

    def attempt(self, what: str, work: Callable[[], T], otherwise: T) -> T:
        """Return what some work gives on which no points depend.

        Where it fails, the points stand, and a person looks. what: is said then; otherwise: is
        returned then.
        """
        try:
            return work()
        except Exception as error:
            kind = type(error).__name__
            self.faults.append(f"{what} ({kind}): a fault of the grader. The points stand")
            return otherwise

    def _explain_by_cells(self, name: str) -> None:
        """Say which cells that stopped have cost an exercise its points, and mark it for a look."""
        verdict = self.verdicts[name]
        if verdict.right:
            return
        faults = [self.cell_faults[number] for number in sorted(self.cell_faults)]
        nothing: tuple[str, ...] = ()
        sentences = self.attempt(
            f"{name}: which cells that stopped have cost it points cannot be said",
            lambda: tuple(explanations(verdict, verdict.fault != NOT_DEFINED, faults)),
            nothing,
        )
        self.faults += [f"{name}: {sentence}" for sentence in sentences]
        self.verdicts[name] = replace(verdict, notes=(*verdict.notes, *sentences))

    def _run_through(self, exercises: dict[str, Exercise], ask: Callable[[Exercise], bool]) -> None:
        """Run the cells, and ask exercises where their test cells stand.

        An exercise whose function, or a name that it calls, was not there yet is asked once more
        at the end, as in a kernel in which all cells have run.
        """
        last_test = {cell.tests: number for number, cell in enumerate(self.notebook.cells)}
        missing = dict(exercises)
        for number, cell in enumerate(self.notebook.cells):
            self.place = number
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
            end = worker.close(self.start)
            self.used += end.ran
            self.running = 0.0
            self.still = end.still
        finally:
            # A later worker runs the same cells again.
            self.printed = max(self.printed, worker.printed[: self.sandbox.limits.kept], key=len)
        return end.too_much

    @property
    def seconds(self) -> float:
        """The time limit of one call or cell."""
        limits = self.sandbox.limits
        return limits.repeated if self.slow else limits.call

    @property
    def is_over(self) -> bool:
        """Whether the notebook has used up its time."""
        return self.is_used_up or time.monotonic() > self.deadline

    @property
    def is_used_up(self) -> bool:
        """Whether the notebook has used the processor for all its time."""
        return self.used + self.running > self.sandbox.limits.whole

    @property
    def used_up(self) -> str:
        """What is said of that for which no time is left."""
        limit = self.sandbox.limits.whole
        return f"could not be asked: the notebook has used up its {limit:g} s"

    def _running(self) -> Worker:
        """Return the worker; after a loss, a new one in which the good cells ran again.

        Raises WorkerLost when it was lost too often, and MachineFault.
        """
        if self.worker is None:
            if self.restarts > RESTART_LIMIT:
                raise WorkerLost("it was lost too often")
            self.worker = self.sandbox.worker(tuple(_to_load(self.notebook)))
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

    def _lose(self, error: WorkerLost, where: str) -> str:
        """Note that the worker is lost; return why. where: in a cell, or an exercise.

        Raises MachineFault where it was late since this machine, and not the worker, stood still.
        """
        self.slow = True
        self.restarts += 1
        before = self.used + self.running
        reason = self.close()
        if reason or not isinstance(error, WorkerLate):
            return reason or str(error)
        limits = self.sandbox.limits
        if self.used - before >= limits.call:  # it has used its time, and ignored its alarm
            return str(error)
        if self.still > limits.call:
            raise MachineFault("this machine was too busy, or stood still meanwhile")
        if self.used - before < limits.call / 2:
            self.faults.append(f"{where}: {WAITED}")
            return WAITED
        return str(error)

    def _until(self, seconds: float) -> float:
        """Note that a call or cell begins; return when it is late."""
        limits = self.sandbox.limits
        self.start = time.monotonic()
        return min(self.start + seconds * limits.net + GRACE, self.deadline + GRACE)

    def _run_cell(self, number: int) -> None:
        """Run a cell, unless it has lost the worker before."""
        if number not in self.bad:
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
            self.running = cpu_of(reply)
            self.ran.append(number)
        except WorkerLost as error:
            self.bad.add(number)
            reason = self._lose(error, f"code cell {number + 1}")
            self.cell_faults[number] = fault_of_loss(number, written, reason)

    def _ask_deciding(self, exercise: Exercise) -> bool:
        """Call an exercise's function with the cases that decide, and judge the answers.

        Returns whether all was there that it calls.
        """
        if self.is_over:
            self.verdicts.setdefault(exercise.name, all_wrong(exercise, self.used_up))
            return True
        cases = self.ahead.pop(exercise.name, None) or self._cases_of(exercise)
        if cases.has_hidden:
            self.hidden_since = min(self.hidden_since, self.place)
            self.knows_hidden = True
        again_of = cases.hidden_from % len(cases.deciding)
        *replies, again = self._replies(exercise, cases.deciding, again_of)
        # Nothing of a worker that knows hidden cases is shown: it may tell of them. A costly
        # exercise shows no numbers.
        is_closed_up = cases.has_hidden or (self.knows_hidden and not exercise.costly)
        visible_count = 0 if is_closed_up else len(cases.deciding)
        verdict = self._judge(exercise, cases.deciding, visible_count, replies, again, again_of)
        self.unclear.discard(exercise.name)
        if replies[0].fault == "missing":
            verdict = self._missing(exercise, replies[0])
        if not verdict.right and self._needs_words(is_closed_up, replies):
            self.unclear.add(exercise.name)
        self.verdicts[exercise.name] = verdict
        return not any(map(_lacks_a_name, replies))

    def _cases_of(self, exercise: Exercise) -> CasesOfOne:
        return cases_of(exercise, self.seed, self.fresh)

    def _needs_words(self, is_closed_up: bool, replies: list[Reply]) -> bool:
        """Tell whether a second worker has to say what is wrong with an answer.

        is_closed_up: whether nothing of this one's answers is shown. A costly exercise may be asked
        a worker that knows hidden cases of others, which has told nothing in words of its own.
        """
        if not is_closed_up:
            return self.knows_hidden and not all(map(_is_closed, replies))
        return replies[0].fault not in ENDS or not _is_closed(replies[0])

    def _missing(self, exercise: Exercise, reply: Reply) -> Verdict:
        """Return the verdict on a function that is not there, or that may not be called."""
        message = reply.answers[exercise.parts[0].name].message
        if message == "is not defined":
            message = NOT_DEFINED
        return all_wrong(exercise, message)

    def _explain(self, exercise: Exercise) -> bool:
        """Call an exercise's function with cases that may be shown, and say what is wrong.

        Returns whether all was there that it calls.
        """
        if self.is_over:
            return True
        cases = explaining_cases(exercise, self.seed)
        *replies, again = self._replies(exercise, cases, 0)
        if not self.is_used_up:  # else some cases were not asked
            name = exercise.name
            self.verdicts[name] = self.attempt(
                f"{name}: what is wrong with it cannot be said",
                lambda: self._explained(exercise, cases, replies, again),
                self.verdicts[name],
            )
        return not any(map(_lacks_a_name, replies))

    def _explained(
        self, exercise: Exercise, cases: tuple[Case, ...], replies: list[Reply], again: Reply
    ) -> Verdict:
        """Return the verdict on an exercise with words on replies to cases that may be shown."""
        decided = self.verdicts[exercise.name]
        if replies[0].fault == "missing":
            fault = self._missing(exercise, replies[0]).fault
            return replace(decided, fault=fault) if decided.fault else decided
        rights = self._rights_of(exercise, cases)
        words = judge_replies(
            exercise, cases, len(cases), replies, again, 0, rights, self._asks_more(exercise)
        )
        if disagree(decided, words):
            self.faults.append(f"{exercise.name}: {ANSWERED_OTHERWISE}")
        return with_words(exercise, decided, words)

    def _asks_more(self, exercise: Exercise) -> Ask | None:
        """Return what asks the worker cases that decide nothing, None where it must be told none
        or no time is left.
        """
        if self.knows_hidden or self.is_over or self.slow:
            return None
        return lambda cases: self._replies(exercise, cases, 0)[:-1]

    def _replies(self, exercise: Exercise, cases: tuple[Case, ...], again_of: int) -> list[Reply]:
        """Return a reply for each case, and for case number again_of once more.

        Where a case is not asked, it is what that of another would be (see Asking).
        """
        replies: list[Reply] = []
        count = len(cases) + 1
        try:
            for reply in self._ask(exercise, cases, again_of):
                replies.append(reply)
        except OutOfTime:
            self.close()
            replies += [_not_asked(exercise, self.used_up)] * (count - len(replies))
        except WorkerLost as error:
            lost = self._lost_reply(exercise, error)
            replies += [lost] * (count - len(replies))
        self.slow |= any(reply.fault == "time" for reply in replies)
        return in_our_words(replies) if self.knows_hidden else replies

    def _work_ahead(self, exercise: Exercise, cases: tuple[Case, ...]) -> None:
        """Work out what will be needed, while the worker is busy: the right answers to these cases,
        and the cases of the next exercise.
        """
        with suppress(Exception):  # a fault of the course's, which comes again where it is handled
            self.rights = (cases, rights_of(exercise, cases))
            names = list(self.exercises)
            name = dict(pairwise(names)).get(exercise.name, "")
            if name and name not in self.verdicts:
                self.ahead[name] = self._cases_of(self.exercises[name])

    def _rights_of(self, exercise: Exercise, cases: tuple[Case, ...]) -> Rights:
        """Return the right answers to cases, which may have been worked out already."""
        known, rights = self.rights
        return rights if known is cases else rights_of(exercise, cases)

    def _ask(self, exercise: Exercise, cases: tuple[Case, ...], again_of: int) -> Iterator[Reply]:
        """Yield what _replies returns. Raises WorkerLost, OutOfTime and MachineFault."""
        asking = Asking(exercise)
        with_again = (*cases, cases[again_of])
        limits = [number_limit(exercise, case) for case in with_again]
        seconds, code = self.seconds, self.notebook.code
        channel = self._running().channel
        channel.keep_output(not self.knows_hidden)
        channel.send(pack_calls(exercise, with_again, limits, seconds))
        self._work_ahead(exercise, cases)
        for case, limit in zip(with_again, limits, strict=True):
            unasked = asking.unasked(case)
            if unasked is not None:
                yield Reply(unasked)
                continue
            if self.is_used_up:
                raise OutOfTime
            question = Question(exercise, case, limit, code, seconds)
            reply = receive_call(channel, question, self._until(seconds))
            self.running = reply.cpu
            asking.note(case, reply.answers)
            yield reply
        channel.keep_output(True)

    def _lost_reply(self, exercise: Exercise, error: WorkerLost) -> Reply:
        """Return what stands for the replies of a worker that is lost."""
        reason = self._lose(error, exercise.name)
        message = f"could not be asked: the process that ran it was stopped, since {reason}"
        return _not_asked(exercise, message)

    def _judge(
        self,
        exercise: Exercise,
        cases: tuple[Case, ...],
        visible_count: int,
        replies: list[Reply],
        again: Reply,
        again_of: int,
    ) -> Verdict:
        """Return the verdict on replies, as `judge_replies` does."""
        try:
            rights = self._rights_of(exercise, cases)
            ask = self._asks_more(exercise) if visible_count else None
            return judge_replies(
                exercise, cases, visible_count, replies, again, again_of, rights, ask
            )
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


def _to_load(notebook: ParsedNotebook) -> Iterator[str]:
    """Yield the modules of SLOW_TO_LOAD whose packages a notebook names."""
    for module in SLOW_TO_LOAD:
        package = module.split(".")[0]
        if any(package in cell.source for cell in notebook.cells):
            yield module


def _not_asked(exercise: Exercise, message: str) -> Reply:
    """Return what stands for the reply to a case that was not asked. message: why."""
    answer = Answer(fault="time", message=message)
    return Reply({part.name: answer for part in exercise.parts}, fault="time")


def _is_closed(reply: Reply) -> bool:
    """Tell whether nothing that is said of a reply is in words of the student's program."""
    return all(map(is_closed, reply.answers.values()))


def _lacks_a_name(reply: Reply) -> bool:
    """Tell whether a call missed a name that a later cell may define."""
    return reply.fault in ("missing", "raised:NameError")
