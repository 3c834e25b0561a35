"""Rosters, feedback that goes back, and the whole way of Canvas's and Moodle's files."""

from __future__ import annotations

import stat
import zipfile

import pytest

from grader.instructor.courses import CourseError
from grader.instructor.platforms.downloads.arrival import Person
from grader.instructor.platforms.downloads.download import read_download
from grader.instructor.platforms.feedback_zip import (
    canvas_feedback_name,
    moodle_feedback_name,
    write_feedback_zip,
)
from grader.instructor.platforms.roster import RosterRow, read_roster
from grader.instructor.platforms.sheets.sheet import fill, read_sheet

from .as_platforms_write import (
    as_csv,
    canvas_file,
    canvas_reads,
    canvas_sheet,
    moodle_folder,
    moodle_reads,
    moodle_sheet,
    write_zip,
)

ASSIGNMENTS = [("Affine (123)", "16.00")]


def roster_of(tmp_path, text: str) -> list[RosterRow]:
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return read_roster(path)


def test_a_canvas_gradebook_is_a_roster(tmp_path):
    students = [
        ["Lovelace, Ada", "1", "0100", "ada@uni.example", "A and B", ""],
        ["Müller, Zoë", "2", "0200", "zoe", "B", ""],
        ["Student, Test", "3", "", "", "", ""],
    ]
    ada, zoe = roster_of(tmp_path, canvas_sheet(students, ASSIGNMENTS, manual=True))
    assert ada == RosterRow(
        id="ada@uni.example",
        last_name="Lovelace",
        first_name="Ada",
        person=Person("Lovelace, Ada", "1", "ada@uni.example", "", "0100"),
        section="A and B",
    )
    assert (zoe.id, zoe.last_name) == ("zoe", "Müller")


def test_canvas_without_logins_goes_by_the_next_number(tmp_path):
    students = [
        ["Lovelace, Ada", "1", "0100", "", "A", ""],
        ["Ritchie, Dennis", "2", "0200", "", "A", ""],
    ]
    text = canvas_sheet(students, ASSIGNMENTS)
    assert [row.id for row in roster_of(tmp_path, text)] == ["0100", "0200"]
    anonymous = [[name, number, "", "", "A", ""] for name, number, *_ in students]
    text = canvas_sheet(anonymous, ASSIGNMENTS)
    assert [row.id for row in roster_of(tmp_path, text)] == ["1", "2"]


def test_moodles_worksheet_goes_by_what_stands_before_the_at(tmp_path):
    people = [(1, "Ada King Lovelace", "ada@uni.example", ""), (2, "Zoë", "zoe@uni.example", "")]
    rows = roster_of(tmp_path, moodle_sheet(people))
    assert [(row.id, row.last_name, row.first_name) for row in rows] == [
        ("ada", "Lovelace", "Ada King"),
        ("zoe", "Zoë", ""),
    ]
    assert rows[0].person.number == "1"


def test_an_address_that_is_not_ones_own_before_the_at_is_taken_whole(tmp_path):
    people = [(1, "Ada", "ada@uni.example", ""), (2, "Ada B", "ada@guest.example", "")]
    rows = roster_of(tmp_path, moodle_sheet(people))
    assert [row.id for row in rows] == ["ada@uni.example", "ada@guest.example"]


def test_moodles_participants_and_grades_are_rosters(tmp_path):
    rows = [
        ["First name", "Surname", "ID number", "Email address", "Groups"],
        ["Ada", "Lovelace", "0100", "ada@uni.example", "Team 7"],
    ]
    (row,) = roster_of(tmp_path, as_csv(rows, ",", "\r\n"))
    assert row == RosterRow(
        "0100",
        "Lovelace",
        "Ada",
        Person("Ada Lovelace", "", "", "ada@uni.example", "0100"),
        group="Team 7",
    )


@pytest.mark.parametrize("header", ["id", "student_id", "Student", "username", "Student-ID"])
def test_a_plain_roster_is_read_by_its_header(tmp_path, header):
    text = f"{header},Last Name,first_name,E-Mail,Number,section,Team\nada,Lovelace,Ada,a@u.example,7,1,x\n"
    (row,) = roster_of(tmp_path, text)
    assert row == RosterRow(
        "ada", "Lovelace", "Ada", Person("Ada Lovelace", "7", "ada", "a@u.example"), "1", "x"
    )


def test_a_roster_with_faults_is_one_error_that_names_its_lines(tmp_path):
    text = 'id,name\nada,"A\nB"\nbob,B\n,C\nada,D\n.hidden,E\na/b,F\n' + "x" * 129 + ",G\n"
    with pytest.raises(CourseError) as caught:
        roster_of(tmp_path, text)
    assert str(caught.value).splitlines()[1:-1] == [
        "line 5: it has no login",
        "lines 2 and 6: they have one login, ada",
        "line 7: '.hidden' can be no student's id: its name begins with a dot, as those of hidden "
        "folders do",
        "line 8: 'a/b' can be no student's id: its name holds a slash, which parts folders",
        f"line 9: {'x' * 40!r} can be no student's id: its name has 129 letters, and the gradebook "
        "holds 128",
    ]


def test_a_roster_of_nobody_is_one_error(tmp_path):
    with pytest.raises(CourseError, match="names no student"):
        roster_of(tmp_path, "id,name\n")


def test_fifty_thousand_students_with_one_id_are_one_error(tmp_path):
    text = "id\n" + "\n" * 3 + "ada\n" + "".join(f"s{n}\n" for n in range(50_000)) + "ada\n"
    with pytest.raises(CourseError, match="lines 5 and 50006: they have one login, ada"):
        roster_of(tmp_path, text)


# --- feedback ---


def test_feedback_for_moodle_is_what_moodle_reads(tmp_path):
    for person in (
        Person("Ada_King O'Neil: jr.", "1001"),
        Person("", "1002"),
        Person("Zoë Müller", "1003"),
    ):
        name = moodle_feedback_name(person, "affine_1.html")
        assert moodle_reads(name) == (
            int(person.number),
            "assignfeedback",
            "file",
            "/affine_1.html",
        )
    with pytest.raises(ValueError, match="Moodle places no file"):
        moodle_feedback_name(Person("Default group"), "a.html")
    with pytest.raises(ValueError, match="Moodle places no file"):
        moodle_feedback_name(Person("Ada", "1"), ".a.html")


@pytest.mark.parametrize(
    ("entry", "read"),
    [
        (canvas_file("Lovelace, Ada", 345, 678, "1_my_link.ipynb", late=True), ("345", "678")),
        (canvas_file("", "Ab1cD", 678, "a.ipynb", anonymous=True), ("anon_Ab1cD", "678")),
        ("folder/" + canvas_file("von_der Leyen, Zoë", 1, 2, "a.ipynb"), ("1", "2")),
    ],
)
def test_feedback_for_canvas_is_what_canvas_reads(entry, read):
    name = canvas_feedback_name(entry, ".html")
    assert name.endswith("_feedback.html")
    assert canvas_reads(name) == read


def test_feedback_for_canvas_needs_a_file_of_canvas():
    for entry in ("a.ipynb", "ada_1_text.html"):
        with pytest.raises(ValueError, match="Canvas has not named"):
            canvas_feedback_name(entry, ".html")


def test_a_feedback_zip_is_whole_or_not_there(tmp_path):
    path = tmp_path / "feedback.zip"
    entries = [("Zoë_1_assignfeedback_file/a.html", b"<p>" * 1000), ("b", b"")]
    assert write_feedback_zip(path, entries) == 2
    whole = path.read_bytes()
    assert write_feedback_zip(path, iter(entries)) == 2
    assert path.read_bytes() == whole
    assert stat.S_IMODE(path.stat().st_mode) & 0o600 == 0o600
    with zipfile.ZipFile(path) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == dict(entries)
    with pytest.raises(ValueError, match="two files of feedback are called b"):
        write_feedback_zip(path, [("b", b"1"), ("b", b"2")])
    assert path.read_bytes() == whole
    assert [each.name for each in tmp_path.iterdir()] == ["feedback.zip"]
    with pytest.raises(CourseError, match="cannot be written: No such file or directory"):
        write_feedback_zip(tmp_path / "nowhere" / "a.zip", [])


# --- the whole way ---


def test_the_whole_way_of_moodles_files(tmp_path):
    people = [
        (1001, "Ada_King O'Neil", "ada@uni.example", ""),
        (1002, "Zoë Müller, jr.", "zoe@uni.example", "3.00"),
    ]
    files = [(f"{moodle_folder(name, n)}/affine.ipynb", name.encode()) for n, name, *_ in people]
    download = read_download(write_zip(tmp_path / "submissions.zip", files))
    worksheet = tmp_path / "worksheet.csv"
    worksheet.write_text("\ufeff" + moodle_sheet(people), encoding="utf-8", newline="")
    roster = {row.person.number: row for row in read_roster(worksheet)}
    assert [roster[each.people[0].number].id for each in download.arrivals] == ["ada", "zoe"]
    sheet = read_sheet(worksheet)
    rows = {person.number: row for row, person in sheet.layout.people.items()}
    points = {rows[each.people[0].number]: 50.5 for each in download.arrivals}
    worksheet.write_bytes(fill(sheet, {sheet.layout.columns[0]: points}).content)
    assert [read_sheet(worksheet).table.value(row, 4) for row in (1, 2)] == ["50.5", "50.5"]
    pages = [
        (moodle_feedback_name(each.people[0], "a.html"), each.read()) for each in download.arrivals
    ]
    write_feedback_zip(tmp_path / "feedback.zip", pages)
    with zipfile.ZipFile(tmp_path / "feedback.zip") as archive:
        read = {moodle_reads(name)[0]: archive.read(name).decode() for name in archive.namelist()}
    assert read == {number: name for number, name, *_ in people}


def test_the_whole_way_of_canvass_files(tmp_path):
    students = [
        ["O'Neil_3_, Ada", "345", "0100", "ada", "A", ""],
        ["Müller, Zoë", "346", "0200", "zoe", "B", ""],
    ]
    files = [
        (canvas_file(name, user, 900 + int(user), "affine-1.ipynb"), name.encode())
        for name, user, *_ in students
    ]
    download = read_download(write_zip(tmp_path / "submissions.zip", files, says_utf8=False))
    gradebook = tmp_path / "gradebook.csv"
    gradebook.write_text(canvas_sheet(students, ASSIGNMENTS), encoding="utf-8", newline="")
    roster = {row.person.number: row for row in read_roster(gradebook)}
    assert [roster[each.people[0].number].id for each in download.arrivals] == ["ada", "zoe"]
    sheet = read_sheet(gradebook)
    rows = {person.number: row for row, person in sheet.layout.people.items()}
    points = {rows[each.people[0].number]: 15.0 for each in download.arrivals}
    column = sheet.column("Affine")
    gradebook.write_bytes(fill(sheet, {column: points}).content)
    again = read_sheet(gradebook)
    assert [again.table.value(row, column.index) for row in points] == ["15", "15"]
    for arrival in download.arrivals:
        name = canvas_feedback_name(arrival.entry, ".ipynb")
        assert canvas_reads(name) == (arrival.people[0].number, str(arrival.attempt))
