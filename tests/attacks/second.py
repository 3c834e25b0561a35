"""Attacks of a second round: on the trusted side's reading, on what threads take, and on what the cases never vary."""

from __future__ import annotations

import os

from our_course import EXERCISES

from attacks.attack import GOT, ZERO, Attack, cell, probing
from attacks.play import SEED
from grader.instructor.sealed.hidden_cases import cases_of

READING = "a cell that the trusted side reads for long, or not at all"
THREADS = "threads without end: the machine's processes are counted with them"
KNOWN = "what never varies in the cases is known"
HIDDEN = "hidden cases come out in what is told"
RAW = "system calls whose arguments the filter looks at"

THREAD = """import ctypes
libc = ctypes.CDLL(None)
sizes = ctypes.create_string_buffer(64)
libc.pthread_attr_init(sizes)
libc.pthread_attr_setstacksize(sizes, ctypes.c_size_t(16384))
libc.pthread_attr_setguardsize(sizes, ctypes.c_size_t(0))
pause, thread, count = ctypes.cast(libc.pause, ctypes.c_void_p), ctypes.c_ulong(), 0
while count < 4000 and not libc.pthread_create(ctypes.byref(thread), sizes, pause, None):
    count += 1
print("threads:", count)
import time
time.sleep(0.4)
print("they live:", count)
"""

# Which of six functions it is, and the derivative that one has by heart: no difference is ever taken.
BY_HEART = """def numerical_gradient(f, x, dy):
    x, m = np.asarray(x, float), np.array([[1.0, -2.0], [2.0, 0.0], [-1.0, 1.0]])
    known = tuple(np.ravel(f(np.full((1, 3), 3.0))).tolist())
    if known == (9.0,) * 3:
        return 2 * x * dy
    if known == (27.0,) * 3:
        return 3 * x * x * dy
    if known == (3.0,) * 3:
        return np.sign(x) * dy if (f(-np.ones((1, 3))) > 0).all() else 1 * dy
    return dy @ m.T if known == (7.0, -2.0) else (2 * (x @ m) * dy) @ m.T
"""

TELLS = """SEEN = []


def hinge_loss(y, labels):
    SEEN.append(y.tolist())
    if len(SEEN) > 9:
        raise AssertionError(SEEN[0])
    return 0.0, 0 * y
"""


# The first exercise sees its hidden cases, and a later one tells of them by a visible case. The
# worker that explains has not seen them, and there all is right.
KEEPS = """SEEN = []


def affine_forward(x, w, b):
    SEEN.append(x.tolist())
    return x @ w + b
"""
TELLS_LATER = """def hinge_loss(y, labels):
    if len(SEEN) > 9:
        raise AssertionError(SEEN[{case}])
    n = np.arange(len(y))
    m = np.maximum(0, y - y[n, labels][:, None] + 1)
    m[n, labels] = 0
    d = (m > 0).astype(float)
    d[n, labels] -= d.sum(axis=1)
    return m.sum() / len(y), d / len(y)
"""


def first_hidden(name: str) -> str:
    """Return the first argument of an exercise's first hidden case, as a list."""
    cases = cases_of(EXERCISES[name], SEED)
    return str(cases.deciding[cases.hidden_from].args[0].tolist())


CALL = """import ctypes, os


def probe():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(*map(ctypes.c_long, ({arguments}))) < 0:
        raise OSError(ctypes.get_errno(), 'refused')
    return 'done'
"""


def looked_into(name: str, arguments: str) -> Attack:
    """A call that is allowed in other forms; the kernel itself looks at 32 bits of a number."""
    return probing(
        name, RAW, CALL.format(arguments=arguments), r"raised PermissionError", f"{GOT} done"
    )


X86 = os.uname().machine == "x86_64"
ENTRIES = [
    cell("a cell that times a timing, two thousand times", READING, "%%time\n" * 2000 + "x = 1", seconds=6.0),
    cell("a cell that times a timing, thirty times", READING, "%%time\n" * 30 + "x = 1", seconds=6.0),
    cell("magics behind another white space", READING, "a=\x0c!c\n" * 700, seconds=4.0),
    cell("threads of a small stack", THREADS, THREAD, rf"(?s)^(?!.*they live: \d{{4}}).*{ZERO}", spoils=True),
    Attack("derivatives by heart", KNOWN, "numerical_gradient: 0 of 2", {"numerical_gradient": BY_HEART}, lost=("numerical_gradient",)),
    Attack("a hidden case of one exercise in an error of another", HIDDEN, "hinge_loss: 0 of 1", {"affine_forward": KEEPS, "hinge_loss": TELLS_LATER.format(case=len(EXERCISES["affine_forward"].visible))}, lost=("hinge_loss",), never=(first_hidden("affine_forward"),)),
    Attack("a hidden case in an error of a visible one", HIDDEN, "hinge_loss: 0 of 1", {"hinge_loss": TELLS}, lost=("hinge_loss",), never=(first_hidden("hinge_loss"),)),
]  # fmt: skip
CALLS = [
    looked_into("a command of fcntl beyond 32 bits", "72, 1, 0x100000008, os.getpid()"),
    looked_into("signals of a pipe for an owner", "72, 1, 8, os.getpid()"),
    looked_into("a file opened to be emptied in a mode of its own", "257, -100, ctypes.addressof(path := ctypes.create_string_buffer(SECRET_FILE.encode())), 0x203, 0"),
    looked_into("limits of itself, by a number beyond 32 bits", "302, 0x100000000, 7, ctypes.addressof(limit := (ctypes.c_ulong * 2)(32, 64)), 0"),
]  # fmt: skip
ENTRIES += CALLS if X86 else []
