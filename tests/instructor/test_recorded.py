"""Recorded means: a row in this gradebook, under all that the grade depends on; else it is said."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from our_course import NOTEBOOKS
from support import grader
from tiers import unsafe
from toy_course import run

from grader.exercises.cases import affine as affine_cases
from grader.instructor.author import notebook
from grader.instructor.classroom import Classroom
from grader.instructor.records import gradebook
from grader.instructor.report.gather import gather
from grader.instructor.sealed import verdict_file
from grader.instructor.sealed.basis import basis_of, differences

NAME = "1-affine"
FILE = Path(NAME, "affine.ipynb")
HALF = "def affine_backward(dy, x, w):\n    return dy, x, w\n"

pytestmark = pytest.mark.usefixtures("some_tier")


@pytest.fixture(scope="module")
def of_class(tmp_path_factory, released_course) -> Classroom:
    """Three students, graded; the assignment is due, and bela is two days late."""
    course = released_course(NAME, tmp_path_factory.mktemp("recorded") / "course")
    with gradebook.opened(course) as book:
        book.update_or_create_assignment(NAME, duedate="2026-01-01 00:00:00 UTC")
    for student, answers in (("ada", {}), ("bela", {}), ("chen", {"affine_backward": HALF})):
        made = notebook.with_answers(notebook.solve(NOTEBOOKS[NAME], student=student), answers)
        path = course.submitted / student / FILE
        path.parent.mkdir(parents=True)
        path.write_text(notebook.dumps(made))
    (course.submitted / "bela" / NAME / "timestamp.txt").write_text("2026-01-03 00:00:00 UTC")
    status, said = grader("grade", "--course", course.folder, *unsafe())
    assert status == 0, said
    assert "bela: 19 points (2 days late)" in said
    return course


@pytest.fixture
def course(of_class, tmp_path) -> Classroom:
    folder = tmp_path / "course"
    shutil.copytree(of_class.folder, folder)
    return Classroom.at(folder)


def grade(course: Classroom, *options: object) -> tuple[int, dict[str, str], str]:
    """Return status, what is said by student, and all that is said."""
    status, said = grader("grade", "--course", course.folder, *options, *unsafe())
    lines = [line.split("] ", 1)[1] for line in said.splitlines() if line.startswith("[")]
    return status, dict(line.split(": ", 1) for line in lines), said


def points(course: Classroom) -> dict[str, float]:
    return {each.student: each.points for each in gradebook.standings(course, NAME)}


def execute(course: Classroom, statement: str) -> None:
    with sqlite3.connect(course.folder / "gradebook.db") as db:
        db.execute(statement)


def test_nothing_changed_is_said_and_nothing_is_written(course):
    before = (course.folder / "gradebook.db").read_bytes()
    status, by_student, _ = grade(course)
    assert status == 0
    assert by_student == {
        "ada": "unchanged, 19 points",
        "bela": "unchanged, 19 points (2 days late)",
        "chen": "unchanged, 16 points",
    }
    assert (course.folder / "gradebook.db").read_bytes() == before


def test_a_lost_gradebook_gets_all_its_rows_again(course):
    before = points(course)
    (course.folder / "gradebook.db").unlink()
    status, said = grader("grade", "--course", course.folder, *unsafe())
    assert (status, "There is no gradebook" in said) == (1, True)
    assert not (course.folder / "gradebook.db").exists()
    grader("release", NAME, "--course", course.folder)
    status, by_student, _ = grade(course)
    assert status == 0
    assert by_student["chen"] == (
        "16 points; recorded again, since the gradebook had no grade of it"
    )
    assert points(course) == before


def test_another_gradebook_gets_all_rows_too(course, tmp_path):
    db = f"sqlite:///{tmp_path}/other.db"
    grader("release", NAME, "--course", course.folder, "--db", db)
    grade(course, "--db", db)
    assert points(replace(course, db=db)) == points(course)


def test_a_student_who_was_removed_and_came_back_gets_the_points(course):
    with gradebook.opened(course) as book:
        book.remove_student("chen")
    assert "chen" not in points(course)
    assert "no grade of it" in grade(course)[1]["chen"]
    assert points(course)["chen"] == 16.0


def test_points_that_another_program_wrote_are_put_right(course):
    execute(course, "UPDATE grade SET auto_score = 0 WHERE auto_score = 2")
    status, by_student, _ = grade(course)
    assert status == 0
    assert by_student["ada"] == "19 points; recorded again, since the gradebook had other points"
    assert points(course)["ada"] == 19.0


def test_a_lost_autograded_notebook_is_written_again(course):
    (course.autograded / "ada" / FILE).unlink()
    assert "its autograded notebook was missing" in grade(course)[1]["ada"]
    assert (course.autograded / "ada" / FILE).is_file()


def test_a_lost_verdict_file_is_said(course):
    (course.folder / "verdicts" / "ada" / f"{NAME}.json").unlink()
    assert grade(course)[1]["ada"] == (
        "19 points; graded again, since its verdict file was missing or of another grade"
    )


def test_one_place_that_cannot_be_written_stops_nobody_else(course):
    shutil.rmtree(course.autograded / "ada")
    (course.autograded / "ada").write_text("a file where a folder has to be")
    shutil.rmtree(course.folder / "verdicts" / "bela")
    (course.folder / "verdicts" / "bela").write_text("another one")
    _, by_student, said = grade(course)
    assert "look: " in by_student["ada"]
    assert "cannot be written" in by_student["ada"]
    assert by_student["bela"].startswith("not graded; look: ")
    assert by_student["chen"] == "unchanged, 16 points"
    assert "2 to look at: see above" in said
    for place in ("autograded/ada", "verdicts/bela"):
        (course.folder / place).unlink()
    assert grade(course)[0] == 0
    assert (course.autograded / "ada" / FILE).is_file()
    assert points(course) == {"ada": 19.0, "bela": 19.0, "chen": 16.0}


def test_feedback_says_whose_autograded_notebook_is_missing(course):
    shutil.rmtree(course.autograded)
    shutil.rmtree(course.submitted / "chen")
    status, said = grader("feedback", NAME, "--course", course.folder)
    assert status == 1
    assert said.count("is missing. Run first: grader grade 1-affine") == 2
    assert "is missing, and the work is no longer in submitted/" in said


def test_explain_ends_with_one_where_the_replay_differs(course):
    path = course.folder / "verdicts" / "chen" / f"{NAME}.json"
    verdict = json.loads(path.read_text())
    del verdict["digest"]
    verdict["exercises"][0]["earned"] += 1.0
    path.write_text(json.dumps({**verdict, "digest": verdict_file.digest_of(verdict)}))
    for student, expected in (("ada", 0), ("chen", 1)):
        status, said = grader("explain", student, NAME, "--course", course.folder, *unsafe())
        assert (status, "DIFFERS" in said) == (expected, expected == 1)


def test_another_file_is_graded_again_and_what_there_was_before_is_said(course):
    made = notebook.solve(NOTEBOOKS[NAME], student="chen")
    (course.submitted / "chen" / FILE).write_text(notebook.dumps(made))
    assert grade(course)[1]["chen"] == (
        "19 points; graded again, since its file is another one (16 points before)"
    )


def test_a_moved_due_date_and_an_extension_are_said(course):
    with gradebook.opened(course) as book:
        book.update_or_create_assignment(NAME, duedate="2026-01-02 00:00:00 UTC")
        book.grant_extension(NAME, "ada", days=3)
    by_student = grade(course)[1]
    moved = "the due date was 2026-01-01 00:00:00 and is 2026-01-02 00:00:00"
    assert by_student["bela"] == f"19 points (1 day late); recorded again, since {moved}"
    assert by_student["ada"].endswith(
        f"(an extension of 3 days); recorded again, since {moved} and the extension was none and "
        "is 3 days"
    )
    assert {line.split(",")[0] for line in grade(course)[1].values()} == {"unchanged"}


def test_a_late_penalty_follows_the_due_date_and_shows_on_every_face(course, monkeypatch):
    """nbgrader's own plugin takes all points of who is late."""
    from traitlets.config import Config

    from grader.instructor.records import late_penalty

    settings = Config({"LateSubmissionPlugin": {"penalty_method": "zero"}})
    monkeypatch.setattr(late_penalty, "config", lambda course: settings)
    _, by_student, _ = grade(course)
    assert by_student["bela"] == (
        "0 points (2 days late, 19 of 19 points off for that); recorded again, since the late "
        "penalty is another one"
    )
    assert grade(course)[1]["bela"].startswith("unchanged, 0 points (2 days late")
    said = grader("report", NAME, "--course", course.folder)[1]
    assert "bela: 0 points, 2 days late, 19 of 19 points off for that" in said
    assert "3 graded, 11.7 of 20 on average" in said
    assert table(course)["bela"]["score"] == "0.0"
    assert table(course)["bela"]["remarks"] == "2 days late; 19 of 19 points off for that"
    with gradebook.opened(course) as book:
        book.grant_extension(NAME, "bela", days=2)
    assert grade(course)[1]["bela"].startswith("19 points (an extension of 2 days); recorded")
    assert points(course)["bela"] == 19.0


def table(course: Classroom) -> dict[str, dict[str, str]]:
    assert grader("export", "--course", course.folder)[0] == 0
    with course.grades.open(encoding="utf-8") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def test_points_by_hand_show_on_every_face(course):
    with gradebook.opened(course) as book:
        row = book.find_grade("check_hinge_loss", "affine", NAME, "ada")
        row.manual_score, row.extra_credit = 0.5, 1.0
        book.db.commit()
    shown = "19.5 points (points by hand in hinge_loss)"
    assert grade(course)[1]["ada"] == f"unchanged, {shown}"
    report = gather_of(course)
    assert [each.points for each in report.students if each.name == "ada"] == [19.5]
    assert table(course)["ada"]["score"] == "19.5"


def gather_of(course: Classroom):
    from grader.instructor.classroom import Grading

    return gather(Grading(course, NAME))


def test_a_hand_in_that_is_gone_keeps_its_row_and_every_face_says_so(course):
    shutil.rmtree(course.submitted / "chen")
    _, by_student, said = grade(course)
    assert "chen" not in by_student
    assert "chen: no longer in submitted/; the gradebook keeps 16 points" in said
    (chen,) = (each for each in gather_of(course).students if each.name == "chen")
    assert (chen.points, chen.notes) == (16.0, ("no longer in submitted/",))
    assert table(course)["chen"]["remarks"] == "no longer in submitted/"
    assert "no longer in submitted/" in grader("report", NAME, "--course", course.folder)[1]


def test_the_same_file_that_comes_again_late_keeps_its_first_time(course):
    stamp = course.submitted / "ada" / NAME / "timestamp.txt"
    stamp.write_text("2025-12-31 00:00:00 UTC")
    assert grade(course)[1]["ada"].startswith("19 points; recorded again, since its timestamp.txt")
    stamp.write_text("2026-02-01 00:00:00 UTC")
    assert grade(course)[1]["ada"].endswith(
        "the same file came again at 2026-02-01 00:00:00 UTC: its first time, "
        "2025-12-31 00:00:00 UTC, counts"
    )
    assert grade(course)[1]["ada"] == "unchanged, 19 points"
    (ada,) = (each for each in gradebook.standings(course, NAME) if each.student == "ada")
    assert (str(ada.handed_in), ada.seconds_late) == ("2025-12-31 00:00:00", 0.0)


def test_other_versions_of_python_and_numpy_are_said_and_regrade_nothing(course):
    path = course.folder / "verdicts" / "ada" / f"{NAME}.json"
    verdict = json.loads(path.read_text())
    del verdict["digest"]
    verdict["made_with"]["numpy"] = "1.0"
    path.write_text(json.dumps(verdict | {"digest": verdict_file.digest_of(verdict)}))
    status, by_student, said = grade(course)
    assert (status, by_student["ada"]) == (0, "unchanged, 19 points")
    assert "1 graded with numpy 1.0 (now " in said


def test_a_verdict_of_an_earlier_version_stays_and_is_said(course):
    execute(course, "DELETE FROM grader_key WHERE student_id = 'ada'")
    status, by_student, said = grade(course)
    assert status == 1
    assert by_student["ada"].startswith("unchanged, 19 points")
    assert "1 was graded with another program, or an earlier version of this one" in said
    status, said = grader("regrade", "--course", course.folder, "--yes", *unsafe())
    assert (status, "0 gain, 0 lose, 3 keep their points" in said) == (0, True)
    assert grade(course)[0] == 0


def test_a_password_is_never_printed(course):
    url = "postgresql://teacher:s3cret@localhost:1/grades"
    for verb in ("grade", "report", "export"):
        status, said = grader(verb, "--course", course.folder, "--db", url)
        assert (status, "s3cret" in said, "Traceback" in said) == (1, False, False), said
    for url in ("sqlite://me:s3cret@/x", "postgresql://h/x?password=s3cret", "a://b:s3@cret@h/x"):
        assert "cret" not in grader("report", "--course", course.folder, "--db", url)[1]
    said = grader("grade", "--course", course.folder, "--db", "postgresql://a:s3cret@h:x/y")[1]
    assert "s3cret" not in said


@pytest.mark.parametrize("verb", ["grade", "regrade", "report", "feedback", "export"])
def test_a_mistyped_course_makes_nothing_and_says_so(verb, course):
    typo = course.folder.with_name("cuorse")
    status, said = grader(verb, "--course", typo)
    assert (status, said) == (
        1,
        f"grader: There is no course folder {typo}. Did you mean {course.folder}?\n",
    )
    assert not typo.exists()


def test_the_first_time_outlives_its_verdict_file(course):
    stamp = course.submitted / "ada" / NAME / "timestamp.txt"
    stamp.write_text("2025-12-31 00:00:00 UTC")
    grade(course)
    stamp.write_text("2026-02-01 00:00:00 UTC")
    (course.folder / "verdicts" / "ada" / f"{NAME}.json").unlink()
    assert "late" not in grade(course)[1]["ada"]


def test_an_empty_timestamp_is_said_and_marked_in_formgrader(course):
    (course.submitted / "ada" / NAME / "timestamp.txt").write_text(" \n")
    status, by_student, _ = grade(course)
    assert (status, "look: timestamp.txt is empty" in by_student["ada"]) == (1, True)


def test_a_folder_of_another_name_is_said(course):
    shutil.copytree(course.submitted / "ada" / NAME, course.submitted / "dora" / "1-Affine")
    said = grade(course)[2]
    assert "dora: look: the folder 1-Affine is not graded. Is it meant for 1-affine?" in said


def test_feedback_and_export_make_no_gradebook_and_no_folder(course, tmp_path):
    (course.folder / "gradebook.db").unlink()
    for verb in ("feedback", "export"):
        status, said = grader(verb, "--course", course.folder)
        assert (status, "There is no gradebook" in said) == (1, True)
    assert not (course.folder / "gradebook.db").exists()


@pytest.mark.parametrize("text", ["c.(", "c.LateSubmissionPlugin.penalty_method = 'odd'"])
def test_broken_settings_are_one_sentence(text, graded_toy, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(graded_toy, folder)
    (folder / "nbgrader_config.py").write_text(f"c = get_config()\n{text}\n")
    with sqlite3.connect(folder / "course" / "gradebook.db") as db:
        db.execute("UPDATE assignment SET duedate = '2020-01-01 00:00:00.000000'")
        db.execute("UPDATE submitted_assignment SET timestamp = '2020-01-02 00:00:00.000000'")
    status, said = run(folder, "grade", *unsafe())
    assert (status, "Traceback" in said) == (1, False)
    assert "nbgrader_config.py" in said


# --- what changes about the course is never applied in silence ---

MENDED = {  # what is edited in the toy course, and what is said of it
    "other cases of weighted_backward": (
        "halves/__init__.py",
        'quarters(rng, n), quarters(rng, n), quarters(rng, n)), {"n": n}) for n in (2, 5)]',
        'quarters(rng, n), quarters(rng, n), quarters(rng, n)), {"n": n}) for n in (2, 6)]',
    ),
    "other rules of weighted": (
        "halves/__init__.py",
        '(Part("y", 1, "n"),)',
        '(Part("y", 1, "n", tolerance=1e-6),)',
    ),
    "another reference of weighted": (
        "halves_answers/product.py",
        "return x * w / 2",
        "return w * x / 2",
    ),
    "other limits of time and memory": (
        "halves/__init__.py",
        "4.0, EXERCISES)",
        '4.0, EXERCISES, limits={"call": 4.0})',
    ),
}


@pytest.mark.parametrize("what", MENDED)
def test_a_mended_course_is_said_and_applied_by_regrade_alone(what, graded_toy, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(graded_toy, folder)
    name, old, new = MENDED[what]
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new))
    status, said = run(folder, "grade", *unsafe())
    assert status == 1
    assert f"3 were graded with {what}. Their points stay" in said
    assert said.count("unchanged, ") == 3
    status, said = run(folder, "regrade", *unsafe())
    assert f"1-halves was graded with {what}." in said
    assert "0 gain, 0 lose, 3 keep their points\nNothing was written" in said
    assert "were graded with" in run(folder, "grade", *unsafe())[1]
    assert "3 keep" in run(folder, "regrade", "--yes", *unsafe())[1]
    assert "were graded with" not in run(folder, "grade", *unsafe())[1]


@pytest.mark.parametrize("what", ["", "{}", "[[", '{"exercises": 3, "digest": "x"}', None])
def test_a_broken_verdict_file_is_no_way_round_the_question(what, graded_toy, tmp_path):
    """What a grade depends on stands in the gradebook: with the course changed, all points stay."""
    folder = tmp_path / "copy"
    shutil.copytree(graded_toy, folder)
    path = folder / "course/verdicts/ada/1-halves.json"
    path.unlink() if what is None else path.write_text(what)
    reference = folder / "halves_answers" / "product.py"
    text = reference.read_text()
    reference.write_text(text.replace("dy * w / 2, dy * x / 2", "dy * x / 2, dy * w / 2"))
    status, said = run(folder, "grade", *unsafe())
    assert status == 1
    state = "is missing" if what is None else "cannot be read"
    assert f"ada: unchanged, 4 points; look: its verdict file {state}, and the course has" in said
    assert "3 were graded with another reference of weighted_backward" in said
    assert run(folder, "report")[0] == 0
    reference.write_text(text)
    assert "ada: 4 points; graded again, since its verdict file was" in run(folder, "grade")[1]


def test_a_restored_gradebook_keeps_its_points_and_their_key(graded_toy, tmp_path):
    """A regrade is undone by restoring the gradebook and the course: nothing else remembers it."""
    folder = tmp_path / "copy"
    shutil.copytree(graded_toy, folder)
    backup = (folder / "course/gradebook.db").read_bytes()
    reference = folder / "halves_answers" / "product.py"
    text = reference.read_text()
    reference.write_text(text.replace("dy * w / 2, dy * x / 2", "dy * x / 2, dy * w / 2"))
    assert "ada: 2 points" in run(folder, "regrade", "--yes", *unsafe())[1]
    (folder / "course/gradebook.db").write_bytes(backup)
    status, said = run(folder, "grade", *unsafe())
    assert (status, "ada: unchanged, 4 points" in said) == (1, True), said
    reference.write_text(text)
    said = run(folder, "grade", *unsafe())[1]
    assert "ada: 4 points; graded again, since its verdict file was missing or of another" in said
    assert "bela: 2 points" in said


def test_comments_docstrings_and_the_form_of_lines_are_no_change(graded_toy, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(graded_toy, folder)
    path = folder / "halves_answers" / "product.py"
    text = (
        path.read_text().replace('"""Return x * w / 2."""', "").replace("x * w / 2", "x*w/2  # !")
    )
    path.write_text(text.replace("def weighted(x, w):\n", 'def weighted(x, w):\n    """A."""\n'))
    assert "were graded with" not in run(folder, "grade", *unsafe())[1]


def test_who_gains_and_who_loses_is_a_table_and_only_yes_writes_it(graded_toy, tmp_path):
    """The reference was wrong: bela, who swapped the gradients, was right all along."""
    folder = tmp_path / "copy"
    shutil.copytree(graded_toy, folder)
    path = folder / "halves_answers" / "product.py"
    path.write_text(path.read_text().replace("dy * w / 2, dy * x / 2", "dy * x / 2, dy * w / 2"))
    before = (folder / "course/gradebook.db").read_bytes()
    _, said = run(folder, "regrade", *unsafe())
    lines = [line.split() for line in said.splitlines()]
    assert ["ada", "4", "2", "-2", "weighted_backward", "2", "->", "0"] in lines
    assert ["bela", "2", "4", "+2", "weighted_backward", "0", "->", "2"] in lines
    assert "1-halves: 1 gain, " in said
    assert "Nothing was written" in said
    assert (folder / "course/gradebook.db").read_bytes() == before
    assert not (folder / "course/verdicts/.regrade").exists()
    said = run(folder, "regrade", "--yes", *unsafe())[1]
    assert "ada: 2 points; recorded again, since it was regraded" in said
    assert "bela: unchanged" in run(folder, "grade", *unsafe())[1]


def test_the_table_shows_what_the_gradebook_would_hold(graded_toy, tmp_path):
    """Points by hand stay, and nobody loses them."""
    folder = tmp_path / "copy"
    shutil.copytree(graded_toy, folder)
    with sqlite3.connect(folder / "course" / "gradebook.db") as db:
        db.execute("UPDATE grade SET manual_score = 3 WHERE auto_score = 2")
    reference = folder / "halves_answers" / "product.py"
    text = reference.read_text()
    reference.write_text(text.replace("dy * w / 2, dy * x / 2", "dy * x / 2, dy * w / 2"))
    shutil.rmtree(folder / "course/submitted/eve")
    said = run(folder, "grade", *unsafe())[1]
    assert "eve: no longer in submitted/; the gradebook keeps" in said
    assert "graded with another reference of weighted_backward" in said.split("eve: ")[-1]
    said = run(folder, "regrade", *unsafe())[1]
    assert ["ada", "5", "5", "+0", "weighted_backward", "2", "->", "0"] in [
        line.split() for line in said.splitlines()
    ]
    assert "1-halves: 1 gain, 0 lose, 1 keep their points" in said


def test_new_points_are_said_and_need_a_release(graded_toy, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(graded_toy, folder)
    path = folder / "halves" / "__init__.py"
    text = path.read_text().replace('Part("y", 1, "n")', 'Part("y", 2, "n")')
    path.write_text(text.replace('"product", 4.0', '"product", 5.0'))
    status, said = run(folder, "grade", *unsafe())
    assert (status, "3 were graded with other points of weighted" in said) == (1, True)
    status, said = run(folder, "regrade", "--yes", *unsafe())
    assert status == 1
    assert ["ada", "4", "5", "+1", "weighted", "1", "->", "2"] in [
        line.split() for line in said.splitlines()
    ]
    assert "Nothing was written: weighted is worth 2 in the course and 1 in the gradebook" in said
    assert "grader release 1-halves" in said
    path.write_text((graded_toy / "halves" / "__init__.py").read_text())
    assert run(folder, "grade", *unsafe())[1].count("unchanged") == 3


def test_a_new_draw_of_fresh_cases_is_seen_too(monkeypatch, released_course, tmp_path):
    """Not the code of the function that draws is another one, but what it calls by a module."""
    notebook_of = NOTEBOOKS[NAME]
    released = json.loads((released_course(NAME, tmp_path / "c").release / FILE).read_text())
    before = basis_of(notebook_of, released)
    assert list(differences(before, basis_of(notebook_of, released))) == []
    quarters = affine_cases.quarters
    monkeypatch.setattr(affine_cases, "quarters", lambda rng, *shape: quarters(rng, *shape) + 1)
    assert "other cases of affine_forward" in list(
        differences(before, basis_of(notebook_of, released))
    )
