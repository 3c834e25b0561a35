"""Call a student's function so that nothing it does disturbs the notebook: no traceback, no stderr, no changed argument."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.call.answer import is_of_the_library


@dataclass
class Call:
    """What one call did: its result, or the exception it ended with; the arguments it was given, as it left them."""

    args: tuple[Any, ...]
    result: Any = None
    error: BaseException | None = None
    changed: list[str] = field(default_factory=list)


def call(function: Callable[..., Any], names: Sequence[str], args: Sequence[Any]) -> Call:
    """Call the function with writable copies and note which of them it changed. Every exception is caught."""
    made = Call(tuple(map(copied, args)))
    limit = sys.getrecursionlimit()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            with np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"):  # numpy's own, whatever was set
                made.result = function(*made.args)
        except BaseException as error:  # KeyboardInterrupt and SystemExit are answers too: an endless loop, an exit()
            made.error = error
    for warning in warned:
        if not is_of_the_library(warning.message, args, made.result):
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    sys.setrecursionlimit(limit)
    made.changed = [name for name, before, after in zip(names, args, made.args, strict=True) if not _unchanged(before, after)]
    return made


def copied(value: Any) -> Any:
    """Return an argument that may be changed without a trace: arrays are copied, dicts of arrays too."""
    if isinstance(value, dict):
        return {name: copied(part) for name, part in value.items()}
    return value.copy() if isinstance(value, np.ndarray) else value


def _unchanged(before: Any, after: Any) -> bool:
    if isinstance(before, dict):
        return type(after) is dict and before.keys() == after.keys() and all(_unchanged(before[k], after[k]) for k in before)
    if not isinstance(before, np.ndarray):
        return True
    return (
        isinstance(after, np.ndarray)
        and before.dtype == after.dtype
        and before.shape == after.shape
        and before.tobytes() == after.tobytes()
    )
