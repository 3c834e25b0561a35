"""What the sandbox holds on this machine: probes, run inside it, that must all fail.

Where they do not, `grader doctor` names what to install.
"""

from __future__ import annotations

import os
import platform
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType

from grader.instructor import system
from grader.instructor.courses import CourseError, references_of
from grader.instructor.files import lack_of_room
from grader.instructor.sandbox import seccomp
from grader.instructor.sandbox.protocol import WorkerLost, pack, receive
from grader.instructor.sandbox.sandbox import (
    MachineFault,
    NoRoom,
    Sandbox,
    Tier,
    refuse,
    refuse_elsewhere,
)
from grader.instructor.sandbox.time_and_memory_limits import Limits
from grader.judge.course import Course

HONEST = """import json, random, tempfile
import numpy as np
with tempfile.TemporaryFile() as f:
    f.write(bytes(np.ones(9)))"""

# Each raises when it is refused. {outside} is a folder of this process, with a file `secret`.
PROBES = {
    "read others' files": "open('{outside}/secret').close()",
    "write others' files": "open('{outside}/secret', 'a').close()",
    "empty others' files": (
        "import os; os.close(os.open('{outside}/secret', os.O_RDONLY | os.O_TRUNC))"
    ),
    "write outside its own folder": "open('../probe', 'w').close()",
    "look into other processes": "import os; open(f'/proc/{{os.getppid()}}/environ').close()",
    "signal other processes": "import os; os.kill(os.getppid(), 0)",
    "start a process": "import os; os.fork() or os._exit(0); os.wait()",
    "run a program": "import os; os.posix_spawn('/bin/true', ['true'], {{}}); os.wait()",
    "open a socket": "import socket; socket.socket().close()",
    "open a local socket": "import socket; socket.socketpair()[0].close()",
    "raise its limits": (
        "import resource as r; r.setrlimit(r.RLIMIT_CPU, r.getrlimit(r.RLIMIT_CPU))"
    ),
    "share memory with others": (
        "import ctypes; c = ctypes.CDLL(None); m = c.shmget(0, 9, 448); "
        "c.shmctl(m, 0, 0); assert m >= 0"
    ),
}
NOWHERE: Mapping[str, Path] = MappingProxyType({})
LOOKED_AT = 1000  # files of a place, in search of one that everybody may read
LIMITS = Limits(call=5.0, whole=20.0)
NO_BUBBLEWRAP = "not installed (Debian: apt-get install bubblewrap)"


@dataclass(frozen=True)
class Finding:
    """One tier: the probes that are open in it, or why it does not start at all.

    count: how many probes were run.
    """

    tier: Tier
    open: tuple[str, ...] = ()
    count: int = 0
    why: str = ""

    @property
    def holds(self) -> bool:
        """Whether students' code can run in this tier."""
        return not self.open and not self.why

    def __str__(self) -> str:
        if self.open:
            return f"open: {', '.join(self.open)}"
        return self.why or f"holds ({self.count} probes closed)"


def examine(tier: Tier, course: Course, places: Mapping[str, Path] = NOWHERE) -> Finding:
    """Run every probe in a tier, and return what was found. Raises nothing.

    places: what of a class no student's code may read, by what it is; each that is there is tried.
    """
    if not system.is_linux():
        return Finding(tier, why=system.what_sealed_grading_needs())
    if tier is Tier.BUBBLEWRAP and shutil.which("bwrap") is None:
        return Finding(tier, why=f"bubblewrap is {NO_BUBBLEWRAP}")
    try:
        probes = PROBES | dict(_files_to_hide(course)) | dict(_places_to_hide(places))
        honest_fault, *faults = _probe(tier, course, probes)
    except (MachineFault, WorkerLost, CourseError, OSError) as error:
        return Finding(tier, why=f"does not start: {error}")
    if honest_fault:
        question = f"can every user read {sys.base_prefix}?"
        return Finding(tier, why=f"ordinary Python does not run in it ({honest_fault}): {question}")
    is_open = [name for name, fault in zip(probes, faults, strict=True) if not fault]
    return Finding(tier, tuple(is_open), len(probes))


def _files_to_hide(course: Course) -> Iterator[tuple[str, str]]:
    """Yield a probe for each file of a course that no student's code may read."""
    answers = references_of(course) / f"{course.notebooks[0].stem}.py"
    yield "read the answers", _reading(answers)
    for notebook in course.notebooks:
        if notebook.support is not None:
            for what, path in notebook.support.hidden().items():
                yield f"read {what}", _reading(path)


def _places_to_hide(places: Mapping[str, Path]) -> Iterator[tuple[str, str]]:
    """Yield the probes for the places of a class: a file in each is opened, and folders listed."""
    for what, path in places.items():
        file: Path | None = path
        if os.path.isdir(path):
            yield f"list {what} in {path}", f"import os; os.listdir({_quoted(path)})"
            file = _file_in(path)
        if file is not None and os.path.isfile(file):
            yield f"read {what}: {file}", _reading(file)


def _file_in(folder: Path) -> Path | None:
    """Return a file in a folder, one that every user may read if there is any, or None.

    A file that others cannot read anyway would say nothing of the sandbox.
    """
    closed = None
    for path in islice(_files_below(folder), LOOKED_AT):
        if os.stat(path).st_mode & stat.S_IROTH:
            return path
        closed = closed or path
    return closed


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and in its folders, as far as they can be seen."""
    for where, _, names in os.walk(folder):
        for path in (Path(where, name) for name in sorted(names)):
            if path.is_file() and not path.is_symlink():
                yield path


def _reading(path: Path) -> str:
    """Return a probe that opens a file."""
    return f"open({_quoted(path)}).close()"


def _quoted(path: Path) -> str:
    """Return a path as it stands in a probe, which is formatted."""
    return repr(str(path)).replace("{", "{{").replace("}", "}}")


def _probe(tier: Tier, course: Course, probes: Mapping[str, str]) -> list[str]:
    """Return the faults of honest code and of every probe in a tier."""
    with (
        tempfile.TemporaryDirectory(prefix="cnn-gradients-") as folder,
        Sandbox(tier, course.notebooks[0], LIMITS) as sandbox,
    ):
        secret = Path(folder) / "secret"
        secret.write_text("canary")
        # Open to every user, so that what closes a probe is the sandbox and no mode.
        for path, mode in ((secret, 0o666), (secret.parent, 0o755)):
            path.chmod(mode)
        sources = [probe.format(outside=folder) for probe in probes.values()]
        return _run(sandbox, [HONEST, *sources])


def _run(sandbox: Sandbox, sources: list[str]) -> list[str]:
    """Return the fault of each cell in one worker; a worker that ends counts as open."""
    worker = sandbox.worker()
    faults: list[str] = []
    try:
        for number, source in enumerate(sources):
            worker.channel.send(pack({"number": number, "source": source, "seconds": 5.0}))
            reply = receive(worker.channel, time.monotonic() + 10.0)
            faults.append(str(reply.get("fault")))
    except WorkerLost:
        faults += [""] * (len(sources) - len(faults))
    finally:
        with suppress(MachineFault):
            worker.close()
    return faults


def pick_tier(course: Course, places: Mapping[str, Path] = NOWHERE) -> Tier:
    """Return the first tier that holds what a course has to hide, and the places of a class.

    Raises CourseError when none does: students' code never runs without a sandbox unasked. Raises
    NoRoom, whatever the tiers hold, where temporary files have no room.
    """
    if not system.is_linux():
        raise refuse_elsewhere()
    _need_room()
    findings = []
    for tier in (Tier.BUBBLEWRAP, Tier.LANDLOCK):
        finding = examine(tier, course, places)
        if finding.holds:
            return tier
        findings.append(finding)
    _need_room()  # others may have taken it meanwhile
    _need_closed(findings, places)
    raise refuse("; ".join(f"{finding.tier.value}: {finding}" for finding in findings))


def _need_closed(findings: Iterable[Finding], places: Mapping[str, Path]) -> None:
    """Raise CourseError where a place of a class is open: it lies where Python's own files lie."""
    names = dict(_places_to_hide(places))
    is_open = {name for finding in findings for name in finding.open if name in names}
    if is_open:
        raise CourseError(
            f"Students' code could {', and '.join(sorted(is_open))}. Nothing was graded. These "
            "places lie among the packages or libraries that Python loads: move them elsewhere."
        )


def _need_room() -> None:
    """Raise NoRoom where one submission's files would have no room."""
    problem = lack_of_room(Limits().scratch)
    if problem:
        raise NoRoom(f"{problem} Nothing was graded.")


def diagnose(
    course: Course, places: Mapping[str, Path] = NOWHERE
) -> Iterator[tuple[str, str, bool]]:
    """Yield what was looked at, what was found, and whether sealed grading can work with it.

    The last line tells whether grading works.
    """
    words = f"{system.name()} {platform.release()} {platform.machine()}"
    yield "system", words, system.is_linux()
    yield "Python", f"{platform.python_version()} in {sys.prefix}", True
    if not system.is_linux():
        needs = system.what_sealed_grading_needs()
        yield "grading", f"REFUSED: {needs}, or grade with --unsafe", False
        return
    bubblewrap = shutil.which("bwrap")
    yield "bubblewrap", bubblewrap or NO_BUBBLEWRAP, bubblewrap is not None
    yield "Landlock", *_landlock()
    yield "seccomp", *_seccomp()
    problem = lack_of_room(Limits().scratch)
    if problem:
        yield "grading", f"REFUSED: {problem}", False
        return
    holding = []
    for tier in (Tier.BUBBLEWRAP, Tier.LANDLOCK):
        finding = examine(tier, course, places)
        if finding.holds:
            holding.append(tier.value)
        yield tier.value, str(finding), finding.holds
    if holding:
        yield "grading", f"sealed, by {holding[0]}", True
    else:
        yield "grading", "REFUSED: mend one of the two above, or grade with --unsafe", False


def _landlock() -> tuple[str, bool]:
    """Return what this machine has of Landlock, and whether that will do."""
    try:
        # Imported here: on Linux alone it is installed.
        from py_landlock import Landlock  # noqa: PLC0415

        return f"version {Landlock().abi_version} of the kernel's interface", True
    except Exception as error:  # the package, the system call or the switch at boot is missing
        needed = "it needs Linux 5.13 or newer with landlock among its security modules"
        return f"not there ({error}): {needed}", False


def _seccomp() -> tuple[str, bool]:
    """Return what this machine has of seccomp, and whether that will do."""
    try:
        return f"{len(seccomp.compiled()) // 8} instructions", True
    except CourseError as error:
        return str(error), False
