"""The exception that a student's function ended with, as a fault with the student's own line."""

from __future__ import annotations

import linecache
from typing import Any

from .answer import Answer, faulty
from .text import short

# In numpy's words on sizes that do not fit.
SIZES = ("matmul", "not aligned", "broadcast", "core dimension")
RAISED: dict[type[BaseException], str] = {
    NotImplementedError: "unwritten",
    RecursionError: "endless",
    KeyboardInterrupt: "interrupted",
    SystemExit: "exit",
}


def raised(error: BaseException, function: Any) -> Answer:
    """Return the fault of a function that raised, with the student's own line.

    Sizes that do not fit are a fault of their own, "raised:sizes"; other errors of the same type
    may have any cause.
    """
    kind = type(error)
    if kind is NotImplementedError and not _raised_in(function, error):
        return faulty("calls unwritten", **where(function, error))
    for known, form in RAISED.items():
        if issubclass(kind, known) and (known is not NotImplementedError or kind is known):
            return faulty(form)
    text = short(error).split(" [original->remapped]")[0]  # einsum goes on for long
    form = "sizes" if _is_about_sizes(kind, text) else "raised"
    return faulty(form, type=_name(kind), words=text, **where(function, error))


def _name(kind: type[BaseException]) -> str:
    """Return the name of a kind of exception; a student can call one as they like."""
    name = short(kind.__name__, 60)
    return name if name.isidentifier() else "Exception"


def _is_about_sizes(kind: type[BaseException], text: str) -> bool:
    return issubclass(kind, ValueError) and any(word in text for word in SIZES)


def where(function: Any, error: BaseException) -> dict[str, Any]:
    """Return the last line of the student's own file that an error passed: its number and code."""
    home = getattr(getattr(function, "__code__", None), "co_filename", None)
    place: dict[str, Any] = {}
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == home:
            code = linecache.getline(str(home), trace.tb_lineno).strip()
            place = {"line": trace.tb_lineno, "code": short(code, 100)}
        trace = trace.tb_next
    return place


def _raised_in(function: Any, error: BaseException) -> bool:
    """Tell whether the error was raised by the function's own lines (a callable without code counts
    as its own).
    """
    trace, code = error.__traceback__, getattr(function, "__code__", None)
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return code is None or trace is None or trace.tb_frame.f_code is code
