"""What a student's function returned, in plain terms: arrays of real numbers, or the fault that
prevents them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from types import CoroutineType
from typing import Any

import numpy as np

from .text import short


@dataclass(frozen=True, eq=False)
class Answer:
    """One part of one call: an array of real numbers (value for a quiz), or the fault that prevents
    it.

    fault: the kind, which is also its fingerprint; message: the sentence for the student; also: it
        came in the second shape.
    layout: names and shapes of a dict of arrays, whose numbers stand in one long row, name by name
        in the alphabet's order.
    """

    array: np.ndarray | None = None
    fault: str = ""
    message: str = ""
    value: Any = None
    also: bool = False
    layout: tuple[tuple[str, tuple[int, ...]], ...] = ()


def split(result: Any, names: list[str], quiz: bool) -> list[Answer]:
    """Return one Answer per name of a part. Never raises, whatever the function returned."""
    try:
        if isinstance(result, CoroutineType):
            result.close()  # else Python warns that it was never awaited
        return list(_split(result, names, quiz))
    except BaseException as error:  # an object that raises when it is looked at
        return [Answer(fault="type:unreadable", message=f"cannot be read: {short(error)}")] * len(
            names
        )


def _split(result: Any, names: list[str], quiz: bool) -> Iterator[Answer]:
    if quiz:
        yield quiz_answer(result)
    elif len(names) == 1:
        yield numbers(result)
    elif isinstance(result, (tuple, list)):
        if len(result) == len(names):
            yield from map(numbers, result)
        else:
            message = f"returned {len(result)} results, expected {len(names)}: {', '.join(names)}"
            yield from [Answer(fault=f"count:{len(result)}", message=message)] * len(names)
    else:
        message = f"returned {kind(result)}, expected {len(names)} results: {', '.join(names)}"
        yield from [Answer(fault=f"type:{type(result).__name__}", message=message)] * len(names)


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
        return Answer(
            fault=f"type:{type(result).__name__}",
            message=f"is {kind(result)}, expected a numpy array of numbers",
        )
    # A copy: the result may be a buffer, or an object that lies.
    array = np.array(result, subok=False)
    if array.dtype.kind == "c":
        return Answer(fault="type:complex", message="holds complex numbers, expected real ones")
    if array.dtype.kind not in "fiub":
        return Answer(
            fault=f"type:{array.dtype.kind}",
            message=f"holds {array.dtype.name} entries, expected numbers",
        )
    finite = np.isfinite(array)
    if not finite.all():
        place = tuple(int(i) for i in np.argwhere(~finite)[0])
        name = "NaN" if np.isnan(array[place]) else "infinity"
        return Answer(
            fault="not finite", message=f"holds {name}" + (f" at {list(place)}" if place else "")
        )
    return Answer(array)


def _row(result: dict[Any, Any]) -> Answer:
    """Return the numbers of a dict of arrays in one row."""
    if not result or len(result) > NAMES_LIMIT or not all(map(_is_a_name, result)):
        message = "is a dict, but its keys are not the names of the parameters"
        return Answer(fault="type:dict", message=message)
    layout, rows = [], []
    for name in sorted(result):
        part = numbers(result[name])
        if part.array is None:
            return Answer(fault=part.fault, message=f"{name} {part.message}")
        layout.append((name, part.array.shape))
        rows.append(part.array.ravel().astype(float))
    return Answer(np.concatenate(rows), layout=tuple(layout))


def _is_a_name(key: Any) -> bool:
    return type(key) is str and len(key) < 20


NAMES_LIMIT = 20
QUIZ_LIMIT = 20  # numbers or words; no quiz asks for more


def quiz_answer(result: Any) -> Answer:
    if isinstance(result, np.ndarray) and result.size > QUIZ_LIMIT:
        return Answer(
            fault="type:large", message=f"is {kind(result)}, expected a few numbers or a word"
        )
    if (
        result is None
        or isinstance(result, (dict, set))
        or callable(result)
        or hasattr(type(result), "__next__")
    ):
        return Answer(
            fault=f"type:{type(result).__name__}",
            message=f"is {kind(result)}, expected numbers, a tuple or a word",
        )
    return Answer(value=plain(result))


def plain(value: Any) -> Any:
    """Return a quiz answer in one spelling: tuples, ints, truth values, and words in lower case."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (tuple, list)):
        return tuple(plain(v) for v in islice(value, QUIZ_LIMIT))
    if isinstance(value, str):
        return value.strip().lower()
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    number = float(value)
    return int(number) if number.is_integer() else number
