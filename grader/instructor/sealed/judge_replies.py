"""What decides in sealed grading: the reference's answers to a submission's cases.

From them and from the worker's replies comes the verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain

import numpy as np

from grader.call.answer import Answer, split
from grader.call.changed import copied
from grader.call.warned import note_on, without_words
from grader.instructor.author.references import answers_of, reference
from grader.instructor.sandbox.protocol import Reply
from grader.judge.answers import by_part
from grader.judge.case import Case
from grader.judge.compare import matches, reached
from grader.judge.exercise import Exercise, Part
from grader.judge.further import TOGETHER, Key, calls_of
from grader.judge.judge_trial import NOT_RIGHT, WARNINGS_LIMIT, judge_trial
from grader.judge.notes import argument_order, notes_on, shares
from grader.judge.trial import More, Right, Trial
from grader.show.verdict import Example, PartVerdict, Verdict

Ask = Callable[[tuple[Case, ...]], list[Reply]]
Rights = list[dict[str, Answer]]  # the right answers to cases, by part
DISAGREES = (
    "is not right, and right when it is called again in a fresh process: does it keep something "
    "from call to call, or draw random numbers?"
)
# Forms of faults (grader/call/forms.py) in whose sentences nothing is the student's.
CLOSED = frozenset(
    (
        "not defined",
        "partner",
        "reached",
        "time",
        "unwritten",
        "endless",
        "interrupted",
        "exit",
        "complex",
        "not finite anywhere",
    )
)


def in_our_words(replies: Sequence[Reply]) -> list[Reply]:
    """Return the replies of a worker that knows hidden cases, for a verdict that tells of none.

    What could stand there in words of the student's program is said in ours.
    """
    return [
        replace(
            reply,
            answers=_closed(reply.answers),
            warned=tuple(map(without_words, reply.warned)),
        )
        for reply in replies
    ]


def _closed(answers: Mapping[str, Answer]) -> dict[str, Answer]:
    return {
        name: answer if is_closed(answer) else replace(answer, message=_our_words(answer))
        for name, answer in answers.items()
    }


def is_closed(answer: Answer) -> bool:
    """Tell whether nothing in the sentence on a fault is chosen by the student's program."""
    if not answer.form:  # a right form of answer, or what we say of a worker that was lost
        return answer.fault in ("", "time")
    return answer.form in CLOSED


def _our_words(answer: Answer) -> str:
    if answer.form == "nudged":
        return "is a numerical gradient: derive it here"
    return "raised an error" if answer.fault.startswith("raised:") else "is no answer"


def disagree(decided: Verdict, words: Verdict) -> bool:
    """Tell whether a function has answered otherwise in the worker that explains.

    One that is wrong on hidden cases alone has not.
    """
    return any(
        other.right if _message(decided, part) == NOT_RIGHT else part.right and not other.right
        for part, other in zip(decided.parts, words.parts, strict=True)
    )


def _message(verdict: Verdict, part: PartVerdict) -> str:
    return verdict.fault or part.message


def with_words(exercise: Exercise, decided: Verdict, words: Verdict) -> Verdict:
    """Return the verdict that decides, with the words of another one on the same function.

    No number changes: a part that is right here keeps its points, and one that is wrong has none.
    An example is one of a part that is wrong in both.
    """
    parts = tuple(
        _with_words(decided, part, other, words.fault)
        for part, other in zip(decided.parts, words.parts, strict=True)
    )
    is_one_fault = words.fault and not any(part.earned for part in decided.parts)
    if is_one_fault:
        parts = tuple(replace(part, message="") for part in parts)
    fault = words.fault if is_one_fault else ""
    if decided.fault and words.right:
        fault = DISAGREES if decided.fault == NOT_RIGHT else decided.fault
        return replace(decided, fault=fault, notes=words.notes)
    example = words.example if _is_of_a_wrong_part(words.example, exercise, decided) else None
    return Verdict(decided.exercise, parts, fault, words.notes, example)


def _is_of_a_wrong_part(example: Example | None, exercise: Exercise, decided: Verdict) -> bool:
    return example is not None and any(
        example.part in (part.name, *part.results) and not verdict.right
        for part, verdict in zip(exercise.parts, decided.parts, strict=True)
    )


def _with_words(decided: Verdict, part: PartVerdict, other: PartVerdict, fault: str) -> PartVerdict:
    """Return a part that is wrong with the words of another verdict on it."""
    if part.right:
        return part
    if other.right:
        message = _message(decided, part)
        return replace(part, message=DISAGREES if message == NOT_RIGHT else message)
    message = other.message or fault
    return replace(part, message=message, mistake=other.mistake, explained=other.explained)


def judge_replies(
    exercise: Exercise,
    cases: tuple[Case, ...],
    visible_count: int,
    replies: list[Reply],
    again: Reply,
    again_of: int,
    rights: Rights,
    ask: Ask | None = None,
) -> Verdict:
    """Return the verdict on the replies to cases.

    visible_count: how many of the cases, from the first, may be shown; again: the reply to case
    number again_of, asked once more at the end; rights: as rights_of returns them; ask: asks more
    cases that may be shown, and decide nothing.
    """
    trial = _trial(exercise, cases, visible_count, replies, again, again_of, rights)
    if ask is not None:
        trial = replace(trial, more=_more(exercise, ask))
    verdict = judge_trial(trial)
    if verdict.right:
        trial = replace(
            trial, visible_count=len(trial.cases)
        )  # notes on what is right show no numbers
    notes = (
        *verdict.notes,
        *notes_on(trial),
        *_shared(replies),
        *argument_order(exercise, replies[0].names),
        *_warned(replies)[:WARNINGS_LIMIT],
    )
    return replace(verdict, notes=notes)


def _trial(
    exercise: Exercise,
    cases: tuple[Case, ...],
    visible_count: int,
    replies: list[Reply],
    again: Reply,
    again_of: int,
    rights: Rights,
) -> Trial:
    """Return what a verdict is made of. The reference decides on each case."""

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
        changed=_changed(replies),
    )


def _more(exercise: Exercise, ask: Ask) -> More:
    """Return what asks more cases; the reference knows what is right."""

    def rights(part: Part, key: Key, numbers: Sequence[int]) -> list[np.ndarray] | None:
        answers = _rights_of_group(exercise, key)
        return [np.asarray(answers[number][part.name].array) for number in numbers]

    def is_right(part: Part, key: Key, answer: Answer) -> bool:
        right = _rights_of_group(exercise, key)[TOGETHER][part.name]
        return matches(answer, right, part, calls_of(exercise, key)[TOGETHER])

    return More(lambda cases: [reply.answers for reply in ask(tuple(cases))], is_right, rights)


def rights_of(exercise: Exercise, cases: tuple[Case, ...]) -> Rights:
    """Return the reference's answers, nothing for a goal."""
    known = dict(zip(map(id, exercise.visible), _visible_rights(exercise)))
    return [known[id(case)] if id(case) in known else _right(exercise, case) for case in cases]


def _right(exercise: Exercise, case: Case) -> dict[str, Answer]:
    """Return what answers_of does for the reference, which needs no care in its call."""
    if case.goal:
        return {}
    with np.errstate(all="ignore"):
        result = reference(exercise)(*map(copied, case.args))
    return by_part(exercise, case, split(result, list(exercise.results), exercise.is_quiz), None)


@cache
def _rights_of_group(exercise: Exercise, key: Key) -> Rights:
    """Return the reference's answers to calls that decide nothing, the same for everybody."""
    return answers_of(exercise, reference(exercise), calls_of(exercise, key))


@cache
def _visible_rights(exercise: Exercise) -> Rights:
    """Return the reference's answers to the visible cases, which are the same for everybody."""
    return answers_of(exercise, reference(exercise), exercise.visible)


def _changed(replies: Sequence[Reply]) -> list[str]:
    """Return the arguments that were changed in any call, each once."""
    return list(dict.fromkeys(chain.from_iterable(reply.changed for reply in replies)))


def _shared(replies: Sequence[Reply]) -> list[str]:
    """Return a note for each result that shares memory with an argument in any call."""
    pairs = dict.fromkeys(chain.from_iterable(reply.shared for reply in replies))
    return [shares(part, argument) for part, argument in pairs]


def _warned(replies: Sequence[Reply]) -> list[str]:
    """Return a note for each warning."""
    warnings = dict.fromkeys(chain.from_iterable(reply.warned for reply in replies))
    return list(map(note_on, warnings))
