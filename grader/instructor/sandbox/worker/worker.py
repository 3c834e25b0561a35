"""What runs a student's code, in a forked and sealed child: cells in, calls answered with raw arrays, nothing judged here.

Imports neither `solutions` nor the real `grader`; `import grader` finds the inert stand-in beside this file. Whatever the
student's code does to this process, the other side reads lengths, plain JSON and raw float64, and nothing else.
"""

import importlib
import importlib.util
import json
import linecache
import os
import signal
import struct
import sys
import types

import inert
import numpy as np

CALL = None  # grader/call, the one folder that worker and course share: how a function is called, and its results are read
LAYERS = {}  # the capstone's layers by name, as they were before any student's code ran
HEADER_LIMIT = 32768
WARNING_LIMIT, NAME_LIMIT = 3, 9  # that a reply tells


class TimeUp(BaseException):
    """A call or a cell has used up its time. Not an Exception: `except Exception` does not catch it."""


def load_call(folder):
    """Load grader/call under a name of its own: `grader` is the stand-in here, and a student may have a call.py."""
    spec = importlib.util.spec_from_file_location(
        "_call", f"{folder}/__init__.py", submodule_search_locations=[folder]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules["_call"] = package
    spec.loader.exec_module(package)
    for name in ("answer", "call", "fault", "functions", "text", "without"):
        importlib.import_module(f"_call.{name}")
    return package


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
        if len(data) > HEADER_LIMIT:
            data, payload = (
                json.dumps({"fault": "type:large", "says": "is far too large to be read"}).encode(),
                b"",
            )
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
            count = sum(
                8 * int(np.prod(part["array"], dtype=int)) for part in spec["dict"].values()
            )
            args.append(
                dict(zip(spec["dict"], arguments(spec["dict"].values(), payload[at : at + count])))
            )
            at += count
        elif "function" in spec:
            args.append(CALL.functions.Named(spec["function"], spec["scale"]))
        elif "tuple" in spec:
            args.append(tuple(spec["tuple"]))
        else:
            args.append(spec["value"])
    return args


def support(told):
    """Give the capstone what it builds on: layers.py, and in the stand-in the images to train on and the networks."""
    layers = types.ModuleType("layers")
    exec(compile(told["layers"], "layers.py", "exec"), vars(layers))
    sys.modules["layers"] = layers
    LAYERS.update(
        {
            name: value
            for name, value in vars(layers).items()
            if isinstance(value, types.FunctionType)
        }
    )
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
    linecache.cache[name] = (
        len(request["source"]),
        None,
        request["source"].splitlines(keepends=True),
        name,
    )
    try:
        within(request["seconds"], lambda: exec(compile(request["source"], name, "exec"), scope))
    except TimeUp:
        return {"fault": "time"}
    except BaseException as error:
        return {"fault": f"{type(error).__name__}"[:100]}
    return {"fault": ""}


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
    refused = CALL.without.refusal(request["name"], function, request["without"], scope)
    if refused:
        return {"fault": "missing", "says": refused}, b""
    layers = LAYERS if request["layers"] else {}
    with (
        CALL.without.with_layers(layers, scope),
        CALL.without.without(request["without"], scope, request["name"]),
    ):
        made = CALL.call.call(
            limited(function, request["seconds"]), arguments(request["args"], payload)
        )
    if isinstance(made.error, TimeUp):
        return {
            "fault": "time",
            "says": f"takes longer than {request['seconds']} s: is there a loop that never ends?",
        }, b""
    reply = {"changed": made.changed, "shared": made.shared, "warned": made.warned[:WARNING_LIMIT]}
    reply["names"] = CALL.call.argument_names(function)[:NAME_LIMIT]
    if made.error is not None:
        answer = CALL.fault.raised(made.error, function)
        return reply | {"fault": answer.fault, "says": answer.says}, b""
    parts, numbers = packed(
        CALL.answer.split(made.result, request["parts"], request["quiz"]), request["most"]
    )
    return reply | {"parts": parts}, numbers


def limited(function, seconds):
    return lambda *args: within(seconds, lambda: function(*args))


def packed(answers, most):
    """Return what is told of each answer, and the numbers of all arrays one behind another."""
    parts, chunks = [], []
    for answer in answers:
        part = {"fault": answer.fault, "says": answer.says}
        if answer.value is not None:
            part["value"] = answer.value
        if answer.array is not None and answer.array.size > most:
            part = {
                "fault": "too large",
                "says": f"has shape {answer.array.shape}, far more numbers than expected",
            }
        elif answer.array is not None:
            part |= {
                "dims": list(answer.array.shape),
                "float": answer.array.dtype.kind == "f",
                "layout": answer.layout,
            }
            chunks.append(np.ascontiguousarray(answer.array, dtype="<f8").tobytes())
        parts.append(part)
    return parts, b"".join(chunks)


def flush():
    """Let out what was printed, before the reply that belongs to it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # closed, or an object of the student's
            continue


def prepare(setup):
    """Do once, before any child is forked, what all of them need."""
    global CALL
    CALL = load_call(setup["call"])
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
