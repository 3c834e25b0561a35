"""What decides in sealed grading: the cases of a submission, the reference's answers to them, and the verdict."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from grader.call.answer import Answer
from grader.exercises import EXERCISES
from grader.exercises.case import Case
from grader.exercises.cases import visible
from grader.exercises.exercise import Exercise, Part
from grader.instructor.author.catalogue import answers_of, reference
from grader.instructor.sandbox.protocol import Reply
from grader.judge.compare import matches, reached
from grader.judge.judge import MOST_WARNINGS, decide
from grader.judge.notes import argument_order, remarks, shares
from grader.judge.trial import Asked
from grader.judge.witness import Right
from grader.show.verdict import Verdict


@cache
def _visible_rights(name: str) -> list[dict[str, Answer]]:
    return answers_of(EXERCISES[name], reference(EXERCISES[name]), visible(name))


def _rights(exercise: Exercise, cases: tuple[Case, ...]) -> list[dict[str, Answer]]:
    """Return the reference's answers, nothing for a goal. The visible cases are the same for everybody."""
    known = dict(zip(map(id, visible(exercise.name)), _visible_rights(exercise.name)))
    fresh = iter(
        answers_of(exercise, reference(exercise), [case for case in cases if id(case) not in known])
    )
    return [known[id(case)] if id(case) in known else next(fresh) for case in cases]


def _without_numbers(words: str) -> str:
    """Return a warning that was given on a hidden case, or its kind alone where it may tell what that held."""
    return words if not any(letter.isdigit() for letter in words) else words.split(":")[0]


def decision(
    exercise: Exercise,
    cases: tuple[Case, ...],
    shown: int,
    replies: list[Reply],
    again: Reply,
    of: int,
) -> Verdict:
    """Return the verdict on replies to the first of these cases, and once more to case `of`; `shown` of them may be shown."""
    answers = [reply.answers for reply in replies]
    cases = cases[: len(answers)]
    rights = _rights(exercise, cases)

    def is_right(part: Part, n: int, answer: Answer) -> bool:
        return (
            reached(cases[n], answer)
            if cases[n].goal
            else matches(answer, rights[n][part.name], part, cases[n])
        )

    def right(part: Part, n: int) -> Right:
        return Right(rights[n][part.name].array, "right") if rights[n] else Right()

    asked = Asked(exercise, cases, answers, is_right, right, shown, again.answers, of)
    verdict = decide(asked)
    if verdict.right:
        asked = replace(asked, shown=len(cases))  # notes on what is right show no numbers
    changed = list(dict.fromkeys(name for reply in replies for name in reply.changed))
    shared = dict.fromkeys(
        shares(part, argument) for reply in replies for part, argument in reply.shared
    )
    told = (
        (number < shown, words) for number, reply in enumerate(replies) for words in reply.warned
    )
    warned = dict.fromkeys(
        f"warned: {words if seen else _without_numbers(words)}" for seen, words in told
    )
    order = argument_order(exercise, replies[0].names)
    return replace(
        verdict,
        notes=(
            *verdict.notes,
            *remarks(asked, changed),
            *shared,
            *order,
            *list(warned)[:MOST_WARNINGS],
        ),
    )
