"""The trusted side of the worker's protocol: requests out, replies read by sizes known beforehand.

A request is a length, JSON, and raw little-endian numbers; a reply likewise. No pickle and no npy
header is ever read. Every length is checked against what was asked before the bytes behind it are
read, so a reply can be wrong but never harmful.
"""

from __future__ import annotations

import json
import math
import os
import select
import struct
import time
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeGuard

import numpy as np

from grader.call.answer import NAMES_LIMIT, Answer, faulty, is_key, plain
from grader.call.explain.sentences import EXPLANATIONS_LIMIT, stands_in
from grader.call.forms import KINDLY
from grader.call.functions import Named
from grader.call.watch import TRACING
from grader.instructor.sandbox.messages import (
    Argument,
    ArrayArgument,
    CallsRequest,
    CaseRequest,
    Request,
)
from grader.instructor.sandbox.time_and_memory_limits import Limits
from grader.judge.answers import by_part, expected_shape
from grader.judge.case import Case
from grader.judge.exercise import Exercise

HEADER_LIMIT = 32768  # bytes
TEXT_LIMIT = 400  # characters
NUMBER_LIMIT = 2**20  # numbers in one result
AXIS_LIMIT = 8
NUDGES_LIMIT = 10**6  # calls with a nudged array
CPU_LIMIT = 1e6  # seconds
WARNING_LIMIT = 3
# Letters that do not print: controls, directions of writing, private and unused ones.
UNPRINTABLE = ("Cc", "Cf", "Co", "Cn", "Zl", "Zp")
LAST_READS = 0.5  # seconds in which what has arrived is read, should the deadline have passed
LATE = "it did not answer in time"
OF_ANOTHER = ("partner", "reached")  # forms that name a function that must not be called
OTHER_FORM = "it sent a reply of another form"

BARE = frozenset(("parts", "fault", "cpu"))  # of most replies, with nothing more to say

ReplyJSON = dict[str, object]  # of a worker's, so what is in it may be anything
Layout = tuple[tuple[str, tuple[int, ...]], ...]  # names and shapes of a dict's arrays


class WorkerLost(Exception):
    """The worker died, hung, or answered out of shape; the text says which."""


class WorkerLate(WorkerLost):
    """The worker did not answer in time."""


@dataclass(frozen=True)
class Question:
    """One call that a worker was sent.

    limit: as number_limit returns it; code: the submission's, from which alone a line is quoted;
    seconds: the time limit.
    """

    exercise: Exercise
    case: Case
    limit: int
    code: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Reply:
    """What one call gave.

    answers: an Answer per part; changed: the arguments it changed; shared: (part, argument) pairs
    that share memory; warned: its warnings; fault: of the whole call, or ""; names: of the
    function's arguments, where they are the exercise's in some order; cpu: as cpu_of returns it.
    """

    answers: dict[str, Answer]
    changed: tuple[str, ...] = ()
    shared: tuple[tuple[str, str], ...] = ()
    warned: tuple[str, ...] = ()
    fault: str = ""
    names: tuple[str, ...] = ()
    cpu: float = 0.0


def pack(request: Request, payload: bytes = b"") -> bytes:
    """Return a message as bytes: a length, the request as JSON, and the payload."""
    data = json.dumps({**request, "bytes": len(payload)}).encode()
    return struct.pack("<I", len(data)) + data + payload


def pack_calls(
    exercise: Exercise, cases: Sequence[Case], limits: Sequence[int], seconds: float
) -> bytes:
    """Return the request to call an exercise's function with one case after another.

    limits: of each case, as number_limit returns them; seconds: the time limit of each call.
    """
    chunks: list[bytes] = []
    requests: list[CaseRequest] = []
    for case, limit in zip(cases, limits, strict=True):
        start = len(chunks)
        args = [_argument(arg, chunks) for arg in exercise.args_of(case)]
        size = sum(map(len, chunks[start:]))
        parts = exercise.parts_of(case)
        watch = exercise.watches(case)
        requests.append(
            {"args": args, "parts": parts, "watch": watch, "limit": limit, "bytes": size}
        )
    request: CallsRequest = {
        "name": exercise.name,
        "cases": requests,
        "results": list(exercise.results),
        "derived": bool(exercise.derived),
        "forward": exercise.forward,
        "without": list(exercise.without),
        "layers": exercise.layers,
        "quiz": exercise.is_quiz,
        "seconds": seconds,
    }
    return pack(request, b"".join(chunks))


def _argument(arg: Any, chunks: list[bytes]) -> Argument:
    """Return what describes an argument; the numbers of its arrays are added to the chunks."""
    if isinstance(arg, np.ndarray):
        return _array(arg, chunks)
    if isinstance(arg, dict):
        return {"dict": {name: _array(value, chunks) for name, value in arg.items()}}
    if isinstance(arg, Named):
        return {"function": arg.name, "scale": arg.scale}
    if isinstance(arg, tuple):
        return {"tuple": arg}
    return {"value": arg}


def _array(array: np.ndarray, chunks: list[bytes]) -> ArrayArgument:
    dtype = "<i8" if array.dtype.kind == "i" else "<f8"
    chunks.append(np.ascontiguousarray(array, dtype=dtype).tobytes())
    return {"array": array.shape, "dtype": dtype}


def number_limit(exercise: Exercise, case: Case) -> int:
    """Return how many numbers one result may hold.

    It is enough for every wrong shape that mistakes give, and no more.
    """
    result_size = 0
    if not exercise.is_quiz:
        shapes = [expected_shape(part, case) for part in exercise.parts]
        result_size = sum(map(math.prod, shapes))
    return min(16 + 4 * (case.count + result_size) ** 2, NUMBER_LIMIT)


class Channel:
    """The trusted end of a worker's pipes.

    Requests are sent, replies read, and what the worker prints is kept, all at once: it can block
    nobody, neither by not reading nor by printing. read, write, output: file descriptors.
    """

    def __init__(
        self, read: int, write: int, output: int | None = None, limits: Limits | None = None
    ) -> None:
        self._read = read
        self._write = write
        self._output = output
        self._limits = limits or Limits()
        self._received = bytearray()
        self._unsent = bytearray()
        self.printed = bytearray()  # what is kept of it
        self._keeps = True
        self._printed_count = 0
        os.set_blocking(write, False)

    def send(self, message: bytes) -> None:
        """Send a request; what the pipe does not take at once goes while replies are read."""
        self._unsent += message
        self._push()

    def exactly(self, count: int, deadline: float) -> bytes:
        """Return count bytes that arrive before the deadline (time.monotonic).

        What is there already is read first: this process itself may have stood still. Raises
        WorkerLost.
        """
        last = max(deadline, time.monotonic() + LAST_READS)
        while len(self._received) < count:
            if time.monotonic() > last:
                raise WorkerLate(LATE)
            self._exchange(deadline)
        data = bytes(self._received[:count])
        del self._received[:count]
        return data

    def _exchange(self, deadline: float) -> None:
        """Read and write what the pipes have and take, once. Raises WorkerLost."""
        left = deadline - time.monotonic()
        sources = [handle for handle in (self._read, self._output) if handle is not None]
        targets = [self._write] if self._unsent else []
        readable, writable, _ = select.select(sources, targets, [], max(left, 0))
        if not (readable or writable):
            raise WorkerLate(LATE)
        if writable:
            self._push()
        if self._output in readable:
            self._listen()
        if self._read in readable:
            self._pull()

    def keep_output(self, keeps: bool) -> None:
        """Keep what is printed from now on, or drop it."""
        self._drain()
        self._keeps = keeps

    def _drain(self) -> None:
        """Read what was printed until now."""
        while self._output is not None and select.select([self._output], [], [], 0)[0]:
            with suppress(WorkerLost):
                self._listen()

    def rest(self) -> str:
        """Return what was printed, cut, with all that is still in the pipe."""
        self._drain()
        return self.printed.decode("utf-8", "replace")

    def close(self) -> None:
        """Close all pipes."""
        for handle in (self._read, self._write, self._output):
            if handle is not None:
                os.close(handle)

    def _push(self) -> None:
        """Write what the pipe takes."""
        try:
            while self._unsent:
                count = os.write(self._write, memoryview(self._unsent)[: 1 << 16])
                del self._unsent[:count]
        except BlockingIOError:
            pass
        except OSError:  # the worker ended, which the next read reports
            self._unsent.clear()

    def _pull(self) -> None:
        """Read what the pipe has. Raises WorkerLost when the worker has closed it."""
        data = os.read(self._read, 1 << 18)
        if not data:
            raise WorkerLost("it ended")
        self._received += data

    def _listen(self) -> None:
        """Keep some of what was printed. Raises WorkerLost when it is too much."""
        assert self._output is not None
        data = os.read(self._output, 1 << 16)
        self._printed_count += len(data)
        if self._keeps:
            self.printed += data[: max(0, self._limits.kept - len(self.printed))]
        is_too_much = self._printed_count > self._limits.output
        if is_too_much or not data:
            os.close(self._output)
            self._output = None
        if is_too_much:
            raise WorkerLost(f"it printed more than {self._limits.output / 2**20:g} MiB")


def receive(channel: Channel, deadline: float) -> ReplyJSON:
    """Return the JSON header of a reply that arrives before the deadline (time.monotonic).

    Raises WorkerLost.
    """
    (length,) = struct.unpack("<I", channel.exactly(4, deadline))
    if length > HEADER_LIMIT:
        raise WorkerLost("it sent a reply that is too long")
    try:
        header = json.loads(channel.exactly(length, deadline).decode())
    except (ValueError, RecursionError):
        raise WorkerLost("it sent a reply that cannot be read") from None
    if not isinstance(header, dict):
        raise WorkerLost("it sent a reply that cannot be read")
    return header


def receive_call(channel: Channel, question: Question, deadline: float) -> Reply:
    """Return the reply to a call: every part an Answer of plain float64. Raises WorkerLost."""
    try:
        return _received(channel, question, deadline)
    except WorkerLost:
        raise
    except Exception:  # whatever a forged reply sets off here is the worker's fault, and not ours
        raise WorkerLost(OTHER_FORM) from None


def _received(channel: Channel, question: Question, deadline: float) -> Reply:
    exercise = question.exercise
    header = receive(channel, deadline)
    if "fault" in header:
        answer = _fault(header["fault"], question)
        answers = {part.name: answer for part in exercise.parts}
        return _reply(exercise, header, answers, answer.fault)
    parts = header.get("parts")
    if not isinstance(parts, list) or len(parts) != len(exercise.results):
        raise WorkerLost(OTHER_FORM)
    results = [_answer(channel, part, question, deadline) for part in parts]
    return _reply(exercise, header, by_part(exercise, question.case, results, _nudged(header)))


def _nudged(header: ReplyJSON) -> tuple[str, int] | None:
    """Return which function was called with nudged arrays, as Call has it."""
    nudged = _list(header, "nudged")
    if len(nudged) != 2:
        return None
    name, count = nudged
    is_count = type(count) is int and 0 <= count <= NUDGES_LIMIT
    return text(name), count if is_count else 0  # type: ignore[return-value]


def _reply(
    exercise: Exercise, header: ReplyJSON, answers: dict[str, Answer], fault: str = ""
) -> Reply:
    """Return a reply with these answers; whatever else is out of shape in it is left out."""
    if header.keys() <= BARE:
        return Reply(answers, fault=fault, cpu=cpu_of(header))
    changed = [_at(exercise.arguments, number) for number in _list(header, "changed")]
    texts = map(text, _list(header, "warned")[:WARNING_LIMIT])
    return Reply(
        answers,
        fault=fault,
        changed=tuple(filter(None, changed)),
        shared=_shared(exercise, header),
        warned=tuple(filter(None, texts)),
        names=tuple(name for name in _list(header, "names") if name in exercise.arguments),
        cpu=cpu_of(header),
    )


def cpu_of(header: ReplyJSON) -> float:
    """Return the seconds of the processor that a worker says it has used, 0 where it says none."""
    cpu = header.get("cpu")
    return min(cpu, CPU_LIMIT) if isinstance(cpu, float) and cpu > 0 else 0.0


def _shared(exercise: Exercise, header: ReplyJSON) -> tuple[tuple[str, str], ...]:
    """Return the pairs of a part and an argument that share memory."""
    shared = []
    for pair in _list(header, "shared"):
        if isinstance(pair, list) and len(pair) == 2:
            part = _at(exercise.results, pair[0])
            argument = _at(exercise.arguments, pair[1])
            if part and argument:
                shared.append((part, argument))
    return tuple(shared)


def _list(header: ReplyJSON, key: str) -> list[object]:
    value = header.get(key)
    return value if isinstance(value, list) else []


def _at(names: Sequence[str], number: object) -> str:
    """Return the name at a place that the worker sent, or "" where there is no such place."""
    if type(number) is int and 0 <= number < len(names):
        return names[number]
    return ""


def _answer(channel: Channel, part: object, question: Question, deadline: float) -> Answer:
    """Return the answer to one part, and read its numbers. Raises WorkerLost."""
    if not isinstance(part, dict):
        raise WorkerLost(OTHER_FORM)
    if "fault" in part:
        return _fault(part["fault"], question)
    if question.exercise.is_quiz:
        return Answer(value=_value(part["value"]))
    dims = part["dims"]
    if not _is_shape(dims, question.limit):
        raise WorkerLost("it sent an array of impossible shape")
    count = math.prod(dims)
    if count > question.limit:
        raise WorkerLost("it sent an array that is too large")
    array = np.frombuffer(channel.exactly(8 * count, deadline), "<f8").reshape(dims)
    if not np.isfinite(array).all():
        return faulty("not finite anywhere")
    layout = _layout(part.get("layout"), count)
    return Answer(array, layout=layout, kindly=_kindly(part))


def _kindly(part: ReplyJSON) -> tuple[str, ...]:
    """Return what an answer was read as, in names of ours alone."""
    kinds = [kind for kind in _list(part, "kindly") if isinstance(kind, str) and kind in KINDLY]
    return tuple(dict.fromkeys(kinds))


def _fault(fault: Any, question: Question) -> Answer:
    """Return the Answer of a fault, its sentence made here.

    What we know ourselves is not taken from the worker. Raises any exception where the fault has
    another form.
    """
    form, details = fault["form"], fault["details"]
    cleaned = {key: _cleaned(value) for key, value in details.items()}
    if str(cleaned.get("code", "")).removesuffix("...") not in question.code:
        del cleaned["code"]
    if "because" in cleaned:
        cleaned["because"] = _explanations(cleaned["because"], question.code)
    exercise = question.exercise
    ours: dict[str, object] = {"seconds": question.seconds, "results": list(exercise.results)}
    cleaned |= {key: value for key, value in ours.items() if key in cleaned}
    is_of_another = form in OF_ANOTHER and cleaned["name"] not in (*exercise.without, TRACING)
    if is_of_another or (form == "count" and cleaned["count"] == len(exercise.results)):
        raise WorkerLost(OTHER_FORM)
    return faulty(form, **cleaned)


def _explanations(explanations: Any, code: str) -> list[Any]:
    """Return the explanations of a raise whose code stands in the submission.

    Their other details are checked where the sentence is made.
    """
    kept = explanations[:EXPLANATIONS_LIMIT]
    return [each for each in kept if stands_in(each, _squeezed(code))]


@lru_cache(maxsize=1)
def _squeezed(code: str) -> str:
    """Return the code of a submission with one space for any white space, as code is quoted."""
    return " ".join(code.split())


def _is_shape(dims: object, limit: int) -> TypeGuard[list[int]]:
    """Tell whether a value of the worker's is a shape, with no axis longer than the limit."""
    if not isinstance(dims, list) or len(dims) > AXIS_LIMIT:
        return False
    return all(type(length) is int and 0 <= length <= limit for length in dims)


def _layout(entries: object, count: int) -> Layout:
    """Return names and shapes of a dict's arrays.

    They are () where that is not what was sent, where the names are not in the alphabet's order,
    each once, or where the shapes do not add up to the count.
    """
    if not isinstance(entries, list) or len(entries) > NAMES_LIMIT:
        return ()
    checked = [entry for entry in entries if _is_layout_entry(entry, count)]
    if len(checked) < len(entries):
        return ()
    names = [name for name, _ in checked]
    size = sum(math.prod(dims) for _, dims in checked)
    if names != sorted(set(names)) or size != count:
        return ()
    return tuple((name, tuple(dims)) for name, dims in checked)


def _is_layout_entry(entry: object, count: int) -> TypeGuard[tuple[str, list[int]]]:
    if not isinstance(entry, list) or len(entry) != 2:
        return False
    name, dims = entry
    return is_key(name) and _is_shape(dims, count)


def _value(value: object) -> object:
    """Return a plain value of the worker's, or None where it is none."""
    try:
        return _cleaned(plain(value))
    except (TypeError, ValueError, RecursionError, OverflowError):
        return None


def _cleaned(value: object) -> object:
    """Return a plain value with its texts as `text` returns them."""
    if isinstance(value, tuple):
        return tuple(map(_cleaned, value))
    return text(value) if isinstance(value, str) else value


def text(value: object, limit: int = TEXT_LIMIT) -> str:
    """Return a text of the worker's, cut and on one line, or "" for what is no text.

    What would steer a terminal becomes a space, and lone surrogates become their escape sequences.
    """
    if not isinstance(value, str):
        return ""
    start = value[: 4 * limit].encode("utf-8", "backslashreplace").decode()
    words = "".join(map(_printable, start)).split()
    return " ".join(words)[:limit]


def _printable(letter: str) -> str:
    return " " if unicodedata.category(letter) in UNPRINTABLE else letter
