"""What decides in sealed grading: the reference's answers to a submission's cases.

From them and from the worker's replies comes the verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain

from grader.call.answer import Answer
from grader.instructor.author.catalogue import answers_of, reference
from grader.instructor.sandbox.protocol import Reply
from grader.judge.case import Case
from grader.judge.compare import reached
from grader.judge.exercise import Exercise, Part
from grader.judge.judge_trial import WARNINGS_LIMIT, judge_trial
from grader.judge.notes import argument_order, notes_on, shares
from grader.judge.right import Right
from grader.judge.tolerance import matches
from grader.judge.trial import Trial
from grader.show.verdict import PartVerdict, Verdict


def with_words(decided: Verdict, words: Verdict) -> Verdict:
    """Return the verdict that decides, with the words of another one on the same function.

    No number changes: a part that is right here keeps its points, and one that is wrong has none.
    """
    parts = tuple(
        _with_words(part, other, words.fault)
        for part, other in zip(decided.parts, words.parts, strict=True)
    )
    is_one_fault = words.fault and not any(part.earned for part in decided.parts)
    if is_one_fault:
        parts = tuple(replace(part, message="") for part in parts)
    fault = words.fault if is_one_fault else ""
    if decided.fault and words.right:
        return replace(decided, notes=words.notes)
    return Verdict(decided.exercise, parts, fault, words.notes, words.example)


def _with_words(part: PartVerdict, other: PartVerdict, fault: str) -> PartVerdict:
    """Return a part that is wrong with the words of another verdict on it."""
    if part.right or other.right:
        return part
    return replace(part, message=other.message or fault, mistake=other.mistake)


def judge_replies(
    exercise: Exercise,
    cases: tuple[Case, ...],
    visible_count: int,
    replies: list[Reply],
    again: Reply,
    again_of: int,
) -> Verdict:
    """Return the verdict on the replies to cases.

    visible_count: how many of the cases, from the first, may be shown; again: the reply to case
    number again_of, asked once more at the end.
    """
    trial = _trial(exercise, cases, visible_count, replies, again, again_of)
    verdict = judge_trial(trial)
    if verdict.right:
        trial = replace(
            trial, visible_count=len(trial.cases)
        )  # notes on what is right show no numbers
    notes = (
        *verdict.notes,
        *notes_on(trial, _changed(replies)),
        *_shared(replies),
        *argument_order(exercise, replies[0].names),
        *_warned(replies, visible_count)[:WARNINGS_LIMIT],
    )
    return replace(verdict, notes=notes)


def _trial(
    exercise: Exercise,
    cases: tuple[Case, ...],
    visible_count: int,
    replies: list[Reply],
    again: Reply,
    again_of: int,
) -> Trial:
    """Return what a verdict is made of. The reference decides on each case."""
    rights = _rights(exercise, cases)

    def is_right(part: Part, number: int, answer: Answer) -> bool:
        case = cases[number]
        if case.goal:
            return reached(case, answer)
        return matches(answer, rights[number][part.name], part, case)

    def right(part: Part, number: int) -> Right:
        if not rights[number]:
            return Right()
        return Right(rights[number][part.name].array, "right")

    return Trial(
        exercise=exercise,
        cases=cases,
        answers=[reply.answers for reply in replies],
        is_right=is_right,
        right=right,
        visible_count=visible_count,
        again=again.answers,
        again_of=again_of,
    )


def _rights(exercise: Exercise, cases: tuple[Case, ...]) -> list[dict[str, Answer]]:
    """Return the reference's answers, nothing for a goal."""
    known = dict(zip(map(id, exercise.visible), _visible_rights(exercise)))
    fresh = [case for case in cases if id(case) not in known]
    fresh_rights = answers_of(exercise, reference(exercise), fresh)
    known |= dict(zip(map(id, fresh), fresh_rights))
    return [known[id(case)] for case in cases]


@cache
def _visible_rights(exercise: Exercise) -> list[dict[str, Answer]]:
    """Return the reference's answers to the visible cases, which are the same for everybody."""
    return answers_of(exercise, reference(exercise), exercise.visible)


def _changed(replies: Sequence[Reply]) -> list[str]:
    """Return the arguments that were changed in any call, each once."""
    return list(dict.fromkeys(chain.from_iterable(reply.changed for reply in replies)))


def _shared(replies: Sequence[Reply]) -> list[str]:
    """Return a note for each result that shares memory with an argument in any call."""
    pairs = dict.fromkeys(chain.from_iterable(reply.shared for reply in replies))
    return [shares(part, argument) for part, argument in pairs]


def _warned(replies: Sequence[Reply], visible_count: int) -> list[str]:
    """Return a note for each warning; the first `visible_count` replies may be shown."""
    return list(dict.fromkeys(_warnings(replies, visible_count)))


def _warnings(replies: Sequence[Reply], visible_count: int) -> Iterator[str]:
    for number, reply in enumerate(replies):
        for warning in reply.warned:
            words = warning if number < visible_count else _without_numbers(warning)
            yield f"warned: {words}"


def _without_numbers(warning: str) -> str:
    """Return a warning of a hidden case, or its kind alone where it may tell what the case held."""
    if any(letter.isdigit() for letter in warning):
        return warning.split(":")[0]
    return warning
