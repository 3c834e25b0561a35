"""The process that a sandbox starts: it loads Python and numpy once, and forks children.

    python -I zygote.py CONTROL_FD

It runs no student's code and holds no secret. Over the control socket come a setup, and then for
each submission the pipes of a child; the next message kills that child, and how it ended goes
back. The process ends when the other side does.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import gc
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

# An isolated Python does not look for modules beside the script.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

if TYPE_CHECKING:
    from grader.instructor.sandbox.messages import ChildEnd, ChildRequest, Setup
    from grader.instructor.sandbox.worker import seal, worker
else:
    import seal
    import worker

PATIENCE = 0.1  # seconds between two looks at what a child has on disk, and at its threads
PIPES = 3
# The descriptors of a child's two pipes; 1 and 2 are its output.
READ = 3
WRITE = 4


class Control:
    """Lines of JSON over a socket, with file descriptors beside them."""

    def __init__(self, handle: int) -> None:
        self.socket = socket.socket(fileno=handle)
        self.received = b""

    def receive(self) -> tuple[Any, list[int]]:
        """Return a message and its descriptors.

        Ends this process when nobody is there to send one.
        """
        handles: list[int] = []
        while b"\n" not in self.received:
            data, more, _, _ = socket.recv_fds(self.socket, 1 << 16, PIPES)
            handles += more
            if not data:
                os._exit(0)
            self.received += data
        line, _, self.received = self.received.partition(b"\n")
        return json.loads(line), handles

    def send(self, message: Mapping[str, object]) -> None:
        """Send a message."""
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def waits(self, seconds: float) -> bool:
        """Tell whether a message comes within so many seconds."""
        return bool(self.received or select.select([self.socket], [], [], seconds)[0])


def child(setup: Setup, handles: list[int], folder: str, parent: int) -> NoReturn:
    """Seal this process and serve one submission. Never returns."""
    try:
        place_pipes(handles)
        os.environ |= {"HOME": folder, "TMPDIR": folder, "MPLCONFIGDIR": folder}
        os.chdir(folder)
        tempfile.tempdir = folder
        sys.path.append(folder)  # last: a file of the student's is found, and shadows nothing
        if sys.platform == "linux":
            seal.die_with(parent)
            seal.limit(setup["limits"], setup["memory"])
        if setup["sealed"]:
            seal.seal(setup["rules"], folder, base64.b64decode(setup["program"]))
        worker.serve(READ, WRITE)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.write(2, f"{type(error).__name__}: {error}".encode())
    os._exit(1)


def place_pipes(handles: list[int]) -> None:
    """Give the pipes their numbers, and close all other descriptors.

    They are first moved out of the way, since one could have another's number.
    """
    read, write, output = (fcntl.fcntl(handle, fcntl.F_DUPFD, 100) for handle in handles)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(read, READ)
    os.dup2(write, WRITE)
    os.closerange(WRITE + 1, 4096)


def too_much(pid: int, folder: str, setup: Setup) -> bool:
    """Tell whether a child has more on disk, or more threads, than it may.

    What cannot be looked at is too much.
    """
    # Files that are deleted and still open are in no folder, so what was written is counted too.
    if counted(pid, "io", ("wchar", "write_bytes")) > setup["written"]:
        return True
    if counted(pid, "status", "Threads") > setup["threads"]:
        return True
    return holds_too_much(folder, setup["scratch"], setup["files"])


def holds_too_much(folder: str, size_limit: int, count_limit: int) -> bool:
    """Tell whether a folder holds more bytes or more files than it may."""
    size = 0
    count = 0
    folders = [folder]
    while folders:
        try:
            for entry, entry_size in listed(folders.pop()):
                count += 1
                size += entry_size
                if size > size_limit or count > count_limit:
                    return True
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
        except FileNotFoundError:  # removed while we looked
            continue
        except OSError:
            return True
    return False


def listed(folder: str) -> Iterator[tuple[os.DirEntry[str], int]]:
    """Yield the entries of a folder, and how many bytes each has on disk. Raises OSError."""
    with os.scandir(folder) as entries:
        for entry in entries:
            yield entry, entry.stat(follow_symlinks=False).st_blocks * 512


def counted(pid: int, file: str, names: str | tuple[str, ...]) -> int:
    """Return the largest of some counters of a child; 0 where the kernel does not count."""
    try:
        with open(f"/proc/{pid}/{file}") as lines:
            return max(int(line.split()[1]) for line in lines if line.startswith(names))
    except (OSError, ValueError):
        return 0


def waited_for_others(pid: int) -> float:
    """Return for how many seconds a child waited for a processor that other processes had.

    Its first thread is looked at. What its own other threads have used may be all that this one has
    waited for. It is 0 where that is not known.
    """
    try:
        with open(f"/proc/{pid}/schedstat") as file:
            ran, waited, _ = map(int, file.read().split())
        with open(f"/proc/{pid}/stat") as file:
            # A name may hold spaces and brackets; the 12th and 13th number behind it are ticks.
            numbers = file.read().rpartition(")")[2].split()
    except (OSError, ValueError):
        return 0.0
    all_ran = (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")
    return waited / 1e9 - max(0.0, all_ran - ran / 1e9)


class Stood:
    """For how long a child had no processor, or this process itself stood still."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._late = 0.0
        self.start = time.monotonic()  # of the time until the next look
        # The moment of each look, and the seconds until then: of lateness here, of waiting there.
        self._looks = [(0.0, 0.0, 0.0)]

    def look(self) -> None:
        """Note what there is at this moment, PATIENCE after the start or earlier."""
        now = time.monotonic()
        self._late += max(0.0, now - self.start - PATIENCE)
        self._looks.append((now, self._late, waited_for_others(self._pid)))

    def since(self, start: float) -> float:
        """Return the seconds from a moment (time.monotonic) until now."""
        self.look()
        _, late, waited = max(look for look in self._looks if look[0] <= start)
        _, late_now, waited_now = self._looks[-1]
        return max(late_now - late, waited_now - waited)


def watch(control: Control, pid: int, folder: str, setup: Setup) -> ChildEnd:
    """Wait for the message to end a child, and end it; return how it had ended.

    A child that has too much (see too_much) is stopped earlier. `clean` is not known here yet.
    """
    over = False
    stood = Stood(pid)
    while not control.waits(PATIENCE):
        stood.look()
        if not over and too_much(pid, folder, setup):
            over = True
            os.kill(pid, signal.SIGKILL)
        stood.start = time.monotonic()
    request, _ = control.receive()
    still = stood.since(request["since"])
    number, ran = end(pid)
    number = 0 if over else number
    return {"signal": number, "over": over, "clean": False, "ran": ran, "still": still}


def end(pid: int) -> tuple[int, float]:
    """End a child.

    Returns the signal by which it had ended, 0 where it was none, and the seconds of the processor
    that all its threads have used.
    """
    has_ended, status, usage = os.wait4(pid, os.WNOHANG)
    if not has_ended:
        os.kill(pid, signal.SIGKILL)
        _, _, usage = os.wait4(pid, 0)
    number = os.WTERMSIG(status) if has_ended and os.WIFSIGNALED(status) else 0
    return number, usage.ru_utime + usage.ru_stime


def main() -> NoReturn:
    """Take the setup, and then one submission after another."""
    control = Control(int(sys.argv[1]))
    setup: Setup = control.receive()[0]
    parent = os.getppid()
    if setup["sealed"]:
        seal.lower(setup["user"])
        setup["rules"] = seal.readable(setup["readable"], setup["listed"])
    if sys.platform == "linux":
        seal.die_with(parent)
    os.environ |= {"MPLCONFIGDIR": setup["folder"], "MPLBACKEND": "Agg"}
    worker.prepare(setup)
    gc.collect()
    gc.freeze()
    control.send({"ready": os.getpid()})
    number = 0
    while True:
        request, handles = control.receive()
        number += 1
        folder = os.path.join(setup["folder"], str(number))
        control.send(run_child(control, setup, request, handles, folder))


def run_child(
    control: Control, setup: Setup, request: ChildRequest, handles: list[int], folder: str
) -> ChildEnd:
    """Fork a child with a folder of its own, and wait for its end; return how it ended."""
    worker.load(request["load"])  # once, for all children
    os.mkdir(folder, 0o700)
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        child(setup, handles, folder, parent)
    for handle in handles:
        os.close(handle)
    how = watch(control, pid, folder, setup)
    # Folders in folders without end: the other side is told that something is left.
    with contextlib.suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    how["clean"] = not os.path.lexists(folder)
    return how


if __name__ == "__main__":
    main()
