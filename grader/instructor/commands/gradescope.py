"""`grader gradescope`: an assignment as an autograder of Gradescope's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grader.instructor.courses import CourseError
from grader.instructor.gradescope.build import autograder_zip
from grader.instructor.gradescope.results import Visibility, points_of
from grader.instructor.sandbox.time_and_memory_limits import Limits
from grader.judge.course import Notebook
from grader.notebook.whole_file import write_atomically

PRIVATE = 0o600  # it holds the answers
USUAL_MINUTES, LONG_MINUTES = 10, 40  # Gradescope's default timeout, and its longest
MEMORY = "1.5 GB"


def gradescope(notebook: Notebook, visibility: Visibility, output: Path | None) -> Iterator[str]:
    """Write the zip file; yield what was written, and what to set on Gradescope.

    output: where; by default dist/gradescope-ASSIGNMENT.zip. Raises CourseError where something is
    there already, and OSError.
    """
    path = output or Path("dist") / f"gradescope-{notebook.assignment}.zip"
    if path.exists() or path.is_symlink():
        raise CourseError(
            f"{path} is there already, and nothing was written. Remove it, or name another file "
            "with -o."
        )
    write_atomically(path, autograder_zip(notebook, visibility), PRIVATE)
    yield f"wrote {path}; it holds the answers: it is for Gradescope and for you alone"
    yield from _advice(notebook)


def _advice(notebook: Notebook) -> Iterator[str]:
    """Yield what to set on Gradescope for an assignment."""
    yield (
        f"autograder points: {notebook.automatic_points:g} (with another number Gradescope refuses "
        "the results)"
    )
    for essay in notebook.essays:
        yield f"manual grading: a question {essay.name}, {points_of(essay)}"
    limits = Limits(**notebook.limits)
    # Twice: a submission that waits to the end may be graded again.
    is_long = 2 * limits.whole * limits.net > USUAL_MINUTES * 60
    minutes = LONG_MINUTES if is_long else USUAL_MINUTES
    yield (
        f"base image: Ubuntu 22.04 or newer; memory: {MEMORY} or more; timeout: {minutes} minutes"
    )
