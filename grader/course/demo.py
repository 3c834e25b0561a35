"""`make demo`: a whole class through the course, with the points known beforehand."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.course import gradebook
from grader.course.demo_class import Submission, submissions
from grader.course.doctor import pick_tier
from grader.course.feedback import feedback
from grader.course.files import write_atomically
from grader.course.grade import grade
from grader.course.notebook import check_cells, dumps, load, source, with_answers
from grader.course.paths import Course, CourseError, cores
from grader.course.release import release
from grader.course.report import gather, write_page
from grader.course.unit import Grading
from grader.exercises import NOTEBOOKS
from grader.verdict import MIME

Say = Callable[[str], None]
MARK = "demo-class.txt"


def play(course: Course, say: Say) -> bool:
    """Play the class in its own folder course/demo/; return whether everything came out as known beforehand."""
    course = replace(course, folder=course.folder / "demo", db=f"sqlite:///{course.folder / 'demo' / 'gradebook.db'}")
    _clear(course.folder)
    good, without = True, _without_sandbox()
    if without:
        say(without)
    for assignment in NOTEBOOKS:
        for line in release(course, [assignment]):
            say(line)
        submitted = submissions(assignment)
        hand_in(course, assignment, submitted)
        say(f"{assignment}: {len(submitted)} students hand in")
        looks = grade(Grading(course, assignment, unsafe=bool(without), workers=cores()), say)
        failed = feedback(course, assignment, say)
        good &= compare(course, assignment, submitted, say) and not failed
        say(f"{looks} to look at, {sum(s.look for s in submitted)} expected\n")
        good &= looks == sum(s.look for s in submitted)
        page = course.folder / f"report-{assignment}.html"
        write_page(gather(Grading(course, assignment)), page)
        say(f"report          {page}")
    gradebook.export(course, course.grades)
    say(f"gradebook       {course.folder / 'gradebook.db'}")
    say(f"feedback pages  {course.feedback}/STUDENT/ASSIGNMENT/*.html")
    say(f"CSV             {course.grades}")
    if without:
        say(without)
    return good


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
            raise CourseError(f"{folder} exists and is not a demo's. Move it away, or name another course with --course.")
        shutil.rmtree(folder)
    write_atomically(folder / MARK, "Made by `grader demo`, which removes this folder when it runs again.\n")


def hand_in(course: Course, assignment: str, submitted: list[Submission]) -> None:
    """Write each student's notebook into course/submitted/."""
    file = f"{NOTEBOOKS[assignment]}.ipynb"
    released = load(course.release / assignment / file)
    for submission in submitted:
        made = with_answers(released, submission.answers, submission.extra)
        write_atomically(course.submitted / submission.student / assignment / file, submission.edit(dumps(made)))


def compare(course: Course, assignment: str, submitted: list[Submission], say: Say) -> bool:
    """Print a line per student: points, and what was found; return whether points and findings are the expected ones."""
    scores = {score.student: score for score in gradebook.scores(course, assignment)}
    good = True
    say(f"\n{'student':15} {'points':>9}  what was found")
    for submission in submitted:
        score = scores.get(submission.student)
        shown = outputs(course.autograded / submission.student / assignment / f"{NOTEBOOKS[assignment]}.ipynb")
        text = "\n".join(words for cell in shown.values() for words in texts(cell))
        missing = [words for words in submission.says if words not in text]
        found = "; ".join(f"{exercise}: {finding}" for exercise, cell in shown.items() for finding in findings(cell))
        found = found or "everything right"
        points = f"{score.points:g} of {score.most:g}" if score else "none"
        say(f"{submission.student:15} {points:>9}  {found if len(found) < 100 else found[:97] + '...'}")
        if score is None or score.points != submission.points:
            say(f"    EXPECTED {submission.points:g} points ({submission.about})")
        for words in missing:
            say(f"    EXPECTED to be told: {words}")
        good &= score is not None and score.points == submission.points and not missing
    total = sum(score.points for score in scores.values())
    say(f"\n{len(scores)} students, {total:g} points, {total / len(scores):.1f} on average; ")
    say("all as known beforehand\n" if good else "NOT as known beforehand\n")
    return good


def outputs(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Return what the test cells of a graded notebook put out, by exercise."""
    return {name.removeprefix("check_"): cell["outputs"] for name, cell in check_cells(load(path)).items()}


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
            wrong = [f"{part['name']} {part['says']}" for part in verdict["parts"] if part["earned"] < part["points"]]
            yield from [verdict["fault"]] if verdict["fault"] else wrong
