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
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.cases import Case, Named
from grader.exercises import Exercise
from grader.outcome import by_part, expected_shape
from grader.results import MOST_NAMES, Answer, plain

MOST_HEADER = 32768
MOST_TEXT = 400
MOST_NUMBERS = 2**20


class WorkerLost(Exception):
    """The worker died, hung, or answered out of shape; the text says which."""


@dataclass(frozen=True)
class Reply:
    """What one call gave: an Answer per part, the arguments it changed, (part, argument) pairs that share memory, warnings."""

    answers: dict[str, Answer]
    changed: tuple[str, ...] = ()
    shared: tuple[tuple[str, str], ...] = ()
    warned: tuple[str, ...] = ()
    fault: str = ""


def pack(header: dict[str, Any], payload: bytes = b"") -> bytes:
    data = json.dumps(header | {"bytes": len(payload)}).encode()
    return struct.pack("<I", len(data)) + data + payload


def pack_call(exercise: Exercise, case: Case, seconds: float) -> bytes:
    """Return the request to call an exercise's function with a case's arguments."""
    specs: list[dict[str, Any]] = []
    chunks: list[bytes] = []
    for arg in case.args:
        if isinstance(arg, np.ndarray):
            specs.append(_array(arg, chunks))
        elif isinstance(arg, dict):
            specs.append({"dict": {name: _array(value, chunks) for name, value in arg.items()}})
        elif isinstance(arg, Named):
            specs.append({"function": arg.name})
        elif isinstance(arg, tuple):
            specs.append({"tuple": arg})
        else:
            specs.append({"value": arg})
    header = {
        "name": exercise.name,
        "args": specs,
        "parts": list(exercise.results),
        "without": list(exercise.without),
        "layers": exercise.layers,
        "quiz": exercise.is_quiz,
        "seconds": seconds,
        "most": most_numbers(exercise, case),
    }
    return pack(header, b"".join(chunks))


def _array(array: np.ndarray, chunks: list[bytes]) -> dict[str, Any]:
    dtype = "<i8" if array.dtype.kind == "i" else "<f8"
    chunks.append(np.ascontiguousarray(array, dtype=dtype).tobytes())
    return {"array": array.shape, "dtype": dtype}


def most_numbers(exercise: Exercise, case: Case) -> int:
    """How many numbers one result may hold: enough for every wrong shape that mistakes give, and no more."""
    arrays = [part for arg in case.args for part in (arg.values() if isinstance(arg, dict) else [arg])]
    given = sum(array.size for array in arrays if isinstance(array, np.ndarray))
    expected = 0 if exercise.is_quiz else sum(math.prod(expected_shape(part, case)) for part in exercise.parts)
    return min(16 + 4 * (given + expected) ** 2, MOST_NUMBERS)


def receive(fd: int, deadline: float) -> dict[str, Any]:
    """Return the JSON header of a reply that arrives before the deadline (time.monotonic). Raises WorkerLost."""
    (length,) = struct.unpack("<I", exactly(fd, 4, deadline))
    if length > MOST_HEADER:
        raise WorkerLost("it sent a reply that is too long")
    try:
        header = json.loads(exactly(fd, length, deadline))
    except (ValueError, RecursionError):
        raise WorkerLost("it sent a reply that cannot be read") from None
    if not isinstance(header, dict):
        raise WorkerLost("it sent a reply that cannot be read")
    return header


def exactly(fd: int, count: int, deadline: float) -> bytes:
    """Read count bytes before the deadline. Raises WorkerLost."""
    parts = []
    while count:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            raise WorkerLost("it did not answer in time")
        part = os.read(fd, min(count, 1 << 16))
        if not part:
            raise WorkerLost("it ended")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def receive_call(fd: int, exercise: Exercise, case: Case, deadline: float) -> Reply:
    """Return the reply to a call: every part an Answer of plain float64. Raises WorkerLost."""
    header = receive(fd, deadline)
    names = exercise.results
    if header.get("fault"):
        answer = Answer(fault=text(header["fault"]), says=text(header.get("says", "")))
        return Reply({part.name: answer for part in exercise.parts}, fault=answer.fault)
    parts = header.get("parts")
    if not isinstance(parts, list) or len(parts) != len(names):
        raise WorkerLost("it sent a reply of another form")
    answers = by_part(exercise, case, [_answer(fd, told, most_numbers(exercise, case), deadline) for told in parts])
    changed = [exercise.arguments[n] for n in _list(header, "changed") if _index(n, exercise.arguments)]
    pairs = [p for p in _list(header, "shared") if isinstance(p, list) and len(p) == 2]
    shared = [(names[n], exercise.arguments[i]) for n, i in pairs if _index(n, names) and _index(i, exercise.arguments)]
    warned = [text(w) for w in _list(header, "warned")[:3] if text(w)]
    return Reply(answers, tuple(changed), tuple(shared), tuple(warned))


def _list(header: dict[str, Any], key: str) -> list[Any]:
    value = header.get(key)
    return value if isinstance(value, list) else []


def _index(value: Any, of: Sequence[str]) -> bool:
    return type(value) is int and 0 <= value < len(of)


def _answer(fd: int, told: Any, most: int, deadline: float) -> Answer:
    if not isinstance(told, dict):
        raise WorkerLost("it sent a reply of another form")
    if told.get("fault"):
        return Answer(fault=text(told["fault"]), says=text(told.get("says", "")))
    if "dims" not in told:
        return Answer(value=_value(told.get("value")))
    dims = told["dims"]
    if not isinstance(dims, list) or len(dims) > 8 or not all(type(d) is int and 0 <= d <= most for d in dims):
        raise WorkerLost("it sent an array of impossible shape")
    count = math.prod(dims)
    if count > most:
        raise WorkerLost("it sent an array that is too large")
    array = np.frombuffer(exactly(fd, 8 * count, deadline), "<f8").reshape(dims)
    if not np.isfinite(array).all():
        return Answer(fault="not finite", says="holds NaN or infinity")
    return Answer(array, layout=_layout(told.get("layout"), count))


def _layout(told: Any, count: int) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Return names and shapes of a dict's arrays, if they are that and add up to the numbers sent."""
    if not isinstance(told, list) or len(told) > MOST_NAMES:
        return ()
    layout = []
    for entry in told:
        if not isinstance(entry, list) or len(entry) != 2 or not isinstance(entry[0], str) or not isinstance(entry[1], list):
            return ()
        if len(entry[1]) > 8 or not all(type(d) is int and 0 <= d <= count for d in entry[1]):
            return ()
        layout.append((text(entry[0]), tuple(entry[1])))
    return tuple(layout) if sum(math.prod(shape) for _, shape in layout) == count else ()


def _value(value: Any) -> Any:
    try:
        return plain(value)
    except (TypeError, ValueError, RecursionError, OverflowError):
        return None


def text(value: Any) -> str:
    """Return a text of the worker's, cut and on one line."""
    return " ".join(str(value).split())[:MOST_TEXT] if isinstance(value, str) else ""
