"""Judge a function in the student's notebook: ask it the visible cases, and decide by their
fingerprints.

There is no reference in a student's kernel. Sealed grading builds a `Trial` of its own, in which
the reference decides.
"""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from types import CodeType
from typing import Any

import numpy as np

from grader.call.answer import Answer
from grader.call.call import Call, argument_names, call
from grader.call.quiet import CapturedOutput, quiet
from grader.call.text import short
from grader.call.warned import note_on
from grader.call.without import Namespace, public, refusal, with_layers, without
from grader.judge.answers import read
from grader.judge.case import Case
from grader.judge.compare import is_right
from grader.judge.exercise import Exercise, Part
from grader.judge.fingerprint import fingerprint
from grader.judge.further import Key
from grader.judge.judge_trial import WARNINGS_LIMIT, all_wrong, judge_trial
from grader.judge.notes import argument_order, changed_by, notes_on, shared_by
from grader.judge.right import Forward, right_of_group, right_values
from grader.judge.trial import Answers, Asking, More, Right, Trial
from grader.show.verdict import Verdict

Timed = Callable[[Exercise, Case, Any], Any]
MORE_SECONDS = 0.4  # of this process, for the cases that explain a wrong answer
NEEDS_LAYERS = "needs layers.py beside the notebook: copy it there from the assignment's folder"


def untimed(exercise: Exercise, case: Case, function: Any) -> Any:
    return function


def judge(
    exercise: Exercise, function: Any, namespace: Namespace, timed: Timed = untimed
) -> Verdict:
    """Return the verdict on one function. Never raises.

    namespace: the student's global names, in which the exercise's forward partner is found.
    timed: returns the function for a case, so that something watches its time.
    """
    try:
        if exercise.layers and importlib.util.find_spec("layers") is None:
            return all_wrong(exercise, NEEDS_LAYERS)
        refused = refusal(function, exercise.without, namespace)
        if refused is not None:
            return all_wrong(exercise, refused.message)
        return _judge(exercise, function, namespace, timed)
    except BaseException as error:
        # The last line of defence: objects that raise wherever they are looked at.
        kind = short(type(error).__name__)
        return all_wrong(exercise, f"cannot be judged: looking at it raised {kind}")


def _judge(exercise: Exercise, function: Any, namespace: Namespace, timed: Timed) -> Verdict:
    layers = public(importlib.import_module("layers")) if exercise.layers else {}
    own_forward = Forward(exercise, namespace)
    trial = _new_trial(own_forward)
    with quiet() as captured:
        with (
            with_layers(layers, namespace),
            without(exercise.without, namespace, exercise.name) as refused,
        ):
            forward = namespace.get(exercise.forward)
            calls = _ask(trial, function, refused, forward, captured, timed)
        captured.end()
        cases, answers = trial.cases, trial.answers
        again = answers.pop() if len(answers) > len(cases) else answers[0]
        # The student's forward partner is called here: what it prints and warns of is not this
        # function's.
        with without(exercise.without, namespace, exercise.name):
            more = _more(own_forward, function)
            trial = replace(trial, again=again, more=more, changed=changed_by(exercise, calls))
            verdict = judge_trial(trial)
            notes = [*verdict.notes, *notes_on(trial)]
    notes += shared_by(exercise, calls)
    notes += argument_order(exercise, argument_names(function))
    notes += _warnings(calls)
    printed = "" if verdict.fault == "is not written yet" else captured.printed
    return replace(verdict, notes=tuple(notes), printed=printed)


def _new_trial(forward: Forward) -> Trial:
    """Return a trial with the visible cases and no answers yet."""
    exercise = forward.exercise

    def is_right_here(part: Part, number: int, answer: Answer) -> bool:
        return is_right(exercise, part, number, answer)

    @cache  # each costs a numerical gradient
    def right(part: Part, number: int) -> Right:
        return right_values(forward, part, number)

    return Trial(
        exercise=exercise,
        cases=exercise.visible,
        answers=[],
        is_right=is_right_here,
        right=right,
        visible_count=len(exercise.visible),
        again={},
    )


def _ask(
    trial: Trial,
    function: Any,
    refused: Mapping[CodeType, str],
    forward: Any,
    captured: CapturedOutput,
    timed: Timed,
) -> list[Call]:
    """Ask the function all cases and the first once more, but for those that another call has
    ended; fill in the trial's answers. refused: as `without` yields it; forward: see call();
    captured: where it prints; timed: see judge().
    """
    calls = []
    asking = Asking(trial.exercise)
    for case in (*trial.cases, trial.cases[0]):
        if case.goal and trial.enough() is not trial:
            break
        answers = asking.unasked(case)
        if answers is None:
            captured.begin(partial(trial.exercise.describe, case))
            is_watched = trial.exercise.watches(case)
            derived = is_watched and bool(trial.exercise.derived)
            timed_function = timed(trial.exercise, case, function)
            args = trial.exercise.args_of(case)
            result = call(timed_function, args, refused if is_watched else {}, derived, forward)
            calls.append(result)
            # At once: the result may be a buffer that the next call uses again.
            answers = read(trial.exercise, case, result, function)
            asking.note(case, answers)
        trial.answers.append(answers)
    return calls


def _more(forward: Forward, function: Any) -> More:
    """Return what asks the function more cases, within a short time."""
    exercise = forward.exercise

    end, asking = time.process_time() + MORE_SECONDS, Asking(exercise)

    def ask(cases: Sequence[Case]) -> list[Answers]:
        answers: list[Answers] = []
        for case in cases:
            if time.process_time() > end or asking.unasked(case) is not None:
                break
            answers.append(read(exercise, case, call(function, case.args), function))
            asking.note(case, answers[-1])
        return answers

    def rights(part: Part, key: Key, numbers: Sequence[int]) -> list[np.ndarray] | None:
        if time.process_time() > end:
            return None
        return right_of_group(forward, part, key, numbers)

    def is_right(part: Part, key: Key, answer: Answer) -> bool:
        entry = exercise.table["further"][part.name][str(key)]
        return fingerprint(answer, entry["scale"]) == entry["right"]

    return More(ask, is_right, rights)


def _warnings(calls: list[Call]) -> list[str]:
    """Return the first warnings of all calls as notes, each once."""
    words = dict.fromkeys(warning for result in calls for warning in result.warned)
    return list(map(note_on, list(words)[:WARNINGS_LIMIT]))
