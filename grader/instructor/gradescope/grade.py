"""Grade one submission in Gradescope's container, sealed as everywhere.

A fault of the machine or of the grader is never a score: results.json then has words and no tests,
and the details are printed, for instructors alone.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast, get_args

from grader.instructor.author.notebook import answer_cells, load, source
from grader.instructor.benches.bench import OwnBench, Work
from grader.instructor.classroom import versions
from grader.instructor.courses import CourseError, find_course, source_notebook
from grader.instructor.gradescope.layout import Layout
from grader.instructor.gradescope.metadata import ids_of, key_of, name_of, people_of
from grader.instructor.gradescope.results import (
    ResultsJSON,
    Visibility,
    not_graded,
    results_of,
)
from grader.instructor.platforms.downloads.arrival import Person
from grader.instructor.sandbox.probes import pick_tier
from grader.instructor.sandbox.protocol import text
from grader.instructor.sandbox.sandbox import MachineFault, Tier
from grader.instructor.sealed.grade_one import TRIES, ungraded, with_other_id
from grader.instructor.sealed.intake import Submission, read_submission
from grader.instructor.sealed.seed import SECRET_BYTES, seed_of
from grader.judge.course import Notebook
from grader.notebook.whole_file import write_atomically

Say = Callable[[str], None]
NO_SANDBOX = "no sandbox holds in this container, and students' code never runs without one."
MACHINE = "the machine was too busy or short of memory."
OURS = "the autograder failed."


class NotGraded(Exception):
    """Something of ours failed. reason: what may be said to everybody; the text is for instructors.

    It says nothing about the submission.
    """

    def __init__(self, reason: str, details: str) -> None:
        super().__init__(details)
        self.reason = reason


@dataclass(frozen=True)
class Settings:
    """Which notebook is graded, and when students see the tests."""

    notebook: Notebook
    visibility: Visibility


def grade(layout: Layout, say: Say) -> bool:
    """Write results.json, and return whether the submission was graded. Raises OSError.

    say: takes lines for the instructor, which Gradescope keeps as the autograder's output.
    """
    try:
        results = _results(layout, say)
    except NotGraded as error:
        say(f"not graded: {error}")
        results = not_graded(error.reason)
    except Exception as error:  # on a file that nobody thought of: a person looks at it
        say(f"not graded: a fault of the grader ({type(error).__name__}: {text(str(error))})")
        results = not_graded(OURS)
    write_atomically(layout.results, json.dumps(results, indent=1))
    return "tests" in results


def _results(layout: Layout, say: Say) -> ResultsJSON:
    """Return the results for what was handed in. Raises NotGraded."""
    start = time.monotonic()
    settings = _settings(layout)
    notebook = settings.notebook
    submission = read_submission(
        layout.submission / notebook.file, list(notebook.by_name), notebook.essay_names
    )
    if submission.unreachable:
        raise NotGraded("a file could not be opened.", submission.unreachable)
    people = people_of(layout.metadata)
    if not people:
        say(f"{layout.metadata.name} does not say who handed in: no student id is compared")
    seed = seed_of(_secret(layout), key_of(people), submission.digest)
    work = _work(layout, notebook, submission, seed)
    verdicts = work.verdicts
    if people and submission.notebook is not None:
        whose = [name for person in people for name in ids_of(person)]
        verdicts = with_other_id(
            verdicts, submission.notebook, notebook, _names(people), whose, "it was handed in by"
        )
    for line in (*_how(work), *(f"to look at: {fault}" for fault in verdicts["faults"])):
        say(line)
    say(f"{notebook.assignment}: {verdicts['points']:g} points, of {submission.digest[:16]}...")
    seconds = time.monotonic() - start
    return results_of(notebook, verdicts, _empty_texts(notebook), settings.visibility, seconds)


def _names(people: tuple[Person, ...]) -> str:
    return " and ".join(map(name_of, people))


def _how(work: Work) -> list[str]:
    """Return how a submission was graded."""
    versions = ", ".join(f"{name} {version}" for name, version in work.made_with.items())
    return [f"sandbox: {work.sandbox}; {versions}"]


def _settings(layout: Layout) -> Settings:
    """Return what the zip file says of itself. Raises NotGraded."""
    try:
        settings = json.loads(layout.settings.read_text(encoding="utf-8"))
        notebook = find_course(settings["course"]).by_assignment[settings["assignment"]]
        visibility = settings["visibility"]
        if visibility not in get_args(Visibility):
            raise ValueError(visibility)
    except (CourseError, OSError, ValueError, LookupError, TypeError) as error:
        reason = f"{type(error).__name__}: {error}"
        message = f"{layout.settings} is damaged ({reason}). Build the zip file again"
        raise NotGraded(OURS, message) from None
    return Settings(notebook, cast(Visibility, visibility))


def _secret(layout: Layout) -> bytes:
    """Return what the seeds of this image are drawn from. Raises NotGraded."""
    try:
        secret = layout.secret.read_bytes()
    except OSError:
        secret = b""
    if len(secret) < SECRET_BYTES:
        message = f"{layout.secret} is missing or damaged. Build the image again"
        raise NotGraded(OURS, message)
    return secret


def _work(layout: Layout, notebook: Notebook, submission: Submission, seed: int) -> Work:
    """Return the verdicts on a submission. Raises NotGraded."""
    if submission.notebook is None:
        verdicts = ungraded(notebook, seed, submission.unreadable)
        return Work(verdicts, "not needed", versions())
    tier = _tier(layout, notebook)
    try:
        bench = OwnBench(tier, notebook)
        try:
            return bench.grade(submission.notebook, seed, submission.beside)
        finally:
            bench.close()
    except MachineFault as error:
        raise NotGraded(MACHINE, f"{error}, {TRIES} times") from None


def _tier(layout: Layout, notebook: Notebook) -> Tier:
    """Return the first tier that holds in this container. Raises NotGraded."""
    try:
        return pick_tier(notebook.course, layout.private())
    except CourseError as error:
        raise NotGraded(NO_SANDBOX, str(error)) from None


def _empty_texts(notebook: Notebook) -> dict[str, str]:
    """Return what stands in the essays' cells before a student writes there, by name."""
    if not notebook.essays:
        return {}
    cells = answer_cells(load(source_notebook(notebook)))
    return {name: source(cells[name]).strip() for name in notebook.essay_names}
