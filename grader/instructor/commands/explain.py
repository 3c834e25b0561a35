"""`grader explain`: a grade, replayed from its seed on the stored submission, with the rule that decided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grader.exercises import EXERCISES
from grader.instructor.classroom import CourseError, Grading, made_with
from grader.instructor.records.submission import stored
from grader.instructor.sandbox.probes import pick_tier
from grader.instructor.sandbox.protocol import text
from grader.instructor.sandbox.sandbox import MachineFault, Sandbox, Tier
from grader.instructor.sealed.grade_one import grade_again, ungraded
from grader.instructor.sealed.intake import handed_in

COMPARED = ("exercise", "earned", "fault", "parts", "notes")
MOST_LINES = 40  # of what a notebook printed


def explain(grading: Grading, student: str) -> Iterator[str]:
    """Yield the lines that explain one student's grade. Raises CourseError when there is none, or the file has changed."""
    before = stored(grading.verdicts(student))
    if before is None:
        raise CourseError(
            f"There is no verdict on {student}: expected {grading.verdicts(student)}. Run first: grader grade"
        )
    yield f"{student}, {grading.assignment}: {before['points']:g} points"
    yield f"submission {before['sha256'][:16]}..., seed {before['seed']}, graded in: {before['sandbox']}"
    for name, version in made_with(grading.assignment).items():
        if before["made_with"].get(name) != version:
            yield f"graded with another {name} ({before['made_with'].get(name)}, now {version}): the replay may differ"
    yield from (f"to look at: {fault}" for fault in before["faults"])
    again, visible = _replay(grading, student, before)
    for told, now, alone in zip(
        before["exercises"], again["exercises"], visible["exercises"], strict=True
    ):
        yield ""
        yield now["text"]
        yield f"  rule: {_rule(told['exercise'], now)}"
        yield f"  the visible cases alone, which stock nbgrader's check asks, give {alone['earned']:g} points"
        if any(told[key] != now[key] for key in COMPARED):
            yield f"  the stored verdict was another one: {told['earned']:g} points"
    same = all(
        told[key] == now[key]
        for told, now in zip(before["exercises"], again["exercises"], strict=True)
        for key in COMPARED
    )
    yield ""
    yield from (f"printed: {text(line)}" for line in again["printed"].splitlines()[:MOST_LINES])
    yield (
        "the replay gives the stored verdict"
        if same
        else "the replay DIFFERS from the stored verdict: see above"
    )


def _replay(
    grading: Grading, student: str, before: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the verdicts of the stored seed, and those of the visible cases alone. Raises CourseError."""
    work = handed_in(grading.submitted(student))
    if work.digest != before["sha256"]:
        raise CourseError(
            f"The submission of {student} has changed since it was graded. Run again: grader grade {grading.assignment}"
        )
    if work.unreadable:
        result = ungraded(grading.assignment, before["seed"], work.unreadable)
        return result, result
    with Sandbox(Tier.NONE if grading.unsafe else pick_tier(), grading.assignment) as sandbox:
        try:
            again, visible = (
                grade_again(work.content, before["seed"], sandbox, fresh) for fresh in (True, False)
            )
        except MachineFault as error:
            raise CourseError(
                f"The replay did not come to its end: {error}. Run it again."
            ) from None
    return again, visible


def _rule(name: str, told: dict[str, Any]) -> str:
    if told["fault"]:
        return "nothing to compare: a fault of the whole function earns nothing"
    exercise = EXERCISES[name]
    if exercise.is_quiz:
        return "the answer equals the reference's for every pair of arguments, visible and fresh"
    tolerance = max(part.tolerance for part in exercise.parts)
    close = f"an error of at most {tolerance:g} of the largest entry of the reference's answer"
    if exercise.costly:
        return f"right shapes, finite, after single steps {close}, and after a training the share of images that is asked for"
    return f"right shape, finite, and on every case {close}"
