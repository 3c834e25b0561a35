"""The command `grader`. Each verb imports what it needs when it runs: --help answers at once."""

from __future__ import annotations

import io
import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.instructor.commands import cli_class
from grader.instructor.commands.options import (
    FILE,
    FOLDER,
    assignment_names,
    for_each,
    on_classroom,
    on_course,
    on_grading,
    with_error_messages,
)
from grader.instructor.courses import DISTRIBUTION, notebooks

if TYPE_CHECKING:
    from grader.instructor.classroom import Classroom, Grading
    from grader.judge.course import Course, Notebook


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=DISTRIBUTION)
def main() -> None:
    """Run the course: verify it, release it, grade a class."""
    # What a student wrote may have letters that a file or a pipe on Windows does not take.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


ON_GITHUB = click.option(
    "--repository", default="", metavar="OWNER/NAME", help="On GitHub: links to Colab and Binder."
)

for _verb in cli_class.VERBS:
    main.add_command(_verb)


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
@assignment_names
@click.option("-o", "--output", type=FOLDER, default=Path("dist/site"), show_default=True)
@click.option("--offline", is_flag=True, help="Bring every package, for a place without internet.")
@ON_GITHUB
@click.option("--all", "every", is_flag=True, help="Let the lab have every notebook.")
@on_course
def site(
    course: Course,
    names: tuple[str, ...],
    output: Path,
    offline: bool,
    repository: str,
    every: bool,
) -> None:
    """Write the course as a folder of web pages: the book, and a lab that needs no install.

    The book has every notebook. The lab has those named: by default all but those whose layers.py
    answers the others. It is built in an environment of its own: run `make site`.
    """
    from grader.instructor.classroom import notebooks_to_release
    from grader.instructor.commands.site import Plan, site

    in_lab = list(course.notebooks) if every else notebooks_to_release(course, names)
    for line in site(Plan(course, in_lab, offline, repository), output.resolve()):
        click.echo(line)


@main.command()
@click.option("-o", "--output", type=FOLDER, default=Path("dist"), show_default=True)
@ON_GITHUB
@on_course
def dist(course: Course, output: Path, repository: str) -> None:
    """Write what a release is: wheels, student kit, site and upgrade notes. Run `make dist`."""
    from grader.instructor.commands.dist import dist

    for line in dist(course, output.resolve(), repository):
        click.echo(line)


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
    from grader.instructor.report.gather import gather
    from grader.instructor.report.page import as_text, write_page

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
