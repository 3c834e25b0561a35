"""A report as lines for a terminal, and as one self-contained page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from grader.instructor.report.gather import Report
from grader.notebook.whole_file import write_atomically
from grader.show.render import environment_of

TEMPLATES = Path(__file__).with_name("templates")
SAME = (
    "answers that are the same once names, comments and layout are left out (a fact to look at; "
    "answers that follow the notebook's derivation can agree):"
)


def as_text(report: Report) -> Iterator[str]:
    """Yield the report as lines for a terminal."""
    yield report.title
    yield from _exercises(report)
    yield from _people(report)
    if report.same:
        yield SAME
    for same in report.same:
        yield f"  {same.exercise} (length {same.size}): {', '.join(same.students)}"
    yield f"to look at: {len(report.looks) or 'nobody'}"
    for name, why in report.looks:
        yield f"  {name}: {why}"


def _exercises(report: Report) -> Iterator[str]:
    """Yield how the class did in each exercise and essay."""
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


def _people(report: Report) -> Iterator[str]:
    """Yield how each section did, who has not handed in, and whose points have remarks."""
    for section in report.sections:
        yield (
            f"section {section.name}: {section.graded} of {section.listed} graded, "
            f"{section.mean:.1f} points on average"
        )
    if report.absent:
        yield f"not handed in, 0 points ({len(report.absent)}): {', '.join(report.absent)}"
    with_notes = [student for student in report.students if student.notes]
    if with_notes:
        yield "with remarks:"
    for student in with_notes:
        yield f"  {student.name}: {student.points:g} points, {', '.join(student.notes)}"


def write_page(report: Report, path: Path) -> None:
    """Write the report as one HTML file that needs nothing else. Raises OSError."""
    page = environment_of(TEMPLATES).get_template("report.html.j2")
    points = _as_svg(_distribution(report))
    shares = _as_svg(_shares(report))
    write_atomically(path, page.render(report=report, points=points, shares=shares, same=SAME))


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
    """Return a figure as SVG in base64, the same for the same figure."""
    buffer = io.BytesIO()
    with rc_context({"svg.hashsalt": "report"}):  # else its ids are drawn at random
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return base64.b64encode(buffer.getvalue()).decode("ascii")
