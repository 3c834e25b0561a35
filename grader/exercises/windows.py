"""The window of an entry of a result: what to look at where the entry is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

Places = tuple[int, ...]


class Axis(NamedTuple):
    """One axis of a convolution or of pooling.

    n, m: how many numbers x and y have along it; k: the width of the window.
    """

    n: int
    m: int
    k: int
    stride: int
    pad: int

    def of_y(self, place: int) -> range:
        """Return the places of x in the window of a place of y; some may lie on the padding."""
        start = place * self.stride - self.pad
        return range(start, start + self.k)

    def of_dx(self, place: int) -> range:
        """Return the places of y whose windows hold a place of x."""
        first = -((self.k - 1 - place - self.pad) // self.stride)
        last = (place + self.pad) // self.stride
        return range(max(first, 0), min(last, self.m - 1) + 1)

    def of_dw(self, place: int) -> range:
        """Return the places of x that a place of the filter meets, one for each place of y."""
        start = place - self.pad
        return range(start, start + self.m * self.stride, self.stride)


# result -> its places along an axis, and the sentence on them
RESULTS: dict[str, tuple[Callable[[Axis, int], range], str]] = {
    "y": (Axis.of_y, "Its window is {} of x{}."),
    "dx": (Axis.of_dx, "The windows of {} of dy hold this place of x."),
    "dw": (Axis.of_dw, "This weight meets {} of x{}."),
}


def of_images(name: str, place: Places, **arguments: Any) -> str:
    """Return the window of an entry of y, dx or dw in a sentence, '' for other results.

    place: the indexes of the entry, its row and its column last.
    arguments: of the call: dy or x, and w, size, stride, pad as far as the function has them.
    """
    return _sentence(name, place[-2:], ("row", "column"), arguments)


def of_2x2(name: str, place: Places, **arguments: Any) -> str:
    """Return the same where 2 x 2 windows that do not overlap are pooled."""
    return of_images(name, place, size=(2, 2), stride=2, **arguments)


def of_a_row(name: str, place: Places, **arguments: Any) -> str:
    """Return the same where a row of numbers is convolved."""
    return _sentence(name, place, ("place",), arguments)


def _sentence(name: str, place: Places, words: Sequence[str], arguments: dict[str, Any]) -> str:
    if name not in RESULTS:
        return ""
    places_of, sentence = RESULTS[name]
    axes = _axes(len(words), **arguments)
    ranges = [places_of(axis, number) for axis, number in zip(axes, place, strict=True)]
    if not all(ranges):
        return "No window holds this place of x."
    is_outside = any(set(each) - set(range(axis.n)) for each, axis in zip(ranges, axes))
    outside = "; what lies outside x is padding" if is_outside else ""
    return sentence.format(" and ".join(map(_numbers, words, ranges)), outside)


def _axes(
    count: int,
    x: Any = None,
    dy: Any = None,
    w: Any = None,
    size: Places | None = None,
    stride: int = 1,
    pad: int = 0,
    **_: Any,
) -> list[Axis]:
    """Return the last axes of a call. Of x, dy and w the others tell the size of a missing one."""
    nothing = (None,) * count
    n_of, m_of, k_of = (
        nothing if array is None else np.shape(array)[-count:] for array in (x, dy, w)
    )
    axes = []
    for n, m, k in zip(n_of, m_of, size or k_of, strict=True):
        if m is None:
            m = (n + 2 * pad - k) // stride + 1
        elif n is None:
            n = m + k - 1 - 2 * pad
        axes.append(Axis(n, m, n + 2 * pad - m + 1 if k is None else k, stride, pad))
    return axes


def _numbers(word: str, numbers: range) -> str:
    """Return 'row 0', 'rows 1 to 3' or 'rows 0, 2, 4'."""
    if len(numbers) == 1:
        return f"{word} {numbers[0]}"
    if numbers.step == 1:
        return f"{word}s {numbers[0]} to {numbers[-1]}"
    return f"{word}s {', '.join(map(str, numbers))}"
