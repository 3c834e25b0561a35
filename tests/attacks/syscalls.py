"""Attacks that ask the kernel itself, past Python and the C library. Numbers are those of x86-64."""

from __future__ import annotations

import os

from attacks.attack import GOT, TARGET, Attack, answer, probing

RAW = "raw system calls: io_uring, userfaultfd, bpf, keyrings, name spaces, other entries to the kernel"
MEMORY = "memory writing through ctypes"

STOPPED = "could not be asked: the process that ran it was stopped, since it ended"
DENIED = r"raised (PermissionError|OSError) in line \d+: raise OSError\(error, name\) \(.\[Errno (1|38)\]"
CALL = """import ctypes
libc = ctypes.CDLL(None, use_errno=True)


def call(name, number, *arguments):
    result = libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))
    if result < 0:
        error = ctypes.get_errno()
        if error == 38 and PREFIX != sys.prefix:
            os._exit(77)
        raise OSError(error, name)
    if name in ("shmget", "msgget", "semget"):  # found open: leave nothing behind
        return "removed" if libc[name.replace("get", "ctl")](result, 0, 0, 0) == 0 else "kept"
    return result


def probe():
    """


def raw(
    name: str,
    number: int,
    arguments: str = "",
    before: str = "",
    opens: str = rf"{GOT} \d",
    **more: bool,
) -> Attack:
    """A system call by its number; arguments: what stands behind it."""
    lines = "\n    ".join(
        [
            *before.splitlines(),
            f"return call({name.split()[-1]!r}, {number}{', ' if arguments else ''}{arguments})",
        ]
    )
    return probing(f"the system call {name}", RAW, CALL + lines, DENIED, opens, **more)


CALLS = [
    raw("io_uring_setup", 425, "8, ctypes.byref((ctypes.c_char * 120)())"),
    raw("userfaultfd", 323, "1"),
    raw("bpf", 321, "0, ctypes.byref((ctypes.c_uint32 * 32)(2, 4, 4, 1)), 128", needs_root=True),
    raw("perf_event_open", 298, "ctypes.byref((ctypes.c_uint32 * 32)(1, 128, 0, 0, 0, 0, 0, 0, 0, 0, 0x61)), 0, -1, -1, 0"),
    raw("add_key", 248, "b'user', MARK.encode(), b'x', 1, -1"),
    raw("keyctl", 250, "0, -3, 1"),
    raw("unshare", 272, "0x400"),  # files alone: a user name space is closed in a chroot, and on some systems to users
    raw("setns", 308, "os.open('/proc/self/ns/uts', 0) if PREFIX != sys.prefix else 3, 0", needs_root=True),
    raw("mount", 165, "b'none', FOLDER.encode(), b'tmpfs', 0, 0", "call('unshare', 272, 0x20000)", needs_root=True),
    raw("chroot", 161, "FOLDER.encode()", needs_root=True),
    raw("personality", 135, "0x0040000"),
    raw("ptrace", 101, "0x4206, VICTIM, 0, 0"),
    raw("process_vm_readv", 310, "VICTIM, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0", "buffer = ctypes.create_string_buffer(8)\nstart = 0\nif PREFIX != sys.prefix:\n    start = int(open(f'/proc/{VICTIM}/maps').readline().split('-')[0], 16)\nlocal = (ctypes.c_ulong * 2)(ctypes.addressof(buffer), 8)\nremote = (ctypes.c_ulong * 2)(start, 8)", opens=f"{GOT} 8"),
    raw("process_vm_writev", 311, "os.getpid(), ctypes.byref(local), 1, ctypes.byref(local), 1, 0", "buffer = ctypes.create_string_buffer(8)\nlocal = (ctypes.c_ulong * 2)(ctypes.addressof(buffer), 8)", opens=f"{GOT} 8"),
    raw("kcmp", 312, "VICTIM, VICTIM, 0, 0, 0"),
    raw("pidfd_open", 434, "VICTIM, 0"),
    raw("pidfd_getfd", 438, "call('pidfd_open', 434, VICTIM, 0), 0, 0"),
    raw("tkill", 200, "VICTIM, 0"),
    raw("rt_sigqueueinfo", 129, "VICTIM, 15, ctypes.byref(told)", "told = (ctypes.c_int * 32)(15, 0, -1)"),
    raw("memfd_create", 319, "b'x', 0"),
    raw("memfd_secret", 447, "0"),
    raw("shmget", 29, "0, 4096, 0o1600", opens=rf"{GOT} removed"),
    raw("msgget", 68, "0, 0o1600", opens=rf"{GOT} removed"),
    raw("semget", 64, "0, 1, 0o1600", opens=rf"{GOT} removed"),
    raw("mq_open", 240, "MARK.encode(), 0x42, 0o600, 0", "import atexit\natexit.register(libc.syscall, 241, MARK.encode())"),
    raw("timer_create", 222, "0, 0, ctypes.byref(ctypes.c_int())"),
    raw("fanotify_init", 300, "0, 0", needs_root=True),
    raw("name_to_handle_at", 303, "-100, SECRET_FILE.encode(), ctypes.byref((ctypes.c_uint32 * 40)(128)), ctypes.byref(ctypes.c_int()), 0"),
    raw("mknod", 133, "b'device', 0o20600, 0x103", needs_root=True),
    raw("symlink", 88, "SECRET_FILE.encode(), b'symbolic'"),
    raw("link", 86, "SECRET_FILE.encode(), (FOLDER + '/hard').encode()"),
    raw("setxattr", 188, "SECRET_FILE.encode(), b'user.mark', b'x', 1, 0"),
    raw("ioprio_set", 251, "1, VICTIM, 0x6000"),
    raw("socket for packets", 41, "17, 3, 0", needs_root=True),
    raw("seccomp", 317, "1, 0, ctypes.byref(program)", "libc.prctl(38, 1, 0, 0, 0)\nallow = (ctypes.c_uint16 * 4)(6, 0, 0, 0x7fff)\nprogram = (ctypes.c_uint64 * 2)(1, ctypes.addressof(allow))"),
    raw("landlock_create_ruleset", 444, "0, 0, 1"),
    raw("setrlimit", 160, "1, ctypes.byref((ctypes.c_ulong * 2)(1000, 1000))"),
    raw("execveat", 322, "-100, b'/bin/echo', arguments, 0, 0", "arguments = (ctypes.c_char_p * 4)(b'echo', b'come' b'through:', b'executed', None)", opens=f"{GOT} executed"),
]  # fmt: skip
SHELLCODE = """import ctypes, mmap
# GROUND


def run(code):
    space = mmap.mmap(-1, 4096, prot=7)
    space.write(code)
    return ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(space)))()


"""
OTHER = [
    probing("the system calls of 32 bits", RAW, SHELLCODE + "def probe():\n    return run(bytes.fromhex('53b8140000 00cd805bc3'))\n", STOPPED, rf"{GOT} \d"),
    probing("the system calls of x32", RAW, "import ctypes\n\n\ndef probe():\n    libc = ctypes.CDLL(None, use_errno=True)\n    pid = libc.syscall(ctypes.c_long(0x40000000 + 39))\n    return pid if pid > 0 or PREFIX == sys.prefix else os._exit(77)\n", STOPPED, rf"{GOT} \d"),
    probing("a fork by machine code", RAW, SHELLCODE + "def probe():\n    pid = run(bytes.fromhex('b83900 00000f05c3'))\n    if pid == 0:\n        os._exit(0)\n    if pid < 0:\n        raise PermissionError(-pid, 'fork')\n    return pid\n", r"raised PermissionError", rf"{GOT} \d"),
    answer("its own limits are written over in memory", MEMORY, "import ctypes, sys\n\n\ndef affine_backward(dy, x, w):\n    worker = sys.modules['worker']\n    worker.HEADER_LIMIT = 10**9\n    return {'x' * 40_000: x}, 0 * w, 0 * w[0]\n", "affine_backward: 0 of 3"),
    answer("small numbers get other values", MEMORY, "import ctypes\n\n\ndef affine_backward(dy, x, w):\n    ctypes.memmove(id(4) + 24, id(0) + 24, 4)\n    return 0 * x, 0 * w, 0 * w[0]\n", "affine_backward: 0 of 3|could not be asked", spoils=True),
    answer("the code of the worker's functions is replaced", MEMORY, "import sys\n\n\ndef affine_backward(dy, x, w):\n    results = sys.modules['_call.answer']\n    good = results.Answer(array=np.ones((1, 1)))\n    results.numbers.__code__ = (lambda result: None).__code__\n    results._split.__code__ = (lambda result, names, quiz: [1] * 9).__code__\n    return 0 * x, 0 * w, 0 * w[0]\n", "affine_backward: 0 of 3 points\n.*(could not be asked|cannot be read)", spoils=True),
    answer("garbage is written over the process", MEMORY, "import ctypes\n\n\ndef affine_backward(dy, x, w):\n    for thing in (dict, list, np.ndarray):\n        ctypes.memset(id(thing) + 16, 255, 64)\n    return {}, [], x\n", STOPPED),
]  # fmt: skip
X86 = os.uname().machine == "x86_64"
ENTRIES = [*(CALLS if X86 else []), *(OTHER if X86 else OTHER[3:])]
assert TARGET
