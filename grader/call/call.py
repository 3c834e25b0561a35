"""Call a student's function so that nothing it does disturbs the caller: no exception, no warning,
no changed argument.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from .changed import copied, is_unchanged
from .warned import warning_texts
from .watch import Watch, bare_code_of, code_of, is_dense, shapes_of

NOTHING: Mapping[CodeType, str] = {}


@dataclass(frozen=True)
class Call:
    """What one call did.

    result, error: what it returned, or the exception it ended with.
    changed: the numbers of the arguments that it changed.
    shared: (result, argument), by number, of those that share memory.
    warned: 'RuntimeWarning: overflow encountered in exp', each once.
    nudged: the function that it called with one number changed after another, and how often; None
        where there is none, or where nobody looked.
    reached: a function that it must do without and has called all the same, or "".
    """

    result: Any
    error: BaseException | None
    changed: tuple[int, ...]
    shared: tuple[tuple[int, int], ...]
    warned: tuple[str, ...]
    nudged: tuple[str, int] | None = None
    reached: str = ""


def call(
    function: Callable[..., Any],
    args: Sequence[Any],
    refused: Mapping[CodeType, str] = NOTHING,
    derived: bool = False,
    forward: Any = None,
) -> Call:
    """Call the function with writable copies of the arguments. Every exception is caught.

    refused: as `without` returns it; derived: whether to look for a numerical gradient; forward:
    the student's own forward pass, if there is one.
    """
    copies = tuple(map(copied, args))
    result, error = None, None
    limit = sys.getrecursionlimit()
    bases = args if derived and is_dense(args) else ()
    watch = None
    if refused or bases:
        watch = Watch(refused, bases, code_of(forward), bare_code_of(function))
    with warnings.catch_warnings(record=True) as recorded:
        warnings.simplefilter("default")  # each place once: a loop may warn without an end
        # numpy's own settings, whatever was set
        settings = np.errstate(divide="warn", over="warn", under="ignore", invalid="warn")
        # KeyboardInterrupt and SystemExit are answers too: an endless loop, an exit()
        try:
            with settings, watch or nullcontext():
                result = function(*copies)
        except BaseException as ended:
            error = ended
    sys.setrecursionlimit(limit)
    changed = tuple(
        number for number, arg in enumerate(args) if not is_unchanged(arg, copies[number])
    )
    words = tuple(warning_texts(recorded, args, result))
    shared = _shared(result, copies)
    if watch is None:
        return Call(result, error, changed, shared, words)
    nudged = watch.nudged(shapes_of((*args, *_results(result))))
    return Call(result, error, changed, shared, words, nudged, watch.reached)


def argument_names(function: Any) -> tuple[str, ...]:
    """Return the names of a function's arguments, () of another object: it may answer anything."""
    if type(function) is not FunctionType:
        return ()
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


def _shared(result: Any, copies: tuple[Any, ...]) -> tuple[tuple[int, int], ...]:
    """Return which results share memory with which arguments. Looks at what the function itself
    returned.
    """
    return tuple(
        (place, number)
        for place, one in enumerate(_results(result))
        for number, arg in enumerate(copies)
        if isinstance(arg, np.ndarray) and _is_of(one, arg)
    )


def _is_of(one: Any, arg: np.ndarray) -> bool:
    """Tell whether a result is an argument, or a view of its memory."""
    if type(one) is np.ndarray and one.flags.owndata:
        return one is arg  # what owns its memory shares none with others; to ask that is quicker
    return issubclass(type(one), np.ndarray) and np.may_share_memory(arg, one)


def _results(result: Any) -> Sequence[Any]:
    """Return the results of a call one by one."""
    if type(result) in (tuple, list):  # isinstance asks the object
        return result[:RESULTS_LIMIT]
    return (result,)


RESULTS_LIMIT = 9  # no exercise asks for more
