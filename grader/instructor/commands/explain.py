"""`grader explain`: a grade, replayed from its seed, with the rule that decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from grader.instructor.classroom import Grading, versions
from grader.instructor.commands.grade import tier_of
from grader.instructor.courses import CourseError
from grader.instructor.records import gradebook
from grader.instructor.records.keys import is_of, remedy
from grader.instructor.records.standings import NOT_HANDED_IN, Standing
from grader.instructor.records.submission import basis_now
from grader.instructor.sandbox.protocol import text
from grader.instructor.sandbox.sandbox import MachineFault, Sandbox
from grader.instructor.sealed.basis import Basis, differences
from grader.instructor.sealed.grade_one import ExerciseJSON, WorkJSON, grade_again, ungraded
from grader.instructor.sealed.intake import read_submission
from grader.instructor.sealed.verdict_file import VerdictFile, stored
from grader.judge.exercise import Exercise

COMPARED = ("exercise", "earned", "fault", "parts", "notes")
LINE_LIMIT = 40  # of what a notebook printed


def explain(grading: Grading, student: str, say: Callable[[str], None]) -> bool:
    """Say the lines that explain one student's grade.

    Returns whether the verdict file is that of the grade, and the replay gives the same. Raises
    CourseError when there is no verdict, or the submission has changed since.
    """
    now = basis_now(grading)
    standing, problem = _recorded(grading, student)
    is_here = grading.classroom.is_handed_in(student, grading.assignment)
    before = stored(grading.verdicts(student))
    if before is None:
        raise CourseError(_no_verdict(grading, student, standing, is_here, now))
    for line in _head(grading, student, before, now):
        say(line)
    holds = problem or str(standing or "no grade")
    say(f"in the gradebook: {holds}{'' if is_here else f'; {NOT_HANDED_IN}'}")
    is_right = True
    if standing and not (standing.key and is_of(before, standing.key)):
        is_right = False
        say(f"look: this verdict file does not belong to that grade{_next(grading, standing, now)}")
    if not is_here:
        for verdict in before["exercises"]:
            say(f"\n{verdict['text']}")
        say(f"look: the work is {NOT_HANDED_IN}, so this is the stored verdict, and no replay")
        return False
    return _compare(grading, student, before, say) and is_right


def _next(grading: Grading, standing: Standing, now: Basis) -> str:
    """Return what brings a grade and its verdict file together."""
    if not grading.classroom.is_handed_in(standing.student, grading.assignment):
        return f", and the work is {NOT_HANDED_IN}"
    return f". Run: grader {remedy(standing.key, now)} {grading.assignment}"


def _no_verdict(
    grading: Grading, student: str, standing: Standing | None, is_here: bool, now: Basis
) -> str:
    """Return that there is nothing to explain, and what to do."""
    path = grading.verdicts(student)
    state = "cannot be read" if path.exists() else "is missing"
    if standing:
        return (
            f"The gradebook holds {standing} of {student}, and the verdict file {path} {state}"
            f"{_next(grading, standing, now)}"
        )
    first = f". Run first: grader grade {grading.assignment}" if is_here else ""
    return f"There is no verdict on {student}: expected {path}{first}"


def _compare(
    grading: Grading, student: str, before: VerdictFile, say: Callable[[str], None]
) -> bool:
    """Replay a verdict and say what comes of it; return whether that is the same."""
    again, visible = _replay(grading, student, before)
    then = {each["exercise"]: each for each in before["exercises"]}
    alone = {each["exercise"]: each for each in visible["exercises"]}
    now = {each["exercise"]: each for each in again["exercises"]}
    is_same = True
    for name in dict.fromkeys([*now, *then]):
        if name not in now:
            lines = ["", then[name]["text"], f"  the course has no exercise {name} any more"]
        elif name not in then:
            lines = ["", now[name]["text"], f"  the stored verdict knows no exercise {name}"]
        else:
            exercise = grading.notebook.by_name[name]
            lines = list(_explained(exercise, then[name], now[name], alone[name]))
        for line in lines:
            say(line)
        is_same = is_same and name in then and name in now and _agree(then[name], now[name])
    for line in _around(again):
        say(line)
    if is_same:
        say("the replay gives the stored verdict")
    else:
        say("the replay DIFFERS from the stored verdict: see above")
    return is_same


def _around(work: WorkJSON) -> Iterator[str]:
    """Yield which cells stopped, and what the notebook printed."""
    yield ""
    for cell in work["cells"]:
        yield cell["cause"]
        if cell["lost"]:
            yield f"  it defines {', '.join(cell['lost'])}: not there"
    for line in work["printed"].splitlines()[:LINE_LIMIT]:
        yield f"printed: {text(line)}"


def _head(grading: Grading, student: str, before: VerdictFile, now: Basis) -> Iterator[str]:
    """Yield what the stored verdict was made from."""
    yield f"{student}, {grading.assignment}: {before['points']:g} points"
    yield (
        f"submission {before['sha256'][:16]}..., seed {before['seed']}, "
        f"graded in: {before['sandbox']}"
    )
    for other in differences(before["basis"], now):
        yield f"graded with {other}: the replay may differ"
    for name, version in versions().items():
        then = before["made_with"].get(name)
        if then != version:
            yield f"graded with {name} {then}, now {version}: the replay may differ"
    for fault in before["faults"]:
        yield f"to look at: {fault}"


def _recorded(grading: Grading, student: str) -> tuple[Standing | None, str]:
    """Return what the gradebook holds on a submission, or why that is not known."""
    try:
        with gradebook.Writer(grading.classroom, grading.assignment) as book:
            standings = book.standings([student])
    except CourseError as error:
        return None, f"not known. {error}"
    graded = [standing for standing in standings if standing.is_graded]
    return (graded[0] if graded else None), ""


def _explained(
    exercise: Exercise, then: ExerciseJSON, now: ExerciseJSON, visible_only: ExerciseJSON
) -> Iterator[str]:
    """Yield the verdict on one exercise, and the rule that decided."""
    yield ""
    yield now["text"]
    yield f"  rule: {_rule(exercise, now)}"
    yield (
        "  the visible cases alone, which stock nbgrader's check asks, "
        f"give {visible_only['earned']:g} points"
    )
    if not _agree(then, now):
        yield f"  the stored verdict was another one: {then['earned']:g} points"


def _agree(then: Mapping[str, object], now: Mapping[str, object]) -> bool:
    return all(then[key] == now[key] for key in COMPARED)


def _replay(grading: Grading, student: str, before: VerdictFile) -> tuple[WorkJSON, WorkJSON]:
    """Return the verdicts of the stored seed, and those of the visible cases alone.

    Raises CourseError.
    """
    submission = read_submission(
        grading.submitted(student), list(grading.notebook.by_name), grading.notebook.essay_names
    )
    if submission.unreachable:
        raise CourseError(f"{submission.unreachable}. Mend that and run it again.")
    if submission.is_absent:
        raise CourseError(f"{submission.unreadable}. Nothing can be replayed.")
    if submission.digest != before["sha256"]:
        raise CourseError(
            f"The submission of {student} has changed since it was graded. "
            f"Run again: grader grade {grading.assignment}"
        )
    seed = before["seed"]
    if submission.notebook is None:
        result = ungraded(grading.notebook, seed, submission.unreadable)
        return result, result
    with Sandbox(tier_of(grading), grading.notebook) as sandbox:
        try:
            again = grade_again(submission.notebook, seed, sandbox, beside=submission.beside)
            visible = grade_again(
                submission.notebook, seed, sandbox, fresh=False, beside=submission.beside
            )
        except MachineFault as error:
            raise CourseError(
                f"The replay did not come to its end: {error}. Run it again."
            ) from None
    return again, visible


def _rule(exercise: Exercise, verdict: ExerciseJSON) -> str:
    """Return what an answer to an exercise has to fulfil."""
    if verdict["fault"]:
        return "nothing to compare: a fault of the whole function earns nothing"
    where = "for the numbers of the typed id" if exercise.by_hand else "on every case"
    if exercise.is_quiz:
        pairs = where if exercise.by_hand else "for every pair of arguments, visible and fresh"
        return f"the answer equals the reference's {pairs}"
    tolerance = max(part.tolerance for part in exercise.parts)
    close = f"an error of at most {tolerance:g} of the largest entry of the reference's answer"
    if exercise.costly:
        return (
            f"right shapes, finite, after single steps {close}, "
            "and after a training the share of images that is asked for"
        )
    return f"right shape, finite, and {where} {close}"
