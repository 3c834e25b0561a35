"""Name the mistake behind a wrong part: first by the catalogue's fingerprints, then by general detectors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.cases import Case, visible
from grader.table import table


def from_catalogue(exercise: str, part: str, prints: dict[int, str]) -> tuple[str, str]:
    """Return (mistake, hint) for the fingerprints of the visible cases on which a part was wrong; ("", "") if unknown.

    The candidates of all these cases are intersected; several that are left count when they share one hint. Where cases
    were built to show one mistake each, unknown fingerprints (they depend on a step) are passed over, and the first
    wrong case names its own mistake.
    """
    entries = table()["cases"][exercise][part]
    if not prints:
        return "", ""
    candidates = [set(entries[number]["wrong"].get(print_, ())) for number, print_ in prints.items()]
    cases = visible(exercise)
    if any(case.shows for case in cases):
        candidates = [names for names in candidates if names] or [{cases[min(prints)].shows} - {""}]
    hints = table()["hints"][exercise]
    left = sorted(set.intersection(*candidates))
    if len(left) > 1:  # then prefer those that go wrong on just these cases
        asked = [n for n, case in enumerate(cases) if not case.large or n in prints]
        left = [name for name in left if _wrong_on(entries, name) & set(asked) == set(prints)] or left
    return (left[0], hints[left[0]]) if len({hints[name] for name in left}) == 1 else ("", "")


def _wrong_on(entries: list[dict[str, Any]], mistake: str) -> set[int]:
    return {number for number, entry in enumerate(entries) if any(mistake in names for names in entry["wrong"].values())}


def wrong_shape(got: tuple[int, ...], expected: tuple[int, ...], like: str) -> str:
    text = f"has shape {got}, expected {expected}" + (f" like {like}" if like else "")
    return "is a single number, expected shape " + text.split("expected ")[1] if got == () else text


def detect(got: np.ndarray, right: np.ndarray, case: Case) -> str:
    """Return what a wrong array of the right shape looks like, or how many entries differ."""
    with np.errstate(all="ignore"):
        found = next(_seen(got.astype(float), right.astype(float), case), "")
        apart = int((~_close(got, right)).sum())
    if found:
        return found
    return "is not right" if got.ndim == 0 else f"is not right: {apart} of {got.size} numbers differ"


def _close(got: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.isclose(got, right, rtol=1e-6, atol=1e-9 * max(1.0, np.abs(right).max(initial=0.0)))


def _same(got: np.ndarray, right: np.ndarray) -> bool:
    return got.shape == right.shape and bool(_close(got, right).all())


def _seen(got: np.ndarray, right: np.ndarray, case: Case) -> Iterator[str]:
    if got.size > 1 and not got.any() and right.any():
        yield "is zero everywhere"
    yield from _factor(got, right, case)
    axes = [axis for axis in range(got.ndim) if got.shape[axis] > 1]
    if got.ndim == 2 and _same(got.T, right):
        yield "is transposed"
    yield from (f"is right but reversed along axis {axis}" for axis in axes if _same(np.flip(got, axis), right))
    if len(axes) > 1 and _same(np.flip(got), right):
        yield "is right but reversed along every axis"
    for axis in axes:
        for shift in (1, -1):
            if _same(np.roll(got, shift, axis), right):
                yield f"is right but shifted by one along axis {axis}"
    if got.ndim == 2 and min(got.shape) > 2 and _same(got[1:-1, 1:-1], right[1:-1, 1:-1]):
        yield "is wrong only at the border"
    if np.abs(got - right).max(initial=0.0) <= 1e-3 * np.abs(right).max(initial=0.0):
        yield "is close but not exact: are some digits lost on the way?"
    yield from _rows(got, right, axes)


def _factor(got: np.ndarray, right: np.ndarray, case: Case) -> Iterator[str]:
    """A constant factor, named by a size of the case where it is one."""
    if not right.any():
        return
    factor = float(np.vdot(right, got) / np.vdot(right, right))
    if factor == 0 or not _same(got, factor * right) or _same(got, right):
        return
    by_chance = np.count_nonzero(right) < 2  # any number is a multiple of any other
    if np.isclose(factor, -1):
        yield "has the wrong sign everywhere"
    for name, size in case.sizes.items():
        if size > 1 and np.isclose(factor * size, 1):
            yield f"is the right answer divided by {name} = {size}"
        if size > 1 and np.isclose(factor, size):
            yield f"is the right answer times {name} = {size}"
    if not by_chance:
        yield f"is the right answer times {factor:.6g}"


def _rows(got: np.ndarray, right: np.ndarray, axes: list[int]) -> Iterator[str]:
    """Right in some rows or columns and wrong in the others."""
    for axis in axes:
        if got.ndim < 2:
            break
        others = tuple(a for a in range(got.ndim) if a != axis)
        good = _close(got, right).all(axis=others)
        if good.any() and not good.all():
            places = ", ".join(str(i) for i in np.flatnonzero(~good)[:4])
            name = {0: "row", 1: "column"}[axis] if got.ndim == 2 else f"index of axis {axis}:"
            yield f"is right except in {name} {places} (counted from 0)"
