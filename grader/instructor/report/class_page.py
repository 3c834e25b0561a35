"""The class at a glance: one page that opens from disk, and in which no script runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from grader.instructor.classroom import Classroom, Grading
from grader.instructor.courses import CourseError
from grader.instructor.records.people import Roster
from grader.instructor.report.gather import Report, StudentResult, gather
from grader.instructor.report.page import SAME, TEMPLATES
from grader.judge.course import Notebook
from grader.notebook.whole_file import write_atomically
from grader.show.render import environment_of

BLOCK = 100  # rows that a browser lays out at once, when they come into sight
SHADES = 5  # of a score's share: the last one is for all points


@dataclass(frozen=True)
class Cell:
    """A score: its words, its shade, from 0 for nothing to SHADES - 1 for all points."""

    words: str
    shade: int | None


@dataclass(frozen=True)
class Row:
    """A student's row. link: of the feedback page, "" where there is none."""

    name: str
    full_name: str
    link: str
    points: str
    cells: tuple[Cell, ...]
    notes: str


@dataclass(frozen=True)
class Block:
    """Some rows of one section, whose name stands above the first of them."""

    section: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Part:
    """One assignment. columns: (name, points) of its exercises and essays."""

    report: Report
    columns: tuple[tuple[str, float], ...]
    blocks: tuple[Block, ...]


def write_class_page(
    classroom: Classroom, notebooks: Sequence[Notebook], path: Path
) -> tuple[list[Report], list[str]]:
    """Write the page on these assignments; return their reports, and which are not graded.

    Raises CourseError where none of them is graded, and OSError.
    """
    roster = Roster.of(classroom)
    parts = []
    problems = []
    for notebook in notebooks:
        try:
            parts.append(_part(classroom, notebook, roster))
        except CourseError as error:
            problems.append(f"{notebook.assignment}: {error}")
    if not parts:
        raise CourseError(problems[0].partition(": ")[2])
    page = environment_of(TEMPLATES).get_template("class.html.j2")
    title = classroom.course.name
    write_atomically(path, page.render(title=title, parts=parts, same=SAME, roster=roster))
    return [part.report for part in parts], problems


def _part(classroom: Classroom, notebook: Notebook, roster: Roster) -> Part:
    grading = Grading(classroom, notebook.assignment)
    report = gather(grading)
    notebook = grading.notebook
    exercises = [(each.name, each.points) for each in notebook.exercises if each.points]
    columns = (*exercises, *((essay.name, essay.points) for essay in notebook.essays))
    in_order = sorted(report.students, key=lambda student: (student.section, student.name))
    blocks: list[Block] = []
    for section, students in groupby(in_order, key=lambda student: student.section):
        rows = [_row(classroom, notebook, student, columns, roster) for student in students]
        for start in range(0, len(rows), BLOCK):
            name = "" if start else section
            blocks.append(Block(name, tuple(rows[start : start + BLOCK])))
    return Part(report, columns, tuple(blocks))


def _row(
    classroom: Classroom,
    notebook: Notebook,
    student: StudentResult,
    columns: Sequence[tuple[str, float]],
    roster: Roster,
) -> Row:
    listed = roster.by_id.get(student.name)
    full_name = f"{listed.last_name}, {listed.first_name}".strip(", ") if listed else ""
    cells = tuple(_cell(student.scores.get(name), points) for name, points in columns)
    page = Path("feedback", student.name, notebook.assignment, f"{notebook.stem}.html")
    link = quote(page.as_posix()) if (classroom.folder / page).is_file() else ""
    return Row(
        student.name,
        full_name,
        link,
        f"{student.points:g}",
        cells,
        "; ".join(student.notes),
    )


def _cell(score: float | None, points: float) -> Cell:
    """Return what is shown of a score; one that a person has still to give has no shade."""
    if score is None:
        return Cell("?", None)
    share = score / points if points else 1.0
    return Cell(f"{score:g}", min(SHADES - 1, max(0, int(share * (SHADES - 1)))))


def as_text(reports: Sequence[Report], problems: Sequence[str]) -> Iterator[str]:
    """Yield the page in short, for a terminal."""
    for report in reports:
        absent = f", {len(report.absent)} not handed in" if report.absent else ""
        yield f"{report.title}{absent}, {len(report.looks)} to look at"
    yield from problems
