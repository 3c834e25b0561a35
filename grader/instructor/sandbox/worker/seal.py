"""What a child does to itself before a student's code runs in it: limits, Landlock, seccomp.

Nothing of it can be undone.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import os
import resource
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py_landlock import Landlock

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
CAPABILITY_VERSION_3 = 0x20080522


class Program(ctypes.Structure):
    """struct sock_fprog"""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


class Unsealed(Exception):
    """A part of the seal did not hold; the child must not go on."""


def _prctl(*arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(*map(_as_long, arguments)) != 0:
        raise Unsealed(f"prctl {arguments[0]}: {os.strerror(ctypes.get_errno())}")


def _as_long(argument: object) -> object:
    return ctypes.c_ulong(argument) if isinstance(argument, int) else argument


def die_with(parent: int) -> None:
    """End when the parent process ends, also when it is killed. Raises Unsealed."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise Unsealed("the parent process has ended")


def lower(user: int) -> None:
    """Take the rights of a superuser from this process.

    user: the user id that it gets; 0 to keep its own, without any capability. Raises Unsealed.
    """
    if sys.platform != "linux":
        raise Unsealed("this is not Linux")
    if os.geteuid() != 0:
        return
    if user:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        _prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # else a child's counters cannot be read
        return
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    if ctypes.CDLL(None, use_errno=True).capset(header, (ctypes.c_uint32 * 6)()) != 0:
        raise Unsealed("capabilities cannot be dropped")


def limit(limits: Mapping[str, int], memory: int) -> None:
    """Set the limits of this process; memory: bytes beyond what it has now."""
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[0])
    address_space = pages * resource.getpagesize() + memory
    for name, value in {**limits, "RLIMIT_AS": address_space}.items():
        resource.setrlimit(getattr(resource, name), (value, value))


def readable(paths: Iterable[str], listed: Iterable[str]) -> Landlock:
    """Return the rules of files that every child may read; a child adds its own folder.

    listed: folders of which it may read the names alone. The rules are made once, since that takes
    longest.
    """
    # Imported here, as below: it is installed on Linux alone.
    from py_landlock import AccessFs, Landlock  # noqa: PLC0415

    with libc_by_name():
        rules = Landlock(strict=False)
        _ = rules.abi_version  # the first that it asks the kernel, for which it looks for libc
    for path in filter(os.path.exists, paths):
        access = AccessFs.READ_FILE
        if os.path.isdir(path):
            access |= AccessFs.READ_DIR
        rules.add_path_rule(path, access=access)
    for path in listed:
        rules.add_path_rule(path, access=AccessFs.READ_DIR)
    return rules.add_path_rule("/dev/null", access=AccessFs.READ_FILE | AccessFs.WRITE_FILE)


@contextlib.contextmanager
def libc_by_name() -> Iterator[None]:
    """Let the C library be found where no program can be run that tells where it lies.

    Python asks ldconfig or a compiler, and the sandbox shows neither.
    """
    find_library = ctypes.util.find_library
    ctypes.util.find_library = lambda name: find_library(name) or f"lib{name}.so.6"
    try:
        yield
    finally:
        ctypes.util.find_library = find_library


def seal(rules: Landlock, scratch: str, program: bytes) -> None:
    """Leave this process nothing but files to read, a folder to write in, and some system calls.

    rules: as `readable` returns them; scratch: the folder; program: the filter of system calls.
    Raises Unsealed.
    """
    from py_landlock import AccessFs as Access  # noqa: PLC0415

    access = Access.READ_FILE | Access.READ_DIR | Access.WRITE_FILE | Access.TRUNCATE | Access.REFER
    access |= Access.MAKE_REG | Access.MAKE_DIR | Access.REMOVE_DIR | Access.REMOVE_FILE
    rules.add_path_rule(scratch, access=access)
    rules.apply()  # sets no_new_privs, which seccomp asks for
    filled = Program(len(program) // 8, program)
    _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(filled), 0, 0)
