"""The content of results.json: our verdicts as Gradescope's tests.

Source: docs/specs.md of gradescope/autograder_samples, commit af5dee4. That the max_score of all
tests must sum up to the points of the assignment is said in matthigger/gradescope_auto_py, issue 2:
otherwise "The results uploaded to Gradescope were not formatted correctly". So what a person grades
has no max_score.

Every text is sent as "text", which Gradescope renders as it is: a student's words cannot become
HTML there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Literal, NotRequired, TypedDict

from grader.instructor.sealed.grade_one import ExerciseJSON, WorkJSON
from grader.judge.course import Essay, Notebook
from grader.show.verdict import is_right

Visibility = Literal["visible", "after_due_date", "after_published", "hidden"]
TEXT: Literal["text"] = "text"
TEXT_LIMIT = 20_000  # letters of one text
CUT = "\n... cut here"
LOOK = "A person has to look at this:"
BY_HAND = "A person reads the answers in sentences; their points are not in this score."
NOTHING_WRITTEN = "nothing is written here yet"


class TestJSON(TypedDict):
    """One test. A test without score and max_score informs only."""

    name: str
    output: str
    output_format: Literal["text"]
    score: NotRequired[float]
    max_score: NotRequired[float]
    status: NotRequired[Literal["passed", "failed"]]


class ResultsJSON(TypedDict):
    """What results.json holds. Without tests and without a score it is no grade."""

    output: str
    output_format: Literal["text"]
    stdout_visibility: Literal["hidden"]
    execution_time: NotRequired[int]
    visibility: NotRequired[Visibility]
    tests: NotRequired[list[TestJSON]]


def results_of(
    notebook: Notebook,
    work: WorkJSON,
    empty_texts: dict[str, str],
    visibility: Visibility,
    seconds: float,
) -> ResultsJSON:
    """Return the results for the verdicts on a submission.

    empty_texts: what stands in the essays' cells before a student writes there, by name; seconds:
    how long grading took.
    """
    texts = work.get("texts", {})
    tests = [_test(exercise) for exercise in work["exercises"]]
    for essay in notebook.essays:
        text = texts.get(essay.name, "").strip()
        tests.append(_essay(essay, "" if text == empty_texts.get(essay.name, "") else text))
    return {
        "output": plain("\n".join(_output(notebook, work))),
        "output_format": TEXT,
        "stdout_visibility": "hidden",
        "execution_time": round(seconds),
        "visibility": visibility,
        "tests": tests,
    }


def not_graded(reason: str) -> ResultsJSON:
    """Return the results where something of ours failed: words, and no score at all."""
    words = (
        f"This was not graded, and has no score: {reason}\n"
        "It is no fault of what was handed in. Your instructor can run the autograder again."
    )
    return {"output": plain(words), "output_format": TEXT, "stdout_visibility": "hidden"}


def _output(notebook: Notebook, work: WorkJSON) -> Iterator[str]:
    """Yield the lines above all tests."""
    if work["faults"]:
        yield LOOK
    for fault in work["faults"]:
        yield f"- {fault}"
    if notebook.essays:
        yield BY_HAND


def _test(exercise: ExerciseJSON) -> TestJSON:
    """Return the test of an exercise, in the words of its verdict."""
    test: TestJSON = {
        "name": exercise["exercise"],
        "output": plain(exercise["text"]),
        "output_format": TEXT,
    }
    if exercise["points"]:
        return {**test, "score": exercise["earned"], "max_score": exercise["points"]}
    parts = exercise["parts"]
    right = all(is_right(part["points"], part["earned"], part["message"]) for part in parts)
    return {**test, "status": "passed" if right else "failed"}


def _essay(essay: Essay, text: str) -> TestJSON:
    """Return the test of an answer in sentences, which says what arrived. text: "" for nothing."""
    return {
        "name": f"{essay.name} (read by a person, {points_of(essay)})",
        "output": plain(text or NOTHING_WRITTEN),
        "output_format": TEXT,
        "status": "passed" if text else "failed",
    }


def points_of(essay: Essay) -> str:
    """Return '1 point' or '2 points'."""
    return f"{essay.points:g} point{'' if essay.points == 1 else 's'}"


def plain(text: str) -> str:
    """Return a text that every reader of JSON can store: cut, and without control characters.

    Databases refuse some of them (NUL, lone surrogates), and such a results.json would be lost.
    """
    lines = text[:TEXT_LIMIT].replace("\r\n", "\n").replace("\r", "\n")
    clean = "".join(map(_letter, lines))
    return clean + CUT if len(text) > TEXT_LIMIT else clean


def _letter(letter: str) -> str:
    if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs"):
        return letter
    return "\N{REPLACEMENT CHARACTER}"
