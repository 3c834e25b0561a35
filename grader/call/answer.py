"""What a student's function returned, in plain terms: arrays of real numbers, or the fault that
prevents them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from types import CoroutineType
from typing import Any

import numpy as np

from .forms import Details, fault_of
from .nested import of_objects, spelt_out
from .text import is_name, short


@dataclass(frozen=True, eq=False)
class Answer:
    """One part of one call: an array of real numbers (value for a quiz), or the fault that prevents
    it.

    fault: the kind, which is also its fingerprint; message: the sentence for the student; also: it
        came in the second shape.
    layout: names and shapes of a dict of arrays, whose numbers stand in one long row, name by name
        in the alphabet's order.
    kindly: what was read as something else, which costs nothing and is noted: names of
        grader.call.forms.KINDLY.
    form, details: what the fault and its sentence were made of (grader/call/forms.py).
    """

    array: np.ndarray | None = None
    fault: str = ""
    message: str = ""
    value: Any = None
    also: bool = False
    layout: tuple[tuple[str, tuple[int, ...]], ...] = ()
    kindly: tuple[str, ...] = ()
    form: str = ""
    details: Details = field(default_factory=dict)


def faulty(form: str, **details: Any) -> Answer:
    """Return the Answer of a fault, by its form and details (see fault_of)."""
    fault, message = fault_of(form, details)
    return Answer(fault=fault, message=message, form=form, details=details)


def split(result: Any, names: list[str], quiz: bool) -> list[Answer]:
    """Return one Answer per name of a part. Never raises, whatever the function returned."""
    try:
        if isinstance(result, CoroutineType):
            result.close()  # else Python warns that it was never awaited
        return list(_split(result, names, quiz))
    except BaseException as error:  # an object that raises when it is looked at
        return [faulty("unreadable", words=short(error))] * len(names)


def _split(result: Any, names: list[str], quiz: bool) -> Iterator[Answer]:
    if quiz:
        yield quiz_answer(result)
    elif len(names) == 1:
        yield numbers(result)
    elif type(result) is dict and sorted(map(str, result)) == sorted(names):
        for name in names:
            answer = numbers(result[name])
            yield replace(answer, kindly=("named", *answer.kindly))
    elif isinstance(result, (tuple, list)):
        if len(result) == len(names):
            yield from map(numbers, result)
        else:
            yield from [faulty("count", count=len(result), results=names)] * len(names)
    else:
        yield from [faulty("one", **kind(result), results=names)] * len(names)


def kind(result: object) -> dict[str, Any]:
    """Return what a sentence says of a value: the name of its type, and the shape of an array."""
    name = type(result).__name__
    if not is_name(name):  # a student can call a type as they like
        name = "object"
    shape = {"shape": result.shape} if isinstance(result, np.ndarray) else {}
    return {"type": name, "value": "ndarray" if shape else name, **shape}


def numbers(result: Any) -> Answer:
    """Return an Answer with an array of real, finite numbers, or with the fault."""
    if isinstance(result, dict):
        return _row(result)
    if type(result) in (list, tuple):
        array, read_as = spelt_out(result)
        if array is not None:
            answer = _checked(array)
            return replace(answer, kindly=(read_as, *answer.kindly))
    if not isinstance(result, (np.ndarray, np.generic, int, float, complex)):
        return faulty("no array", **kind(result))
    # A copy: the result may be a buffer, or an object that lies.
    return _checked(np.array(result, subok=False))


def _checked(array: np.ndarray) -> Answer:
    """Return an Answer with an array, if its numbers are real and finite, or with the fault."""
    if array.dtype.kind == "c":
        return replace(_checked(array.real), kindly=("complex",)) if _is_real(array) else NOT_REAL
    if array.dtype.kind == "O":
        plain_array = of_objects(array)
        if plain_array is not None:
            answer = _checked(plain_array)
            return replace(answer, kindly=("objects", *answer.kindly))
    if array.dtype.kind not in "fiub":
        return faulty("entries", type=array.dtype.name.partition("[")[0])
    finite = np.isfinite(array)
    if not finite.all():
        place = tuple(int(i) for i in np.argwhere(~finite)[0])
        number = "NaN" if np.isnan(array[place]) else "infinity"
        return faulty("not finite", number=number, place=place)
    return Answer(array)


def _is_real(array: np.ndarray) -> bool:
    """Tell whether complex numbers are real ones but for rounding, as a Fourier transform's are."""
    allowed = ROUNDING * np.finfo(array.dtype).eps * max(1.0, np.abs(array.real).max(initial=0.0))
    return bool(np.abs(array.imag).max(initial=0.0) <= allowed)


def _row(result: dict[Any, Any]) -> Answer:
    """Return the numbers of a dict of arrays in one row."""
    if not result or len(result) > NAMES_LIMIT or not all(map(is_key, result)):
        return faulty("keys")
    layout, rows = [], []
    kindly: set[str] = set()
    for name in sorted(result):
        part = numbers(result[name])
        if part.array is None:
            return faulty(part.form, **part.details, key=name)
        kindly.update("complex" if each == "complex" else "lists" for each in part.kindly)
        layout.append((name, part.array.shape))
        rows.append(part.array.ravel().astype(float))
    return Answer(np.concatenate(rows), layout=tuple(layout), kindly=tuple(sorted(kindly)))


def is_key(key: Any) -> bool:
    """Tell whether a key of a dict may be the name of a parameter."""
    return type(key) is str and len(key) < 20 and is_name(key)


ROUNDING = 4096  # times the last digit: 1e-12 of the largest number
NOT_REAL = faulty("complex")
NAMES_LIMIT = 20
AROUND_WORDS = " \t\n.,:;()[]\"'`"
TRUTHS = {"true": True, "false": False}
QUIZ_LIMIT = 20  # numbers or words; no quiz asks for more


def quiz_answer(result: Any) -> Answer:
    if isinstance(result, np.ndarray) and result.size > QUIZ_LIMIT:
        return faulty("large quiz", **kind(result))
    if (
        result is None
        or isinstance(result, (dict, set))
        or callable(result)
        or hasattr(type(result), "__next__")
    ):
        return faulty("quiz", **kind(result))
    return Answer(value=plain(result))


def plain(value: Any) -> Any:
    """Return a quiz answer in one spelling: tuples, ints, truth values, and words in lower case.

    A word may stand in brackets or quotes, or alone in a tuple.
    """
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (tuple, list)):
        values = tuple(plain(v) for v in islice(value, QUIZ_LIMIT))
        is_one = len(values) == 1 and isinstance(values[0], (str, bool))
        return values[0] if is_one else values
    if isinstance(value, str):
        word = value.strip(AROUND_WORDS).lower()
        return TRUTHS.get(word, word)
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    number = float(value)
    return int(number) if number.is_integer() else number
