"""The command `grader`. Each verb imports what it needs when it runs: --help answers at once."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from grader.instructor.classroom import Classroom

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cnn-gradients")
def main() -> None:
    """Run the course: verify it, release it, grade a class."""


def with_error_messages(command: Callable[..., Any]) -> Callable[..., Any]:
    """End with one message and status 1, and not with a traceback.

    That is for a course or a request at fault, and for files that cannot be read or written.
    """

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        from grader.instructor.classroom import CourseError

        try:
            command(*args, **kwargs)
        except CourseError as error:
            click.echo(f"grader: {error}", err=True)
            sys.exit(1)
        except BrokenPipeError:  # whoever read our lines has ended
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except OSError as error:  # a full disk, a folder without permission: never a score
            where = error.filename or "a file"
            message = f"{where} cannot be read or written: {error.strerror}."
            click.echo(f"grader: {message} Mend that and run the command again.", err=True)
            sys.exit(1)

    return run


def on_classroom(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that name a class, and hand it over as the first argument."""

    @click.option(
        "--course",
        "folder",
        type=click.Path(path_type=Path),
        help="Course folder (default: course/).",
    )
    @click.option("--db", help="Gradebook URL (default: SQLite in the course folder).")
    @functools.wraps(command)
    def run(folder: Path | None, db: str | None, **kwargs: Any) -> None:
        from grader.instructor.classroom import Classroom

        command(Classroom.at(folder, db), **kwargs)

    return with_error_messages(run)


assignment_names = click.argument("names", metavar="[ASSIGNMENT]...", nargs=-1)


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
@with_error_messages
def verify(names: tuple[str, ...], seeds: int, mistake_seeds: int) -> None:
    """Check that references earn everything, stubs nothing, and every mistake is caught and
    named.
    """
    from grader.instructor.classroom import assignments
    from grader.instructor.commands.verify import verify

    problem_count = 0
    for assignment in assignments(names):
        for finding in verify(assignment, seeds, mistake_seeds):
            summary = "NOT RIGHT" if finding.problems else finding.summary
            click.echo(f"{assignment}  {finding.what:12}  {summary}")
            for problem in finding.problems:
                click.echo(f"    {problem}")
            problem_count += len(finding.problems)
    if problem_count == 0:
        click.echo("everything holds")
        sys.exit(0)
    click.echo(f"{problem_count} problem{'' if problem_count == 1 else 's'} found")
    sys.exit(1)


@main.command()
@click.argument("name", metavar="ASSIGNMENT")
@click.option("-o", "--output", type=FILE, required=True, help="File to write.")
@with_error_messages
def solve(name: str, output: Path) -> None:
    """Write the assignment's notebook with the reference answers filled in."""
    from grader.instructor.author.notebook import dumps, solve
    from grader.instructor.classroom import assignments
    from grader.instructor.files import write_atomically

    (assignment,) = assignments((name,))
    write_atomically(output, dumps(solve(assignment)))
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

    Without a name: all but 6-capstone, whose layers.py answers the others. Release it by name
    once they are closed.
    """
    from grader.instructor.classroom import assignments_to_release
    from grader.instructor.commands.release import release

    for line in release(classroom, assignments_to_release(names), assignment_list):
        click.echo(line)


@main.command()
@click.option("-o", "--output", type=FOLDER, default=Path("dist"), show_default=True)
@with_error_messages
def wheels(output: Path) -> None:
    """Build the students' wheel, and the instructor's for machines without a clone."""
    from grader.instructor.kit.wheels import build

    for path in build(output):
        click.echo(f"wrote {path}")


@main.command()
@assignment_names
@click.option("--force", is_flag=True, help="Grade unchanged submissions again.")
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
@on_classroom
def grade(
    classroom: Classroom,
    names: tuple[str, ...],
    force: bool,
    unsafe: bool,
    students: tuple[str, ...],
    workers: int | None,
) -> None:
    """Grade course/submitted/ into the gradebook and course/autograded/, sealed."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when numpy is loaded
    from grader.instructor.classroom import Grading, assignments_handed_in, cores
    from grader.instructor.commands.grade import grade

    workers = workers or cores()
    look_count = 0
    for assignment in assignments_handed_in(classroom, names):
        grading = Grading(classroom, assignment, unsafe, force, workers, students)
        look_count += grade(grading, click.echo)
    click.echo(f"{look_count} to look at: see above" if look_count else "all graded")
    sys.exit(1 if look_count else 0)


@main.command()
@assignment_names
@on_classroom
def report(classroom: Classroom, names: tuple[str, ...]) -> None:
    """Show how a class did, and write the same as a page: course/report-ASSIGNMENT.html."""
    from grader.instructor.classroom import Grading, assignments_handed_in
    from grader.instructor.commands.report import as_text, gather, write_page

    for assignment in assignments_handed_in(classroom, names):
        results = gather(Grading(classroom, assignment))
        for line in as_text(results):
            click.echo(line)
        path = classroom.folder / f"report-{assignment}.html"
        write_page(results, path)
        click.echo(f"wrote {path}")


@main.command()
@click.argument("student")
@click.argument("name", metavar="ASSIGNMENT")
@click.option("--unsafe", is_flag=True, help="Run the student's code without a sandbox.")
@on_classroom
def explain(classroom: Classroom, student: str, name: str, unsafe: bool) -> None:
    """Replay a grade from its seed: the verdicts, and the rule that decided."""
    from grader.instructor.classroom import Grading, assignments
    from grader.instructor.commands.explain import explain

    (assignment,) = assignments((name,))
    for line in explain(Grading(classroom, assignment, unsafe), student):
        click.echo(line)


@main.command()
@assignment_names
@on_classroom
def feedback(classroom: Classroom, names: tuple[str, ...]) -> None:
    """Write a feedback page for every graded submission into course/feedback/."""
    from grader.instructor.classroom import assignments_handed_in
    from grader.instructor.commands.feedback import feedback

    failed = 0
    for assignment in assignments_handed_in(classroom, names):
        failed += feedback(classroom, assignment, click.echo)
    click.echo(f"{failed} could not be written: see above" if failed else "all written")
    sys.exit(1 if failed else 0)


@main.command()
@click.option("--to", type=FILE, help="File to write (default: course/grades.csv).")
@on_classroom
def export(classroom: Classroom, to: Path | None) -> None:
    """Write all grades as CSV."""
    from grader.instructor.records import gradebook

    path = to or classroom.grades
    gradebook.export(classroom, path)
    click.echo(f"wrote {path}")


@main.command()
@with_error_messages
def doctor() -> None:
    """Say what sealed grading can rely on here, and what to install."""
    from grader.instructor.sandbox.probes import diagnose

    is_good = True
    for what, description, is_good in diagnose():
        click.echo(f"{'  ' if is_good else '! '}{what:26} {description}")
    sys.exit(0 if is_good else 1)  # the last line says whether grading works


@main.command()
@click.option("--all", "every", is_flag=True, help="Play the whole class, through all assignments.")
@on_classroom
def demo(classroom: Classroom, every: bool) -> None:
    """Play a class through 1-affine: release, submit, grade, feedback, and compare with the
    points known beforehand.
    """
    from grader.instructor.commands.demo import play

    sys.exit(0 if play(classroom, click.echo, every) else 1)
