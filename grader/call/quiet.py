"""Keep what a student's function prints out of the notebook's cell."""

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

KEPT = 2000  # characters of a student's own output that a verdict repeats


@dataclass
class CapturedOutput:
    """What the student's function printed while it was checked.

    Before each call its case is named: what the call prints stands below that.
    """

    printed: str = ""
    # Where in the file each begins, and what says which it is
    _cases: list[tuple[int, Callable[[], str]]] = field(default_factory=list)
    _place: Callable[[], int] = int
    _end: int | None = None

    def begin(self, case: Callable[[], str]) -> None:
        """Note that a call begins. case: returns what is said of it, where it prints something."""
        self._cases.append((self._place(), case))

    def end(self) -> None:
        """Note that what is printed from now on is kept out of the cell, and told nowhere."""
        self._end = self._place()

    def read(self, scratch: Any) -> None:
        """Read what was printed from a file, and put the cases above it."""
        starts: list[tuple[int, Callable[[], str]]] = [(0, str), *self._cases]
        last = self._place() if self._end is None else self._end
        ends = [place for place, _ in starts[1:]] + [last]
        parts, left = [], KEPT
        for (start, case), end in zip(starts, ends, strict=True):
            if end > start and left > 0:
                text = _read(scratch, start, min(end - start, left))
                title = case()
                parts.append(f"{title}:\n{text}" if title else text)
                left -= end - start
        self.printed = "\n".join(part.rstrip("\n") for part in parts) + ("..." if left < 0 else "")


class _Sink(io.TextIOWrapper):
    """Takes all text, whatever is in it, and cannot be closed by the student's function."""

    def close(self) -> None:
        self.flush()


@contextmanager
def quiet() -> Iterator[CapturedOutput]:
    """Keep stdout, stderr (Python's, a logging handler's and the process's own) and warnings out of
    the cell.

    nbgrader gives no points to a test cell that shows anything on stderr, so the student is told in
    the verdict instead.
    """
    captured = CapturedOutput()
    _flush()  # what was printed before belongs to the notebook or the script, not to the function
    with (
        warnings.catch_warnings(record=True),
        _scratch() as scratch,
        _descriptors(scratch.fileno()),
    ):
        warnings.simplefilter("always")
        captured._place = lambda: _end_of(scratch)
        sink = _Sink(scratch, encoding="utf-8", errors="backslashreplace", write_through=True)
        streams = {name: getattr(sys, name) for name in ("stdout", "stderr")}
        try:
            for name, stream in streams.items():
                _divert(name, stream, sink)
            yield captured
        finally:
            for name, stream in streams.items():
                setattr(sys, name, stream)
                with suppress(AttributeError):
                    del stream.write, stream.close
            with suppress(ValueError):
                sink.flush()
            captured.read(scratch)
            sink.detach()


def _divert(name: str, stream: Any, sink: _Sink) -> None:
    """Let a stream write into the sink: a notebook's own in place, since handlers may hold it;
    others by taking their name.
    """
    try:
        stream.write, stream.close = sink.write, sink.close
    except AttributeError:
        setattr(sys, name, sink)


def _flush() -> None:
    """Let all streams write out what they hold, while their descriptors still lead where it
    belongs.
    """
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with suppress(AttributeError, ValueError, OSError):
            stream.flush()  # type: ignore[union-attr]


@contextmanager
def _scratch() -> Iterator[Any]:
    """Open a scratch file, or the null device where no file can be made."""
    try:
        file: Any = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (closed below)
    except OSError:
        file = open(os.devnull, "w+b", buffering=0)  # noqa: SIM115 (closed below)
    with file:
        yield file


def _end_of(scratch: Any) -> int:
    """Return where the file ends: a descriptor may have written beside Python's own streams."""
    return int(scratch.seek(0, os.SEEK_END))


def _read(scratch: Any, start: int, length: int) -> str:
    scratch.seek(start)
    text = (scratch.read(length) or b"").decode("utf-8", "replace")
    _end_of(scratch)  # where the next writer goes on
    return text


@contextmanager
def _descriptors(scratch: int) -> Iterator[None]:
    """Send file descriptors 1 and 2 (C code, child processes) to a scratch file."""
    saved = {}
    for fd in (1, 2):
        with suppress(OSError):  # a descriptor that is closed stays closed
            saved[fd] = os.dup(fd)
            os.dup2(scratch, fd)
    try:
        yield
    finally:
        for fd, copy in saved.items():
            os.dup2(copy, fd)
            os.close(copy)
