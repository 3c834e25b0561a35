"""Ask a function that is wrong more: on which sizes it goes wrong, and where single numbers of an
argument land.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import NamedTuple

import numpy as np

from grader.call.ended import ENDS
from grader.judge.answers import expected_shape
from grader.judge.case import Case
from grader.judge.exercise import Exercise, Part
from grader.judge.explain.stamp_cases import Group, group, with_distinct_numbers
from grader.judge.explain.stamps import Answered, Stamped, by_stamps
from grader.judge.trial import Answers, Trial

DIGITS = 1e-6
PLACES_LIMIT = 24  # of an argument that is asked number by number: each costs a call
NUMBERS_LIMIT = 60  # of all arguments of a case
STAMPED_LIMIT = 2  # cases that are asked number by number: what is said holds in both
LONG = ("kh", "kw", "k", "D", "H'", "W'", "m")  # sizes of which 1 leaves little to see
TOGETHER = -1  # the number of the call of a group in which no number is 0


class Key(NamedTuple):
    """A case that decides nothing.

    number: of the exercise's small cases; is_apart: whether the numbers of its arguments are
    replaced by different ones: they tell where each number of a result comes from, but no two of
    them are equal.
    """

    number: int
    is_apart: bool

    def __str__(self) -> str:
        return f"{self.number}{'' if self.is_apart else ' as it is'}"


def stamps_of(trial: Trial, part: Part) -> Stamped | None:
    """Return what single numbers say of a wrong part, None where they say nothing."""
    keys = sorted(keys_of(trial.exercise, part), key=lambda key: _is_plain(trial.exercise, key))
    wrong = islice((key for key in keys if _is_wrong(trial, part, key)), STAMPED_LIMIT)
    groups = filter(None, (_whole_group(trial, part, key) for key in wrong))
    first = next(groups, None)
    return None if first is None else by_stamps(first, lambda: next(groups, None))


def _is_plain(exercise: Exercise, key: Key) -> tuple[bool, bool]:
    """Return the order in which groups are looked at: what has a single row says less."""
    sizes = small_cases(exercise)[key.number].sizes
    return not key.is_apart, any(sizes.get(letter) == 1 for letter in LONG)


def probed(
    trial: Trial, part: Part, limit: tuple[int, int] | None = None
) -> Iterator[tuple[Case, Key, Answers]]:
    """Yield the cases that decide nothing with their keys and answers, as far as they could be
    asked. limit: the largest extent of a case (Case.extent), None for any.
    """
    cases = small_cases(trial.exercise)
    keys = [
        key
        for key in keys_of(trial.exercise, part)
        if key.is_apart and (limit is None or cases[key.number].extent <= limit)
    ]
    _ask_at_once(trial, keys)
    for key in keys:
        answers = _answers(trial, key, [TOGETHER])
        if answers is not None:
            yield cases[key.number], key, answers[0]


def _ask_at_once(trial: Trial, keys: Sequence[Key]) -> None:
    """Ask the calls of several groups in which no number is 0: one request is cheaper than many.

    Behind a call that ends the asking the others were not made, so they stay unasked here.
    """
    if trial.more is None or trial.has_ended:
        return
    places = [(key, len(calls_of(trial.exercise, key)) - 1) for key in keys]
    missing = [place for place in places if place not in trial.further]
    cases = [calls_of(trial.exercise, key)[TOGETHER] for key, _ in missing]
    for place, answers in zip(missing, trial.more.ask(cases) if cases else []):
        trial.further[place] = answers
        if any(answer.fault in ENDS for answer in answers.values()):
            return


@cache
def small_cases(exercise: Exercise) -> tuple[Case, ...]:
    """Return the visible cases with few numbers, one of each kind of sizes, and the probes."""
    if not exercise.linear and not exercise.picks:
        return ()
    argument = exercise.arguments.index(exercise.linear) if exercise.linear else 0
    kinds: dict[str, Case] = {}
    for case in sorted((*exercise.visible, *exercise.probed), key=lambda case: case.extent):
        if _is_small(case, case.args[argument]):
            others = [arg for arg in case.args if not isinstance(arg, np.ndarray)]
            kinds.setdefault(str((case.sizes, others)), case)
    return tuple(kinds.values())


def _is_small(case: Case, array: np.ndarray) -> bool:
    """Tell whether a case has few numbers, and lies on no kink."""
    is_plain = not case.by_values and case.goal is None and case.smooth
    return is_plain and 0 < array.size <= PLACES_LIMIT and case.count <= NUMBERS_LIMIT


@cache
def keys_of(exercise: Exercise, part: Part) -> tuple[Key, ...]:
    """Return which cases a part is asked, the smallest first: with different numbers, then as they
    are.
    """
    if len(part.results) > 1:
        return ()
    cases = enumerate(small_cases(exercise))
    numbers = [number for number, case in cases if case.judges(part.name)]
    return tuple(Key(number, is_apart) for is_apart in (True, False) for number in numbers)


@cache
def calls_of(exercise: Exercise, key: Key) -> tuple[Case, ...]:
    """Return the cases of a group: for each number of the argument, for zeros, and for all."""
    case = small_cases(exercise)[key.number]
    return tuple(
        replace(case, args=args, parts=(), shows="", alone=False)
        for args in group_of(exercise, key).calls
    )


@cache
def group_of(exercise: Exercise, key: Key) -> Group:
    args = small_cases(exercise)[key.number].args
    args = tuple(with_distinct_numbers(args)) if key.is_apart else args
    return group(exercise.arguments, args, exercise.linear)


def _is_wrong(trial: Trial, part: Part, key: Key) -> bool:
    """Tell whether a part could be asked, and is wrong, where no number is 0."""
    answers = _answers(trial, key, [TOGETHER])
    return answers is not None and is_wrong_there(trial, part, key, answers[0])


def is_wrong_there(trial: Trial, part: Part, key: Key, answers: Answers) -> bool:
    """Tell whether a part is wrong in the answers to a case that decides nothing."""
    return trial.more is not None and not trial.more.is_right(part, key, answers[part.name])


def _whole_group(trial: Trial, part: Part, key: Key) -> Answered | None:
    """Return all results of a group beside the right ones, None where they cannot be had."""
    return _answered(trial, part, key, range(len(calls_of(trial.exercise, key))))


def _answered(trial: Trial, part: Part, key: Key, numbers: Sequence[int]) -> Answered | None:
    """Return some results of a group beside the right ones, None where they cannot be had."""
    results = _results(trial, part, key, numbers)
    if results is None or trial.more is None:
        return None
    rights = trial.more.rights(part, key, numbers)
    if rights is None:
        return None
    names = part.result, part.shape or "", _letters(trial.exercise)
    its_group, digits = group_of(trial.exercise, key), max(DIGITS, part.tolerance)
    return Answered(*names, its_group, results, rights, digits)


def _results(trial: Trial, part: Part, key: Key, numbers: Sequence[int]) -> list[np.ndarray] | None:
    """Return some results of a group, None where one has no numbers, or another shape."""
    answers = _answers(trial, key, numbers)
    if answers is None:
        return None
    arrays = [answer[part.name].array for answer in answers]
    expected = expected_shape(part, calls_of(trial.exercise, key)[TOGETHER])
    if any(array is None or array.shape != expected for array in arrays):
        return None
    return [array for array in arrays if array is not None]


def _answers(trial: Trial, key: Key, numbers: Sequence[int]) -> list[Answers] | None:
    """Return the answers to some calls of a group, None where not all could be asked."""
    if trial.more is None or trial.has_ended:
        return None
    known, calls = trial.further, calls_of(trial.exercise, key)
    missing = [number for number in numbers if (key, number % len(calls)) not in known]
    new = trial.more.ask([calls[number] for number in missing]) if missing else []
    for number, answer in zip(missing, new):
        known[key, number % len(calls)] = answer
    if any((key, number % len(calls)) not in known for number in numbers):
        return None
    return [known[key, number % len(calls)] for number in numbers]


def _letters(exercise: Exercise) -> str:
    """Return the letters of the sizes of the argument that is asked number by number, or ''."""
    return (exercise.partner.parts[0].shape or "") if exercise.partner else ""
