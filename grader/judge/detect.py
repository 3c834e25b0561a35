"""Name the mistake behind a wrong part: first by the catalogue's fingerprints, then by general detectors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.judge.case import Case


def wrong_shape(got: tuple[int, ...], expected: tuple[int, ...], like: str) -> str:
    text = f"has shape {got}, expected {expected}" + (f" like {like}" if like else "")
    return "is a single number, expected shape " + text.split("expected ")[1] if got == () else text


Seen = tuple[np.ndarray, np.ndarray, Case]  # yours, right, and the case they belong to
COUNTS = ("N", "C", "D", "F")  # sizes that a mean or a sum too many divides or multiplies by
CLOSE = "is close but not exact: are some digits lost on the way?"
Finding = tuple[str, str, bool]  # what it is, how it is told, and whether this case alone could have shown something else


def detect(seen: list[Seen]) -> str:
    """Return what wrong arrays of the right shape have in common over all their cases, or how many entries differ."""
    if seen[0][2].layout and seen[0][0].ndim:  # a dict of arrays, read as one long row
        return _names(*seen[0])
    seen = [one for one in seen if one[1].size > 2] or seen  # one or two numbers have everything in common, or nothing
    with np.errstate(all="ignore"):
        told = [{key: (text, sure) for key, text, sure in _seen(g.astype(float), r.astype(float), c)} for g, r, c in seen]
        got, right, _ = seen[0]
        apart = int((~_close(got, right)).sum())
    for key, (text, _) in told[0].items():
        if all(key in other for other in told) and any(other[key][1] for other in told):
            return text
    return "is not right" if got.size == 1 else f"is not right: {apart} of {got.size} numbers differ"


def _names(got: np.ndarray, right: np.ndarray, case: Case) -> str:
    """Return which arrays of a dict are right and which are wrong: the fault lies between them."""
    yours, expected = case.unpacked(got), case.unpacked(right)
    wrong = [name for name in yours if not _close(yours[name], expected[name]).all()]
    fine = [name for name in yours if name not in wrong]
    if np.abs(got - right).max(initial=0.0) <= 1e-3 * np.abs(right).max(initial=0.0):
        return CLOSE
    if not fine:
        return "is wrong in every array: begin at the loss, and follow dy back layer by layer"
    between = ": what lies between them on the way back?" if any(name[0] == "w" for name in wrong) else ""
    return f"is right in {' and '.join(fine)}, wrong in {' and '.join(wrong)}{between}"


def _close(got: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.isclose(got, right, rtol=1e-6, atol=1e-9 * max(1.0, np.abs(right).max(initial=0.0)))


def _same(got: np.ndarray, right: np.ndarray) -> bool:
    return got.shape == right.shape and bool(_close(got, right).all())


def _seen(got: np.ndarray, right: np.ndarray, case: Case) -> Iterator[Finding]:
    """Yield everything that the two arrays have in common."""
    yield from _factor(got, right, case)
    for key, text in _alike(got, right, case):
        yield key, text, True
    for axis in range(got.ndim):
        for shift in (1, -1):
            if got.shape[axis] > 1 and _same(np.roll(got, shift, axis), right):
                yield f"shift {axis} {shift}", f"is right but shifted by one along axis {axis}", got.shape[axis] > 2


def _alike(got: np.ndarray, right: np.ndarray, case: Case) -> Iterator[tuple[str, str]]:
    """Yield (what it is, how it is told) where one case is enough to be sure."""
    outside = case.free is None or _same(np.where(case.free.where, 0, got), np.where(case.free.where, 0, right))
    if outside and case.free is not None and case.free.total is not None and not np.isclose(got.sum(), case.free.total):
        yield "total", "the shares of the largest entries of a window do not add up to its dy"
    if got.size > 1 and not got.any() and right.any():
        yield "zero", "is zero everywhere"
    for name, rounded in (("rounded", np.rint(right)), ("cut", np.trunc(right))):
        if not _same(rounded, right) and _same(got, rounded):
            yield name, "is the right answer without what stands behind the point: is there an array of whole numbers?"
    axes = [axis for axis in range(got.ndim) if got.shape[axis] > 1]
    if got.ndim == 2 and _same(got.T, right):
        yield "transposed", "is transposed"
    for axis in axes:
        if _same(np.flip(got, axis), right):
            yield f"flip {axis}", f"is right but reversed along axis {axis}"
    if got.ndim == 4:
        yield from _planes(got, right)
    if len(axes) > 1 and _same(np.flip(got), right):
        yield "flip", "is right but reversed along every axis"
    if got.ndim in (2, 4) and min(got.shape[-2:]) > 3 and _same(got[..., 1:-1, 1:-1], right[..., 1:-1, 1:-1]):
        yield "border", "is wrong only at the border"
    if np.abs(got - right).max(initial=0.0) <= 1e-3 * np.abs(right).max(initial=0.0):
        yield "close", CLOSE
    if len(axes) == 2 == got.ndim:
        yield from _rows(got, right)


def _planes(got: np.ndarray, right: np.ndarray) -> Iterator[tuple[str, str]]:
    """What images and filters have in common: planes turned, mirrored at the diagonal, or stacked in another order."""
    if min(got.shape[2:]) > 1 and _same(np.flip(got, (2, 3)), right):
        yield "rotated", "is right but each plane is rotated by 180 degrees"
    if _same(got.swapaxes(2, 3), right):
        yield "planes transposed", "is right but rows and columns of each plane are exchanged"
    if got.shape[0] > 1 < got.shape[1] and _same(got.swapaxes(0, 1), right):
        yield "stacks exchanged", "is right but its first two axes are exchanged"


def _factor(got: np.ndarray, right: np.ndarray, case: Case) -> Iterator[Finding]:
    """A constant factor, named by a size of the case where it is one. Any number is a multiple of any other."""
    if not right.any():
        return
    factor = float(np.vdot(right, got) / np.vdot(right, right))
    if factor == 0 or not _same(got, factor * right) or _same(got, right):
        return
    sure = bool(np.count_nonzero(right) > 1)
    if np.isclose(factor, -1):
        yield "sign", "has the wrong sign everywhere", True
    for name, size in case.sizes.items():
        if name not in COUNTS or not isinstance(size, int):
            continue
        if np.isclose(factor * size, 1):
            yield f"/{name}", f"is the right answer divided by {name} = {size}", True
        if np.isclose(factor, size):
            yield f"*{name}", f"is the right answer times {name} = {size}", True
    yield f"factor {factor:.6g}", f"is the right answer times {factor:.6g}", sure


def _rows(got: np.ndarray, right: np.ndarray) -> Iterator[tuple[str, str]]:
    """Right in some rows or columns and wrong in the others."""
    for axis, name in enumerate(("row", "column")):
        good = _close(got, right).all(axis=1 - axis)
        if good.any() and not good.all():
            places = ", ".join(str(i) for i in np.flatnonzero(~good)[:4])
            yield name, f"is right except in {name} {places} (counted from 0)"
