"""What a wrong stamp and the right one have in common: where it lands, what it is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from grader.judge.explain.stamp_cases import Group, Place, Source
from grader.judge.explain.words import axis_words, entry, region, step_words
from grader.show.numbers import number

ALIKE = 3  # numbers of an operand that are there by no chance
MULTIPLES = {1: "{}", -1: "-{}", 2: "2 {}", 0.5: "{} / 2"}  # of a number of an operand


class Finding(NamedTuple):
    """key: the same for the same finding on another stamp; evidence: how many entries show it."""

    key: str
    message: str
    evidence: int


@dataclass(frozen=True, eq=False)
class Stamp:
    """What one number of an argument gives, beside what is right.

    words: for the result's axes; result, right: as if the number were 1, also where it is -1.
    """

    name: str
    words: Sequence[str]
    result: np.ndarray
    right: np.ndarray
    group: Group
    number: int
    digits: float

    @cached_property
    def places(self) -> set[Place]:
        """Where the result is not 0."""
        return _places(self.result != 0)

    @cached_property
    def right_places(self) -> set[Place]:
        return _places(self.right != 0)

    @cached_property
    def sources(self) -> dict[Place, Source]:
        return self._sources(self.result)

    @cached_property
    def right_sources(self) -> dict[Place, Source]:
        return self._sources(self.right)

    def _sources(self, array: np.ndarray) -> dict[Place, Source]:
        """Return which number of an operand stands where."""
        known = self.group.sources
        return {
            place: known[value]
            for place in _places(array != 0)
            if (value := float(array[place])) in known
        }

    @cached_property
    def is_made_of_operands(self) -> bool:
        """Whether each right number is one of an operand, or the negative of one."""
        known = self.group.sources
        values = {float(value) for value in self.right.ravel() if value}
        return all(value in known or -value in known for value in values - {1.0})

    def first_wrong(self) -> Place:
        return tuple(np.argwhere(differ(self.result, self.right, self.digits))[0].tolist())

    def instance(self) -> str:
        """Return 'dx[0, 2] is w[1], not w[2]'."""
        place = self.first_wrong()
        sign = self.group.sign(self.number)
        yours, right = self.source(sign * self.result, place), self.source(sign * self.right, place)
        return f"{entry(self.name, place)} is {yours}, not {right}"

    def letters_of(self, name: str) -> str:
        """Return the letters of the first axes of an operand: filters have other ones."""
        return "F C" if self.group.operands[name].shape[-2:] < self.result.shape[-2:] else "N C"

    def _is_credible(self, value: float, factor: float, place: Place) -> bool:
        """Tell whether a number of an operand stands at a place, times a factor, by no chance.

        With a factor it has to be the right one. Without, it has to be of an operand that right
        numbers are of, as far as any operand is known; or all numbers of the result are of its own.
        """
        source = self.group.sources.get(value)
        if source is None:
            return False
        if abs(factor) != 1:
            return source == self.right_sources.get(place)
        operands = {operand for operand, _ in self.right_sources.values()}
        if not operands or source[0] in operands:
            return True
        alike = [each for each in self.sources.values() if each[0] == source[0]]
        return len(alike) == len(self.places) >= ALIKE

    def source(self, array: np.ndarray, place: Place) -> str:
        """Return what stands at a place: a number of an operand, or a number."""
        value = float(array[place])
        known = self.group.sources
        if not self.is_made_of_operands or abs(value) == 1:
            return number(value)
        for factor, words in MULTIPLES.items():
            if self._is_credible(value / factor, factor, place):
                return words.format(entry(*known[value / factor]))
        return self.group.sums.get(value, number(value))


def differ(result: np.ndarray, right: np.ndarray, digits: float) -> np.ndarray:
    """Return where a result is not right. digits: the error that is none."""
    largest = max(1.0, np.abs(right).max(initial=0.0))
    return ~np.isclose(result, right, rtol=digits, atol=1e-3 * digits * largest)


def _places(mask: np.ndarray) -> set[Place]:
    return set(map(tuple, np.argwhere(mask).tolist()))


def _nothing(stamp: Stamp) -> Finding | None:
    if stamp.places or not stamp.right_places:
        return None
    return Finding("nothing", "{who} does not arrive in " + stamp.name, 4)


def _none_due(stamp: Stamp) -> Finding | None:
    if stamp.right_places or not stamp.places:
        return None
    message = f"{{who}} reaches {stamp.name}, where nothing of it belongs"
    return Finding("none due", message, len(stamp.places))


def _times(stamp: Stamp) -> Finding | None:
    if not stamp.right_places or not stamp.places:
        return None
    factor = float(np.vdot(stamp.right, stamp.result) / np.vdot(stamp.right, stamp.right))
    if factor in (0, 1) or not np.allclose(stamp.result, factor * stamp.right):
        return None
    # A stamp of one number is a multiple of any other; several together are not.
    message = f"{{who}} is sent times {factor:.4g}"
    if factor == -1:
        message = "{who} is sent with the wrong sign"
    # The factor may be a size: it is another one in each case.
    return Finding("minus" if factor == -1 else "times", message, len(stamp.places))


def _shifted(stamp: Stamp) -> Finding | None:
    """The same numbers, all by one step further on."""
    if len(stamp.places) != len(stamp.right_places) or not stamp.places:
        return None
    step = np.min(list(stamp.places), axis=0) - np.min(list(stamp.right_places), axis=0)
    moved = {
        tuple((np.array(place) + step).tolist()): stamp.right[place] for place in stamp.right_places
    }
    is_moved = any(step) and all(
        place in moved and np.isclose(stamp.result[place], moved[place]) for place in stamp.places
    )
    if not is_moved:
        return None
    return Finding(f"shift {step}", _lands(step.tolist(), stamp), len(stamp.places))


def _lands(step: list[int], stamp: Stamp) -> str:
    return f"{{who}} lands {step_words(step, stamp.words)} in {stamp.name}"


def _read_elsewhere(stamp: Stamp) -> Finding | None:
    """Each entry is the number of an operand one step beside the right one."""
    pairs = _pairs(stamp)
    steps = {tuple((np.array(yours[1]) - np.array(right[1])).tolist()) for yours, right in pairs}
    if len(steps) != 1 or not _is_traced(stamp):
        return None
    (step,) = steps
    if not any(step):
        return None
    name = pairs[0][0][0]
    return Finding(f"read {name} {step}", _read(name, step, stamp), len(pairs))


def _read(name: str, step: Place, stamp: Stamp) -> str:
    """Return the words for operands that are read one step beside the right ones."""
    shape = stamp.group.operands[name].shape
    words = axis_words(stamp.letters_of(name), len(step))
    is_filter = len(shape) == stamp.result.ndim and shape[-2:] < stamp.result.shape[-2:]
    if is_filter and not any(step[:-2]):  # the filter itself lies elsewhere in the result
        return _lands([-count for count in step], stamp)
    return f"{{who}} meets numbers of {name} that lie {step_words(step, words)}"


def _pairs(stamp: Stamp) -> list[tuple[Source, Source]]:
    """Return where the entries come from that stand where they belong, yours and right."""
    places = stamp.sources.keys() & stamp.right_sources.keys()
    pairs = [(stamp.sources[place], stamp.right_sources[place]) for place in sorted(places)]
    return pairs if all(yours[0] == right[0] for yours, right in pairs) else []


def _is_traced(stamp: Stamp) -> bool:
    """Tell whether all entries are numbers of an operand."""
    return len(stamp.sources) == len(stamp.places) > 0


def _turned(stamp: Stamp) -> Finding | None:
    """Where a number of an operand belongs stands the one at the opposite side of it."""
    pairs = _pairs(stamp)
    if not pairs or not _is_traced(stamp) or stamp.places != stamp.right_places:
        return None
    name = pairs[0][0][0]
    shape = stamp.group.operands[name].shape
    for axes, words in _turns(shape):
        if all(yours[1] == _flipped(right[1], shape, axes) for yours, right in pairs):
            moved = sum(yours != right for yours, right in pairs)
            return Finding(f"turned {axes}", f"{{who}} meets {name} {words}", moved)
    return None


def _turned_result(stamp: Stamp) -> Finding | None:
    """What arrives is the right thing turned."""
    if not stamp.places or stamp.result.ndim < 1:
        return None
    for axes, words in _turns(stamp.result.shape):
        right = np.flip(stamp.right, axes)
        if np.allclose(stamp.result, right) and not np.allclose(right, stamp.right):
            message = f"{{who}} arrives {words} in {stamp.name}"
            return Finding(f"turned in {stamp.name} {axes}", message, len(stamp.places))
    return None


def _turns(shape: tuple[int, ...]) -> list[tuple[tuple[int, ...], str]]:
    """Return the axes along which an array can be turned, and what is said of that."""
    if len(shape) == 1:
        return [((0,), "in reverse order")]
    row, column = len(shape) - 2, len(shape) - 1
    turns: list[tuple[tuple[int, ...], str]] = []
    if shape[row] > 1:
        turns.append(((row,), "with its rows in reverse order"))
    if shape[column] > 1:
        turns.append(((column,), "with its columns in reverse order"))
    if len(turns) == 2:
        turns.append(((row, column), "turned by 180 degrees"))
    return turns


def _flipped(place: Place, shape: tuple[int, ...], axes: tuple[int, ...]) -> Place:
    return tuple(
        shape[axis] - 1 - index if axis in axes else index for axis, index in enumerate(place)
    )


def _exchanged(stamp: Stamp) -> Finding | None:
    """Where a number of an operand belongs stands the one with two indices exchanged."""
    pairs = _pairs(stamp)
    if not pairs or not _is_traced(stamp) or stamp.places != stamp.right_places:
        return None
    name, ndim = pairs[0][0][0], len(pairs[0][0][1])
    for first in range(ndim):
        for second in range(first + 1, ndim):
            if all(yours[1] == _swapped(right[1], first, second) for yours, right in pairs):
                moved = sum(yours != right for yours, right in pairs)
                message = f"{{who}} meets {name} with its axes {first} and {second} exchanged"
                return Finding(f"exchanged {first} {second}", message, moved)
    return None


def _swapped(place: Place, first: int, second: int) -> Place:
    swapped = list(place)
    swapped[first], swapped[second] = place[second], place[first]
    return tuple(swapped)


def _transposed(stamp: Stamp) -> Finding | None:
    """The stamp itself lies across: its rows are columns."""
    if stamp.result.ndim < 2 or stamp.places == stamp.right_places or not stamp.places:
        return None
    yours, right = _box(stamp.result), _box(stamp.right)
    across = right.swapaxes(-1, -2)
    is_across = yours.shape == across.shape and np.allclose(yours, across)
    if not is_across or (right.shape == across.shape and np.allclose(right, across)):
        return None
    message = "{who} sends its stamp with rows and columns exchanged"
    return Finding("transposed", message, len(stamp.places))


def _box(array: np.ndarray) -> np.ndarray:
    places = np.argwhere(array != 0)
    if not len(places):
        return array
    ends = zip(places.min(axis=0), places.max(axis=0) + 1)
    return array[tuple(slice(first, last) for first, last in ends)]


def _other_plane(stamp: Stamp) -> Finding | None:
    """The right numbers, in another image, channel or filter."""
    if stamp.result.ndim != 4 or not stamp.places:
        return None
    for axis, word in enumerate(stamp.words[:2]):
        if stamp.result.shape[axis] == 1:
            continue
        if np.allclose(stamp.result.sum(axis=axis), stamp.right.sum(axis=axis)):
            message = f"{{who}} lands in another {word} of {stamp.name}"
            return Finding(f"other {word}", message, len(stamp.places))
        spread = np.broadcast_to(stamp.right.sum(axis=axis, keepdims=True), stamp.right.shape)
        if np.allclose(stamp.result, spread):
            message = f"{{who}} reaches each {word} of {stamp.name}, and not its own alone"
            return Finding(f"each {word}", message, len(stamp.places))
    return None


def _missing(stamp: Stamp) -> Finding | None:
    """Some of the right numbers and nothing else."""
    missing = stamp.right_places - stamp.places
    if not missing or not stamp.places <= stamp.right_places or not _agrees(stamp, stamp.places):
        return None
    message = f"{{who}} sends only a part of what it has to{_what_is_missing(stamp, missing)}"
    return Finding("missing", message, len(stamp.places) + len(missing))


def _what_is_missing(stamp: Stamp, missing: set[Place]) -> str:
    """Return which of the right numbers are missing, by where they come from or belong."""
    sources = [stamp.right_sources[place] for place in missing if place in stamp.right_sources]
    names = {name for name, _ in sources}
    if len(sources) == len(missing) and len(names) == 1:
        (name,) = names
        everywhere = np.ndindex(*stamp.group.operands[name].shape)
        used = {place for _, place in stamp.right_sources.values()}
        words = axis_words("F C", stamp.group.operands[name].ndim)
        line = region([place for _, place in sources], used & set(everywhere), words)
        if line:
            return f": {line} of {name} is missing"
    return ""


def _agrees(stamp: Stamp, places: set[Place]) -> bool:
    return all(np.isclose(stamp.result[place], stamp.right[place]) for place in places)


def _beside(stamp: Stamp) -> Finding | None:
    """The right numbers, and others beside them."""
    beside = stamp.places - stamp.right_places
    if not beside or not _agrees(stamp, stamp.right_places) or not stamp.right_places:
        return None
    message = f"{{who}} reaches places of {stamp.name} that it must not"
    if _wraps_around(stamp, beside):
        message = (
            f"{{who}} reaches places of {stamp.name} that it must not: an index below 0 counts "
            "from the end"
        )
    return Finding("beside", message, len(beside) + 2)


def _wraps_around(stamp: Stamp, beside: set[Place]) -> bool:
    """Tell whether what is too much stands where an index below 0 leads to: in the result, or in
    the operand that is read.
    """
    if not stamp.right_sources or stamp.result.ndim not in (1, 4):
        return False
    place, (name, source) = next(iter(stamp.right_sources.items()))
    offset = _last(place) - _last(source)
    sizes = np.array(stamp.result.shape[-2:]), np.array(stamp.group.operands[name].shape[-2:])
    return all(
        each in stamp.sources
        and stamp.sources[each][0] == name
        and _is_wrapped(_last(each) - _last(stamp.sources[each][1]) - offset, *sizes)
        for each in beside
    )


def _last(place: Place) -> np.ndarray:
    return np.array(place[-2:])


def _is_wrapped(further: np.ndarray, size: np.ndarray, read: np.ndarray) -> bool:
    """Tell whether places lie a whole size further on than they should, or are read so far back."""
    landed = np.isin(further, (0,)) | (further == size)
    taken = np.isin(further, (0,)) | (further == -read)
    return bool(landed.all() or taken.all()) and bool(further.any())


def _right_numbers(stamp: Stamp) -> Finding | None:
    """The right numbers in other places."""
    yours = Counter(np.round(stamp.result[stamp.result != 0], 9).tolist())
    right = Counter(np.round(stamp.right[stamp.right != 0], 9).tolist())
    if yours != right or not yours:
        return None
    message = f"{{who}} sends the right numbers to wrong places of {stamp.name}"
    return Finding("right numbers", message, len(yours) + 2)


# The first relation that holds for all wrong stamps is said.
RELATIONS: tuple[Callable[[Stamp], Finding | None], ...] = (
    _nothing,
    _none_due,
    _times,
    _shifted,
    _turned,
    _turned_result,
    _exchanged,
    _read_elsewhere,
    _transposed,
    _other_plane,
    _missing,
    _beside,
    _right_numbers,
)
