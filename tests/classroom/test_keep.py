"""One archive of a class and its way back; what is kept of one student, removed; pseudonyms."""

from __future__ import annotations

import csv
import json
import os
import re
import sqlite3
import stat
import zipfile

import pytest
from nbgrader.api import Gradebook
from nbgrader.utils import notebook_hash

from grader.instructor.classroom import Classroom

from .conftest import ASSIGNMENT, FILE, files_in, run, solved_by, write_csv

HEADER = ("student", "last name", "first name", "email", "section", "group")
PEOPLE = (
    ("zora7", "Quillfeather", "Zora", "zora@example.org", "A", "pair"),
    ("yann8", "Oxenstern", "Yann", "yann@example.org", "A", "pair"),
    ("xeno9", "Pfeffer", "Xeno", "", "B", ""),
)
WRONG = "def relu_backward(dy, x):\n    return dy * (x > 0) * 2"
FACES = ("report", "class", "export", "feedback")

pytestmark = pytest.mark.usefixtures("some_tier")


@pytest.fixture
def graded(course, tmp_path) -> Classroom:
    """A class of three, two of them a pair, with everything that commands write of it."""
    run(course, "roster", write_csv(tmp_path / "people.csv", HEADER, *PEOPLE), "--yes")
    for student, content in (
        ("zora7", solved_by("zora7")),
        ("xeno9", solved_by("xeno9", relu_backward=WRONG)),
    ):
        folder = course.submitted / student / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / FILE).write_bytes(content)
        (folder / "timestamp.txt").write_text("2026-02-01 10:00:00 UTC")
    run(course, "deadline", ASSIGNMENT, "2026-01-31 12:00")
    run(course, "grade")
    run(course, "deadline", "--late-days", "2")
    for verb in FACES:
        run(course, verb)
    return course


def faces(course: Classroom) -> dict[str, object]:
    """What people see of a class: lines, pages, table, explanation."""
    lines = {verb: run(course, verb)[1] for verb in FACES if verb != "feedback"}
    lines["explain"] = run(course, "explain", "zora7", ASSIGNMENT)[1]
    seen = {
        verb: [line.replace(str(course.folder), "") for line in said]
        for verb, said in lines.items()
    }
    names = ("class.html", f"report-{ASSIGNMENT}.html", "grades.csv")
    return seen | {name: (course.folder / name).read_bytes() for name in names}


def restored(path, folder) -> tuple[int, list[str]]:
    return run(Classroom.at(folder), "restore", path)


# Archives.


def test_a_restored_class_shows_the_same(graded, tmp_path):
    archive = tmp_path / "class.zip"
    with Gradebook(graded.db):  # formgrader has it open
        assert run(graded, "archive", archive)[0] == 0
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    before = faces(graded)
    umask = os.umask(0)
    try:
        folder = tmp_path / "other" / "folder"
        folder.parent.mkdir()
        status, said = restored(archive, folder)
    finally:
        os.umask(umask)
    assert (status, "files of" in said[0]) == (0, True), said
    assert not [path for path in folder.rglob("*") if path.stat().st_mode & 0o077]
    kept = {name for name in files_in(graded.folder) if not re.match(r"\.\w+-", name)}
    assert files_in(folder).keys() == kept
    assert faces(Classroom.at(folder)) == before
    assert "0 gain, 0 lose" in " ".join(run(Classroom.at(folder), "regrade")[1])


def test_nothing_is_written_over(graded, tmp_path):
    archive = tmp_path / "class.zip"
    archive.write_text("mine")
    status, said = run(graded, "archive", archive)
    assert (status, "is there already" in said[0], archive.read_text()) == (1, True, "mine")
    assert "in the course folder" in run(graded, "archive", graded.folder / "a.zip")[1][0]
    assert "There is no folder" in run(graded, "archive", tmp_path / "no" / "a.zip")[1][0]
    archive.unlink()
    run(graded, "archive", archive)
    before = files_in(graded.folder)
    status, said = restored(archive, graded.folder)
    assert (status, len(said), "is not empty" in said[0]) == (1, 1, True)
    assert files_in(graded.folder) == before


def changed(path, **values) -> None:
    """Change what an archive says of itself, or a file in it (by `course_NAME`)."""
    with zipfile.ZipFile(path) as content:
        files = {name: content.read(name) for name in content.namelist()}
    manifest = json.loads(files.pop("archive.json")) | values
    with zipfile.ZipFile(path, "w") as content:
        for name, data in files.items():
            content.writestr(name, data)
        content.writestr("archive.json", json.dumps(manifest))


def cut(path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def flip(path) -> None:
    """Change a byte of a file within the archive."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes(bytes(data))


def another_zip(path) -> None:
    with zipfile.ZipFile(path, "w") as content:
        content.writestr("README.md", "hello")


def outside(path) -> None:
    changed(path)
    with zipfile.ZipFile(path) as content:
        manifest = json.loads(content.read("archive.json"))
    files = manifest["files"] | {"../../out.txt": "0"}
    with zipfile.ZipFile(path, "a") as content:
        content.writestr("course/../../out.txt", "out")
    changed(path, files=files)


def no_zip(path) -> None:
    path.write_text("no zip")


BROKEN = {
    "no zip": (no_zip, "is no whole archive"),
    "cut": (cut, "is no whole archive"),
    "flipped": (flip, "damaged, or was changed"),
    "another zip": (another_zip, "is no archive of a course"),
    "another course": (lambda path: changed(path, course="halves"), "of the course halves"),
    "newer": (lambda path: changed(path, version="99.0"), "newer than this one"),
    "newer format": (lambda path: changed(path, format=2), "newer than this one"),
    "outside": (outside, "are not those that its archive.json names"),
}


def test_what_is_no_whole_archive_of_this_course_is_one_error(course, tmp_path):
    whole = tmp_path / "whole.zip"
    run(course, "archive", whole)
    for name, (breaks, expected) in BROKEN.items():
        path = tmp_path / "broken.zip"
        path.write_bytes(whole.read_bytes())
        breaks(path)
        before = sorted(tmp_path.iterdir())
        status, said = restored(path, tmp_path / "new")
        assert (status, len(said), expected in said[0]) == (1, 1, True), (name, said)
        assert sorted(tmp_path.iterdir()) == before, name


# Forgetting.


def in_exchange(course: Classroom) -> list[object]:
    """Put a hand-in and a page of zora7 into the exchange; return both."""
    exchange = course.folder / "exchange" / course.course.name
    inbound = exchange / "inbound" / f"zora7+{ASSIGNMENT}+2026-02-01 10:00:00 UTC+random"
    inbound.mkdir(parents=True)
    (inbound / "submission_secret.txt").write_text("a secret")
    page = exchange / "feedback" / f"{notebook_hash(secret='a secret', notebook_id='relu')}.html"
    page.parent.mkdir()
    page.write_text("her feedback")
    return [inbound, page]


def test_a_student_is_forgotten_everywhere(graded):
    gone = in_exchange(graded)
    before = files_in(graded.folder)
    status, said = run(graded, "forget", "zora7")
    assert (status, said[-1]) == (0, "Nothing was removed. To remove it, give --yes.")
    after = files_in(graded.folder)
    assert {name: after[name] for name in before} == before
    assert "  late_days.json: the student's late days" in said
    assert any(line.startswith("note: submitted/yann8/4-relu/ is the same work") for line in said)
    status, said = run(graded, "forget", "zora7", "--yes")
    # Her partner's folder holds the work of both: that is said, and it stays.
    left = sorted(line.split()[1] for line in said if line.startswith("look: "))
    assert left, said
    assert all("yann8" in name for name in left), said
    assert status == 1
    assert not any(path.exists() for path in gone)
    words = re.compile(rb"zora7|Quillfeather|zora@example")
    kept = {name: data for name, data in files_in(graded.folder).items() if words.search(data)}
    assert sorted(kept) == left
    assert not words.search((graded.folder / "gradebook.db").read_bytes())
    with Gradebook(graded.db) as book:
        assert sorted(student.id for student in book.students) == ["xeno9", "yann8"]
    said = run(graded, "report", ASSIGNMENT)[1]
    assert said[0].startswith("4-relu: 2 graded")


def test_nobody_and_a_damaged_file_are_one_error(graded):
    before = files_in(graded.folder)
    for name, expected in (("zora", "Did you mean zora7?"), ("../x", "There is no student")):
        status, said = run(graded, "forget", name, "--yes")
        assert (status, len(said), expected in said[0]) == (1, 1, True), said
    late_days = graded.folder / "late_days.json"
    late_days.write_text("no")
    assert "late_days.json cannot be read" in run(graded, "forget", "zora7", "--yes")[1][0]
    late_days.write_bytes(before["late_days.json"])
    after = files_in(graded.folder)
    assert {name: after[name] for name in before} == before


# Pseudonyms.


def test_pseudonyms_are_the_same_in_both_tables_and_lead_back_to_nobody(graded):
    run(graded, "export", "--pseudonyms")
    run(graded, "export", "--pseudonyms", "--wide")
    tables = {}
    for name in ("grades-pseudonyms.csv", "grades-wide-pseudonyms.csv"):
        text = (graded.folder / name).read_text(encoding="utf-8")
        for person in PEOPLE:
            assert not [word for word in person[:4] if word and word in text]
        tables[name] = list(csv.DictReader(text.splitlines()))
    long = [row for row in tables["grades-pseudonyms.csv"] if row["assignment"] == ASSIGNMENT]
    wide = tables["grades-wide-pseudonyms.csv"]
    for rows in (long, wide):
        names = [row["student_id"] for row in rows]
        assert names == sorted(names)
        assert all(re.fullmatch(r"s-[0-9a-f]{10}", name) for name in names)
        assert len({row["group"] for row in rows}) == 2
    assert {row["student_id"]: float(row["score"]) for row in long} == {
        row["student_id"]: float(row["total"]) for row in wide
    }
    first = (graded.folder / "grades-pseudonyms.csv").read_bytes()
    run(graded, "export", "--pseudonyms")
    assert (graded.folder / "grades-pseudonyms.csv").read_bytes() == first
    graded.secret.write_bytes(b"x" * 32)
    run(graded, "export", "--pseudonyms")
    other = (graded.folder / "grades-pseudonyms.csv").read_bytes()
    assert not set(re.findall(rb"s-\w+", first)) & set(re.findall(rb"s-\w+", other))
    assert "without --wide, --bom and --pseudonyms" in " ".join(
        run(graded, "export", "--pseudonyms", "--like", graded.roster)[1]
    )


def test_a_database_that_was_removed_from_leaves_nothing_in_its_free_pages(graded):
    run(graded, "forget", "xeno9", "--yes")
    with sqlite3.connect(graded.folder / "gradebook.db") as db:
        assert db.execute("PRAGMA freelist_count").fetchone()[0] == 0
    assert b"Pfeffer" not in (graded.folder / "gradebook.db").read_bytes()
