"""The trusted side of the worker's protocol: requests out, replies read by sizes known beforehand.

A request is a length, JSON, and raw little-endian numbers; a reply likewise. No pickle and no npy header is ever read. Every
length is checked against what was asked before the bytes behind it are read, so a reply can be wrong but never harmful.
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
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.call.answer import MOST_NAMES, Answer, plain
from grader.call.functions import Named
from grader.exercises.case import Case
from grader.exercises.exercise import Exercise
from grader.instructor.sandbox.time_and_memory_limits import Limits
from grader.judge.answers import by_part, expected_shape

HEADER_LIMIT = 32768
TEXT_LIMIT = 400
NUMBER_LIMIT = 2**20
UNSEEN = (
    "Cc",
    "Cf",
    "Co",
    "Cn",
    "Zl",
    "Zp",
)  # controls, directions of writing, private and unused signs


class WorkerLost(Exception):
    """The worker died, hung, or answered out of shape; the text says which."""


@dataclass(frozen=True)
class Reply:
    """What one call gave: an Answer per part, the arguments it changed, (part, argument) pairs that share memory, warnings.

    names: of the function's arguments, where they are the exercise's in some order.
    """

    answers: dict[str, Answer]
    changed: tuple[str, ...] = ()
    shared: tuple[tuple[str, str], ...] = ()
    warned: tuple[str, ...] = ()
    fault: str = ""
    names: tuple[str, ...] = ()


def pack(header: dict[str, Any], payload: bytes = b"") -> bytes:
    data = json.dumps(header | {"bytes": len(payload)}).encode()
    return struct.pack("<I", len(data)) + data + payload


def pack_calls(
    exercise: Exercise, cases: Sequence[Case], seconds: float, ends: Sequence[str]
) -> bytes:
    """Return the request to call an exercise's function with one case after another, until one of the faults `ends`."""
    chunks: list[bytes] = []
    told = []
    for case in cases:
        before = sum(map(len, chunks))
        specs = [_argument(arg, chunks) for arg in case.args]
        told.append(
            {
                "args": specs,
                "most": most_numbers(exercise, case),
                "bytes": sum(map(len, chunks)) - before,
            }
        )
    header = {
        "name": exercise.name,
        "cases": told,
        "parts": list(exercise.results),
        "without": list(exercise.without),
        "layers": exercise.layers,
        "quiz": exercise.is_quiz,
        "seconds": seconds,
        "ends": list(ends),
    }
    return pack(header, b"".join(chunks))


def _argument(arg: Any, chunks: list[bytes]) -> dict[str, Any]:
    if isinstance(arg, np.ndarray):
        return _array(arg, chunks)
    if isinstance(arg, dict):
        return {"dict": {name: _array(value, chunks) for name, value in arg.items()}}
    if isinstance(arg, Named):
        return {"function": arg.name, "scale": arg.scale}
    return {"tuple": arg} if isinstance(arg, tuple) else {"value": arg}


def _array(array: np.ndarray, chunks: list[bytes]) -> dict[str, Any]:
    dtype = "<i8" if array.dtype.kind == "i" else "<f8"
    chunks.append(np.ascontiguousarray(array, dtype=dtype).tobytes())
    return {"array": array.shape, "dtype": dtype}


def most_numbers(exercise: Exercise, case: Case) -> int:
    """How many numbers one result may hold: enough for every wrong shape that mistakes give, and no more."""
    arrays = [
        part for arg in case.args for part in (arg.values() if isinstance(arg, dict) else [arg])
    ]
    given = sum(array.size for array in arrays if isinstance(array, np.ndarray))
    expected = (
        0
        if exercise.is_quiz
        else sum(math.prod(expected_shape(part, case)) for part in exercise.parts)
    )
    return min(16 + 4 * (given + expected) ** 2, NUMBER_LIMIT)


class Channel:
    """The trusted end of a worker's pipes: requests are sent, replies read, and what it prints is kept, all at once.

    Nothing here waits for the worker alone, so it can block nobody: not by not reading, and not by printing.
    """

    def __init__(
        self, read: int, write: int, output: int | None = None, limits: Limits | None = None
    ) -> None:
        self._read, self._write, self._output = read, write, output
        self._limits = limits or Limits()
        self._in, self._out = bytearray(), bytearray()
        self.printed, self._count = bytearray(), 0
        os.set_blocking(write, False)

    def send(self, message: bytes) -> None:
        """Send a request; what the pipe does not take at once goes while replies are read."""
        self._out += message
        self._push()

    def exactly(self, count: int, deadline: float) -> bytes:
        """Return count bytes that arrive before the deadline (time.monotonic). Raises WorkerLost."""
        while len(self._in) < count:
            left = deadline - time.monotonic()
            sources = [self._read] if self._output is None else [self._read, self._output]
            ready, free, _ = select.select(
                sources, [self._write] if self._out else [], [], max(left, 0)
            )
            if left <= 0 or not (ready or free):
                raise WorkerLost("it did not answer in time")
            if free:
                self._push()
            if self._output in ready:
                self._listen()
            if self._read in ready:
                part = os.read(self._read, 1 << 18)
                if not part:
                    raise WorkerLost("it ended")
                self._in += part
        data = bytes(self._in[:count])
        del self._in[:count]
        return data

    def rest(self) -> str:
        """Return what was printed, cut, with all that is still in the pipe."""
        while self._output is not None and select.select([self._output], [], [], 0)[0]:
            with suppress(WorkerLost):
                self._listen()
        return self.printed.decode("utf-8", "replace")

    def close(self) -> None:
        for handle in (self._read, self._write, self._output):
            if handle is not None:
                os.close(handle)

    def _push(self) -> None:
        try:
            while self._out:
                del self._out[: os.write(self._write, memoryview(self._out)[: 1 << 16])]
        except BlockingIOError:
            pass
        except OSError:  # it ended: the next read says so
            self._out.clear()

    def _listen(self) -> None:
        assert self._output is not None
        part = os.read(self._output, 1 << 16)
        self._count += len(part)
        self.printed += part[: max(0, self._limits.kept - len(self.printed))]
        if not part or self._count > self._limits.output:
            os.close(self._output)
            self._output = None
        if self._count > self._limits.output:
            raise WorkerLost(f"it printed more than {self._limits.output / 2**20:g} MiB")


def receive(channel: Channel, deadline: float) -> dict[str, Any]:
    """Return the JSON header of a reply that arrives before the deadline (time.monotonic). Raises WorkerLost."""
    (length,) = struct.unpack("<I", channel.exactly(4, deadline))
    if length > HEADER_LIMIT:
        raise WorkerLost("it sent a reply that is too long")
    try:
        header = json.loads(channel.exactly(length, deadline))
    except (ValueError, RecursionError):
        raise WorkerLost("it sent a reply that cannot be read") from None
    if not isinstance(header, dict):
        raise WorkerLost("it sent a reply that cannot be read")
    return header


def receive_call(channel: Channel, exercise: Exercise, case: Case, deadline: float) -> Reply:
    """Return the reply to a call: every part an Answer of plain float64. Raises WorkerLost."""
    header = receive(channel, deadline)
    noted = _noted(exercise, header)
    if header.get("fault"):
        answer = Answer(fault=text(header["fault"]), says=text(header.get("says", "")))
        return replace(
            noted, answers={part.name: answer for part in exercise.parts}, fault=answer.fault
        )
    parts = header.get("parts")
    if not isinstance(parts, list) or len(parts) != len(exercise.results):
        raise WorkerLost("it sent a reply of another form")
    results = [_answer(channel, told, most_numbers(exercise, case), deadline) for told in parts]
    return replace(noted, answers=by_part(exercise, case, results))


def _noted(exercise: Exercise, header: dict[str, Any]) -> Reply:
    """Return what is said of a call beside its answers: whatever is out of shape there is left out."""
    arguments, results = exercise.arguments, exercise.results
    changed = [arguments[n] for n in _list(header, "changed") if _index(n, arguments)]
    pairs = [pair for pair in _list(header, "shared") if isinstance(pair, list) and len(pair) == 2]
    shared = [
        (results[n], arguments[i]) for n, i in pairs if _index(n, results) and _index(i, arguments)
    ]
    warned = [text(words) for words in _list(header, "warned")[:3] if text(words)]
    names = tuple(name for name in _list(header, "names") if name in arguments)
    return Reply({}, tuple(changed), tuple(shared), tuple(warned), names=names)


def _list(header: dict[str, Any], key: str) -> list[Any]:
    value = header.get(key)
    return value if isinstance(value, list) else []


def _index(value: Any, of: Sequence[str]) -> bool:
    return type(value) is int and 0 <= value < len(of)


def _answer(channel: Channel, told: Any, most: int, deadline: float) -> Answer:
    if not isinstance(told, dict):
        raise WorkerLost("it sent a reply of another form")
    if told.get("fault"):
        return Answer(fault=text(told["fault"]), says=text(told.get("says", "")))
    if "dims" not in told:
        return Answer(value=_value(told.get("value")))
    dims = told["dims"]
    if (
        not isinstance(dims, list)
        or len(dims) > 8
        or not all(type(d) is int and 0 <= d <= most for d in dims)
    ):
        raise WorkerLost("it sent an array of impossible shape")
    count = math.prod(dims)
    if count > most:
        raise WorkerLost("it sent an array that is too large")
    array = np.frombuffer(channel.exactly(8 * count, deadline), "<f8").reshape(dims)
    if not np.isfinite(array).all():
        return Answer(fault="not finite", says="holds NaN or infinity")
    return Answer(array, layout=_layout(told.get("layout"), count))


def _layout(told: Any, count: int) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Return names and shapes of a dict's arrays, if they are that and add up to the numbers sent."""
    if not isinstance(told, list) or len(told) > MOST_NAMES:
        return ()
    layout = []
    for entry in told:
        if (
            not isinstance(entry, list)
            or len(entry) != 2
            or not isinstance(entry[0], str)
            or not isinstance(entry[1], list)
        ):
            return ()
        if len(entry[1]) > 8 or not all(type(d) is int and 0 <= d <= count for d in entry[1]):
            return ()
        layout.append((text(entry[0]), tuple(entry[1])))
    return tuple(layout) if sum(math.prod(shape) for _, shape in layout) == count else ()


def _value(value: Any) -> Any:
    try:
        return _cleaned(plain(value))
    except (TypeError, ValueError, RecursionError, OverflowError):
        return None


def _cleaned(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_cleaned, value))
    return text(value) if isinstance(value, str) else value


def text(value: Any, most: int = TEXT_LIMIT) -> str:
    """Return a text of the worker's, cut and on one line, without what would steer a terminal or is half a character."""
    if not isinstance(value, str):
        return ""
    kept = value[: 4 * most].encode("utf-8", "backslashreplace").decode()
    return " ".join(
        "".join(
            " " if unicodedata.category(letter) in UNSEEN else letter for letter in kept
        ).split()
    )[:most]
