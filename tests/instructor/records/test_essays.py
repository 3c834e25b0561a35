"""An essay: what a student explains in sentences, a person grades, and nothing else waits for."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from pathlib import Path
from urllib.request import urlopen

import nbformat
import pytest
from lab import serving
from support import ROOT
from tiers import unsafe
from toy_course import TOY, run, toy_notebook

from grader.instructor.author.notebook import answer_cells, dumps, load, set_source
from grader.judge.course import Course, Essay, Notebook
from grader.notebook.intake import UNWRITTEN_TEXT, parse

ASSIGNMENT = "1-halves"
NAME = "explain_halves"
TEXT = "Each y hangs on $x_i < 1$ alone. So *dx* is a half. <script>alert(1)</script>"
RUBRIC = "Half a point: y hangs on one x.\n\nHalf a point: the factor is w / 2."
NEW_COURSE = {
    'Notebook("1-halves", "product", 4.0, EXERCISES)': 'Notebook("1-halves", "product", 5.0, '
    f'EXERCISES, essays=(Essay("{NAME}", 1),))',
    "import Course, Notebook": "import Course, Essay, Notebook",
}


def essay_cell(text: str = UNWRITTEN_TEXT, points: float = 1) -> dict:
    nbgrader = {"grade": True, "grade_id": NAME, "locked": False, "points": points}
    nbgrader |= {"schema_version": 3, "solution": True, "task": False}
    return {
        "cell_type": "markdown",
        "id": NAME,
        "metadata": {"nbgrader": nbgrader},
        "source": text.splitlines(keepends=True),
    }


def course_with_essay(folder: Path, rubric: str = RUBRIC, cell: dict | None = None) -> Path:
    """Make the toy course with an essay in its notebook, and its fingerprints."""
    shutil.copytree(TOY, folder)
    path = folder / "halves" / "__init__.py"
    content = path.read_text(encoding="utf-8")
    for old, new in NEW_COURSE.items():
        assert content.count(old) == 1
        content = content.replace(old, new)
    path.write_text(content, encoding="utf-8")
    rubrics = f"RUBRICS = {{{NAME!r}: {rubric!r}}}\n"
    (folder / "halves_answers" / "rubrics.py").write_text(rubrics, encoding="utf-8")
    made = toy_notebook()
    made["cells"].append(essay_cell() if cell is None else cell)
    path = folder / "notebooks" / ASSIGNMENT / "product.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(dumps(made), encoding="utf-8")
    assert run(folder, "fingerprints")[0] == 0
    return folder


def hand_in(folder: Path, student: str, text: str | None) -> Path:
    """Hand in right answers, with a text; None hands in a notebook without its cell."""
    made = load(folder / "solved.ipynb")
    if text is None:
        made["cells"] = [cell for cell in made["cells"] if cell["id"] != NAME]
    else:
        set_source(answer_cells(made)[NAME], text)
    path = folder / "course/submitted" / student / ASSIGNMENT / "product.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dumps(made), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def essays(tmp_path_factory) -> tuple[Path, str]:
    """A graded class: ada has written, blank has not, lost has no cell. And what grade said."""
    folder = course_with_essay(tmp_path_factory.mktemp("essays") / "course")
    assert run(folder, "release")[0] == 0
    assert run(folder, "solve", ASSIGNMENT, "-o", "solved.ipynb")[0] == 0
    hand_in(folder, "ada", TEXT)
    hand_in(folder, "blank", UNWRITTEN_TEXT)
    status, said = run(folder, "grade", *unsafe())
    assert status == 0, said  # an essay that waits is nothing that went wrong
    hand_in(folder, "lost", None)
    status, said = run(folder, "grade", *unsafe())
    assert status == 1
    return folder, said


@pytest.fixture
def folder(essays, tmp_path) -> Path:
    shutil.copytree(essays[0], tmp_path / "class")
    return tmp_path / "class"


def grades(folder: Path) -> dict[str, dict[str, str]]:
    assert run(folder, "export")[0] == 0
    with (folder / "course/grades.csv").open(encoding="utf-8") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def by_hand(folder: Path, student: str, points: float) -> None:
    """Give points as formgrader does."""
    path = folder / "course" / "gradebook.db"
    with sqlite3.connect(path) as db:
        rows = db.execute(
            "UPDATE grade SET manual_score = ?, needs_manual_grade = 0 WHERE cell_id IN "
            "(SELECT id FROM base_cell WHERE name = ?) AND notebook_id IN (SELECT n.id FROM "
            "submitted_notebook n JOIN submitted_assignment a ON n.assignment_id = a.id "
            "WHERE a.student_id = ?)",
            (points, NAME, student),
        )
        assert rows.rowcount == 1
    db.close()


def test_it_waits_for_points_and_hides_nobody_who_is_to_be_looked_at(essays, folder):
    said = essays[1]
    assert "lost: 4 points; look: the text cell explain_halves is missing" in said
    rows = grades(folder)
    assert [rows[name]["score"] for name in ("ada", "blank", "lost")] == ["4.0"] * 3
    assert [rows[name]["max_score"] for name in ("ada", "blank", "lost")] == ["5.0"] * 3
    assert rows["ada"]["remarks"] == "waits for points by hand in explain_halves"
    assert rows["blank"]["remarks"] == ""  # nothing was written: 0 points, and nobody has to read
    assert rows["lost"]["remarks"].startswith("to look at: ")


def test_the_report_counts_them_and_shows_the_rubric(folder):
    status, said = run(folder, "report")
    assert status == 0
    assert "graded by hand: 2 have points, 1 waits for them" in said
    assert "to look at: 1\n" in said
    page = (folder / f"course/report-{ASSIGNMENT}.html").read_text(encoding="utf-8")
    assert "Half a point: the factor is w / 2." in page


def test_points_by_hand_count_and_end_the_wait(folder):
    by_hand(folder, "ada", 0.5)
    row = grades(folder)["ada"]
    assert (row["score"], row["remarks"]) == ("4.5", "")
    status, said = run(folder, "grade", "--student", "ada", *unsafe())
    assert status == 0, said
    assert grades(folder)["ada"]["score"] == "4.5"
    assert "graded by hand: 3 have points, 0 wait for them" in run(folder, "report")[1]


def test_another_text_is_to_be_read_again(folder):
    by_hand(folder, "ada", 0.5)
    hand_in(folder, "ada", "Something else.")
    assert run(folder, "grade", "--student", "ada", *unsafe())[0] == 0
    row = grades(folder)["ada"]
    assert (row["score"], row["remarks"]) == ("4.5", "to look at: explain_halves")


def test_the_page_shows_the_text_and_runs_nothing_of_it(folder):
    said = run(folder, "feedback")[1]
    assert "ada: feedback written; waits for points by hand in explain_halves" in said
    page = (folder / f"course/feedback/ada/{ASSIGNMENT}/product.html").read_text(encoding="utf-8")
    assert "is a half" in page
    assert "<script" not in page
    assert "Half a point" not in page  # the rubric is not for students


def test_formgrader_shows_the_rubric_below_the_text(folder, monkeypatch):
    from grader.instructor.records import pages

    # The package of another toy course may be imported already, by another test.
    mine = Notebook(ASSIGNMENT, "product", 1.0, (), essays=(Essay(NAME, 1),))
    course = Course("halves", (mine,), folder, "halves_answers", "halves")
    monkeypatch.setattr(pages, "_course", lambda name: course)
    monkeypatch.setattr(pages, "rubric_of", lambda notebook, essay: {NAME: RUBRIC}[essay])
    path = folder / "course/autograded/ada" / ASSIGNMENT
    node = nbformat.read(path / "product.ipynb", as_version=4)
    resources = {"metadata": {"path": str(path)}, "assignment_id": ASSIGNMENT}
    cells = pages.plain_names(node, resources)[0].cells
    [place] = [number for number, cell in enumerate(cells) if cell.get("id") == NAME]
    assert cells[place].source == TEXT
    assert cells[place + 1].source.startswith("**Rubric** (students do not see it)\n\nHalf a point")


def test_the_page_that_formgrader_serves_has_text_and_rubric_and_runs_nothing(folder, tmp_path):
    course = folder / "course"
    env = {"COURSE_DIR": str(course), "COURSE_DB": f"sqlite:///{course / 'gradebook.db'}"}
    env["GRADER_COURSE"] = str(folder / "halves")
    with serving(ROOT, ROOT, tmp_path / "own", **env) as address:
        api = f"{address}/formgrader/api/submitted_notebooks/{ASSIGNMENT}/product"
        with urlopen(api) as reply:
            [ada] = [each for each in json.load(reply) if each["student"] == "ada"]
        assert ada["needs_manual_grade"]
        with urlopen(f"{address}/formgrader/submissions/{ada['id']}/?index=0") as reply:
            page = reply.read().decode()
    assert "<em>dx</em> is a half" in page
    assert "the factor is w / 2" in page
    assert "<script>alert(1)" not in page


def test_the_verdict_file_keeps_the_text(folder):
    path = folder / f"course/verdicts/ada/{ASSIGNMENT}.json"
    verdict = json.loads(path.read_text(encoding="utf-8"))
    assert verdict["texts"] == {NAME: TEXT}
    assert verdict["faults"] == []
    assert NAME not in verdict["answers"]


def test_nbgraders_own_reading_has_the_essay_waiting_and_nothing_else(folder):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder / 'course/gradebook.db'}") as book:
        submission = book.find_submission(ASSIGNMENT, "ada")
        assert submission.needs_manual_grade
        [notebook] = submission.notebooks
        waiting = [grade.name for grade in notebook.grades if grade.needs_manual_grade]
        assert waiting == [NAME]
        assert notebook.written_score == 0.0
        assert notebook.max_written_score == 1.0


def test_regrade_and_explain_leave_the_essay_alone(folder):
    by_hand(folder, "ada", 0.5)
    path = folder / "halves" / "__init__.py"
    content = path.read_text(encoding="utf-8")
    path.write_text(content.replace("for n in (2, 3, 5)", "for n in (2, 3, 4)"), encoding="utf-8")
    assert run(folder, "fingerprints")[0] == 0
    said = run(folder, "regrade", *unsafe())[1]
    assert "ada: 4.5 points" not in said  # nobody's points change
    said = run(folder, "regrade", "--yes", *unsafe())[1]
    assert "ada: 4.5 points; recorded again" in said
    row = grades(folder)["ada"]
    assert (row["score"], row["remarks"]) == (
        "4.5",
        "",
    )  # its text is the same: nobody reads it again
    assert run(folder, "explain", "ada", ASSIGNMENT, *unsafe())[0] == 0


def test_verify_names_what_an_essay_lacks(tmp_path):
    folder = course_with_essay(tmp_path / "course")
    status, said = run(folder, "verify", "--seeds", "2", "--mistake-seeds", "1")
    assert status == 0, said
    (folder / "halves_answers" / "rubrics.py").write_text("RUBRICS = {}\n", encoding="utf-8")
    status, said = run(folder, "verify", "--seeds", "2", "--mistake-seeds", "1")
    assert status == 1
    assert "explain_halves has no rubric: halves_answers/rubrics.py says nothing of it" in said


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (essay_cell("Write here."), "with the one line YOUR ANSWER HERE"),
        (essay_cell(points=2), "explain_halves gives 2 points, the points table says 1"),
    ],
)
def test_verify_names_a_cell_that_is_out_of_step(cell, message, tmp_path):
    folder = course_with_essay(tmp_path / "course", cell=cell)
    status, said = run(folder, "verify", "--seeds", "2", "--mistake-seeds", "1")
    assert status == 1
    assert message in said


def test_a_doubled_cell_is_said_and_the_first_counts():
    made = toy_notebook()
    made["cells"] += [essay_cell("first"), essay_cell("second")]
    parsed = parse(dumps(made).encode(), ["weighted"], essays=[NAME])
    assert parsed.texts == {NAME: "first"}
    assert "the text cell explain_halves stands in the notebook 2 times" in parsed.faults
