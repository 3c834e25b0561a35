"""Make the tables of fingerprints from the references and their catalogue of mistakes."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from grader.call.answer import Answer
from grader.instructor.author.mistakes import Mistake
from grader.instructor.author.notebook import stubs_of
from grader.instructor.author.references import answers_of, mistakes_of, reference
from grader.instructor.courses import CourseError
from grader.judge.case import Case
from grader.judge.compare import matches, on_grid
from grader.judge.course import Notebook
from grader.judge.exercise import DIFFERENCES, SMOOTH, Entry, Exercise, FurtherEntry, Part, Table
from grader.judge.fingerprint import SCALE, fingerprint
from grader.judge.further import TOGETHER, calls_of, keys_of
from grader.show.numbers import NUMBERS_LIMIT

LOSS_STEPS = 1000  # a smooth loss is rounded to this many steps between 0 and its right value
# Digits of a stored number: the last ones of a sum or a logarithm differ between processors.
DIGITS = 12
CLOSE = 10.0 ** (1 - DIGITS)
# Softmax gives sixteenths, by N twice. The scale is coarser than others, so that float32 seldom
# rounds to another number.
SMOOTH_SCALE = 16 * 144.0
DIFFERENCE_SCALE = 64.0
SMALL = 1 / 64  # below it lie all results of cases of small numbers, multiples of 2^-32
FINE = 2**40
EXACT_SCALE = 1024  # a multiple of its inverse is the same on every machine


def scale_of(part: Part, case: Case, right: Answer) -> float:
    """Return the factor that puts right results on whole numbers (see grader.judge.fingerprint)."""
    if part.tolerance == SMOOTH and part.shape == "" and right.array is not None:
        return portable(LOSS_STEPS / float(right.array))
    if part.tolerance == SMOOTH:
        return SMOOTH_SCALE
    if part.tolerance == DIFFERENCES:
        return DIFFERENCE_SCALE
    is_small = (
        case.large and right.array is not None and np.abs(right.array).max(initial=0.0) < SMALL
    )
    return SCALE * FINE if is_small else SCALE


def build(notebook: Notebook) -> dict[str, Table]:
    """Return the tables of a notebook's exercises. Raises CourseError."""
    stubs = stubs_of(notebook)
    with np.errstate(all="ignore"):
        return {each.name: _build(each, stubs[each.name]) for each in notebook.exercises}


def _build(exercise: Exercise, stub: str) -> Table:
    cases = exercise.visible
    mistakes = mistakes_of(exercise)
    rights = answers_of(exercise, reference(exercise), cases)
    wrongs = {mistake.name: answers_of(exercise, mistake.answer, cases) for mistake in mistakes}
    entries = {part.name: _entries(exercise, part, rights, wrongs) for part in exercise.parts}
    hints = {mistake.name: mistake.hint for mistake in mistakes}
    parts = {mistake.name: _lost_parts(exercise, mistake, entries) for mistake in mistakes}
    right_values: dict[str, list[Any]] = {}
    for part in exercise.parts:
        if _ships_right_values(exercise, part):
            right_values[part.name] = [_plain(right[part.name]) for right in rights]
    table: Table = {
        "stub": stub,
        "cases": entries,
        "hints": hints,
        "parts": parts,
        "shown": right_values,
    }
    if exercise.linear or exercise.picks:
        table["further"] = {part.name: _further(exercise, part) for part in exercise.parts}
    return table


def _further(exercise: Exercise, part: Part) -> dict[str, FurtherEntry]:
    """Return what the table knows of the calls that decide nothing."""
    entries: dict[str, FurtherEntry] = {}
    for key in keys_of(exercise, part):
        calls = calls_of(exercise, key)
        rights = answers_of(exercise, reference(exercise), calls)
        right = rights[TOGETHER][part.name]
        scale = scale_of(part, calls[TOGETHER], right)
        entries[str(key)] = {"scale": scale, "right": fingerprint(right, scale)}
        if part.result not in exercise.witness and key.is_apart:
            entries[str(key)]["values"] = [_plain(each[part.name]) for each in rights]
    return entries


def _lost_parts(exercise: Exercise, mistake: Mistake, entries: dict[str, list[Entry]]) -> list[str]:
    """Return the parts that a mistake gets wrong on the visible cases."""
    if exercise.costly:  # trainings have no entries
        return list(mistake.parts)
    return [part.name for part in exercise.parts if _is_wrong(mistake, entries[part.name])]


def _is_wrong(mistake: Mistake, entries: list[Entry]) -> bool:
    return any(mistake.name in names for entry in entries for names in entry["wrong"].values())


def _ships_right_values(exercise: Exercise, part: Part) -> bool:
    """Tell whether right values are shipped: for a forward result or a loss.

    Others have a numerical gradient, and what is worked out by hand is not to be looked up.
    """
    has_witness = part.name in exercise.witness or exercise.by_hand
    return not exercise.is_quiz and not has_witness and not part.of


def _plain(answer: Answer) -> Any:
    """Return the values as lists, or None for more than a verdict shows."""
    assert answer.array is not None
    return numbers_of(answer.array) if answer.array.size <= NUMBERS_LIMIT else None


def numbers_of(array: np.ndarray) -> Any:
    """Return an array as lists of numbers that the table may hold."""
    return np.vectorize(portable, otypes=[float])(array).tolist()


def portable(number: float) -> float:
    """Return a number as every machine computes it.

    A multiple of 1/1024 stays as it is; any other number is rounded to 12 digits.
    """
    if float(number * EXACT_SCALE).is_integer():
        return float(number)
    return float(f"{number:.{DIGITS - 1}e}")


def in_step(new: Any, stored: Any) -> bool:
    """Tell whether a new table is the stored one.

    Numbers may differ by the rounding of their last digit.
    """
    if isinstance(new, dict) and isinstance(stored, dict):
        return new.keys() == stored.keys() and all(in_step(new[key], stored[key]) for key in new)
    if isinstance(new, list) and isinstance(stored, list):
        return len(new) == len(stored) and all(map(in_step, new, stored))
    if isinstance(new, float) and isinstance(stored, float):
        return math.isclose(new, stored, rel_tol=CLOSE, abs_tol=CLOSE)
    return bool(new == stored)


def is_stored(notebook: Notebook) -> bool:
    """Tell whether a notebook's stored table is in step with references and mistakes."""
    if not notebook.tables.is_file():
        return False
    new = json.loads(as_text(build(notebook)))
    return in_step(new, json.loads(notebook.tables.read_text(encoding="utf-8")))


def _entries(
    exercise: Exercise,
    part: Part,
    rights: list[dict[str, Answer]],
    wrongs: dict[str, list[dict[str, Answer]]],
) -> list[Entry]:
    """Return a part's entries of the table, case by case.

    rights: the reference's answers; wrongs: those of the mistakes, by name.
    """
    entries: list[Entry] = []
    for number, case in enumerate(exercise.visible):
        if case.goal or not case.judges(part.name):
            entries.append({"scale": SCALE, "right": "", "wrong": {}})
            continue
        right = rights[number][part.name]
        scale = scale_of(part, case, right)
        problem = _problem_of_right(part, case, right, scale)
        if problem:
            where = f"{part.name} of visible case {number + 1}"
            raise CourseError(f"{exercise.name}: the right {where} {problem}")
        answers = {name: wrong[number][part.name] for name, wrong in wrongs.items()}
        entry: Entry = {
            "scale": scale,
            "right": fingerprint(right, scale),
            "wrong": _wrong_fingerprints(part, case, right, scale, answers),
        }
        if right.array is not None and (case.large or not case.smooth):
            entry["values"] = numbers_of(right.array)
        if type(right.value) is tuple and len(right.value) == 2:
            entry["pair"] = [fingerprint(Answer(value=value)) for value in right.value]
        entries.append(entry)
    return entries


def _problem_of_right(part: Part, case: Case, right: Answer, scale: float) -> str:
    """Return why a reference's answer has no fingerprint, as what follows its name, or ""."""
    if right.array is None and right.value is None:
        return f"{right.message}. Mend the reference, or the case."
    if case.large or on_grid(right, part, case, scale):
        return ""
    return (
        f"is not a multiple of 1/{scale:g}, so it has no fingerprint. Use numbers such as "
        "quarters, or say large=True: then it is judged by its values."
    )


def _wrong_fingerprints(
    part: Part, case: Case, right: Answer, scale: float, answers: dict[str, Answer]
) -> dict[str, list[str]]:
    """Return the mistakes by the fingerprint of their answer to one case.

    Those that differ from the right answer by less than a fingerprint tells are "imprecise".
    """
    right_fingerprint = fingerprint(right, scale)
    names: dict[str, list[str]] = {}
    for name, answer in answers.items():
        if case.by_values and matches(answer, right, part, case):
            continue
        wrong_fingerprint = fingerprint(answer, scale)
        if wrong_fingerprint != right_fingerprint:
            names.setdefault(wrong_fingerprint, []).append(name)
        elif case.by_values or not on_grid(answer, part, case, scale):
            names.setdefault("imprecise", []).append(name)
    return names


def as_text(tables: dict[str, Table]) -> str:
    """Return tables as JSON with a line for each list of cases, of hints, and so on.

    So the file is short, and a change shows where it is.
    """
    blocks = [f"{json.dumps(name)}: {{\n{_block(table)}\n}}" for name, table in tables.items()]
    return "{" + ",\n".join(blocks) + "}\n"


def _block(table: Table) -> str:
    """Return the lines of one exercise's table."""
    lines = []
    for key, value in table.items():
        lines.append(f" {json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}")
    return ",\n".join(lines)
