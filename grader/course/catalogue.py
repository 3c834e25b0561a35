"""Make the table of fingerprints from the solutions and their catalogue of mistakes: `python -m grader.course.catalogue`."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from typing import Any

import numpy as np

from grader import capture, table
from grader.cases import Case, visible
from grader.course.files import write_atomically
from grader.exercises import DIFFERENCES, EXERCISES, NOTEBOOKS, SMOOTH, Exercise, Part
from grader.outcome import SCALE, fingerprint, matches, on_grid, read
from grader.results import Answer
from solutions.mistakes import CATALOGUE, Mistake

LOSS_STEPS = 1000  # a smooth loss is rounded to this many steps between 0 and its right value
SMOOTH_SCALE = 16 * 144.0  # softmax: sixteenths, by N twice; coarser, so that float32 seldom rounds to another number


def reference(exercise: Exercise) -> Callable[..., Any]:
    """Return the reference answer to an exercise."""
    return getattr(importlib.import_module(f"solutions.{NOTEBOOKS[exercise.assignment]}"), exercise.name)


def mistakes_of(exercise: Exercise) -> list[Mistake]:
    return [mistake for mistake in CATALOGUE if mistake.exercise == exercise.name]


def answers_of(exercise: Exercise, function: Callable[..., Any], cases: tuple[Case, ...] | list[Case]) -> list[dict[str, Answer]]:
    """Return what a trusted function answers to each case, part by part."""
    return [read(exercise, case, capture.call(function, exercise, case), function) for case in cases]


def scale_of(part: Part, right: Answer) -> float:
    """Return the factor that puts right results on whole numbers (see grader.outcome)."""
    if part.tolerance == SMOOTH and part.shape == "" and right.array is not None:
        return LOSS_STEPS / float(right.array)
    if part.tolerance == SMOOTH:
        return SMOOTH_SCALE
    if part.tolerance == DIFFERENCES:
        return 64.0
    return SCALE


def build() -> dict[str, Any]:
    """Return the table as grader.table describes it."""
    made: dict[str, Any] = {"cases": {}, "hints": {}, "parts": {}, "shown": {}}
    for exercise in EXERCISES.values():
        rights = answers_of(exercise, reference(exercise), visible(exercise.name))
        wrongs = {m.name: answers_of(exercise, m.answer, visible(exercise.name)) for m in mistakes_of(exercise)}
        made["cases"][exercise.name] = {part.name: _entries(exercise, part, rights, wrongs) for part in exercise.parts}
        made["hints"][exercise.name] = {m.name: m.hint for m in mistakes_of(exercise)}
        made["parts"][exercise.name] = {m.name: list(m.parts) for m in mistakes_of(exercise)}
        shown = {part.name: [_plain(answer[part.name]) for answer in rights] for part in exercise.parts if _is_shown(exercise, part)}
        if shown:
            made["shown"][exercise.name] = shown
    return made


def _is_shown(exercise: Exercise, part: Part) -> bool:
    """Right values are shipped for what has no numerical gradient: a forward result, a loss."""
    return not exercise.is_quiz and (part.name in {"y", "loss"})


def _plain(answer: Answer) -> Any:
    assert answer.array is not None
    return answer.array.tolist()


def _entries(
    exercise: Exercise, part: Part, rights: list[dict[str, Answer]], wrongs: dict[str, list[dict[str, Answer]]]
) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    for number, case in enumerate(visible(exercise.name)):
        told = rights[number][part.name]
        scale = scale_of(part, told)
        right = fingerprint(told, scale)
        assert case.large or on_grid(told, part, case, scale), (exercise.name, part.name, number)
        wrong: dict[str, list[str]] = {}
        for name, answers in wrongs.items():
            answer = answers[number][part.name]
            print_ = fingerprint(answer, scale)
            if case.large and matches(answer, told, part, case):
                continue
            if print_ != right:
                wrong.setdefault(print_, []).append(name)
            elif case.large or not on_grid(answer, part, case, scale):
                wrong.setdefault("imprecise", []).append(name)
        entry = {"scale": scale, "right": right, "wrong": wrong}
        entries.append(entry | ({"values": _plain(told)} if case.large or not case.smooth else {}))
    return entries


def main() -> None:
    with np.errstate(all="ignore"):
        write_atomically(table.FILE, json.dumps(build(), indent=1) + "\n")
    print(f"wrote {table.FILE.name}: {len(CATALOGUE)} mistakes")


if __name__ == "__main__":
    main()
