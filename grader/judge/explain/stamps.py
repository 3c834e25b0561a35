"""Say of a wrong result where single numbers of an argument land: a function that is linear in it
does nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from grader.judge.explain.relations import RELATIONS, Finding, Stamp, differ
from grader.judge.explain.stamp_cases import Arguments, Group
from grader.judge.explain.words import axis_words, entry, numbers_in, region

OVERWRITTEN = (
    "where several numbers send something to one place, only one of them is left there: what must "
    "happen where they meet?"
)
ENOUGH = 4  # different entries: fewer may be a coincidence


@dataclass(frozen=True, eq=False)
class Stamped:
    """What is said of a result, and the call that shows it, with the result and the right one."""

    message: str
    args: Arguments
    result: np.ndarray
    right: np.ndarray


class Answered(NamedTuple):
    """The results and the right results of the calls of a group.

    name: of the result; shape: the letters of its sizes; letters: of the argument that is asked
    number by number, or ''; digits: the error, relative to a right result, that is none.
    """

    name: str
    shape: str
    letters: str
    group: Group
    results: Sequence[np.ndarray]
    rights: Sequence[np.ndarray]
    digits: float

    def differs(self, number: int) -> bool:
        return bool(differ(self.results[number], self.rights[number], self.digits).any())


def by_stamps(answered: Answered, another: Callable[[], Answered | None]) -> Stamped | None:
    """Return what is wrong with the results of a group, None where all are right.

    another: returns those of another group that is wrong. Its stamps must have in common what is
    said of these: a filter of two numbers is turned by what moves a longer one.
    """
    group = answered.group
    if not group.argument:
        return _of_a_pick(answered)
    zero, together = len(group.places), len(group.places) + 1  # as in Group.calls
    if answered.differs(zero):
        instance = _stamp(answered, zero).instance()
        message = f"is not right where all of {group.argument} is 0: there {instance}"
        return _at_call(answered, zero, message)
    if _is_overwritten(answered, together):
        return _at_call(answered, together, f"is not right: {OVERWRITTEN}")
    wrong = _wrong_stamps(answered)
    if wrong:
        other = another()
        rivals = _wrong_stamps(other) if other is not None else []
        return _of_single_numbers(answered, wrong, rivals)
    return _of_all_together(answered, together) if answered.differs(together) else None


def _arrives(answered: Answered, number: int) -> bool:
    """Tell whether a number sends something, or has nothing to send."""
    stamp = _stamp(answered, number)
    return bool(stamp.places or not stamp.right_places)


def _argument(answered: Answered, number: int) -> np.ndarray:
    """Return the argument that is asked number by number, in one call."""
    group = answered.group
    argument: np.ndarray = group.calls[number][group.names.index(group.argument)]
    return argument


def _is_overwritten(answered: Answered, together: int) -> bool:
    """Tell whether each wrong number is what one number of the argument has to send there, and not
    the sum of all that is sent.

    Each number sends something then, at least to a place where nothing comes after it.
    """
    if not all(_arrives(answered, number) for number in range(len(answered.group.places))):
        return False
    group, result, right = answered.group, answered.results[together], answered.rights[together]
    argument = _argument(answered, together)
    bias = answered.rights[len(group.places)]
    shares = [
        argument[place] * group.sign(number) * (answered.rights[number] - bias)
        for number, place in enumerate(group.places)
    ]
    apart = differ(result, right, answered.digits)
    is_one = np.any([np.isclose(result, bias + share) & (share != 0) for share in shares], axis=0)
    return len(np.unique(result[apart])) > 1 and bool(is_one[apart].all())


def _at_call(answered: Answered, number: int, message: str) -> Stamped:
    args = answered.group.calls[number]
    return Stamped(message, args, answered.results[number], answered.rights[number])


def _wrong_stamps(answered: Answered) -> list[Stamp]:
    numbers = range(len(answered.group.places))
    return [_stamp(answered, number) for number in numbers if answered.differs(number)]


def _of_single_numbers(answered: Answered, stamps: list[Stamp], others: list[Stamp]) -> Stamped:
    """Return what wrong stamps of single numbers have in common, those of another group too."""
    group = answered.group
    best = max(stamps, key=lambda stamp: (group.sign(stamp.number), np.count_nonzero(stamp.right)))
    known = {finding.key for finding in _in_common(others)}
    fitting = [each for each in _in_common(stamps) if each.key in known or not others]
    sentence = fitting[0].message if fitting else f"{{who}} has a wrong share in {answered.name}"
    who = _which(group, [stamp.number for stamp in stamps], answered.letters)
    said = sentence.format(who=who)
    alone = entry(group.argument, group.places[best.number])
    value = group.sign(best.number)
    message = f"is not right: {said}. With {alone} = {value} alone, {best.instance()}"
    return _at_call(answered, best.number, message)


def _of_a_pick(answered: Answered) -> Stamped | None:
    """Return which number of an argument stands where another one belongs."""
    stamp = _stamp(answered, 0)
    if not stamp.is_made_of_operands:
        return None
    return _at_call(answered, 0, f"is not right: {stamp.instance()}")


def _stamp(answered: Answered, number: int) -> Stamp:
    """Return what a call gives beyond what it gives for zeros, as a forward pass gives its bias."""
    result, right = answered.results[number], answered.rights[number]
    if number < len(answered.group.places):
        bias = answered.rights[len(answered.group.places)]
        sign = answered.group.sign(number)
        result, right = sign * (result - bias), sign * (right - bias)
    words = axis_words(answered.shape, right.ndim)
    digits = answered.digits
    return Stamp(answered.name, words, result, right, answered.group, number, digits)


def _in_common(stamps: list[Stamp]) -> list[Finding]:
    """Return the relations that hold for all stamps and rest on enough numbers, in their order."""
    shared = []
    for relation in RELATIONS:
        findings = [finding for stamp in stamps if (finding := relation(stamp)) is not None]
        is_shared = len(findings) == len(stamps) and len({finding.key for finding in findings}) == 1
        if is_shared and sum(finding.evidence for finding in findings) >= ENOUGH:
            shared.append(findings[0])
    return shared


def _which(group: Group, wrong: list[int], letters: str) -> str:
    """Return which numbers of the argument it is about, as the subject of a sentence."""
    places = [group.places[number] for number in wrong]
    if len(wrong) == len(group.places):
        return f"each number of {group.argument}"
    if len(places) == 1:
        return entry(group.argument, places[0])
    where = region(places, group.places, axis_words(letters, len(group.shape)))
    if where:
        return numbers_in(where, group.argument)
    return f"each of {len(places)} numbers of {group.argument} (of {len(group.places)})"


def _of_all_together(answered: Answered, together: int) -> Stamped:
    """Return what is said where each number alone is right, and all together are not."""
    group, result, right = answered.group, answered.results[together], answered.rights[together]
    counts = sum((each != 0).astype(int) for each in answered.rights[: len(group.places)])
    apart, meets = differ(result, right, answered.digits), counts > 1
    alone = f"is not right: each number of {group.argument} alone is right"
    if not (apart & ~meets).any() and not meets.all():
        what = "where what they send to one place meets, it is not: what must happen there?"
        return _at_call(answered, together, f"{alone}; {what}")
    words = axis_words(answered.shape, apart.ndim)
    where = region(map(tuple, np.argwhere(apart).tolist()), np.ndindex(*apart.shape), words)
    place = f" in {where}" if where else ""
    return _at_call(answered, together, f"{alone}, and all together are not{place}")
