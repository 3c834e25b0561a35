"""What the verbs of `grader` have in common: options, and one message in place of a traceback."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from grader.instructor.courses import VARIABLE, CourseError, Interrupted, find_course

if TYPE_CHECKING:
    from grader.instructor.classroom import Classroom
    from grader.judge.course import Course

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
MAKERS = ("release", "demo", "roster")  # commands that make a course folder
# Commands that need no course folder, and change nothing in one that is there.
LOOKERS = ("doctor", "restore")


def with_error_messages(command: Callable[..., Any]) -> Callable[..., Any]:
    """End with one message and status 1, and not with a traceback.

    That is for a course or a request at fault, for files that cannot be read or written, and for an
    interrupt.
    """

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except CourseError as error:
            _end(str(error))
        except KeyboardInterrupt:  # before or after the part of a command that counts what is done
            _end("Interrupted: what is written is whole. Run it again.")
        except BrokenPipeError:  # whoever read our lines has ended
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except OSError as error:  # a full disk, a folder without permission: never a score
            _end(_problem_of_file(error))

    return run


def _end(problem: str) -> NoReturn:
    """End with a message on what went wrong."""
    click.echo(f"grader: {problem}", err=True)
    sys.exit(1)


def _problem_of_file(error: OSError) -> str:
    """Return what to say of a file that cannot be read or written."""
    from grader.instructor.files import FULL, TRIED, lack_of_room

    if error.errno in FULL and not error.filename:
        problem = lack_of_room(TRIED)
        if problem:
            return problem
    where = error.filename or "a file"
    reason = error.strerror or str(error) or type(error).__name__
    message = f"{where} cannot be read or written: {reason}."
    return f"{message} Mend that and run the command again."


def on_course(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that names a course, and hand the course over as the first argument."""

    @click.option(
        "--content",
        metavar="NAME",
        help=f"What is taught: an installed course, or the path of one (or {VARIABLE}).",
    )
    @functools.wraps(command)
    def run(content: str | None, **kwargs: Any) -> None:
        course = find_course(content)
        if content:  # for the processes and the pages of nbgrader that this one starts
            os.environ[VARIABLE] = content
        command(course, **kwargs)

    return with_error_messages(run)


def on_classroom(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that name a class, and hand it over as the first argument."""

    @click.option(
        "--course",
        "folder",
        type=click.Path(path_type=Path),
        help="Course folder (default: course/).",
    )
    @click.option(
        "--db",
        envvar="GRADER_DB",
        help="Gradebook URL (default: SQLite in the course folder); or GRADER_DB.",
    )
    @functools.wraps(command)
    def run(course: Course, folder: Path | None, db: str | None, **kwargs: Any) -> None:
        from grader.instructor import rights
        from grader.instructor.classroom import Classroom

        classroom = Classroom.at(folder, db, course)
        if command.__name__ in LOOKERS:
            command(classroom, **kwargs)
            return
        if command.__name__ in MAKERS:
            rights.make(classroom.folder)
        classroom.check()
        message = rights.close(classroom.folder)
        if message:
            click.echo(message)
        with rights.private(classroom.folder):
            command(classroom, **kwargs)

    return on_course(run)


def for_each(items: list[Any], do: Callable[[Any], int]) -> int:
    """Do something for each assignment; return how many a person has to look at.

    One that cannot be done stops no other. Raises CourseError where it is the only one.
    """
    look_count = 0
    for item in items:
        try:
            look_count += do(item)
        except Interrupted:
            raise
        except CourseError as error:
            if len(items) == 1:
                raise
            click.echo(f"grader: {error}", err=True)
            look_count += 1
    return look_count


assignment_names = click.argument("names", metavar="[ASSIGNMENT]...", nargs=-1)


def on_grading(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what says which submissions are graded, and how; hand the gradings over first."""

    @assignment_names
    @click.option("--unsafe", is_flag=True, help="Run the students' code without a sandbox.")
    @click.option(
        "--student",
        "students",
        multiple=True,
        metavar="NAME",
        help="Grade this student alone; may be given again.",
    )
    @click.option(
        "--workers",
        type=click.IntRange(1),
        help="Submissions at the same time (default: one for each core).",
    )
    @click.option(
        "--scheduler",
        metavar="ADDRESS",
        default="",
        help="Let the workers of this Dask scheduler grade: tls://HOST:8786.",
    )
    @functools.wraps(command)
    def run(
        classroom: Classroom,
        names: tuple[str, ...],
        unsafe: bool,
        students: tuple[str, ...],
        workers: int | None,
        scheduler: str,
        **kwargs: Any,
    ) -> None:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when numpy is loaded
        from grader.instructor.classroom import Grading, cores, notebooks_handed_in

        gradings = [
            Grading(
                classroom,
                notebook.assignment,
                unsafe=unsafe,
                workers=workers or cores(),
                students=students,
                scheduler=scheduler,
            )
            for notebook in notebooks_handed_in(classroom, names)
        ]
        command(gradings, **kwargs)

    return on_classroom(run)
