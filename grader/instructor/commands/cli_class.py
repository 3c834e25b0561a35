"""The verbs of `grader` round a class: who is in it, what comes in, and what goes out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.instructor.commands.options import FILE, assignment_names, on_classroom, on_course
from grader.instructor.courses import notebooks

if TYPE_CHECKING:
    from grader.instructor.classroom import Classroom
    from grader.instructor.gradescope.results import Visibility
    from grader.judge.course import Course

IN_FILE = click.Path(path_type=Path)


def _is_wanted(yes: bool, question: str) -> Callable[[], bool]:
    """Return what asks whether something is written; without a terminal it is not."""

    def ask() -> bool:
        if yes or not sys.stdin.isatty():
            return yes
        return click.confirm(question)

    return ask


@click.command()
@click.argument("file", type=IN_FILE)
@click.option("--yes", is_flag=True, help="Write it without asking.")
@on_classroom
def roster(classroom: Classroom, file: Path, yes: bool) -> None:
    """Add the people of FILE to the class: course/roster.csv and the gradebook.

    FILE is a table that a learning platform exports, or your own, with columns such as student,
    last name, first name, email, section, group. What changes is shown first. Nobody is removed.
    """
    from grader.instructor.commands.roster import add

    add(classroom, file, click.echo, _is_wanted(yes, "Write this into the roster?"))


@click.command()
@click.argument("download", metavar="FILE|FOLDER", type=IN_FILE)
@click.argument("name", metavar="ASSIGNMENT")
@click.option("--roster", "roster_file", type=IN_FILE, help="Add the people of this file first.")
@click.option("--platform", default="", help="Whose download it is, where its names do not say.")
@click.option(
    "--timezone",
    default="",
    help="The zone of times without one, such as Europe/Berlin (default: this machine's).",
)
@click.option("--yes", is_flag=True, help="Write it without asking.")
@on_classroom
def collect(
    classroom: Classroom,
    download: Path,
    name: str,
    roster_file: Path | None,
    platform: str,
    timezone: str,
    yes: bool,
) -> None:
    """Put what a learning platform gives into course/submitted/.

    What would be done is shown first. Nothing is written over: the last version before the deadline
    counts, and others are kept in course/earlier/.
    """
    from grader.instructor.commands.collect import Collecting, collect

    (notebook,) = notebooks(classroom.course, (name,))
    how = Collecting(classroom, notebook, download, roster_file, platform, timezone)
    look_count = collect(how, click.echo, _is_wanted(yes, "Write this into course/submitted/?"))
    sys.exit(1 if look_count else 0)


@click.command()
@click.argument("name", metavar="[ASSIGNMENT]", default="")
@click.argument("time", metavar="[TIME]", default="")
@click.option("--student", "students", multiple=True, metavar="NAME", help="May be given again.")
@click.option(
    "--extend", default="", metavar="SPAN", help='What is added: "2 days"; 0 takes it away.'
)
@click.option("--late-days", type=click.IntRange(0), help="Spend so many days of each student.")
@on_classroom
def deadline(
    classroom: Classroom,
    name: str,
    time: str,
    students: tuple[str, ...],
    extend: str,
    late_days: int | None,
) -> None:
    """Show or set when assignments are due, and what is added for single students.

    TIME is such as "2026-12-01 23:59 Europe/Berlin", without a zone UTC; "none" takes it away.
    With --late-days each student has so many days in the whole course, which late work uses up in
    the order of the due dates, as extensions.
    """
    from grader.instructor.commands.deadline import Request, deadline

    assignment = notebooks(classroom.course, (name,))[0].assignment if name else ""
    request = Request(assignment, time, students, extend, late_days)
    for line in deadline(classroom, request):
        click.echo(line)


@click.command()
@assignment_names
@click.option("--to", type=FILE, help="File to write (default: in the course folder).")
@click.option("--bom", is_flag=True, help="Begin with a byte order mark, for spreadsheets.")
@click.option("--wide", is_flag=True, help="A row a student, a column an exercise.")
@click.option("--pseudonyms", is_flag=True, help="Without names: pseudonyms in place of ids.")
@click.option("--like", type=IN_FILE, help="Fill this sheet, which a learning platform exported.")
@click.option("--column", default="", help="The sheet's column, where its name is another one.")
@on_classroom
def export(
    classroom: Classroom,
    names: tuple[str, ...],
    to: Path | None,
    bom: bool,
    wide: bool,
    pseudonyms: bool,
    like: Path | None,
    column: str,
) -> None:
    """Write all grades as CSV, or into a learning platform's own sheet."""
    from grader.instructor.commands.export import Order, export

    wanted = notebooks(classroom.course, names) if names else []
    order = Order(classroom, wanted, to, bom, wide, like, column, pseudonyms)
    look_count = export(order, click.echo)
    sys.exit(1 if look_count else 0)


@click.command("class")
@assignment_names
@on_classroom
def class_page(classroom: Classroom, names: tuple[str, ...]) -> None:
    """Write the class at a glance, course/class.html: points, whom to look at, mistakes."""
    from grader.instructor.classroom import notebooks_handed_in
    from grader.instructor.report.class_page import as_text, write_class_page

    path = classroom.folder / "class.html"
    wanted = notebooks_handed_in(classroom, names)
    for line in as_text(*write_class_page(classroom, wanted, path)):
        click.echo(line)
    click.echo(f"wrote {path}")


@click.command()
@click.argument("name", metavar="ASSIGNMENT")
@click.option("-o", "--output", type=FILE, help="File to write (default: in dist/).")
@click.option(
    "--visibility",
    type=click.Choice(("visible", "after_due_date", "after_published", "hidden")),
    default="visible",
    show_default=True,
    help="When students see the tests and their points.",
)
@on_course
def gradescope(course: Course, name: str, output: Path | None, visibility: Visibility) -> None:
    """Write the zip file of an autograder for Gradescope, which grades ASSIGNMENT sealed.

    It holds the reference answers: it is for Gradescope and for you alone.
    """
    from grader.instructor.commands.gradescope import gradescope

    (notebook,) = notebooks(course, (name,))
    for line in gradescope(notebook, visibility, output):
        click.echo(line)


@click.command()
@click.argument("file", type=IN_FILE)
@on_classroom
def archive(classroom: Classroom, file: Path) -> None:
    """Write the whole course folder, with its gradebook, into the new zip file FILE."""
    from grader.instructor.commands.archive import archive

    sys.exit(1 if archive(classroom, file, click.echo) else 0)


@click.command()
@click.argument("file", type=IN_FILE)
@on_classroom
def restore(classroom: Classroom, file: Path) -> None:
    """Bring an archive back, into a course folder that is new or empty: --course DIR."""
    from grader.instructor.commands.archive import restore

    restore(classroom, file, click.echo)


@click.command()
@click.argument("student")
@click.option("--yes", is_flag=True, help="Remove it without asking.")
@on_classroom
def forget(classroom: Classroom, student: str, yes: bool) -> None:
    """Remove all that is kept of STUDENT: work, grades, feedback, name. It is shown first.

    Reports and tables of the whole class go as well, since they name the student.
    """
    from grader.instructor.commands.forget import forget

    question = f"Remove all this? It cannot be taken back. {student}"
    sys.exit(1 if forget(classroom, student, click.echo, _is_wanted(yes, question)) else 0)


VERBS = (
    class_page,
    roster,
    collect,
    deadline,
    export,
    gradescope,
    archive,
    restore,
    forget,
)
