"""Grade one submission: its bytes in, its verdicts as plain JSON out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.exercises import of_assignment
from grader.instructor.author import layers
from grader.instructor.sandbox.sandbox import MachineFault, Sandbox
from grader.instructor.sealed import intake
from grader.instructor.sealed.session import Session
from grader.judge.decide import all_wrong
from grader.show.verdict import Verdict
from grader.widgets.offer import offer

TRIES = 3  # of a submission, when something of ours was lost


def grade_submission(
    content: bytes, seed: int, sandbox: Sandbox, fresh: bool = True
) -> dict[str, Any]:
    """Return the verdicts on one submission as plain JSON.

    content: the notebook's bytes; seed: of its fresh cases; fresh: whether they are asked too, or
    the visible ones alone, as in a check. Raises MachineFault when something of ours was lost: the
    same call can be made again. Nothing that the student's code raises comes out.
    """
    exercises = of_assignment(sandbox.assignment)
    try:
        notebook = intake.parse(content, [exercise.name for exercise in exercises])
    except intake.Unreadable as error:
        return ungraded(sandbox.assignment, seed, str(error))
    session = Session(notebook, seed, sandbox, fresh)
    try:
        with layers.importable():
            verdicts = session.run()
    finally:
        session.close()
    faults = [*notebook.faults, *session.faults]
    named = {word.removeprefix("check_") for word in " ".join(faults).split()}
    looks = named.intersection(exercise.name for exercise in exercises)
    result = _as_json(sandbox.assignment, seed, verdicts, faults, notebook.answers, looks)
    return result | {"printed": session.printed}


def ungraded(assignment: str, seed: int, fault: str) -> dict[str, Any]:
    """Return the verdicts on a submission that cannot be graded, as grade_submission does.

    It has no points, and a person has to look at every exercise.
    """
    exercises = of_assignment(assignment)
    verdicts = [all_wrong(exercise, f"could not be graded: {fault}") for exercise in exercises]
    looks = {exercise.name for exercise in exercises}
    return _as_json(assignment, seed, verdicts, [fault], {}, looks) | {"printed": ""}


def grade_again(content: bytes, seed: int, sandbox: Sandbox, fresh: bool = True) -> dict[str, Any]:
    """Return what grade_submission does, with more tries when something of ours was lost.

    Raises MachineFault when the last try loses something too.
    """
    for _ in range(TRIES - 1):
        try:
            return grade_submission(content, seed, sandbox, fresh)
        except MachineFault:
            continue
    return grade_submission(content, seed, sandbox, fresh)


def _as_json(
    assignment: str,
    seed: int,
    verdicts: list[Verdict],
    faults: Sequence[str],
    answers: dict[str, str],
    looks: set[str],
) -> dict[str, Any]:
    """Return what a verdict file holds on the work itself. looks: exercises for a person."""
    exercises = [_exercise(verdict, verdict.exercise in looks) for verdict in verdicts]
    return {
        "assignment": assignment,
        "seed": seed,
        "points": sum(verdict.earned for verdict in verdicts),
        "faults": list(faults),
        "exercises": exercises,
        "answers": answers,
    }


def _exercise(verdict: Verdict, look: bool) -> dict[str, Any]:
    """Return a verdict as JSON, with what pages show of it: text, HTML and a picture.

    The picture is of the widget that a check suggests, or None where it suggests none.
    """
    widget = offer(verdict.exercise, verdict.example)
    picture = None
    if widget is not None:
        picture = {"svg": widget.still, "text": widget.alternative}
    return verdict.as_json() | {
        "text": str(verdict),
        "html": verdict._repr_html_(),
        "picture": picture,
        "look": look,
    }
