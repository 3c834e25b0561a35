"""A worker that nothing holds, where processes cannot be forked: `--unsafe` on Windows and macOS.

It is a process of its own, started anew for every submission. Its pipes are read by threads, since
Windows cannot wait for several pipes at once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import IO

from grader.instructor.files import remove
from grader.instructor.sandbox.messages import Setup
from grader.instructor.sandbox.protocol import Channel, WorkerLost
from grader.instructor.sandbox.time_and_memory_limits import Limits

PROGRAM = Path(__file__).with_name("worker") / "plain.py"
BLOCK = 1 << 16  # bytes that are read at once
PATIENCE = 5.0  # seconds for a killed process's last words


class ThreadedChannel(Channel):
    """The trusted end of three pipes, each with a thread of its own."""

    def __init__(
        self, requests: IO[bytes], replies: IO[bytes], output: IO[bytes], limits: Limits
    ) -> None:
        self._pipes = (requests, replies, output)
        self._limits = limits
        self._received = bytearray()
        self._unsent_messages: SimpleQueue[bytes] = SimpleQueue()
        self.printed = bytearray()
        self._printed_count = 0
        self._has_ended = False
        self._news = threading.Condition()
        self._threads = [
            self._thread(self._write_requests),
            self._thread(self._read_replies),
            self._thread(self._read_output),
        ]

    def _thread(self, work: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    def send(self, message: bytes) -> None:
        """Send a request, as soon as the pipe takes it."""
        self._unsent_messages.put(message)

    def exactly(self, count: int, deadline: float) -> bytes:
        """Return count bytes that arrive before the deadline (time.monotonic).

        Raises WorkerLost.
        """
        with self._news:
            while len(self._received) < count:
                self._wait(deadline)
            data = bytes(self._received[:count])
            del self._received[:count]
        return data

    def _wait(self, deadline: float) -> None:
        """Wait for news of the worker. Raises WorkerLost when there can be none."""
        if self._printed_count > self._limits.output:
            raise WorkerLost(f"it printed more than {self._limits.output / 2**20:g} MiB")
        if self._has_ended:
            raise WorkerLost("it ended")
        left = deadline - time.monotonic()
        if left <= 0 or not self._news.wait(left):
            raise WorkerLost("it did not answer in time")

    def keep_output(self, keeps: bool) -> None:
        """Keep all: nothing is hidden from a program that nothing holds."""

    def rest(self) -> str:
        """Return what was printed, cut, once the worker has ended."""
        self._threads[2].join(PATIENCE)
        return self.printed.decode("utf-8", "replace")

    def close(self) -> None:
        """Close all pipes, once the worker has ended."""
        self._unsent_messages.put(b"")
        for thread, pipe in zip(self._threads, self._pipes, strict=True):
            thread.join(PATIENCE)
            if not thread.is_alive():  # else a process that the student's code has left holds it
                with suppress(OSError):
                    pipe.close()

    def _write_requests(self) -> None:
        """Write what is sent, until an empty message."""
        pipe = self._pipes[0]
        with suppress(OSError):  # the worker ended, which the reading thread tells
            while message := self._unsent_messages.get():
                pipe.write(message)
                pipe.flush()

    def _read_replies(self) -> None:
        handle = self._pipes[1].fileno()
        while data := _read(handle):
            with self._news:
                self._received += data
                self._news.notify()
        with self._news:
            self._has_ended = True
            self._news.notify()

    def _read_output(self) -> None:
        """Keep some of what was printed; when it is too much, read no more."""
        handle = self._pipes[2].fileno()
        while self._printed_count <= self._limits.output and (data := _read(handle)):
            with self._news:
                self._printed_count += len(data)
                self.printed += data[: max(0, self._limits.kept - len(self.printed))]
                self._news.notify()


def _read(handle: int) -> bytes:
    """Return what a pipe has, or b"" at its end."""
    try:
        return os.read(handle, BLOCK)
    except OSError:
        return b""


class PlainProcess:
    """The process of one worker.

    setup: as of a zygote; home: its folder, which goes with it; load: the modules that are
    loaded before. Raises OSError when it cannot be started.
    """

    def __init__(self, setup: Setup, home: Path, limits: Limits, load: tuple[str, ...]) -> None:
        self._home = home
        threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}
        self._process = subprocess.Popen(
            # Text is UTF-8, as on Linux: what is printed, and files that name no encoding.
            [sys.executable, "-I", "-X", "utf8", str(PROGRAM), *load],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | threads,
            cwd=home,
            # Ctrl-C is for the grader, which then ends this process.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self.channel = ThreadedChannel(process.stdin, process.stdout, process.stderr, limits)
        self.channel.send(json.dumps(setup).encode() + b"\n")

    def kill(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()

    def clear(self) -> None:
        """Remove its folder, once it has ended and its channel is closed."""
        remove(self._home)
