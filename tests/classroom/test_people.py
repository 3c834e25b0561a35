"""Rosters, sections, groups, deadlines, late days."""

from __future__ import annotations

import csv

import pytest
from nbgrader.api import Gradebook
from support import grader

from grader.instructor.records.people import Roster

from .conftest import ASSIGNMENT, FILE, files_in, run, solved_by, write_csv

HEADER = ("student", "last name", "first name", "email", "section", "group")
PEOPLE = (
    ("ada", "Lovelace", "Ada", "ada@example.org", "A", "1"),
    ("bela", "Bartók, B.", "Béla", "bela@example.org", "A", "1"),
    ("conan", "O'Brien", '"Coco"', "", "B", ""),
    ("dora", "van der Berg", "Dörte", "", "B", "2"),
)


@pytest.fixture
def listed(course, tmp_path):
    """The class with a roster of four in two sections, two of them a pair."""
    path = write_csv(tmp_path / "people.csv", HEADER, *PEOPLE)
    assert run(course, "roster", path, "--yes")[0] == 0
    return course


def hand_in(course, student: str, content: bytes, time: str = "2026-01-31 10:00:00 UTC") -> None:
    """Put a file into submitted/, as by hand."""
    folder = course.submitted / student / ASSIGNMENT
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_bytes(content)
    (folder / "timestamp.txt").write_text(time)


def line_of(said: list[str], student: str) -> str:
    return next(line for line in said if f"] {student}: " in line or line.startswith(f"{student}:"))


# The roster.


def test_a_roster_is_kept_and_its_people_are_in_the_gradebook(listed):
    rows = Roster.of(listed).rows
    assert [(row.id, row.last_name, row.section, row.group) for row in rows] == [
        (id_, last, section, group) for id_, last, _, _, section, group in PEOPLE
    ]
    with Gradebook(listed.db) as book:
        names = [(s.id, s.last_name, s.first_name, s.email) for s in book.students]
    expected = [(id_, last, first, email or None) for id_, last, first, email, *_ in PEOPLE]
    assert sorted(names) == expected


def test_a_roster_may_come_before_the_first_release(tmp_path):
    path = write_csv(tmp_path / "people.csv", HEADER, *PEOPLE)
    status, said = grader("roster", path, "--course", tmp_path / "new", "--yes")
    assert (status, "4 on the roster" in said) == (0, True), said
    assert grader("release", ASSIGNMENT, "--course", tmp_path / "new")[0] == 0


def test_another_roster_adds_and_changes_and_removes_nobody(listed, tmp_path):
    path = write_csv(tmp_path / "more.csv", ("student", "section"), ("ada", "C"), ("emil", "C"))
    said = run(listed, "roster", path)[1]
    assert 'ada: section "A" -> "C"' in said
    assert "emil: new (section C)" in said
    assert "not in more.csv, and still on the roster: bela, conan, dora" in said
    assert Roster.of(listed).section("ada") == "A"  # nothing was written
    run(listed, "roster", path, "--yes")
    ada = Roster.of(listed).by_id["ada"]
    assert (ada.section, ada.last_name, ada.group) == ("C", "Lovelace", "1")


def test_a_roster_edited_by_hand_is_read_and_a_broken_one_is_named(listed):
    path = listed.roster
    path.write_text(path.read_text(encoding="utf-8").replace("group", "team"), encoding="utf-8")
    assert [row.id for row in Roster.of(listed).rows] == ["ada", "bela", "conan", "dora"]
    path.write_text("student,section\nada,A\nada,B\n", encoding="utf-8")
    hand_in(listed, "ada", b"{}")
    status, said = run(listed, "grade")
    assert (status, "lines 2 and 3" in "".join(said)) == (1, True), said


def test_a_roster_with_doubles_is_one_clear_error(listed, tmp_path):
    before = files_in(listed.folder)
    for rows in (
        [("student",), ("ada",), ("ada",)],
        [("student",), ("../ada",)],
        [("student", "email"), ("x", "x@b.c"), ("", "a@b.c")],
        [("points",), ("3",)],
    ):
        status, said = run(listed, "roster", write_csv(tmp_path / "bad.csv", *rows), "--yes")
        assert (status, len(said) > 0, "bad.csv" in " ".join(said)) == (1, True, True), said
    assert files_in(listed.folder) == before


# Who has not handed in, and sections.


@pytest.mark.usefixtures("some_tier")
def test_who_has_not_handed_in_has_0_and_every_face_says_so(listed):
    hand_in(listed, "ada", solved_by("ada"))
    hand_in(listed, "zoe", solved_by("zoe"))
    said = run(listed, "grade")[1]
    assert line_of(said, "ada").endswith("7 points")
    assert "not handed in, 0 points: 2 of 4 on the roster: conan, dora" in said
    assert "not on the roster: zoe" in said
    said = run(listed, "report", ASSIGNMENT)[1]
    assert "not handed in, 0 points (2): conan, dora" in said
    assert "section A: 2 of 2 graded, 7.0 points on average" in said
    assert "section B: 0 of 2 graded, 0.0 points on average" in said
    run(listed, "export")
    table = list(csv.DictReader(listed.grades.read_text(encoding="utf-8").splitlines()))
    rows = {row["student_id"]: row for row in table if row["assignment"] == ASSIGNMENT}
    assert list(rows) == ["ada", "bela", "conan", "dora", "zoe"]
    assert (rows["conan"]["score"], rows["conan"]["remarks"]) == ("0.0", "not handed in")
    assert (rows["bela"]["last_name"], rows["bela"]["section"]) == ("Bartók, B.", "A")
    assert rows["conan"]["first_name"] == '"Coco"'
    run(listed, "export", "--wide")
    text = (listed.folder / "grades-wide.csv").read_text(encoding="utf-8")
    wide = {row["student_id"]: row for row in csv.DictReader(text.splitlines())}
    assert wide["ada"]["4-relu: relu_backward"] == "2.0"
    assert (wide["ada"]["4-relu: points"], wide["ada"]["total"]) == ("7.0", "7.0")
    assert (wide["dora"]["4-relu: points"], wide["dora"]["total"]) == ("", "0.0")


# Groups.


@pytest.mark.usefixtures("some_tier")
def test_one_hand_in_counts_for_all_of_a_group(listed):
    """An exercise by hand has the numbers of one of them, which is nobody else's."""
    hand_in(listed, "ada", solved_by("bela"))
    said = run(listed, "grade")[1]
    assert "bela: ada's hand-in counts (group 1)" in said
    assert line_of(said[1:], "ada").endswith("7 points")
    assert line_of(said[1:], "bela").endswith("7 points")
    assert (listed.submitted / "bela" / ASSIGNMENT / "timestamp.txt").read_text().strip() == (
        "2026-01-31 10:00:00 UTC"
    )
    assert not any("counts (group" in line for line in run(listed, "grade")[1])

    # A later version of the one who handed in is everybody's, too.
    hand_in(listed, "ada", solved_by("ada", relu_forward="def relu_forward(x):\n    return x"))
    said = run(listed, "grade")[1]
    assert any(line.startswith("bela: ada's hand-in counts (group 1); what bela") for line in said)
    assert line_of(said[1:], "bela").split(": ")[1] == line_of(said[1:], "ada").split(": ")[1]


@pytest.mark.usefixtures("some_tier")
def test_of_two_hand_ins_of_a_group_the_last_one_before_the_deadline_counts(listed):
    run(listed, "deadline", ASSIGNMENT, "2026-01-31 11:00")
    hand_in(listed, "ada", solved_by("ada"), "2026-01-31 10:30:00 UTC")
    wrong = solved_by("bela", relu_backward="def relu_backward(dy, x):\n    return dy")
    hand_in(listed, "bela", wrong, "2026-01-31 11:30:00 UTC")
    said = run(listed, "grade")[1]
    assert "bela: ada's hand-in counts (group 1); what bela had is in earlier/bela/4-relu/1" in said
    assert (listed.earlier / "bela/4-relu/1" / FILE).read_bytes() == wrong
    assert line_of(said[1:], "bela").endswith("7 points")


@pytest.mark.usefixtures("some_tier")
def test_two_hand_ins_of_a_group_without_times_stay_and_are_looked_at(listed):
    for student in ("ada", "bela"):
        hand_in(listed, student, solved_by(student))
        (listed.submitted / student / ASSIGNMENT / "timestamp.txt").unlink()
    status, said = run(listed, "grade")
    assert status == 1
    assert any("which one came last is not known. Each keeps its own" in line for line in said)
    assert not listed.earlier.exists()


# Deadlines.


def test_due_dates_and_extensions_are_nbgraders(listed):
    said = run(listed, "deadline", ASSIGNMENT, "2026-03-01 23:59 Europe/Berlin")[1]
    assert "4-relu: due 2026-03-01 22:59:00 UTC" in said
    said = run(listed, "deadline", ASSIGNMENT, "--student", "ada", "--extend", "36 hours")[1]
    assert "  ada: 1.5 days more" in said
    with Gradebook(listed.db) as book:
        assert str(book.find_assignment(ASSIGNMENT).duedate) == "2026-03-01 22:59:00"
        submission = book.find_submission(ASSIGNMENT, "ada")
        assert submission.extension.total_seconds() == 36 * 3600
    run(listed, "deadline", ASSIGNMENT, "--student", "ada", "--extend", "0")
    assert "more" not in "".join(run(listed, "deadline")[1])
    said = run(listed, "deadline", ASSIGNMENT, "none")[1]
    assert "4-relu: no due date: nothing is late" in said


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((ASSIGNMENT, "tomorrow"), "Expected a time such as 2026-12-01 23:59 Europe/Berlin"),
        ((ASSIGNMENT, "--student", "ada"), "An extension needs both"),
        ((ASSIGNMENT, "--student", "ada", "--extend", "2 moons"), "Expected a span such as"),
        ((ASSIGNMENT, "--student", "adda", "--extend", "2 days"), "Not on the roster: adda"),
        (("1-affine", "2026-03-01 23:59"), "1-affine is not in the gradebook"),
        ((ASSIGNMENT, "--late-days", "3"), "is for the whole course"),
    ],
)
def test_what_is_no_deadline_is_one_clear_error(listed, words, expected):
    status, said = run(listed, "deadline", *words)
    assert (status, len(said), expected in said[0]) == (1, 1, True), said


@pytest.mark.usefixtures("some_tier")
def test_late_days_are_used_up_and_an_extension_by_hand_goes_first(listed):
    """dora is late by 2.5 days, conan by 5, of which one is granted by hand."""
    run(listed, "deadline", ASSIGNMENT, "2026-01-31 10:00")
    run(listed, "deadline", ASSIGNMENT, "--student", "conan", "--extend", "1 day")
    hand_in(listed, "dora", solved_by("dora"), "2026-02-02 22:00:00 UTC")
    hand_in(listed, "conan", solved_by("conan"), "2026-02-05 10:00:00 UTC")
    run(listed, "grade")
    for _ in range(2):  # the second time changes nothing
        said = run(listed, "deadline", "--late-days", "3")[1]
        assert "dora: 3 late days for 4-relu, 0 left" in said
        assert "conan: 3 late days for 4-relu, 0 left, 1 more would be needed" in said
        now = run(listed, "deadline", ASSIGNMENT)[1]
        assert ("  conan: 4 days more" in now, "  dora: 3 days more" in now) == (True, True)
    said = run(listed, "grade")[1]
    assert "(1 day late, an extension of 4 days)" in line_of(said, "conan")
    assert "late" not in line_of(said, "dora")
    run(listed, "deadline", "--late-days", "0")
    assert [line for line in run(listed, "deadline")[1] if "more" in line] == [
        "  conan: 1 day more"
    ]
    (listed.folder / "late_days.json").write_text("no")
    assert "late_days.json cannot be read" in run(listed, "deadline", "--late-days", "3")[1][0]


# Exports.


def test_a_sheet_of_another_course_is_not_filled(listed, tmp_path):
    sheet = write_csv(tmp_path / "other.csv", ("student", "4-relu"), ("x1", ""), ("x2", ""))
    status, said = run(listed, "export", "--like", sheet)
    assert status == 1
    assert "it may be the sheet of another course. Nothing was written." in said[0]
    assert not (listed.folder / "filled-other.csv").exists()


@pytest.mark.usefixtures("some_tier")
def test_a_sheet_of_ones_own_is_filled(listed, tmp_path):
    hand_in(listed, "ada", solved_by("ada"))
    run(listed, "grade")
    rows = [("name", "Homework"), ("Ada Lovelace", ""), ('O\'Brien, "Coco"', ""), ("Nobody", "1")]
    sheet = write_csv(tmp_path / "mine.csv", *rows)
    status, said = run(listed, "export", ASSIGNMENT, "--like", sheet, "--column", "Homework")
    assert status == 1
    assert "look: line 4 was left as it is: Nobody is not on the roster" in said
    assert "look: not in the sheet, with points of 4-relu: bela" in said
    filled = list(csv.reader((listed.folder / "filled-mine.csv").read_text().splitlines()))
    assert [row[1] for row in filled] == ["Homework", "7", "0", "1"]
    for words, expected in (
        (("--like", sheet), "No column of"),
        ((ASSIGNMENT, "--like", sheet, "--column", "Home"), "Did you mean 'Homework'?"),
        (("--like", sheet, "--wide"), "--like fills a sheet as it is"),
        ((ASSIGNMENT, "--like", sheet, "--column", "Homework", "--to", sheet), "the sheet itself"),
    ):
        status, said = run(listed, "export", *words)
        assert (status, expected in " ".join(said)) == (1, True), said
    assert sheet.read_text().count(",7") == 0


def test_a_grade_that_is_not_there_yet_stays_empty(listed, tmp_path):
    """Nothing is graded: nobody gets 0 for that."""
    hand_in(listed, "ada", b"{}")
    sheet = write_csv(tmp_path / "s.csv", ("student", ASSIGNMENT), ("ada", ""), ("conan", "5"))
    status, said = run(listed, "export", "--like", sheet)
    assert status == 1
    assert f"look: nothing is graded of {ASSIGNMENT}: its column was left as it is" in said
    assert (listed.folder / "filled-s.csv").read_text() == sheet.read_text()


# What fresh eyes came across.


@pytest.mark.usefixtures("some_tier")
def test_work_stays_with_the_group_that_it_was_handed_in_for(listed, tmp_path):
    hand_in(listed, "ada", solved_by("ada"))
    hand_in(listed, "dora", solved_by("dora", relu_forward="def relu_forward(x):\n    return x"))
    run(listed, "grade")
    rows = [("student", "group"), ("bela", "2"), ("conan", "2")]
    run(listed, "roster", write_csv(tmp_path / "g.csv", *rows), "--yes")
    before = (listed.submitted / "bela" / ASSIGNMENT / FILE).read_bytes()
    said = run(listed, "grade")[1]
    assert "bela: the work of group 1 stays, and the roster now has group 2" in said
    assert (listed.submitted / "bela" / ASSIGNMENT / FILE).read_bytes() == before
    assert "conan: dora's hand-in counts (group 2)" in said


@pytest.mark.usefixtures("some_tier")
def test_nobody_gets_0_before_it_is_due_or_in_place_of_a_grade(listed, tmp_path):
    run(listed, "deadline", ASSIGNMENT, "2126-12-01 23:59")
    hand_in(listed, "ada", solved_by("ada"))
    run(listed, "grade")
    rows = [("student", ASSIGNMENT), ("ada", "3"), ("conan", ""), ("dora", "4")]
    sheet = write_csv(tmp_path / "s.csv", *rows)
    said = run(listed, "export", "--like", sheet)[1]
    assert "not handed in 4-relu, and not due yet: conan, dora" in said
    assert "4-relu: grades that change: line 2 3 -> 7" in said
    assert (listed.folder / "filled-s.csv").read_text() == "student,4-relu\nada,7\nconan,\ndora,4\n"
    run(listed, "deadline", ASSIGNMENT, "2026-01-31 23:59")
    status, said = run(listed, "export", "--like", sheet)
    assert status == 1
    assert "look: not handed in 4-relu, and a grade is there, which stays: dora (4)" in said
    assert (
        listed.folder / "filled-s.csv"
    ).read_text() == "student,4-relu\nada,7\nconan,0\ndora,4\n"


def test_columns_that_are_not_used_are_named(course, tmp_path):
    path = write_csv(tmp_path / "fr.csv", ("student", "Prénom-x", "Équipe-x"), ("ada", "A", "1"))
    assert "columns that are not used: Prénom-x, Équipe-x" in run(course, "roster", path)[1]
