"""What a function calls while it is judged: functions that it must do without, and a forward pass
for every number of an array.

The second is how a gradient is taken by differences: an argument of the exercise goes to a function
again and again, with one number of it changed each time. Any function counts, so that a copy of the
forward pass is none the better; the forward pass itself counts with any other array too. A helper
that is called once for each number, row or channel of dy is none: it takes no argument of the
exercise apart.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType, FrameType, FunctionType
from typing import Any

import numpy as np

LEAST = 4  # with fewer numbers, windows of an array look like it, nudged
SIZE_LIMIT = 4096  # numbers of an array that is looked at
LOOKS_LIMIT = 50_000  # arrays in one call
KINDS_LIMIT = 500  # of functions and arrays
SMALL = 512  # numbers of an array of the forward pass's that is kept for every call
ITEMS_LIMIT = 9  # of a tuple, list or dict that is looked into
LIBRARIES = (os.path.dirname(np.__file__), os.path.dirname(os.__file__))
Place = tuple[str, int]  # where an array stands in a call: a name, and a number in its value
# What is noted together: of one function's code and place, with one argument's number or one shape.
Kind = tuple[CodeType, Place, int | tuple[int, ...]]
TRACING = "settrace"  # what a function calls that wants nobody to look


@dataclass
class _FromArgument:
    """How one function was called with one argument of the exercise, a number of it changed.

    base: the argument; places: where it was changed alone, in `count` calls; steps: by how much it
    was changed from one call to the next, where these changes are not taken back.
    """

    base: np.ndarray
    places: set[int] = field(default_factory=set)
    count: int = 0
    steps: dict[int, complex] = field(default_factory=dict)
    last: np.ndarray | None = None

    def add(self, row: np.ndarray) -> None:
        places = np.flatnonzero(_differ(row, self.base))
        if len(places) == 1:
            self.places.add(int(places[0]))
            self.count += 1
        last = self.base if self.last is None else self.last
        places = np.flatnonzero(_differ(row, last))
        if len(places) == 1:
            place = int(places[0])
            self.steps[place] = row[place] - last[place]
        self.last = row

    @property
    def calls(self) -> int:
        """In how many calls one number was changed, 0 where not each number was."""
        if len(self.places) == self.base.size:
            return self.count
        if len(self.steps) == self.base.size and _is_one_step(list(self.steps.values())):
            return len(self.steps)
        return 0


@dataclass
class _FromAnywhere:
    """The arrays of one shape that the forward pass was called with, one call after another."""

    rows: list[np.ndarray] = field(default_factory=list)

    def add(self, row: np.ndarray) -> None:
        if row.size <= SMALL and len(self.rows) <= 2 * SMALL:
            self.rows.append(row)

    @property
    def calls(self) -> int:
        """In how many calls one number was changed by one step, 0 where not each number was."""
        if not self.rows or len(self.rows) < self.rows[0].size:
            return 0
        rows = np.array(self.rows)
        base = np.median(rows.real, axis=0)
        changed = np.array([_differ(row, base) for row in rows])  # which is what was nudged
        is_nudged = changed.sum(axis=1).max() <= 1 and changed.any(axis=0).all()
        # Parts of dy that are sent through a forward pass one by one are of different sizes.
        is_one = is_nudged and _is_one_step((rows - base)[changed])
        return int(changed.sum()) if is_one else 0


def _differ(row: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Tell where a row differs from a base, but for what is left when a nudge is taken back."""
    allowed = 1e-14 * max(1.0, float(np.abs(base).max()))
    differ: np.ndarray = np.abs(row.real - base.real) > allowed
    return differ | (row.imag != base.imag)  # an imaginary step may be of any size


def _is_one_step(steps: Sequence[complex] | np.ndarray) -> bool:
    """Tell whether all steps are of one size, up or down."""
    sizes = np.abs(np.asarray(steps))
    return bool(sizes.max() - sizes.min() <= 1e-3 * sizes.max())


class Watch:
    """Looks at the Python functions that are called, while it is a context.

    refused: the code of functions that must not be called -> their names; args: the exercise's
    arguments, () where no gradient is to be derived; forward: the code of its forward pass;
    function: the code of the function that is judged, where it holds nothing but its arguments: its
    first call is ours, and is not looked at.
    """

    def __init__(
        self,
        refused: Mapping[CodeType, str],
        args: Sequence[Any] = (),
        forward: CodeType | None = None,
        function: CodeType | None = None,
    ) -> None:
        self._refused = refused
        self._forward = forward
        self._function = function
        self._bases = [row for row in map(_row, arrays_in(args)) if row is not None]
        self.reached = ""  # the first of the refused ones that was called all the same
        self._calls: dict[Kind, _FromArgument | _FromAnywhere] = {}
        self._is_library: dict[CodeType, bool] = {}
        self._looks = 0
        self._before: Any = None
        self._before_in_threads: Any = None

    def __enter__(self) -> Watch:
        self._before = sys.gettrace()
        self._before_in_threads = threading.gettrace()
        threading.settrace(self._note)
        sys.settrace(self._note)
        return self

    def __exit__(self, error: object, *_: object) -> None:
        # Python itself stops tracing where a call goes too deep.
        if error is None and sys.gettrace() != self._note:
            self.reached = self.reached or TRACING
        sys.settrace(self._before)
        threading.settrace(self._before_in_threads)

    def nudged(self, shapes: set[tuple[int, ...]]) -> tuple[str, int] | None:
        """Return the name of a function that was called with nudged arrays, and how often.

        shapes: those of the arrays that count for the forward pass. None where there was no such
        function.
        """
        for (code, _, which), calls in self._calls.items():
            if (isinstance(calls, _FromArgument) or which in shapes) and calls.calls:
                return code.co_name.strip("<>"), calls.calls
        return None

    def _note(self, frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if event != "call":
            return
        if code in self._refused:
            self.reached = self.reached or self._refused[code]
        if code is self._function:
            self._function = None
            return
        if not self._bases or self._looks > LOOKS_LIMIT or self._is_of_library(code):
            return
        for name, value in frame.f_locals.items():
            for number, array in enumerate(arrays_in((value,))):
                self._looks += 1
                self._look(code, (name, number), array)

    def _look(self, code: CodeType, place: Place, array: np.ndarray) -> None:
        """Note an array that a function is called with."""
        bases = [number for number, base in enumerate(self._bases) if base.size == array.size]
        is_forward = code is self._forward
        if not LEAST <= array.size <= SIZE_LIMIT or not (bases or is_forward):
            return
        row = _row(array)
        if row is None:
            return
        for number in bases:
            self._add((code, place, number), _FromArgument(self._bases[number]), row)
        if is_forward:
            self._add((code, place, array.shape), _FromAnywhere(), row)

    def _add(self, key: Kind, new: _FromArgument | _FromAnywhere, row: np.ndarray) -> None:
        """Note a row of a kind. new: what notes it, where it is the first of its kind."""
        if key not in self._calls and len(self._calls) < KINDS_LIMIT:
            self._calls[key] = new
        if key in self._calls:
            self._calls[key].add(row)

    def _is_of_library(self, code: CodeType) -> bool:
        if code not in self._is_library:
            self._is_library[code] = code.co_filename.startswith(LIBRARIES)
        return self._is_library[code]


def code_of(function: Any) -> CodeType | None:
    """Return the code of a Python function, None for any other object: it may answer anything."""
    return function.__code__ if type(function) is FunctionType else None


def bare_code_of(function: Any) -> CodeType | None:
    """Return the code of a function that holds no value beside its arguments, else None."""
    code = code_of(function)
    if code is None or code.co_freevars or function.__defaults__ or function.__kwdefaults__:
        return None
    return code


def shapes_of(values: Iterable[Any]) -> set[tuple[int, ...]]:
    """Return the shapes of the arrays among some values, also of those in a dict."""
    return {array.shape for array in arrays_in(values)}


def is_dense(values: Iterable[Any]) -> bool:
    """Tell whether the arrays among some values hold mostly other numbers than 0.

    Of arrays of zeros two may differ in a single number by chance.
    """
    return all(2 * np.count_nonzero(array) >= array.size for array in arrays_in(values))


def arrays_in(values: Iterable[Any]) -> Iterator[np.ndarray]:
    """Yield the arrays among some values, also those that stand in a tuple, a list or a dict.

    It looks no further in: lists may be nested deeply, and hold themselves.
    """
    for value in values:
        for each in _items(value):
            if issubclass(type(each), np.ndarray):
                yield np.asarray(each)


def _items(value: Any) -> Iterable[Any]:
    if type(value) is dict:
        return list(value.values())[:ITEMS_LIMIT]
    return value[:ITEMS_LIMIT] if type(value) in (tuple, list) else (value,)


def _row(array: np.ndarray) -> np.ndarray | None:
    """Return a copy of an array's numbers in one row, None where they are no numbers."""
    if array.dtype.kind not in "fiucO":
        return None
    try:
        return array.ravel().astype(complex if array.dtype.kind in "cO" else float)
    except (TypeError, ValueError):  # objects that are no numbers
        return None
