"""`grader verify`: the references earn everything, stubs nothing, and every catalogued mistake is caught and named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.call.answer import Answer
from grader.call.call import call
from grader.exercises import TOTALS, of_assignment
from grader.exercises.case import Case
from grader.exercises.cases import draw
from grader.exercises.exercise import Exercise, Part
from grader.instructor.author import layers
from grader.instructor.author.catalogue import answers_of, is_stored, mistakes_of, reference
from grader.instructor.author.notebook import slips, solve
from grader.instructor.classroom import CourseError
from grader.judge.answers import read
from grader.judge.compare import matches
from grader.judge.judge import judge
from grader.judge.numeric import complex_step_gradient
from grader.judge.table import file_of
from grader.judge.witness import WITNESSES, Gradient
from solutions.mistakes import Mistake


@dataclass(frozen=True)
class Finding:
    """One check of a course: what was checked, what was seen, and what is wrong with it."""

    what: str
    seen: str
    problems: tuple[str, ...] = ()


def verify(assignment: str, seeds: int = 1000, mistake_seeds: int = 200) -> Iterator[Finding]:
    """Yield what was found on one assignment, check by check."""
    exercises = of_assignment(assignment)
    with layers.importable():
        yield _notebook(assignment)
        yield _table_in_step(assignment)
        yield _references(assignment, exercises)
        yield _stubs(exercises)
        yield _mistakes(exercises)
        yield _hints(exercises)
        yield _witness([exercise for exercise in exercises if not exercise.costly], seeds)
        yield _mistakes_on_fresh_cases(exercises, mistake_seeds)


def _notebook(assignment: str) -> Finding:
    problems = list(slips(assignment))
    try:
        solve(assignment)
    except CourseError as error:
        problems.append(str(error))
    return Finding("notebook", "points, ids, stubs and references agree", tuple(problems))


def _table_in_step(assignment: str) -> Finding:
    path = file_of(assignment)
    same = (
        is_stored(assignment)
        and layers.FILE.is_file()
        and layers.source() == layers.FILE.read_text(encoding="utf-8")
    )
    advice = (
        ()
        if same
        else (
            f"{path.name} or layers.py is not in step: run python -m grader.instructor.author.catalogue",
        )
    )
    return Finding("fingerprints", "in step with solutions and mistakes", advice)


def _references(assignment: str, exercises: list[Exercise]) -> Finding:
    scope = {exercise.name: reference(exercise) for exercise in exercises}
    verdicts = [judge(exercise, scope[exercise.name], scope) for exercise in exercises]
    lost = tuple(str(verdict) for verdict in verdicts if not verdict.right)
    return Finding(
        "references", f"{sum(v.earned for v in verdicts):g} of {TOTALS[assignment]:g} points", lost
    )


def _stubs(exercises: list[Exercise]) -> Finding:
    def stub(*args: Any) -> None:
        raise NotImplementedError

    earned = {exercise.name: judge(exercise, stub, {}).earned for exercise in exercises}
    problems = tuple(
        f"the stub of {name} earns {points:g}" for name, points in earned.items() if points
    )
    return Finding("stubs", f"{sum(earned.values()):g} points", problems)


def _mistakes(exercises: list[Exercise]) -> Finding:
    """Every mistake loses just its parts, and is named by its own hint."""
    problems, count = [], 0
    for exercise in exercises:
        scope = {other.name: reference(other) for other in exercises}
        for mistake in mistakes_of(exercise):
            count += 1
            verdict = judge(exercise, mistake.answer, scope)
            lost = tuple(part.name for part in verdict.parts if not part.right)
            named = {part.mistake for part in verdict.parts if not part.right}
            if lost != mistake.parts:
                problems.append(
                    f"{exercise.name}: {mistake.name} loses {lost or 'nothing'}, expected {mistake.parts}"
                )
            elif named != {mistake.name}:
                problems.append(
                    f"{exercise.name}: {mistake.name} is called {', '.join(named - {mistake.name}) or 'nothing'}"
                )
    return Finding(
        "mistakes", f"{count - len(problems)} of {count} caught and named", tuple(problems)
    )


def _hints(exercises: list[Exercise]) -> Finding:
    """No two mistakes of one exercise share a hint."""
    problems, count = [], 0
    for exercise in exercises:
        owners = defaultdict(list)
        for mistake in mistakes_of(exercise):
            owners[mistake.hint].append(mistake.name)
        count += len(owners)
        problems += [
            f"{exercise.name}: {' and '.join(names)} share a hint"
            for names in owners.values()
            if len(names) > 1
        ]
    return Finding("hints", f"{count} different ones", tuple(problems))


def _right(exercise: Exercise, case: Case) -> dict[str, Answer]:
    return answers_of(exercise, reference(exercise), [case])[0]


def _witness(exercises: list[Exercise], seeds: int) -> Finding:
    """The references against an independent witness on fresh cases: the numerical gradient of the reference forward."""
    problems, compared = [], 0
    for exercise in exercises:
        for seed in range(seeds):
            rng = np.random.default_rng([seed, 1])
            for case in draw(exercise.name, np.random.default_rng(seed)):
                told = _right(exercise, case)
                for part in exercise.parts:
                    agrees = (
                        _by_witness(exercise, part, case, told[part.name], rng)
                        if case.judges(part.name)
                        else None
                    )
                    compared += agrees is not None
                    if told[part.name].fault or agrees is False:
                        problems.append(
                            f"{exercise.name}: {part.name} differs from its numerical gradient at seed {seed}"
                        )
                if problems:
                    return Finding(
                        "witness", f"stopped after {compared} comparisons", tuple(problems)
                    )
    return Finding(
        "witness", f"{compared} gradients over {seeds} seeds equal their numerical gradient"
    )


def _by_witness(
    exercise: Exercise, part: Part, case: Case, told: Answer, rng: np.random.Generator
) -> bool | None:
    """Tell whether a reference's answer agrees with its witness; None where there is none."""
    witness = WITNESSES.get(exercise.name, {}).get(part.name)
    if witness is None or not case.smooth or told.array is None:
        return None
    forward: Callable[..., Any] | None = None
    if exercise.forward:
        forward = reference(
            next(e for e in of_assignment(exercise.assignment) if e.name == exercise.forward)
        )
    if isinstance(witness, Gradient) and forward:
        v, slope = witness.along(
            lambda shape: rng.integers(-3, 4, shape).astype(float), forward, *case.copy_args()
        )
        return bool(abs(np.vdot(v, told.array) - slope) <= 1e-9 * np.abs(v * told.array).sum())
    if exercise.name == "softmax_loss" and forward:
        y, labels = case.args
        return matches(
            told, Answer(complex_step_gradient(lambda v: forward(v, labels)[0], y)), part, case
        )
    return matches(told, Answer(np.asarray(witness(forward, *case.copy_args()))), part, case)


def _mistakes_on_fresh_cases(exercises: list[Exercise], seeds: int) -> Finding:
    """No mistake keeps a part on fresh cases, judged against the reference."""
    problems, count = [], 0
    for exercise in exercises:
        for seed in range(seeds):
            cases = [
                case for case in draw(exercise.name, np.random.default_rng(seed)) if not case.goal
            ]  # those: make soak
            rights = [_right(exercise, case) for case in cases]
            for mistake in mistakes_of(exercise):
                count += 1
                kept = set(mistake.parts) - _lost(mistake, exercise, cases, rights)
                if kept:
                    problems.append(
                        f"{exercise.name}: {mistake.name} keeps {', '.join(sorted(kept))} at seed {seed}"
                    )
        if problems:
            break
    return Finding(
        "fresh cases",
        f"{count} wrong answers over {seeds} seeds, none keeps its part",
        tuple(problems),
    )


def _lost(
    mistake: Mistake, exercise: Exercise, cases: list[Case], rights: list[dict[str, Answer]]
) -> set[str]:
    """Return the parts that a mistake loses; stops asking when those it is entered with are lost."""
    lost: set[str] = set()
    for case, right in zip(cases, rights, strict=True):
        got = read(exercise, case, call(mistake.answer, case.args))
        for part in exercise.parts:
            if case.judges(part.name) and not matches(got[part.name], right[part.name], part, case):
                lost.add(part.name)
        if set(mistake.parts) <= lost:
            break
    return lost
