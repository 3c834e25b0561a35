"""What a child does to itself before a student's code runs in it: limits, Landlock, seccomp. Nothing of it can be undone."""

import ctypes
import os
import resource
import signal

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 1, 4, 22, 2
CAPABILITY_VERSION_3 = 0x20080522


class Program(ctypes.Structure):
    """struct sock_fprog"""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


class Unsealed(Exception):
    """A part of the seal did not hold; the child must not go on."""


def _prctl(*arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(*(ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments)) != 0:
        raise Unsealed(f"prctl {arguments[0]}: {os.strerror(ctypes.get_errno())}")


def die_with(parent):
    """End when the parent process ends, also when it is killed."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise Unsealed("the parent process has ended")


def lower(user):
    """Take the rights of a superuser from this process: another user id (0: the same one, without any capability)."""
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


def limit(limits, memory):
    """Set the limits of this process; memory: bytes beyond what it has now."""
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[0])
    limits = limits | {"RLIMIT_AS": pages * resource.getpagesize() + memory}
    for name, value in limits.items():
        resource.setrlimit(getattr(resource, name), (value, value))


def readable(paths):
    """Return the rules of files that every child may read; a child adds its own folder. Made once, since it takes longest."""
    from py_landlock import AccessFs, Landlock

    rules = Landlock(strict=False)
    for path in filter(os.path.exists, paths):
        more = AccessFs.READ_DIR if os.path.isdir(path) else AccessFs(0)
        rules.add_path_rule(path, access=AccessFs.READ_FILE | more)
    return rules.add_path_rule("/dev/null", access=AccessFs.READ_FILE | AccessFs.WRITE_FILE)


def seal(rules, scratch, program):
    """Leave this process nothing but files to read, a folder of its own to write in, and the system calls of a filter."""
    from py_landlock import AccessFs as Access

    own = Access.READ_FILE | Access.READ_DIR | Access.WRITE_FILE | Access.TRUNCATE | Access.REFER
    rules.add_path_rule(
        scratch,
        access=own | Access.MAKE_REG | Access.MAKE_DIR | Access.REMOVE_DIR | Access.REMOVE_FILE,
    )
    rules.apply()  # sets no_new_privs, which seccomp asks for
    filled = Program(len(program) // 8, program)
    _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(filled), 0, 0)
