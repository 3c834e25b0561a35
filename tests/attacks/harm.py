"""Attacks that break things: the process, the clock, memory, disk, output. Each costs its own exercise at most."""

from __future__ import annotations

from attacks.attack import ALL, TARGET, WRONG, ZERO, Attack, answer, body, cell

ENDS = "exit, crash"
HANGS = "hang, recursion"
FILLS = "fill memory, disk, or the output; thread bombs"
RESTARTS = "restarts: state left in one exercise to help another"

STOPPED = "could not be asked: the process that ran it was stopped, since it"
ZERO_AND = f"(?s){ZERO}.*printed: "

ENDING = [
    answer("exit", ENDS, body("exit(0)"), "ends the program"),
    answer("sys.exit with points", ENDS, "import sys\n\n" + body("sys.exit(4)"), "ends the program"),
    answer("the process ends without a word", ENDS, "import os\n\n" + body("os._exit(0)"), f"{STOPPED} ended"),
    answer("abort", ENDS, "import os\n\n" + body("os.abort()"), f"{STOPPED} ended"),
    answer("a fault of memory", ENDS, "import ctypes\n\n" + body("ctypes.string_at(0)"), f"{STOPPED} ended"),
    answer("a fault of memory that is caught", ENDS, "import ctypes, faulthandler, signal\n\n" + body("signal.signal(signal.SIGSEGV, signal.SIG_IGN)\nfaulthandler.enable()\nctypes.memset(8, 0, 8)"), f"{STOPPED} ended"),
    answer("it signals itself", ENDS, "import os, signal\n\n" + body("os.kill(os.getpid(), signal.SIGKILL)\nreturn 0 * x, 0 * w, 0 * w[0]"), f"raised PermissionError|{STOPPED} ended"),
    answer("it signals its group", ENDS, "import os, signal\n\n" + body("os.killpg(0, signal.SIGTERM)\nreturn 0 * x, 0 * w, 0 * w[0]"), f"raised (PermissionError|ProcessLookupError)|{STOPPED} ended"),
    answer("SystemExit from a destructor", ENDS, "class Last:\n    def __del__(self):\n        raise SystemExit\n\n\n" + body("Last()\nreturn 0 * x, 0 * w, 0 * w[0]"), ZERO),
    answer("a bare KeyboardInterrupt", ENDS, body("raise KeyboardInterrupt"), "was interrupted"),
    cell("every cell ends the process", ENDS, "import os\nos._exit(4)", why=ZERO),
    cell("the standard streams are closed", ENDS, "import os, sys\nsys.stdout.close()\nsys.stderr.close()\nos.close(1)\nos.close(2)", why=ZERO),
    cell("numpy's code is unmapped", ENDS, "import ctypes\nctypes.memset(id(np.zeros) , 0, 64)", why=f"{ZERO}|{STOPPED}|is not defined|raised", spoils=True),
]  # fmt: skip

HANGING = [
    answer("a loop that catches everything", HANGS, body("while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"), f"{STOPPED} did not answer in time"),
    answer("a loop in C", HANGS, body("return sum(range(10**13))"), "takes longer than|" + STOPPED),
    answer("a power without an end", HANGS, body("return 3 ** (10**9)"), f"takes longer than|{STOPPED}|MemoryError"),
    answer("a pattern that never matches", HANGS, "import re\n\n" + body("re.match('(a*)*b', 'a' * 60)"), f"takes longer than|{STOPPED}"),
    answer("sleeping through the alarm", HANGS, "import signal, time\n\n" + body("signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\ntime.sleep(60)"), f"takes longer than|{STOPPED}"),
    answer("a lock that is never free", HANGS, "import signal, threading\n\n" + body("signal.signal(signal.SIGALRM, signal.SIG_IGN)\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()"), f"takes longer than|{STOPPED}"),
    answer("recursion", HANGS, body("return affine_backward(dy, x, w)"), "calls itself without an end"),
    answer("recursion without a limit", HANGS, "import sys\n\n" + body("sys.setrecursionlimit(10**9)\nreturn affine_backward(dy, x, w)"), f"calls itself|{STOPPED}|takes longer"),
    answer("recursion in C", HANGS, "import sys\n\n" + body("sys.setrecursionlimit(10**9)\nthing = []\nfor _ in range(10**6):\n    thing = [thing]\nrepr(thing)"), f"calls itself|{STOPPED}|takes longer"),
    answer("slow, just within the limit of every call", HANGS, "import time\n\n" + body("time.sleep(0.2)\nreturn 0 * x, 0 * w, 0 * w[0]"), ZERO),
    cell("a timer of its own", HANGS, "import signal\n\ndef late(*args):\n    raise SystemExit('4 of 4')\n\nsignal.signal(signal.SIGVTALRM, late)\nsignal.setitimer(signal.ITIMER_VIRTUAL, 0.05, 0.05)", why=ZERO + "|ends the program|" + STOPPED, spoils=True),
    cell("the alarm is replaced", HANGS, "import signal\nsignal.setitimer = signal.signal = signal.alarm = lambda *a: None", why=ZERO),
    Attack("a module that never finishes loading", HANGS, ZERO, {TARGET: WRONG}, ("import time\ntry:\n    time.sleep(50)\nexcept BaseException:\n    time.sleep(50)",), lost=(TARGET,)),
]  # fmt: skip

FILLING = [
    answer("ten gigabytes at once", FILLS, body("return np.ones(10 * 2**27)"), r"raised .*MemoryError"),
    answer("memory bit by bit", FILLS, body("kept = []\nwhile True:\n    kept.append(np.empty(2**24))"), "raised .*MemoryError"),
    answer("memory by mapping", FILLS, "import mmap\n\n" + body("kept = [mmap.mmap(-1, 2**26) for _ in range(64)]\nreturn len(kept)"), "raised (OSError|MemoryError)"),
    answer("text that doubles", FILLS, body("text = bytes(2**29)\nreturn text + text + text"), "raised MemoryError"),
    answer("a file larger than the scratch space", FILLS, body("with open('big', 'wb') as file:\n    for _ in range(40):\n        file.write(bytes(2**20))\nraise KeyError('all written')"), f"raised OSError|{STOPPED}|too large", never=("('all written')",), spoils=True),
    answer("many files", FILLS, "import time\n\n" + body("for number in range(3000):\n    open(f'file-{number}', 'w').close()\ntime.sleep(0.7)\nraise KeyError('all written')"), "raised OSError|it had too many|takes longer than", never=("('all written')",)),
    answer(
        "files that are deleted and still open",
        FILLS,
        "import os, time\n\n"
        + body(
            "kept, total = [], 0\ntry:\n    for number in range(50):\n        kept.append(open(f'hidden-{number}', 'wb', 0))\n        os.unlink(f'hidden-{number}')\n"
            "        total += sum(kept[-1].write(bytes(2**20)) for _ in range(8))\nfinally:\n    time.sleep(0.7)\n    raise KeyError('MiB', total // 2**20)"
        ),
        rf"\('MiB', ([0-9]|1[0-9]|2[0-4])\)|{STOPPED}",
    ),
    answer(
        "files that are mapped, deleted and closed",
        FILLS,
        "import mmap, os, time\n\n"
        + body(
            "kept, total = [], 0\ntry:\n    for number in range(50):\n        with open('mapped', 'w+b', 0) as file:\n            file.truncate(2**23)\n"
            "            kept.append(mmap.mmap(file.fileno(), 2**23))\n        os.unlink('mapped')\n        kept[-1][:] = b'x' * 2**23\n        total += 8\n"
            "except OSError as error:\n    pass\ntime.sleep(0.7)\nraise KeyError('MiB', total)"
        ),
        rf"\('MiB', ([0-9]|1[0-9]|2[0-4])\)|{STOPPED}",
    ),
    answer(
        "files that come and go while they are counted",
        FILLS,
        "import os, threading, time\n\n\ndef churn():\n    while True:\n        for number in range(200):\n            open(f'a{number}', 'w').close()\n        for number in range(200):\n            os.unlink(f'a{number}')\n\n\n"
        + body(
            "threading.Thread(target=churn, daemon=True).start()\nfor number in range(8):\n    with open(f'z{number}', 'wb') as file:\n        file.write(bytes(2**23))\n"
            "time.sleep(0.6)\nraise KeyError('all', 'written')"
        ),
        f"raised OSError|{STOPPED}|it had too many",
        never=("(('all', 'written'))",),
        spoils=True,
    ),
    cell(
        "folders in folders",
        FILLS,
        "import os\ntry:\n    for number in range(1500):\n        os.mkdir('d')\n        os.chdir('d')\nexcept OSError as error:\n    print(type(error).__name__)\nprint('deep:', number + 1)",
        why=f"{ZERO}|{STOPPED}",
    ),
    cell(
        "a folder that nobody may enter",
        FILLS,
        "import os\nold = os.umask(0o777)\nos.mkdir('closed')\nos.mkdir('closed too')\nos.umask(old)\nprint('made:', len(os.listdir('.')))",
        why=ZERO_AND + r"made: 2|it had too many",
        spoils=True,
    ),
    cell(
        "names that are no text",
        FILLS,
        "for name in (b'\\xff\\xfe', b'new\\nline', b'-rf', b'\\x1b[31m'):\n    open(name, 'w').close()\nprint('odd names')",
        why=ZERO_AND + "odd names",
    ),
    answer("a flood of lines", FILLS, body("while True:\n    print('x' * 10_000)"), f"takes longer than|{STOPPED}"),
    answer("a flood in one cell to the standard error", FILLS, "import os\n\n" + body("for _ in range(100):\n    os.write(2, b'y' * 2**20)\nreturn 0 * x, 0 * w, 0 * w[0]"), f"{STOPPED} printed more than|{ZERO}"),
    cell("all descriptors are used", FILLS, "import os\nkept = []\ntry:\n    while len(kept) < 5000:\n        kept.append(os.dup(1))\nexcept OSError as error:\n    print('descriptors:', len(kept) < 1100)", why=ZERO_AND + "descriptors: True"),
    cell(
        "a thousand threads",
        FILLS,
        "import threading, time\nthreading.stack_size(65536)\nkept = []\ntry:\n    for _ in range(1500):\n        kept.append(threading.Thread(target=time.sleep, args=(30,), daemon=True))\n"
        "        kept[-1].start()\nexcept RuntimeError as error:\n    print(error)\nprint('threads:', sum(t.is_alive() for t in kept))",
        # stopped in the cell or, on a busy machine, in the calls after it, every time anew
        why=ZERO_AND + r"threads: \d{1,3}\n|had too many|is zero everywhere|was lost too often",
        spoils=True,
    ),
    cell("threads that burn", FILLS, "import threading\n\ndef burn():\n    while True:\n        pass\n\nfor _ in range(2):\n    threading.Thread(target=burn, daemon=True).start()", why=f"{ZERO}|takes longer|{STOPPED}", spoils=True),
]  # fmt: skip

RESTARTING = [
    Attack(
        "what is kept on disk for the next process",
        RESTARTS,
        ZERO_AND + "carried: False",
        {TARGET: WRONG, "shape_of_jacobian": "import os\n\n\ndef shape_of_jacobian(output_shape, input_shape):\n    open('kept', 'w').write('4 points')\n    os._exit(0)\n"},
        ("import os\nprint('carried:', os.path.exists('kept'))",),
        lost=(TARGET, "shape_of_jacobian"),
    ),
    Attack("every exercise loses the process", RESTARTS, "it was lost too often", dict.fromkeys(ALL, "import os; os._exit(0)"), lost=ALL),
    Attack(
        "each run of the cells is another one",
        RESTARTS,
        f"(?s)shape_of_jacobian: 0 of 1.*{ZERO}",
        {TARGET: WRONG, "shape_of_jacobian": "import os\n\n\ndef shape_of_jacobian(output_shape, input_shape):\n    os._exit(0)\n"},
        ("import time\nRUN = time.time_ns()\nif RUN % 2:\n    print('odd')",),
        lost=("shape_of_jacobian", TARGET),
    ),
    Attack(
        "one exercise's answer is redefined by another's call",
        RESTARTS,
        ZERO,
        {
            TARGET: WRONG,
            "hinge_loss": "def hinge_loss(y, labels):\n    global affine_backward, check_affine_backward\n    affine_backward = lambda dy, x, w: (dy @ w.T, x.T @ dy, dy.sum(axis=0))\n    return 0.0, 0 * y\n",
        },
        lost=(TARGET, "hinge_loss"),
    ),
]  # fmt: skip

ENTRIES = [*ENDING, *HANGING, *FILLING, *RESTARTING]
