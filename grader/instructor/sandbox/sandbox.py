"""The sandbox in which students' code runs: a zygote, and a sealed child for every submission.

There are two tiers. In both of them the child seals itself (worker/seal.py: Landlock, seccomp,
limits). In the first, bubblewrap stands round the zygote as well: no network, a read-only system,
private temporary and process file systems.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from grader import call, numeric
from grader.instructor import system
from grader.instructor.courses import CourseError, secret_packages
from grader.instructor.files import FULL, NOBODY, lack_of_room, remove, temporary_folder
from grader.instructor.sandbox import seccomp
from grader.instructor.sandbox.messages import (
    ChildEnd,
    ChildRequest,
    EndRequest,
    Setup,
    SupportFiles,
)
from grader.instructor.sandbox.plain import PlainProcess
from grader.instructor.sandbox.protocol import Channel, WorkerLost, receive, text
from grader.instructor.sandbox.support import SupportFolder, cells_of, support_of
from grader.instructor.sandbox.time_and_memory_limits import Limits
from grader.instructor.sandbox.view import Python, View, view
from grader.judge.course import Notebook

WORKER = Path(__file__).with_name("worker")
CALL = Path(call.__file__).parent
NUMERIC = Path(numeric.__file__).parent
DEVICES = ("/dev/zero", "/dev/random", "/dev/urandom")
Modules = tuple[str, ...]  # the names of modules
TOO_MANY = "it had too many files or threads, or too large ones"
STAND_IN = "grader"  # the module of worker/ that stands in for a course's package
PATIENCE = 30.0  # seconds that a zygote may take to start, or to end a child, on a busy machine


class Tier(Enum):
    """How students' code is held. NONE means not at all, for work that one trusts."""

    BUBBLEWRAP = "bubblewrap"
    LANDLOCK = "Landlock and seccomp alone"
    NONE = "no sandbox"


class NoRoom(CourseError):
    """There is no room for temporary files, which has nothing to do with what a sandbox holds."""


class MachineFault(Exception):
    """Something of ours was lost (killed, out of memory).

    It says nothing about the submission, which can be graded again.
    """


@dataclass(frozen=True)
class End:
    """How a child ended: by itself, unless it took too much and was stopped.

    too_much: what it took too much of, or ""; ran, still: as ChildEnd has them.
    """

    too_much: str = ""
    ran: float = 0.0
    still: float = 0.0


class Worker:
    """A sealed child that runs one submission."""

    def __init__(self, zygote: Zygote, channel: Channel) -> None:
        self._zygote = zygote
        self.channel = channel
        self.printed = ""

    def close(self, since: float = 0.0) -> End:
        """Kill the child with all that it has; return how it had ended. Raises MachineFault.

        since: as EndRequest has it.
        """
        try:
            return self._zygote.end(since)
        finally:
            self.printed = self.channel.rest()
            self.channel.close()


class PlainWorker(Worker):
    """A worker that nothing holds, where processes cannot be forked (see plain.py).

    Raises MachineFault when it does not start, and OSError.
    """

    def __init__(self, limits: Limits, notebook: Notebook | None, load: Modules) -> None:
        support = support_of(notebook) if notebook else None
        package = notebook.course.package if notebook else STAND_IN
        home = temporary_folder()
        paths = _paths(support, home, _view(notebook))
        setup = _setup(Tier.NONE, limits, support, package, paths, 0, _cells(notebook))
        self._process = PlainProcess(setup, home, limits, load)
        self.channel = self._process.channel
        self.printed = ""
        try:
            receive(self.channel, time.monotonic() + PATIENCE)
        except WorkerLost as error:
            self.close()
            message = f"a worker cannot be started: {error}. {self.printed}"
            raise MachineFault(text(message.strip())) from None

    def close(self, since: float = 0.0) -> End:
        """Kill the process; of how it had ended, nothing is known here."""
        self._process.kill()
        self.printed = self.channel.rest()
        self.channel.close()
        self._process.clear()
        return End()


class Zygote:
    """A process with numpy loaded that forks a child for every submission, one at a time.

    Raises MachineFault when it is lost.
    """

    def __init__(self, tier: Tier, limits: Limits, notebook: Notebook | None) -> None:
        support = support_of(notebook) if notebook else None
        package = notebook.course.package if notebook else STAND_IN
        self.limits = limits
        self._home = None if tier is Tier.BUBBLEWRAP else temporary_folder()
        user = _user() if tier is Tier.LANDLOCK else 0
        if self._home and user:
            os.chown(self._home, user, user)
        show = _view(notebook)
        self._socket, child_socket = socket.socketpair()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed with it)
        self._process = subprocess.Popen(
            _command(tier, limits, support, show, child_socket.fileno()),
            pass_fds=(child_socket.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            env={"PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            cwd="/",
            start_new_session=True,
        )
        child_socket.close()
        self._received = b""
        paths = _paths(support, self._home, show)
        self._setup: Setup | None = _setup(
            tier, limits, support, package, paths, user, _cells(notebook)
        )

    def start(self) -> None:
        """Wait until it is ready; it loads meanwhile."""
        if self._setup:
            self._send(self._setup)
            self._setup = None
            self._receive()

    def fork(self, load: Modules = ()) -> Worker:
        """Return a new child. load: the modules that it has from its start. Raises MachineFault."""
        self.start()
        child_read, write = os.pipe()
        read, child_write = os.pipe()
        output, child_output = os.pipe()
        channel = Channel(read, write, output, self.limits)
        request: ChildRequest = {"load": load}
        child_handles = [child_read, child_write, child_output]
        try:
            self._send(request, child_handles)
        finally:
            for handle in child_handles:
                os.close(handle)
        worker = Worker(self, channel)
        try:
            receive(channel, time.monotonic() + PATIENCE)
        except WorkerLost as error:
            with suppress(MachineFault):
                worker.close()
            self.close()
            message = f"a worker cannot be started: {error}. {worker.printed}"
            raise MachineFault(message.strip()) from None
        return worker

    def end(self, since: float) -> End:
        """End the child. Raises MachineFault when somebody else has killed it."""
        request: EndRequest = {"since": since}
        self._send(request)
        reply: ChildEnd = self._receive()
        if not reply["clean"]:  # what one submission has left must not meet the next one
            self.close()
        return End(self._too_much(reply), reply["ran"], reply["still"])

    def _too_much(self, reply: ChildEnd) -> str:
        """Return what a child took too much of, or "". Raises MachineFault."""
        if reply["over"]:
            return TOO_MANY
        if reply["signal"] != signal.SIGKILL:
            return ""
        # The kernel kills a child that is at its RLIMIT_CPU, which is beyond the whole time.
        if reply["ran"] < self.limits.whole:
            raise MachineFault("a worker was killed")
        return f"it used the processor for more than {self.limits.whole:g} s"

    @property
    def lost(self) -> bool:
        """Whether it is gone."""
        return self._socket.fileno() < 0

    def close(self) -> None:
        """End it, whatever it does."""
        self._socket.close()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._errors.close()
        if self._home:
            remove(self._home)

    def _loss(self) -> MachineFault:
        """End it, and return what to raise.

        The message has the last line that it, or bubblewrap, wrote.
        """
        self._process.kill()
        self._process.wait()
        last_line = ""
        with suppress(OSError, ValueError):
            self._errors.seek(0)
            errors = self._errors.read(4096).decode("utf-8", "replace")
            last_line = text(errors.strip().rpartition("\n")[2])
        self.close()
        message = "the process that starts the workers was lost"
        return MachineFault(f"{message}: {last_line}" if last_line else message)

    def _send(self, message: Mapping[str, object], handles: list[int] | None = None) -> None:
        try:
            socket.send_fds(self._socket, [json.dumps(message).encode() + b"\n"], handles or [])
        except OSError:
            raise self._loss() from None

    def _receive(self) -> Any:
        self._socket.settimeout(PATIENCE)
        try:
            while b"\n" not in self._received:
                data = self._socket.recv(1 << 16)
                if not data:
                    raise OSError
                self._received += data
        except OSError:
            raise self._loss() from None
        line, _, self._received = self._received.partition(b"\n")
        return json.loads(line)


class Sandbox:
    """The workers of one notebook in one tier, or of code that belongs to none.

    As a context it leaves nothing behind. limits: by default those of the notebook.
    """

    def __init__(self, tier: Tier, notebook: Notebook | None, limits: Limits | None = None) -> None:
        self.tier = tier
        self.notebook = notebook
        self.limits = limits or Limits(**notebook.limits if notebook else {})
        self._zygote: Zygote | None = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def load(self) -> None:
        """Start the zygote, without waiting for it. Raises MachineFault."""
        if not system.is_linux():  # every worker starts by itself
            return
        if self._zygote is None or self._zygote.lost:
            try:
                self._zygote = Zygote(self.tier, self.limits, self.notebook)
            except OSError as error:  # no process, no memory, no file handle left
                why = error.strerror
                if error.errno in FULL:
                    why = lack_of_room(self.limits.scratch) or why
                raise MachineFault(
                    f"the process that starts the workers cannot be started: {why}"
                ) from None

    def worker(self, load: Modules = ()) -> Worker:
        """Return a new worker. load: see Zygote.fork. Raises MachineFault."""
        self.load()
        if not system.is_linux():
            return self._plain_worker(load)
        assert self._zygote is not None
        return self._zygote.fork(load)

    def _plain_worker(self, load: Modules) -> PlainWorker:
        """Return a new worker without a zygote. Raises MachineFault."""
        if self.tier is not Tier.NONE:
            raise MachineFault(system.what_sealed_grading_needs())
        try:
            return PlainWorker(self.limits, self.notebook, load)
        except OSError as error:
            raise MachineFault(f"a worker cannot be started: {error.strerror}") from None

    def close(self) -> None:
        """End the zygote, and with it its worker."""
        if self._zygote is not None:
            self._zygote.close()
            self._zygote = None


@dataclass(frozen=True)
class Paths:
    """Where the zygote finds what it needs.

    call, numeric: the rooms of these names; support: the folder of a SupportFolder, if any;
    scratch: where children have their folders; readable: all that children may read; listed: the
    folders of which they may read the names alone.
    """

    call: str
    numeric: str
    support: str
    scratch: str
    readable: tuple[str, ...]
    listed: tuple[str, ...]


def _paths(support: SupportFolder | None, home: Path | None, show: View) -> Paths:
    """Return the paths of a zygote. home: its folder, None in bubblewrap."""
    machine = (*show.readable, *DEVICES)
    if home is None:
        folder = "/support" if support is not None else ""
        readable = (*machine, "/course", *filter(None, [folder]))
        return Paths("/course/call", "/course/numeric", folder, "/scratch", readable, show.listed)
    folder = str(support.folder) if support is not None else ""
    own = (str(WORKER), str(CALL), str(NUMERIC), *filter(None, [folder]))
    return Paths(str(CALL), str(NUMERIC), folder, str(home), (*machine, *own), show.listed)


@cache
def _view(notebook: Notebook | None) -> View:
    """Return what the sandbox of a notebook shows of this machine."""
    return view(Python.running(), secret_packages(notebook.course if notebook else None))


def _setup(
    tier: Tier,
    limits: Limits,
    support: SupportFolder | None,
    package: str,
    paths: Paths,
    user: int,
    cells: tuple[str, ...],
) -> Setup:
    """Return the first message to a zygote (see worker/zygote.py)."""
    files: SupportFiles | None = None
    if support is not None:
        files = {"layers": support.layers, "folder": paths.support, "tools": dict(support.tools)}
    program = b""
    if tier is not Tier.NONE:
        program = seccomp.compiled()
    return {
        "sealed": tier is not Tier.NONE,
        "user": user,
        "call": paths.call,
        "numeric": paths.numeric,
        "package": package,
        "support": files,
        "folder": paths.scratch,
        "limits": limits.of_process(),
        "memory": limits.memory,
        "scratch": limits.scratch,
        "files": limits.files,
        "written": limits.written + limits.output,
        "threads": limits.threads,
        "readable": paths.readable,
        "listed": paths.listed,
        "program": base64.b64encode(program).decode("ascii"),
        "cells": cells,
    }


def _cells(notebook: Notebook | None) -> tuple[str, ...]:
    return cells_of(notebook) if notebook else ()


def _user() -> int:
    """Return the user id for workers without bubblewrap, or 0 to keep our own.

    It is nobody's where we are the superuser and nobody can read the interpreter.
    """
    if os.geteuid() != 0:
        return 0
    needed = (Path(sys.base_prefix), Path(sys.prefix), WORKER / "zygote.py", CALL / "call.py")
    return NOBODY if all(map(_is_open, needed)) else 0


def _is_open(path: Path) -> bool:
    """Tell whether every user can read a path and reach it."""
    path = path.resolve()
    can_reach = all(parent.stat().st_mode & 0o001 for parent in path.parents)
    return can_reach and bool(path.stat().st_mode & 0o004)


def _command(
    tier: Tier, limits: Limits, support: SupportFolder | None, show: View, handle: int
) -> list[str]:
    """Return the command line of a zygote. handle: of its control socket."""
    if tier is not Tier.BUBBLEWRAP:
        return [sys.executable, "-I", str(WORKER / "zygote.py"), str(handle)]
    zygote = [sys.executable, "-I", "/course/zygote.py", str(handle)]
    return [*_bubblewrap(limits, support, show), *zygote]


def _bubblewrap(limits: Limits, support: SupportFolder | None, show: View) -> list[str]:
    """Return the command line that comes before a zygote's.

    It puts the zygote into its own user, network, process and file name spaces.
    """
    nobody = str(NOBODY)
    command = [shutil.which("bwrap") or "bwrap", "--unshare-all", "--unshare-user"]
    command += ["--uid", nobody, "--gid", nobody, "--cap-drop", "ALL"]
    command += ["--die-with-parent", "--new-session", "--proc", "/proc", "--dev", "/dev"]
    command += ["--tmpfs", "/tmp", "--size", str(limits.scratch + 2**20), "--tmpfs", "/scratch"]
    # After the private /tmp, since an environment may lie in /tmp.
    command += _machine(show)
    for path in (*WORKER.glob("*.py"), CALL, NUMERIC):
        command += _read_only(str(path), f"/course/{path.name}")
    if support is not None:
        command += _read_only(str(support.folder), "/support")
    return [*command, "--chdir", "/scratch"]


def _machine(show: View) -> list[str]:
    """Return the options by which bubblewrap shows what is shown of this machine."""
    options = []
    for name, target in show.links:
        options += ["--symlink", target, name]
    for path, is_visible in show.in_order():
        if is_visible:
            options += _read_only(path, path)
        elif os.path.isdir(path):
            options += ["--tmpfs", path]  # an empty folder over it
        else:
            options += _read_only(os.devnull, path)
    return options


def _read_only(path: str, name: str) -> list[str]:
    """Return the options by which bubblewrap shows a path read-only under a name."""
    return ["--ro-bind", path, name]


def refuse_elsewhere() -> CourseError:
    """Return what to raise where sealed grading cannot work at all."""
    return CourseError(
        f"Nothing was graded, since {system.what_sealed_grading_needs()}; or, if you trust every "
        "submission as you trust yourself, grade without a sandbox: --unsafe"
    )


def refuse(why: str) -> CourseError:
    """Return what to raise where no tier holds."""
    return CourseError(
        f"There is no sandbox here: {why}. Nothing was graded. Look with: grader doctor. "
        "If you trust every submission as you trust yourself, grade without a sandbox: --unsafe"
    )
