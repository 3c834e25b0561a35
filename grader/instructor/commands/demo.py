"""`make demo`: a class through one assignment, or through all, with points known beforehand."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from grader.instructor import system
from grader.instructor.author.notebook import (
    check_cells,
    dumps,
    load,
    source,
    with_answers,
    with_id,
)
from grader.instructor.classroom import Classroom, Grading, cores, sqlite_url
from grader.instructor.commands.feedback import feedback
from grader.instructor.commands.grade import grade
from grader.instructor.commands.private_places import places_to_hide
from grader.instructor.commands.release import release
from grader.instructor.courses import CourseError
from grader.instructor.demo.sample_class import Submission, submissions
from grader.instructor.records import gradebook
from grader.instructor.records.exports import grades_csv
from grader.instructor.records.standings import Standing
from grader.instructor.report.gather import gather
from grader.instructor.report.page import write_page
from grader.instructor.sandbox.probes import pick_tier
from grader.instructor.sandbox.sandbox import NoRoom
from grader.judge.course import Notebook
from grader.notebook.whole_file import write_atomically
from grader.show.verdict import MIME, VerdictJSON, is_right

Say = Callable[[str], None]
Outputs = list[dict[str, Any]]  # of one cell
MARK = "demo-class.txt"
FEW = {"right": 11, "broken": 5, "file": 4, "hostile": 4, "mistake": 7}  # submissions of each kind
KINDS = {
    "right": "right or untouched",
    "broken": "that do not run as they should",
    "file": "damaged files",
    "hostile": "that cheat or run away",
    "mistake": "with a mistake of the catalogue",
}
UNSAFE = "--unsafe: graded without a sandbox; the demo's submissions are our own."
WIDTH = 150  # characters of a line


def play(classroom: Classroom, say: Say, every: bool = False, unsafe: bool = False) -> bool:
    """Play a class in its own folder course/demo/.

    every: the whole class through all assignments that give points, and not some thirty students
    through the first one; unsafe: whether no sandbox is looked for. Returns whether everything came
    out as known beforehand. Raises CourseError.
    """
    folder = classroom.folder / "demo"
    demo = replace(classroom, folder=folder, db=sqlite_url(folder))
    _clear(folder)
    warning = UNSAFE if unsafe else _without_sandbox(demo)
    if warning:
        say(warning)
    marked = [each for each in classroom.course.notebooks if each.points]
    notebooks = marked if every else marked[:1]
    is_good = True
    for notebook in notebooks:
        submitted = list(_held(submissions(notebook)))
        if not every:
            submitted = few(submitted)
        is_good &= _play_one(demo, notebook, submitted, bool(warning), say)
    grades_csv.export(demo, demo.grades)
    for line in _where_to_look(demo, notebooks[0].assignment):
        say(line)
    if warning:
        say(warning)
    return is_good


def _held(submitted: list[Submission]) -> Iterator[Submission]:
    """Yield the submissions that this system can play: those that run away need limits."""
    for submission in submitted:
        if system.is_linux() or submission.kind != "hostile":
            yield submission


def few(submitted: list[Submission]) -> list[Submission]:
    """Return some submissions of every kind."""
    wanted = Counter(FEW)
    chosen = []
    for submission in submitted:
        if wanted[submission.kind] > 0:
            chosen.append(submission)
            wanted[submission.kind] -= 1
    return chosen


def _play_one(
    classroom: Classroom, notebook: Notebook, submitted: list[Submission], unsafe: bool, say: Say
) -> bool:
    """Release, hand in, grade, compare, and write what an instructor reads.

    Returns whether all came out as expected.
    """
    assignment = notebook.assignment
    release(classroom, [notebook])
    say(f"released   {assignment}")
    hand_in(classroom, notebook, submitted)
    say(f"handed in  {len(submitted)} notebooks: {_kinds(submitted)}")
    grading = Grading(classroom, assignment, unsafe=unsafe, workers=cores())
    start = time.monotonic()
    look_count = grade(grading, _ignore)
    seconds = time.monotonic() - start
    say(
        f"graded     {len(submitted)} in {seconds:.0f} s; a person has to look at {look_count}. "
        "For example:"
    )
    for line in _examples(grading, submitted):
        say(line)
    problems = differences(classroom, assignment, submitted)
    expected_count = sum(submission.look for submission in submitted)
    if look_count != expected_count:
        problems.append(f"{look_count} to look at, EXPECTED {expected_count}")
    _say_problems(problems, say)
    if notebook.essays:
        count = sum(bool(each.waiting) for each in _standings(classroom, assignment).values())
        wait = "essay waits" if count == 1 else "essays wait"
        say(f"by hand    {count} {wait} for points, in formgrader's Manual Grading")
    looks = feedback(classroom, assignment, _ignore)
    write_page(gather(grading), _report(classroom, assignment))
    remark = f", {looks} to look at" if looks else ""
    say(f"feedback   a page for each student{remark}\n")
    return not problems and not looks


def _ignore(line: str) -> None:
    """Say nothing."""


def _kinds(submitted: list[Submission]) -> str:
    """Return how many submissions there are of each kind."""
    counts = Counter(submission.kind for submission in submitted)
    return ", ".join(f"{count} {KINDS[kind]}" for kind, count in counts.items())


def _say_problems(problems: list[str], say: Say) -> None:
    """Say what came out otherwise than known beforehand."""
    if problems:
        say("compared   NOT as known beforehand:")
    else:
        say("compared   all points and hints are those known beforehand")
    for problem in problems:
        say(f"    {problem}")


def _examples(grading: Grading, submitted: list[Submission]) -> Iterator[str]:
    """Yield a line for one submission of every kind: its points, what it is, what was found."""
    scores = _standings(grading.classroom, grading.assignment)
    last_of_kind = {submission.kind: submission for submission in submitted}
    for submission in last_of_kind.values():
        student = submission.student
        score = scores[student]
        messages = findings_in(grading.classroom, grading.assignment, student)
        message = next(messages, "everything right")
        points = f"{score.points:4g} of {score.max_points:g}"
        line = f"    {student:11} {points}  {submission.about}: {message}"
        yield line if len(line) < WIDTH else line[: WIDTH - 3] + "..."


def _standings(classroom: Classroom, assignment: str) -> dict[str, Standing]:
    """Return what the gradebook holds by student."""
    return {each.student: each for each in gradebook.standings(classroom, assignment)}


def _where_to_look(classroom: Classroom, assignment: str) -> Iterator[str]:
    """Yield what was written, and where."""
    yield f"report     {_report(classroom, assignment)}"
    yield f"feedback   {classroom.feedback}/STUDENT/ASSIGNMENT/*.html"
    yield f"gradebook  {classroom.folder / 'gradebook.db'}, as CSV: {classroom.grades}"
    yield (
        "Open the report first: it says how the class did, which mistakes were made, "
        "and what a person has to look at."
    )


def _report(classroom: Classroom, assignment: str) -> Path:
    return classroom.folder / f"report-{assignment}.html"


def _without_sandbox(classroom: Classroom) -> str:
    """Return what to say where no sandbox holds, or "".

    The demo's submissions are our own, so it goes on without one. Raises NoRoom.
    """
    if not system.is_linux():
        return (
            f"Graded without a sandbox, since {system.what_sealed_grading_needs()}. The demo's "
            "submissions are our own; those that cheat or run away are left out."
        )
    try:
        pick_tier(classroom.course, places_to_hide(classroom))
    except NoRoom:  # nor would there be any without a sandbox
        raise
    except CourseError as error:
        return f"Graded with --unsafe, since the demo's submissions are our own. {error}"
    return ""


def _clear(folder: Path) -> None:
    """Remove an earlier demo. Raises CourseError for a folder that no demo made."""
    if folder.exists():
        if not (folder / MARK).exists():
            raise CourseError(
                f"{folder} exists and is not a demo's. "
                "Move it away, or name another course with --course."
            )
        shutil.rmtree(folder)
    text = "Made by `grader demo`, which removes this folder when it runs again.\n"
    write_atomically(folder / MARK, text)


def hand_in(classroom: Classroom, notebook: Notebook, submitted: list[Submission]) -> None:
    """Write each student's notebook into course/submitted/."""
    place = Path(notebook.assignment, notebook.file)
    released = load(classroom.release / place)
    for submission in submitted:
        answered = with_answers(released, submission.answers, submission.extra)
        if submission.answers:
            answered = with_id(answered, notebook, submission.student)
        path = classroom.submitted / submission.student / place
        write_atomically(path, submission.edit(dumps(answered)))


def differences(classroom: Classroom, assignment: str, submitted: list[Submission]) -> list[str]:
    """Return a line for everything that came out otherwise than known beforehand.

    Compared are the points, and the messages that must be there.
    """
    scores = _standings(classroom, assignment)
    lines: list[str] = []
    for submission in submitted:
        score = scores.get(submission.student)
        cells = outputs(_autograded(classroom, assignment, submission.student))
        messages = chain.from_iterable(map(texts, cells.values()))
        lines += _differences(submission, score, "\n".join(messages))
    return lines


def _differences(expected: Submission, score: Standing | None, text: str) -> Iterator[str]:
    """Yield what differs in one submission. text: what the student reads."""
    who = f"{expected.student} ({expected.about})"
    points = f"{score.points:g}" if score else "no"
    if points != f"{expected.points:g}":
        yield f"{who}: {points} points, EXPECTED {expected.points:g}"
    for message in expected.messages:
        if message not in text:
            yield f"{who}: EXPECTED to be told: {message}"


def findings_in(classroom: Classroom, assignment: str, student: str) -> Iterator[str]:
    """Yield what was found in a graded notebook: 'affine_backward: dw has shape ...'."""
    cells = outputs(_autograded(classroom, assignment, student))
    for exercise, cell in cells.items():
        for finding in findings(cell):
            yield f"{exercise}: {finding}"


def _autograded(classroom: Classroom, assignment: str, student: str) -> Path:
    return Grading(classroom, assignment).autograded(student)


def outputs(path: Path) -> dict[str, Outputs]:
    """Return what the test cells of a graded notebook put out, by exercise."""
    cells = check_cells(load(path))
    return {name.removeprefix("check_"): cell["outputs"] for name, cell in cells.items()}


def texts(cell_outputs: Outputs) -> Iterator[str]:
    """Yield the words that a student reads: the verdict, or the error in its place."""
    for output in cell_outputs:
        if output["output_type"] == "error":
            yield "\n".join(output["traceback"])
        elif output["output_type"] == "display_data":
            yield source({"source": output["data"]["text/plain"]})


def findings(cell_outputs: Outputs) -> Iterator[str]:
    """Yield one finding per part that is not right: 'dw has shape ...'."""
    for output in cell_outputs:
        if output["output_type"] == "error":
            yield " ".join(output["traceback"][-1].splitlines()[1:]).strip()
        elif MIME in output.get("data", {}):
            yield from _findings(output["data"][MIME])


def _findings(verdict: VerdictJSON) -> Iterator[str]:
    """Yield what a verdict found: its fault, or the parts that are not right."""
    if verdict["fault"]:
        yield verdict["fault"]
        return
    for part in verdict["parts"]:
        if not is_right(part["points"], part["earned"], part["message"]):
            yield f"{part['name']} {part['message']}"
