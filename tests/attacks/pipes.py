"""Attacks on the line between the two sides: forged, delayed, doubled, cut and inflated replies; the worker's own functions."""

from __future__ import annotations

from attacks.attack import ALL, TARGET, WRONG, ZERO, Attack, answer, body, cell

FORGE = "forge, delay, truncate or inflate replies"
WORKER = "patch the worker's functions through modules, frames, gc"

NO = "affine_backward: 0 of 3"
STOPPED = "could not be asked: the process that ran it was stopped, since it"
FORM = f"{STOPPED} (sent a reply of another form|sent a reply that cannot be read|sent a reply that is too long|did not answer in time|ended|was lost)"

FRAMES = """import json, os, struct, sys


def frame(header, payload=b""):
    data = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<I", len(data)) + data + payload


def to_all(data):
    for fd in range(3, 64):
        try:
            os.set_blocking(fd, False)
            os.write(fd, data)
        except OSError:
            continue


def reply(*shapes):
    parts = [{"dims": list(shape), "float": True, "layout": []} for shape in shapes]
    return frame({"parts": parts, "changed": [], "shared": [], "warned": []}, bytes(8 * sum(map(int, map(np.prod, shapes)))))


GOOD = {"fault": "", "earned": 4, "points": 4, "right": True, "message": "right"}
"""


def forging(name: str, lines: str, why: str = NO, **more: object) -> Attack:
    """Frames are written while the function runs."""
    return answer(name, FORGE, FRAMES + "\n\n" + body(lines), why, **{"spoils": True, **more})


def early(name: str, lines: str, why: str = ".", **more: object) -> Attack:
    """Frames are written by a cell, long before."""
    return cell(name, FORGE, FRAMES + lines, why, **{"spoils": True, **more})


ZEROS = "return 0 * x, 0 * w, 0 * w[0]"

FORGING = [
    forging("a reply with full marks", f"to_all(frame(GOOD))\n{ZEROS}", FORM),
    forging("a reply of zeros before the reply", f"to_all(reply(x.shape, w.shape, w[0].shape))\n{ZEROS}"),
    forging("a hundred replies at once", "for _ in range(100):\n    to_all(reply(x.shape, w.shape, w[0].shape))\nos._exit(0)"),
    forging("half a reply, and the end", "to_all(reply(x.shape, w.shape, w[0].shape)[:40])\nos._exit(0)", f"{STOPPED} ended"),
    forging("half a reply, and silence", "to_all(reply(x.shape, w.shape, w[0].shape)[:-8])\nimport signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\ntime.sleep(30)", f"{STOPPED} waited for long"),
    forging("a length of four gigabytes", f"to_all(b'\\xff\\xff\\xff\\xff')\n{ZEROS}", f"{STOPPED} sent a reply that is too long"),
    forging("a pickle that runs a program", f"to_all(frame(b'cos\\nsystem\\n(S\"touch /tmp/owned\"\\ntR.'))\n{ZEROS}", f"{STOPPED} sent a reply that cannot be read"),
    forging("an array of a petabyte", f"to_all(frame({{'parts': [{{'dims': [2**20, 2**20]}}] * 3}}))\n{ZEROS}", f"{STOPPED} sent an array"),
    forging("sizes that are negative", f"to_all(frame({{'parts': [{{'dims': [-1, -1]}}] * 3}}))\n{ZEROS}", f"{STOPPED} sent an array"),
    forging("brackets without an end", f"to_all(frame(b'[' * 30_000))\n{ZEROS}", f"{STOPPED} sent a reply that cannot be read"),
    forging("a number of ten thousand digits", f"to_all(frame(b'{{\"parts\": [' + b'9' * 10_000 + b']}}'))\n{ZEROS}", FORM),
    forging("infinite sizes, NaN in JSON", f"to_all(frame(b'{{\"parts\": [{{\"dims\": [Infinity]}}, {{\"dims\": [NaN]}}, {{\"value\": 1e999}}]}}'))\n{ZEROS}", FORM + "|sent an array"),
    forging("a fault without words", f"to_all(frame({{'fault': ' ', 'says': ' '}}))\n{ZEROS}"),
    forging("a fault of half a letter", f"to_all(frame(b'{{\"fault\": \"raised:\\\\ud800\", \"says\": \"\\\\udfff \\\\u0000 \\\\u001b[31m\"}}'))\n{ZEROS}"),
    forging("an explanation in words of its own", f"words = 'all is' + ' well'\nto_all(frame({{'fault': {{'form': 'raised', 'details': {{'type': 'IndexError', 'because': [{{'kind': 'is', 'code': words, 'what': 'None'}}]}}}}}}))\n{ZEROS}", never=("all is well",)),
    forging("an explanation in a sentence of its own", f"to_all(frame({{'fault': {{'form': 'raised', 'details': {{'type': 'IndexError', 'because': [{{'kind': 'right', 'code': 'x'}}] * 3}}}}}}))\n{ZEROS}"),
    forging("warnings and remarks for the instructor", "to_all(frame({'parts': [{'fault': 'x', 'says': '<script>alert(1)</script>'}] * 3, 'warned': ['<script>alert(2)</script>'] * 99, 'changed': [0, 1, -1, 10**9, True], 'shared': [[0, 0], [-1, 5], 'x']}))\n" + ZEROS),
    forging("a missing function that is there", f"to_all(frame({{'fault': 'missing', 'says': 'is not defined'}}))\n{ZEROS}", NO),
    forging("replies by a thread, all the time", "import threading\n\n\ndef flood():\n    while True:\n        to_all(reply(x.shape, w.shape, w[0].shape))\n\n\nthreading.Thread(target=flood, daemon=True).start()\n" + ZEROS),
    forging("the reply's pipe is closed", f"for fd in range(3, 64):\n    try:\n        os.close(fd)\n    except OSError:\n        pass\n{ZEROS}", f"{STOPPED} ended"),
    forging("the request's pipe is the reply's", f"for fd in range(3, 64):\n    try:\n        os.dup2(4, fd)\n    except OSError:\n        pass\n{ZEROS}", spoils=True),
    forging("the requests are read away", "for fd in range(3, 64):\n    try:\n        os.set_blocking(fd, False)\n        while os.read(fd, 1 << 20):\n            pass\n    except OSError:\n        continue\n" + ZEROS),
    forging("requests are written to itself", f"to_all(frame({{'source': 'print(1)', 'number': 0, 'seconds': 9, 'bytes': 0}}))\n{ZEROS}"),
    forging("printing on the reply's pipe", f"to_all(b'affine_backward: 4 of 4 points\\n' * 99)\n{ZEROS}", FORM),
    early("a cell answers for all cells that follow", "for _ in range(400):\n    to_all(frame({'fault': ''}))", lost=(TARGET,)),
    early("a cell answers for all exercises", "for shape in [(4, 3)] * 50:\n    to_all(frame(GOOD) + reply(shape))", lost=(TARGET,)),
    early("a cell sends a ready that is not asked for", "to_all(frame({'ready': True}))", lost=(TARGET,)),
    early("a cell reads the next request and answers itself", "import threading\n\n\ndef answer():\n    while True:\n        try:\n            os.read(3, 65536)\n            to_all(frame({'fault': ''}) + reply((1, 3)))\n        except OSError:\n            pass\n\n\nthreading.Thread(target=answer, daemon=True).start()", lost=ALL[6:7]),
]  # fmt: skip

IN_WORKER = "import sys\nworker = sys.modules['worker']\nresults = sys.modules['_call.answer']\n"
PATCHING = [
    cell("results are split by another function", WORKER, IN_WORKER + "sys.modules['_call'].answer = results\nkeep = results.split\nresults.split = lambda result, names, quiz: [results.Answer(array=np.ones(np.shape(a.array))) if a.array is not None and not a.array.any() else a for a in keep(result, names, quiz)]", why=NO, spoils=True),
    cell("the channel sends twice", WORKER, IN_WORKER + "keep = worker.Channel.send\nworker.Channel.send = lambda self, *a: (keep(self, *a), keep(self, *a))", why=NO, spoils=True),
    cell("the channel adds points", WORKER, IN_WORKER + "keep = worker.Channel.send\nworker.Channel.send = lambda self, header, payload=b'': keep(self, header | {'earned': 4, 'right': True, 'points': 4}, payload)"),
    cell("cells and calls never fail", WORKER, IN_WORKER + "worker.cells.Cells.run = lambda *a: {'fault': ''}\nworker.call = lambda *a: ({'parts': []}, b'')", why=NO, spoils=True),
    cell("the clock of the alarm is gone", WORKER, IN_WORKER + "worker.within = lambda seconds, work: work()\nworker.time_up = lambda *a: None"),
    cell("arguments are the same for every call", WORKER, IN_WORKER + "keep, kept = worker.arguments, {}\nworker.arguments = lambda specs, payload: kept.setdefault(len(specs), keep(specs, payload))", why=NO, spoils=True),
    cell("the functions to differentiate are others", WORKER, IN_WORKER + "worker.CALL.functions.FUNCTIONS.update((name, lambda x: 0 * x) for name in list(worker.CALL.functions.FUNCTIONS))", why=NO, lost=(TARGET, "numerical_gradient")),
    cell("requests are kept, with all their cases", WORKER, IN_WORKER + "import gc\nkept = []\nkeep = worker.call\nworker.call = lambda function, forward, refused, request, case, payload: (kept.append((request, case)), keep(function, forward, refused, request, case, payload))[1]\nprint('keys:', sorted({'right', 'seed', 'answers', 'tolerance', 'shown'} & {k for d in gc.get_objects() if type(d) is dict for k in d if type(k) is str and 'limit' in d}))", why=r"(?s)" + ZERO + r".*printed: keys: \[\]"),
    Attack("__main__ becomes the worker again", WORKER, NO, {TARGET: "import sys\nsys.modules['__main__'] = sys.modules['worker']\n" + WRONG}, lost=(TARGET,), spoils=True),
    Attack("the frames above are jumped over", WORKER, f"(?s){NO}", {TARGET: "import sys\n\n\n" + body("frame = sys._getframe()\nwhile frame.f_back:\n    frame = frame.f_back\n    for name in list(frame.f_globals):\n        if callable(frame.f_globals[name]) and name in ('calls', 'call', 'same', 'flush', 'without', 'as_given'):\n            frame.f_globals[name] = lambda *a, **k: ({'parts': [{'dims': [1], 'fault': ''}] * 3}, bytes(24))\nreturn 0 * x, 0 * w, 0 * w[0]")}, lost=(TARGET,), spoils=True),
    Attack("the server is entered a second time", WORKER, NO, {TARGET: "import sys\n\n\n" + body("sys.modules['worker'].serve(3, 4)")}, lost=(TARGET,), spoils=True),
    Attack("a handler answers when the alarm goes off", WORKER, NO, {TARGET: FRAMES + "import signal\n\n\n" + body("signal.signal(signal.SIGALRM, lambda *a: (to_all(frame(GOOD)), os._exit(0)))\nsignal.setitimer(signal.ITIMER_REAL, 0.01)\nwhile True:\n    pass")}, lost=(TARGET,)),
]  # fmt: skip

ENTRIES = [*FORGING, *PATCHING]
