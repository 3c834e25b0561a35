"""What students run in a terminal, and the command of instructors.

`python -m grader` is the start check, `python -m grader FILE` a look at a file before it is handed
in, and `python -m grader reset NAME [FILE]` puts a stub back. `grader`, the command, runs an
instructor's verbs where they are installed.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec
from pathlib import Path

from grader.exercises import COURSE
from grader.notebook.cells_of_file import Unreadable
from grader.notebook.intake import look
from grader.notebook.reset import NotReset, reset
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


def put_back(words: list[str]) -> int:
    """Put the stub of an exercise back. words: its name, and perhaps the notebook's file.

    Return the exit status: 0 when it stands there.
    """
    if not 1 <= len(words) <= 2:
        print("Name the exercise, and perhaps the file: python -m grader reset NAME [FILE]")
        return 2
    try:
        for line in reset(COURSE, *words):
            print(line)
    except NotReset as error:
        print(f"Nothing was changed. {error}")
        return 1
    except OSError as error:
        print(f"The notebook was not changed: {error.filename}: {error.strerror}")
        return 1
    return 0


def students_command(words: list[str]) -> int:
    """Run what a student asks for. Return the exit status."""
    if not words:
        return start_check()
    if words[0] == "reset":
        return put_back(words[1:])
    return look_at(words[0])


def command() -> None:
    """Run an instructor's verb, or the start check where the students' part alone is installed."""
    if find_spec("grader.instructor") is None:
        print(STUDENTS_PART)
        sys.exit(2 if sys.argv[1:] else start_check())
    if find_spec("click") is None:
        sys.exit(WITHOUT_CLICK)
    importlib.import_module("grader.instructor.commands.cli").main(prog_name="grader")


if __name__ == "__main__":
    sys.exit(students_command(sys.argv[1:]))
