"""Downloads of learning platforms: every file is placed as the platform's source names it, or listed."""

from __future__ import annotations

import mailbox
import os
import re
import stat
import struct
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.instructor.courses import CourseError
from grader.instructor.platforms.downloads import canvas
from grader.instructor.platforms.downloads.arrival import Person
from grader.instructor.platforms.downloads.download import SCHEMES, read_download
from grader.instructor.platforms.downloads.entries import Entry
from grader.notebook.cells_of_file import Unreadable

from .as_platforms_write import canvas_file, canvas_reads, mail, moodle_folder, write_zip

NOTEBOOK = b'{"cells": []}'
# Names of people: letters of any writing, signs and digits, in one line.
NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Co", "Cn")), min_size=1, max_size=30
).filter(lambda name: name.strip() and "\u0130" not in name)
OWN_NAMES = st.from_regex(r"[A-Za-zäé0-9 _()-]{1,20}\.ipynb", fullmatch=True)


def entry(path: str) -> Entry:
    return Entry(path, lambda: NOTEBOOK)


def of_canvas(name: str) -> list[tuple[str, str, int, bool | None]]:
    placement = canvas.place([entry(name)], None)
    return [
        (arrival.people[0].number, arrival.name, arrival.attempt, arrival.is_late)
        for arrival in placement.arrivals
    ]


# --- Canvas ---


def test_canvas_names_say_who_which_file_and_whether_it_is_late():
    assert of_canvas("lovelaceada_345_678_affine.ipynb") == [("345", "affine.ipynb", 678, False)]
    assert of_canvas("lovelaceada_LATE_345_678_affine.ipynb") == [
        ("345", "affine.ipynb", 678, True)
    ]


def test_a_student_called_late_is_not_late():
    name = canvas_file("Late, Ada", 345, 678, "affine.ipynb")
    assert of_canvas(name) == [("345", "affine.ipynb", 678, False)]


def test_anonymous_canvas_names_have_no_person_but_a_number():
    name = canvas_file("", "Ab1cD", 678, "affine.ipynb", late=True, anonymous=True)
    assert name == "LATE_anon_Ab1cD_678_affine.ipynb"
    assert of_canvas(name) == [("anon_Ab1cD", "affine.ipynb", 678, True)]


def test_a_students_own_digits_and_underscores_stay_in_the_files_name():
    name = canvas_file("Lovelace, Ada", 345, 678, "1_affine_12_34.ipynb")
    assert of_canvas(name) == [("345", "1_affine_12_34.ipynb", 678, False)]


def test_a_person_whose_name_is_a_number_keeps_the_users_number():
    assert of_canvas("12_345_678_affine.ipynb") == [("345", "affine.ipynb", 678, False)]


def test_texts_and_links_of_canvas_are_listed(tmp_path):
    names = ("lovelaceada_345_text.html", "ritchiedennis_LATE_346_link.html")
    path = write_zip(tmp_path / "a.zip", [(name, b"") for name in names])
    download = read_download(path)
    assert (download.platform, download.arrivals) == ("canvas", ())
    assert [entry for entry, _ in download.unplaced] == list(names)


@given(NAMES, st.integers(1, 10**17), st.integers(1, 10**17), OWN_NAMES, st.booleans())
def test_any_canvas_name_is_read_as_canvas_itself_reads_it(name, user, file, own, late):
    written = canvas_file(name, user, file, own, late)
    stem = written.split(f"_{user}_{file}_")[0]
    if re.search("(^|_)[0-9]+$", stem.removesuffix("_LATE")):
        return  # nobody can tell these numbers from the user's, and Canvas does not either
    assert of_canvas(written) == [(str(user), own, file, late)]
    assert canvas_reads(written) == (str(user), str(file)) or own.startswith("link")
    folded = written.removesuffix(f"_{user}_{file}_{own}").removesuffix("_LATE" if late else "")
    assert canvas.folded_name(name) == folded


def test_names_in_utf8_that_do_not_say_so_are_read(tmp_path):
    name = canvas_file("Müller, Zoë", 1, 2, "Lösung.ipynb")
    path = write_zip(tmp_path / "a.zip", [(name, NOTEBOOK)], says_utf8=False)
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() != [name]
    download = read_download(path)
    assert download.arrivals[0].people == (Person(name="müllerzoë", number="1"),)
    assert download.arrivals[0].name == "Lösung.ipynb"


# --- Moodle ---


@pytest.mark.parametrize("old", [False, True])
@given(name=NAMES, number=st.integers(1, 10**9), own=OWN_NAMES)
def test_any_moodle_folder_is_read(old, name, number, own):
    folder = moodle_folder(name, number, old=old)
    placement = SCHEMES["moodle"].place(
        [entry(f"{folder}/{own}"), entry(f"{folder}/a/b.csv")], None
    )
    prefix = folder.split("_")[0]
    assert [arrival.people for arrival in placement.arrivals] == [
        (Person(name=prefix, number=str(number)),)
    ] * 2
    assert [arrival.name for arrival in placement.arrivals] == [own, "b.csv"]


def test_moodle_files_without_folders_are_read(tmp_path):
    name = moodle_folder("Ada_King Lovelace", 1234) + "_my_1_affine.ipynb"
    download = read_download(write_zip(tmp_path / "a.zip", [(name, NOTEBOOK)]))
    assert download.platform == "moodle"
    (arrival,) = download.arrivals
    assert arrival.people == (Person(name="Ada King Lovelace", number="1234"),)
    assert arrival.name == "my_1_affine.ipynb"
    assert (arrival.time, arrival.is_late) == (None, None)


def test_moodle_groups_have_a_name_and_perhaps_a_number(tmp_path):
    files = [
        (moodle_folder("Team 7", 77) + "/affine.ipynb", NOTEBOOK),
        (moodle_folder("Default group", None) + "/affine.ipynb", NOTEBOOK),
        (moodle_folder("Team 7-Ada Lovelace", 1234) + "/affine.ipynb", NOTEBOOK),
    ]
    download = read_download(write_zip(tmp_path / "a.zip", files))
    assert [arrival.people[0] for arrival in download.arrivals] == [
        Person(name="Team 7", number="77"),
        Person(name="Default group"),
        Person(name="Team 7-Ada Lovelace", number="1234"),
    ]


def test_texts_typed_into_moodle_are_listed(tmp_path):
    files = [
        (moodle_folder("Ada", 1) + "/affine.ipynb", NOTEBOOK),
        (moodle_folder("Ada", 1, "onlinetext", old=True) + "/onlinetext.html", b"<p>"),
    ]
    download = read_download(write_zip(tmp_path / "a.zip", files))
    assert len(download.arrivals) == 1
    ((entry, reason),) = download.unplaced
    assert entry == "Ada_1_assignsubmission_onlinetext_/onlinetext.html"
    assert reason == "it was not handed in as a file, but by “onlinetext” of Moodle"


# --- Blackboard, Brightspace, Gradescope ---


def test_blackboard_names_are_read_with_their_receipts(tmp_path):
    stem = "Lab_1_ada_l_attempt_2026-01-31-23-59-00"
    files = [
        (f"{stem}_affine_2.ipynb", NOTEBOOK),
        (f"{stem}.txt", b"Name: Ada Lovelace (ada_l)\nAssignment: Lab_1\n"),
        ("Lab_1_bob_attempt_2026-02-30-23-59-00_affine.ipynb", NOTEBOOK),
        ("Lab_1_eve_attempt_2026-01-31-23-59-00.txt", b"Name: Eve (eve)\n"),
        ("Lab_1_tom_attempt_2026-01-30-00-00-01_affine.ipynb", NOTEBOOK),
    ]
    download = read_download(
        write_zip(tmp_path / "a.zip", files), zone=timezone(timedelta(hours=1))
    )
    assert download.platform == "blackboard"
    ada, tom = download.arrivals
    assert ada.people == (Person(name="Ada Lovelace", login="ada_l"),)
    assert (ada.name, ada.time) == ("affine_2.ipynb", datetime(2026, 1, 31, 22, 59, tzinfo=UTC))
    assert tom.people == (Person(login="tom"),)
    assert [reason for _, reason in download.unplaced] == [
        "2026-02-30-23-59-00 is no time",
        "the receipt of an attempt without a file: a text may stand in it",
    ]


def test_the_names_in_nbgraders_documentation_are_blackboards(tmp_path):
    name = "notebooks/ps1_bitdiddle_attempt_2016-01-30-15-30-10_problem1.ipynb"
    download = read_download(write_zip(tmp_path / "a.zip", [(name, NOTEBOOK)]))
    assert download.arrivals[0].people == (Person(login="bitdiddle"),)
    assert download.arrivals[0].name == "problem1.ipynb"


def test_brightspace_folders_are_read(tmp_path):
    files = [
        ("Lab 1/39786-640693 - Mary-Ann O'Neil - Lee - Oct 10, 2025 1222 AM/a.ipynb", NOTEBOOK),
        ("Lab 1/39787-640694 - Zoë Müller - Jan 31, 2026 959 PM/b/c.ipynb", NOTEBOOK),
        ("Lab 1/39788-640695 - Ada - 31 janvier 2026 23h59/d.ipynb", NOTEBOOK),
        ("39789-640696 - Tom - Jan 31, 2026 1159 PM - my - file.ipynb", NOTEBOOK),
        ("Lab 1/index.html", b""),
        ("Lab 1/notes.txt", b""),
    ]
    download = read_download(write_zip(tmp_path / "a.zip", files), zone=UTC)
    assert download.platform == "brightspace"
    assert [(each.people[0].name, each.name, each.time) for each in download.arrivals] == [
        ("Mary-Ann O'Neil - Lee", "a.ipynb", datetime(2025, 10, 10, 0, 22, tzinfo=UTC)),
        ("Zoë Müller", "c.ipynb", datetime(2026, 1, 31, 21, 59, tzinfo=UTC)),
        ("Ada", "d.ipynb", None),
        ("Tom", "my - file.ipynb", datetime(2026, 1, 31, 23, 59, tzinfo=UTC)),
    ]
    assert [entry for entry, _ in download.unplaced] == ["Lab 1/notes.txt"]


METADATA = b"""---
submission_34:
  :submitters:
  - :name: Ada Lovelace
    :sid: '0100'
    :email: ada@uni.example
  - :name: Pair Two
    :sid:
    :email: two@uni.example
  :created_at: 2026-01-31 15:59:07.590432000 -08:00
  :score: 3.0
submission_35:
  :submitters:
  - :name: Old Rails
    :sid: 0123
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: &1 2026-02-01 00:00:00.000000000 Z
    time: 2026-01-31 16:00:00.000000000 Z
"""


def test_gradescope_exports_are_read_with_their_metadata(tmp_path):
    files = [
        ("assignment_12_export/submission_metadata.yml", METADATA),
        ("assignment_12_export/submission_34/affine.ipynb", NOTEBOOK),
        ("assignment_12_export/submission_35/b/conv.ipynb", NOTEBOOK),
        ("assignment_12_export/submission_36/affine.ipynb", NOTEBOOK),
    ]
    download = read_download(write_zip(tmp_path / "a.zip", files))
    assert download.platform == "gradescope"
    group, old = download.arrivals
    assert group.people == (
        Person(name="Ada Lovelace", email="ada@uni.example", university_id="0100"),
        Person(name="Pair Two", email="two@uni.example"),
    )
    assert group.time == datetime(2026, 1, 31, 23, 59, 7, 590432, tzinfo=UTC)
    assert old.people == (Person(name="Old Rails", university_id="0123"),)
    assert old.time == datetime(2026, 2, 1, tzinfo=UTC)
    assert download.unplaced == (
        (
            "assignment_12_export/submission_36/affine.ipynb",
            "the metadata does not say whose it is",
        ),
    )


@pytest.mark.parametrize("metadata", [b"[1", b"- a", b"a: &a [*a]", b"[" * 5000, b"\xff\xfe\x00"])
def test_metadata_that_is_none_is_listed(tmp_path, metadata):
    files = [("e/submission_metadata.yml", metadata), ("e/submission_1/a.ipynb", NOTEBOOK)]
    path = write_zip(tmp_path / "a.zip", files)
    download = read_download(path, "gradescope")
    assert download.arrivals == ()
    assert {entry for entry, _ in download.unplaced} == {name for name, _ in files} or (
        metadata == b"a: &a [*a]"
    )


# --- mails ---


def test_mails_are_read_with_sender_and_date(tmp_path):
    message = mail(
        "=?utf-8?q?M=C3=BCller=2C_Zo=C3=AB?= <zoe@uni.example>",
        "Sat, 31 Jan 2026 23:59:00 +0100",
        [("Lösung 1.ipynb", NOTEBOOK), ("data.csv", b"1")],
    )
    (tmp_path / "one.eml").write_bytes(bytes(message))
    download = read_download(tmp_path)
    assert download.platform == "mail"
    assert [arrival.name for arrival in download.arrivals] == ["Lösung 1.ipynb", "data.csv"]
    arrival = download.arrivals[0]
    assert arrival.entry == "one.eml/Lösung 1.ipynb"
    assert arrival.people == (Person(name="Müller, Zoë", email="zoe@uni.example"),)
    assert arrival.time == datetime(2026, 1, 31, 22, 59, tzinfo=UTC)
    assert arrival.read() == NOTEBOOK


def test_a_mail_in_a_mail_belongs_to_who_wrote_it(tmp_path):
    inner = mail("ada@uni.example", "Fri, 30 Jan 2026 10:00:00 +0000", [("a.ipynb", NOTEBOOK)])
    outer = mail("Tutor <tutor@uni.example>", "Mon, 2 Feb 2026 10:00:00 +0000", [("", inner)])
    (tmp_path / "forwarded.eml").write_bytes(bytes(outer))
    (arrival,) = read_download(tmp_path / "forwarded.eml").arrivals
    assert arrival.people == (Person(email="ada@uni.example"),)
    assert arrival.time == datetime(2026, 1, 30, 10, tzinfo=UTC)


def test_a_mailbox_is_read(tmp_path):
    box = mailbox.mbox(tmp_path / "hand-in.mbox")
    for number in (1, 2):
        sent = f"Sat, 31 Jan 2026 1{number}:00:00 -0000"
        box.add(mail(f"s{number}@uni.example", sent, [("a.ipynb", b"From here\n%d" % number)]))
    box.close()
    download = read_download(tmp_path / "hand-in.mbox")
    assert [arrival.people[0].email for arrival in download.arrivals] == [
        "s1@uni.example",
        "s2@uni.example",
    ]
    assert [arrival.read() for arrival in download.arrivals] == [b"From here\n1", b"From here\n2"]
    assert [arrival.entry for arrival in download.arrivals] == [
        "hand-in.mbox/1/a.ipynb",
        "hand-in.mbox/2/a.ipynb",
    ]


def test_a_mailbox_of_thunderbird_has_no_suffix(tmp_path):
    box = mailbox.mbox(tmp_path / "Inbox")
    box.add(mail("ada@uni.example", "Sat, 31 Jan 2026 10:00:00 +0000", [("a.ipynb", NOTEBOOK)]))
    box.close()
    for path in (tmp_path, tmp_path / "Inbox"):
        (arrival,) = read_download(path).arrivals
        assert (arrival.entry, arrival.read()) == ("Inbox/1/a.ipynb", NOTEBOOK)


def test_mails_that_hold_nothing_or_cannot_be_read_are_listed(tmp_path):
    (tmp_path / "a.eml").write_bytes(bytes(mail("a@b.example", "yesterday", [])))
    (tmp_path / "b.eml").write_bytes(
        bytes(mail("a@b.example", "Sat, 99 Jan 2026 23:59:00 +0100", [("winmail.dat", b"")]))
    )
    (tmp_path / "c.msg").write_bytes(b"\xd0\xcf\x11\xe0")
    (tmp_path / "d.mbox").write_bytes(b"")
    (tmp_path / "e.eml").write_bytes(bytes(mail("x@b.example", "", [("a.ipynb", NOTEBOOK)])))
    (tmp_path / "readme.txt").write_bytes(b"")
    download = read_download(tmp_path)
    assert [(arrival.entry, arrival.time) for arrival in download.arrivals] == [
        ("e.eml/a.ipynb", None)
    ]
    reasons = dict(download.unplaced)
    assert reasons["a.eml"] == "the mail has no attachment"
    assert reasons["b.eml/winmail.dat"].startswith("Outlook has packed")
    assert reasons["c.msg"].startswith("Outlook's own form of a mail cannot be read. Save")
    assert reasons["d.mbox"] == "no mail is in this mailbox"
    assert reasons["readme.txt"].startswith("its name is not one that mails gives")


def test_mails_forwarded_without_end_are_listed(tmp_path):
    message = mail("a@b.example", "Sat, 31 Jan 2026 10:00:00 +0000", [("a.ipynb", NOTEBOOK)])
    for _ in range(25):
        message = mail("a@b.example", "Sat, 31 Jan 2026 10:00:00 +0000", [("", message)])
    (tmp_path / "a.eml").write_bytes(bytes(message))
    download = read_download(tmp_path)
    assert download.unplaced[0].reason == "more than 20 mails are forwarded one in another"


@given(st.binary(max_size=300), st.text(max_size=60))
def test_no_bytes_end_in_a_traceback(tmp_path_factory, content, header):
    folder = tmp_path_factory.getbasetemp() / "mails"
    folder.mkdir(exist_ok=True)
    sent = b"From: a@b.example\nDate: %s\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
    (folder / "a.eml").write_bytes(sent % header.encode("utf-8", "replace") + content)
    download = read_download(folder)
    assert len(download.arrivals) + len(download.unplaced) >= 1


# --- which platform ---


def test_the_scheme_that_reads_the_largest_number_of_names_is_taken(tmp_path):
    files = [(canvas_file("Lovelace, Ada", 1, number, "a.ipynb"), NOTEBOOK) for number in (2, 3)]
    files.append((moodle_folder("Ada", 1) + "/a.ipynb", NOTEBOOK))
    download = read_download(write_zip(tmp_path / "a.zip", files))
    assert (download.platform, download.alternatives) == ("canvas", ())
    ((entry, reason),) = download.unplaced
    assert entry == "Ada_1_assignsubmission_file/a.ipynb"
    assert reason == (
        "its name is not one that Canvas gives, as in lovelaceada_LATE_1234_56789_affine.ipynb"
    )
    assert read_download(tmp_path / "a.zip", "moodle").platform == "moodle"


def test_where_two_schemes_read_all_names_both_are_named(tmp_path):
    name = "lab_1_2_ada_attempt_2026-01-31-23-59-00_a.ipynb"
    download = read_download(write_zip(tmp_path / "a.zip", [(name, NOTEBOOK)]))
    assert (download.platform, download.alternatives) == ("blackboard", ("canvas",))


def test_an_unknown_platform_is_a_sentence(tmp_path):
    with pytest.raises(CourseError, match=r"There is no platform 'canvass'. Did you mean canvas\?"):
        read_download(tmp_path, "canvass")


def test_what_systems_put_there_is_passed_over(tmp_path):
    names = [
        "__MACOSX/._a_1_2_b.ipynb",
        ".DS_Store",
        "x/Thumbs.db",
        "desktop.ini",
        "._a_1_2_c.ipynb",
    ]
    files = [(name, b"") for name in names] + [("ada_1_2_a.ipynb", NOTEBOOK)]
    download = read_download(write_zip(tmp_path / "a.zip", files))
    assert [arrival.entry for arrival in download.arrivals] == ["ada_1_2_a.ipynb"]
    assert download.unplaced == ()


def test_an_unpacked_download_is_read_as_its_zip_file(tmp_path):
    files = [(moodle_folder("Zoë Müller", 1) + "/sub/a.ipynb", NOTEBOOK), ("x.txt", b"")]
    path = write_zip(tmp_path / "a.zip", files)
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    from_zip, from_folder = read_download(path), read_download(folder)
    assert [each.entry for each in from_zip.arrivals] == [
        each.entry for each in from_folder.arrivals
    ]
    assert from_zip.arrivals[0].read() == from_folder.arrivals[0].read() == NOTEBOOK
    assert from_zip.unplaced == from_folder.unplaced


# --- broken and hostile downloads ---


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not a zip file, or is cut off"),
        (b"%PDF-1.7", "is not a zip file, or is cut off"),
        (b"PK\x03\x04 and no more", "is not a zip file, or is cut off"),
    ],
)
def test_a_file_that_is_no_zip_is_one_sentence(tmp_path, content, said):
    path = tmp_path / "download.zip"
    path.write_bytes(content)
    with pytest.raises(CourseError) as caught:
        read_download(path)
    assert str(caught.value).startswith(f"{path} {said}")
    assert "Download it again" in str(caught.value)


def test_a_zip_that_is_cut_off_anywhere_is_one_sentence(tmp_path):
    files = [(f"ada_1_{number}_a.ipynb", bytes(range(256))) for number in range(2, 6)]
    whole = write_zip(tmp_path / "a.zip", files).read_bytes()
    for size in range(0, len(whole) - 1, 7):
        path = tmp_path / "cut.zip"
        path.write_bytes(whole[:size])
        with pytest.raises(CourseError):
            read_download(path)


def test_a_path_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(CourseError, match="There is no file or folder"):
        read_download(tmp_path / "nothing.zip")
    with pytest.raises(CourseError, match=r"No file in .* can be read. It is empty"):
        read_download(tmp_path)


def test_names_that_no_platform_gives_are_one_error(tmp_path):
    path = write_zip(tmp_path / "a.zip", [("homework.ipynb", NOTEBOOK)])
    with pytest.raises(CourseError) as caught:
        read_download(path)
    assert "the first is homework.ipynb" in str(caught.value)
    assert "Moodle: Ada Lovelace_1234_assignsubmission_file/affine.ipynb" in str(caught.value)


@pytest.mark.parametrize(
    "name",
    ["../ada_1_2_a.ipynb", "/ada_1_2_a.ipynb", "C:/ada_1_2_a.ipynb", "x\\..\\ada_1_2_a.ipynb"],
)
def test_paths_that_lead_out_are_listed(tmp_path, name):
    files = [(name, NOTEBOOK), ("ada_1_3_a.ipynb", NOTEBOOK)]
    download = read_download(write_zip(tmp_path / "a.zip", files))
    assert [arrival.attempt for arrival in download.arrivals] == [3]
    assert download.unplaced[0].reason == "its path leads out of the folder, or is no path"


def test_links_in_a_zip_and_in_a_folder_are_listed(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("ada_1_2_a.ipynb")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("ada_1_3_a.ipynb", NOTEBOOK)
    download = read_download(path)
    assert download.unplaced == (("ada_1_2_a.ipynb", "it is a link, and not a file"),)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "ada_1_2_a.ipynb").symlink_to("/etc/passwd")
    (folder / "beyond").symlink_to("/etc")
    (folder / "ada_1_3_a.ipynb").write_bytes(NOTEBOOK)
    os.mkfifo(folder / "ada_1_4_a.ipynb")
    download = read_download(folder)
    assert [arrival.attempt for arrival in download.arrivals] == [3]
    assert {entry for entry, _ in download.unplaced} == {
        "ada_1_2_a.ipynb",
        "ada_1_4_a.ipynb",
        "beyond",
    }


def test_an_entry_with_a_password_is_listed(tmp_path):
    path = write_zip(tmp_path / "a.zip", [("ada_1_2_a.ipynb", b"1"), ("ada_1_3_a.ipynb", b"2")])
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    download = read_download(path)
    assert download.unplaced[0].reason.startswith("it has a password")
    assert [arrival.read() for arrival in download.arrivals] == [b"2"]


def test_a_damaged_entry_costs_itself_alone(tmp_path):
    content = os.urandom(2000)
    path = write_zip(
        tmp_path / "a.zip", [("ada_1_2_a.ipynb", content), ("ada_1_3_a.ipynb", content)]
    )
    data = bytearray(path.read_bytes())
    data[100] ^= 0xFF
    path.write_bytes(data)
    damaged, whole = read_download(path).arrivals
    with pytest.raises(Unreadable, match=r"damaged in the zip file .*Download it again"):
        damaged.read()
    assert whole.read() == content


def test_two_entries_of_one_name_are_not_lost(tmp_path):
    files = [("ada_1_2_a.ipynb", b"1"), ("ada_1_2_a.ipynb", b"2")]
    download = read_download(write_zip(tmp_path / "a.zip", files))
    assert [arrival.read() for arrival in download.arrivals] == [b"1"]
    assert download.unplaced[0].reason.startswith("the zip file holds two files of this name")


def test_a_bomb_is_listed_by_its_size_and_never_unpacked(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("ada_1_2_a.ipynb", "w", force_zip64=True) as file:
            for _ in range(129):
                file.write(bytes(2**20))
        archive.writestr("ada_1_3_a.ipynb", NOTEBOOK)
    download = read_download(path)
    assert download.unplaced[0].reason == "it has 129.0 MiB, and at most 128 are read"
    assert len(download.arrivals) == 1


def test_a_bomb_that_lies_about_its_size_is_not_unpacked_beyond_it(tmp_path):
    path = write_zip(tmp_path / "a.zip", [("ada_1_2_a.ipynb", bytes(10**6))])
    data = bytearray(path.read_bytes())
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(signature) + place, 10)
    path.write_bytes(data)
    (arrival,) = read_download(path).arrivals
    with pytest.raises(Unreadable, match="damaged"):
        arrival.read()


def test_a_large_class_is_read_quickly(tmp_path):
    files = [(canvas_file("Lovelace, Ada", n, n, "a.ipynb"), b"x") for n in range(1, 5001)]
    download = read_download(write_zip(tmp_path / "a.zip", files))
    assert len(download.arrivals) == 5000
    assert all(arrival.read() == b"x" for arrival in download.arrivals)


def test_a_path_is_a_folder_named_by_a_link(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "ada_1_3_a.ipynb").write_bytes(NOTEBOOK)
    link = tmp_path / "link"
    link.symlink_to(folder)
    (arrival,) = read_download(Path(link)).arrivals
    assert arrival.read() == NOTEBOOK
