"""What changes about a course or a submission, where it is gone, and what is said of each."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from our_course import NOTEBOOKS
from tiers import unsafe
from toy_course import HEADS, run

from grader.instructor.author.notebook import answer_cells, check_cells, dumps, load, set_source
from grader.instructor.classroom import Classroom, Grading
from grader.instructor.commands import regrade as regrade_module
from grader.instructor.commands.release import release
from grader.instructor.sealed import intake

ASSIGNMENT = "1-halves"
PENALTY = """
from pathlib import Path
from grader.instructor.records.settings import configure
c = get_config()
configure(c, Path(__file__).resolve().parent, "halves")
c.LateSubmissionPlugin.penalty_method = "zero"
"""
SWAP = ("dy * w / 2, dy * x / 2", "dy * x / 2, dy * w / 2")  # the reference, and another one
OTHER = "another reference of weighted_backward"

pytestmark = pytest.mark.usefixtures("some_tier")


@pytest.fixture
def toy_class(graded_toy, tmp_path) -> Path:
    """A copy of the graded class of the toy course: ada 4 points, bela 2, eve 2."""
    folder = tmp_path / "copy"
    shutil.copytree(graded_toy, folder)
    return folder


@pytest.fixture
def late_class(toy_class) -> Path:
    """The same, due on the 2nd of January; whoever is late loses all points."""
    (toy_class / "nbgrader_config.py").write_text(PENALTY)
    for student in ("ada", "bela"):
        stamp(toy_class, student, "2026-01-02 12:00:00 UTC")
    due(toy_class, "2026-01-02 11:00:00")
    grade(toy_class)
    return toy_class


def grade(folder: Path, *words: str) -> dict[str, str]:
    """Grade; return what is said by student, with all of it under "" and the status under "rc"."""
    status, said = run(folder, "grade", *words, *unsafe())
    assert "Traceback" not in said
    lines = [line.split("] ", 1)[-1] for line in said.splitlines() if ": " in line]
    return {**dict(line.split(": ", 1) for line in lines), "": said, "rc": str(status)}


def regrade(folder: Path) -> None:
    """Regrade, and write it."""
    said = run(folder, "regrade", "--yes", *unsafe())[1]
    assert re.search("ada: .* recorded again, since .*it was regraded", said), said


def submitted(folder: Path, student: str) -> Path:
    return folder / "course/submitted" / student / ASSIGNMENT / "product.ipynb"


def verdict(folder: Path, student: str) -> Path:
    return folder / "course/verdicts" / student / f"{ASSIGNMENT}.json"


def stamp(folder: Path, student: str, time: str) -> None:
    submitted(folder, student).with_name("timestamp.txt").write_text(time)


def due(folder: Path, time: str | None) -> None:
    value = "NULL" if time is None else f"'{time}.000000'"
    execute(folder, f"UPDATE assignment SET duedate = {value}")


def extend(folder: Path, student: str, days: int) -> None:
    time = f"1970-01-{days + 1:02} 00:00:00.000000"
    execute(
        folder,
        f"UPDATE submitted_assignment SET extension = '{time}' WHERE student_id = '{student}'",
    )


def execute(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / "course/gradebook.db") as db:
        db.execute(statement)


def points(folder: Path) -> dict[str, float]:
    with sqlite3.connect(folder / "course/gradebook.db") as db:
        rows = db.execute(
            "SELECT s.student_id, sum(g.auto_score), max(coalesce(n.late_submission_penalty, 0)) "
            "FROM grade g JOIN submitted_notebook n ON g.notebook_id = n.id "
            "JOIN submitted_assignment s ON n.assignment_id = s.id GROUP BY s.student_id"
        )
        return {student: score - penalty for student, score, penalty in rows}


def edit(path: Path, old: str, new: str) -> Callable[[], object]:
    """Replace a text of a file; return what puts it back."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return lambda: path.write_text(text)


def change_reference(folder: Path) -> Callable[[], object]:
    return edit(folder / "halves_answers/product.py", *SWAP)


def answer(folder: Path, student: str, text: str) -> None:
    made = load(submitted(folder, student))
    set_source(answer_cells(made)["weighted_backward"], text)
    submitted(folder, student).write_text(dumps(made))


# --- work that is no longer there ---


def test_whose_work_is_gone_gets_a_moved_due_date_and_an_extension_too(late_class):
    assert points(late_class)["ada"] == 0.0
    shutil.rmtree(late_class / "course/submitted/ada")
    due(late_class, "2026-03-01 00:00:00")
    said = run(late_class, "report")[1]
    assert "ada: 0 points, 4 of 4 points off for being late, no longer in submitted/" in said
    assert "ada: its late penalty is not that of now: run grader grade" in said
    run(late_class, "export")
    row = next(line for line in (late_class / "course/grades.csv").open() if ",ada," in line)
    assert "its late penalty is not that of now: run grader grade" in row
    moved = "the due date was 2026-01-02 11:00:00 and is 2026-03-01 00:00:00"
    said = grade(late_class)
    assert said["ada"] == (
        f"no longer in submitted/; the gradebook keeps 4 points; recorded again, since {moved} and "
        "the late penalty is another one"
    )
    assert points(late_class)["ada"] == 4.0
    assert grade(late_class)["ada"] == "no longer in submitted/; the gradebook keeps 4 points"
    due(late_class, "2026-01-02 11:00:00")
    extend(late_class, "ada", 3)
    said = grade(late_class)["ada"]
    assert "the gradebook keeps 4 points (an extension of 3 days); recorded again" in said
    assert said.endswith("the extension was none and is 3 days")


def test_every_face_says_that_work_is_gone(toy_class):
    shutil.rmtree(toy_class / "course/submitted/ada")
    status, said = run(toy_class, "explain", "ada", ASSIGNMENT, *unsafe())
    assert status == 1
    assert "in the gradebook: 4 points; no longer in submitted/" in said
    assert "weighted_backward: 2 of 2 points" in said
    assert "no longer in submitted/, so this is the stored verdict, and no replay" in said
    said = run(toy_class, "feedback")[1]
    assert "ada: feedback written; no longer in submitted/" in said
    page = (toy_class / "course/feedback/ada" / ASSIGNMENT / "product.html").read_text()
    assert "This work is no longer in submitted/; the gradebook keeps its points." in page
    page = (toy_class / "course/feedback/bela" / ASSIGNMENT / "product.html").read_text()
    assert "no longer" not in page
    said = run(toy_class, "regrade", *unsafe())[1]
    assert "0 gain, 0 lose, 2 keep their points" in said
    assert "ada: no longer in submitted/; the gradebook keeps 4 points" in said
    status, said = run(toy_class, "grade", "--student", "ada", *unsafe())
    assert (status, "it is no longer in submitted/, and the gradebook keeps 4" in said) == (1, True)


def test_a_class_that_is_gone_is_said_with_its_grades(toy_class):
    shutil.rmtree(toy_class / "course/submitted")
    said = grade(toy_class, ASSIGNMENT)
    assert said["rc"] == "1"
    assert said[""].count("no longer in submitted/; the gradebook keeps") == 3
    assert "There are no submissions of 1-halves" in said[""]
    said = run(toy_class, "regrade", ASSIGNMENT, *unsafe())[1]
    assert "There are no submissions of 1-halves" in said
    assert "The gradebook keeps 3 grades of it" in said


def test_formgrader_shows_that_work_is_gone(toy_class):
    import nbformat

    from grader.instructor.records.pages import plain_names

    path = toy_class / "course/autograded/ada" / ASSIGNMENT
    node = nbformat.read(path / "product.ipynb", as_version=4)
    count = len(node.cells)
    resources = {"metadata": {"path": str(path)}, "student": "ada"}
    assert len(plain_names(node, resources)[0].cells) == count
    shutil.rmtree(toy_class / "course/submitted/ada")
    first = plain_names(node, resources)[0].cells[0]
    assert first.source.startswith("This work is no longer in submitted/")


# --- another file, and its time ---


def test_another_file_takes_no_time_of_the_earlier_one(late_class):
    """Somebody has to know that it may be late; a time that comes later is its first one."""
    due(late_class, "2026-01-02 12:00:00")
    grade(late_class)
    assert points(late_class)["bela"] == 2.0
    shutil.copy(submitted(late_class, "ada"), submitted(late_class, "bela"))
    submitted(late_class, "bela").with_name("timestamp.txt").unlink()
    said = grade(late_class)
    assert said["rc"] == "1"
    assert said["bela"] == (
        "4 points; graded again, since its file is another one (2 points before); look: it has no "
        "time, so it counts as not late: the file before it came at 2026-01-02 12:00:00 UTC, and "
        "this one has no timestamp.txt"
    )
    assert json.loads(verdict(late_class, "bela").read_text())["handed_in"] == ""
    said = grade(late_class)
    assert said["bela"].startswith("unchanged, 4 points; look: it has no time")
    stamp(late_class, "bela", "2026-01-08 00:00:00 UTC")
    said = grade(late_class)
    assert said["bela"].startswith("0 points (5.5 days late, 4 of 4 points off for that)")
    assert "first time" not in said["bela"]
    assert "no time" not in said["bela"]


def test_a_late_file_is_no_reason_to_take_points_off_the_next_one(late_class):
    """bela was late; her new file has a timestamp that is no time."""
    answer(
        late_class, "bela", "def weighted_backward(dy, x, w):\n    return dy * w / 2, dy * x / 2"
    )
    stamp(late_class, "bela", "soon")
    said = grade(late_class)["bela"]
    assert said.startswith(
        "4 points; graded again, since its file is another one (2 points before)"
    )
    assert "look: timestamp.txt says 'soon', which is no time" in said


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        ("", "2026-01-01 UTC", "new"),
        ("2026-01-01 UTC", "", "gone"),
        ("2026-01-01 UTC", "2025-01-01 UTC", "another one"),
    ],
)
def test_what_became_of_a_timestamp_is_said(before, after, state, toy_class):
    for time in (before, after):
        if time:
            stamp(toy_class, "ada", time)
        else:
            submitted(toy_class, "ada").with_name("timestamp.txt").unlink(missing_ok=True)
        said = grade(toy_class)["ada"]
    assert f"recorded again, since its timestamp.txt is {state}" in said


def test_the_reason_survives_a_run_that_ended_early(toy_class):
    """The row is written, and the autograded notebook is still the earlier one."""
    old = (toy_class / "course/autograded/ada" / ASSIGNMENT / "product.ipynb").read_text()
    shutil.copy(submitted(toy_class, "bela"), submitted(toy_class, "ada"))
    assert "graded again" in grade(toy_class)["ada"]
    (toy_class / "course/autograded/ada" / ASSIGNMENT / "product.ipynb").write_text(old)
    assert grade(toy_class)["ada"] == (
        "2 points; recorded again, since its autograded notebook was another one: it had been "
        "graded again, since its file is another one (4 points before)"
    )


@pytest.mark.parametrize("what", ["product.ipynb", "beside.txt", "."])
def test_a_file_that_cannot_be_opened_for_the_moment_changes_no_grade(
    what, graded_toy, tmp_path, monkeypatch
):
    """Permissions bind no superuser, so opening is made to fail."""
    folder = tmp_path / "work" / ASSIGNMENT
    shutil.copytree(submitted(graded_toy, "ada").parent, folder)
    (folder / "beside.txt").write_text("data")
    whole = intake.read_submission(folder / "product.ipynb", ["weighted"])
    assert whole.unreachable == ""
    opened = os.open

    def refuse(path, *args, **options):
        name = folder.name if what == "." else what
        if path == name:
            raise PermissionError(13, "Permission denied", path)
        return opened(path, *args, **options)

    monkeypatch.setattr(intake.os, "open", refuse)
    found = intake.read_submission(folder / "product.ipynb", ["weighted"])
    assert "cannot be opened: Permission denied" in found.unreachable


def test_a_grade_stays_while_its_file_cannot_be_opened(toy_class):
    """A socket in the way is no file; what the machine refuses is another matter."""
    program = (
        "import os\n"
        "from grader.instructor.commands.cli import main\n"
        "from grader.instructor.sealed import intake\n"
        "opened = os.open\n"
        "def refuse(path, *args, **options):\n"
        "    if path == 'product.ipynb' and 'dir_fd' in options:\n"
        "        raise OSError(5, 'Input/output error', path)\n"
        "    return opened(path, *args, **options)\n"
        "os.open = refuse\n"
        "main()\n"
    )
    before = points(toy_class)
    shutil.copytree(toy_class / "course/submitted/ada", toy_class / "course/submitted/zoe")
    env = os.environ | {"GRADER_COURSE": str(toy_class / "halves")}
    words = [sys.executable, "-c", program, "grade", *unsafe()]
    done = subprocess.run(
        words, cwd=toy_class, env=env, capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert (
        "ada: unchanged, 4 points; look: product.ipynb cannot be opened: Input/output error. Mend "
        "that and run it again; its grade stays"
    ) in said
    assert "zoe: not graded; look: product.ipynb cannot be opened: Input/output error" in said
    assert points(toy_class) == before
    assert grade(toy_class)["ada"] == "unchanged, 4 points"


# --- a course that has changed ---


def test_a_difference_is_said_once(toy_class):
    change_reference(toy_class)
    assert run(toy_class, "report")[1].count(f"3 of 3: graded with {OTHER}") == 1
    shutil.copy(submitted(toy_class, "bela"), submitted(toy_class, "ada"))
    assert grade(toy_class)["ada"].count("weighted_backward") == 1


def lower_points(folder: Path) -> None:
    """Let `weighted_backward` be worth 1 in place of 2, `weighted` 2 in place of 1."""
    path = folder / "halves/__init__.py"
    edit(path, 'Part("y", 1, "n")', 'Part("y", 2, "n")')
    edit(
        path,
        'Part("dx", 1, "n", "x"), Part("dw", 1, "n", "w")',
        'Part("dx", 0.5, "n", "x"), Part("dw", 0.5, "n", "w")',
    )
    path = folder / "notebooks" / ASSIGNMENT / "product.ipynb"
    made = load(path)
    for name, worth in (("weighted", 2), ("weighted_backward", 1)):
        check_cells(made)[f"check_{name}"]["metadata"]["nbgrader"]["points"] = worth
    path.write_text(dumps(made))


def test_one_verdict_that_the_gradebook_does_not_take_stops_nobody_else(toy_class):
    lower_points(toy_class)
    assert run(toy_class, "release")[0] == 0
    (toy_class / "course/autograded/ada" / ASSIGNMENT / "product.ipynb").unlink()
    shutil.copytree(toy_class / "course/submitted/ada", toy_class / "course/submitted/zoe")
    said = grade(toy_class)
    assert said["rc"] == "1"
    assert said["ada"].startswith(
        "unchanged, 4 points; look: the gradebook does not take its verdict"
    )
    assert "expected a number from 0 to 1. See: grader regrade 1-halves" in said["ada"]
    assert said["zoe"] == "4 points"
    assert run(toy_class, "regrade", "--yes", *unsafe())[0] == (0 if unsafe() else 1)
    assert grade(toy_class)["ada"] == "unchanged, 4 points"


def test_new_work_is_not_graded_with_points_that_the_gradebook_does_not_have(toy_class):
    """Lower ones would fit in, and be out of another total."""
    lower_points(toy_class)
    shutil.copytree(toy_class / "course/submitted/ada", toy_class / "course/submitted/zoe")
    shutil.copy(submitted(toy_class, "bela"), submitted(toy_class, "ada"))
    said = grade(toy_class)
    misfit = (
        "weighted is worth 2 in the course and 1 in the gradebook. "
        "Run first: grader release 1-halves"
    )
    assert said["zoe"] == f"not graded; look: {misfit}"
    assert said["ada"].startswith("unchanged, 4 points; look: its file is another one")
    assert said["ada"].endswith(f"but it is not graded: {misfit}")
    assert "zoe" not in points(toy_class)
    run(toy_class, "release")
    assert grade(toy_class)["zoe"] == "4 points"


def drop_exercise(folder: Path) -> None:
    """Take the question out of the course and out of its notebook."""
    path = folder / "halves/__init__.py"
    text = path.read_text()
    line = next(line for line in text.splitlines() if line.strip().startswith("quiz("))
    path.write_text(text.replace(f"{line}\n", "").replace('"product", 4.0', '"product", 3.0'))
    path = folder / "notebooks" / ASSIGNMENT / "product.ipynb"
    made = load(path)
    for cells, name in ((answer_cells, "how_many_zeros"), (check_cells, "check_how_many_zeros")):
        made["cells"].remove(cells(made)[name])
    path.write_text(dumps(made))


def add_exercise(folder: Path) -> None:
    """Add a question to the course and to its notebook."""
    path = folder / "halves/__init__.py"
    text = path.read_text()
    line = next(line for line in text.splitlines() if line.strip().startswith("quiz("))
    added = f"{line}\n{line.replace('how_many_zeros', 'how_many_ones')}"
    path.write_text(text.replace(line, added).replace('"product", 4.0', '"product", 5.0'))
    path = folder / "halves_answers/product.py"
    added = f'def how_many_ones(n):\n    """{HEADS["how_many_zeros"][1]}"""\n    return n\n'
    path.write_text(f"{path.read_text()}\n\n{added}")
    path = folder / "notebooks" / ASSIGNMENT / "product.ipynb"
    made = load(path)
    both = answer_cells(made)["how_many_zeros"], check_cells(made)["check_how_many_zeros"]
    for cell in both:
        copy = json.loads(json.dumps(cell).replace("how_many_zeros", "how_many_ones"))
        made["cells"].append({**copy, "id": copy["id"].replace("zeros", "ones")})
    path.write_text(dumps(made))
    tables = folder / "halves/fingerprints" / f"{ASSIGNMENT}.json"
    known = json.loads(tables.read_text())
    tables.write_text(json.dumps(known | {"how_many_ones": known["how_many_zeros"]}))


EXERCISES = {
    "gone": (
        drop_exercise,
        "an exercise how_many_zeros, which is gone",
        "the course has no exercise how_many_zeros any more",
        "how_many_zeros 1 -> -",
    ),
    "new": (add_exercise, "", "", ""),
}


def test_an_exercise_that_is_gone_is_said_by_every_verb(toy_class):
    change, before, in_explain, in_table = EXERCISES["gone"]
    files = {each: verdict(toy_class, each).read_bytes() for each in ("ada", "bela", "eve")}
    kept = points(toy_class)
    released = toy_class / "course/release" / ASSIGNMENT / "product.ipynb"
    text = released.read_bytes()
    change(toy_class)
    shutil.copytree(toy_class / "course/submitted/ada", toy_class / "course/submitted/zoe")
    said = grade(toy_class)
    assert f"3 were graded with {before}" in said[""]
    assert said["zoe"] == (
        "3 points; look: the course has no exercise how_many_zeros any more: its cell has no "
        "points until somebody gives them in formgrader"
    )
    assert points(toy_class) == kept | {"zoe": 3.0}
    said = run(toy_class, "report")[1]
    assert re.search("zoe: .*how_many_zeros.* in formgrader", said), said
    status, said = run(toy_class, "explain", "ada", ASSIGNMENT, *unsafe())
    assert (status, in_explain in said, "Traceback" in said) == (1, True, False), said
    assert f"graded with {before}: see grader regrade" in run(toy_class, "report")[1]
    status, said = run(toy_class, "regrade", "--yes", *unsafe())
    assert (status, in_table in said, "Nothing was written: " in said) == (1, True, True), said
    assert {each: verdict(toy_class, each).read_bytes() for each in files} == files
    status, said = run(toy_class, "release")
    assert (status, said.startswith("grader: 1-halves is not released, and what was")) == (1, True)
    assert "begin a new gradebook" in said
    assert released.read_bytes() == text
    assert [path.name for path in released.parent.parent.iterdir()] == [ASSIGNMENT]
    assert points(toy_class) == kept | {"zoe": 3.0}
    assert grade(toy_class)["zoe"].startswith("unchanged, 3 points; look: the course has no")


def test_an_exercise_that_came_after_the_release_changes_no_grade(toy_class):
    """Nobody's notebook has it: work is graded with what it holds."""
    kept = points(toy_class)
    add_exercise(toy_class)
    shutil.copytree(toy_class / "course/submitted/ada", toy_class / "course/submitted/zoe")
    said = grade(toy_class)
    assert "how_many_ones: not in the released notebook, so nobody is graded on it." in said[""]
    assert (said["zoe"], said["ada"]) == ("4 points", "unchanged, 4 points")
    assert points(toy_class) == kept | {"zoe": 4.0}
    assert "how_many_ones" not in run(toy_class, "report")[1]
    assert run(toy_class, "explain", "ada", ASSIGNMENT, *unsafe())[0] == 0
    said = run(toy_class, "regrade", *unsafe())[1]
    assert "1-halves: 0 gain, 0 lose, 4 keep their points" in said
    status, said = run(toy_class, "release")
    assert (status, said.startswith("grader: 1-halves is not released, and what was")) == (1, True)
    assert points(toy_class) == kept | {"zoe": 4.0}


@pytest.mark.parametrize("kind", EXERCISES)
def test_a_new_gradebook_is_the_way_that_is_named(kind, toy_class):
    EXERCISES[kind][0](toy_class)
    (toy_class / "course/gradebook.db").rename(toy_class / "course/earlier.db")
    assert run(toy_class, "release")[0] == 0
    said = grade(toy_class)
    expected = {"gone": "3 points", "new": "4 points"}[kind]
    assert said["ada"].startswith(
        f"{expected}; graded again, since the gradebook had no grade of it"
    )
    assert points(toy_class)["ada"] == float(expected[0])


def test_a_verdict_file_waits_for_its_row(toy_class):
    """A regrade that cannot write the gradebook replaces no verdict file."""
    change_reference(toy_class)
    before = verdict(toy_class, "ada").read_bytes()
    execute(
        toy_class, "CREATE TRIGGER full BEFORE UPDATE ON grade BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    status, said = run(toy_class, "regrade", "--yes", *unsafe())
    assert (status, "cannot be written" in said) == (1, True), said
    assert verdict(toy_class, "ada").read_bytes() == before
    execute(toy_class, "DROP TRIGGER full")
    assert "unchanged, 4 points" in grade(toy_class)["ada"]
    assert "its verdict file" not in grade(toy_class)[""]
    assert "ada: 2 points" in run(toy_class, "regrade", "--yes", *unsafe())[1]
    assert verdict(toy_class, "ada").read_bytes() != before


def test_a_verdict_file_of_another_grade_is_said_with_what_helps(toy_class):
    """An older gradebook is back after a regrade."""
    backup = (toy_class / "course/gradebook.db").read_bytes()
    change_reference(toy_class)
    regrade(toy_class)
    (toy_class / "course/gradebook.db").write_bytes(backup)
    words = "its verdict file does not belong to its grade"
    said = grade(toy_class)["ada"]
    assert said == (
        f"unchanged, 4 points; look: {words}, and the course has changed. "
        "See: grader regrade 1-halves"
    )
    said = run(toy_class, "report")[1]
    assert f"ada: {words}: run grader regrade 1-halves" in said
    status, said = run(toy_class, "explain", "ada", ASSIGNMENT, *unsafe())
    assert status == 1
    assert "in the gradebook: 4 points" in said
    assert "look: this verdict file does not belong to that grade. Run: grader regrade" in said
    status, said = run(toy_class, "feedback")
    assert (status, f"ada: feedback written; look: {words}. Run: grader regrade" in said) == (
        1,
        True,
    )
    regrade(toy_class)
    assert "all written" in run(toy_class, "feedback")[1]
    assert run(toy_class, "explain", "ada", ASSIGNMENT, *unsafe())[0] == 0


def test_how_late_it_is_counts_for_a_grade_that_is_left_too(late_class):
    """The verdict file is lost, and the course has changed: nobody knows what it would earn."""
    due(late_class, None)
    grade(late_class)
    verdict(late_class, "ada").unlink()
    change_reference(late_class)
    due(late_class, "2026-01-02 00:00:00")
    said = grade(late_class)["ada"]
    assert said == (
        "0 points (12 hours late, 4 of 4 points off for that); recorded again, since the due date "
        "was none and is 2026-01-02 00:00:00 and the late penalty is another one; look: its "
        "verdict file is missing, and the course has changed. See: grader regrade 1-halves"
    )
    stamp(late_class, "ada", "2026-01-01 00:00:00 UTC")
    said = grade(late_class)["ada"]
    assert said.startswith("4 points; recorded again, since its timestamp.txt is another one; look")
    assert points(late_class)["ada"] == 4.0
    status, said = run(late_class, "explain", "ada", ASSIGNMENT)
    assert (status, "is missing. Run: grader regrade 1-halves" in said) == (1, True)
    regrade(late_class)
    assert grade(late_class)["ada"] == "unchanged, 2 points"


def test_a_grade_of_another_program_is_not_called_unchanged_where_its_time_is_another(late_class):
    due(late_class, None)
    grade(late_class)
    execute(late_class, "DELETE FROM grader_key WHERE student_id = 'ada'")
    assert grade(late_class)["ada"].startswith("unchanged, 4 points; look: another program")
    stamp(late_class, "ada", "2026-02-20 00:00:00 UTC")
    shutil.copy(submitted(late_class, "bela"), submitted(late_class, "ada"))
    said = grade(late_class)["ada"]
    assert said.startswith(
        "4 points; look: another program graded it, and its points stay. See what this one would "
        "give with: grader regrade 1-halves; its timestamp.txt says 2026-02-20 00:00:00 UTC"
    )
    verdict(late_class, "ada").unlink()
    assert "Run: grader regrade" in run(late_class, "explain", "ada", ASSIGNMENT)[1]
    regrade(late_class)
    due(late_class, "2026-01-03 00:00:00")
    assert grade(late_class)["ada"].startswith("0 points (48 days late, 2 of 2 points off")


MEANWHILE = {
    "the course": change_reference,
    "bela": lambda folder: shutil.rmtree(folder / "course/submitted/bela"),
    "ada": lambda folder: stamp(folder, "ada", "2026-01-01 UTC"),
    "bela, eve": lambda folder: execute(  # by hand, in formgrader
        folder, "UPDATE grade SET manual_score = 0.5 WHERE auto_score = 0"
    ),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_what_changes_while_the_question_is_open_is_said_and_nothing_is_written(what, toy_class):
    edit(
        toy_class / "halves/__init__.py",
        '(Part("y", 1, "n"),)',
        '(Part("y", 1, "n", tolerance=1e-6),)',
    )
    files = {each: verdict(toy_class, each).read_bytes() for each in ("ada", "bela", "eve")}
    before = points(toy_class)
    said = answered(toy_class, lambda: MEANWHILE[what](toy_class))
    assert f"Nothing was written: this has changed since: {what}. Run again: grader" in said
    assert points(toy_class) == before
    assert {each: verdict(toy_class, each).read_bytes() for each in files} == files


def answered(folder: Path, change: Callable[[], object]) -> str:
    """Run `grader regrade` in a terminal; change something at its question, and say yes."""
    parent, child = pty.openpty()
    env = os.environ | {"GRADER_COURSE": str(folder / "halves")}
    words = [str(Path(sys.executable).with_name("grader")), "regrade", *unsafe()]
    process = subprocess.Popen(words, cwd=folder, env=env, stdin=child, stdout=child, stderr=child)
    os.close(child)
    said = b""
    while b"[y/N]" not in said:
        said += os.read(parent, 4096)
    change()
    os.write(parent, b"y\n")
    try:
        while block := os.read(parent, 4096):
            said += block
    except OSError:  # its other end is closed
        pass
    assert process.wait() == 1
    os.close(parent)
    return " ".join(said.decode().split())


DAMAGED = ["", '{"cells": [{"a": 1}]}', '{"nbformat": 4, "cells": [{"a": 1}]}', "[]", None]


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_released_notebook_is_one_sentence(text, toy_class):
    path = toy_class / "course/release" / ASSIGNMENT / "product.ipynb"
    path.unlink() if text is None else path.write_text(text)
    sentence = "Run first: grader release 1-halves"
    for words in (["grade"], ["regrade"], ["explain", "ada", ASSIGNMENT]):
        status, said = run(toy_class, *words, *unsafe())
        assert (status, sentence in said, "Traceback" in said) == (1, True, False), said
    status, said = run(toy_class, "report")
    assert (status, sentence in said) == (0, True), said
    assert run(toy_class, "release")[0] == 0
    assert grade(toy_class)["ada"] == "unchanged, 4 points"


def test_a_full_disk_names_the_file(tmp_path, monkeypatch):
    from grader.instructor import files

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(OSError, match="No space") as raised:
        files.write_atomically(tmp_path / "a.json", "x")
    assert raised.value.filename == str(tmp_path / "a.json")


# --- every face shows what was graded ---


def test_an_edited_autograded_notebook_is_written_again(toy_class):
    """As "Open live notebook" and Save would leave it."""
    path = toy_class / "course/autograded/ada" / ASSIGNMENT / "product.ipynb"
    undo = edit(path, "return x * w / 2", "return x * w * 2")
    said = run(toy_class, "feedback")[1]
    assert "ada: feedback written; look: its page shows another verdict" in said
    assert grade(toy_class)["ada"] == (
        "4 points; recorded again, since its autograded notebook was missing or another one"
    )
    text = path.read_text()
    undo()
    assert path.read_text() == text


@pytest.mark.parametrize("how", ["removed", "a link"])
def test_a_file_that_is_gone_from_its_folder_keeps_its_row(how, toy_class):
    path = submitted(toy_class, "ada")
    stamp(toy_class, "ada", "2026-01-01 UTC")
    grade(toy_class)
    path.unlink()
    if how == "a link":
        path.symlink_to("/etc/hostname")
    said = grade(toy_class)
    assert said["rc"] == "1"
    assert said["ada"].startswith("unchanged, 4 points; look: no longer in submitted/: ")
    assert said["ada"].endswith("; its grade stays")
    assert points(toy_class)["ada"] == 4.0
    status, said = run(toy_class, "explain", "ada", ASSIGNMENT, *unsafe())
    assert (status, "Traceback" in said) == (1, False)
    if how == "removed":
        assert "in the gradebook: 4 points; no longer in submitted/" in said
        assert "ada: 4 points, no longer in submitted/" in run(toy_class, "report")[1]
        assert "no longer in submitted/" in run(toy_class, "feedback")[1]
    said = run(toy_class, "regrade", "--yes", *unsafe())[1]
    assert points(toy_class)["ada"] == 4.0


def test_feedback_of_a_student_without_a_grade_says_what_to_do(toy_class):
    execute(
        toy_class,
        "DELETE FROM grade WHERE notebook_id IN (SELECT n.id FROM submitted_notebook n JOIN submitted_assignment s ON n.assignment_id = s.id WHERE s.student_id = 'ada')",
    )
    status, said = run(toy_class, "feedback")
    assert (status, "ada: look: the gradebook has no grade of it. Run: grader grade" in said) == (
        1,
        True,
    )


# --- penalties of a course's own ---

OWN = """
from nbgrader.plugins import LateSubmissionPlugin
from decimal import Decimal
class Own(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return {value}
c.AssignLatePenalties.plugin_class = Own
"""


@pytest.mark.parametrize("value", ["'3'", "[1]", "float('nan')", "1 + 1j"])
def test_a_penalty_that_is_no_number_is_one_sentence(value, late_class):
    with (late_class / "nbgrader_config.py").open("a") as file:
        file.write(OWN.format(value=value))
    status, said = run(late_class, "grade", *unsafe())
    assert (status, "Traceback" in said) == (1, False)
    assert "The late penalty that nbgrader_config.py sets cannot be had" in said
    assert "no number" in said


@pytest.mark.parametrize("value", ["Decimal('1.5')", "1.5", "__import__('numpy').float64(1.5)"])
def test_a_penalty_may_be_any_number(value, late_class):
    with (late_class / "nbgrader_config.py").open("a") as file:
        file.write(OWN.format(value=value))
    assert grade(late_class)["ada"].startswith("2.5 points (1 hour late, 1.5 of 4 points off")
    assert grade(late_class)["ada"].startswith("unchanged, 2.5 points")


def test_the_table_of_a_regrade_shows_what_lateness_takes(late_class):
    """The due date has moved since the last grade: that is written too, and said before."""
    due(late_class, None)
    grade(late_class)
    due(late_class, "2026-01-01 12:00:00")
    edit(
        late_class / "halves/__init__.py",
        '(Part("y", 1, "n"),)',
        '(Part("y", 1, "n", tolerance=1e-6),)',
    )
    said = run(late_class, "regrade", "--yes", *unsafe())[1]
    assert ["ada", "4", "0", "-4", "late", "penalty", "0", "->", "4"] in [
        line.split() for line in said.splitlines()
    ]
    assert (
        "ada: 0 points (1 day late, 4 of 4 points off for that); recorded again, since the due "
        in said
    )
    assert "1-halves: 0 gain, 2 lose, 1 keep their points" in said
    shutil.copytree(late_class / "course/submitted/ada", late_class / "course/submitted/zoe")
    said = run(late_class, "regrade", *unsafe())[1]
    assert ["zoe", "-", "0", "+0"] in [line.split()[:4] for line in said.splitlines()]


def test_a_regrade_writes_the_points_of_its_table(toy_class):
    """An answer that is right by chance: it is not asked a third time."""
    text = (
        "import time\ndef weighted_backward(dy, x, w):\n"
        "    if time.time_ns() // 1000 % 2:\n        return None\n    return dy * w / 2, dy * x / 2"
    )
    answer(toy_class, "ada", text)
    grade(toy_class)
    for _ in range(3):
        said = run(toy_class, "regrade", "--yes", *unsafe())[1]
        assert "graded again" not in said
        rows = [line.split() for line in said.splitlines() if line.startswith("ada ")]
        for row in rows:
            assert points(toy_class)["ada"] == float(row[2])


def test_one_assignment_that_cannot_be_graded_stops_no_other(tmp_path, monkeypatch):
    from click.testing import CliRunner

    from grader.instructor.commands import grade as module
    from grader.instructor.commands.cli import main
    from grader.instructor.courses import CourseError

    done = []

    def refuse(grading, say):
        if grading.assignment == "1-affine":
            raise CourseError("1-affine is not in the gradebook")
        done.append(grading.assignment)
        return 0

    monkeypatch.setattr(module, "grade", refuse)
    monkeypatch.delenv("GRADER_COURSE", raising=False)
    words = ["grade", "--course", str(tmp_path), "1-affine", "4-relu"]
    result = CliRunner().invoke(main, words)
    assert (result.exit_code, done) == (1, ["4-relu"])
    assert "grader: 1-affine is not in the gradebook" in result.output
    assert "1 to look at: see above" in result.output


def test_another_judge_is_a_change_of_the_course(toy_class, monkeypatch):
    """A clone changes with `git pull`, and its version stays."""
    row = sqlite3.connect(toy_class / "course/gradebook.db")
    with row as db:
        (content,) = db.execute(
            "SELECT content FROM grader_key WHERE student_id = 'ada'"
        ).fetchone()
        key = json.loads(content)
        key["basis"]["judge"] = "0" * 64
        db.execute("UPDATE grader_key SET content = ? WHERE student_id = 'ada'", [json.dumps(key)])
    said = grade(toy_class)
    assert (said["rc"], "1 was graded with another judge" in said[""]) == ("1", True)


def test_whoever_could_not_be_graded_is_for_a_look_also_where_all_is_written(tmp_path, monkeypatch):
    """The machine failed each of three times, say: that was said, and the status says so too."""
    classroom = Classroom.at(tmp_path / "course")
    release(classroom, [NOTEBOOKS["1-affine"]])
    path = classroom.submitted / "ada" / "1-affine" / "affine.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    monkeypatch.setattr(regrade_module, "grade", lambda grading, say: 1)
    status = regrade_module.regrade(Grading(classroom, "1-affine"), print, lambda is_any: True)
    assert status == 1
