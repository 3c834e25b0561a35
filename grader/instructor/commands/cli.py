"""The command `grader`. Each verb imports what it needs when it runs: --help answers at once."""

from __future__ import annotations

import functools
import io
import os
import sys
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from grader.instructor.courses import (
    DISTRIBUTION,
    VARIABLE,
    CourseError,
    Interrupted,
    find_course,
    notebooks,
)

if TYPE_CHECKING:
    from grader.instructor.classroom import Classroom, Grading
    from grader.judge.course import Course, Notebook

FILE = click.Path(path_type=Path, dir_okay=False)
MAKERS = ("release", "demo")  # commands that make a course folder
LOOKERS = ("doctor",)  # commands that change nothing, and need no course folder
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=DISTRIBUTION)
def main() -> None:
    """Run the course: verify it, release it, grade a class."""
    # What a student wrote may have letters that a file or a pipe on Windows does not take.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


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


@main.command()
@assignment_names
@click.option(
    "--seeds",
    default=1000,
    show_default=True,
    help="Draws of fresh cases for the references.",
)
@click.option(
    "--mistake-seeds",
    default=200,
    show_default=True,
    help="Draws of fresh cases for every mistake.",
)
@on_course
def verify(course: Course, names: tuple[str, ...], seeds: int, mistake_seeds: int) -> None:
    """Check that references earn everything, stubs nothing, and every mistake is caught and
    named.
    """
    from grader.instructor.commands.verify import verify

    problem_count = 0
    for notebook in notebooks(course, names):
        for finding in verify(notebook, seeds, mistake_seeds):
            summary = "NOT RIGHT" if finding.problems else finding.summary
            click.echo(f"{notebook.assignment}  {finding.what:12}  {summary}")
            for problem in finding.problems:
                click.echo(f"    {problem}")
            problem_count += len(finding.problems)
    if problem_count == 0:
        click.echo("everything holds")
        sys.exit(0)
    click.echo(f"{problem_count} problem{'' if problem_count == 1 else 's'} found")
    sys.exit(1)


@main.command()
@assignment_names
@on_course
def fingerprints(course: Course, names: tuple[str, ...]) -> None:
    """Write the tables of fingerprints, and layers.py, where a reference or a mistake changed."""
    from grader.instructor.commands.fingerprints import fingerprints

    for notebook in notebooks(course, names):
        for line in fingerprints(notebook):
            click.echo(line)


@main.command()
@click.argument("name", metavar="ASSIGNMENT")
@click.option("-o", "--output", type=FILE, required=True, help="File to write.")
@click.option(
    "--student",
    default="ada",
    show_default=True,
    metavar="ID",
    help="Whose id it says, and whose numbers it has where these are worked out by hand.",
)
@on_course
def solve(course: Course, name: str, output: Path, student: str) -> None:
    """Write the assignment's notebook with the reference answers filled in."""
    from grader.instructor.author.notebook import dumps, solve
    from grader.notebook.whole_file import write_atomically

    (notebook,) = notebooks(course, (name,))
    write_atomically(output, dumps(solve(notebook, student)))
    click.echo(f"wrote {output}")


@main.command()
@assignment_names
@click.option(
    "--assignment-list",
    is_flag=True,
    help="Let the kit bring nbgrader: students hand in through JupyterLab.",
)
@on_classroom
def release(classroom: Classroom, names: tuple[str, ...], assignment_list: bool) -> None:
    """Write the students' notebooks and the student kit into course/release/.

    Without a name: all but those whose layers.py answers the others. Release these by name once
    the others are closed.
    """
    from grader.instructor.classroom import notebooks_to_release
    from grader.instructor.commands.release import release

    released = notebooks_to_release(classroom.course, names)
    for line in release(classroom, released, assignment_list):
        click.echo(line)
    _end_if_open(classroom)


def _end_if_open(classroom: Classroom) -> None:
    """End with 1 where classmates can read what is an instructor's."""
    from grader.instructor.commands.private_places import open_to_others

    problem = open_to_others(classroom)
    if problem:
        click.echo(f"grader: {problem}", err=True)
        sys.exit(1)


@main.command()
@click.option("-o", "--output", type=FOLDER, default=Path("dist"), show_default=True)
@with_error_messages
def wheels(output: Path) -> None:
    """Build the students' wheel, and the instructor's for machines without a clone."""
    from grader.instructor.kit.wheels import build

    for path in build(output):
        click.echo(f"wrote {path}")


@main.command()
@on_grading
def grade(gradings: list[Grading]) -> None:
    """Grade course/submitted/ into the gradebook and course/autograded/, sealed.

    What has not changed is left as it is. Where the course has changed, that is said: see regrade.
    """
    from grader.instructor.commands.grade import grade

    look_count = for_each(gradings, lambda grading: grade(grading, click.echo))
    click.echo(f"{look_count} to look at: see above" if look_count else "all graded")
    sys.exit(1 if look_count else 0)


@main.command()
@click.option("--yes", is_flag=True, help="Write the new points without asking.")
@on_grading
def regrade(gradings: list[Grading], yes: bool) -> None:
    """Grade everything again: show who gains and who loses, and write it if you say so.

    For when cases, points, references, tables or limits of the course have changed. Points by
    hand and comments stay.
    """
    from grader.instructor.commands.regrade import regrade

    def is_wanted(is_any: bool) -> bool:
        if yes or not is_any or not sys.stdin.isatty():
            return yes
        return click.confirm("Write these points into the gradebook?")

    look_count = for_each(gradings, lambda grading: regrade(grading, click.echo, is_wanted))
    sys.exit(1 if look_count else 0)


@main.command()
@assignment_names
@on_classroom
def report(classroom: Classroom, names: tuple[str, ...]) -> None:
    """Show how a class did, and write the same as a page: course/report-ASSIGNMENT.html."""
    from grader.instructor.classroom import Grading, notebooks_handed_in
    from grader.instructor.commands.report import as_text, gather, write_page

    def write(notebook: Notebook) -> int:
        results = gather(Grading(classroom, notebook.assignment))
        for line in as_text(results):
            click.echo(line)
        path = classroom.folder / f"report-{notebook.assignment}.html"
        write_page(results, path)
        click.echo(f"wrote {path}")
        return 0

    sys.exit(1 if for_each(notebooks_handed_in(classroom, names), write) else 0)


@main.command()
@click.argument("student")
@click.argument("name", metavar="ASSIGNMENT")
@click.option("--unsafe", is_flag=True, help="Run the student's code without a sandbox.")
@on_classroom
def explain(classroom: Classroom, student: str, name: str, unsafe: bool) -> None:
    """Replay a grade from its seed: the verdicts, and the rule that decided.

    Ends with 1 where the replay differs from the stored verdict.
    """
    from grader.instructor.classroom import Grading
    from grader.instructor.commands.explain import explain

    (notebook,) = notebooks(classroom.course, (name,))
    is_same = explain(Grading(classroom, notebook.assignment, unsafe), student, click.echo)
    sys.exit(0 if is_same else 1)


@main.command()
@assignment_names
@on_classroom
def feedback(classroom: Classroom, names: tuple[str, ...]) -> None:
    """Write a feedback page for every graded submission into course/feedback/."""
    from grader.instructor.classroom import notebooks_handed_in
    from grader.instructor.commands.feedback import feedback

    look_count = for_each(
        notebooks_handed_in(classroom, names),
        lambda notebook: feedback(classroom, notebook.assignment, click.echo),
    )
    click.echo(f"{look_count} to look at: see above" if look_count else "all written")
    sys.exit(1 if look_count else 0)


@main.command()
@click.option("--to", type=FILE, help="File to write (default: course/grades.csv).")
@click.option("--bom", is_flag=True, help="Begin with a byte order mark, for spreadsheets.")
@on_classroom
def export(classroom: Classroom, to: Path | None, bom: bool) -> None:
    """Write all grades as CSV."""
    from grader.instructor.records import grades_csv

    path = to or classroom.grades
    grades_csv.export(classroom, path, bom)
    click.echo(f"wrote {path}")


@main.command()
@click.option("-o", "--output", type=FILE, required=True, help="The page to write (.html).")
@click.option("--filled", is_flag=True, help="With the answers: for after the course is closed.")
@on_course
def sheet(course: Course, output: Path, filled: bool) -> None:
    """Write the summary sheet, one page to print: blank, as the student kit has it, or filled."""
    from grader.instructor.kit.summary_sheet import summary_sheet
    from grader.notebook.whole_file import write_atomically

    write_atomically(output, summary_sheet(course, filled))
    click.echo(f"wrote {output}")


@main.command()
@on_classroom
def doctor(classroom: Classroom) -> None:
    """Say what sealed grading can rely on here, and what to install."""
    from grader.instructor.commands import formgrader
    from grader.instructor.commands.private_places import (
        open_to_others,
        places_to_hide,
        replaceable,
    )
    from grader.instructor.sandbox.probes import diagnose

    places = places_to_hide(classroom) if classroom.folder.is_dir() else {}
    problems = {"rights": open_to_others(classroom), "exchange": replaceable(classroom)}
    lines = [(what, sentence, False) for what, sentence in problems.items() if sentence]
    lines += [("formgrader", *finding) for finding in formgrader.findings(classroom.course)]
    is_whole = all(is_good for _, _, is_good in lines)
    for what, description, is_good in chain(lines, diagnose(classroom.course, places)):
        click.echo(f"{'  ' if is_good else '! '}{what:26} {description}")
    sys.exit(0 if is_good and is_whole else 1)  # the last line says whether grading works


@main.command()
@click.option("--all", "every", is_flag=True, help="Play the whole class, through all assignments.")
@click.option("--unsafe", is_flag=True, help="Grade it without a sandbox.")
@on_classroom
def demo(classroom: Classroom, every: bool, unsafe: bool) -> None:
    """Play a class through the first assignment: release, submit, grade, feedback, and compare
    with the points known beforehand.
    """
    from grader.instructor.commands.demo import play

    sys.exit(0 if play(classroom, click.echo, every, unsafe) else 1)


@main.group()
def new() -> None:
    """Write the skeleton of an exercise, a notebook or a course, which already runs."""


@new.command("exercise")
@click.argument("name")
@click.option("--to", "assignment", required=True, help="The assignment that it is added to.")
@click.option("--arguments", default="", help='What the function takes: "x w b".')
@click.option("--results", default="", help='What it returns: "dx dw".')
@click.option("--forward", default="", help="The exercise whose gradient it computes.")
@click.option("--after", default="", help="The id of the cell below which its cells stand.")
@on_course
def new_exercise(
    course: Course,
    name: str,
    assignment: str,
    arguments: str,
    results: str,
    forward: str,
    after: str,
) -> None:
    """Add an exercise to a notebook: row, cases, reference, mistakes, cells."""
    from grader.instructor.commands.new import exercise

    (notebook,) = notebooks(course, (assignment,))
    for line in exercise(notebook, name, arguments, results, forward, after):
        click.echo(line)


@new.command("notebook")
@click.argument("assignment")
@click.argument("stem")
@on_course
def new_notebook(course: Course, assignment: str, stem: str) -> None:
    """Add a notebook to a course. STEM names its file and its modules."""
    from grader.instructor.commands.new import notebook

    for line in notebook(course, assignment, stem):
        click.echo(line)


@new.command("course")
@click.argument("folder", type=FOLDER)
@with_error_messages
def new_course(folder: Path) -> None:
    """Write a course of one notebook into a new folder, which gives its package the name."""
    from grader.instructor.commands.new import course

    for line in course(folder):
        click.echo(line)
