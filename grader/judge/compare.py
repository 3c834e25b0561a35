"""Compare the answer to a visible case with what the table of fingerprints knows of it."""

from __future__ import annotations

import numpy as np

from grader.call.answer import Answer
from grader.judge.case import Case
from grader.judge.exercise import Entry, Exercise, Part
from grader.judge.fingerprint import fingerprint
from grader.judge.tolerance import matches, on_grid


def entries_of(exercise: Exercise, part: Part) -> list[Entry]:
    """Return the table's entry for every visible case.

    For a case that does not judge the part it is the entry of one that judges the same result.
    """
    table = exercise.table["cases"]
    parts = [other.name for other in exercise.parts if other.result == part.result]
    entries = []
    for number, case in enumerate(exercise.visible):
        judging = filter(case.judges, parts)
        entries.append(table[next(judging, part.name)][number])
    return entries


def is_right(exercise: Exercise, part: Part, number: int, answer: Answer) -> bool:
    """Tell whether a part of visible case `number` is right.

    Its fingerprint decides, and that it lies on the grid of right answers as closely as they do.
    """
    entry = exercise.table["cases"][part.name][number]
    case = exercise.visible[number]
    if case.goal is not None:
        return reached(case, answer)
    if case.by_values:
        layout = tuple(sorted(case.layout.items())) if len(part.results) > 1 else ()
        return matches(answer, Answer(np.array(entry["values"]), layout=layout), part, case)
    if fingerprint(answer, entry["scale"]) != entry["right"]:
        return False
    return on_grid(answer, part, case, entry["scale"])


def reached(case: Case, answer: Answer) -> bool:
    """Tell whether the returned network has learnt enough."""
    if case.goal is None or answer.array is None:
        return False
    return case.goal.share(case.unpacked(answer.array)) >= case.goal.least
