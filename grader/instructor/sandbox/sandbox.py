"""The sandbox in which students' code runs: a zygote, and a sealed child of it for every submission.

Two tiers. In both of them the child seals itself (worker/seal.py: Landlock, seccomp, limits). In the first, bubblewrap stands
round the zygote as well: no network, a read-only system, private temporary and process file systems.
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
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from grader import call
from grader.instructor.classroom import CourseError
from grader.instructor.files import NOBODY, remove, temporary_folder
from grader.instructor.sandbox import seccomp
from grader.instructor.sandbox.protocol import Channel, WorkerLost, receive, text
from grader.instructor.sandbox.support import Support, support_of
from grader.instructor.sandbox.time_and_memory_limits import Limits, limits_of

WORKER = Path(__file__).with_name("worker")
CALL = Path(call.__file__).parent
SYSTEM = ("/usr", "/bin", "/lib", "/lib64")
READABLE = (
    *SYSTEM,
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/fonts",
    "/dev/zero",
    "/dev/random",
    "/dev/urandom",
)
PATIENCE = 30.0  # seconds that a zygote may take to start, or to end a child, on a busy machine


class Tier(Enum):
    """How students' code is held. NONE: not at all, for work that one trusts."""

    BUBBLEWRAP = "bubblewrap"
    LANDLOCK = "Landlock and seccomp alone"
    NONE = "no sandbox"


class MachineFault(Exception):
    """Something of ours was lost (killed, out of memory): no word on the submission, which can be graded again."""


@dataclass(frozen=True)
class End:
    """How a child ended. By itself, unless over: it was stopped, since it kept too much on disk."""

    over: bool


class Worker:
    """A sealed child that runs one submission."""

    def __init__(self, zygote: Zygote, channel: Channel) -> None:
        self._zygote, self.channel = zygote, channel

    def close(self) -> End:
        """Kill the child with all that it has, and return how it had ended. Raises MachineFault."""
        try:
            return self._zygote.end()
        finally:
            self.printed = self.channel.rest()
            self.channel.close()


class Zygote:
    """A process with numpy loaded that forks a child for every submission, one at a time. Raises MachineFault when it is lost."""

    def __init__(self, tier: Tier, limits: Limits, support: Support | None) -> None:
        self.limits = limits
        self._home = None if tier is Tier.BUBBLEWRAP else temporary_folder()
        user = _user() if tier is Tier.LANDLOCK else 0
        if self._home and user:
            os.chown(self._home, user, user)
        self._socket, theirs = socket.socketpair()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 (closed with it)
        folder = Path("/course") if tier is Tier.BUBBLEWRAP else WORKER
        command = [sys.executable, "-I", str(folder / "zygote.py"), str(theirs.fileno())]
        self._process = subprocess.Popen(
            [*_bubblewrap(limits, support), *command] if tier is Tier.BUBBLEWRAP else command,
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            env={"PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            cwd="/",
            start_new_session=True,
        )
        theirs.close()
        self._told = b""
        self._setup = _setup(tier, limits, support, self._home, user)

    def start(self) -> None:
        """Wait until it is ready; it loads meanwhile."""
        if self._setup:
            self._send(self._setup)
            self._setup = {}
            self._receive()

    def fork(self, plots: bool = False) -> Worker:
        """Return a new child. plots: matplotlib is loaded before."""
        self.start()
        (from_us, write), (read, to_us), (output, printed) = os.pipe(), os.pipe(), os.pipe()
        channel = Channel(read, write, output, self.limits)
        theirs = [from_us, to_us, printed]
        try:
            self._send({"plots": plots}, theirs)
        finally:
            for handle in theirs:
                os.close(handle)
        worker = Worker(self, channel)
        try:
            receive(channel, time.monotonic() + PATIENCE)
        except WorkerLost as error:
            with suppress(MachineFault):
                worker.close()
            self.close()
            raise MachineFault(
                f"a worker cannot be started: {error}. {worker.printed}".strip()
            ) from None
        return worker

    def end(self) -> End:
        """End the child. Raises MachineFault when somebody else has killed it."""
        self._send({"end": True})
        told = self._receive()
        if not told["clean"]:  # what one submission has left must not meet the next one
            self.close()
        if told["signal"] == signal.SIGKILL:
            raise MachineFault("a worker was killed")
        return End(told["over"])

    @property
    def lost(self) -> bool:
        return self._socket.fileno() < 0

    def close(self) -> None:
        """End it, whatever it does."""
        self._socket.close()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._said.close()
        if self._home:
            remove(self._home)

    def _loss(self) -> MachineFault:
        """Return what to raise when it is gone, with the last that it, or bubblewrap, said."""
        self._process.kill()
        self._process.wait()
        told = ""
        with suppress(OSError, ValueError):
            self._said.seek(0)
            told = text(
                self._said.read(4096).decode("utf-8", "replace").strip().rpartition("\n")[2]
            )
        self.close()
        return MachineFault(
            "the process that starts the workers was lost" + (f": {told}" if told else "")
        )

    def _send(self, message: dict[str, Any], handles: list[int] | None = None) -> None:
        try:
            socket.send_fds(self._socket, [json.dumps(message).encode() + b"\n"], handles or [])
        except OSError:
            raise self._loss() from None

    def _receive(self) -> dict[str, Any]:
        self._socket.settimeout(PATIENCE)
        try:
            while b"\n" not in self._told:
                part = self._socket.recv(1 << 16)
                if not part:
                    raise OSError
                self._told += part
        except OSError:
            raise self._loss() from None
        line, self._told = self._told.split(b"\n", 1)
        return dict(json.loads(line))


class Sandbox:
    """The workers of one assignment in one tier. Use as a context: nothing of it is left at the end."""

    def __init__(self, tier: Tier, assignment: str, limits: Limits | None = None) -> None:
        self.tier, self.assignment = tier, assignment
        self.limits = limits or limits_of(assignment)
        self._zygote: Zygote | None = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def load(self) -> None:
        """Start the zygote, without waiting for it."""
        if self._zygote is None or self._zygote.lost:
            try:
                self._zygote = Zygote(self.tier, self.limits, support_of(self.assignment))
            except OSError as error:  # no process, no memory, no file handle left
                raise MachineFault(
                    f"the process that starts the workers cannot be started: {error.strerror}"
                ) from None

    def worker(self, plots: bool = False) -> Worker:
        """Return a new worker. Raises MachineFault."""
        self.load()
        assert self._zygote is not None
        return self._zygote.fork(plots)

    def close(self) -> None:
        if self._zygote is not None:
            self._zygote.close()
            self._zygote = None


def _setup(
    tier: Tier, limits: Limits, support: Support | None, home: Path | None, user: int
) -> dict[str, Any]:
    within = tier is Tier.BUBBLEWRAP
    told = None
    if support is not None:
        seen = "/support" if within else str(support.folder)
        told = {"layers": support.layers, "modules": seen, "images": seen}
    course = ["/course"] if within else [str(WORKER), str(CALL)]
    paths = [*READABLE, sys.base_prefix, sys.prefix, *course, *([told["images"]] if told else [])]
    return {
        "sealed": tier is not Tier.NONE,
        "user": user,
        "call": "/course/call" if within else str(CALL),
        "support": told,
        "folder": "/scratch" if within else str(home),
        "limits": limits.of_process(),
        "memory": limits.memory,
        "scratch": limits.scratch,
        "files": limits.files,
        "written": limits.written + limits.output,
        "threads": limits.threads,
        "readable": [path for path in dict.fromkeys(paths) if within or os.path.exists(path)],
        "program": ""
        if tier is Tier.NONE
        else base64.b64encode(seccomp.compiled()).decode("ascii"),
    }


def _user() -> int:
    """Return the user id for workers without bubblewrap: nobody's where that user can read the interpreter, else our own (0)."""
    if os.geteuid() != 0:
        return 0
    needed = (sys.base_prefix, sys.prefix, str(WORKER / "zygote.py"), str(CALL / "call.py"))
    return NOBODY if all(_is_open(Path(path)) for path in needed) else 0


def _is_open(path: Path) -> bool:
    """Tell whether every user can read a path and reach it."""
    path = path.resolve()
    return bool(path.stat().st_mode & 0o004) and all(
        parent.stat().st_mode & 0o001 for parent in path.parents
    )


def _bubblewrap(limits: Limits, support: Support | None) -> list[str]:
    """Return the command line that puts a zygote into its own user, network, process and file name spaces."""
    command = [
        shutil.which("bwrap") or "bwrap",
        "--unshare-all",
        "--unshare-user",
        "--uid",
        str(NOBODY),
        "--gid",
        str(NOBODY),
    ]
    command += [
        "--cap-drop",
        "ALL",
        "--die-with-parent",
        "--new-session",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
    ]
    for name in SYSTEM:
        if Path(name).is_symlink():
            command += ["--symlink", os.readlink(name), name]
        elif Path(name).exists():
            command += ["--ro-bind", name, name]
    for name in READABLE[len(SYSTEM) :]:
        if name.startswith("/etc/"):
            command += ["--ro-bind-try", name, name]
    command += ["--tmpfs", "/tmp", "--size", str(limits.scratch + 2**20), "--tmpfs", "/scratch"]
    for prefix in dict.fromkeys(
        (sys.base_prefix, sys.prefix)
    ):  # after the private /tmp, where an environment may lie
        command += ["--ro-bind", prefix, prefix]
    for path in (*WORKER.glob("*.py"), CALL):
        command += ["--ro-bind", str(path), f"/course/{path.name}"]
    if support is not None:
        command += ["--ro-bind", str(support.folder), "/support"]
    return [*command, "--chdir", "/scratch"]


def refuse(why: str) -> CourseError:
    return CourseError(
        f"There is no sandbox here: {why}. Nothing was graded. Look with: grader doctor. If you trust every submission as you "
        "trust yourself, grade without a sandbox: --unsafe"
    )
