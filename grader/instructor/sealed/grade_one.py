"""Grade one submission: its bytes in, its verdicts as plain JSON out."""

from __future__ import annotations

from typing import Any

from grader.exercises import of_assignment
from grader.instructor.author import layers
from grader.instructor.sandbox.sandbox import MachineFault, Sandbox
from grader.instructor.sealed import intake
from grader.instructor.sealed.session import Session
from grader.judge.judge import all_wrong
from grader.show.verdict import Verdict
from grader.widgets.offer import offer


def grade_submission(
    content: bytes, seed: int, sandbox: Sandbox, fresh: bool = True
) -> dict[str, Any]:
    """Return the verdicts on one submission as plain JSON: exercises, faults, answers, what it printed.

    fresh: asked with fresh cases too; else with the visible ones alone, which a check in the notebook asks. Raises nothing of
    the student's. Raises MachineFault when something of ours was lost: the same call can be made again.
    """
    exercises = of_assignment(sandbox.assignment)
    try:
        submission = intake.parse(content, [exercise.name for exercise in exercises])
    except intake.Unreadable as error:
        return ungraded(sandbox.assignment, seed, str(error))
    session = Session(submission, seed, sandbox, fresh)
    try:
        with layers.importable():
            verdicts = session.run()
    finally:
        session.close()
    faults = (*submission.faults, *session.faults)
    words = {word.removeprefix("check_") for fault in faults for word in fault.split()}
    looks = {exercise.name for exercise in exercises} & words
    return _as_json(sandbox.assignment, seed, verdicts, faults, submission.answers, looks) | {
        "printed": session.printed
    }


def ungraded(assignment: str, seed: int, fault: str) -> dict[str, Any]:
    """Return the verdicts on what cannot be graded: no points, and every exercise for a person to look at."""
    exercises = of_assignment(assignment)
    verdicts = [all_wrong(exercise, f"could not be graded: {fault}") for exercise in exercises]
    return _as_json(
        assignment, seed, verdicts, (fault,), {}, {exercise.name for exercise in exercises}
    ) | {"printed": ""}


def _as_json(
    assignment: str,
    seed: int,
    verdicts: list[Verdict],
    faults: tuple[str, ...],
    answers: dict[str, str],
    looks: set[str],
) -> dict[str, Any]:
    """Return the verdict file's part on the work itself."""
    told = [v.as_json() | _pages(v) | {"look": v.exercise in looks} for v in verdicts]
    points = sum(verdict.earned for verdict in verdicts)
    return {
        "assignment": assignment,
        "seed": seed,
        "points": points,
        "faults": list(faults),
        "exercises": told,
        "answers": answers,
    }


def _pages(verdict: Verdict) -> dict[str, Any]:
    """Return what pages show of a verdict: its text and HTML, and the picture of what a check offers, if it offers any."""
    widget = offer(verdict.exercise, verdict.example)
    picture = None if widget is None else {"svg": widget.still, "text": widget.alternative}
    return {"text": str(verdict), "html": verdict._repr_html_(), "picture": picture}


TRIES = 3  # of a submission, when something of ours was lost


def grade_again(content: bytes, seed: int, sandbox: Sandbox, fresh: bool = True) -> dict[str, Any]:
    """Return the verdicts on a submission; when something of ours was lost, try again. Raises MachineFault."""
    for _ in range(TRIES - 1):
        try:
            return grade_submission(content, seed, sandbox, fresh)
        except MachineFault:
            continue
    return grade_submission(content, seed, sandbox, fresh)
