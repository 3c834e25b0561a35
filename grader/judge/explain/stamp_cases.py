"""Arguments that show where each number of one of them lands: it alone is 1 or -1, all others 0.

Most functions of the course are linear in one argument: a backward pass in dy, a forward pass in x.
What such a function does to one number at a time is all that it does. The other arguments hold
numbers that are all different, so that each number of a result tells where it came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

FIRST = 2  # the smallest of the numbers that are all different: 1 is the argument's own

Place = tuple[int, ...]
Source = tuple[str, Place]  # an operand and a place in it
Arguments = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Group:
    """The arguments of one call, asked number by number.

    names: of all of them; argument: the one that is, '' for none; operands: the other arrays, by
    name.
    places: of its numbers; stamps: the arguments for each, in which that number is not 0.
    zero: those in which all are 0; together: in which none is, and all are different.
    """

    names: tuple[str, ...]
    argument: str
    operands: Mapping[str, np.ndarray]
    places: tuple[Place, ...]
    stamps: tuple[Arguments, ...]
    together: Arguments
    zero: Arguments | None = None

    @property
    def calls(self) -> tuple[Arguments, ...]:
        """All arguments that are asked: the stamps, zero and together."""
        return self.stamps + ((self.together,) if self.zero is None else (self.zero, self.together))

    def sign(self, number: int) -> int:
        """Return 1 or -1: the number that is not 0 in a stamp. Both occur, as in a dy."""
        return -1 if number < len(self.places) and number % 2 else 1

    @cached_property
    def sources(self) -> dict[float, Source]:
        """Where a number comes from that stands in the operands once, and is not the argument's."""
        known: dict[float, Source] = {}
        twice = {0.0, 1.0}
        for name, array in self.operands.items():
            for place in np.ndindex(*array.shape):
                value = float(array[place])
                if value in known:
                    twice.add(value)
                known[value] = name, place
        return {value: source for value, source in known.items() if value not in twice}

    @cached_property
    def sums(self) -> dict[float, str]:
        """The sums of operands along one axis, in words, those that are no other number."""
        known: dict[float, str] = {}
        twice = {0.0, 1.0, *self.sources}
        for name, array in self.operands.items():
            for axis in range(array.ndim if array.ndim > 1 else 0):
                sums = array.sum(axis=axis)
                for place in np.ndindex(*sums.shape):
                    value = float(sums[place])
                    if value in known:
                        twice.add(value)
                    indices = [*map(str, place[:axis]), ":", *map(str, place[axis:])]
                    known[value] = f"the sum of {name}[{', '.join(indices)}]"
        return {value: words for value, words in known.items() if value not in twice}

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the argument that is asked number by number."""
        return tuple(int(end) + 1 for end in np.max(self.places, axis=0))


def group(names: Sequence[str], args: Sequence[Any], argument: str) -> Group:
    """Return a group for a call. names: of its arguments; argument: asked number by number."""
    apart = list(args)
    operands = {
        name: arg
        for name, arg in zip(names, apart, strict=True)
        if isinstance(arg, np.ndarray) and arg.dtype.kind == "f" and name != argument
    }
    if not argument:
        return Group(tuple(names), argument, operands, (), (), tuple(apart))
    number = names.index(argument)
    shape = apart[number].shape
    places = tuple(np.ndindex(*shape))
    before, after = apart[:number], apart[number + 1 :]
    zero = (*before, np.zeros(shape), *after)
    bare = Group(tuple(names), argument, operands, places, (), tuple(apart), zero)
    stamps = [
        (*before, _one_at(place, shape, bare.sign(each)), *after)
        for each, place in enumerate(places)
    ]
    return replace(bare, stamps=tuple(stamps))


def _one_at(place: Place, shape: tuple[int, ...], value: int) -> np.ndarray:
    array = np.zeros(shape)
    array[place] = value
    return array


def with_distinct_numbers(args: Sequence[Any]) -> Iterator[Any]:
    """Yield the arguments, the arrays of numbers with others that are all different.

    Signs and order stay: a ReLU and a window's maximum depend on them.
    """
    first = FIRST
    for arg in args:
        if isinstance(arg, np.ndarray) and arg.dtype.kind == "f":
            yield _ranks(arg, first)
            first += arg.size
        else:
            yield arg


def _ranks(array: np.ndarray, first: int) -> np.ndarray:
    """Return different whole numbers of the same signs and in the same order, from +-first on."""
    order = np.argsort(array, axis=None, kind="stable")
    ranks = np.empty(array.size)
    negative = int((array <= 0).sum())
    ranks[order[:negative]] = -np.arange(first + negative - 1, first - 1, -1)
    ranks[order[negative:]] = np.arange(first + negative, first + array.size)
    return ranks.reshape(array.shape)
