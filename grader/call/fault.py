"""The exception that a student's function ended with, as a fault with the student's own line."""

from __future__ import annotations

import linecache
import re
from typing import Any

from .answer import Answer, faulty
from .ended import TimeUp
from .explain.explained import explanations
from .explain.place import innermost
from .explain.shapes import unequal
from .forms import REMOVED
from .text import is_name, short

# In numpy's words on sizes that do not fit, and what it is that does not.
SIZES = {
    "matmul": "product",
    "not aligned": "product",
    "core dimension": "product",
    "broadcast input array": "value",
    "broadcast": "operands",
}
OPERANDS = ("operands", "value")  # whose words hold the shapes
SHAPE = re.compile(r"\(((?:\d+,)+\d*)\)")
# In other words of numpy's, and what they are about.
ABOUT = {
    "negative": "negative",
    "reshape": "reshape",
    "array element": "element",
    "unpack": "unpacking",
    "empty sequence": "empty",
    "zero-size": "empty",
    "larger than input": "window",
}
# In Python's and numpy's words on a size or a place that is a float, as Python 2's / gives none.
NOT_WHOLE = re.compile(
    r"'(numpy\.)?float\d*' object cannot be interpreted as an integer"
    r"|slice indices must be integers"
    r"|indices must be integers or slices, not (numpy\.)?float"
    r"|only integers, slices"
    r"|arrays used as indices must be of integer"
    r"|expected a sequence of integers or a single integer, got '(np\.float\d+\()?-?\d"
    r"|can't multiply sequence by non-int of type '(numpy\.)?float"
)
NO_NAME = re.compile(r"module 'numpy' has no attribute '(\w+)'|`np\.(\w+)` was removed")
RAISED: dict[type[BaseException], str] = {
    NotImplementedError: "unwritten",
    RecursionError: "endless",
    KeyboardInterrupt: "interrupted",
    SystemExit: "exit",
}


def raised(error: BaseException, function: Any) -> Answer:
    """Return the fault of a function that raised, with the student's own line.

    Sizes that do not fit are a fault of their own, "raised:sizes:product" or
    "raised:sizes:operands:2,3"; other errors of the same type may have any cause.
    """
    kind = type(error)
    if kind is TimeUp:
        return faulty("stopped", seconds=error.args[0])
    if kind is NotImplementedError and not _raised_in(function, error):
        return faulty("calls unwritten", **where(function, error))
    for known, form in RAISED.items():
        if issubclass(kind, known) and (known is not NotImplementedError or kind is known):
            return faulty(form)
    text = short(error).split(" [original->remapped]")[0]  # einsum goes on for long
    details = {"type": _name(kind), "words": text, **where(function, error)}
    name = _removed_name(kind, text)
    if name:
        return faulty("removed", **details, name=name)
    about = _about(kind, text)
    details["about"] = about
    details["sizes"] = _sizes(text) if about in OPERANDS else ()
    details["because"] = explanations(error, function)
    return faulty(_form(kind, text, about), **details)


def _name(kind: type[BaseException]) -> str:
    """Return the name of a kind of exception; a student can call one as they like."""
    name = kind.__name__
    return name if is_name(name) else "Exception"


def _form(kind: type[BaseException], text: str, about: str) -> str:
    if about in SIZES.values():
        return "sizes"
    is_of_a_place = issubclass(kind, (TypeError, IndexError))
    return "not whole" if is_of_a_place and NOT_WHOLE.search(text) else "raised"


def _removed_name(kind: type[BaseException], text: str) -> str:
    """Return the name that numpy had once and that an error is about, or ''."""
    match = NO_NAME.match(text) if issubclass(kind, AttributeError) else None
    name = (match[1] or match[2]) if match else ""
    return name if name in REMOVED else ""


def _about(kind: type[BaseException], text: str) -> str:
    """Return what an error on values is about, or '': its type alone may have any cause."""
    words = {**SIZES, **ABOUT} if issubclass(kind, ValueError) else {}
    return next((about for word, about in words.items() if word in text), "")


def _sizes(text: str) -> tuple[int, ...]:
    """Return the two sizes, the smaller first, that do not fit in the shapes that a text names."""
    shapes = [
        tuple(int(size) for size in shape.split(",") if size) for shape in SHAPE.findall(text)
    ]
    pair = unequal(*shapes[:2]) if len(shapes) > 1 else None
    return tuple(sorted(pair or ()))


def where(function: Any, error: BaseException) -> dict[str, Any]:
    """Return the last line of the student's own file that an error passed: its number and code."""
    trace = innermost(function, error)
    if trace is None:
        return {}
    code = linecache.getline(trace.tb_frame.f_code.co_filename, trace.tb_lineno).strip()
    return {"line": trace.tb_lineno, "code": short(code, 100)}


def _raised_in(function: Any, error: BaseException) -> bool:
    """Tell whether the error was raised by the function's own lines (a callable without code counts
    as its own).
    """
    trace, code = error.__traceback__, getattr(function, "__code__", None)
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return code is None or trace is None or trace.tb_frame.f_code is code
