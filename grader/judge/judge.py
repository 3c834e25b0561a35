"""Judge one function from its answers to cases, and say what was seen.

In a student's kernel there is no reference: `judge` decides by the fingerprints of the visible cases. Sealed grading builds an
`Asked` of its own, where the reference decides. Beside the numbers: count and type of results, shape, finite, the same answer
when called twice; a changed input or shared memory is named and costs nothing.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from grader.call.answer import Answer
from grader.call.call import Call, argument_names, call
from grader.call.quiet import quiet
from grader.call.text import short
from grader.call.without import Scope, public, refusal, with_layers, without
from grader.judge import detect
from grader.judge.answers import expected_shape, read
from grader.judge.case import Case
from grader.judge.catalogue import recognise
from grader.judge.compare import is_right
from grader.judge.exercise import Exercise, Part
from grader.judge.notes import argument_order, changed_by, remarks, shared_by
from grader.judge.right import Right, right_values
from grader.judge.trial import Asked
from grader.show.verdict import Example, PartVerdict, Verdict

# After these the other cases would say the same, or take as long again.
ENDS = (NotImplementedError, RecursionError, KeyboardInterrupt, SystemExit)
ENDED = {f"raised:{kind.__name__}" for kind in ENDS} | {"time", "missing"}  # said in words of ours, without any input
MOST_WARNINGS = 3
GUESSING = 0.3  # of ten classes, by a lucky start
FORGETFUL = "gives another answer when it is called again with the same input: what does it remember?"
ONLY_VISIBLE = "is right on the cases of the check and wrong on others: does it compute, or does it know the answers?"


def judge(exercise: Exercise, function: Any, scope: Scope) -> Verdict:
    """Return the verdict on one function. scope: the student's global names, for its forward partner. Never raises."""
    try:
        if exercise.layers and importlib.util.find_spec("layers") is None:
            return all_wrong(exercise, "needs layers.py beside the notebook: copy it there from the assignment's folder")
        refused = refusal(exercise.name, function, exercise.without, scope)
        return all_wrong(exercise, refused) if refused else _judge(exercise, function, scope)
    except BaseException as error:  # the last line of defence: objects that raise wherever they are looked at
        return all_wrong(exercise, f"cannot be judged: looking at it raised {short(type(error).__name__)}")


def _judge(exercise: Exercise, function: Any, scope: Scope) -> Verdict:
    cases = exercise.visible
    answers: list[dict[str, Answer]] = []
    made: list[Call] = []
    asked = Asked(
        exercise,
        cases,
        answers,
        lambda part, n, answer: is_right(exercise, part, n, answer),
        cache(lambda part, n: right_values(exercise, part, n, scope)),  # each costs a numerical gradient
        len(cases),
        {},
    )
    layers = public(importlib.import_module("layers")) if exercise.layers else {}
    with quiet() as captured, with_layers(layers, scope), without(exercise.without, scope, exercise.name):
        for case in (*cases, cases[0]):
            if case.goal and asked.enough() is not asked:
                break
            made.append(call(function, case.args))
            answers.append(read(exercise, case, made[-1], function))  # at once: a result may be a buffer that is used again
            if isinstance(made[-1].error, ENDS):
                break
    *answers, again = answers if len(answers) > len(cases) else (*answers, answers[0])
    with quiet(), without(exercise.without, scope, exercise.name):  # what the student's forward says is not told of this function
        asked = replace(asked, answers=answers, again=again)
        verdict = decide(asked)
        notes = (*verdict.notes, *remarks(asked, changed_by(exercise, made)), *shared_by(exercise, made))
    warned = dict.fromkeys(words for one in made for words in one.warned)
    notes += (*argument_order(exercise, argument_names(function)), *(f"warned: {words}" for words in [*warned][:MOST_WARNINGS]))
    return replace(verdict, notes=notes, printed="" if verdict.fault == "is not written yet" else captured.printed)


def all_wrong(exercise: Exercise, fault: str) -> Verdict:
    return Verdict(exercise.name, tuple(PartVerdict(p.name, p.points, 0.0, "") for p in exercise.parts), fault)


def decide(asked: Asked) -> Verdict:
    """Return the verdict on the answers to all cases."""
    asked, exercise = asked.enough(), asked.exercise
    for number, answer in enumerate(asked.answers):
        faults = {part.says for part in answer.values()}
        if len(faults) == 1 and faults != {""} and not exercise.is_quiz:
            told = number < asked.shown or next(iter(answer.values())).fault in ENDED
            return _one_fault(asked, number, faults.pop()) if told else all_wrong(exercise, ONLY_VISIBLE)
    parts: list[PartVerdict] = []
    example: Example | None = None
    advice: tuple[str, ...] = ()
    for part in exercise.parts:
        wrong = asked.wrong(part)
        seen = [number for number in wrong if number < asked.shown]
        if not wrong and asked.holds(part, asked.again_of, asked.again[part.name]):
            why = exercise.why or _learnt(asked, part)
            says = f"right: {why}" if why else "right"
            parts.append(PartVerdict(part.name, part.points, part.points, says))
        elif not seen:
            parts.append(PartVerdict(part.name, part.points, 0.0, _unseen(asked, part, wrong)))
        else:
            mistake, hint = recognise(asked, part)
            number = _smallest_that_shows(asked, part, seen, mistake)
            right = asked.right(part, number)
            says = _seen(asked, part, number, hint, right.values)
            same = next((f"the same as {told.name}" for told in parts if exercise.costly and told.says == says), says)
            parts.append(PartVerdict(part.name, part.points, 0.0, same, mistake))
            if example is None:
                example, advice = _example(asked, part, number, right), right.advice
    return Verdict(exercise.name, tuple(parts), "", advice, example)


def _unseen(asked: Asked, part: Part, wrong: list[int]) -> str:
    """Return what is wrong with a part on no case that may be shown."""
    if not wrong:
        return FORGETFUL
    answer = asked.answers[wrong[0]][part.name]
    return answer.says if answer.fault in ENDED else ONLY_VISIBLE


def _learnt(asked: Asked, part: Part, number: int | None = None) -> str:
    """Return what the network that a part judges has learnt (on one case, or the last that judges it), or ''."""
    numbers = [n for n, case in enumerate(asked.cases) if case.judges(part.name)] if number is None else [number]
    case, answer = asked.cases[numbers[-1]], asked.answers[numbers[-1]][part.name]
    if case.goal is None or answer.array is None:
        return ""
    share = case.goal.share(case.unpacked(answer.array))
    if share >= case.goal.least:
        return case.goal.told(share)
    guessing = "that is no better than guessing: does every step change the parameters, and downhill?"
    learning = (
        "it learns, but not enough: is every step taken, at the rate given, for every parameter, with all the images in turn?"
    )
    return f"{case.goal.told(share)}; {guessing if share < GUESSING else learning}"


def _one_fault(asked: Asked, number: int, says: str) -> Verdict:
    """A fault of the whole function, told once: it raised, or returned the wrong number of results."""
    exercise = asked.exercise
    found = [recognise(asked, part) for part in exercise.parts]
    hint = next((hint for _, hint in found if hint), "")
    parts = tuple(PartVerdict(p.name, p.points, 0.0, "", name) for p, (name, _) in zip(exercise.parts, found, strict=True))
    example = _example(asked, exercise.parts[0], number, Right()) if number < asked.shown else None
    return Verdict(exercise.name, parts, _sentences(says, _with_sizes(hint, asked.cases[number])), (), example)


def _smallest_that_shows(asked: Asked, part: Part, wrong: list[int], mistake: str) -> int:
    """Return the first wrong case that was built for the mistake, else the first with other numbers than the right ones.

    With one image in the batch, for instance, a db that was not summed has the right numbers and only the wrong shape.
    """
    built = [n for n in wrong if mistake and asked.cases[n].shows == mistake]
    for number in [n for n in built or wrong if not asked.cases[n].large and not asked.cases[n].goal] or wrong:
        right, got = asked.right(part, number).values, asked.answers[number][part.name].array
        if got is None or (right is not None and (got.size != right.size or not np.array_equal(got.ravel(), right.ravel()))):
            return number
    return wrong[0]


def _seen(asked: Asked, part: Part, number: int, hint: str, right: np.ndarray | None) -> str:
    """Return what is wrong with a part on case `number`, then the hint, or what the general detectors see."""
    answer, case = asked.answers[number][part.name], asked.cases[number]
    seen = answer.says or _learnt(asked, part, number)
    if case.explain is not None and answer.array is not None and right is not None:
        seen = case.explain(answer.array, right, case)
    if not seen and answer.array is not None and answer.array.shape != expected_shape(part, case):
        seen = detect.wrong_shape(answer.array.shape, expected_shape(part, case), part.like)
    if not seen and not hint:
        seen = (
            detect.detect(list(_beside_right(asked, part))) if right is not None and answer.array is not None else "is not right"
        )
    return _sentences(seen, _with_sizes(hint, case))


def _beside_right(asked: Asked, part: Part) -> Iterator[detect.Seen]:
    """Yield the wrong arrays of the right shape with the right ones, for the cases that may be shown; large ones last."""
    wrong = [n for n in asked.wrong(part) if n < asked.shown]
    for number in [n for n in wrong if not asked.cases[n].large] or wrong:
        got, right = asked.answers[number][part.name].array, asked.right(part, number).values
        if got is not None and right is not None and got.shape == right.shape:
            yield got, right, asked.cases[number]


def _with_sizes(hint: str, case: Case) -> str:
    """Fill {N} in a hint with 'N = 2', the size in a case."""
    return hint.format_map({name: f"{name} = {size}" for name, size in case.sizes.items()})


def _sentences(*texts: str) -> str:
    """Join what is seen and what to think about: 'has shape (3, 4), expected (4, 3). Did you ...?'"""
    kept = [text for text in texts if text]
    words = [text if number == 0 or not text[:2].isalpha() else text[0].upper() + text[1:] for number, text in enumerate(kept)]
    return ". ".join([*(text.rstrip(".") for text in words[:-1]), *words[-1:]])


def _example(asked: Asked, part: Part, number: int, right: Right) -> Example | None:
    """Return the input with yours and right, or None where there is nothing to set side by side."""
    answer = asked.answers[number][part.name]
    if not asked.exercise.arguments or asked.exercise.costly or answer.fault in ENDED:
        return None
    yours = None if answer.fault else answer.value if answer.array is None else answer.array
    inputs = dict(zip(asked.exercise.arguments, asked.cases[number].args, strict=True))
    return Example(part.result, inputs, yours, right.values, right.source)
