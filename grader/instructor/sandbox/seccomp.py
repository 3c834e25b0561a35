"""The system calls that a student's code may make: an allow-list, compiled here for the kernel.

What Python, numpy and matplotlib need to compute, and to keep files of their own, is allowed.
Everything else is refused: processes, programs, sockets, signals, other processes' memory, mounts,
and all that a newer kernel may bring. The worker loads the list.
"""

from __future__ import annotations

import errno
import os
from functools import cache
from typing import Any

from grader.instructor.courses import CourseError

ALLOWED = """
read write readv writev pread64 pwrite64 preadv pwritev
lseek close close_range sendfile copy_file_range fadvise64
fstat newfstatat stat lstat statx access faccessat faccessat2 readlink readlinkat
getdents64 getcwd chdir fchdir statfs fstatfs
mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 ftruncate fsync fdatasync flock umask
dup dup2 dup3 pipe pipe2 poll ppoll select pselect6
epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2
mmap munmap mprotect mremap madvise mincore brk membarrier
futex set_robust_list rseq set_tid_address restart_syscall exit exit_group wait4 waitid
gettid getpid getppid getuid geteuid getgid getegid getresuid getresgid getgroups
getpgrp getpgid getsid getpriority getcpu
uname sysinfo times getrusage gettimeofday time
clock_gettime clock_getres clock_nanosleep nanosleep getrandom
getitimer setitimer alarm pause
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack
arch_prctl sched_yield sched_getaffinity sched_getscheduler sched_getparam getrlimit capget
""".split()  # noqa: SIM905 (a list to read)

# Done in name only: the file keeps its mode, owner and times, and shutil.copy and the like go on.
PRETENDED = """
chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes utimensat futimesat
""".split()  # noqa: SIM905
# Refused as on many file systems.
UNSUPPORTED = """
getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr fallocate
""".split()  # noqa: SIM905
# Refused as by an older kernel: the C library then takes the older call, which can be looked into.
ABSENT = ("clone3", "openat2", "io_uring_setup")

CLONE_THREAD = 0x10000
# F_DUPFD to F_SETLKW, locks of open files, and F_DUPFD_CLOEXEC. Left out are F_SETOWN, F_SETSIG,
# F_SETLEASE and F_NOTIFY, which send signals to others, and F_SETPIPE_SZ, which takes memory.
FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030)
# TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# PR_SET_NAME, PR_GET_NAME, PR_SET_VMA: names of threads and of memory
PRCTL = (15, 16, 0x53564D41)


@cache
def compiled() -> bytes:
    """Return the filter as the kernel reads it.

    Raises CourseError where libseccomp is not installed.
    """
    try:
        # Imported here: that fails where libseccomp is not installed.
        import pyseccomp  # noqa: PLC0415
    except (ImportError, OSError, RuntimeError) as error:
        raise CourseError(
            f"The filter of system calls cannot be made: {error}. "
            "Install libseccomp (Debian: apt-get install libseccomp2)."
        ) from None
    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.EPERM))
    # System calls of 32 bits have other numbers.
    rules.set_attr(pyseccomp.Attr.ACT_BADARCH, pyseccomp.KILL_PROCESS)
    _add_lists(rules, pyseccomp)
    _add_conditions(rules, pyseccomp)
    with open(os.memfd_create("filter"), "w+b") as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def _add(rules: Any, library: Any, action: int, name: str, *conditions: Any) -> None:
    """Add a rule. A call that this architecture or libseccomp does not know stays refused."""
    number = library.resolve_syscall(library.system_arch(), name)
    if number >= 0:
        rules.add_rule(action, number, *conditions)


def _add_lists(rules: Any, library: Any) -> None:
    """Add the calls that do not depend on their arguments."""
    for action, names in (
        (library.ALLOW, ALLOWED),
        (library.ERRNO(0), PRETENDED),
        (library.ERRNO(errno.ENOTSUP), UNSUPPORTED),
        (library.ERRNO(errno.ENOSYS), ABSENT),
    ):
        for name in names:
            _add(rules, library, action, name)


def _add_conditions(rules: Any, library: Any) -> None:
    """Add the calls that are allowed with some arguments only."""
    arg = library.Arg
    equal = library.EQ
    masked = library.MASKED_EQ

    def allow(name: str, *conditions: Any) -> None:
        _add(rules, library, library.ALLOW, name, *conditions)

    # An older Landlock lets a file that may be read be emptied. O_TRUNC is therefore allowed with
    # O_WRONLY or O_RDWR alone.
    allow("openat", arg(2, masked, os.O_TRUNC, 0))
    for mode in (os.O_WRONLY, os.O_RDWR):
        allow("openat", arg(2, masked, os.O_TRUNC | os.O_ACCMODE, os.O_TRUNC | mode))
    allow("clone", arg(0, masked, CLONE_THREAD, CLONE_THREAD))
    allow("prlimit64", arg(0, equal, 0), arg(2, equal, 0))  # to read its own limits
    for name, place, values in (("fcntl", 1, FCNTL), ("ioctl", 1, IOCTL), ("prctl", 0, PRCTL)):
        for value in values:
            allow(name, arg(place, equal, value))
