"""The hint: which catalogued mistake a wrong part shows, recognised by the fingerprints of the visible cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grader.judge.case import Case
from grader.judge.compare import entries_of
from grader.judge.exercise import Exercise, Part
from grader.judge.fingerprint import fingerprint
from grader.judge.trial import Trial

UNKNOWN = ("", "")


def recognise(trial: Trial, part: Part) -> tuple[str, str]:
    """Return (mistake, hint) from the catalogue, by the visible cases, or ("", "")."""
    wrong = _wrong_cases(trial, part)
    if not wrong:
        return UNKNOWN
    exercise, entries = trial.exercise, entries_of(trial.exercise, part)
    fingerprints = {}
    for number in wrong:
        found = fingerprint(trial.answers[number][part.name], entries[number]["scale"])
        fingerprints[number] = "imprecise" if found == entries[number]["right"] else found
    wrong_parts = {other.name for other in exercise.parts if trial.wrong(other)}
    evidence = Evidence(exercise, part, fingerprints, wrong_parts)
    suspects = _suspects(evidence)
    if not suspects and all(trial.answers[number][part.name].array is not None for number in wrong):
        suspects = _built_for(evidence)
    hints = {exercise.table["hints"][name] for name in suspects}
    return (min(suspects), hints.pop()) if len(hints) == 1 else UNKNOWN


def _wrong_cases(trial: Trial, part: Part) -> list[int]:
    """Return the visible cases with a fingerprint on which a part is wrong, or one that judges the same result."""
    exercise = trial.exercise
    known = [case for case in exercise.visible if not case.goal]  # which has no fingerprints
    same_result = [
        other for other in exercise.parts if other.result == part.result
    ]  # their cases tell more together
    wrong = sorted(
        number
        for other in same_result
        for number in trial.wrong(other)
        if trial.cases[number] in known
    )
    small = [number for number in wrong if not trial.cases[number].large]
    return small or wrong  # in float32 a large case has no fingerprint of its own


@dataclass(frozen=True)
class Evidence:
    """What is known of a wrong part: its fingerprints by the numbers of the visible cases, and which parts are wrong."""

    exercise: Exercise
    part: Part
    fingerprints: dict[int, str]
    wrong_parts: set[str]

    @property
    def cases(self) -> tuple[Case, ...]:
        return self.exercise.visible


def _suspects(evidence: Evidence) -> set[str]:
    """Return the mistakes that explain all that is wrong; several when they cannot be told apart.

    A mistake is a suspect when it gives these fingerprints, goes wrong on just these cases, and spoils no part that is
    right. Where cases were built to show one mistake each, fingerprints depend on a step: half of them may be unknown.
    """
    entries = entries_of(evidence.exercise, evidence.part)
    matches = [
        set(entries[case]["wrong"].get(found, ())) for case, found in evidence.fingerprints.items()
    ]
    known = [names for names in matches if names]
    has_built_cases = any(case.shows for case in evidence.cases)
    if not known or (len(known) < len(matches) and not has_built_cases):
        return set()
    spoiled: dict[str, list[str]] = evidence.exercise.table["parts"]
    suspects = {
        name for name in set.intersection(*known) if evidence.wrong_parts.issuperset(spoiled[name])
    }
    exact = {name for name in suspects if _goes_wrong_as_seen(name, entries, evidence)}
    if not exact and not (has_built_cases and 2 * len(known) >= len(matches)):
        return set()
    return _that_explain_most(exact or suspects, spoiled)


def _goes_wrong_as_seen(mistake: str, entries: list[dict[str, Any]], evidence: Evidence) -> bool:
    """Tell whether a mistake goes wrong on just the cases that did; a large case counts only where it was looked at."""
    for number, case in enumerate(evidence.cases):
        if case.large and number not in evidence.fingerprints:
            continue
        goes_wrong = any(mistake in names for names in entries[number]["wrong"].values())
        if goes_wrong != (number in evidence.fingerprints):
            return False
    return True


def _that_explain_most(suspects: set[str], spoiled: dict[str, list[str]]) -> set[str]:
    """Return the suspects that spoil the most parts: they explain the other wrong parts as well."""
    most = max((len(spoiled[name]) for name in suspects), default=0)
    return {name for name in suspects if len(spoiled[name]) == most}


def _built_for(evidence: Evidence) -> set[str]:
    """Return the mistake that the only wrong case was built to show, where no other case would show it."""
    if len(evidence.fingerprints) > 1:
        return set()
    (number,) = evidence.fingerprints
    case = evidence.cases[number]
    return {case.shows} if case.alone else set()


def with_sizes(hint: str, case: Case) -> str:
    """Fill {N} in a hint with 'N = 2', the size in a case."""
    return hint.format_map({name: f"{name} = {size}" for name, size in case.sizes.items()})
