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


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cnn-gradients")
def main() -> None:
    """Run the course: verify it, release it, grade a class."""


def told(command: Callable[..., Any]) -> Callable[..., Any]:
    """End with one message and status 1 instead of a traceback when the course or the request is at fault."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        from grader.instructor.classroom import CourseError

        try:
            command(*args, **kwargs)
        except CourseError as error:
            click.echo(f"grader: {error}", err=True)
            sys.exit(1)
        except BrokenPipeError:  # whoever read our lines has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except OSError as error:  # a full disk, a folder without permission: never a score
            where = error.filename or "a file"
            click.echo(
                f"grader: {where} cannot be read or written: {error.strerror}. Mend that and run the command again.",
                err=True,
            )
            sys.exit(1)

    return run


def on_course(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that name a course, and hand it over as the first argument."""

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

    return told(run)


assignments = click.argument("names", metavar="[ASSIGNMENT]...", nargs=-1)


@main.command()
@assignments
@click.option(
    "--seeds", default=1000, show_default=True, help="Draws of fresh cases for the references."
)
@click.option(
    "--mistake-seeds",
    default=200,
    show_default=True,
    help="Draws of fresh cases for every mistake.",
)
@told
def verify(names: tuple[str, ...], seeds: int, mistake_seeds: int) -> None:
    """Check that references earn everything, stubs nothing, and every mistake is caught and named."""
    from grader.instructor import classroom
    from grader.instructor.commands.verify import verify

    problems = 0
    for assignment in classroom.assignments(names):
        for finding in verify(assignment, seeds, mistake_seeds):
            click.echo(
                f"{assignment}  {finding.what:12}  {finding.seen if not finding.problems else 'NOT RIGHT'}"
            )
            for problem in finding.problems:
                click.echo(f"    {problem}")
            problems += len(finding.problems)
    click.echo(
        f"{problems} problem{'' if problems == 1 else 's'} found"
        if problems
        else "everything holds"
    )
    sys.exit(1 if problems else 0)


@main.command()
@click.argument("name", metavar="ASSIGNMENT")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File to write.",
)
@told
def solve(name: str, output: Path) -> None:
    """Write the assignment's notebook with the reference answers filled in."""
    from grader.instructor import classroom
    from grader.instructor.author.notebook import dumps, solve
    from grader.instructor.files import write_atomically

    (assignment,) = classroom.assignments((name,))
    write_atomically(output, dumps(solve(assignment)))
    click.echo(f"wrote {output}")


@main.command()
@assignments
@click.option(
    "--assignment-list",
    is_flag=True,
    help="Let the kit bring nbgrader: students hand in through JupyterLab.",
)
@on_course
def release(course: Classroom, names: tuple[str, ...], assignment_list: bool) -> None:
    """Write the students' notebooks and the student kit into course/release/.

    Without a name: all but 6-capstone, whose layers.py answers the others. Release it by name once they are closed.
    """
    from grader.instructor import classroom
    from grader.instructor.commands.release import release

    for line in release(course, classroom.to_release(names), assignment_list):
        click.echo(line)


@main.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("dist"),
    show_default=True,
)
@told
def wheels(output: Path) -> None:
    """Build the students' wheel, and the instructor's for machines without a clone."""
    from grader.instructor.kit.wheels import build

    for path in build(output):
        click.echo(f"wrote {path}")


@main.command()
@assignments
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
@on_course
def grade(
    course: Classroom,
    names: tuple[str, ...],
    force: bool,
    unsafe: bool,
    students: tuple[str, ...],
    workers: int | None,
) -> None:
    """Grade course/submitted/ into the gradebook and course/autograded/, sealed."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when numpy is loaded
    from grader.instructor import classroom
    from grader.instructor.classroom import Grading
    from grader.instructor.commands.grade import grade

    workers = workers or classroom.cores()
    runs = [
        Grading(course, name, unsafe, force, workers, students)
        for name in classroom.handed_in(course, names)
    ]
    looks = sum(grade(run, click.echo) for run in runs)
    click.echo(f"{looks} to look at: see above" if looks else "all graded")
    sys.exit(1 if looks else 0)


@main.command()
@assignments
@on_course
def report(course: Classroom, names: tuple[str, ...]) -> None:
    """Show how a class did, and write the same as a page: course/report-ASSIGNMENT.html."""
    from grader.instructor import classroom
    from grader.instructor.classroom import Grading
    from grader.instructor.commands.report import as_text, gather, write_page

    for assignment in classroom.handed_in(course, names):
        found = gather(Grading(course, assignment))
        for line in as_text(found):
            click.echo(line)
        path = course.folder / f"report-{assignment}.html"
        write_page(found, path)
        click.echo(f"wrote {path}")


@main.command()
@click.argument("student")
@click.argument("name", metavar="ASSIGNMENT")
@click.option("--unsafe", is_flag=True, help="Run the student's code without a sandbox.")
@on_course
def explain(course: Classroom, student: str, name: str, unsafe: bool) -> None:
    """Replay a grade from its seed: the verdicts, and the rule that decided."""
    from grader.instructor import classroom
    from grader.instructor.classroom import Grading
    from grader.instructor.commands.explain import explain

    (assignment,) = classroom.assignments((name,))
    for line in explain(Grading(course, assignment, unsafe), student):
        click.echo(line)


@main.command()
@assignments
@on_course
def feedback(course: Classroom, names: tuple[str, ...]) -> None:
    """Write a feedback page for every graded submission into course/feedback/."""
    from grader.instructor import classroom
    from grader.instructor.commands.feedback import feedback

    failed = sum(
        feedback(course, assignment, click.echo)
        for assignment in classroom.handed_in(course, names)
    )
    click.echo(f"{failed} could not be written: see above" if failed else "all written")
    sys.exit(1 if failed else 0)


@main.command()
@click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write (default: course/grades.csv).",
)
@on_course
def export(course: Classroom, to: Path | None) -> None:
    """Write all grades as CSV."""
    from grader.instructor.records import gradebook

    gradebook.export(course, to or course.grades)
    click.echo(f"wrote {to or course.grades}")


@main.command()
@told
def doctor() -> None:
    """Say what sealed grading can rely on here, and what to install."""
    from grader.instructor.sandbox.probes import diagnose

    good = True
    for what, seen, good in diagnose():
        click.echo(f"{'  ' if good else '! '}{what:26} {seen}")
    sys.exit(0 if good else 1)  # the last line says whether grading works


@main.command()
@click.option("--all", "every", is_flag=True, help="Play the whole class, through all assignments.")
@on_course
def demo(course: Classroom, every: bool) -> None:
    """Play a class through 1-affine: release, submit, grade, feedback, and compare with the points known beforehand."""
    from grader.instructor.commands.demo import play

    sys.exit(0 if play(course, click.echo, every) else 1)
