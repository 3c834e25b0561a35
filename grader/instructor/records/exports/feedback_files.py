"""Feedback in a zip file that a learning platform takes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.instructor.author.notebook import dumps, load
from grader.instructor.classroom import Classroom, Grading
from grader.instructor.platforms.feedback_zip import (
    canvas_feedback_name,
    moodle_feedback_name,
    write_feedback_zip,
)
from grader.instructor.platforms.sheets.sheet import Sheet
from grader.instructor.records import gradebook
from grader.instructor.records.arrivals.collected import collected
from grader.instructor.records.exports.filled import comment_of
from grader.judge.course import Notebook


def write_feedback(
    classroom: Classroom, notebook: Notebook, sheet: Sheet, rows: Mapping[str, int], to: Path
) -> str:
    """Write feedback for the students of a sheet's rows; return what was done, in a sentence.

    Moodle gets the feedback pages. Canvas shows whatever it gets under the name of the file that
    was handed in, so it gets notebooks. "" for a sheet of no platform. Raises CourseError.
    """
    platform = sheet.layout.platform
    if platform == "moodle":
        count = write_feedback_zip(to, _pages(classroom, notebook, sheet, rows))
    elif platform == "canvas":
        count = write_feedback_zip(to, _notebooks(classroom, notebook, rows))
    else:
        return ""
    if not count:
        to.unlink()
        command = "grader feedback" if platform == "moodle" else "grader grade"
        return f"no feedback goes with it: {command} {notebook.assignment} makes it"
    return f"wrote {to}, with the feedback of {count}"


def _pages(
    classroom: Classroom, notebook: Notebook, sheet: Sheet, rows: Mapping[str, int]
) -> Iterator[tuple[str, bytes]]:
    """Yield the feedback pages that are there, under the names that Moodle takes."""
    for student, row in rows.items():
        name = f"{notebook.stem}.html"
        page = classroom.feedback / student / notebook.assignment / name
        if page.is_file():
            yield moodle_feedback_name(sheet.layout.people[row], name), page.read_bytes()


def _notebooks(
    classroom: Classroom, notebook: Notebook, rows: Mapping[str, int]
) -> Iterator[tuple[str, bytes]]:
    """Yield the autograded notebooks of what came from Canvas, each with its points at the top."""
    grading = Grading(classroom, notebook.assignment)
    standings = {each.student: each for each in gradebook.standings(classroom, notebook.assignment)}
    for student, entry in collected(classroom, notebook.assignment).items():
        path = grading.autograded(student)
        if entry["platform"] != "canvas" or student not in rows or not path.is_file():
            continue
        autograded = load(path)
        text = f"**Feedback on {notebook.assignment}**: {comment_of(standings[student], notebook)}"
        cell = {"cell_type": "markdown", "id": "feedback", "metadata": {}, "source": text}
        autograded["cells"].insert(0, cell)
        yield canvas_feedback_name(entry["entry"], ".ipynb"), dumps(autograded).encode()
