"""Say what a wrong result that no catalogued mistake explains has in common with the right one.

Small numbers with many zeros have much in common by chance. What names a cause is said only where
enough different entries speak for it; else the verdict says how many numbers differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from grader.judge.case import Case, Free

COUNTS = ("N", "C", "D", "F")  # sizes that a mean or a sum too many divides or multiplies by
ENOUGH = 4  # different entries, in one case or in several together: fewer may be a coincidence
CLOSE = "is close but not exact: are some digits lost on the way?"
CUT = (
    "is the right answer without what stands behind the point: is there an array of whole numbers?"
)
ZERO = "zero"
SHARES = "the shares of the largest entries of a window do not add up to its dy"


@dataclass(frozen=True, eq=False)
class Pair:
    """A wrong result beside the right one, of the same shape, and the case that they belong to."""

    result: np.ndarray
    right: np.ndarray
    case: Case


class Finding(NamedTuple):
    """What a pair has in common.

    key: the same for the same finding on another case.  message: as it is said.
    evidence: on how many different non-zero entries of the right result it rests.
    size: the name of a size that the message blames, or ''.
    """

    key: str
    message: str
    evidence: int
    size: str = ""


def wrong_shape(shape: tuple[int, ...], expected: tuple[int, ...], like: str) -> str:
    """Return the sentence for a result of another shape. like: the argument whose shape was
    expected, or ''.
    """
    wanted = f"{expected} like {like}" if like else f"{expected}"
    return (
        f"has shape {shape}, expected {wanted}"
        if shape
        else f"is a single number, expected shape {wanted}"
    )


def detect(pairs: list[Pair], fine: Sequence[Pair] = ()) -> str:
    """Return what all pairs have in common, '' for nothing that can be said.

    fine: right results on other cases. What may be a coincidence is not said.
    """
    if pairs[0].case.layout and pairs[0].result.ndim:  # several arrays, read as one long row
        return _of_several_arrays(pairs)
    # One or two numbers have everything in common, or nothing.
    pairs = [pair for pair in pairs if pair.right.size > 2] or pairs
    with np.errstate(all="ignore"):
        return _in_common(pairs, fine)


def _in_common(pairs: list[Pair], fine: Sequence[Pair]) -> str:
    """Return the first finding that all pairs share and that is no coincidence, or ''."""
    findings = [_findings(pair) for pair in pairs]
    shared = [key for key in findings[0] if all(key in other for other in findings)]
    sizes = [findings[0][key].size for key in shared]
    for key in shared:
        same = [other[key] for other in findings]
        if _evidence(pairs, same) >= ENOUGH and _is_clear(same[0].size, sizes, pairs, fine):
            return _zero_here(pairs, fine) if key == ZERO else same[0].message
    return ""


def _zero_here(pairs: list[Pair], fine: Sequence[Pair]) -> str:
    """Return where a result is zero: not everywhere, where it is right on other cases."""
    others = [np.abs(pair.right).max() for pair in fine if pair.right.any()]
    if not others:
        return "is zero everywhere"
    sizes = [pair.case.sizes for pair in fine]
    is_alike = any(pair.case.sizes in sizes for pair in pairs)
    if is_alike and max(np.abs(pair.right).max() for pair in pairs) < min(others) / 16:
        return "is zero where small numbers are right: are digits lost on the way?"
    return "is zero here, and right on other cases"


def _evidence(pairs: list[Pair], same: list[Finding]) -> int:
    """Return on how many entries a finding rests in all; the same right result counts once."""
    by_right = {
        (pair.right.shape, pair.right.astype(float).tobytes()): finding.evidence
        for pair, finding in zip(pairs, same, strict=True)
    }
    return sum(by_right.values())


def _is_clear(size: str, sizes: list[str], pairs: list[Pair], fine: Sequence[Pair]) -> bool:
    """Tell whether it is this size, and no other number, that a factor follows from case to case.

    sizes: all that it could be. Where a result is right, the size is 1: it divides by nothing.
    """
    if not size:
        return True
    ones = [pair.case.sizes.get(size) for pair in fine if pair.right.any()]
    lengths = {pair.case.sizes[size] for pair in pairs} | set(ones)
    return len(lengths) > 1 and len(set(filter(None, sizes))) == 1 and set(ones) <= {1}


def count_of_differences(pair: Pair) -> str:
    """Return how many entries of a result differ."""
    if pair.result.size == 1:
        return "is not right"
    count = int((~_close(pair.result, pair.right)).sum())
    return f"is not right: {count} of {pair.result.size} numbers differ"


def _findings(pair: Pair) -> dict[str, Finding]:
    """Return by key all that the detectors find in a pair, in their order."""
    pair = Pair(pair.result.astype(float), pair.right.astype(float), pair.case)
    # Digits are lost, and nothing else: what is the same when it is turned is not turned.
    if _same(pair.result, pair.right):
        return {"close": Finding("close", CLOSE, ENOUGH)}
    return {finding.key: finding for detector in DETECTORS for finding in detector(pair)}


def _of_several_arrays(pairs: list[Pair]) -> str:
    """Return which of several arrays are wrong on any case, and which are right."""
    if all(_is_nearly(pair.result, pair.right) for pair in pairs):
        return CLOSE
    names = sorted(pairs[0].case.layout)
    wrong = [name for name in names if any(_is_wrong_in(pair, name) for pair in pairs)]
    right = [name for name in names if name not in wrong]
    where = f"wrong in {' and '.join(wrong)}"
    where = f"is right in {' and '.join(right)}, {where}" if right else f"is {where}"
    is_network = any(isinstance(arg, dict) for arg in pairs[0].case.args)
    return _in_a_network(wrong, right, where) if is_network else where


def _in_a_network(wrong: list[str], right: list[str], where: str) -> str:
    """Return which parameters' gradients are wrong, and where the cause may lie."""
    if not right:
        return "is wrong in every array: follow dy back layer by layer, from the loss on"
    has_weights = any(name[0] == "w" for name in wrong)
    return f"{where}: what lies between them on the way back?" if has_weights else where


def _is_wrong_in(pair: Pair, name: str) -> bool:
    """Tell whether an array of the name is there, and wrong."""
    if name not in pair.case.layout:
        return False
    result, right = pair.case.unpacked(pair.result)[name], pair.case.unpacked(pair.right)[name]
    return not _close(result, right).all()


def _close(result: np.ndarray, right: np.ndarray) -> np.ndarray:
    atol = 1e-9 * max(1.0, np.abs(right).max(initial=0.0))
    return np.isclose(result, right, rtol=1e-6, atol=atol)


def _different(entries: np.ndarray) -> int:
    """Return how many different numbers other than 0 there are."""
    digits = np.round(entries / max(np.abs(entries).max(initial=0.0), 1e-300), 9)
    return len(np.unique(digits[digits != 0]))


def _moved(pair: Pair) -> int:
    """Return how many different entries are not where they belong, or not as they were."""
    return _different(pair.right[~_close(pair.result, pair.right)])


def _same(result: np.ndarray, right: np.ndarray) -> bool:
    return result.shape == right.shape and bool(_close(result, right).all())


def _is_nearly(result: np.ndarray, right: np.ndarray) -> bool:
    worst = np.abs(result - right).max(initial=0.0)
    return bool(worst <= 1e-3 * np.abs(right).max(initial=0.0))


# --- the detectors: each yields what it finds in a pair ---


def _factor(pair: Pair) -> Iterator[Finding]:
    """A constant factor, named by a size of the case where it is one. Any number is a multiple of
    any other.
    """
    result, right = pair.result, pair.right
    if not right.any():
        return
    factor = float(np.vdot(right, result) / np.vdot(right, right))
    if factor == 0 or not _same(result, factor * right) or _same(result, right):
        return
    if np.isclose(factor, -1):
        yield Finding("sign", "has the wrong sign everywhere", _different(right))
    yield from _named_factor(factor, pair)
    message = f"is the right answer times {factor:.6g}"
    yield Finding(f"factor {factor:.6g}", message, _different(right))


def _named_factor(factor: float, pair: Pair) -> Iterator[Finding]:
    evidence = _different(pair.right)
    for name, size in pair.case.sizes.items():
        if name not in COUNTS or not isinstance(size, int):
            continue
        if np.isclose(factor * size, 1):
            message = f"is the right answer divided by {name} = {size}"
            yield Finding(f"/{name}", message, evidence, name)
        if np.isclose(factor, size):
            message = f"is the right answer times {name} = {size}"
            yield Finding(f"*{name}", message, evidence, name)


def _total(pair: Pair) -> Iterator[Finding]:
    """Where several values are right, but not what they add up to."""
    free = pair.case.free
    if free is None or _add_up(pair.result, free):
        return
    if _same(np.where(free.where, 0, pair.result), np.where(free.where, 0, pair.right)):
        yield Finding("total", SHARES, ENOUGH)


def _add_up(result: np.ndarray, free: Free) -> bool:
    return all(np.isclose(result[where].sum(), total) for where, total in free.totals)


def _zero(pair: Pair) -> Iterator[Finding]:
    if pair.result.size > 1 and not pair.result.any() and pair.right.any():
        yield Finding(ZERO, "", ENOUGH)  # see _zero_here


def _whole_numbers(pair: Pair) -> Iterator[Finding]:
    for key, whole in (("rounded", np.rint(pair.right)), ("cut", np.trunc(pair.right))):
        if not _same(whole, pair.right) and _same(pair.result, whole):
            # Zeros are whole by themselves.
            yield Finding(key, CUT, min(_moved(pair), _different(whole)))


def _rounded(pair: Pair) -> Iterator[Finding]:
    """Digits behind the point are lost, also where numbers are small."""
    for digits in range(1, 7):
        rounded = np.round(pair.right, digits)
        if not _same(rounded, pair.right) and np.allclose(pair.result, rounded, atol=1e-12):
            message = f"is the right answer rounded to {digits} digits behind the point"
            plural = message if digits > 1 else message.replace("digits", "digit")
            yield Finding(f"rounded {digits}", plural, ENOUGH)


def _transposed(pair: Pair) -> Iterator[Finding]:
    if pair.result.ndim == 2 and _same(pair.result.T, pair.right):
        yield Finding("transposed", "is transposed", _moved(pair))


def _reversed_along_an_axis(pair: Pair) -> Iterator[Finding]:
    for axis in _long_axes(pair.result):
        if _same(np.flip(pair.result, axis), pair.right):
            message = f"is right but reversed along axis {axis}"
            yield Finding(f"flip {axis}", message, _moved(pair))


def _planes(pair: Pair) -> Iterator[Finding]:
    """What images and filters have in common: planes turned, mirrored at the diagonal, or stacked
    in another order.
    """
    result, right = pair.result, pair.right
    if result.ndim != 4:
        return
    if min(result.shape[2:]) > 1 and _same(np.flip(result, (2, 3)), right):
        message = "is right but each plane is rotated by 180 degrees"
        yield Finding("rotated", message, _moved(pair))
    if _same(result.swapaxes(2, 3), right):
        message = "is right but rows and columns of each plane are exchanged"
        yield Finding("planes transposed", message, _moved(pair))
    if min(result.shape[:2]) > 1 and _same(result.swapaxes(0, 1), right):
        message = "is right but its first two axes are exchanged"
        yield Finding("stacks exchanged", message, _moved(pair))


def _reversed(pair: Pair) -> Iterator[Finding]:
    if len(_long_axes(pair.result)) > 1 and _same(np.flip(pair.result), pair.right):
        yield Finding("flip", "is right but reversed along every axis", _moved(pair))


def _border(pair: Pair) -> Iterator[Finding]:
    result, right = pair.result, pair.right
    if result.ndim not in (2, 4) or min(result.shape[-2:]) <= 3:
        return
    inside = right[..., 1:-1, 1:-1]
    if _same(result[..., 1:-1, 1:-1], inside):
        yield Finding("border", "is wrong only at the border", _different(inside))


def _nearly(pair: Pair) -> Iterator[Finding]:
    if _is_nearly(pair.result, pair.right):
        yield Finding("close", CLOSE, ENOUGH)


def _rows_and_columns(pair: Pair) -> Iterator[Finding]:
    """Right in some rows or columns and wrong in the others."""
    if pair.result.ndim != 2 or len(_long_axes(pair.result)) != 2:
        return
    for axis, name in enumerate(("row", "column")):
        right = _close(pair.result, pair.right).all(axis=1 - axis)
        if right.any() and not right.all():
            wrong = np.flatnonzero(~right).tolist()
            evidence = _different(np.compress(right, pair.right, axis))
            if wrong == [right.size - 1]:  # it has another number in each case
                yield Finding(f"last {name}", f"is right except in the last {name}", evidence)
            places = f"{name} {', '.join(map(str, wrong))}"
            yield Finding(places, f"is right except in {places} (counted from 0)", evidence)


def _shifted(pair: Pair) -> Iterator[Finding]:
    for axis in _long_axes(pair.result):
        for shift in (1, -1):
            if _same(np.roll(pair.result, shift, axis), pair.right):
                message = f"is right but shifted by one along axis {axis}"
                yield Finding(f"shift {axis} {shift}", message, _moved(pair))


def _long_axes(array: np.ndarray) -> list[int]:
    return [axis for axis in range(array.ndim) if array.shape[axis] > 1]


# The first finding that all cases share is said: what names a cause stands before what describes.
DETECTORS: tuple[Callable[[Pair], Iterator[Finding]], ...] = (
    _factor,
    _total,
    _zero,
    _whole_numbers,
    _rounded,
    _transposed,
    _reversed_along_an_axis,
    _planes,
    _reversed,
    _border,
    _nearly,
    _rows_and_columns,
    _shifted,
)
