"""`grader report`: one self-contained page on a class, and the same as a table in the terminal."""

from __future__ import annotations

import base64
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from grader.exercises import TOTALS, of_assignment
from grader.instructor.classroom import CourseError, Grading
from grader.instructor.files import write_atomically
from grader.instructor.records.submission import stored
from grader.instructor.sandbox.protocol import text
from grader.instructor.sandbox.sandbox import Tier
from grader.judge.table import table

MISTAKE_LIMIT = 3


@dataclass(frozen=True)
class Exercise:
    """How a class did in one exercise: mean points, how many have all of them, and the most common mistakes with hints."""

    name: str
    points: float
    mean: float
    full: int
    mistakes: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True)
class Report:
    """One assignment of one class. looks: (student, why) for everyone whom a person should look at."""

    assignment: str
    points: dict[str, float]
    exercises: tuple[Exercise, ...]
    looks: tuple[tuple[str, str], ...]


def gather(grading: Grading) -> Report:
    """Read the verdict files of an assignment. Raises CourseError when there are none."""
    students = grading.classroom.students(grading.assignment)
    verdicts = {name: told for name in students if (told := stored(grading.verdicts(name)))}
    if not verdicts:
        raise CourseError(
            f"Nothing is graded yet for {grading.assignment}. Run first: grader grade {grading.assignment}"
        )
    looks = [(student, fault) for student, told in verdicts.items() for fault in told["faults"]]
    looks += [(text(student), "not graded yet") for student in students if student not in verdicts]
    looks += [
        (student, "graded without a sandbox")
        for student, told in verdicts.items()
        if told["sandbox"] == Tier.NONE.value
    ]
    return Report(
        grading.assignment,
        {student: told["points"] for student, told in verdicts.items()},
        tuple(_exercises(grading.assignment, list(verdicts.values()))),
        tuple(looks),
    )


def _exercises(assignment: str, verdicts: list[dict[str, Any]]) -> Iterator[Exercise]:
    for exercise in of_assignment(assignment):
        told = [
            one
            for verdict in verdicts
            for one in verdict["exercises"]
            if one["exercise"] == exercise.name
        ]
        earned = [one["earned"] for one in told]
        named = Counter(
            name for one in told for name in {part["mistake"] for part in one["parts"]} if name
        )
        common = tuple((name, count, _hint(exercise.name, name)) for name, count in _most(named))
        full = sum(points == exercise.points for points in earned)
        yield Exercise(exercise.name, exercise.points, sum(earned) / len(earned), full, common)


def _hint(exercise: str, mistake: str) -> str:
    """Return a mistake's parts and hint, or its name where the table no longer has it."""
    parts, hints = table(exercise)["parts"], table(exercise)["hints"]
    if mistake not in hints:
        return mistake
    return f"{', '.join(parts[mistake])}: {hints[mistake]}".replace("{", "").replace("}", "")


def _most(named: Counter[str]) -> list[tuple[str, int]]:
    return sorted(named.items(), key=lambda item: (-item[1], item[0]))[:MISTAKE_LIMIT]


def as_text(report: Report) -> Iterator[str]:
    """Yield the report as lines for a terminal."""
    points = list(report.points.values())
    mean = sum(points) / len(points)
    yield f"{report.assignment}: {len(points)} graded, {mean:.1f} of {TOTALS[report.assignment]:g} on average"
    yield f"{'exercise':22} {'mean':>12} {'all right':>10}  most common mistakes"
    for row in report.exercises:
        mistakes = ", ".join(f"{name} ({count})" for name, count, _ in row.mistakes) or "-"
        yield f"{row.name:22} {row.mean:5.2f} of {row.points:<3g} {row.full:>10}  {mistakes}"
    yield f"to look at: {len(report.looks) or 'nobody'}"
    for student, why in report.looks:
        yield f"  {student}: {why}"


def write_page(report: Report, path: Path) -> None:
    """Write the report as one HTML file that needs nothing else."""
    rows = "".join(
        f"<tr><td><code>{escape(row.name)}</code></td><td>{row.mean:.2f} of {row.points:g}</td><td>{row.full}</td><td>"
        + "".join(f"<div>{count} &times; {escape(hint)}</div>" for _, count, hint in row.mistakes)
        + "</td></tr>"
        for row in report.exercises
    )
    looks = "".join(
        f"<tr><td>{escape(student)}</td><td>{escape(why)}</td></tr>"
        for student, why in report.looks
    )
    points = list(report.points.values())
    mean = sum(points) / len(points)
    title = f"{report.assignment}: {len(points)} graded, {mean:.1f} of {TOTALS[report.assignment]:g} on average"
    page = PAGE.format(
        title=escape(title),
        points=_picture(_distribution(report), "How many students have how many points"),
        exercises=_picture(_shares(report), "Mean share of the points of each exercise"),
        rows=rows,
        looks=f"<table class='looks'><tr><th>student</th><th>why</th></tr>{looks}</table>"
        if looks
        else "<p>Nobody.</p>",
    )
    write_atomically(path, page)


def _distribution(report: Report) -> Any:
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    most = TOTALS[report.assignment]
    figure = Figure(figsize=(7, 2.8), layout="constrained")
    ax = figure.subplots()
    ax.hist(
        list(report.points.values()),
        bins=[n - 0.5 for n in range(int(most) + 2)],
        color="#555555",
        edgecolor="white",
    )
    ax.set_xlabel("points")
    ax.set_ylabel("students")
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.spines[["top", "right"]].set_visible(False)
    return figure


def _shares(report: Report) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 0.35 * len(report.exercises) + 0.8), layout="constrained")
    ax = figure.subplots()
    names = [row.name for row in report.exercises][::-1]
    shares = [row.mean / row.points for row in report.exercises][::-1]
    bars = ax.barh(names, shares, color="#999999")
    ax.bar_label(bars, labels=[f"{share:.0%}" for share in shares], padding=4)
    ax.set_xlim(0, 1.12)
    ax.set_xticks([])
    ax.spines[["top", "right", "bottom"]].set_visible(False)
    return figure


def _picture(figure: Any, alternative: str) -> str:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg")
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f'<h2>{alternative}</h2><img alt="{alternative}" src="data:image/svg+xml;base64,{data}">'


PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title><style>
body {{ font-family: sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #222; line-height: 1.4 }}
h1 {{ font-size: 1.4em }} h2 {{ font-size: 1.1em; margin-top: 2em }} img {{ max-width: 100% }}
table {{ border-collapse: collapse; width: 100% }}
td, th {{ text-align: left; vertical-align: top; padding: 4px 8px; border-bottom: 1px solid #ccc }}
td:nth-child(2), th {{ white-space: nowrap }} .looks td {{ white-space: normal }}
</style></head><body><h1>{title}</h1>
{points}
{exercises}
<h2>Exercises and their most common mistakes</h2>
<table><tr><th>exercise</th><th>mean</th><th>all right</th><th>what was found</th></tr>{rows}</table>
<h2>To look at</h2>{looks}
</body></html>
"""
