"""Accounts on this machine, made for a test and removed with all that they hold and run."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tiers import lacking


@contextmanager
def accounts(folder: Path, *names: str) -> Iterator[dict[str, pwd.struct_passwd]]:
    """Yield accounts by name, each with a closed home in a folder."""
    if os.geteuid() != 0 or not (shutil.which("useradd") and shutil.which("userdel")):
        lacking("only root can make accounts, with useradd and userdel")
    made: dict[str, pwd.struct_passwd] = {}
    try:
        for name in names:
            # A name of this process: another one may run the same test.
            account = f"gr-{name}-{os.getpid()}"
            home = folder / account
            command = ["useradd", "--no-log-init", "--user-group", "--create-home"]
            options = ["--home-dir", home, "--shell", "/bin/sh", "--key", "HOME_MODE=0700"]
            subprocess.run([*command, *options, account], check=True)
            made[name] = pwd.getpwnam(account)
        yield made
    finally:
        for account in made.values():
            _end_processes(account.pw_uid)
            subprocess.run(["userdel", "--force", account.pw_name], check=True)


def _end_processes(user: int) -> None:
    """End what a user still runs: kernels that a server left."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if process.stat().st_uid == user:
                os.kill(int(process.name), signal.SIGKILL)


def environment_of(account: pwd.struct_passwd, program: str) -> dict[str, str]:
    """Return the environment in which somebody's program runs."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (process / "cmdline").read_text().split("\0")
            if process.stat().st_uid == account.pw_uid and program in words:
                lines = (process / "environ").read_text().split("\0")
                return dict(line.split("=", 1) for line in lines if line)
    raise LookupError(f"{account.pw_name} runs no {program}")


def run_as(
    account: pwd.struct_passwd, *command: object, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a program as somebody else, from the root of the file system."""
    return subprocess.run(
        [str(word) for word in command],
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        env={"HOME": account.pw_dir, "PATH": "/usr/bin:/bin"} | variables,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
