"""Say of a wrong result where single numbers of an argument land: a function that is linear in it
does nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from grader.judge.explain.relations import RELATIONS, Stamp
from grader.judge.explain.stamp_cases import Arguments, Group
from grader.judge.explain.words import axis_words, entry, region

ENOUGH = 4  # different entries: fewer may be a coincidence


@dataclass(frozen=True, eq=False)
class Found:
    """What is said of a result, and the call that shows it, with the result and the right one."""

    message: str
    args: Arguments
    result: np.ndarray
    right: np.ndarray


class Answered(NamedTuple):
    """The results and the right results of the calls of a group.

    name: of the result; shape: the letters of its sizes; letters: of the argument that is asked
    number by number, or ''.
    """

    name: str
    shape: str
    letters: str

    group: Group
    results: Sequence[np.ndarray]
    rights: Sequence[np.ndarray]

    def differs(self, number: int) -> bool:
        return not np.allclose(self.results[number], self.rights[number], rtol=1e-6, atol=1e-9)


def found_by_stamps(answered: Answered) -> Found | None:
    """Return what is wrong with the results of a group, None where all are right."""
    group = answered.group
    if answered.differs(len(group.places)):
        return _shown(
            answered, len(group.places), f"is not right where all of {group.argument} is 0"
        )
    wrong = [number for number in range(len(group.places)) if answered.differs(number)]
    if wrong:
        return _of_single_numbers(answered, wrong)
    if answered.differs(len(group.calls) - 1):
        return _of_all_together(answered)
    return None


def _shown(answered: Answered, number: int, message: str) -> Found:
    args = answered.group.calls[number]
    return Found(message, args, answered.results[number], answered.rights[number])


def _of_single_numbers(answered: Answered, wrong: list[int]) -> Found:
    """Return what the stamps of single numbers have in common that are wrong."""
    group = answered.group
    words = axis_words(answered.shape, answered.rights[0].ndim)
    stamps = [
        Stamp(
            answered.name, words, answered.results[number], answered.rights[number], group, number
        )
        for number in wrong
    ]
    best = max(stamps, key=lambda stamp: np.count_nonzero(stamp.right))
    sentence = _in_common(stamps)
    who = _which(group, wrong, answered.letters)
    if sentence:
        said = sentence.format(who=who)
    else:
        said = f"{who} has a wrong share in {answered.name}: {_one_entry(best)}"
    return _shown(answered, best.number, f"is not right: {said}")


def _in_common(stamps: list[Stamp]) -> str:
    """Return the first relation that holds for all stamps and rests on enough numbers, or ''."""
    for relation in RELATIONS:
        findings = [relation(stamp) for stamp in stamps]
        keys = {finding.key for finding in findings if finding is not None}
        if None in findings or len(keys) > 1:
            continue
        if sum(finding.evidence for finding in findings if finding is not None) >= ENOUGH:
            return findings[0].message if findings[0] else ""
    return ""


def _which(group: Group, wrong: list[int], letters: str) -> str:
    """Return which numbers of the argument it is about, as the subject of a sentence."""
    places = [group.places[number] for number in wrong]
    words = axis_words(letters, len(group.shape))
    if len(wrong) == len(group.places):
        return f"each number of {group.argument}"
    where = region(places, group.places, words)
    if where:
        return f"each number in {where} of {group.argument}"
    if len(places) == 1:
        return entry(group.argument, places[0])
    return f"some numbers of {group.argument}, {entry(group.argument, places[0])} for one,"


def _one_entry(stamp: Stamp) -> str:
    """Return 'with dy[0, 1] = 1 alone, dx[0, 2] is w[1], and w[2] is right'."""
    group = stamp.group
    alone = entry(group.argument, group.places[stamp.number])
    place = stamp.first_wrong()
    yours, right = stamp.source(stamp.result, place), stamp.source(stamp.right, place)
    return f"with {alone} = 1 alone, {entry(stamp.name, place)} is {yours}, and {right} is right"


def _of_all_together(answered: Answered) -> Found:
    """Return what is said where each number alone is right, and all together are not."""
    group, last = answered.group, len(answered.group.calls) - 1
    counts = sum((right != 0).astype(int) for right in answered.rights[: len(group.places)])
    apart = ~np.isclose(answered.results[last], answered.rights[last], rtol=1e-6, atol=1e-9)
    alone = f"each number of {group.argument} alone is right"
    if np.all(counts[apart] > 1):
        what = "where what they send to one place meets, it is not: what must happen there?"
        return _shown(answered, last, f"is not right: {alone}; {what}")
    words = axis_words(answered.shape, apart.ndim)
    where = region(map(tuple, np.argwhere(apart).tolist()), np.ndindex(*apart.shape), words)
    place = f" in {where}" if where else ""
    return _shown(answered, last, f"is not right: {alone}, and all together are not{place}")
