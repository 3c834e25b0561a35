"""Words for axes and for places in an array: 'the last row', 'one column too far right'."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

Place = tuple[int, ...]
FIRST_AXES = {"N": "image", "F": "filter", "C": "channel"}  # of an array with four axes
DIRECTIONS = {"row": ("up", "down"), "column": ("left", "right"), "place": ("left", "right")}
NUMBERS = ("no", "one", "two", "three", "four", "five", "six")


def axis_words(shape: str, ndim: int) -> list[str]:
    """Return a word for each axis. shape: the letters of its sizes, as a part has them, or ''."""
    if ndim == 1:
        return ["place"]
    if ndim == 2:
        return ["row", "column"]
    letters = shape.split()
    if ndim == 4:
        first = [FIRST_AXES.get(letter, "") for letter in letters[:2]] or ["image", "channel"]
        return [*first, "row", "column"] if all(first) else ["image", "channel", "row", "column"]
    return [f"index of axis {axis}" for axis in range(ndim)]


def step_words(step: Sequence[int], words: Sequence[str]) -> str:
    """Return 'one row too far up and two columns too far left' for a step along each axis."""
    return " and ".join(
        _step(count, word) for count, word in zip(step, words, strict=True) if count
    )


def _step(count: int, word: str) -> str:
    size = abs(count)
    number = NUMBERS[size] if size < len(NUMBERS) else str(size)
    back, forth = DIRECTIONS.get(word, ("back", "on"))
    return f"{number} {word}{'' if size == 1 else 's'} too far {forth if count > 0 else back}"


def region(places: Iterable[Place], everywhere: Iterable[Place], words: Sequence[str]) -> str:
    """Return what names just these places among all of them: 'the last row', or ''."""
    some, all_places = set(places), set(everywhere)
    if not some or some == all_places:
        return ""
    lines = list(_lines(all_places, words))
    for name, line in lines:
        if some == line:
            return name
        if some == all_places - line:
            return f"all but {name}"
    for number, (name, line) in enumerate(lines):
        for other, its_line in lines[number + 1 :]:
            if some == line | its_line:
                return f"{name} and {other}"
    return ""


def numbers_in(where: str, name: str) -> str:
    """Return the numbers of a region of an array as the subject of a sentence."""
    if "place" not in where:
        inside = where.removeprefix("all but ")
        return f"each number of {name} {'in' if inside == where else 'outside'} {inside}"
    where = where.replace("place", "number")  # of one axis
    if where.startswith("all but "):
        return f"each number of {name} but {where.removeprefix('all but ')}"
    return f"each of {where} of {name}" if " and " in where else f"{where} of {name}"


def _lines(places: set[Place], words: Sequence[str]) -> Iterator[tuple[str, set[Place]]]:
    """Yield the lines of an array with their names."""
    shape = np.max(list(places), axis=0) + 1
    for axis, word in enumerate(words):
        size = int(shape[axis])
        if size == 1:
            continue
        for index in range(size):
            line = {place for place in places if place[axis] == index}
            yield _name(word, index, size), line


def _name(word: str, index: int, size: int) -> str:
    if word in DIRECTIONS and index in (0, size - 1):
        return f"the {'last' if index else 'first'} {word}"
    return f"{word} {index}"


def entry(name: str, place: Place) -> str:
    """Return 'dx[0, 1]', or the name alone of a single number."""
    return f"{name}[{', '.join(map(str, place))}]" if place else name
