"""Recognise a catalogued mistake by the fingerprints of the visible cases."""

from __future__ import annotations

from typing import Any

from grader.judge.compare import entries_of
from grader.judge.exercise import Exercise, Part
from grader.judge.fingerprint import fingerprint
from grader.judge.trial import Asked


def from_catalogue(
    exercise: Exercise, part: Part, prints: dict[int, str], wrong_parts: set[str], finite: bool
) -> tuple[str, str]:
    """Return (mistake, hint) for the fingerprints of the visible cases on which a part was wrong; ("", "") if unknown.

    A mistake is a candidate when its fingerprints are these, when it goes wrong on just these cases, and when the other
    parts that it gets wrong are wrong too. Several that are left count when they share one hint. Where cases were built to
    show one mistake each, fingerprints depend on a step: half of them may be unknown, and a case that alone goes wrong,
    with finite numbers, names its own mistake.
    """
    if not prints:
        return "", ""
    told, cases = exercise.table, exercise.visible
    entries = entries_of(exercise, part)
    known = [names for n, print_ in prints.items() if (names := set(entries[n]["wrong"].get(print_, ())))]
    probes = any(case.shows for case in cases)
    if len(known) < len(prints) and not probes:
        return "", ""
    asked = {n for n, case in enumerate(cases) if not case.large or n in prints}
    left = set.intersection(*known) if known else set()
    left = {name for name in left if set(told["parts"][name]) <= wrong_parts}
    exact = {name for name in left if _wrong_on(entries, name) & asked == set(prints)}
    left = exact or (left if probes and 2 * len(known) >= len(prints) else set())
    most = max((len(told["parts"][name]) for name in left), default=0)
    left = {name for name in left if len(told["parts"][name]) == most}  # it explains the other parts as well
    only = cases[min(prints)]
    if not left and len(prints) == 1 and only.alone and finite:
        left = {only.shows}
    hints = {told["hints"][name] for name in left}
    return (min(left), hints.pop()) if len(hints) == 1 else ("", "")


def _wrong_on(entries: list[dict[str, Any]], mistake: str) -> set[int]:
    return {number for number, entry in enumerate(entries) if any(mistake in names for names in entry["wrong"].values())}


def recognise(asked: Asked, part: Part) -> tuple[str, str]:
    """Return (mistake, hint) from the catalogue, by the visible cases, or ("", "")."""
    entries = entries_of(asked.exercise, part)
    known = [case for case in asked.exercise.visible if not case.goal]  # which has no fingerprints
    same = [other for other in asked.exercise.parts if other.result == part.result]  # their cases tell more together
    wrong = sorted(number for other in same for number in asked.wrong(other) if asked.cases[number] in known)
    told = [n for n in wrong if not asked.cases[n].large] or wrong  # in float32 a large case has no fingerprint of its own
    prints = {}
    for number in told:
        found = fingerprint(asked.answers[number][part.name], entries[number]["scale"])
        prints[number] = "imprecise" if found == entries[number]["right"] else found
    wrong_parts = {other.name for other in asked.exercise.parts if asked.wrong(other)}
    finite = all(asked.answers[n][part.name].array is not None for n in told)
    return from_catalogue(asked.exercise, part, prints, wrong_parts, finite)
