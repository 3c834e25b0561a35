"""Call a student's function so that nothing it does disturbs the caller: no exception, no warning,
no changed argument.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from .changed import copied, is_unchanged
from .warned import warning_texts


@dataclass(frozen=True)
class Call:
    """What one call did.

    result, error: what it returned, or the exception it ended with.
    changed: the numbers of the arguments that it changed.
    shared: (result, argument), by number, of those that share memory.
    warned: 'RuntimeWarning: overflow encountered in exp', each once.
    """

    result: Any
    error: BaseException | None
    changed: tuple[int, ...]
    shared: tuple[tuple[int, int], ...]
    warned: tuple[str, ...]


def call(function: Callable[..., Any], args: Sequence[Any]) -> Call:
    """Call the function with writable copies of the arguments. Every exception is caught."""
    copies = tuple(map(copied, args))
    result, error = None, None
    limit = sys.getrecursionlimit()
    with warnings.catch_warnings(record=True) as recorded:
        warnings.simplefilter("default")  # each place once: a loop may warn without an end
        # numpy's own settings, whatever was set
        settings = np.errstate(divide="warn", over="warn", under="ignore", invalid="warn")
        # KeyboardInterrupt and SystemExit are answers too: an endless loop, an exit()
        try:
            with settings:
                result = function(*copies)
        except BaseException as ended:
            error = ended
    sys.setrecursionlimit(limit)
    changed = tuple(
        number for number, arg in enumerate(args) if not is_unchanged(arg, copies[number])
    )
    words = tuple(warning_texts(recorded, args, result))
    return Call(result, error, changed, _shared(result, copies), words)


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
    results = result if type(result) in (tuple, list) else (result,)  # isinstance asks the object
    return tuple(
        (place, number)
        for place, one in enumerate(results[:RESULTS_LIMIT])
        for number, arg in enumerate(copies)
        if isinstance(arg, np.ndarray)
        and issubclass(type(one), np.ndarray)
        and np.may_share_memory(arg, one)
    )


RESULTS_LIMIT = 9  # no exercise asks for more
