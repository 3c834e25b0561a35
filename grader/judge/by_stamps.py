"""Ask a function that is wrong where single numbers of an argument land."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from grader.judge.answers import expected_shape
from grader.judge.case import Case
from grader.judge.exercise import Exercise, Part
from grader.judge.explain.stamp_cases import Group, group
from grader.judge.explain.stamps import Answered, Found, found_by_stamps
from grader.judge.trial import Trial

PLACES_LIMIT = 24  # of an argument that is asked number by number: each costs a call
NUMBERS_LIMIT = 60  # of all arguments of a case
GROUPS_LIMIT = 5


def found_in(trial: Trial, part: Part) -> Found | None:
    """Return what the stamps of single numbers say of a wrong part, None where they say nothing."""
    if trial.more is None:
        return None
    for number in stamped(trial.exercise, part):
        results = _results(trial, part, number)
        cases = stamps_of(trial.exercise, number)
        rights = trial.more.rights(part, number, cases) if results else None
        if results is None or rights is None:
            return None
        names = part.result, part.shape or "", _letters(trial.exercise)
        its_group = _group_of(trial.exercise, number)
        found = found_by_stamps(Answered(*names, its_group, results, rights))
        if found is not None:
            return found
    return None


@cache
def stamped(exercise: Exercise, part: Part) -> tuple[int, ...]:
    """Return the numbers of the visible cases that a part is asked number by number, the smallest
    case first; none where the function is linear in nothing.
    """
    if not exercise.linear or len(part.results) > 1:
        return ()
    argument = exercise.arguments.index(exercise.linear)
    suited: dict[str, int] = {}  # the first case of each kind of sizes
    for number, case in enumerate(exercise.visible):
        if _is_suited(case, part, case.args[argument]):
            others = [arg for arg in case.args if not isinstance(arg, np.ndarray)]
            suited.setdefault(str((case.sizes, others)), number)
    numbers = sorted(suited.values(), key=lambda number: exercise.visible[number].count)
    return tuple(numbers[:GROUPS_LIMIT])


def _is_suited(case: Case, part: Part, array: np.ndarray) -> bool:
    """Tell whether a case judges a part, has few numbers, and lies on no kink."""
    is_plain = not case.by_values and case.goal is None and case.smooth
    is_small = 1 < array.size <= PLACES_LIMIT and case.count <= NUMBERS_LIMIT
    return is_plain and is_small and case.judges(part.name)


@cache
def stamps_of(exercise: Exercise, number: int) -> tuple[Case, ...]:
    """Return the cases that are made of a visible one: the stamps, zero, and all together."""
    case = exercise.visible[number]
    return tuple(
        replace(case, args=args, parts=(), shows="", alone=False)
        for args in _group_of(exercise, number).calls
    )


@cache
def _group_of(exercise: Exercise, number: int) -> Group:
    return group(exercise.arguments, exercise.visible[number].args, exercise.linear)


def _results(trial: Trial, part: Part, number: int) -> list[np.ndarray] | None:
    """Return what the function gives for each case, None where one has no numbers of its shape."""
    assert trial.more is not None
    if number not in trial.stamps:
        trial.stamps[number] = trial.more.ask(stamps_of(trial.exercise, number))
    answers = trial.stamps[number]
    arrays = [answer[part.name].array for answer in answers]
    expected = expected_shape(part, trial.exercise.visible[number])
    is_whole = all(array is not None and array.shape == expected for array in arrays)
    if not is_whole or len(arrays) < len(stamps_of(trial.exercise, number)):
        return None
    return [array for array in arrays if array is not None]


def _letters(exercise: Exercise) -> str:
    """Return the letters of the sizes of the argument that is asked number by number, or ''."""
    return (exercise.partner.parts[0].shape or "") if exercise.partner else ""
