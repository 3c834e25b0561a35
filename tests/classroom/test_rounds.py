"""From a platform's download to its sheet and its feedback zip, in layouts that its own source gives."""

from __future__ import annotations

import csv
import json
import zipfile

import pytest
from platforms import as_platforms_write as platform

from .conftest import ASSIGNMENT, FILE, run, solved_by

WRONG = "def relu_backward(dy, x):\n    return dy * (x > 0) * 2"
PEOPLE = (  # last name, first name, number, login, section
    ("Lovelace", "Ada", 11, "ada", "A"),
    ("Bartók", "Béla", 12, "bela", "A"),
    ("O'Brien", "Conan_Lee", 13, "conan", "B"),
    ("van der Berg", "Dörte", 14, "dora", "B"),
    ("Late", "Fay", 16, "fay", "B"),
    ("Absent", "Gus, jr.", 17, "gus", "B"),
    ("Excused", "Ex", 18, "ex", "B"),
)
HANDED_IN = ("ada", "bela", "conan", "dora", "fay")
EXPECTED = {"ada": "7", "bela": "5", "conan": "0", "dora": "7", "fay": "7", "gus": "0"}

pytestmark = pytest.mark.usefixtures("some_tier")


def handed_in(login: str) -> bytes:
    """What each student's file holds: conan's is no notebook, and bela's gradient is doubled."""
    if login == "conan":
        return b"not a notebook"
    return solved_by(login, relu_backward=WRONG) if login == "bela" else solved_by(login)


def test_a_class_on_canvas(course, tmp_path):
    sheet = tmp_path / "2026_Grades.csv"
    rows = [
        (f"{last}, {first}", str(number), f"u{number}", login, section, cell, "")
        for last, first, number, login, section in PEOPLE
        for cell in ["EX" if login == "ex" else ""]
    ]
    rows.append(("Student, Test", "99", "", "", "A", "", ""))
    sheet.write_text(
        platform.canvas_sheet(rows, [("4-relu (555)", "8.00"), ("Essay (556)", "5")], manual=True),
        encoding="utf-8",
    )
    files = [
        (
            platform.canvas_file(f"{last}, {first}", number, 100 + number, FILE, login == "dora"),
            handed_in(login),
        )
        for last, first, number, login, _ in PEOPLE
        if login in HANDED_IN
    ]
    files.append((platform.canvas_file("Lovelace, Ada", 11, 98, FILE), b"an earlier one"))
    files.append((platform.canvas_file("Somebody, Else", 77, 177, FILE), b"whoever"))
    download = platform.write_zip(tmp_path / "submissions.zip", files, says_utf8=False)

    assert run(course, "roster", sheet, "--yes")[0] == 0
    assert run(course, "deadline", ASSIGNMENT, "2026-02-01 12:00")[0] == 0
    status, said = run(course, "collect", download, ASSIGNMENT, "--yes")
    assert status == 1
    assert "ada: new, the one of 2 versions that counts, not marked late" in said
    assert any(line.startswith("look: dora: late by an unknown time") for line in said)
    assert any("somebodyelse" in line and "not on the roster" in line for line in said)
    assert run(course, "collect", download, ASSIGNMENT, "--yes")[1][-1].startswith("0 to put")

    said = run(course, "grade")[1]
    assert any("dora: 7 points; look: timestamp.txt says 'late by an" in line for line in said)
    assert any(line.startswith("not handed in, 0 points: 2 of 7") for line in said)
    status, said = run(course, "export", "--like", sheet)
    assert status == 0, said
    assert "not handed in, 0 points of 4-relu: ex, gus" in said

    filled = course.folder / f"filled-{sheet.name}"
    before = list(csv.reader(sheet.read_text(encoding="utf-8").splitlines()))
    after = list(csv.reader(filled.read_text(encoding="utf-8").splitlines()))
    column = before[0].index("4-relu (555)")
    for row, (old, new) in enumerate(zip(before, after, strict=True)):
        login = old[3]
        assert new[column] == EXPECTED.get(login, old[column]), row
        assert new[:column] + new[column + 1 :] == old[:column] + old[column + 1 :]

    with zipfile.ZipFile(course.folder / "filled-2026_Grades-4-relu-feedback.zip") as archive:
        numbers = {platform.canvas_reads(name): name for name in archive.namelist()}
        assert set(numbers) == {(str(n), str(100 + n)) for n in (11, 12, 13, 14, 16)}
        notebook = json.loads(archive.read(numbers["12", "112"]))
    text = "".join(notebook["cells"][0]["source"])
    assert "5 of 8 points; relu_backward 0 of 2, explain_mask 0 of 1" in text
    assert "is the right answer times 2" in json.dumps(notebook)


def test_a_class_on_moodle(course, tmp_path):
    """The worksheet has the times; the numbers are those of this assignment's participants."""
    sheet = tmp_path / "Grades-CNN-4-relu.csv"
    participants = [
        (number, f"{first} {last}", f"{login}@example.org", "")
        for last, first, number, login, _ in PEOPLE
    ]
    sheet.write_text(platform.moodle_sheet(participants, "8.00"), encoding="utf-8")
    files = []
    for last, first, number, login, _ in PEOPLE:
        if login in HANDED_IN:
            folder = platform.moodle_folder(f"{first} {last}", number)
            files.append((f"{folder}/Übung {number}.ipynb", handed_in(login)))
    files.append((platform.moodle_folder("Ada Lovelace", 11, "onlinetext") + "/x.html", b"<p>"))
    download = platform.write_zip(tmp_path / "CNN-4-relu-123.zip", files)

    assert run(course, "deadline", ASSIGNMENT, "2026-01-30 22:59")[0] == 0
    words = ("--roster", sheet, "--timezone", "Europe/Berlin")
    status, said = run(course, "collect", download, ASSIGNMENT, *words, "--yes")
    assert status == 1  # what was typed is no file
    assert "ada: new, handed in 2026-01-31 22:59:00 UTC" in said
    assert (course.folder / "roster.csv").read_text(encoding="utf-8").count("@example.org,,") == 7

    said = run(course, "grade")[1]
    assert any("bela: 5 points (1 day late)" in line for line in said)
    assert run(course, "feedback")[0] in (0, 1)
    assert run(course, "export", ASSIGNMENT, "--like", sheet)[0] == 0
    filled = course.folder / f"filled-{sheet.name}"
    grades = list(csv.DictReader(filled.read_text(encoding="utf-8").splitlines()))
    expected = EXPECTED | {"ex": "0"}
    assert {row["Email address"].partition("@")[0]: row["Grade"] for row in grades} == expected
    assert grades[1]["Feedback comments"].startswith(
        "5 of 8 points; relu_backward 0 of 2, explain_mask 0 of 1"
    )
    assert {row["Last modified (submission)"] for row in grades} == {
        "Saturday, 31 January 2026, 11:59 PM"
    }
    with zipfile.ZipFile(course.folder / "filled-Grades-CNN-4-relu-4-relu-feedback.zip") as archive:
        places = [platform.moodle_reads(name) for name in archive.namelist()]
        page = archive.read(archive.namelist()[0])
    assert [place[0] for place in places if place] == [11, 12, 13, 14, 16]
    assert {place[1:] for place in places if place} == {("assignfeedback", "file", "/relu.html")}
    assert b"Content-Security-Policy" in page


def test_without_a_roster_the_platform_names_the_folders_and_grades_go_back(course, tmp_path):
    """Two who have one name are two people, by their numbers, also in the second round."""
    files = [
        (platform.canvas_file("Ng, Kim", number, number, FILE), solved_by(str(number)))
        for number in (21, 22)
    ]
    download = platform.write_zip(tmp_path / "two.zip", files)
    for _ in range(2):
        status, _ = run(course, "collect", download, ASSIGNMENT, "--yes")
        assert status == 0
    assert sorted(path.name for path in course.submitted.iterdir()) == ["ngkim", "ngkim 22"]
    run(course, "grade")
    sheet = tmp_path / "grades.csv"
    rows = [("Ng, Kim", str(number), "", "", "A", "") for number in (22, 21)]
    sheet.write_text(platform.canvas_sheet(rows, [("4-relu (5)", "8")]), encoding="utf-8")
    assert run(course, "export", "--like", sheet)[0] == 0
    filled = (course.folder / "filled-grades.csv").read_text(encoding="utf-8")
    assert filled.count(",A,7,") == 2
