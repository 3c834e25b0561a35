"""What runs a student's code, in a forked and sealed child: cells in, calls answered with raw arrays, nothing judged here.

Imports neither `solutions` nor the real `grader`; `import grader` finds the inert stand-in beside this file. Whatever the
student's code does to this process, the other side reads lengths, plain JSON and raw float64, and nothing else.
"""

import importlib.util
import json
import linecache
import os
import signal
import struct
import sys
import types
import warnings

import inert
import numpy as np

RESULTS = None  # grader/call/answer.py, the one file that worker and course share: how results are read
FUNCTIONS = {}
LAYERS = {}  # the capstone's layers by name, as they were before any student's code ran
MOST_HEADER = 32768
NUMPYS = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}  # its own settings, whatever a cell set


class TimeUp(BaseException):
    """A call or a cell has used up its time. Not an Exception: `except Exception` does not catch it."""


def load_results(path):
    """Load the one file that worker and course share: how results are read."""
    spec = importlib.util.spec_from_file_location("results", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["results"] = module
    spec.loader.exec_module(module)
    return module


class Channel:
    """Length, JSON, raw bytes; both ways."""

    def __init__(self, read_fd, write_fd):
        self.read_fd, self.write_fd = read_fd, write_fd

    def receive(self):
        (length,) = struct.unpack("<I", self._exactly(4))
        request = json.loads(self._exactly(length))
        return request, self._exactly(request["bytes"])

    def _exactly(self, count):
        parts = []
        while count:
            part = os.read(self.read_fd, min(count, 1 << 16))
            if not part:
                os._exit(0)
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def send(self, header, payload=b""):
        data = json.dumps(header).encode()
        if len(data) > MOST_HEADER:
            data, payload = json.dumps({"fault": "type:large", "says": "is far too large to be read"}).encode(), b""
        data = struct.pack("<I", len(data)) + data + payload
        while data:
            data = data[os.write(self.write_fd, data) :]


def arguments(specs, payload):
    """Return the arguments of a call from their specifications and the raw bytes behind them."""
    args, at = [], 0
    for spec in specs:
        if "array" in spec:
            count = int(np.prod(spec["array"], dtype=int))
            flat = np.frombuffer(payload, spec["dtype"], count, at)
            args.append(flat.reshape(spec["array"]).copy())
            at += 8 * count
        elif "dict" in spec:
            count = sum(8 * int(np.prod(part["array"], dtype=int)) for part in spec["dict"].values())
            args.append(dict(zip(spec["dict"], arguments(spec["dict"].values(), payload[at : at + count]))))
            at += count
        elif "function" in spec:
            args.append(scaled(FUNCTIONS[spec["function"]], spec["scale"]))
        elif "tuple" in spec:
            args.append(tuple(spec["tuple"]))
        else:
            args.append(spec["value"])
    return args


def scaled(function, scale):
    return function if scale == 1.0 else lambda x: scale * function(x)


def named_functions(matrix):
    """The functions that the checker exercise differentiates; the trusted side sends their one matrix."""
    v = np.array(matrix)
    return {
        "square": lambda x: x * x,
        "cube": lambda x: x * x * x,
        "abs": np.abs,
        "affine": lambda x: x @ v + 1.0,
        "bowl": lambda x: (x @ v) ** 2,
        "identity": lambda x: x,
    }


def support(told):
    """Give the capstone what it builds on: layers.py, and in the stand-in the images to train on and the networks."""
    layers = types.ModuleType("layers")
    exec(compile(told["layers"], "layers.py", "exec"), vars(layers))
    sys.modules["layers"] = layers
    LAYERS.update({name: value for name, value in vars(layers).items() if isinstance(value, types.FunctionType)})
    import grader

    grader.open_up(told["modules"], told["images"])


def time_up(signum, frame):
    raise TimeUp


def within(seconds, work):
    """Do some work under an alarm; the other side kills this process should the alarm be caught or ignored."""
    signal.signal(signal.SIGALRM, time_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return work()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def run_cell(scope, request):
    """Execute one cell; what it raises is told and stops nothing."""
    name = f"<cell {request['number']}>"
    linecache.cache[name] = (len(request["source"]), None, request["source"].splitlines(keepends=True), name)
    try:
        within(request["seconds"], lambda: exec(compile(request["source"], name, "exec"), scope))
    except TimeUp:
        return {"fault": "time"}
    except BaseException as error:
        return {"fault": f"{type(error).__name__}"[:100]}
    return {"fault": ""}


def as_given(value):
    """Return a copy of an argument, to see afterwards whether it was changed."""
    if isinstance(value, dict):
        return {name: as_given(part) for name, part in value.items()}
    return value.copy() if isinstance(value, np.ndarray) else value


def same(before, after):
    """Tell whether an argument is as it was. What cannot be compared any more has been changed."""
    try:
        return _same(before, after)
    except Exception:
        return False


def _same(before, after):
    if isinstance(before, dict):
        return type(after) is dict and before.keys() == after.keys() and all(_same(before[k], after[k]) for k in before)
    return not isinstance(before, np.ndarray) or (isinstance(after, np.ndarray) and np.array_equal(before, after))


def without(scope, names, exercise):
    """Bind the names that an exercise must do without, and other names for the same functions; return what was there."""

    def refusing(name):
        def refuse(*args, **kwargs):
            raise RuntimeError(f"write {exercise} without {name}")

        return refuse

    refused = [(name, scope[name]) for name in names if name in scope]
    held, codes = {}, []
    for name, function in refused:
        aliases = {alias: value for alias, value in scope.items() if value is function}
        held |= aliases
        scope.update(dict.fromkeys(aliases, refusing(name)))
        if (
            isinstance(function, types.FunctionType) and function.__globals__ is scope
        ):  # the notebook's own, wherever else it is kept: in a list, a default, a closure
            codes.append((function, function.__code__))
            function.__code__ = RESULTS.refusing_code(function.__code__, f"write {exercise} without {name}")
    return held, codes


def calls(scope, request, payload, channel):
    """Call a function of the student's with one case after another, and send a reply for each; a fault of an end is the last."""
    at = 0
    for case in request["cases"]:
        reply, numbers = call(scope, request | case, payload[at : at + case["bytes"]])
        at += case["bytes"]
        flush()
        channel.send(reply, numbers)
        if reply.get("fault") in request["ends"]:
            return


def call(scope, request, payload):
    """Call a function of the student's; return the header and the raw arrays of the reply."""
    function = scope.get(request["name"])
    if function is None:
        return {"fault": "missing", "says": "is not defined"}, b""
    if not callable(function):
        return {"fault": "missing", "says": f"is {RESULTS.short(function, 40)}, expected a function"}, b""
    kept = RESULTS.reaches(function, [scope.get(name) for name in request["without"]])
    if kept is not None:
        name = next(name for name in request["without"] if scope.get(name) is kept)
        return {"fault": "missing", "says": f"is or holds {name}: write {request['name']} without {name}"}, b""
    args = arguments(request["args"], payload)
    before = [as_given(a) for a in args]
    bound = {name: scope[name] for name in LAYERS if name in scope} if request["layers"] else {}
    if request["layers"]:
        scope.update(LAYERS)
    held, codes = without(scope, request["without"], request["name"])
    depth = sys.getrecursionlimit()
    try:
        with (
            np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"),
            warnings.catch_warnings(record=True) as warned,
        ):
            warnings.simplefilter("default")
            result = within(request["seconds"], lambda: function(*args))
    except TimeUp:
        return {"fault": "time", "says": f"takes longer than {request['seconds']} s: is there a loop that never ends?"}, b""
    except BaseException as error:
        answer = RESULTS.raised(error, function)
        return {"fault": answer.fault, "says": answer.says}, b""
    finally:
        scope.update(held | bound)
        for other, code in codes:
            other.__code__ = code
        sys.setrecursionlimit(depth)
    parts, chunks = [], []
    for answer in RESULTS.split(result, request["parts"], request["quiz"]):
        part = {"fault": answer.fault, "says": answer.says}
        if answer.value is not None:
            part["value"] = answer.value
        if answer.array is not None:
            part |= {"dims": list(answer.array.shape), "float": answer.array.dtype.kind == "f", "layout": answer.layout}
            if answer.array.size > request["most"]:
                part = {"fault": "too large", "says": f"has shape {answer.array.shape}, far more numbers than expected"}
            else:
                chunks.append(np.ascontiguousarray(answer.array, dtype="<f8").tobytes())
        parts.append(part)
    changed = [i for i, a in enumerate(args) if not same(before[i], a)]
    returned = result if type(result) in (tuple, list) else (result,)
    shared = [
        [n, i]
        for n, value in enumerate(returned[:9])
        for i, a in enumerate(args)
        if isinstance(a, np.ndarray) and issubclass(type(value), np.ndarray) and np.may_share_memory(a, value)
    ]
    warned = [w for w in warned if not RESULTS.is_of_the_library(w.message, before, result)]
    told = [f"{w.category.__name__}: {RESULTS.short(w.message)}" for w in warned[:3]]
    return {"parts": parts, "changed": changed, "shared": shared, "warned": told}, b"".join(chunks)


def flush():
    """Let out what was printed, before the reply that belongs to it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # closed, or an object of the student's
            continue


def prepare(setup):
    """Do once, before any child is forked, what all of them need."""
    global RESULTS
    RESULTS = load_results(setup["results"])
    FUNCTIONS.update(named_functions(setup["matrix"]))
    sys.path[:] = [p for p in sys.path if not os.path.isdir(os.path.join(p, "solutions"))]
    sys.argv[:] = ["notebook"]
    import grader  # noqa: F401 (the stand-in)

    inert.install()
    if setup["support"]:
        support(setup["support"])


def serve(read_fd, write_fd):
    """Answer requests until there are no more."""
    channel = Channel(read_fd, write_fd)
    student = types.ModuleType("__main__")
    sys.modules["__main__"] = student
    channel.send({"ready": True})
    while True:
        request, payload = channel.receive()
        if "source" in request:
            reply = run_cell(vars(student), request)
            flush()
            channel.send(reply)
        else:
            calls(vars(student), request, payload, channel)
