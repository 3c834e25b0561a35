"""`grader report`: one self-contained page on a class, and the same as a table in the terminal."""

from __future__ import annotations

import base64
import io
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from grader.instructor.author.references import rubric_of
from grader.instructor.classroom import Grading, problem_of_name
from grader.instructor.courses import CourseError
from grader.instructor.records import gradebook
from grader.instructor.records.keys import is_of, remedy
from grader.instructor.records.lateness.late_penalty import LatePenalty
from grader.instructor.records.standings import NOT_HANDED_IN, Standing
from grader.instructor.records.submission import basis_now
from grader.instructor.sandbox.protocol import text
from grader.instructor.sandbox.sandbox import Tier
from grader.instructor.sealed.basis import Basis
from grader.instructor.sealed.grade_one import ExerciseJSON
from grader.instructor.sealed.intake import read_bytes
from grader.instructor.sealed.verdict_file import VerdictFile, scores_of, stored
from grader.judge.course import Notebook
from grader.judge.exercise import Exercise
from grader.notebook.cells_of_file import Unreadable
from grader.notebook.intake import TEST
from grader.notebook.times import SIZE_LIMIT, TIMES, seconds_in
from grader.notebook.whole_file import write_atomically
from grader.show.render import environment_of
from grader.show.verdict import is_right

MISTAKE_LIMIT = 3
TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True)
class Mistake:
    """A mistake, how many students made it, and its hint."""

    name: str
    count: int
    hint: str


@dataclass(frozen=True)
class ExerciseResult:
    """How a class did in one exercise.

    points: what it is worth; mean: the points that students have on average; full: how many have
    all of them; mistakes: the most common ones.
    """

    name: str
    points: float
    mean: float
    full: int
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True)
class EssayResult:
    """How a class did in one essay.

    points: what it is worth; waiting: how many wait for points by hand; graded: how many have
    some; mean: what these have on average; rubric: how it is graded, in Markdown.
    """

    name: str
    points: float
    waiting: int
    graded: int
    mean: float
    rubric: str

    @property
    def remark(self) -> str:
        """How many have points, and how many wait for them."""
        wait = "waits" if self.waiting == 1 else "wait"
        return f"graded by hand: {self.graded} have points, {self.waiting} {wait} for them"


@dataclass(frozen=True)
class Time:
    """How long an exercise took: the median of so many students, in minutes."""

    exercise: str
    minutes: float
    count: int

    @property
    def words(self) -> str:
        """The minutes, and of how many students."""
        return f"{self.minutes:.0f} ({self.count})"


@dataclass(frozen=True)
class StudentResult:
    """A student's points that count, and what was added or taken off, in words."""

    name: str
    points: float
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """One assignment of one class.

    total: what it is worth; students: what the gradebook holds on each; looks: (student, why) for
    everyone whom a person should look at; explained: how so many lost parts were; essays: those
    that a person grades; times: how long exercises took those who noted it.
    """

    assignment: str
    total: float
    students: tuple[StudentResult, ...]
    exercises: tuple[ExerciseResult, ...]
    looks: tuple[tuple[str, str], ...]
    explained: dict[str, int]
    essays: tuple[EssayResult, ...] = ()
    times: tuple[Time, ...] = ()

    @property
    def minutes(self) -> dict[str, str]:
        """How many minutes each exercise took, in words, by its name."""
        return {time.exercise: time.words for time in self.times}

    @property
    def how_explained(self) -> str:
        """How lost parts were explained: 'catalogue 12, frame 3'; '' where none is lost."""
        return ", ".join(f"{how} {count}" for how, count in self.explained.items())

    @property
    def title(self) -> str:
        """How many are graded, and their points on average."""
        count = len(self.students)
        mean = sum(student.points for student in self.students) / count
        return f"{self.assignment}: {count} graded, {mean:.1f} of {self.total:g} on average"


def gather(grading: Grading) -> Report:
    """Return a report on an assignment: points from the gradebook, mistakes from verdict files.

    Raises CourseError when nothing is graded, or the gradebook cannot be read.
    """
    assignment = grading.assignment
    classroom = grading.classroom
    standings = [each for each in gradebook.standings(classroom, assignment) if each.is_graded]
    if not standings:
        raise CourseError(
            f"Nothing is graded yet for {assignment}. Run first: grader grade {assignment}"
        )
    graded = {each.student for each in standings}
    here = dict.fromkeys(  # a set in their order
        name
        for name in classroom.students(assignment)
        if name not in graded or classroom.is_handed_in(name, assignment)
    )
    files = {each.student: _verdict_of(grading, each) for each in standings}
    verdicts = {student: verdict for student, verdict in files.items() if verdict}
    now, problem = _basis(grading)
    looks = _Looks(grading, here, now, verdicts)
    times, unreadable = _times(grading, here)
    return Report(
        assignment,
        standings[0].max_points,
        students=tuple(_student(each, here) for each in standings),
        exercises=tuple(_exercises(grading.notebook, standings, list(verdicts.values()))),
        looks=(*problem, *_outdated(standings, now), *looks.of(standings), *unreadable),
        explained=_explained(verdicts.values()),
        essays=tuple(_essays(grading.notebook, standings)),
        times=times,
    )


def _times(
    grading: Grading, students: Iterable[str]
) -> tuple[tuple[Time, ...], list[tuple[str, str]]]:
    """Return how long the exercises took, and (student, why) for files that cannot be read."""
    seconds: dict[str, list[float]] = {name: [] for name in grading.notebook.by_name}
    unreadable = []
    for student in students:
        path = grading.classroom.submitted / student / grading.assignment / TIMES
        try:
            noted = seconds_in(read_bytes(path, SIZE_LIMIT).decode("utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, ValueError, Unreadable) as error:
            unreadable.append((text(student), f"{TIMES} is left out: {text(str(error))}"))
            continue
        for name in seconds.keys() & noted.keys():
            seconds[name].append(noted[name])
    times = (Time(name, median(each) / 60, len(each)) for name, each in seconds.items() if each)
    return tuple(times), unreadable


def _verdict_of(grading: Grading, standing: Standing) -> VerdictFile | None:
    """Return a student's verdict file without what a report does not read, or None without one.

    Whole files of a large class would fill the memory.
    """
    verdict = stored(grading.verdicts(standing.student))
    if verdict is None:
        return None
    verdict["answers"] = {}
    for result in verdict["exercises"]:
        result["text"] = ""
        result["html"] = None
        result["picture"] = None
        for part in result["parts"]:
            if part["points"]:  # without points the message alone tells whether it is right
                part["message"] = ""
    if standing.key is not None and verdict["basis"] == standing.key["basis"]:
        verdict["basis"] = standing.key["basis"]  # the same object, once for the class
    return verdict


def _explained(verdicts: Iterable[VerdictFile]) -> dict[str, int]:
    """Return how often lost parts were explained in each way, the most frequent first."""
    parts = (part for each in verdicts for result in each["exercises"] for part in result["parts"])
    return dict(Counter(each for part in parts if (each := part.get("explained"))).most_common())


def _student(standing: Standing, here: Collection[str]) -> StudentResult:
    """Return how a student did. here: who has a folder in submitted/."""
    notes = standing.notes
    if standing.student not in here:
        notes.append(NOT_HANDED_IN)
    return StudentResult(text(standing.student), standing.points, tuple(notes))


def _basis(grading: Grading) -> tuple[Basis | None, list[tuple[str, str]]]:
    """Return what grades depend on today, or why that is not known: the report goes on."""
    try:
        return basis_now(grading), []
    except CourseError as error:
        return None, [(grading.assignment, str(error))]


def _outdated(standings: list[Standing], now: Basis | None) -> Iterator[tuple[str, str]]:
    """Yield how many were graded with another course than today's."""
    kinds: Counter[str] = Counter()
    for standing in standings:
        kinds.update(standing.differences(now) if now else ())
    for kind, count in kinds.items():
        yield f"{count} of {len(standings)}", f"graded with {kind}: see grader regrade"


@dataclass(frozen=True)
class _Looks:
    """Whom a person should look at, and why.

    here: who has a folder in submitted/; now: what grades depend on today; verdicts: the verdict
    files that are there, by student.
    """

    grading: Grading
    here: Collection[str]
    now: Basis | None
    verdicts: dict[str, VerdictFile]

    def of(self, standings: list[Standing]) -> Iterator[tuple[str, str]]:
        """Yield (student, why)."""
        graded = {standing.student for standing in standings}
        for student in self.here:
            if student not in graded:
                yield text(student), problem_of_name(student) or "not graded yet"
        penalty = LatePenalty(self.grading.classroom)
        for standing in standings:
            for why in self._reasons(standing, penalty):
                yield text(standing.student), why

    def _reasons(self, standing: Standing, penalty: LatePenalty) -> Iterator[str]:
        """Yield why a person should look at a graded submission."""
        verdict = self.verdicts.get(standing.student)
        if standing.student not in self.here:
            yield f"{NOT_HANDED_IN}: the gradebook keeps the points"
        stale = penalty.problem_of(standing)
        if stale:
            yield stale
        if standing.looks and not (verdict and verdict["faults"]):
            yield f"marked in formgrader: {', '.join(standing.looks)}"
        yield from self._reasons_of_verdict(standing, verdict)

    def _reasons_of_verdict(self, standing: Standing, verdict: VerdictFile | None) -> Iterator[str]:
        """Yield what is wrong with a verdict file, and what it says is wrong."""
        advice = ""
        if standing.student in self.here:
            advice = f": run grader {remedy(standing.key, self.now)} {self.grading.assignment}"
        if standing.key is None:
            yield f"graded by another program, or an earlier version of this one{advice}"
        elif verdict is None:
            yield f"its verdict file is missing or cannot be read{advice}"
        elif not is_of(verdict, standing.key):
            yield f"its verdict file does not belong to its grade{advice}"
        elif any(_recorded(standing, name) != score for name, score in scores_of(verdict).items()):
            yield f"the gradebook holds other points than its grade{advice}"
        if verdict is None:
            return
        yield from verdict["faults"]
        if verdict["sandbox"] == Tier.NONE.value:
            yield "graded without a sandbox"


def _recorded(standing: Standing, exercise: str) -> float | None:
    """Return the grader's points of an exercise in the gradebook."""
    cell = standing.cells.get(f"{TEST}{exercise}")
    return cell.automatic if cell else None


def _exercises(
    notebook: Notebook, standings: list[Standing], verdicts: list[VerdictFile]
) -> Iterator[ExerciseResult]:
    """Yield how a class did in each exercise of a notebook."""
    for exercise in notebook.exercises:
        results = list(_results(exercise.name, verdicts))
        points = [each.per_exercise.get(exercise.name, 0.0) for each in standings]
        yield ExerciseResult(
            exercise.name,
            exercise.points,
            mean=sum(points) / len(points),
            full=(
                sum(earned >= exercise.points for earned in points)
                if exercise.points
                else sum(map(_is_all_right, results))
            ),
            mistakes=tuple(_most_common(exercise, results)),
        )


def _is_all_right(result: ExerciseJSON) -> bool:
    return all(
        is_right(part["points"], part["earned"], part["message"]) for part in result["parts"]
    )


def _essays(notebook: Notebook, standings: list[Standing]) -> Iterator[EssayResult]:
    """Yield how a class did in each essay of a notebook."""
    for essay in notebook.essays:
        cells = [
            standing.cells[essay.name] for standing in standings if essay.name in standing.cells
        ]
        graded = [cell.points for cell in cells if cell.is_scored]
        yield EssayResult(
            essay.name,
            essay.points,
            waiting=sum(essay.name in standing.waiting for standing in standings),
            graded=len(graded),
            mean=sum(graded) / len(graded) if graded else 0.0,
            rubric=rubric_of(notebook, essay.name),
        )


def _results(name: str, verdicts: list[VerdictFile]) -> Iterator[ExerciseJSON]:
    """Yield the verdicts on one exercise."""
    for verdict in verdicts:
        for result in verdict["exercises"]:
            if result["exercise"] == name:
                yield result


def _most_common(exercise: Exercise, results: list[ExerciseJSON]) -> Iterator[Mistake]:
    """Yield the most common mistakes in an exercise; a student makes each once."""
    counts: Counter[str] = Counter()
    for result in results:
        counts.update({part["mistake"] for part in result["parts"] if part["mistake"]})
    in_order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    for mistake, count in in_order[:MISTAKE_LIMIT]:
        yield Mistake(mistake, count, _hint(exercise, mistake))


def _hint(exercise: Exercise, mistake: str) -> str:
    """Return a mistake's parts and hint, or its name where the table no longer has it."""
    parts = exercise.table["parts"]
    hints = exercise.table["hints"]
    if mistake not in hints:
        return mistake
    hint = f"{', '.join(parts[mistake])}: {hints[mistake]}"
    return hint.replace("{", "").replace("}", "")


def as_text(report: Report) -> Iterator[str]:
    """Yield the report as lines for a terminal."""
    yield report.title
    yield f"{'exercise':22} {'mean':>12} {'all right':>10}  most common mistakes"
    for row in report.exercises:
        mistakes = [f"{mistake.name} ({mistake.count})" for mistake in row.mistakes]
        mean = f"{row.mean:5.2f} of {row.points:<3g}"
        yield f"{row.name:22} {mean} {row.full:>10}  {', '.join(mistakes) or '-'}"
    for essay in report.essays:
        mean = f"{essay.mean:5.2f} of {essay.points:<3g}"
        yield f"{essay.name:22} {mean} {'':>10}  {essay.remark}"
    if report.minutes:
        minutes = ", ".join(f"{name} {words}" for name, words in report.minutes.items())
        yield f"minutes, the median of (so many) students who noted them: {minutes}"
    if report.how_explained:
        yield f"lost parts were explained by: {report.how_explained}"
    with_notes = [student for student in report.students if student.notes]
    if with_notes:
        yield "with remarks:"
    for student in with_notes:
        yield f"  {student.name}: {student.points:g} points, {', '.join(student.notes)}"
    yield f"to look at: {len(report.looks) or 'nobody'}"
    for name, why in report.looks:
        yield f"  {name}: {why}"


def write_page(report: Report, path: Path) -> None:
    """Write the report as one HTML file that needs nothing else. Raises OSError."""
    page = environment_of(TEMPLATES).get_template("report.html.j2")
    points = _as_svg(_distribution(report))
    shares = _as_svg(_shares(report))
    write_atomically(path, page.render(report=report, points=points, shares=shares))


def _distribution(report: Report) -> Any:
    """Return a figure: how many students have how many points."""
    points = [student.points for student in report.students]
    highest = int(max([report.total, *points]))  # extra credit can give more than there is
    bins = [number - 0.5 for number in range(highest + 2)]
    figure = Figure(figsize=(7, 2.8), layout="constrained")
    ax = figure.subplots()
    ax.hist(points, bins=bins, color="#555555", edgecolor="white")
    ax.set_xlabel("points")
    ax.set_ylabel("students")
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.spines[["top", "right"]].set_visible(False)
    return figure


def _shares(report: Report) -> Any:
    """Return a figure: the mean share of the points of each exercise."""
    figure = Figure(figsize=(7, 0.35 * len(report.exercises) + 0.8), layout="constrained")
    ax = figure.subplots()
    rows = [row for row in report.exercises if row.points][::-1]
    names = [row.name for row in rows]
    shares = [row.mean / row.points for row in rows]
    bars = ax.barh(names, shares, color="#999999")
    ax.bar_label(bars, labels=[f"{share:.0%}" for share in shares], padding=4)
    ax.set_xlim(0, 1.12)
    ax.set_xticks([])
    ax.spines[["top", "right", "bottom"]].set_visible(False)
    return figure


def _as_svg(figure: Any) -> str:
    """Return a figure as SVG in base64."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg")
    return base64.b64encode(buffer.getvalue()).decode("ascii")
