"""Make the table of fingerprints from the solutions and their catalogue of mistakes.

Run it with `python -m grader.instructor.author.catalogue`.
"""

from __future__ import annotations

import importlib
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from grader.call.answer import Answer
from grader.call.call import call
from grader.exercises import NOTEBOOKS, of_assignment
from grader.exercises.case import Case
from grader.exercises.cases import visible
from grader.exercises.exercise import DIFFERENCES, SMOOTH, Exercise, Part
from grader.instructor.author import layers
from grader.instructor.files import write_atomically
from grader.judge import table
from grader.judge.answers import read
from grader.judge.compare import matches
from grader.judge.fingerprint import SCALE, fingerprint, on_grid
from grader.judge.witness import WITNESSES
from grader.show.numbers import MOST_SHOWN
from solutions.mistakes import CATALOGUE, Mistake

LOSS_STEPS = 1000  # a smooth loss is rounded to this many steps between 0 and its right value
DIGITS = 12  # of a stored number: the last digits of a sum or a logarithm differ from processor to processor
SMOOTH_SCALE = (
    16 * 144.0
)  # softmax: sixteenths, by N twice; coarser, so that float32 seldom rounds to another number


def reference(exercise: Exercise) -> Callable[..., Any]:
    """Return the reference answer to an exercise."""
    return getattr(
        importlib.import_module(f"solutions.{NOTEBOOKS[exercise.assignment]}"), exercise.name
    )


def mistakes_of(exercise: Exercise) -> list[Mistake]:
    return [mistake for mistake in CATALOGUE if mistake.exercise == exercise.name]


def answers_of(
    exercise: Exercise, function: Callable[..., Any], cases: tuple[Case, ...] | list[Case]
) -> list[dict[str, Answer]]:
    """Return what a trusted function answers to each case, part by part; nothing where a goal decides."""
    return [
        {} if case.goal else read(exercise, case, call(function, case.args), function)
        for case in cases
    ]


CLOSE = 10.0 ** (1 - DIGITS)


def scale_of(part: Part, right: Answer) -> float:
    """Return the factor that puts right results on whole numbers (see grader.judge.compare)."""
    if part.tolerance == SMOOTH and part.shape == "" and right.array is not None:
        return portable(LOSS_STEPS / float(right.array))
    if part.tolerance == SMOOTH:
        return SMOOTH_SCALE
    if part.tolerance == DIFFERENCES:
        return 64.0
    return SCALE


def build(assignment: str) -> dict[str, Any]:
    """Return the tables of an assignment's exercises as grader.judge.table describes them."""
    with np.errstate(all="ignore"):
        return {exercise.name: _build(exercise) for exercise in of_assignment(assignment)}


def _build(exercise: Exercise) -> dict[str, Any]:
    rights = answers_of(exercise, reference(exercise), visible(exercise.name))
    wrongs = {
        m.name: answers_of(exercise, m.answer, visible(exercise.name))
        for m in mistakes_of(exercise)
    }
    return {
        "cases": {part.name: _entries(exercise, part, rights, wrongs) for part in exercise.parts},
        "hints": {m.name: m.hint for m in mistakes_of(exercise)},
        "parts": {m.name: list(m.parts) for m in mistakes_of(exercise)},
        "shown": {
            part.name: [_plain(a[part.name]) for a in rights]
            for part in exercise.parts
            if _is_shown(exercise, part)
        },
    }


def _is_shown(exercise: Exercise, part: Part) -> bool:
    """Right values are shipped for what has no numerical gradient: a forward result, a loss."""
    return (
        not exercise.is_quiz and part.name not in WITNESSES.get(exercise.name, {}) and not part.of
    )


def _plain(answer: Answer) -> Any:
    """Return the values as lists, or None for more than a verdict shows."""
    assert answer.array is not None
    return numbers_of(answer.array) if answer.array.size <= MOST_SHOWN else None


def numbers_of(array: np.ndarray) -> Any:
    """Return an array as lists of numbers that the table may hold."""
    return np.vectorize(portable, otypes=[float])(array).tolist()


def portable(number: float) -> float:
    """Return a number as every machine computes it: a multiple of 1/1024 as it is, any other one rounded to 12 digits."""
    exact = float(number * 1024).is_integer()
    return float(number) if exact else float(f"{number:.{DIGITS - 1}e}")


def in_step(made: Any, kept: Any) -> bool:
    """Tell whether a table made anew is the stored one. Numbers may differ by the rounding of their last digit."""
    if isinstance(made, dict) and isinstance(kept, dict):
        return made.keys() == kept.keys() and all(in_step(made[key], kept[key]) for key in made)
    if isinstance(made, list) and isinstance(kept, list):
        return len(made) == len(kept) and all(map(in_step, made, kept))
    if isinstance(made, float) and isinstance(kept, float):
        return math.isclose(made, kept, rel_tol=CLOSE, abs_tol=CLOSE)
    return bool(made == kept)


def is_stored(assignment: str) -> bool:
    """Tell whether an assignment's stored table is in step with the solutions and the catalogue of mistakes."""
    path = table.file_of(assignment)
    if not path.is_file():
        return False
    return in_step(
        json.loads(as_text(build(assignment))), json.loads(path.read_text(encoding="utf-8"))
    )


def _entries(
    exercise: Exercise,
    part: Part,
    rights: list[dict[str, Answer]],
    wrongs: dict[str, list[dict[str, Answer]]],
) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    for number, case in enumerate(visible(exercise.name)):
        if case.goal or not case.judges(part.name):
            entries.append({"scale": SCALE, "right": "", "wrong": {}})
            continue
        told = rights[number][part.name]
        scale = scale_of(part, told)
        right = fingerprint(told, scale)
        assert case.large or on_grid(told, part, case, scale), (exercise.name, part.name, number)
        wrong: dict[str, list[str]] = {}
        for name, answers in wrongs.items():
            answer = answers[number][part.name]
            print_ = fingerprint(answer, scale)
            if case.by_values and matches(answer, told, part, case):
                continue
            if print_ != right:
                wrong.setdefault(print_, []).append(name)
            elif case.by_values or not on_grid(answer, part, case, scale):
                wrong.setdefault("imprecise", []).append(name)
        entry = {"scale": scale, "right": right, "wrong": wrong}
        entries.append(
            entry
            | (
                {"values": numbers_of(told.array)}
                if told.array is not None and (case.large or not case.smooth)
                else {}
            )
        )
    return entries


def main() -> None:
    write_atomically(layers.FILE, layers.source())
    with layers.importable():
        for assignment in NOTEBOOKS:
            if not is_stored(assignment):  # a table that another machine has made stays as it is
                write_atomically(table.file_of(assignment), as_text(build(assignment)))
    print(f"{len(NOTEBOOKS)} tables are in step: {len(CATALOGUE)} mistakes")


def as_text(tables: dict[str, Any]) -> str:
    """Return JSON with a line for each list of cases, of hints, and so on: short, and a change shows where it is."""
    lines = [
        f"{json.dumps(exercise)}: {{\n"
        + ",\n".join(
            f" {json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}"
            for key, value in made.items()
        )
        + "\n}"
        for exercise, made in tables.items()
    ]
    return "{" + ",\n".join(lines) + "}\n"


if __name__ == "__main__":
    main()
