"""Call a student's function so that nothing it does disturbs the notebook: no traceback, no stderr, no changed argument."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.cases import Case
from grader.exercises import Exercise
from grader.results import short

KEPT = 2000  # characters of a student's own output that a verdict repeats
UNTOLD = (PendingDeprecationWarning, ImportWarning, ResourceWarning)  # Python itself shows none of these


@dataclass
class Call:
    """What one call did: its result, or the exception it ended with; the arguments it was given, as it left them."""

    args: tuple[Any, ...]
    result: Any = None
    error: BaseException | None = None
    changed: list[str] = field(default_factory=list)


@dataclass
class Noise:
    """What the student's function printed and warned of while it was checked."""

    printed: str = ""
    warned: list[str] = field(default_factory=list)


def call(function: Callable[..., Any], exercise: Exercise, case: Case) -> Call:
    """Call the function with writable copies and note which of them it changed. Every exception is caught."""
    made = Call(case.copy_args())
    try:
        made.result = function(*made.args)
    except BaseException as error:  # KeyboardInterrupt and SystemExit are answers too: an endless loop, an exit()
        made.error = error
    made.changed = [
        name
        for name, before, after in zip(exercise.arguments, case.args, made.args, strict=True)
        if isinstance(before, np.ndarray) and not np.array_equal(before, after)
    ]
    return made


@contextmanager
def quiet() -> Iterator[Noise]:
    """Keep stdout, stderr (Python's, a logging handler's and the process's own) and warnings out of the cell.

    nbgrader gives no points to a test cell that shows anything on stderr, so the student is told in the verdict instead.
    """
    noise, sink = Noise(), io.StringIO()
    streams = [sys.stdout, sys.stderr]
    with warnings.catch_warnings(record=True) as warned, _descriptors() as written:
        warnings.simplefilter("always")
        for stream in streams:  # a handler made earlier holds the notebook's stream itself
            with suppress(AttributeError, ValueError):
                stream.flush()
                stream.write = sink.write  # type: ignore[method-assign]
        sys.stdout = sys.stderr = sink
        try:
            yield noise
        finally:
            sys.stdout, sys.stderr = streams
            for stream in streams:
                with suppress(AttributeError):
                    del stream.write
    noise.printed = (sink.getvalue() + written())[: KEPT + 1]
    told = [w for w in warned if not issubclass(w.category, UNTOLD)]
    noise.warned = list(dict.fromkeys(f"{w.category.__name__}: {short(w.message)}" for w in told))


@contextmanager
def _descriptors() -> Iterator[Callable[[], str]]:
    """Send file descriptors 1 and 2 (C code, child processes) to a scratch file; yield a function that reads it."""
    with tempfile.TemporaryFile() as scratch:
        saved = {fd: os.dup(fd) for fd in (1, 2)}
        for fd in saved:
            os.dup2(scratch.fileno(), fd)
        text: list[str] = []
        try:
            yield lambda: text[0]
        finally:
            for fd, copy in saved.items():
                os.dup2(copy, fd)
                os.close(copy)
            scratch.seek(0)
            text.append(scratch.read(KEPT + 1).decode("utf-8", "replace"))
