"""Start the process that runs a student's code, under bubblewrap: no network, a read-only system, no capability, limits."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import grader.results
from grader.course.paths import CourseError
from grader.course.protocol import WorkerLost, pack, receive
from grader.course.support import Support

WORKER = Path(__file__).with_name("worker")
RESULTS = Path(grader.results.__file__)
SUPPORT = "/support"  # where the sandbox shows what an assignment needs beside the notebook
START = 20.0  # seconds that an interpreter with numpy may take to start on a busy machine


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Seconds per call and cell, seconds in all, bytes of memory, bytes of scratch space."""

    call: float = 5.0
    whole: float = 20.0
    memory: int = 2**30
    scratch: int = 16 * 2**20

    def of_process(self) -> dict[str, int]:
        return {"RLIMIT_AS": self.memory, "RLIMIT_FSIZE": self.scratch, "RLIMIT_NOFILE": 64, "RLIMIT_CORE": 0}


LIMITS = {"6-capstone": Limits(call=60.0, whole=180.0)}  # trainings; all other assignments have the usual ones


def limits_of(assignment: str) -> Limits:
    return LIMITS.get(assignment, Limits())


class Worker:
    """One running worker. Use as a context: it is killed at the end, with everything that it started."""

    def __init__(self, limits: Limits, sandboxed: bool, support: Support | None = None) -> None:
        from_us, self._write = os.pipe()
        self.read, to_us = os.pipe()
        folder = Path("/course") if sandboxed else WORKER
        results = folder / "results.py" if sandboxed else RESULTS
        command = [sys.executable, "-I", str(folder / "worker.py"), str(from_us), str(to_us), str(results)]
        self._process = subprocess.Popen(
            [*_bubblewrap(limits, support), *command] if sandboxed else command,
            pass_fds=(from_us, to_us),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "HOME": "/scratch"},
            cwd="/",
            start_new_session=True,
        )
        os.close(from_us)
        os.close(to_us)
        try:
            told = None
            if support is not None:
                seen = SUPPORT if sandboxed else str(support.folder)
                told = {"layers": support.layers, "modules": seen, "images": seen}
            self.send(pack({"matrix": _matrix(), "limits": limits.of_process(), "support": told}))
            receive(self.read, time.monotonic() + START)
        except BaseException:
            self.close()
            raise

    def send(self, message: bytes) -> None:
        """Send a request. Raises WorkerLost when the worker is gone."""
        try:
            while message:
                message = message[os.write(self._write, message) :]
        except OSError:
            raise WorkerLost("it ended") from None

    def close(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for fd in (self._write, self.read):
            with suppress(OSError):
                os.close(fd)


def _matrix() -> list[list[float]]:
    from grader.cases.base import MATRIX

    return MATRIX.tolist()


def _bubblewrap(limits: Limits, support: Support | None) -> list[str]:
    """Return the command line that puts a worker into its own user, network, process and file name spaces."""
    command = [
        shutil.which("bwrap") or "bwrap",
        "--unshare-all",
        "--unshare-user",
        "--uid",
        "65534",
        "--gid",
        "65534",
        "--cap-drop",
        "ALL",
    ]
    command += ["--die-with-parent", "--new-session", "--proc", "/proc", "--dev", "/dev"]
    for name in ("/usr", "/bin", "/lib", "/lib64"):
        path = Path(name)
        if path.is_symlink():
            command += ["--symlink", os.readlink(path), name]
        elif path.exists():
            command += ["--ro-bind", name, name]
    for name in ("/tmp", "/scratch"):
        command += ["--size", str(limits.scratch), "--tmpfs", name]
    for prefix in dict.fromkeys((sys.base_prefix, sys.prefix)):  # after the private /tmp, where an environment may lie
        command += ["--ro-bind", prefix, prefix]
    for name, path in (("worker.py", WORKER / "worker.py"), ("grader.py", WORKER / "grader.py"), ("results.py", RESULTS)):
        command += ["--ro-bind", str(path), f"/course/{name}"]
    if support is not None:
        command += ["--ro-bind", str(support.folder), SUPPORT]
    return [*command, "--chdir", "/scratch"]


def check_sandbox(limits: Limits) -> None:
    """Start one worker under bubblewrap and stop it again. Raises CourseError when that does not work here."""
    advice = (
        "Nothing was graded. Install bubblewrap (Debian: apt-get install bubblewrap), or, if you trust every submission as you "
        "trust yourself, grade without a sandbox: --unsafe"
    )
    if shutil.which("bwrap") is None:
        raise CourseError(f"There is no sandbox: bubblewrap is not installed. {advice}")
    try:
        Worker(limits, sandboxed=True).close()
    except (WorkerLost, OSError) as error:
        raise CourseError(f"The sandbox does not start here: {error}. {advice}") from None
