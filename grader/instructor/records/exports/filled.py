"""A learning platform's own sheet, filled with the points of a class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from grader.instructor.classroom import Classroom
from grader.instructor.platforms.downloads.arrival import Person
from grader.instructor.platforms.matching import Matcher, Unmatched, rows_for
from grader.instructor.platforms.roster import RosterRow
from grader.instructor.platforms.sheets.layout import GradeColumn, number_of
from grader.instructor.platforms.sheets.sheet import Sheet, fill, points_text, problem_of_total
from grader.instructor.records import gradebook
from grader.instructor.records.arrivals.collected import collected
from grader.instructor.records.lateness.deadlines import Deadlines, deadlines_of
from grader.instructor.records.people import Roster, known_students
from grader.instructor.records.standings import Standing
from grader.judge.course import Notebook

ROUNDING = 0.005  # of a sheet's grades, which have two digits
LISTED = 10  # grades that change and are named


@dataclass
class Result:
    """A filled sheet.

    content: its bytes; rows: the index of each student's row; written: how many points it got;
    looks: what a person has to look at; notes: what else is to be known.
    """

    content: bytes = b""
    rows: dict[str, int] = field(default_factory=dict)
    written: int = 0
    looks: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def filled(classroom: Classroom, sheet: Sheet, columns: Mapping[str, GradeColumn]) -> Result:
    """Return a sheet with the points of assignments in their columns.

    Who has not handed in gets 0, once the assignment is graded and due; a grade that is there is
    not replaced by that. Who handed in and is not graded stays as it was. Raises CourseError where
    the gradebook or the roster cannot be read.
    """
    result = Result()
    result.rows = _rows(classroom, sheet, columns, result)
    points: dict[GradeColumn, dict[int, float | None]] = {}
    comments: dict[int, str] = {}
    for assignment, column in columns.items():
        standings = {
            each.student: each
            for each in gradebook.standings(classroom, assignment)
            if each.is_graded
        }
        ungraded = [student for student in result.rows if student not in standings]
        here = {each for each in ungraded if classroom.is_handed_in(each, assignment)}
        result.looks += _problems(assignment, column, standings, result.rows, here)
        result.notes += _notes(assignment, standings, result.rows)
        names = sorted(set(ungraded) - here) if standings else []
        absent = _Absent(assignment, names, deadlines_of(classroom, assignment))
        points[column] = _zeros(absent, sheet, column, result.rows, result)
        for student, row in result.rows.items():
            if student in standings:
                standing = standings[student]
                points[column][row] = standing.points
                notebook = classroom.course.by_assignment[assignment]
                comments[row] = comment_of(standing, notebook)
        result.notes += _changes(sheet, column, points[column])
    answer = fill(sheet, points, comments)
    result.content = answer.content
    result.written = sum(map(len, points.values())) - len(answer.left)
    # What a teacher has set in Canvas (excused, not assigned) is as it should be.
    of_left = result.notes if sheet.layout.platform == "canvas" else result.looks
    for row, reason in answer.left.items():
        of_left.append(f"line {sheet.table.line(row)} was left as it is: {reason}")
    return result


def _rows(
    classroom: Classroom, sheet: Sheet, assignments: Iterable[str], result: Result
) -> dict[str, int]:
    """Return the row of each student; whom nobody knows, and doubles, are noted in the result."""
    matcher = Matcher(_known(classroom, sheet, assignments))
    rows: dict[str, list[int]] = defaultdict(list)
    for row, person in sheet.layout.people.items():
        try:
            rows[matcher.student(person)].append(row)
        except Unmatched as error:
            result.looks.append(f"line {sheet.table.line(row)} was left as it is: {error}")
    for student, places in list(rows.items()):
        if len(places) > 1:
            lines = " and ".join(str(sheet.table.line(row)) for row in rows.pop(student))
            result.looks.append(f"lines {lines} were left as they are: both may be {student}")
    return {student: row for student, (row,) in rows.items()}


def _known(classroom: Classroom, sheet: Sheet, assignments: Iterable[str]) -> Iterator[RosterRow]:
    """Yield by what students are known: the roster, and what downloads said of them.

    A number counts on the platform alone whose number it is.
    """
    platform = sheet.layout.platform
    people: dict[str, set[Person]] = defaultdict(set)
    for assignment in assignments:
        for student, entry in collected(classroom, assignment).items():
            if entry["platform"] == platform:
                people[student].add(Person(entry["name"], entry["number"]))
    yield from rows_for(platform, Roster.of(classroom).rows or known_students(classroom))
    for student, each in people.items():
        for person in each:
            yield RosterRow(student, person=person)


def _problems(
    assignment: str,
    column: GradeColumn,
    standings: Mapping[str, Standing],
    rows: Mapping[str, int],
    ungraded: Collection[str],
) -> Iterator[str]:
    """Yield what a person has to look at in one assignment. ungraded: who handed in for that."""
    if not standings:
        yield f"nothing is graded of {assignment}: its column was left as it is"
        return
    total = next(iter(standings.values())).max_points
    problem = problem_of_total(column, total)
    if problem:
        yield f"{problem} The points were written as they are"
    missing = sorted(standings.keys() - rows.keys())
    if missing:
        yield f"not in the sheet, with points of {assignment}: {', '.join(missing)}"
    if ungraded:
        yield f"handed in {assignment} and not graded yet: {', '.join(sorted(ungraded))}"


def _notes(
    assignment: str, standings: Mapping[str, Standing], rows: Mapping[str, int]
) -> Iterator[str]:
    """Yield whose points are not complete."""
    waiting = [student for student in rows if student in standings and standings[student].wait]
    if waiting:
        yield f"{len(waiting)} still wait for points by hand in {assignment}"


def _zeros(
    absent: _Absent, sheet: Sheet, column: GradeColumn, rows: Mapping[str, int], result: Result
) -> dict[int, float | None]:
    """Return the rows of those who get 0, since they have not handed in."""
    zeros: dict[int, float | None] = {}
    early, kept = [], []
    for student in absent.students:
        old = sheet.table.value(rows[student], column.index).strip()
        if not absent.is_due(student):
            early.append(student)
        elif old and number_of(old) not in (None, 0.0):
            kept.append(f"{student} ({old})")
        else:
            zeros[rows[student]] = 0.0
    names = [student for student in absent.students if rows[student] in zeros]
    if names:
        result.notes.append(f"not handed in, 0 points of {absent.assignment}: {', '.join(names)}")
    if early:
        result.notes.append(
            f"not handed in {absent.assignment}, and not due yet: {', '.join(early)}"
        )
    if kept:
        result.looks.append(
            f"not handed in {absent.assignment}, and a grade is there, which stays: "
            f"{', '.join(kept)}"
        )
    return zeros


@dataclass(frozen=True)
class _Absent:
    """Who of a sheet has handed in nothing of an assignment that is graded, sorted."""

    assignment: str
    students: Sequence[str]
    deadlines: Deadlines

    def is_due(self, student: str) -> bool:
        """Tell whether the student's deadline is over; without one it is."""
        deadline = self.deadlines.of(student)
        return deadline is None or deadline < datetime.now(UTC).replace(tzinfo=None)


def _changes(
    sheet: Sheet, column: GradeColumn, points: Mapping[int, float | None]
) -> Iterator[str]:
    """Yield which grades that are there become others."""
    changes = []
    for row, value in points.items():
        old = sheet.table.value(row, column.index).strip()
        number = number_of(old)
        if value is not None and old and (number is None or abs(number - value) >= ROUNDING):
            changes.append(f"line {sheet.table.line(row)} {old} -> {points_text(value)}")
    if changes:
        more = f" and {len(changes) - LISTED} more" if len(changes) > LISTED else ""
        yield f"{column.name}: grades that change: {', '.join(changes[:LISTED])}{more}"


def comment_of(standing: Standing, notebook: Notebook) -> str:
    """Return a student's points in one line, with what is lost where."""
    cells = standing.by_exercise
    names = [name for name in (*notebook.by_name, *notebook.essay_names) if name in cells]
    lost = [
        f"{name} {cells[name].points:g} of {cells[name].max_score:g}"
        for name in names
        if cells[name].is_scored and cells[name].points < cells[name].max_score
    ]
    parts = [f"{standing.points:g} of {standing.max_points:g} points"]
    if lost:
        parts.append(", ".join(lost))
    parts += [*standing.notes, *([standing.wait] if standing.wait else [])]
    return "; ".join(parts)
