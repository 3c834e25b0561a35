"""How a class did in one assignment: points from the gradebook, mistakes from verdict files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from statistics import median

from grader.instructor.author.references import rubric_of
from grader.instructor.classroom import Grading, problem_of_name
from grader.instructor.courses import CourseError
from grader.instructor.records import gradebook
from grader.instructor.records.keys import is_of, remedy
from grader.instructor.records.late_penalty import LatePenalty
from grader.instructor.records.people import Roster
from grader.instructor.records.standings import NOT_HANDED_IN, Standing
from grader.instructor.records.submission import basis_now
from grader.instructor.report.answers import Answers
from grader.instructor.report.sameness import Form, SameAnswers, same_answers
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
from grader.show.verdict import is_right

MISTAKE_LIMIT = 3


@dataclass(frozen=True)
class Mistake:
    """A mistake, how many students made it, and its hint.

    example: an answer with it, without names and comments, "" where there is none to show.
    """

    name: str
    count: int
    hint: str
    example: str = ""


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
    """A student's points that count, and what was added or taken off, in words.

    section: "" where the roster has none; scores: by exercise and essay, None where somebody has
    still to give points.
    """

    name: str
    points: float
    notes: tuple[str, ...]
    section: str = ""
    scores: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class SectionResult:
    """How many of a section are graded, how many are on the roster, and their points on average."""

    name: str
    graded: int
    listed: int
    mean: float


@dataclass(frozen=True)
class Report:
    """One assignment of one class.

    total: what it is worth; students: what the gradebook holds on each; looks: (student, why) for
    everyone whom a person should look at; explained: how so many lost parts were; essays: those
    that a person grades; times: how long exercises took those who noted it; absent: who is on the
    roster and has not handed in, which counts 0; sections: those of the roster; same: answers of
    different students that are the same.
    """

    assignment: str
    total: float
    students: tuple[StudentResult, ...]
    exercises: tuple[ExerciseResult, ...]
    looks: tuple[tuple[str, str], ...]
    explained: dict[str, int]
    essays: tuple[EssayResult, ...] = ()
    times: tuple[Time, ...] = ()
    absent: tuple[str, ...] = ()
    sections: tuple[SectionResult, ...] = ()
    same: tuple[SameAnswers, ...] = ()

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
    roster = Roster.of(classroom)
    answers = Answers()
    files = {each.student: _verdict_of(grading, each, answers) for each in standings}
    verdicts = {student: verdict for student, verdict in files.items() if verdict}
    now, problem = _basis(grading)
    looks = _Looks(grading, here, now, verdicts)
    times, unreadable = _times(grading, here)
    return Report(
        assignment,
        standings[0].max_points,
        students=tuple(_student(each, here, roster) for each in standings),
        exercises=tuple(_exercises(grading.notebook, standings, list(verdicts.values()), answers)),
        looks=(*problem, *_outdated(standings, now), *looks.of(standings), *unreadable),
        explained=_explained(verdicts.values()),
        essays=tuple(_essays(grading.notebook, standings)),
        times=times,
        absent=tuple(text(name) for name in roster.by_id if name not in graded | here.keys()),
        sections=tuple(_sections(roster, standings)),
        same=tuple(_same(answers.forms, roster)),
    )


def _sections(roster: Roster, standings: list[Standing]) -> Iterator[SectionResult]:
    """Yield how each section of the roster did; none where all are in one."""
    points = {each.student: each.points for each in standings}
    names = sorted({row.section for row in roster.rows})
    if len(names) < 2:
        return
    for name in names:
        students = [row.id for row in roster.rows if row.section == name]
        graded = [points[student] for student in students if student in points]
        mean = sum(graded) / len(graded) if graded else 0.0
        yield SectionResult(text(name) or "no section", len(graded), len(students), mean)


def _same(forms: list[tuple[str, str, Form]], roster: Roster) -> Iterator[SameAnswers]:
    """Yield the answers that are the same, but for those of one group that hands in together."""
    for same in same_answers(forms):
        if not set(same.students) <= set(roster.mates(same.students[0])):
            yield replace(same, students=tuple(map(text, same.students)))


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


def _verdict_of(grading: Grading, standing: Standing, answers: Answers) -> VerdictFile | None:
    """Return a student's verdict file without what a report does not read, or None without one.

    Whole files of a large class would fill the memory. answers: takes in what it tells of them.
    """
    verdict = stored(grading.verdicts(standing.student))
    if verdict is None:
        return None
    answers.add(standing.student, verdict)
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


def _student(standing: Standing, here: Collection[str], roster: Roster) -> StudentResult:
    """Return how a student did. here: who has a folder in submitted/."""
    notes = standing.notes
    if standing.student not in here:
        notes.append(NOT_HANDED_IN)
    section = text(roster.section(standing.student))
    scores = {
        name: None if name in standing.waiting else cell.points
        for name, cell in standing.by_exercise.items()
    }
    return StudentResult(text(standing.student), standing.points, tuple(notes), section, scores)


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
    notebook: Notebook,
    standings: list[Standing],
    verdicts: list[VerdictFile],
    answers: Answers,
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
            mistakes=tuple(_most_common(exercise, results, answers)),
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


def _most_common(
    exercise: Exercise, results: list[ExerciseJSON], answers: Answers
) -> Iterator[Mistake]:
    """Yield the most common mistakes in an exercise; a student makes each once."""
    counts: Counter[str] = Counter()
    for result in results:
        counts.update({part["mistake"] for part in result["parts"] if part["mistake"]})
    in_order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    for mistake, count in in_order[:MISTAKE_LIMIT]:
        example = answers.example(exercise.name, mistake)
        yield Mistake(mistake, count, _hint(exercise, mistake), example)


def _hint(exercise: Exercise, mistake: str) -> str:
    """Return a mistake's parts and hint, or its name where the table no longer has it."""
    parts = exercise.table["parts"]
    hints = exercise.table["hints"]
    if mistake not in hints:
        return mistake
    hint = f"{', '.join(parts[mistake])}: {hints[mistake]}"
    return hint.replace("{", "").replace("}", "")
