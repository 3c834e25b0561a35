"""Decide what a trial earns, and say what was seen: the same for a check in the notebook and for
sealed grading.

Beside the numbers it counts whether the results are as many as asked for, of the right type and
shape, finite, and the same when the function is called twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from grader.call.answer import Answer
from grader.call.ended import ENDS
from grader.judge.answers import expected_shape
from grader.judge.case import Case
from grader.judge.detect import Pair, count_of_differences, detect, wrong_shape
from grader.judge.example import (
    Sample,
    example_of,
    example_of_stamps,
    has_other_numbers,
    smallest,
    visible,
)
from grader.judge.exercise import Exercise, Part
from grader.judge.explain.conditions import Judged, where_it_goes_wrong
from grader.judge.explain.stamps import Stamped
from grader.judge.further import is_wrong_there, probed, stamps_of
from grader.judge.hint import partly_recognised, recognise, with_sizes, wrong_of_a_pair
from grader.judge.trial import Right, Trial
from grader.show.verdict import RIGHT, Example, PartVerdict, Verdict

# How a part that is wrong was explained.
CATALOGUE, FRAME, FORM = "catalogue", "frame", "form"
NUMBERS, STAMPS, CONDITION, NONE = "numbers", "stamps", "condition", "none"
SOMETHING_ELSE = "something else is not right, too"
SEVERAL = 3  # numbers that are equal by no chance
NO_WORDS = "is not right"
OTHERS_RIGHT = "on other cases it is right: what is special about the sizes here?"
WARNINGS_LIMIT = 3
GUESSING = 0.3  # of ten classes, by a lucky start
FORGETFUL = (
    "gives another answer when it is called again with the same input: does it keep something from "
    "call to call, or draw random numbers?"
)
ONLY_VISIBLE = (
    "is right on the cases of the check and wrong on others of the same kinds: "
    "which numbers or sizes may it take for granted?"
)
NOT_RIGHT = "is not right on the cases of the check"  # where these cannot be shown
WRITES = "which line writes into an array that the caller still holds?"
HARDLY_BETTER = (
    "that is hardly better than guessing: does each step begin where the last one ended, does it "
    "lead downhill, and do the labels belong to the images picked?"
)
NOT_ENOUGH = (
    "it learns, but not enough: is every step taken, at the rate given, for every parameter, "
    "and are other images picked at each step?"
)


def all_wrong(exercise: Exercise, fault: str) -> Verdict:
    """Return the verdict without a point and with one sentence for all parts."""
    parts = tuple(PartVerdict(part.name, part.points, 0.0, "") for part in exercise.parts)
    return Verdict(exercise.name, parts, fault)


def judge_trial(trial: Trial) -> Verdict:
    """Return the verdict on the answers to all cases."""
    trial = trial.enough()
    verdict = _fault_of_all_parts(trial)
    if verdict is not None:
        return verdict
    parts: list[PartVerdict] = []
    example: Example | None = None
    advice: tuple[str, ...] = ()
    for part in trial.exercise.parts:
        finding = _finding(trial, part)
        if finding is None:
            parts.append(_without_a_case_to_show(trial, part))
            continue
        wrong, stamped = _wrong_part(trial, part, finding, parts)
        parts.append(wrong)
        if example is None:
            right = finding.sample.right(part)
            if stamped is None:
                example = example_of(trial.exercise, part, finding.sample, right)
            else:
                example = example_of_stamps(trial.exercise, part, stamped, right)
            advice = right.advice
    return Verdict(trial.exercise.name, _held_to_promises(trial, parts), "", advice, example)


def _held_to_promises(trial: Trial, parts: list[PartVerdict]) -> tuple[PartVerdict, ...]:
    """Return the parts, of which none is right where the function has changed an argument that it
    promises to leave as it is.
    """
    broken = [name for name in trial.exercise.keeps if name in trial.changed]
    if not broken:
        return tuple(parts)
    message = f"has the right numbers, and changes {broken[0]} in place: {WRITES}"
    return tuple(replace(p, earned=0.0, message=message) if p.right else p for p in parts)


def _fault_of_all_parts(trial: Trial) -> Verdict | None:
    """Return the verdict on a function that is wrong in all parts and has one fault in all parts of
    a case: it raised, or returned too few results.

    A fault in the cases of some parts alone hides nothing of what is wrong with the others.
    """
    exercise = trial.exercise
    if exercise.is_quiz or any(map(trial.earns, exercise.parts)):
        return None
    numbers = [number for number, each in enumerate(trial.answers) if call_fault(each) is not None]
    judged = [trial.cases[number] for number in numbers]
    if not all(any(case.judges(part.name) for case in judged) for part in exercise.parts):
        return None
    first = numbers[0]
    if trial.is_visible(first) or any(each.fault in ENDS for each in trial.answers[first].values()):
        return _one_fault(trial, first)
    return all_wrong(exercise, _where_it_is_wrong(trial, [first]))


def call_fault(answers: Mapping[str, Answer]) -> Answer | None:
    """Return the fault that a call has in all parts, None where it has none."""
    first, *others = answers.values()
    if not first.fault or any(other.message != first.message for other in others):
        return None
    return first


def _one_fault(trial: Trial, number: int) -> Verdict:
    """Return the verdict that tells a fault of the whole function once, with a hint where one is
    known.
    """
    exercise, part = trial.exercise, trial.exercise.part_of(trial.cases[number])
    sample, condition, example = visible(trial, number), "", None
    if trial.is_visible(number):
        sample = smallest(trial, part, number, _that_raise(trial, part))
        example = example_of(exercise, exercise.parts[0], sample, Right())
        condition = _condition_of_raise(trial)
    recognised = {part.name: recognise(trial, part) for part in exercise.parts}
    hints = [with_sizes(hint, sample.case) for _, hint in recognised.values() if hint]
    answer = sample.answers[part.name]
    explained = CATALOGUE if hints else _how(answer, condition)
    parts = tuple(
        PartVerdict(part.name, part.points, 0.0, "", recognised[part.name][0], explained)
        for part in exercise.parts
    )
    fault = sentences(answer.message, *hints[:1], condition)
    return Verdict(exercise.name, parts, fault, (), example)


def _that_raise(trial: Trial, part: Part) -> list[int]:
    """Return the numbers of the cases of a part that may be shown and raise in all parts."""
    return [
        number
        for number, answers in enumerate(trial.answers)
        if trial.is_visible(number)
        and trial.cases[number].judges(part.name)
        and answers[part.name].fault.startswith("raised:")
        and call_fault(answers) is not None
    ]


def _how(answer: Answer, condition: str) -> str:
    """Return how an answer is explained that is wrong whatever the right numbers are."""
    if answer.details.get("because"):
        return FRAME
    if answer.fault and not answer.fault.startswith("raised:"):
        return FORM
    if condition:
        return CONDITION
    return NONE if answer.fault else FORM


@dataclass(frozen=True)
class Finding:
    """What is found wrong with a part: the number of the case that shows it best and how that is
    shown, the mistake and its hint, or ''.
    """

    number: int
    sample: Sample
    mistake: str
    hint: str


def _finding(trial: Trial, part: Part) -> Finding | None:
    """Return what is wrong with a part on cases that may be shown, None where it is right on all of
    them.
    """
    wrong = trial.visible_wrong(part)
    if not wrong:
        return None
    mistake, hint = recognise(trial, part)
    number = _first_that_shows(trial, part, wrong, mistake)
    case, sample = trial.cases[number], visible(trial, number)
    # An easy case is one that its author chose, and so is one that was built for the mistake.
    if not case.is_easy and (not mistake or case.shows != mistake):
        sample = smallest(trial, part, number, wrong)
    return Finding(number, sample, mistake, hint)


def _without_a_case_to_show(trial: Trial, part: Part) -> PartVerdict:
    """Return the verdict on a part that is right, or wrong on hidden cases alone, or not the same
    twice.
    """
    nudged = trial.nudged(part)
    if nudged is not None:
        return PartVerdict(part.name, part.points, 0.0, nudged.message)
    if not trial.earns(part):
        message = _wrong_on_hidden_cases(trial, part, trial.wrong(part))
        return PartVerdict(part.name, part.points, 0.0, message)
    why = trial.exercise.why or _learnt(trial, part, _last_case_of(trial, part))
    return PartVerdict(part.name, part.points, part.points, f"{RIGHT}: {why}" if why else RIGHT)


def _wrong_part(
    trial: Trial, part: Part, finding: Finding, before: list[PartVerdict]
) -> tuple[PartVerdict, Stamped | None]:
    """Return the verdict on a part that is wrong, and what its stamps say.

    before: the verdicts on the parts before it.
    """
    same = _same_mistake(trial, part, finding, before)
    if same is not None:
        message = f"is wrong by the same mistake as {same.name}"
        return PartVerdict(part.name, part.points, 0.0, message, same.mistake, CATALOGUE), None
    message, explained, stamped = _what_is_wrong(trial, part, finding)
    first = _wrong_before(part, before)
    if explained == NONE and first is None:
        message, explained = _partly_explained(trial, part, finding) or (message, explained)
    if explained == NONE and first is not None:
        message = f"is not right: mend {first.name} first"
        return PartVerdict(part.name, part.points, 0.0, message, "", first.explained), None
    # The parts of a training, or of a call that raised, go wrong in one way.
    if trial.exercise.costly or call_fault(trial.answers[finding.number]):
        alike = [verdict.name for verdict in before if verdict.message == message]
        message = f"the same as {alike[0]}" if alike else message
    verdict = PartVerdict(part.name, part.points, 0.0, message, finding.mistake, explained)
    return verdict, stamped


def _wrong_before(part: Part, before: list[PartVerdict]) -> PartVerdict | None:
    """Return the verdict on an earlier part that is wrong and judges a result that this one does
    too, in plainer cases.
    """
    wrong = (verdict for verdict in before if not verdict.right and verdict.name in part.results)
    return next(wrong, None)


def _same_mistake(
    trial: Trial, part: Part, finding: Finding, before: list[PartVerdict]
) -> PartVerdict | None:
    """Return the verdict on an earlier part whose mistake spoils a corner too, None for others."""
    spoiled = trial.exercise.table["parts"]
    for verdict in before:
        if part.corner and part.name in spoiled.get(verdict.mistake, []):
            return verdict if finding.mistake in ("", verdict.mistake) else None
    return None


def _wrong_on_hidden_cases(trial: Trial, part: Part, wrong: list[int]) -> str:
    """Return what is wrong with a part on no case that may be shown."""
    if not wrong:
        return FORGETFUL
    answer = trial.answers[wrong[0]][part.name]
    return answer.message if answer.fault in ENDS else _where_it_is_wrong(trial, wrong)


def _where_it_is_wrong(trial: Trial, wrong: list[int]) -> str:
    """Return on which cases something is wrong, none of which may be shown."""
    of_the_check = set(map(id, trial.exercise.visible))
    is_of_the_check = any(id(trial.cases[number]) in of_the_check for number in wrong)
    return NOT_RIGHT if is_of_the_check else ONLY_VISIBLE


def _last_case_of(trial: Trial, part: Part) -> int:
    return max(number for number, case in enumerate(trial.cases) if case.judges(part.name))


def _learnt(trial: Trial, part: Part, number: int) -> str:
    """Return what the network that was trained on a case has learnt, '' where no network was."""
    goal, answer = trial.cases[number].goal, trial.answers[number][part.name]
    if goal is None or answer.array is None:
        return ""
    share = goal.share(trial.cases[number].unpacked(answer.array))
    if share >= goal.least:
        return goal.describe(share)
    return f"{goal.describe(share)}; {HARDLY_BETTER if share < GUESSING else NOT_ENOUGH}"


def _first_that_shows(trial: Trial, part: Part, wrong: list[int], mistake: str) -> int:
    """Return the first wrong case that was built for the mistake, else the first with other numbers
    than the right ones.

    With one image in the batch, for instance, a db that was not summed has the right numbers and
    only the wrong shape.
    """
    built = [number for number in wrong if mistake and trial.cases[number].shows == mistake]
    candidates = built or wrong
    small = [number for number in candidates if not trial.cases[number].is_bulky]
    numbers = (
        number for number in small or wrong if has_other_numbers(part, visible(trial, number))
    )
    return next(numbers, wrong[0])


class Words(NamedTuple):
    """What is said of a wrong part, how it was found out, and what its stamps say."""

    message: str
    explained: str
    stamped: Stamped | None = None


def _what_is_wrong(trial: Trial, part: Part, finding: Finding) -> Words:
    """Return what is wrong with a part: the first of these that says something."""
    words = (way(trial, part, finding) for way in WAYS)
    return next(each for each in words if each is not None)


def _by_catalogue(trial: Trial, part: Part, finding: Finding) -> Words | None:
    """What is seen on the case that shows it, and the hint."""
    if not finding.hint:
        return None
    hint = with_sizes(finding.hint, finding.sample.case)
    return Words(sentences(_observed(trial, part, finding), hint), CATALOGUE)


def _by_other_results(trial: Trial, part: Part, finding: Finding) -> Words | None:
    exchanged = _exchanged_result(trial, part, finding.number)
    return Words(exchanged, NUMBERS) if exchanged else None


def _by_form(trial: Trial, part: Part, finding: Finding) -> Words | None:
    """What is wrong on that case whatever the right numbers are."""
    observed, answer = _observed(trial, part, finding), finding.sample.answers[part.name]
    if not observed:
        return None
    is_raise = answer.fault.startswith("raised:")
    condition = _condition_of_raise(trial) if is_raise else _condition(trial, part)
    return Words(sentences(observed, condition), _how(answer, condition))


def _by_repeating(trial: Trial, part: Part, finding: Finding) -> Words | None:
    forgets = _forgets(trial, part)
    return Words(f"is not right, and {FORGETFUL}", NUMBERS) if forgets else None


def _by_numbers(trial: Trial, part: Part, finding: Finding) -> Words | None:
    """What the general detectors see."""
    common = _in_common(trial, part)
    return Words(_and_where(trial, part, common), NUMBERS) if common else None


def _by_stamps(trial: Trial, part: Part, finding: Finding) -> Words | None:
    stamped = stamps_of(trial, part)
    if stamped is None:
        return None
    return Words(_and_where(trial, part, stamped.message), STAMPS, stamped)


def _by_condition(trial: Trial, part: Part, finding: Finding) -> Words:
    """On which cases it goes wrong, or how many numbers differ."""
    condition = _condition(trial, part)
    if condition:
        return Words(condition, CONDITION)
    pairs = _beside_right(trial, part)
    return Words(count_of_differences(pairs[0]) if pairs else NO_WORDS, NONE)


WAYS: tuple[Callable[[Trial, Part, Finding], Words | None], ...] = (
    _by_catalogue,
    _by_other_results,
    _by_form,
    _by_repeating,
    _by_numbers,
    _by_stamps,
    _by_condition,
)


def _and_where(trial: Trial, part: Part, message: str) -> str:
    """Return what is wrong with a part, and on which cases, unless that is said already."""
    if "other cases" in message:
        return message
    return sentences(message, _condition(trial, part) or _special(trial, part))


def _forgets(trial: Trial, part: Part) -> bool:
    """Tell whether a function answered otherwise when it was asked a case once more."""
    first, again = trial.answers[trial.again_of][part.name], trial.again[part.name]
    if not trial.cases[trial.again_of].judges(part.name):
        return False
    if first.array is None or again.array is None:
        return False
    return first.array.shape != again.array.shape or not np.allclose(
        first.array, again.array, equal_nan=True
    )


def _exchanged_result(trial: Trial, part: Part, number: int) -> str:
    """Return that a result is right in the place of another one, or ''."""
    result = trial.answers[number][part.name].array
    for other in trial.exercise.parts:
        is_one = len(other.results) == 1 and other.result != part.result
        if result is None or not is_one or result.size < SEVERAL:
            continue
        right = trial.right(other, number).values
        if right is not None and right.shape == result.shape and np.allclose(result, right):
            order = ", ".join(trial.exercise.results)
            return f"is {other.result}: are the results returned in the order {order}?"
    return ""


def _special(trial: Trial, part: Part) -> str:
    """Return the question where it is right for all that has other sizes."""
    wrong, checked = trial.visible_wrong(part), trial.exercise.visible
    cases = [
        (number, str(case.sizes))
        for number, case in enumerate(checked)
        if case.judges(part.name) and not case.large
    ]
    wrong_sizes = {size for number, size in cases if number in wrong}
    others = {size for number, size in cases if size not in wrong_sizes}
    is_special = len(others) > len(wrong_sizes) and trial.is_visible(len(checked) - 1)
    return OTHERS_RIGHT if is_special and wrong_sizes else ""


def _partly_explained(trial: Trial, part: Part, finding: Finding) -> tuple[str, str] | None:
    """Return what a part of the truth is, and how that was found out: of two mistakes the one that
    the smallest case shows alone, of a quiz's pair the number that is wrong.
    """
    pair = wrong_of_a_pair(trial, part)
    if pair:
        return pair, NUMBERS
    mistake, hint = partly_recognised(trial, part)
    hint = with_sizes(hint, finding.sample.case)
    return (sentences(hint, SOMETHING_ELSE), CATALOGUE) if mistake else None


def _condition(trial: Trial, part: Part) -> str:
    """Return on which cases a part goes wrong, '' where that can be told by no size."""
    wrong = trial.visible_wrong(part)
    judged = [
        (case, number in wrong) for number, case in _plain_cases(trial) if case.judges(part.name)
    ]
    judged += [
        (case, is_wrong_there(trial, part, key, answers))
        for case, key, answers in probed(trial, part)
    ]
    where = where_it_goes_wrong(_by_letters(trial.exercise, judged))
    return f"it is wrong for {where}" if where else ""


def _condition_of_raise(trial: Trial) -> str:
    """Return on which cases a function raises, '' where that can be told by no size."""
    part = trial.exercise.parts[0]
    judged = [
        (case, call_fault(trial.answers[number]) is not None)
        for number, case in _plain_cases(trial)
    ]
    judged += [
        (case, answers[part.name].fault.startswith("raised:"))
        for case, _, answers in probed(trial, part)
    ]
    where = where_it_goes_wrong(_by_letters(trial.exercise, judged), "not")
    return f"it raises for {where}" if where else ""


def _plain_cases(trial: Trial) -> Iterator[tuple[int, Case]]:
    """Yield the cases that were asked, may be shown and hold no large numbers."""
    for number, case in enumerate(trial.cases[: len(trial.answers)]):
        if trial.is_visible(number) and not case.large:
            yield number, case


def _by_letters(exercise: Exercise, judged: list[tuple[Case, bool]]) -> list[Judged]:
    """Return cases by their sizes that are whole numbers."""
    return [
        Judged({name: size for name, size in sizes.items() if isinstance(size, int)}, is_wrong)
        for sizes, is_wrong in ((exercise.sizes_of(case), bad) for case, bad in judged)
    ]


def _observed(trial: Trial, part: Part, finding: Finding) -> str:
    """Return what is wrong with a part on the case that is shown, whatever the right numbers are,
    or ''.
    """
    case, answer = finding.sample.case, finding.sample.answers[part.name]
    if answer.array is None:
        return answer.message
    because = _of_its_own(part, finding.sample)
    if because:
        return because
    if len(part.results) > 1:
        return _wrong_shape_in_row(part, case, answer)
    expected = expected_shape(part, case)
    if answer.array.shape != expected and case.goal is None:
        return wrong_shape(answer.array.shape, expected, part.like)
    return _learnt(trial, part, finding.number)


def _of_its_own(part: Part, sample: Sample) -> str:
    """Return what a case has to say of a wrong result of its own, or ''."""
    case, result = sample.case, sample.answers[part.name].array
    right = sample.right(part).values if case.explain else None
    if case.explain is None or result is None or right is None:
        return ""
    return case.explain(result, right, case)


def _wrong_shape_in_row(part: Part, case: Case, answer: Answer) -> str:
    """Return which of several results has a wrong shape, or ''."""
    for name, shape in answer.layout:
        if shape != case.layout[name]:
            return f"{name} {wrong_shape(shape, case.layout[name], part.like)}"
    return ""


def _in_common(trial: Trial, part: Part) -> str:
    """Return what the wrong results have in common over all cases that may be shown, or ''."""
    pairs = _beside_right(trial, part)
    return detect(pairs, _right_ones(trial, part)) if pairs else ""


def _right_ones(trial: Trial, part: Part) -> list[Pair]:
    """Return the right arrays of a wrong part, for the cases that may be shown."""
    pairs = []
    for number, answers in enumerate(trial.answers):
        case, result = trial.cases[number], answers[part.name].array
        is_judged = trial.is_visible(number) and case.judges(part.name)
        if is_judged and result is not None and trial.is_right(part, number, answers[part.name]):
            pairs.append(Pair(result, result, case))
    return pairs


def _beside_right(trial: Trial, part: Part) -> list[Pair]:
    """Return the wrong arrays of the right shape with the right ones, for the cases that may be
    shown; large ones last.
    """
    wrong = trial.visible_wrong(part)
    small = [number for number in wrong if not trial.cases[number].large]
    pairs = []
    for number in small or wrong:
        result, right = trial.answers[number][part.name].array, trial.right(part, number).values
        if result is not None and right is not None and result.shape == right.shape:
            pairs.append(Pair(result, right, trial.cases[number]))
    return pairs


def sentences(*texts: str) -> str:
    """Join what is observed and what to think about: 'has shape (3, 4), expected (4, 3). Did you
    ...?'
    """
    first, *others = [text for text in texts if text] or [""]
    joined = first
    for text in others:
        stop = "" if joined.endswith("?") else "."
        joined = f"{joined.rstrip('.')}{stop} {_with_a_capital(text)}"
    return joined


def _with_a_capital(text: str) -> str:
    """Return a sentence with its first letter large, unless it begins with a formula."""
    is_word = text[:2].isalpha() or text.startswith("a ")
    return text[0].upper() + text[1:] if is_word else text
