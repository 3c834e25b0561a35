"""What runs a student's code, in a forked and sealed child.

Cells come in, and calls are answered with raw arrays; nothing is judged here. It imports neither
`solutions` nor the real `grader`: `import grader` finds the inert stand-in, stand_in.py.
Whatever the student's code does to this process, the other side reads lengths, plain JSON and raw
float64, and nothing else.
"""

from __future__ import annotations

import _thread
import importlib
import importlib.util
import json
import math
import os
import signal
import struct
import sys
import threading
import time
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar

import numpy as np

if TYPE_CHECKING:
    from types import CodeType

    from grader.call.answer import Answer
    from grader.call.call import Call
    from grader.call.without import Namespace
    from grader.instructor.sandbox.messages import (
        Argument,
        CallReply,
        CallsRequest,
        CaseRequest,
        CellReply,
        FaultReply,
        FileRequest,
        PartReply,
        Request,
        Setup,
        SupportFiles,
    )
    from grader.instructor.sandbox.worker import cells, inert, stand_in

    T = TypeVar("T")
else:
    import cells
    import inert
    import stand_in

# grader/call, the one folder that worker and course share: how a function is called, and how its
# results are read.
CALL: types.ModuleType
# The functions of layers.py by name, as they were before any student's code ran.
LAYERS: dict[str, Callable[..., Any]] = {}
CALL_MODULES = ("answer", "call", "ended", "fault", "functions", "without")
HEADER_LIMIT = 32768  # bytes
WARNING_LIMIT = 3
NAME_LIMIT = 9
HAS_ALARM = hasattr(signal, "setitimer")  # not on Windows
set_handler = signal.signal  # a cell may put something else there
TOO_LARGE: PartReply = {"fault": {"form": "too large", "details": {}}}


def load_room(name: str, folder: str, modules: Iterable[str]) -> types.ModuleType:
    """Load a room of grader/ under a name of its own, and return the package.

    `grader` is the stand-in here, and a student may have a call.py.
    """
    spec = importlib.util.spec_from_file_location(
        name, f"{folder}/__init__.py", submodule_search_locations=[folder]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)
    for module in modules:
        importlib.import_module(f"{name}.{module}")
    return package


class Channel:
    """Messages over two pipes, both ways: a length, JSON, and raw bytes."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self.read_fd = read_fd
        self.write_fd = write_fd

    def receive(self) -> tuple[Request, bytes]:
        """Return a request and the bytes behind it. Ends this process when there are no more."""
        (length,) = struct.unpack("<I", self._exactly(4))
        request = json.loads(self._exactly(length))
        return request, self._exactly(request["bytes"])

    def _exactly(self, count: int) -> bytes:
        parts: list[bytes] = []
        while count:
            part = os.read(self.read_fd, min(count, 1 << 16))
            if not part:
                os._exit(0)
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def send(self, header: Mapping[str, object], payload: bytes = b"") -> None:
        """Send a reply; one that the other side would not read is replaced."""
        data = json.dumps(header).encode()
        if len(data) > HEADER_LIMIT:
            data = json.dumps(TOO_LARGE).encode()
            payload = b""
        message = struct.pack("<I", len(data)) + data + payload
        while message:
            message = message[os.write(self.write_fd, message) :]


def arguments(specs: Iterable[Argument], payload: bytes) -> list[Any]:
    """Return the arguments of a call from their specifications and the raw bytes behind them."""
    args = []
    start = 0
    for spec in specs:
        end = start + byte_count(spec)
        args.append(argument(spec, payload[start:end]))
        start = end
    return args


def byte_count(spec: Argument) -> int:
    """Return how many bytes the arrays of an argument take."""
    if "array" in spec:
        return 8 * math.prod(spec["array"])
    if "dict" in spec:
        return sum(map(byte_count, spec["dict"].values()))
    return 0


def argument(spec: Argument, payload: bytes) -> Any:
    """Return an argument from its specification and its raw bytes."""
    if "array" in spec:
        return np.frombuffer(payload, spec["dtype"]).reshape(spec["array"]).copy()
    if "dict" in spec:
        return dict(zip(spec["dict"], arguments(spec["dict"].values(), payload)))
    if "function" in spec:
        return CALL.functions.Named(spec["function"], spec["scale"])
    if "tuple" in spec:
        return tuple(spec["tuple"])
    return spec["value"]


def support(files: SupportFiles) -> None:
    """Give the notebook what it builds on: layers.py, and what is real in the stand-in."""
    if files["layers"]:
        layers = types.ModuleType("layers")
        exec(compile(files["layers"], "layers.py", "exec", dont_inherit=True), vars(layers))
        sys.modules["layers"] = layers
        for name, value in vars(layers).items():
            if isinstance(value, types.FunctionType):
                LAYERS[name] = value
    stand_in.open_up(files["folder"], files["tools"])


def time_up(signum: int, frame: types.FrameType | None) -> None:
    """Raise TimeUp: what the alarm of `within` calls."""
    raise cells.TimeUp


def within(seconds: float, work: Callable[[], T]) -> T:
    """Do some work under an alarm, and return its result. Raises TimeUp.

    seconds: of this process's own work; waiting does not count. The other side kills this process
    should the alarm be caught or ignored, or should it wait for too long.
    """
    if not HAS_ALARM:
        return within_on_windows(seconds, work)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        return work()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def within_on_windows(seconds: float, work: Callable[[], T]) -> T:
    """Do what `within` does where there is no alarm: a thread interrupts the work as Ctrl-C does.

    Raises TimeUp.
    """
    alarm = threading.Timer(seconds, _thread.interrupt_main)
    alarm.start()
    try:
        return work()
    finally:
        alarm.cancel()


def write_file(request: FileRequest, payload: bytes) -> CellReply:
    """Write a file that was handed in beside the notebook into this process's own folder."""
    path = request["file"]
    if os.path.dirname(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(payload)
    return {"fault": ""}


def calls(namespace: Namespace, request: CallsRequest, payload: bytes, channel: Channel) -> None:
    """Call a function of the student's with one case after another; send a reply for each.

    Cases that need not be asked any more (see Ended) have no reply. The first reply has the names
    of the function's arguments.
    """
    function: Any = namespace.get(request["name"])
    refusal = CALL.without.refusal(function, request["without"], namespace)
    layers = LAYERS if request["layers"] else {}
    more: CallReply = {"names": CALL.call.argument_names(function)[:NAME_LIMIT]}
    ended = CALL.ended.Ended()
    with (
        CALL.without.with_layers(layers, namespace),
        CALL.without.without(request["without"], namespace, request["name"]) as refused,
    ):
        forward = namespace.get(request["forward"])
        for case, part in parted(request["cases"], payload):
            if ended.skips(case["parts"]):
                continue
            result = CallResult({}, refusal)
            if refusal is None:
                result = call(function, forward, refused, request, case, part)
            reply, numbers = replied(result, request, case)
            ended.note(case["parts"], result.fault)
            flush()
            channel.send(reply | more | {"cpu": time.process_time()}, numbers)
            more = {}


def parted(cases: Iterable[CaseRequest], payload: bytes) -> Iterator[tuple[CaseRequest, bytes]]:
    """Yield each case of a request with the bytes of its arrays."""
    start = 0
    for case in cases:
        end = start + case["bytes"]
        yield case, payload[start:end]
        start = end


class CallResult(NamedTuple):
    """What a call gave: an answer that stands for all results, or what the function returned.

    reply: what else there is to say of it.
    """

    reply: CallReply
    answer: Answer | None = None
    result: Any = None

    @property
    def fault(self) -> str:
        """The kind of the fault of the whole call, or ""."""
        return self.answer.fault if self.answer is not None else ""


def call(
    function: Callable[..., Any],
    forward: Any,
    refused: Mapping[CodeType, str],
    request: CallsRequest,
    case: CaseRequest,
    payload: bytes,
) -> CallResult:
    """Call a function of the student's. refused, forward: as CALL.call.call takes them."""
    watch = case["watch"]
    result: Call = CALL.call.call(
        limited(function, request["seconds"]),
        arguments(case["args"], payload),
        refused if watch else {},
        watch and request["derived"],
        forward,
    )
    if isinstance(result.error, cells.TimeUp):
        return CallResult({}, CALL.answer.faulty("time", seconds=request["seconds"]))
    reply = notes_on(result)
    if result.reached:
        return CallResult(reply, CALL.answer.faulty("reached", name=result.reached))
    if result.error is not None:
        return CallResult(reply, CALL.fault.raised(result.error, function))
    return CallResult(reply, result=result.result)


def notes_on(result: Call) -> CallReply:
    """Return what else there is to say of a call. Most calls leave nothing of it."""
    reply: CallReply = {}
    if result.changed:
        reply["changed"] = result.changed
    if result.shared:
        reply["shared"] = result.shared
    if result.warned:
        reply["warned"] = result.warned[:WARNING_LIMIT]
    if result.nudged:
        reply["nudged"] = result.nudged
    return reply


def replied(
    result: CallResult, request: CallsRequest, case: CaseRequest
) -> tuple[CallReply, bytes]:
    """Return the header and the raw arrays of the reply to a call."""
    if result.answer is not None:
        return result.reply | {"fault": fault_of(result.answer)}, b""
    answers = CALL.answer.split(result.result, request["results"], request["quiz"])
    parts, numbers = packed(answers, case["limit"])
    return result.reply | {"parts": parts}, numbers


def limited(function: Callable[..., T], seconds: float) -> Callable[..., T]:
    """Return a function under the alarm of `within`."""
    return lambda *args: within(seconds, lambda: function(*args))


def packed(answers: Iterable[Answer], limit: int) -> tuple[list[PartReply], bytes]:
    """Return what describes each answer, and the numbers of all arrays one behind another."""
    parts = []
    chunks = []
    for answer in answers:
        part, numbers = packed_answer(answer, limit)
        parts.append(part)
        chunks.append(numbers)
    return parts, b"".join(chunks)


def fault_of(answer: Answer) -> FaultReply:
    """Return what describes a fault: the other side makes its sentence."""
    return {"form": answer.form, "details": answer.details}


def packed_answer(answer: Answer, limit: int) -> tuple[PartReply, bytes]:
    """Return what describes an answer, and the numbers of its array, if any."""
    array = answer.array
    if array is not None and array.size > limit:
        return {"fault": fault_of(CALL.answer.faulty("too many", shape=array.shape))}, b""
    if answer.fault:
        return {"fault": fault_of(answer)}, b""
    part: PartReply = {}
    if answer.value is not None:
        part["value"] = answer.value
    if array is None:
        return part, b""
    part["dims"] = list(array.shape)
    if answer.layout:
        part["layout"] = answer.layout
    if answer.kindly:
        part["kindly"] = answer.kindly
    return part, np.ascontiguousarray(array, dtype="<f8").tobytes()


def flush() -> None:
    """Let out what was printed, before the reply that belongs to it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # closed, or an object of the student's
            continue


def load(modules: Iterable[str]) -> None:
    """Load modules that students use; one that cannot be loaded is theirs to miss."""
    for module in modules:
        with suppress(Exception):
            importlib.import_module(module)


def prepare(setup: Setup) -> None:
    """Do once, before any child is forked, what all of them need."""
    global CALL
    CALL = load_room("_call", setup["call"], CALL_MODULES)
    numeric = load_room("_numeric", setup["numeric"], ("differences",))
    stand_in.numerical_jacobian = numeric.differences.numerical_jacobian
    sys.path[:] = [p for p in sys.path if not os.path.isdir(os.path.join(p, "solutions"))]
    sys.argv[:] = ["notebook"]
    for name in ("grader", setup["package"]):  # a notebook of any course may use our widgets
        sys.modules[name] = stand_in
    inert.install()
    cells.make_ready(setup["cells"])
    # A student's own cells.py is found, and not ours.
    for name in ("cells", "inert", "seal", "stand_in"):
        sys.modules.pop(name, None)
    sys.path.remove(os.path.dirname(os.path.abspath(__file__)))
    if setup["support"]:
        support(setup["support"])


def serve(read_fd: int, write_fd: int) -> NoReturn:
    """Answer requests until there are no more."""
    channel = Channel(read_fd, write_fd)
    student = types.ModuleType("__main__")
    sys.modules["__main__"] = student
    notebook = cells.Cells(vars(student), within)
    channel.send({"ready": True})
    while True:
        request, payload = channel.receive()
        # A cell may have set another handler.
        set_handler(signal.SIGPROF if HAS_ALARM else signal.SIGINT, time_up)
        if "source" in request:
            reply = notebook.run(request["number"], request["source"], request["seconds"])
            flush()
            channel.send(reply | {"cpu": time.process_time()})
        elif "file" in request:
            channel.send(write_file(request, payload))
        else:
            calls(vars(student), request, payload, channel)
