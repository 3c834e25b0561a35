"""`python -m grader`, the start check, and `grader`, the command: an instructor's verbs where they
are installed.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec

from grader.exercises import COURSE
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


def command() -> None:
    """Run an instructor's verb, or the start check where the students' part alone is installed."""
    if find_spec("grader.instructor") is None:
        print(STUDENTS_PART)
        sys.exit(2 if sys.argv[1:] else start_check())
    if find_spec("click") is None:
        sys.exit(WITHOUT_CLICK)
    importlib.import_module("grader.instructor.commands.cli").main(prog_name="grader")


if __name__ == "__main__":
    sys.exit(start_check())
