"""`grader feedback`: one HTML page per graded submission, by `nbgrader generate_feedback`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from grader.instructor.classroom import Classroom, Grading
from grader.instructor.courses import CourseError
from grader.instructor.records import gradebook
from grader.instructor.records.autograded import key_in, key_of
from grader.instructor.records.keys import is_of, remedy
from grader.instructor.records.standings import NOT_HANDED_IN, Standing
from grader.instructor.records.steps import NbgraderSteps
from grader.instructor.records.submission import basis_now
from grader.instructor.sandbox.protocol import text
from grader.instructor.sealed.basis import Basis
from grader.instructor.sealed.verdict_file import identity_of, stored


def feedback(classroom: Classroom, assignment: str, say: Callable[[str], None]) -> int:
    """Write the feedback pages of an assignment; say a line for each.

    Returns how many a person has to look at. Raises CourseError when nothing is graded.
    """
    grading = Grading(classroom, assignment)
    standings = gradebook.standings(classroom, assignment)
    graded = {standing.student: standing for standing in standings if standing.is_graded}
    autograded = classroom.autograded.glob(f"*/{assignment}")
    students = sorted({*graded, *(folder.parent.name for folder in autograded)})
    if not students:
        raise CourseError(
            f"Nothing is graded yet for {assignment}. Run first: grader grade {assignment}"
        )
    now = None
    with suppress(CourseError):  # the pages do not need it
        now = basis_now(grading)
    steps = NbgraderSteps(classroom)
    look_count = 0
    for number, student in enumerate(students, 1):
        try:
            standing = graded.get(student)
            if standing is None:
                raise CourseError("look: the gradebook has no grade of it. Run: grader grade")
            _write(steps, grading, student)
            notes = list(_notes(grading, standing, now))
            look_count += any(note.startswith("look: ") for note in notes)
            message = "; ".join(["feedback written", *notes])
        except CourseError as error:
            look_count += 1
            message = str(error)
        say(f"[{number}/{len(students)}] {text(student)}: {message}")
    return look_count


def _write(steps: NbgraderSteps, grading: Grading, student: str) -> None:
    """Write a student's pages. Raises CourseError."""
    assignment = grading.assignment
    folder = grading.classroom.autograded / student / assignment
    if folder.is_dir():
        steps.feedback(assignment, student)
    elif grading.classroom.is_handed_in(student, assignment):
        raise CourseError(f"look: {folder} is missing. Run first: grader grade {assignment}")
    else:
        raise CourseError(f"look: {folder} is missing, and the work is {NOT_HANDED_IN}")


def _notes(grading: Grading, standing: Standing, now: Basis | None) -> Iterator[str]:
    """Yield what a person has to know of a page, which shows a verdict and not the grade."""
    is_here = grading.classroom.is_handed_in(standing.student, grading.assignment)
    if not is_here:
        yield NOT_HANDED_IN
    why = _other_verdict(grading, standing)
    if why:
        advice = f". Run: grader {remedy(standing.key, now)} {grading.assignment}"
        yield f"look: {why}{advice if is_here else ''}"


def _other_verdict(grading: Grading, standing: Standing) -> str:
    """Return why a page may show another verdict than the one of the grade, or ""."""
    shows = key_in(grading.autograded(standing.student))
    if standing.key is None:  # another program graded it
        return "its page shows a verdict of ours, and another program graded it" if shows else ""
    verdict = stored(grading.verdicts(standing.student))
    if verdict is None:
        return "its verdict file is missing or cannot be read"
    if not is_of(verdict, standing.key):
        return "its verdict file does not belong to its grade"
    on_page = {**shows, "timestamp": verdict["timestamp"]}
    if on_page != key_of(verdict, identity_of(verdict)):
        return "its page shows another verdict than that of its grade"
    return ""
