"""What a function calls while it is judged: functions that it must do without, and a forward pass
for every number of an array.

The second is how a gradient is taken by differences, whatever the forward pass is called and
wherever it stands. A function that is called once for each number, row or channel is none: what it
is called with does not go back to where it was.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

import numpy as np

LEAST = 4  # with fewer numbers, windows of an array look like it, nudged
SIZE_LIMIT = 4096  # numbers of an array that is looked at
LOOKS_LIMIT = 50_000  # arrays in one call
KINDS_LIMIT = 500  # of functions and shapes
SMALL = 64  # numbers of an array that is kept for every call
KEPT_LIMIT = 200
LIBRARIES = (os.path.dirname(np.__file__), os.path.dirname(os.__file__))


@dataclass
class _Arrays:
    """The arrays of one shape that a function was called with, one call after another.

    kept: all of them where they are small; first: the first, with which the others are compared
    where they are not; places: where these differ.
    """

    first: np.ndarray
    kept: list[np.ndarray] = field(default_factory=list)
    places: set[int] = field(default_factory=set)
    count: int = 0

    def add(self, array: np.ndarray) -> None:
        row = array.ravel()
        if row.size <= SMALL:
            if len(self.kept) < KEPT_LIMIT:
                self.kept.append(row.copy())
            return
        places = np.flatnonzero(_differ(row, self.first))
        if 0 < len(places) <= 2:  # one was put back, and another one was changed
            self.places.update(places.tolist())
            self.count += 1

    @property
    def calls(self) -> int:
        """In how many calls one number was changed, 0 where not each number was."""
        size = self.first.size
        if size > SMALL:
            return self.count + 1 if len(self.places) == size <= self.count + 1 else 0
        if len(self.kept) < size:
            return 0
        rows = np.array(self.kept)
        changed = _differ(rows, np.median(rows, axis=0))  # which is what was nudged
        is_nudged = changed.sum(axis=1).max() <= 1 and changed.any(axis=0).all()
        return int(changed.sum()) if is_nudged else 0


def _differ(rows: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Tell where rows differ from a base, but for what is left when a nudge is taken back."""
    differ: np.ndarray = np.abs(rows - base) > 1e-12 * np.abs(base).max()
    return differ


class Watch:
    """Looks at the Python functions that are called, while it is a context.

    refused: the code of functions that must not be called -> their names; nudges: whether the
    arrays are looked at with which functions are called.
    """

    def __init__(self, refused: Mapping[CodeType, str], nudges: bool) -> None:
        self._refused = refused
        self._nudges = nudges
        self.reached = ""  # the first of the refused ones that was called all the same
        self._called_with: dict[tuple[CodeType, int, tuple[int, ...]], _Arrays] = {}
        self._is_library: dict[CodeType, bool] = {}
        self._looks = 0
        self._before: Any = None

    def __enter__(self) -> Watch:
        self._before = sys.gettrace()
        sys.settrace(self._note)
        return self

    def __exit__(self, *error: object) -> None:
        sys.settrace(self._before)

    def nudged(self, shapes: set[tuple[int, ...]]) -> tuple[str, int] | None:
        """Return the name of a function that was called with nudged arrays, and how often.

        shapes: those of the arrays that count. None where there was no such function.
        """
        for (code, _, shape), arrays in self._called_with.items():
            if shape in shapes and arrays.calls:
                return code.co_name.strip("<>"), arrays.calls
        return None

    def _note(self, frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if event != "call":
            return
        if code in self._refused:
            self.reached = self.reached or self._refused[code]
        if not self._nudges or self._looks > LOOKS_LIMIT or self._is_of_library(code):
            return
        for number, array in enumerate(_arrays(frame)):
            self._looks += 1
            key = (code, number, array.shape)
            if key not in self._called_with and len(self._called_with) < KINDS_LIMIT:
                self._called_with[key] = _Arrays(array.ravel().copy())
            if key in self._called_with:
                self._called_with[key].add(array)

    def _is_of_library(self, code: CodeType) -> bool:
        if code not in self._is_library:
            self._is_library[code] = code.co_filename.startswith(LIBRARIES)
        return self._is_library[code]


def _arrays(frame: FrameType) -> Iterator[np.ndarray]:
    """Yield the arrays that a function is called with, also those in a dict."""
    code = frame.f_code
    if not code.co_argcount:
        return
    names = frame.f_locals
    values = [names.get(name) for name in code.co_varnames[: code.co_argcount]]
    for array in _plain_arrays(values):
        if array.dtype.kind in "fiu" and LEAST <= array.size <= SIZE_LIMIT:
            yield array


def shapes_of(values: Iterable[Any]) -> set[tuple[int, ...]]:
    """Return the shapes of the arrays among some values, also of those in a dict."""
    return {array.shape for array in _plain_arrays(values)}


def is_dense(values: Iterable[Any]) -> bool:
    """Tell whether the arrays among some values hold mostly other numbers than 0.

    Of arrays of zeros two may differ in a single number by chance.
    """
    return all(2 * np.count_nonzero(array) >= array.size for array in _plain_arrays(values))


def _plain_arrays(values: Iterable[Any]) -> Iterator[np.ndarray]:
    for value in values:
        yield from (
            each
            for each in (value.values() if type(value) is dict else (value,))
            if type(each) is np.ndarray
        )
