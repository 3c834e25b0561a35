"""What an attack could reach if nothing held it: canary files, a socket, a process, secrets in the
environment.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from support import ROOT


class Ground:
    """Use as a context. Open to every user, so that what keeps an attack out is the sandbox and not
    a closed folder.

    inside: for attacks in the sandbox. The process then belongs to the user that the sandbox has.
    """

    def __init__(self, inside: bool) -> None:
        self.inside = inside
        self.started: set[int] = set()

    def __enter__(self) -> Ground:
        self.secret = f"canary{secrets.token_hex(8)}"
        self.mark = f"atk{secrets.token_hex(5)}"  # 15 letters at most: the name of a process
        self.folder = Path(tempfile.mkdtemp(prefix="attacked-", dir="/tmp"))
        (self.folder / "other").mkdir()
        for name in ("secret.txt", "gradebook.db", "other/answer.py"):
            (self.folder / name).write_text(f"secret = {self.secret!r}\n")
            (self.folder / name).chmod(0o666)
        for folder in (self.folder, self.folder / "other"):
            folder.chmod(0o777)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.local = socket.socket(socket.AF_UNIX)
        self.local.bind("\0" + self.secret)
        self.local.listen()
        user = (
            {"user": 65534, "group": 65534, "extra_groups": []}
            if self.inside and os.geteuid() == 0
            else {}
        )
        self.victim = subprocess.Popen(
            ["/bin/sleep", "infinity"], env={"SECRET": self.secret}, cwd="/", **user
        )
        self.before = self.state()
        return self

    def __exit__(self, *error: object) -> None:
        self.victim.kill()
        self.victim.wait()
        self.server.close()
        self.local.close()
        for pid in alive(self.mark):
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def header(self, prefix: str = "") -> str:
        """Return the constants that attacks name. prefix: the folder of Python's packages, another
        one outside the sandbox.
        """
        values = {
            "FOLDER": str(self.folder),
            "SECRET_FILE": str(self.folder / "secret.txt"),
            "PORT": self.server.getsockname()[1],
            "LOCAL": self.local.getsockname().decode(),
            "VICTIM": self.victim.pid,
            "MARK": self.mark,
            "REPOSITORY": str(ROOT),
            "PREFIX": prefix or sys.prefix,
            "MATHS": f"{sys.base_prefix}/lib/python{sys.version_info.major}.{sys.version_info.minor}/statistics.py",
        }
        return "; ".join(f"{name} = {value!r}" for name, value in values.items())

    def state(self) -> list[tuple[object, ...]]:
        """Return all that an attack could change: names, contents and modes of the files, and the
        process.
        """
        files = []
        for path in sorted(self.folder.rglob("*")):
            told = path.lstat()
            content = (
                hashlib.sha256(path.read_bytes()).hexdigest()
                if path.is_file() and not path.is_symlink()
                else ""
            )
            files.append(
                (
                    str(path.relative_to(self.folder)),
                    told.st_mode,
                    told.st_uid,
                    told.st_nlink,
                    told.st_mtime_ns,
                    content,
                )
            )
        pid = self.victim.pid
        process = (
            self.victim.poll(),
            os.getpriority(os.PRIO_PROCESS, pid),
            os.sched_getaffinity(pid),
        )
        return [*files, process]


def alive(mark: str, seconds: float = 0.0) -> list[int]:
    """Return the processes that bear a mark in a thread's name or on their command line and still
    run after some seconds.
    """
    end = time.monotonic() + seconds
    while found := [
        pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _bears(pid, mark)
    ]:
        if time.monotonic() >= end:
            break
        time.sleep(0.05)
    return found


def _bears(pid: int, mark: str) -> bool:
    process = Path(f"/proc/{pid}")
    try:
        if (process / "stat").read_text().rsplit(")", 1)[1].split()[0] in "ZX":
            return False
        names = [path.read_text().strip() for path in process.glob("task/*/comm")]
        return mark in names or mark.encode() in (process / "cmdline").read_bytes()
    except OSError:
        return False


def descendants(pid: int) -> set[int]:
    """Return everything that a process has started and that still runs."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if told[0] not in "ZX":
            parents[int(path.parent.name)] = int(told[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}
