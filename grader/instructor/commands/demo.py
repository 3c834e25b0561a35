"""`make demo`: a class through an assignment, or through all of them, with the points known beforehand."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.exercises import NOTEBOOKS
from grader.instructor.author.notebook import check_cells, dumps, load, source, with_answers
from grader.instructor.classroom import Classroom, CourseError, Grading, cores
from grader.instructor.commands.feedback import feedback
from grader.instructor.commands.grade import grade
from grader.instructor.commands.release import release
from grader.instructor.commands.report import gather, write_page
from grader.instructor.demo.sample_class import Submission, submissions
from grader.instructor.files import write_atomically
from grader.instructor.records import gradebook
from grader.instructor.sandbox.probes import pick_tier
from grader.show.verdict import MIME

Say = Callable[[str], None]
MARK = "demo-class.txt"
FIRST = "1-affine"
FEW = {"right": 11, "broken": 5, "file": 4, "hostile": 4, "mistake": 7}  # submissions of each kind
KINDS = {
    "right": "right or untouched",
    "broken": "that do not run as they should",
    "file": "damaged files",
    "hostile": "that cheat or run away",
    "mistake": "with a mistake of the catalogue",
}
WIDTH = 150  # characters of a line


def play(classroom: Classroom, say: Say, every: bool = False) -> bool:
    """Play a class in its own folder course/demo/; return whether everything came out as known beforehand.

    every: the whole class through all assignments, and not some thirty students through the first one
    """
    classroom = replace(
        classroom,
        folder=classroom.folder / "demo",
        db=f"sqlite:///{classroom.folder / 'demo' / 'gradebook.db'}",
    )
    _clear(classroom.folder)
    without = _without_sandbox()
    if without:
        say(without)
    good = True
    for assignment in NOTEBOOKS if every else [FIRST]:
        submitted = submissions(assignment)
        good &= _play_one(
            classroom, assignment, submitted if every else few(submitted), bool(without), say
        )
    gradebook.export(classroom, classroom.grades)
    for line in _where_to_look(classroom, NOTEBOOKS if every else [FIRST]):
        say(line)
    if without:
        say(without)
    return good


def few(submitted: list[Submission]) -> list[Submission]:
    """Return some submissions of every kind."""
    left = Counter(FEW)
    chosen = []
    for submission in submitted:
        if left[submission.kind] > 0:
            chosen.append(submission)
            left[submission.kind] -= 1
    return chosen


def _play_one(
    classroom: Classroom, assignment: str, submitted: list[Submission], unsafe: bool, say: Say
) -> bool:
    """Release, hand in, grade, compare, and write what an instructor reads; return whether all came out as expected."""
    release(classroom, [assignment])
    say(f"released   {assignment}, with the kit that students install")
    hand_in(classroom, assignment, submitted)
    kinds = Counter(submission.kind for submission in submitted)
    say(
        f"handed in  {len(submitted)} notebooks: {', '.join(f'{n} {KINDS[kind]}' for kind, n in kinds.items())}"
    )
    start = time.monotonic()
    looks = grade(Grading(classroom, assignment, unsafe=unsafe, workers=cores()), lambda line: None)
    say(
        f"graded     {len(submitted)} in {time.monotonic() - start:.0f} s; a person has to look at {looks}. For example:"
    )
    for line in _examples(classroom, assignment, submitted):
        say(line)
    wrong = differences(classroom, assignment, submitted)
    expected = sum(submission.look for submission in submitted)
    if looks != expected:
        wrong.append(f"{looks} to look at, EXPECTED {expected}")
    say(
        "compared   "
        + (
            "all points and hints are those known beforehand"
            if not wrong
            else "NOT as known beforehand:"
        )
    )
    for line in wrong:
        say(f"    {line}")
    failed = feedback(classroom, assignment, lambda line: None)
    write_page(gather(Grading(classroom, assignment)), _report(classroom, assignment))
    say(
        f"feedback   a page for each student{f', {failed} could not be written' if failed else ''}\n"
    )
    return not wrong and not failed


def _examples(classroom: Classroom, assignment: str, submitted: list[Submission]) -> Iterator[str]:
    """Yield a line for one submission of every kind: its points, what it is, what was found."""
    scores = {score.student: score for score in gradebook.scores(classroom, assignment)}
    shown = {submission.kind: submission for submission in submitted}  # the last of each kind
    for submission in shown.values():
        score = scores[submission.student]
        found = next(found_in(classroom, assignment, submission.student), "everything right")
        line = f"    {submission.student:11} {score.points:4g} of {score.max_points:g}  {submission.about}: {found}"
        yield line if len(line) < WIDTH else line[: WIDTH - 3] + "..."


def _where_to_look(classroom: Classroom, assignments: Iterable[str]) -> Iterator[str]:
    yield f"report     {_report(classroom, next(iter(assignments)))}"
    yield f"feedback   {classroom.feedback}/STUDENT/ASSIGNMENT/*.html"
    yield f"gradebook  {classroom.folder / 'gradebook.db'}, as CSV: {classroom.grades}"
    yield "Open the report first: it says how the class did, which mistakes were made, and what a person has to look at."


def _report(classroom: Classroom, assignment: str) -> Path:
    return classroom.folder / f"report-{assignment}.html"


def _without_sandbox() -> str:
    """Return what to say where no sandbox holds: the demo's submissions are our own, so it goes on without."""
    try:
        pick_tier()
    except CourseError as error:
        return f"Graded with --unsafe, since the demo's submissions are our own. {error}"
    return ""


def _clear(folder: Path) -> None:
    """Remove an earlier demo; a folder that no demo made is left alone."""
    if folder.exists():
        if not (folder / MARK).exists():
            raise CourseError(
                f"{folder} exists and is not a demo's. Move it away, or name another course with --course."
            )
        shutil.rmtree(folder)
    write_atomically(
        folder / MARK, "Made by `grader demo`, which removes this folder when it runs again.\n"
    )


def hand_in(classroom: Classroom, assignment: str, submitted: list[Submission]) -> None:
    """Write each student's notebook into course/submitted/."""
    file = f"{NOTEBOOKS[assignment]}.ipynb"
    released = load(classroom.release / assignment / file)
    for submission in submitted:
        made = with_answers(released, submission.answers, submission.extra)
        write_atomically(
            classroom.submitted / submission.student / assignment / file,
            submission.edit(dumps(made)),
        )


def differences(classroom: Classroom, assignment: str, submitted: list[Submission]) -> list[str]:
    """Return a line for everything that came out otherwise than known beforehand: points, and what must be said."""
    scores = {score.student: score for score in gradebook.scores(classroom, assignment)}
    lines = []
    for submission in submitted:
        who = f"{submission.student} ({submission.about})"
        score = scores.get(submission.student)
        points = f"{score.points:g}" if score else "no"
        if points != f"{submission.points:g}":
            lines.append(f"{who}: {points} points, EXPECTED {submission.points:g}")
        shown = outputs(_autograded(classroom, assignment, submission.student))
        text = "\n".join(words for cell in shown.values() for words in texts(cell))
        lines += [
            f"{who}: EXPECTED to be told: {words}" for words in submission.says if words not in text
        ]
    return lines


def found_in(classroom: Classroom, assignment: str, student: str) -> Iterator[str]:
    """Yield what was found in a graded notebook: 'affine_backward: dw has shape ...'."""
    for exercise, cell in outputs(_autograded(classroom, assignment, student)).items():
        yield from (f"{exercise}: {finding}" for finding in findings(cell))


def _autograded(classroom: Classroom, assignment: str, student: str) -> Path:
    return classroom.autograded / student / assignment / f"{NOTEBOOKS[assignment]}.ipynb"


def outputs(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Return what the test cells of a graded notebook put out, by exercise."""
    return {
        name.removeprefix("check_"): cell["outputs"]
        for name, cell in check_cells(load(path)).items()
    }


def texts(shown: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the words that a student reads: the verdict, or the error in its place."""
    for output in shown:
        if output["output_type"] == "error":
            yield "\n".join(output["traceback"])
        elif output["output_type"] == "display_data":
            yield source({"source": output["data"]["text/plain"]})


def findings(shown: list[dict[str, Any]]) -> Iterator[str]:
    """Yield one finding per part that is not right: 'dw has shape ...'."""
    for output in shown:
        if output["output_type"] == "error":
            yield " ".join(output["traceback"][-1].splitlines()[1:]).strip()
        elif MIME in output.get("data", {}):
            verdict = output["data"][MIME]
            wrong = [
                f"{part['name']} {part['says']}"
                for part in verdict["parts"]
                if part["earned"] < part["points"]
            ]
            yield from [verdict["fault"]] if verdict["fault"] else wrong
