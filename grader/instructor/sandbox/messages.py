"""The forms of what goes between the grader, a zygote and its children, all of it JSON.

They are read while types are checked, and by nothing in the sandbox while it runs. What a child
sends need not have its form: protocol.py takes it as it comes, and looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict, final

if TYPE_CHECKING:
    from py_landlock import Landlock


@final
class ArrayArgument(TypedDict):
    """An array by its shape; its numbers come behind the JSON."""

    array: Sequence[int]
    dtype: str


@final
class DictArgument(TypedDict):
    """A dict of arrays."""

    dict: Mapping[str, ArrayArgument]


@final
class FunctionArgument(TypedDict):
    """A function that grader/call/functions.py knows, times a number."""

    function: str
    scale: float


@final
class TupleArgument(TypedDict):
    """A tuple of plain values."""

    tuple: Sequence[Any]


@final
class ValueArgument(TypedDict):
    """A plain value."""

    value: Any


Argument = ArrayArgument | DictArgument | FunctionArgument | TupleArgument | ValueArgument


@final
class CellRequest(TypedDict):
    """Run a cell, for at most so many seconds."""

    number: int
    source: str
    seconds: float


@final
class FileRequest(TypedDict):
    """Write a file into the child's folder: its name; its bytes come behind the JSON."""

    file: str


class CaseRequest(TypedDict):
    """One call.

    parts: the parts of the exercise that it judges; watch: see Exercise.watches; limit: of the
    numbers in a result; bytes: what its arrays take behind the JSON.
    """

    args: Sequence[Argument]
    parts: Sequence[str]
    watch: bool
    limit: int
    bytes: int


@final
class CallsRequest(TypedDict):
    """Call the function of a name with one case after another.

    results: the names of its results; derived: whether some are to be derived; forward: the name
    of the forward pass, or ""; without: the names that are taken away meanwhile; layers: whether
    those of layers.py are lent; quiz: whether the answer is no array; seconds: of each call.
    """

    name: str
    cases: Sequence[CaseRequest]
    results: Sequence[str]
    derived: bool
    forward: str
    without: Sequence[str]
    layers: bool
    quiz: bool
    seconds: float


Request = CellRequest | FileRequest | CallsRequest


class CellReply(TypedDict):
    """What stopped a cell, "" where nothing did.

    message: in the student's words; lost: the names that are not there; cpu: seconds of the
    processor that the process has used in all.
    """

    fault: str
    message: NotRequired[str]
    lost: NotRequired[list[str]]
    cpu: NotRequired[float]


class FaultReply(TypedDict):
    """What prevents an answer, as grader.call.forms.fault_of takes it."""

    form: str
    details: Mapping[str, Any]


class PartReply(TypedDict, total=False):
    """One answer: the shape of an array, whose numbers come behind the JSON, or a plain value.

    fault: what prevents it; kindly: what was read as something else, as Answer has it.
    """

    fault: FaultReply
    kindly: Sequence[str]
    value: Any
    dims: list[int]
    layout: Sequence[tuple[str, Sequence[int]]]


class CallReply(TypedDict, total=False):
    """The reply to one call; grader.call.call.Call says what the first three are.

    What there is nothing of is left out. names: of the function's arguments, in the first reply;
    nudged: as Call has it; cpu: as in CellReply; fault: where there are no parts.
    """

    changed: Sequence[int]
    shared: Sequence[tuple[int, int]]
    warned: Sequence[str]
    names: Sequence[str]
    nudged: tuple[str, int]
    cpu: float
    fault: FaultReply
    parts: Sequence[PartReply]


class SupportFiles(TypedDict):
    """What support.SupportFolder holds; folder: where the zygote finds it."""

    layers: str
    folder: str
    tools: dict[str, str]


class Setup(TypedDict):
    """The first message to a zygote.

    sealed: whether children seal themselves; user: the user id that the zygote takes, 0 to keep
    its own; call, numeric: the folders grader/call and grader/numeric; package: the name of the
    course's package; folder: where children have their folders; limits, memory: as seal.limit takes
    them; scratch, files, written, threads: what a child may have (time_and_memory_limits.Limits);
    readable: the paths that it may read; listed: folders of which it may read the names alone;
    program: the filter of system calls, in base64; cells: those of the course's own notebook, which
    are compiled once.

    rules: what the zygote itself makes of `readable`.
    """

    sealed: bool
    user: int
    call: str
    numeric: str
    package: str
    support: SupportFiles | None
    folder: str
    limits: Mapping[str, int]
    memory: int
    scratch: int
    files: int
    written: int
    threads: int
    readable: Sequence[str]
    listed: Sequence[str]
    program: str
    cells: Sequence[str]
    rules: NotRequired[Landlock]


class ChildRequest(TypedDict):
    """Fork a child for the pipes that come beside it. load: the modules that are loaded first."""

    load: tuple[str, ...]


class EndRequest(TypedDict):
    """End the child. since: the moment from which `still` is counted (time.monotonic)."""

    since: float


class ChildEnd(TypedDict):
    """How a child ended.

    signal: the one that killed it, 0 where we did; over: whether it took too much; clean: whether
    nothing of it is left; ran: seconds of the processor that all its threads used; still: seconds
    in which it waited for a processor that others had, or in which the zygote itself stood still.
    """

    signal: int
    over: bool
    clean: bool
    ran: float
    still: float
