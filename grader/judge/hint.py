"""The hint: which catalogued mistake a wrong part shows, recognised by the fingerprints of the
visible cases.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from grader.call.answer import Answer
from grader.judge.case import Case
from grader.judge.compare import entries_of
from grader.judge.exercise import Entry, Exercise, Part
from grader.judge.fingerprint import fingerprint
from grader.judge.trial import Trial

PAIRS: dict[tuple[bool, ...], str] = {
    (True, False): "the first number is not right, and the second is",
    (False, True): "the second number is not right, and the first is",
}
ENOUGH = 4  # different numbers: fewer may be a coincidence
UNKNOWN = ("", "")
SIZE = re.compile(r"\{(\w+)\}")  # in a hint


def recognise(trial: Trial, part: Part) -> tuple[str, str]:
    """Return (mistake, hint) from the catalogue, by the visible cases, or ("", "")."""
    wrong = _wrong_cases(trial, part)
    if not wrong:
        return UNKNOWN
    evidence = _evidence(trial, part, wrong)
    suspects = _suspects(evidence)
    if not suspects and _has_arrays(trial, part, wrong):
        suspects = _built_for(evidence)
    hints = {trial.exercise.table["hints"][name] for name in suspects}
    return (min(suspects), hints.pop()) if len(hints) == 1 else UNKNOWN


def partly_recognised(trial: Trial, part: Part) -> tuple[str, str]:
    """Return (mistake, hint) for the smallest wrong case that shows a catalogued mistake alone,
    where others show something else too; or ("", "").
    """
    wrong = _wrong_cases(trial, part)
    if not wrong or not _has_arrays(trial, part, wrong):
        return UNKNOWN
    entries, evidence = entries_of(trial.exercise, part), _evidence(trial, part, wrong)
    for number in sorted(wrong, key=lambda number: trial.cases[number].extent):
        result = trial.answers[number][part.name].array
        names = set(entries[number]["wrong"].get(evidence.fingerprints[number], ()))
        names = _that_spoil_no_right_part(names, evidence)
        if result is not None and len(np.unique(result)) >= ENOUGH and len(names) == 1:
            (name,) = names
            return name, trial.exercise.table["hints"][name]
    return UNKNOWN


def wrong_of_a_pair(trial: Trial, part: Part) -> str:
    """Return which number of a quiz's pair is wrong wherever one is, or ''."""
    places: set[tuple[bool, ...]] = set()
    for number in _wrong_cases(trial, part):
        pair = entries_of(trial.exercise, part)[number].get("pair")
        value = trial.answers[number][part.name].value
        if pair is None or type(value) is not tuple or len(value) != len(pair):
            return ""
        fingerprints = [fingerprint(Answer(value=each)) for each in value]
        places.add(tuple(one != other for one, other in zip(fingerprints, pair, strict=True)))
    return PAIRS.get(places.pop(), "") if len(places) == 1 else ""


def _wrong_cases(trial: Trial, part: Part) -> list[int]:
    """Return the visible cases on which a part is wrong, or one that judges the same result."""
    wrong = set()
    for other in trial.exercise.parts:
        if other.result == part.result:  # their cases tell more together
            wrong.update(trial.wrong(other))
    known = [number for number in sorted(wrong) if _has_a_fingerprint(trial, number)]
    small = [number for number in known if not trial.cases[number].large]
    return small or known  # in float32 a large case has no fingerprint of its own


def _has_a_fingerprint(trial: Trial, number: int) -> bool:
    case = trial.cases[number]
    return case.goal is None and any(case is visible for visible in trial.exercise.visible)


def _has_arrays(trial: Trial, part: Part, wrong: list[int]) -> bool:
    return all(trial.answers[number][part.name].array is not None for number in wrong)


@dataclass(frozen=True)
class Evidence:
    """What is known of a wrong part.

    fingerprints: of its results, by the numbers of the visible cases.
    wrong_parts: all parts of the exercise that are wrong.
    """

    exercise: Exercise
    part: Part
    fingerprints: dict[int, str]
    wrong_parts: set[str]

    @property
    def cases(self) -> tuple[Case, ...]:
        return self.exercise.visible

    @property
    def has_built_cases(self) -> bool:
        """Whether cases were built to show one mistake each.

        Then fingerprints of a mistake may depend on a number that a student chooses, such as the
        step of a difference.
        """
        return any(case.shows for case in self.cases)


def _evidence(trial: Trial, part: Part, wrong: list[int]) -> Evidence:
    entries = entries_of(trial.exercise, part)
    fingerprints = {}
    for number in wrong:
        observed = fingerprint(trial.answers[number][part.name], entries[number]["scale"])
        is_imprecise = observed == entries[number]["right"]
        fingerprints[number] = "imprecise" if is_imprecise else observed
    wrong_parts = {other.name for other in trial.exercise.parts if trial.wrong(other)}
    return Evidence(trial.exercise, part, fingerprints, wrong_parts)


def _suspects(evidence: Evidence) -> set[str]:
    """Return the mistakes that explain all that is wrong; several when they cannot be told apart.

    A suspect gives these fingerprints and spoils no part that is right. An exact one also goes
    wrong on just these cases. Where cases were built to show one mistake each, unknown fingerprints
    do not count against an exact suspect, and where there is none the others count if at most half
    of the fingerprints are unknown. Of those left, the suspects that spoil the most parts are
    returned.
    """
    entries = entries_of(evidence.exercise, evidence.part)
    known = _catalogued(evidence, entries)
    unknown = len(evidence.fingerprints) - len(known)
    if not known or (unknown and not evidence.has_built_cases):
        return set()
    suspects = _that_spoil_no_right_part(set.intersection(*known), evidence)
    exact = {name for name in suspects if _goes_wrong_alike(name, entries, evidence)}
    if exact:
        return _that_explain_best(exact, evidence)
    if evidence.has_built_cases and unknown <= len(known):
        return _that_explain_best(suspects, evidence)
    return set()


def _catalogued(evidence: Evidence, entries: list[Entry]) -> list[set[str]]:
    """Return the mistakes that give a fingerprint, for every fingerprint that is known."""
    known = []
    for number, observed in evidence.fingerprints.items():
        names = entries[number]["wrong"].get(observed)
        if names:
            known.append(set(names))
    return known


def _that_spoil_no_right_part(names: set[str], evidence: Evidence) -> set[str]:
    spoiled = evidence.exercise.table["parts"]
    return {name for name in names if evidence.wrong_parts.issuperset(spoiled[name])}


def _goes_wrong_alike(mistake: str, entries: list[Entry], evidence: Evidence) -> bool:
    """Tell whether a mistake goes wrong on just the cases that did; large cases count only where
    they were looked at, which is where no other one went wrong.
    """
    with_large = any(evidence.cases[number].large for number in evidence.fingerprints)
    for number, case in enumerate(evidence.cases):
        if case.large and not with_large:
            continue
        goes_wrong = any(mistake in names for names in entries[number]["wrong"].values())
        if goes_wrong != (number in evidence.fingerprints):
            return False
    return True


def _that_explain_best(suspects: set[str], evidence: Evidence) -> set[str]:
    """Return the suspects that spoil the most parts: they explain the other wrong parts as well."""
    spoiled = {name: len(evidence.exercise.table["parts"][name]) for name in suspects}
    largest = max(spoiled.values(), default=0)
    return {name for name in suspects if spoiled[name] == largest}


def _built_for(evidence: Evidence) -> set[str]:
    """Return the mistake that the only wrong case was built to show, where no other case would show
    it.
    """
    if len(evidence.fingerprints) > 1:
        return set()
    (number,) = evidence.fingerprints
    case = evidence.cases[number]
    return {case.shows} if case.alone else set()


def with_sizes(hint: str, case: Case) -> str:
    """Fill {N} in a hint with 'N = 2', the size in a case; one that the case lacks stays 'N'."""
    for name, size in case.sizes.items():
        hint = hint.replace(f"{{{name}}}", f"{name} = {size}")
    return SIZE.sub(r"\1", hint)
