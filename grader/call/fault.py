"""The exception that a student's function ended with, as a fault with the student's own line."""

from __future__ import annotations

import linecache
from typing import Any

from .answer import Answer
from .text import short

# In numpy's words on sizes that do not fit.
SIZES = ("matmul", "not aligned", "broadcast", "core dimension")
RAISED = {
    NotImplementedError: "is not written yet",
    RecursionError: "calls itself without an end",
    KeyboardInterrupt: "was interrupted: is there a loop that never ends?",
    SystemExit: "ends the program: return the result instead of calling exit()",
}


def raised(error: BaseException, function: Any) -> Answer:
    """Return the fault of a function that raised, with the student's own line.

    Sizes that do not fit are a fault of their own, "raised:sizes"; other errors of the same type
    may have any cause.
    """
    kind = type(error)
    if kind is NotImplementedError and not _raised_in(function, error):
        message = f"calls a function that is not written yet{where(function, error)}"
        return Answer(fault="raised:unwritten", message=message)
    for known, message in RAISED.items():
        if issubclass(kind, known) and (known is not NotImplementedError or kind is known):
            return Answer(fault=f"raised:{known.__name__}", message=message)
    text = short(error).split(" [original->remapped]")[0]  # einsum goes on for long
    message = f"raised {kind.__name__}{where(function, error)}"
    fault = "sizes" if _is_about_sizes(kind, text) else kind.__name__
    return Answer(fault=f"raised:{fault}", message=f"{message} ({text})" if text else message)


def _is_about_sizes(kind: type[BaseException], text: str) -> bool:
    return issubclass(kind, ValueError) and any(word in text for word in SIZES)


def where(function: Any, error: BaseException) -> str:
    """Return ' in line 4: dx = dy @ w' for the last line of the student's own file that the error
    passed, or ''.
    """
    home = getattr(getattr(function, "__code__", None), "co_filename", None)
    place = ""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == home:
            line = linecache.getline(str(home), trace.tb_lineno).strip()
            place = f" in line {trace.tb_lineno}" + (f": {short(line, 100)}" if line else "")
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
