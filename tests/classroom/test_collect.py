"""What comes in is placed, listed, or kept; nothing is lost and nothing is written over."""

from __future__ import annotations

import os
import shutil
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from platforms import as_platforms_write as platform
from support import ROOT

from grader.instructor.records.arrivals import versions
from grader.instructor.records.arrivals.versions import Version

from .conftest import ASSIGNMENT, FILE, files_in, run, solved_by, write_csv

HEADER = ("student", "last name", "first name", "email", "section", "group")
ROSTER = (
    HEADER,
    ("ada", "Lovelace", "Ada", "ada@example.org", "A", "1"),
    ("bela", "Bartók", "Béla", "bela@example.org", "A", "1"),
    ("conan", "O'Brien", "Conan", "conan@example.org", "B", ""),
)


@pytest.fixture
def listed(course, tmp_path):
    """The class with a roster of three."""
    assert run(course, "roster", write_csv(tmp_path / "people.csv", *ROSTER), "--yes")[0] == 0
    return course


def mail(folder: Path, name: str, sender: str, date: str, content: bytes) -> None:
    """Write a mail with a notebook into a folder."""
    folder.mkdir(exist_ok=True)
    message = platform.mail(sender, date, [(FILE, content)])
    (folder / name).write_bytes(message.as_bytes())


def test_nothing_is_written_before_it_is_wanted(listed, tmp_path):
    download = platform.write_zip(
        tmp_path / "a.zip", [(platform.canvas_file("Lovelace, Ada", 1, 2, FILE), b"{}")]
    )
    before = files_in(listed.folder)
    status, said = run(listed, "collect", download, ASSIGNMENT)
    assert (status, said[-1]) == (0, "Nothing was written. To write it, give --yes.")
    assert {key: value for key, value in files_in(listed.folder).items() if key in before} == before
    assert not listed.submitted.exists()


def test_the_last_version_before_the_deadline_counts_and_the_others_are_kept(listed, tmp_path):
    run(listed, "deadline", ASSIGNMENT, "2026-01-31 12:00")
    for hour in (9, 11, 13):
        date = f"Sat, 31 Jan 2026 {hour:02}:00:00 +0000"
        mail(tmp_path / "mails", f"{hour}.eml", "Ada <ada@example.org>", date, b"%d" % hour)
    status, said = run(listed, "collect", tmp_path / "mails", ASSIGNMENT, "--yes")
    line = "ada: new, the one of 3 versions that counts, handed in 2026-01-31 11:00:00 UTC"
    assert (status, line in said) == (0, True), said
    assert (listed.submitted / "ada" / ASSIGNMENT / FILE).read_bytes() == b"11"
    kept = files_in(listed.earlier)
    assert {content for path, content in kept.items() if path.endswith(FILE)} == {b"9", b"13"}

    # An extension lets the last one count: the one before is kept, too.
    run(listed, "deadline", ASSIGNMENT, "--student", "ada", "--extend", "2 hours")
    said = run(listed, "collect", tmp_path / "mails", ASSIGNMENT, "--yes")[1]
    assert any("the version that is there goes to earlier/" in line for line in said), said
    assert (listed.submitted / "ada" / ASSIGNMENT / FILE).read_bytes() == b"13"
    assert b"11" in files_in(listed.earlier).values()
    assert run(listed, "collect", tmp_path / "mails", ASSIGNMENT, "--yes")[1][1] == "ada: unchanged"


def test_what_was_put_there_by_hand_is_kept(listed, tmp_path):
    by_hand = listed.submitted / "ada" / ASSIGNMENT
    by_hand.mkdir(parents=True)
    (by_hand / FILE).write_bytes(b"by hand")
    (by_hand / "helpers.py").write_bytes(b"# mine")
    date = "Sat, 31 Jan 2026 09:00:00 +0000"
    mail(tmp_path / "mails", "1.eml", "ada@example.org", date, b"by mail")
    run(listed, "collect", tmp_path / "mails", ASSIGNMENT, "--yes")
    everything = files_in(listed.submitted) | files_in(listed.earlier)
    assert {b"by hand", b"# mine", b"by mail"} <= set(everything.values())


def test_feedback_can_be_released_to_whom_was_collected(listed, tmp_path):
    date = "Sat, 31 Jan 2026 09:00:00 +0000"
    mail(tmp_path / "mails", "1.eml", "ada@example.org", date, b"{}")
    run(listed, "collect", tmp_path / "mails", ASSIGNMENT, "--yes")
    folder = listed.submitted / "ada" / ASSIGNMENT
    assert (folder / "timestamp.txt").read_text() == "2026-01-31 09:00:00 UTC\n"
    assert len((folder / "submission_secret.txt").read_text()) == 64


def test_whom_nobody_knows_is_listed_and_so_are_two_who_may_be_one(listed, tmp_path):
    files = [
        (platform.canvas_file("Lovelace, Ada", 1, 2, FILE), b"{}"),
        (platform.canvas_file("Lovelace, Ada", 3, 4, FILE), b"{}"),
        (platform.canvas_file("Nobody, Else", 5, 6, FILE), b"{}"),
        ("notes of the teacher.docx", b""),
        ("__MACOSX/._x", b""),
    ]
    status, said = run(
        listed, "collect", platform.write_zip(tmp_path / "a.zip", files), ASSIGNMENT, "--yes"
    )
    assert status == 1
    assert not listed.submitted.exists()
    listing = [line for line in said if line.startswith("not placed: ")]
    assert len(listing) == 4
    assert sum("2 people of the download are taken for ada" in line for line in listing) == 2


def test_a_damaged_file_costs_its_own_student_alone(listed, tmp_path):
    files = [
        (platform.canvas_file("Lovelace, Ada", 1, 2, FILE), b"a" * 300),
        (platform.canvas_file("O'Brien, Conan", 3, 4, FILE), b"b" * 300),
    ]
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    path.write_bytes(path.read_bytes().replace(b"a" * 300, b"a" * 299 + b"x"))
    status, said = run(listed, "collect", path, ASSIGNMENT, "--yes")
    assert status == 1
    assert [each.name for each in listed.submitted.iterdir()] == ["conan"]
    assert any(line.startswith("not placed: lovelaceada_1_2") for line in said), said


def test_a_notebook_has_the_name_that_is_graded_and_what_lies_beside_comes_along(listed, tmp_path):
    files = [
        (platform.canvas_file("Lovelace, Ada", 1, 2, "relu-1.ipynb"), b"{}"),
        (platform.canvas_file("Lovelace, Ada", 1, 3, "times.csv"), b"t"),
        (platform.canvas_file("Lovelace, Ada", 1, 4, "timestamp.txt"), b"2020-01-01 00:00 UTC"),
    ]
    run(listed, "collect", platform.write_zip(tmp_path / "a.zip", files), ASSIGNMENT, "--yes")
    names = sorted(path.name for path in (listed.submitted / "ada" / ASSIGNMENT).iterdir())
    own = [FILE, "submission_secret.txt", "times.csv", "timestamp.txt"]
    assert names == sorted([*own, "_timestamp.txt"])
    stamp = (listed.submitted / "ada" / ASSIGNMENT / "timestamp.txt").read_text()
    assert not stamp.startswith("2020")  # a student's file is no time


def test_a_group_of_the_platform_is_everybody_in_it(listed, tmp_path):
    run(
        listed,
        "roster",
        write_csv(
            tmp_path / "g.csv",
            *[HEADER, ("ada", "", "", "", "", "The Two"), ("bela", "", "", "", "", "The Two")],
        ),
        "--yes",
    )
    files = [(platform.moodle_folder("The Two", 12) + f"/{FILE}", b"{}")]
    said = run(
        listed, "collect", platform.write_zip(tmp_path / "a.zip", files), ASSIGNMENT, "--yes"
    )
    assert sorted(path.name for path in listed.submitted.iterdir()) == ["ada", "bela"], said


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder / "missing.zip", "missing.zip"),
        (lambda folder: folder / "text.zip", "text.zip"),
        (lambda folder: folder / "empty", "empty"),
        (lambda folder: folder / "strange", "strange"),
    ],
)
def test_what_is_no_download_is_one_clear_error(listed, tmp_path, make, words):
    (tmp_path / "text.zip").write_text("no zip")
    (tmp_path / "empty").mkdir()
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange/holiday.jpg").write_bytes(b"")
    before = files_in(listed.folder)
    status, said = run(listed, "collect", make(tmp_path), ASSIGNMENT, "--yes")
    assert status == 1
    assert words in " ".join(said)
    assert files_in(listed.folder).keys() - before.keys() <= {".collecting-4-relu"}


def test_other_bad_input_is_one_clear_error(listed, tmp_path):
    download = platform.write_zip(
        tmp_path / "a.zip", [(platform.canvas_file("Lovelace, Ada", 1, 2, FILE), b"{}")]
    )
    for words, expected in (
        (("5-relu",), "There is no assignment '5-relu'. Did you mean 4-relu?"),
        (("1-affine",), "1-affine is not in the gradebook"),
        ((ASSIGNMENT, "--platform", "canvass"), "Did you mean canvas?"),
        ((ASSIGNMENT, "--timezone", "Berlin"), 'There is no time zone "Berlin"'),
        ((ASSIGNMENT, "--roster", download), "a.zip"),
    ):
        status, said = run(listed, "collect", download, *words, "--yes")
        assert (status, expected in " ".join(said)) == (1, True), said
    (listed.folder / "collected").mkdir()
    (listed.folder / "collected/4-relu.json").write_text("[]")
    said = run(listed, "collect", download, ASSIGNMENT, "--yes")[1]
    assert "is not as `grader collect` writes it" in said[-1]
    assert not listed.submitted.exists()


def test_an_interrupt_between_the_two_moves_loses_nothing(listed, tmp_path, monkeypatch):
    """The version that was there is in earlier/ then, and the next run puts the new one there."""
    dates = ("Sat, 31 Jan 2026 09:00:00 +0000", "Sat, 31 Jan 2026 10:00:00 +0000")
    mail(tmp_path / "mails", "1.eml", "ada@example.org", dates[0], b"one")
    run(listed, "collect", tmp_path / "mails", ASSIGNMENT, "--yes")
    mail(tmp_path / "mails", "2.eml", "ada@example.org", dates[1], b"two")
    renames = []
    rename = os.rename

    def interrupted(source: object, target: object) -> None:
        renames.append(target)
        if len(renames) == 2:
            raise KeyboardInterrupt
        rename(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(versions.os, "rename", interrupted)
        run(listed, "collect", tmp_path / "mails", ASSIGNMENT, "--yes")
    assert b"one" in files_in(listed.earlier).values()
    run(listed, "collect", tmp_path / "mails", ASSIGNMENT, "--yes")
    assert (listed.submitted / "ada" / ASSIGNMENT / FILE).read_bytes() == b"two"
    assert b"one" in files_in(listed.earlier).values()


TIMES = st.one_of(st.none(), st.integers(0, 10).map(lambda h: datetime(2026, 1, 31, h)))


@given(times=st.lists(TIMES, min_size=1, max_size=6), hour=st.integers(0, 10))
def test_the_version_that_counts(times, hour):
    """It is on time where any is; with all times known no other one on time is later."""
    every = [Version({}, time, is_late=False if time is None else None) for time in times]
    deadline = datetime(2026, 1, 31, hour)
    best = every[versions.counting(every, deadline)]
    on_time = [each for each in every if each.is_on_time(deadline)]
    assert best.is_on_time(deadline) == bool(on_time)
    known = [each.time for each in on_time or every]
    if all(known):
        assert best.time == max(known)
    else:
        assert best is (on_time or every)[-1]


def test_a_link_in_what_is_there_is_moved_and_not_followed(listed, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    folder = listed.submitted / "ada" / ASSIGNMENT
    folder.mkdir(parents=True)
    (folder / FILE).symlink_to(secret)
    date = "Sat, 31 Jan 2026 10:00:00 +0000"
    mail(tmp_path / "mails", "1.eml", "ada@example.org", date, b"new")
    run(listed, "collect", tmp_path / "mails", ASSIGNMENT, "--yes")
    assert secret.read_text() == "secret"
    assert (listed.earlier / "ada" / ASSIGNMENT / "1" / FILE).is_symlink()
    shutil.rmtree(listed.earlier)
    assert secret.exists()


# What fresh eyes came across.


def test_two_files_of_one_name_are_both_kept_and_looked_at(listed, tmp_path):
    folder = platform.moodle_folder("Ada Lovelace", 4)
    files = [(f"{folder}/{FILE}", b"right"), (f"{folder}/backup/{FILE}", b"old")]
    status, said = run(
        listed, "collect", platform.write_zip(tmp_path / "a.zip", files), ASSIGNMENT, "--yes"
    )
    assert status == 1
    assert "look: ada: it holds 2 notebooks: relu-2.ipynb and relu.ipynb" in said
    contents = files_in(listed.submitted / "ada" / ASSIGNMENT).values()
    assert {b"right", b"old"} <= set(contents)


def test_an_older_file_of_canvas_does_not_count_however_late_it_is_collected(listed, tmp_path):
    def download(name: str, number: int, content: bytes) -> Path:
        file = platform.canvas_file("Lovelace, Ada", 1, number, FILE)
        return platform.write_zip(tmp_path / name, [(file, content)])

    first, newer = download("1.zip", 1001, b"first"), download("2.zip", 2001, b"newer")
    older = download("3.zip", 900, b"older")
    for path in (first, newer, older, first):
        assert run(listed, "collect", path, ASSIGNMENT, "--yes")[0] == 0
    assert (listed.submitted / "ada" / ASSIGNMENT / FILE).read_bytes() == b"newer"
    assert {b"first", b"older"} <= set(files_in(listed.earlier).values())


def test_a_name_alone_is_not_enough_against_what_the_roster_says(listed, tmp_path):
    run(
        listed,
        "roster",
        write_csv(tmp_path / "n.csv", ("student", "number"), ("ada", 101)),
        "--yes",
    )
    files = [(platform.canvas_file("Lovelace, Ada", 900, 2002, FILE), b"{}")]
    status, said = run(
        listed, "collect", platform.write_zip(tmp_path / "a.zip", files), ASSIGNMENT, "--yes"
    )
    assert (status, "of whom the roster has another number (101)" in " ".join(said)) == (1, True)
    mail(tmp_path / "mails", "1.eml", "Ada Lovelace <evil@x.example>", DATE, b"{}")
    status, said = run(listed, "collect", tmp_path / "mails", ASSIGNMENT, "--yes")
    assert (status, "has another address (ada@example.org)" in " ".join(said)) == (1, True)
    assert not listed.submitted.exists()
    sheet = write_csv(
        tmp_path / "s.csv", ("name", "email", ASSIGNMENT), ("Ada Lovelace", "a@b.c", "")
    )
    assert "sheet of another course" in run(listed, "export", "--like", sheet)[1][0]


DATE = "Sat, 31 Jan 2026 09:00:00 +0000"


def test_nobody_hands_in_for_another_one_by_a_mail_in_a_mail(listed, tmp_path):
    mail(tmp_path / "mails", "1.eml", "bela@example.org", DATE, b"bela's")
    forged = platform.mail("bela@example.org", "Sat, 31 Jan 2026 10:00:00 +0000", [(FILE, b"")])
    for name, sender in (("2.eml", "ada@example.org"), ("3.eml", "teacher@example.org")):
        outer = platform.mail(sender, DATE, [("x.eml", forged)])
        (tmp_path / "mails" / name).write_bytes(outer.as_bytes())
        said = run(listed, "collect", tmp_path / "mails", ASSIGNMENT, "--yes")[1]
        if sender.startswith("ada"):
            assert "it says bela, and came inside a mail of ada" in " ".join(said)
            assert (listed.submitted / "bela" / ASSIGNMENT / FILE).read_bytes() == b"bela's"
    assert (listed.submitted / "bela" / ASSIGNMENT / FILE).read_bytes() == b""  # the teacher's


def test_one_address_in_two_cases_is_one_person(listed, tmp_path):
    mail(tmp_path / "mails", "1.eml", "ada@example.org", DATE, b"one")
    mail(tmp_path / "mails", "2.eml", "Ada@Example.org", DATE.replace("09:", "10:"), b"two")
    assert run(listed, "collect", tmp_path / "mails", ASSIGNMENT, "--yes")[0] == 0
    assert (listed.submitted / "ada" / ASSIGNMENT / FILE).read_bytes() == b"two"


def test_what_has_no_time_is_given_none(listed, tmp_path):
    """A due date that is set afterwards makes nobody late."""
    files = [(platform.canvas_file("Lovelace, Ada", 1, 2, FILE), b"{}")]
    run(listed, "collect", platform.write_zip(tmp_path / "a.zip", files), ASSIGNMENT, "--yes")
    assert (listed.submitted / "ada" / ASSIGNMENT / "timestamp.txt").read_text() == ""


def moodle(tmp_path: Path, name: str, content: bytes) -> Path:
    folder = platform.moodle_folder("Ada Lovelace", 4)
    return platform.write_zip(tmp_path / name, [(f"{folder}/{FILE}", content)])


def test_a_stale_worksheet_and_none_at_all_are_looked_at(listed, tmp_path):
    sheet = tmp_path / "w.csv"
    sheet.write_text(
        platform.moodle_sheet([(4, "Ada Lovelace", "ada@example.org", "")]), encoding="utf-8"
    )
    words = (ASSIGNMENT, "--timezone", "UTC", "--yes")
    status, said = run(
        listed, "collect", moodle(tmp_path, "1.zip", b"1"), *words, "--roster", sheet
    )
    assert (status, "times are read in the zone UTC: --timezone names another" in said) == (0, True)
    newer = moodle(tmp_path, "2.zip", b"2")
    status, said = run(listed, "collect", newer, *words, "--roster", sheet)
    assert (status, "has the time of another file" in " ".join(said)) == (1, True)
    third = moodle(tmp_path, "3.zip", b"3")
    status, said = run(listed, "collect", third, *words)
    assert (status, "it has no time, and the version that is there was" in " ".join(said)) == (
        1,
        True,
    )


def test_another_notebook_in_place_of_one_that_can_be_graded_is_looked_at(listed, tmp_path):
    """The download of another assignment; what was there is kept."""
    other = (ROOT / "notebooks/1-affine/affine.ipynb").read_bytes()
    for number, content in enumerate((solved_by("ada"), other)):
        files = [(platform.canvas_file("Lovelace, Ada", 1, number + 1, FILE), content)]
        download = platform.write_zip(tmp_path / "a.zip", files)
        status, said = run(listed, "collect", download, ASSIGNMENT, "--yes")
        assert status == number, said
    assert "can be graded, and this one cannot: this is not the notebook of this" in " ".join(said)
    assert solved_by("ada") in files_in(listed.earlier).values()


def test_a_late_mark_within_an_extension_is_looked_at(listed, tmp_path):
    run(listed, "deadline", ASSIGNMENT, "--student", "ada", "--extend", "3 days")
    for late in (False, True):
        file = platform.canvas_file("Lovelace, Ada", 1, 10 + late, FILE, late)
        download = platform.write_zip(tmp_path / "a.zip", [(file, b"late" if late else b"on time")])
        status, said = run(listed, "collect", download, ASSIGNMENT, "--yes")
    assert status == 1
    assert "marked late does not count, and there is an extension" in " ".join(said)
    assert b"late" in files_in(listed.earlier).values()


def test_times_in_words_that_cannot_be_read_are_looked_at(listed, tmp_path):
    sheet = tmp_path / "w.csv"
    text = platform.moodle_sheet([(4, "Ada Lovelace", "ada@example.org", "")])
    sheet.write_text(text.replace("January", "leden"), encoding="utf-8")
    download = moodle(tmp_path, "1.zip", b"1")
    status, said = run(listed, "collect", download, ASSIGNMENT, "--yes", "--roster", sheet)
    assert (status, "1 times of the worksheet cannot be read" in " ".join(said)) == (1, True)
    assert "give it with --roster" not in " ".join(said)
