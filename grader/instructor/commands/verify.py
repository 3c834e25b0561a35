"""`grader verify`: whether the references, the stubs and the catalogue of mistakes are right.

References earn everything, stubs nothing, and every catalogued mistake is caught and named.
"""

from __future__ import annotations

import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from grader.call.answer import Answer
from grader.call.call import call
from grader.instructor.author import layers
from grader.instructor.author.by_hand import as_typed
from grader.instructor.author.catalogue import is_stored
from grader.instructor.author.forgotten import forgotten, left_to_write
from grader.instructor.author.mistakes import Mistake
from grader.instructor.author.notebook import slips, solve
from grader.instructor.author.references import answers_of, mistakes_of, reference
from grader.instructor.courses import CourseError
from grader.judge.answers import read
from grader.judge.case import Case
from grader.judge.compare import matches
from grader.judge.course import Notebook
from grader.judge.exercise import Exercise, Part
from grader.judge.judge import judge
from grader.numeric.gradient import Gradient, LossGradient

Answers = dict[str, Answer]  # the answers to one case, by part
Step = tuple[str, Callable[[], "Finding"]]


@dataclass(frozen=True)
class Finding:
    """One check of a course: what was checked, what was found, and what is wrong with it."""

    what: str
    summary: str
    problems: tuple[str, ...] = ()


def verify(notebook: Notebook, seeds: int = 1000, mistake_seeds: int = 200) -> Iterator[Finding]:
    """Yield what was found on one notebook, check by check.

    seeds, mistake_seeds: how many draws of fresh cases the references and the mistakes get.
    """
    exercises = list(notebook.exercises)
    cheap = [exercise for exercise in exercises if not exercise.costly]
    needed: tuple[Step, ...] = (
        ("complete", lambda: _complete(notebook)),
        ("fingerprints", lambda: _table_in_step(notebook)),
    )
    others: tuple[Step, ...] = (
        ("notebook", lambda: _notebook(notebook)),
        ("references", lambda: _references(notebook)),
        ("stubs", lambda: _stubs(exercises)),
        ("mistakes", lambda: _mistakes(exercises)),
        ("hints", lambda: _hints(exercises)),
        ("witness", lambda: _witness(cheap, seeds)),
        ("fresh cases", lambda: _mistakes_on_fresh_cases(exercises, mistake_seeds)),
        ("written", lambda: _written(notebook)),
    )
    with layers.importable(notebook):
        for what, step in needed:
            finding = _finding_of(what, step)
            yield finding
            if finding.problems:  # nothing else can be asked
                return
        for what, step in others:
            yield _finding_of(what, step)


def _finding_of(what: str, step: Callable[[], Finding]) -> Finding:
    """Return what a step finds. An exception of the author's code is a problem that it found."""
    try:
        return step()
    except CourseError as error:
        return Finding(what, "", (str(error),))
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{frame.filename}, line {frame.lineno}"
        return Finding(what, "", (f"stopped by {type(error).__name__}: {error} ({where})",))


def _complete(notebook: Notebook) -> Finding:
    return Finding("complete", "every exercise has what it needs", tuple(forgotten(notebook)))


def _written(notebook: Notebook) -> Finding:
    return Finding("written", "no text waits for its author", tuple(left_to_write(notebook)))


def _notebook(notebook: Notebook) -> Finding:
    problems = list(slips(notebook))
    try:
        solve(notebook)
    except CourseError as error:
        problems.append(str(error))
    return Finding("notebook", "points, ids, stubs and references agree", tuple(problems))


def _table_in_step(notebook: Notebook) -> Finding:
    problems = []
    if not is_stored(notebook) or not layers.is_in_step(notebook):
        files = notebook.tables.name
        if notebook.brings_answers:
            files += " or layers.py"
        problems.append(f"{files} is not in step: run grader fingerprints {notebook.assignment}")
    return Finding("fingerprints", "in step with references and mistakes", tuple(problems))


def _references(notebook: Notebook) -> Finding:
    """Check that the references earn all points."""
    namespace = _references_by_name(list(notebook.exercises))
    earned = 0.0
    lost: list[str] = []
    for exercise in notebook.exercises:
        verdicts = [
            judge(each, as_typed(each, namespace[each.name]), namespace) for each in exercise.draws
        ]
        earned += min(verdict.earned for verdict in verdicts)
        lost += [str(verdict) for verdict in verdicts if not verdict.right]
    return Finding("references", f"{earned:g} of {notebook.automatic_points:g} points", tuple(lost))


def _references_by_name(exercises: list[Exercise]) -> dict[str, Callable[..., Any]]:
    return {exercise.name: reference(exercise) for exercise in exercises}


def _stubs(exercises: list[Exercise]) -> Finding:
    """Check that a stub earns nothing."""

    def stub(*args: Any) -> None:
        raise NotImplementedError

    total = 0.0
    problems = []
    for exercise in exercises:
        points = max(judge(each, stub, {}).earned for each in exercise.draws)
        total += points
        if points:
            problems.append(f"the stub of {exercise.name} earns {points:g}")
    return Finding("stubs", f"{total:g} points", tuple(problems))


def _mistakes(exercises: list[Exercise]) -> Finding:
    """Check that every mistake loses just its parts, and is named by its own hint."""
    namespace = _references_by_name(exercises)
    problems = []
    count = 0
    for exercise in exercises:
        for mistake in mistakes_of(exercise):
            count += 1
            problem = _first_problem(exercise, mistake, namespace)
            if problem:
                problems.append(f"{exercise.name}: {mistake.name} {problem}")
    summary = f"{count - len(problems)} of {count} caught and named"
    return Finding("mistakes", summary, tuple(problems))


def _first_problem(
    exercise: Exercise, mistake: Mistake, namespace: dict[str, Callable[..., Any]]
) -> str:
    """Return what is wrong with the verdict on a mistake, or "".

    By hand it is caught and named on every draw of the pool: else students get unequal exercises.
    """
    for each in exercise.draws:
        problem = _mistake_problem(each, mistake, namespace)
        if problem:
            return f"{problem}{_where(each)}"
    return ""


def _where(exercise: Exercise) -> str:
    """Return ' (draw 3 of the pool)', "" for an exercise that has none."""
    return "" if exercise.only is None else f" (draw {exercise.only + 1} of the pool)"


def _mistake_problem(
    exercise: Exercise, mistake: Mistake, namespace: dict[str, Callable[..., Any]]
) -> str:
    """Return what is wrong with the verdict on a mistake, or ""."""
    verdict = judge(exercise, as_typed(exercise, mistake.answer), namespace)
    wrong = [part for part in verdict.parts if not part.right]
    lost = {part.name for part in wrong}
    if not _as_declared(exercise, mistake, lost):
        return f"loses {', '.join(sorted(lost)) or 'nothing'}, expected {mistake.parts}"
    names = {part.mistake for part in wrong}
    if names != {mistake.name}:
        return f"is called {', '.join(names - {mistake.name}) or 'nothing'}"
    return ""


def _as_declared(exercise: Exercise, mistake: Mistake, lost: set[str]) -> bool:
    """Tell whether a mistake loses the parts that its table names, or nothing but corners.

    Corners that it loses beside these need not be named.
    """
    corners = {part.name for part in exercise.parts if part.corner}
    main = lost - corners
    if not main:
        return bool(lost)
    return main == set(mistake.parts) - corners


def _hints(exercises: list[Exercise]) -> Finding:
    """Check that no two mistakes of one exercise share a hint."""
    problems = []
    count = 0
    for exercise in exercises:
        owners = defaultdict(list)
        for mistake in mistakes_of(exercise):
            owners[mistake.hint].append(mistake.name)
        count += len(owners)
        for names in owners.values():
            if len(names) > 1:
                problems.append(f"{exercise.name}: {' and '.join(names)} share a hint")
    return Finding("hints", f"{count} different ones", tuple(problems))


def _reference_answers(exercise: Exercise, case: Case) -> Answers:
    return answers_of(exercise, reference(exercise), [case])[0]


def _witness(exercises: list[Exercise], seeds: int) -> Finding:
    """Check the references on fresh cases against an independent witness.

    That is the numerical gradient of the reference forward.
    """
    compared = 0
    for exercise in exercises:
        for seed in range(_draws_of_witness(exercise, seeds)):
            count, wrong_parts = _compare_with_witness(exercise, seed)
            compared += count
            if wrong_parts:
                return Finding(
                    "witness",
                    f"stopped after {compared} comparisons",
                    tuple(
                        f"{exercise.name}: {part} differs from its numerical gradient "
                        f"at seed {seed}"
                        for part in wrong_parts
                    ),
                )
    return Finding(
        "witness", f"{compared} gradients over {seeds} seeds equal their numerical gradient"
    )


def _draws_of_witness(exercise: Exercise, seeds: int) -> int:
    """Return how many draws an exercise is compared on.

    A pool is one draw. Without a witness it is only seen that the reference answers at all.
    """
    if exercise.by_hand:
        return 1
    return seeds if exercise.witness else 1 + seeds // 20


def _compare_with_witness(exercise: Exercise, seed: int) -> tuple[int, list[str]]:
    """Compare a reference with its witness on a seed's cases, up to one where a part is wrong.

    Returns how many comparisons were made, and which parts are wrong.
    """
    rng = np.random.default_rng([seed, 1])
    compared = 0
    wrong_parts: list[str] = []
    fresh = exercise.draw(np.random.default_rng(seed))
    for case in exercise.visible if exercise.by_hand else fresh:
        answers = _reference_answers(exercise, case)
        for part in exercise.parts:
            agrees = None
            if case.judges(part.name):
                agrees = _agrees_with_witness(exercise, part, case, answers[part.name], rng)
            compared += agrees is not None
            if answers[part.name].fault or agrees is False:
                wrong_parts.append(part.name)
        if wrong_parts:
            break
    return compared, wrong_parts


def _agrees_with_witness(
    exercise: Exercise, part: Part, case: Case, answer: Answer, rng: np.random.Generator
) -> bool | None:
    """Tell whether a reference's answer agrees with its witness; None where there is none."""
    witness = exercise.witness.get(part.name)
    if witness is None or not case.smooth or answer.array is None:
        return None
    forward = _forward(exercise)
    if isinstance(witness, Gradient) and forward:
        v, slope = witness.along(
            lambda shape: rng.integers(-3, 4, shape).astype(float), forward, *case.copy_args()
        )
        scale = np.abs(v * answer.array).sum()
        return bool(abs(np.vdot(v, answer.array) - slope) <= 1e-9 * scale)
    if isinstance(witness, LossGradient) and forward:
        expected = witness.exact(forward, *case.copy_args())
    else:
        expected = np.asarray(witness(forward, *case.copy_args()))
    return matches(answer, Answer(expected), part, case)


def _forward(exercise: Exercise) -> Callable[..., Any] | None:
    """Return the reference of an exercise's forward partner, or None where it has none."""
    forward = exercise.notebook.by_name.get(exercise.forward)
    return reference(forward) if forward else None


def _mistakes_on_fresh_cases(exercises: list[Exercise], seeds: int) -> Finding:
    """Check that no mistake keeps a part on fresh cases, judged against the reference.

    By hand there are none, and every draw of the pool was judged.
    """
    problems: list[str] = []
    count = 0
    for exercise in exercises:
        if exercise.by_hand:
            continue
        for seed in range(seeds):
            mistakes = mistakes_of(exercise)
            count += len(mistakes)
            problems += _kept_parts(exercise, mistakes, seed)
        if problems:
            break
    summary = f"{count} wrong answers over {seeds} seeds, none keeps its part"
    return Finding("fresh cases", summary, tuple(problems))


def _kept_parts(exercise: Exercise, mistakes: list[Mistake], seed: int) -> Iterator[str]:
    """Yield which mistakes keep a part of theirs on a seed's cases."""
    drawn = exercise.draw(np.random.default_rng(seed))
    cases = [case for case in drawn if not case.goal]  # `make soak` has those with a goal
    expected = cache(lambda number: _reference_answers(exercise, cases[number]))
    for mistake in mistakes:
        kept = _own(exercise, mistake) - _lost(mistake, exercise, cases, expected)
        if kept:
            names = ", ".join(sorted(kept))
            yield f"{exercise.name}: {mistake.name} keeps {names} at seed {seed}"


def _lost(
    mistake: Mistake,
    exercise: Exercise,
    cases: list[Case],
    expected: Callable[[int], Answers],
) -> set[str]:
    """Return the parts that a mistake loses; stops asking when all of its own are lost.

    expected: returns the right answers to a case, by its number.
    """
    lost: set[str] = set()
    for number, case in enumerate(cases):
        answers = read(exercise, case, call(mistake.answer, case.args))
        right = expected(number)
        for part in exercise.parts:
            name = part.name
            if case.judges(name) and not matches(answers[name], right[name], part, case):
                lost.add(name)
        if lost.issuperset(_own(exercise, mistake)):
            break
    return lost


def _own(exercise: Exercise, mistake: Mistake) -> set[str]:
    """Return the parts that a mistake loses on the visible cases."""
    return set(exercise.table["parts"][mistake.name])
