"""Judge one function on the visible cases: the verdict that a student sees, without a reference answer in the kernel.

The fingerprint of the right result decides. Beside the numbers: count and type of results, shape, finite, the same answer
when called twice; a changed input or shared memory is named and costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from grader import capture, diagnose
from grader.cases import Case, visible
from grader.exercises import Exercise, Part
from grader.outcome import expected_shape, fingerprint, is_right, read
from grader.results import Answer, short
from grader.table import table
from grader.verdict import Example, PartVerdict, Verdict
from grader.witness import Right, Scope, right_values

Answers = list[dict[str, Answer]]  # one per visible case asked

# After these the other cases would say the same, or take as long again.
ENDS = (NotImplementedError, RecursionError, KeyboardInterrupt, SystemExit)


def judge(exercise: Exercise, function: Any, scope: Scope) -> Verdict:
    """Return the verdict on one function. scope: the student's global names, for its forward partner. Never raises."""
    if not callable(function):
        fault = "is not defined" if function is None else f"is {short(function, 40)}, expected a function"
        return all_wrong(exercise, fault)
    cases = visible(exercise.name)
    with capture.quiet() as noise, _without(exercise, scope):
        calls = [capture.call(function, exercise, cases[0])]
        if not isinstance(calls[0].error, ENDS):
            calls += [capture.call(function, exercise, case) for case in cases[1:]]
        answers = [read(exercise, case, made, function) for case, made in zip(cases, calls, strict=False)]
        verdict = _verdict(exercise, answers, scope)
        if verdict.earned:
            again = read(exercise, cases[0], capture.call(function, exercise, cases[0]), function)
            verdict = _called_twice(exercise, verdict, again)
    notes = (*verdict.notes, *_notes(exercise, cases, calls, answers), *(f"warned: {w}" for w in noise.warned[:3]))
    return replace(verdict, notes=notes, printed="" if verdict.fault == "is not written yet" else noise.printed)


def all_wrong(exercise: Exercise, fault: str) -> Verdict:
    return Verdict(exercise.name, tuple(PartVerdict(p.name, p.points, 0.0, "") for p in exercise.parts), fault)


def _verdict(exercise: Exercise, answers: Answers, scope: Scope) -> Verdict:
    for number, answer in enumerate(answers):
        faults = {part.says for part in answer.values()}
        if len(faults) == 1 and faults != {""} and not exercise.is_quiz:
            return _one_fault(exercise, answers, number, faults.pop())
    parts: list[PartVerdict] = []
    example: Example | None = None
    advice: tuple[str, ...] = ()
    for part in exercise.parts:
        wrong = [n for n, answer in enumerate(answers) if not is_right(exercise, part, n, answer[part.name])]
        if not wrong:
            parts.append(PartVerdict(part.name, part.points, part.points, f"right: {exercise.why}" if exercise.why else "right"))
            continue
        mistake, hint = _recognise(exercise, part, answers)
        number = _smallest_that_shows(exercise, part, wrong, answers, mistake, scope)
        right = right_values(exercise, part, number, scope)
        says = _seen(exercise, part, number, answers, hint, right.values)
        parts.append(PartVerdict(part.name, part.points, 0.0, says, mistake))
        if example is None:
            example, advice = _example(exercise, part, number, answers, right), right.advice
    return Verdict(exercise.name, tuple(parts), "", advice, example)


def _smallest_that_shows(exercise: Exercise, part: Part, wrong: list[int], answers: Answers, mistake: str, scope: Scope) -> int:
    """Return the first wrong case that was built for the mistake, else the first with other numbers than the right ones.

    With one image in the batch, for instance, a db that was not summed has the right numbers and only the wrong shape.
    """
    cases = visible(exercise.name)
    built = [n for n in wrong if mistake and cases[n].shows == mistake]
    for number in built or wrong:
        right, got = right_values(exercise, part, number, scope).values, answers[number][part.name].array
        if right is None or got is None or got.size != right.size or not np.array_equal(got.ravel(), right.ravel()):
            return number
    return wrong[0]


def _one_fault(exercise: Exercise, answers: Answers, number: int, says: str) -> Verdict:
    """A fault of the whole function, told once: it raised, or returned the wrong number of results."""
    found = [_recognise(exercise, part, answers) for part in exercise.parts]
    hint = next((hint for _, hint in found if hint), "")
    parts = tuple(PartVerdict(p.name, p.points, 0.0, "", name) for p, (name, _) in zip(exercise.parts, found, strict=True))
    example = _example(exercise, exercise.parts[0], number, answers, Right())
    return Verdict(exercise.name, parts, _sentences(says, _with_sizes(hint, exercise, number)), (), example)


def _seen(exercise: Exercise, part: Part, number: int, answers: Answers, hint: str, right: np.ndarray | None) -> str:
    """Return what is wrong with a part on case `number`, then the hint, or what the general detectors see."""
    answer, case = answers[number][part.name], visible(exercise.name)[number]
    seen = answer.says
    if not seen and answer.array is not None and answer.array.shape != expected_shape(part, case):
        seen = diagnose.wrong_shape(answer.array.shape, expected_shape(part, case), part.like)
    if not seen and not hint:
        seen = "is not right" if right is None or answer.array is None else diagnose.detect(answer.array, right, case)
    return _sentences(seen, _with_sizes(hint, exercise, number))


def _recognise(exercise: Exercise, part: Part, answers: Answers) -> tuple[str, str]:
    """Return (mistake, hint) from the catalogue, or ("", "")."""
    entries, cases = table()["cases"][exercise.name][part.name], visible(exercise.name)
    wrong = [n for n, answer in enumerate(answers) if not is_right(exercise, part, n, answer[part.name])]
    told = [n for n in wrong if not cases[n].large] or wrong  # in float32 a large case has no fingerprint of its own
    prints = {}
    for number in told:
        found = fingerprint(answers[number][part.name], entries[number]["scale"])
        prints[number] = "imprecise" if found == entries[number]["right"] else found
    return diagnose.from_catalogue(exercise.name, part.name, prints)


def _with_sizes(hint: str, exercise: Exercise, number: int) -> str:
    """Fill {N} in a hint with 'N = 2', the size in visible case `number`."""
    sizes = visible(exercise.name)[number].sizes
    return hint.format_map({name: f"{name} = {size}" for name, size in sizes.items()})


def _sentences(*texts: str) -> str:
    """Join what is seen and what to think about: 'has shape (3, 4), expected (4, 3). Did you ...?'"""
    kept = [text for text in texts if text]
    words = [text if number == 0 or not text[:2].isalpha() else text[0].upper() + text[1:] for number, text in enumerate(kept)]
    return ". ".join([*(text.rstrip(".") for text in words[:-1]), *words[-1:]])


def _called_twice(exercise: Exercise, verdict: Verdict, again: dict[str, Answer]) -> Verdict:
    says = "gives another answer when it is called again with the same input: what does it remember?"
    parts = tuple(
        replace(told, earned=0.0, says=says) if told.right and not is_right(exercise, part, 0, again[part.name]) else told
        for told, part in zip(verdict.parts, exercise.parts, strict=True)
    )
    return replace(verdict, parts=parts)


def _example(exercise: Exercise, part: Part, number: int, answers: Answers, right: Right) -> Example | None:
    """Return the input with yours and right, or None where there is nothing to set side by side."""
    answer = answers[number][part.name]
    if answer.fault in {f"raised:{kind.__name__}" for kind in ENDS}:
        return None
    yours = None if answer.fault else answer.value if answer.array is None else answer.array
    inputs = dict(zip(exercise.arguments, visible(exercise.name)[number].args, strict=True))
    return Example(part.name, inputs, yours, right.values, right.source)


def _notes(exercise: Exercise, cases: tuple[Case, ...], calls: list[capture.Call], answers: Answers) -> Iterator[str]:
    """What is worth saying and costs nothing."""
    for name in dict.fromkeys(name for made in calls for name in made.changed):
        yield f"it changes its input {name} in place; whoever called it finds another {name} afterwards"
    for part in exercise.parts:
        answer = answers[0][part.name]
        for name, arg in zip(exercise.arguments, calls[0].args, strict=True):
            if isinstance(arg, np.ndarray) and answer.array is not None and np.may_share_memory(arg, answer.array):
                yield f"{part.name} shares its memory with the input {name}: fine here, but changing one later changes the other"
        if answer.also:
            printed = f"{part.name} has shape ({', '.join((part.also or '').split())}), as the equation prints it"
            yield f"{printed}: accepted for one row; {part.like} itself has shape ({part.shape},)"
    whole = not any(answer.fault for part in answers for answer in part.values())
    if whole and any(case.large and _in_float32(answer) for case, answer in zip(cases, answers, strict=False)):
        yield "float32: seven digits"


def _in_float32(answer: dict[str, Answer]) -> bool:
    """The right values of a large case have more digits than float32 holds: values that float32 holds were rounded."""
    arrays = [part.array for part in answer.values() if part.array is not None and part.array.dtype.kind == "f"]
    with np.errstate(all="ignore"):
        return bool(arrays) and all(np.array_equal(array, array.astype(np.float32)) for array in arrays)


@contextmanager
def _without(exercise: Exercise, scope: Scope) -> Iterator[None]:
    """Bind the names that an exercise must do without to a function that says so."""

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(f"write {exercise.name} without {' and '.join(exercise.without)}")

    refused = [scope[name] for name in exercise.without if name in scope]
    held = {name: value for name, value in scope.items() if any(value is other for other in refused)}
    scope.update(dict.fromkeys(held, refuse))
    try:
        yield
    finally:
        scope.update(held)
