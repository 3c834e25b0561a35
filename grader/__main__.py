"""`python -m grader` is the start check, and `python -m grader FILE` a look at a file before it is
handed in. `grader`, the command, runs an instructor's verbs where they are installed.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec
from pathlib import Path

from grader.exercises import COURSE
from grader.notebook.cells_of_file import Unreadable
from grader.notebook.intake import look
from grader.notebook.start import StartCheck

STUDENTS_PART = (
    "This is the students' part of the course, whose one command is this start check. The verbs of "
    "an instructor "
    "(release, grade, ...) come with a clone of the course's repository: see its README."
)
WITHOUT_CLICK = (
    "grader: the verbs of an instructor need more packages. In the clone run: pip install -e "
    '".[instructor]"'
)


def start_check() -> int:
    """Print the start check's line. Return the exit status: 0 when everything is ready."""
    line = StartCheck(COURSE).report()
    print(line)
    return 0 if line.startswith("Ready") else 1


def look_at(name: str) -> int:
    """Print what grading will find in a file. Return the exit status: 0 when it can be graded."""
    try:
        for line in look(Path(name), COURSE):
            print(line)
    except Unreadable as error:
        print(f"{name} cannot be graded: {error}")
        return 1
    except OSError as error:
        print(f"{name} cannot be read: {error.strerror}")
        return 1
    return 0


def command() -> None:
    """Run an instructor's verb, or the start check where the students' part alone is installed."""
    if find_spec("grader.instructor") is None:
        print(STUDENTS_PART)
        sys.exit(2 if sys.argv[1:] else start_check())
    if find_spec("click") is None:
        sys.exit(WITHOUT_CLICK)
    importlib.import_module("grader.instructor.commands.cli").main(prog_name="grader")


if __name__ == "__main__":
    sys.exit(look_at(sys.argv[1]) if sys.argv[1:] else start_check())
