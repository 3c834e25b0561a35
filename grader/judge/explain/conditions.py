"""On which cases a function goes wrong: 'right for one image (N = 1), and wrong for several'."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

Letters = Mapping[str, int]
ENOUGH = 3  # cases on either side


class Judged(NamedTuple):
    """A case by its letters (sizes, stride, pad), and whether a function is wrong on it."""

    letters: Letters
    is_wrong: bool


class Condition(NamedTuple):
    """What can hold for a case. yes, no: the words for a case where it holds, and where not."""

    needs: tuple[str, ...]
    holds: Callable[..., bool]
    yes: str
    no: str


def _more_than_one(letter: str, one: str, several: str) -> Condition:
    return Condition(
        (letter,), lambda size: size > 1, f"{several} ({letter} > 1)", f"{one} ({letter} = 1)"
    )


def _remains(n: int, k: int, stride: int, pad: int) -> bool:
    return (n + 2 * pad - k) % stride != 0


def _overlap(kh: int, kw: int, stride: int) -> bool:
    return stride < max(kh, kw)


EVEN, ODD = "an even filter", "an odd filter"
BEYOND = "padding beyond k - 1"
# Both directions of each are tried: right where it holds and wrong elsewhere too.
CONDITIONS = (
    _more_than_one("N", "one image", "several images"),
    _more_than_one("C", "one channel", "several channels"),
    _more_than_one("F", "one filter", "several filters"),
    _more_than_one("D", "one number in a row of x", "several numbers in a row of x"),
    Condition(("kh", "kw"), lambda kh, kw: kh != kw, "kh != kw", "kh = kw"),
    Condition(("H", "W"), lambda h, w: h != w, "H != W", "H = W"),
    Condition(("D", "C"), lambda d, c: d != c, "D != C", "D = C"),
    Condition(("pad",), lambda pad: pad > 0, "padding (pad > 0)", "no padding (pad = 0)"),
    Condition(("pad", "k"), lambda pad, k: pad >= k, BEYOND, "padding up to k - 1"),
    Condition(
        ("pad", "kh", "kw"),
        lambda pad, kh, kw: pad >= min(kh, kw),
        "padding beyond kh - 1 or kw - 1",
        "padding up to kh - 1 and kw - 1",
    ),
    Condition(("k",), lambda k: k % 2 == 0, EVEN, ODD),
    Condition(("kh", "kw"), lambda kh, kw: kh * kw % 2 == 0, EVEN, ODD),
    Condition(("stride",), lambda s: s > 1, "strides above 1", "stride 1"),
    Condition(
        ("H", "W", "kh", "kw", "stride", "pad"),
        lambda h, w, kh, kw, s, pad: _remains(h, kh, s, pad) or _remains(w, kw, s, pad),
        "windows that leave rows or columns at the end",
        "windows that leave no row and no column",
    ),
    Condition(
        ("H", "kh", "stride", "pad"), _remains, "rows left at the end", "no rows left at the end"
    ),
    Condition(
        ("W", "kw", "stride", "pad"),
        _remains,
        "columns left at the end",
        "no columns left at the end",
    ),
    Condition(
        ("kh", "kw", "stride"), _overlap, "windows that overlap", "windows that do not overlap"
    ),
    Condition(
        ("kh", "kw", "stride"),
        lambda kh, kw, s: (kh, kw) != (s, s),
        "a stride that is not the size of the window",
        "a stride that is the size of the window",
    ),
)


def where_it_goes_wrong(cases: Sequence[Judged], other: str = "right") -> str:
    """Return 'several images (N > 1), and right for one image (N = 1)', or ''.

    other: what it is for the other cases.

    Said is a condition alone that holds on just the wrong cases or on just the right ones, and only
    where it is the one that does.
    """
    cases = _by_sizes(cases)
    ways = [way for condition in CONDITIONS for way in _both_ways(condition, cases)]
    return f"{ways[0][0]}, and {other} for {ways[0][1]}" if len(ways) == 1 else ""


def _by_sizes(cases: Sequence[Judged]) -> list[Judged]:
    """Return the cases, those of the same sizes as one, which is wrong if one of them is."""
    wrong: dict[str, bool] = {}
    letters = {str(sorted(case.letters.items())): case.letters for case in cases}
    for case in cases:
        key = str(sorted(case.letters.items()))
        wrong[key] = wrong.get(key, False) or case.is_wrong
    return [Judged(letters[key], is_wrong) for key, is_wrong in wrong.items()]


def _both_ways(condition: Condition, cases: Sequence[Judged]) -> list[tuple[str, str]]:
    """Return the words for the wrong and for the right cases, if a condition tells them apart."""
    if not all(letter in case.letters for case in cases for letter in condition.needs):
        return []
    held = [condition.holds(*(case.letters[each] for each in condition.needs)) for case in cases]
    wrong = [case.is_wrong for case in cases]
    if sum(wrong) < ENOUGH or len(wrong) - sum(wrong) < ENOUGH:
        return []
    if held == wrong:
        return [(condition.yes, condition.no)]
    if held == [not each for each in wrong]:
        return [(condition.no, condition.yes)]
    return []
