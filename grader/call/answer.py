"""What a student's function returned, in plain terms: arrays of real numbers, or the fault that prevents them.

Imports numpy alone: the sandboxed worker loads this one file, and nothing else of the course.
"""

from __future__ import annotations

import linecache
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from types import CodeType, CoroutineType
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Answer:
    """One part of one call: an array of real numbers (value for a quiz), or the fault that prevents it.

    fault: the kind, which is also its fingerprint; says: the sentence for the student; also: it came in the second shape.
    layout: names and shapes of a dict of arrays, whose numbers stand in one long row, name by name in the alphabet's order.
    """

    array: np.ndarray | None = None
    fault: str = ""
    says: str = ""
    value: Any = None
    also: bool = False
    layout: tuple[tuple[str, tuple[int, ...]], ...] = ()


def short(value: object, most: int = 200) -> str:
    """Return str(value) on one line, cut; a value whose __str__ fails is named by its type."""
    try:
        text = " ".join(str(value).split()).encode("utf-8", "backslashreplace").decode()
    except BaseException:
        text = "(no text)"
    return text if len(text) <= most else text[: most - 3] + "..."


def where(function: Any, error: BaseException) -> str:
    """Return ' in line 4: dx = dy @ w' for the last line of the student's own file that the error passed, or ''."""
    home = getattr(getattr(function, "__code__", None), "co_filename", None)
    found = ""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == home:
            line = linecache.getline(str(home), trace.tb_lineno).strip()
            found = f" in line {trace.tb_lineno}" + (f": {short(line, 100)}" if line else "")
        trace = trace.tb_next
    return found


PRODUCT = re.compile(r"(divide by zero|overflow|invalid value) encountered in (matmul|matvec|vecmat|dot)\b")


def is_of_the_library(warning: object, args: Any, result: Any) -> bool:
    """Tell whether a warning on a matrix product comes from the library that computes it: nothing in it is other than finite.

    Apple's Accelerate leaves the processor's flags set after right products, and numpy reads them (numpy issues 28687, 29820).
    """
    try:
        return PRODUCT.match(short(warning)) is not None and _is_finite(args) and _is_finite(result)
    except Exception:  # an object that raises when it is looked at
        return False


def _is_finite(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, (tuple, list)):
        return all(map(_is_finite, value))
    if isinstance(value, (np.ndarray, np.generic, float)) and np.asarray(value).dtype.kind == "f":
        return bool(np.isfinite(value).all())
    return True


RAISED = {
    NotImplementedError: "is not written yet",
    RecursionError: "calls itself without an end",
    KeyboardInterrupt: "was interrupted: is there a loop that never ends?",
    SystemExit: "ends the program: return the result instead of calling exit()",
}


def raised(error: BaseException, function: Any) -> Answer:
    """Return the fault of a function that raised, with the student's own line.

    Sizes that do not fit are a fault of their own, "raised:sizes"; other errors of the same type may have any cause.
    """
    name, text = type(error).__name__, short(error).split(" [original->remapped]")[0]  # einsum goes on for long
    if type(error) is NotImplementedError and not _raised_in(function, error):
        return Answer(fault="raised:unwritten", says=f"calls a function that is not written yet{where(function, error)}")
    for kind, says in RAISED.items():
        if issubclass(type(error), kind) and (kind is not NotImplementedError or type(error) is kind):
            return Answer(fault=f"raised:{kind.__name__}", says=says)
    sizes = issubclass(type(error), ValueError) and any(word in text for word in SIZES)
    return Answer(
        fault=f"raised:{'sizes' if sizes else name}",
        says=f"raised {name}{where(function, error)}" + (f" ({text})" if text else ""),
    )


def reaches(function: Any, others: list[Any]) -> Any:
    """Return the one of other functions that a function is, or keeps in its defaults, its closure or as a partial; else None."""
    kept = [function, getattr(function, "func", None), *(getattr(function, "args", None) or ())]
    kept += [*(getattr(function, "__defaults__", None) or ()), *(getattr(function, "__kwdefaults__", None) or {}).values()]
    for cell in getattr(function, "__closure__", None) or ():
        try:
            kept.append(cell.cell_contents)
        except ValueError:  # not filled yet
            continue
    return next((other for other in others if other is not None and any(value is other for value in kept)), None)


def refusing_code(code: CodeType, says: str) -> CodeType:
    """Return code that raises RuntimeError(says), to be put for a while into a function whose own code this is."""

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("")

    constants = tuple(says if constant == "" else constant for constant in refuse.__code__.co_consts)
    return refuse.__code__.replace(co_consts=constants, co_freevars=code.co_freevars)


def _raised_in(function: Any, error: BaseException) -> bool:
    """Tell whether the error was raised by the function's own lines (a callable without code counts as its own)."""
    trace, code = error.__traceback__, getattr(function, "__code__", None)
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return code is None or trace is None or trace.tb_frame.f_code is code


SIZES = ("matmul", "not aligned", "broadcast", "core dimension")  # in numpy's words on sizes that do not fit


def split(result: Any, names: list[str], quiz: bool) -> list[Answer]:
    """Return one Answer per name of a part. Never raises, whatever the function returned."""
    try:
        if isinstance(result, CoroutineType):
            result.close()  # else Python warns that it was never awaited
        return list(_split(result, names, quiz))
    except BaseException as error:  # an object that raises when it is looked at
        return [Answer(fault="type:unreadable", says=f"cannot be read: {short(error)}")] * len(names)


def _split(result: Any, names: list[str], quiz: bool) -> Iterator[Answer]:
    if quiz:
        yield quiz_answer(result)
    elif len(names) == 1:
        yield numbers(result)
    elif isinstance(result, (tuple, list)):
        if len(result) == len(names):
            yield from map(numbers, result)
        else:
            says = f"returned {len(result)} results, expected {len(names)}: {', '.join(names)}"
            yield from [Answer(fault=f"count:{len(result)}", says=says)] * len(names)
    else:
        says = f"returned {kind(result)}, expected {len(names)} results: {', '.join(names)}"
        yield from [Answer(fault=f"type:{type(result).__name__}", says=says)] * len(names)


def kind(result: object) -> str:
    """Return 'None', 'a list', 'an array of shape (2, 3)' for a message."""
    if result is None:
        return "None (is the return missing?)"
    if isinstance(result, np.ndarray):
        return f"an array of shape {result.shape}"
    name = type(result).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def numbers(result: Any) -> Answer:
    """Return an Answer with an array of real, finite numbers, or with the fault."""
    if isinstance(result, dict):
        return _row(result)
    if not isinstance(result, (np.ndarray, np.generic, int, float, complex)):
        return Answer(fault=f"type:{type(result).__name__}", says=f"is {kind(result)}, expected a numpy array of numbers")
    array = np.array(result, subok=False)  # a copy: the result may be a buffer, or an object that lies
    if array.dtype.kind == "c":
        return Answer(fault="type:complex", says="holds complex numbers, expected real ones")
    if array.dtype.kind not in "fiub":
        return Answer(fault=f"type:{array.dtype.kind}", says=f"holds {array.dtype.name} entries, expected numbers")
    finite = np.isfinite(array)
    if not finite.all():
        place = tuple(int(i) for i in np.argwhere(~finite)[0])
        name = "NaN" if np.isnan(array[place]) else "infinity"
        return Answer(fault="not finite", says=f"holds {name}" + (f" at {list(place)}" if place else ""))
    return Answer(array)


def _row(result: dict[Any, Any]) -> Answer:
    """Return the numbers of a dict of arrays in one row."""
    if not result or len(result) > MOST_NAMES or not all(type(name) is str and len(name) < 20 for name in result):
        return Answer(fault="type:dict", says="is a dict, but its keys are not the names of the parameters")
    parts = {name: numbers(result[name]) for name in sorted(result)}
    for name, part in parts.items():
        if part.array is None:
            return Answer(fault=part.fault, says=f"{name} {part.says}")
    arrays = {name: part.array for name, part in parts.items() if part.array is not None}
    row = np.concatenate([array.ravel().astype(float) for array in arrays.values()])
    return Answer(row, layout=tuple((name, array.shape) for name, array in arrays.items()))


MOST_NAMES = 20
MOST_IN_QUIZ = 20  # numbers or words; no quiz asks for more


def quiz_answer(result: Any) -> Answer:
    if isinstance(result, np.ndarray) and result.size > MOST_IN_QUIZ:
        return Answer(fault="type:large", says=f"is {kind(result)}, expected a few numbers or a word")
    if result is None or isinstance(result, (dict, set)) or callable(result) or hasattr(type(result), "__next__"):
        return Answer(fault=f"type:{type(result).__name__}", says=f"is {kind(result)}, expected numbers, a tuple or a word")
    return Answer(value=plain(result))


def plain(value: Any) -> Any:
    """Return a quiz answer in one spelling: tuples, ints, truth values, and words in lower case."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (tuple, list)):
        return tuple(plain(v) for v in islice(value, MOST_IN_QUIZ))
    if isinstance(value, str):
        return value.strip().lower()
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    number = float(value)
    return int(number) if number.is_integer() else number
