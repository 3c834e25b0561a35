"""What the sandbox holds on this machine: probes, run inside it, that must all fail; and what to install when they do not."""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.exercises.images import image_file
from grader.instructor.classroom import REPOSITORY, CourseError
from grader.instructor.sandbox.protocol import WorkerLost, pack, receive
from grader.instructor.sandbox.sandbox import MachineFault, Sandbox, Tier, refuse
from grader.instructor.sandbox.time_and_memory_limits import Limits

HONEST = "import json, random, tempfile\nimport numpy as np\nwith tempfile.TemporaryFile() as f:\n    f.write(bytes(np.ones(9)))"

# Each raises when it is refused. {outside} is a folder of this process's own, in which a file `secret` lies.
PROBES = {
    "read the answers": f"open({str(REPOSITORY / 'solutions' / 'affine.py')!r}).close()",
    "read the images that judge": f"open({str(image_file('digits'))!r}).close()",
    "read others' files": "open('{outside}/secret').close()",
    "write others' files": "open('{outside}/secret', 'a').close()",
    "empty others' files": "import os; os.close(os.open('{outside}/secret', os.O_RDONLY | os.O_TRUNC))",
    "write outside its own folder": "open('../probe', 'w').close()",
    "look into other processes": "import os; open(f'/proc/{{os.getppid()}}/environ').close()",
    "signal other processes": "import os; os.kill(os.getppid(), 0)",
    "start a process": "import os; os.fork() or os._exit(0); os.wait()",
    "run a program": "import os; os.posix_spawn('/bin/true', ['true'], {{}}); os.wait()",
    "open a socket": "import socket; socket.socket().close()",
    "open a local socket": "import socket; socket.socketpair()[0].close()",
    "raise its limits": "import resource as r; r.setrlimit(r.RLIMIT_CPU, r.getrlimit(r.RLIMIT_CPU))",
    "share memory with others": "import ctypes; c = ctypes.CDLL(None); m = c.shmget(0, 9, 448); c.shmctl(m, 0, 0); assert m >= 0",
}
LIMITS = Limits(call=5.0, whole=20.0)


@dataclass(frozen=True)
class Finding:
    """One tier: the probes that are open in it, or why it does not start at all."""

    tier: Tier
    open: tuple[str, ...] = ()
    why: str = ""

    @property
    def holds(self) -> bool:
        return not self.open and not self.why

    def __str__(self) -> str:
        return (
            f"open: {', '.join(self.open)}"
            if self.open
            else self.why or f"holds ({len(PROBES)} probes closed)"
        )


def examine(tier: Tier) -> Finding:
    """Run every probe in a tier."""
    if sys.platform != "linux":
        return Finding(tier, why=f"sealed grading needs Linux, this is {platform.system()}")
    if tier is Tier.BUBBLEWRAP and shutil.which("bwrap") is None:
        return Finding(tier, why="bubblewrap is not installed (Debian: apt-get install bubblewrap)")
    try:
        with (
            tempfile.TemporaryDirectory(prefix="cnn-gradients-") as folder,
            Sandbox(tier, "1-affine", LIMITS) as sandbox,
        ):
            (Path(folder) / "secret").write_text("canary")
            faults = _run(
                sandbox, [HONEST, *(probe.format(outside=folder) for probe in PROBES.values())]
            )
    except (MachineFault, WorkerLost, CourseError, OSError) as error:
        return Finding(tier, why=f"does not start: {error}")
    if faults[0]:
        return Finding(
            tier,
            why=f"ordinary Python does not run in it ({faults[0]}): can every user read {sys.base_prefix}?",
        )
    return Finding(
        tier, tuple(name for name, fault in zip(PROBES, faults[1:], strict=True) if not fault)
    )


def _run(sandbox: Sandbox, sources: list[str]) -> list[str]:
    """Return the fault of each cell in one worker; a worker that ends counts as open."""
    worker = sandbox.worker()
    faults: list[str] = []
    try:
        for number, source in enumerate(sources):
            worker.channel.send(pack({"number": number, "source": source, "seconds": 5.0}))
            faults.append(str(receive(worker.channel, time.monotonic() + 10.0).get("fault")))
    except WorkerLost:
        faults += [""] * (len(sources) - len(faults))
    finally:
        with suppress(MachineFault):
            worker.close()
    return faults


def pick_tier() -> Tier:
    """Return the first tier that holds. Raises CourseError when none does: there is no silent way without a sandbox."""
    found = []
    for tier in (Tier.BUBBLEWRAP, Tier.LANDLOCK):
        found.append(examine(tier))
        if found[-1].holds:
            return tier
    raise refuse("; ".join(f"{finding.tier.value}: {finding}" for finding in found))


def diagnose() -> Iterator[tuple[str, str, bool]]:
    """Yield what was looked at, what was seen, and whether sealed grading can do with it."""
    release = f"{platform.system()} {platform.release()} {platform.machine()}"
    yield "system", release, sys.platform == "linux"
    yield "Python", f"{platform.python_version()} in {sys.prefix}", True
    yield (
        "bubblewrap",
        shutil.which("bwrap") or "not installed (Debian: apt-get install bubblewrap)",
        bool(shutil.which("bwrap")),
    )
    yield "Landlock", *_landlock()
    yield "seccomp", *_seccomp()
    findings = [examine(tier) for tier in (Tier.BUBBLEWRAP, Tier.LANDLOCK)]
    for finding in findings:
        yield finding.tier.value, str(finding), finding.holds
    picked = next((finding.tier.value for finding in findings if finding.holds), "")
    yield (
        "grading",
        f"sealed, by {picked}"
        if picked
        else "REFUSED: mend one of the two above, or grade with --unsafe",
        bool(picked),
    )


def _landlock() -> tuple[str, bool]:
    try:
        from py_landlock import Landlock

        return f"version {Landlock().abi_version} of the kernel's interface", True
    except Exception as error:  # the package, the system call or the switch at boot is missing
        return (
            f"not there ({error}): it needs Linux 5.13 or newer with landlock among its security modules",
            False,
        )


def _seccomp() -> tuple[str, bool]:
    from grader.instructor.sandbox import seccomp

    try:
        return f"{len(seccomp.compiled()) // 8} instructions", True
    except CourseError as error:
        return str(error), False
