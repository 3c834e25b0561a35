"""Names, zip files and sheets as the platforms' own source code writes them.

Each function repeats one of the platform's, whose place is in its docstring: so a test that reads
what it returns reads what the platform would have written.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from email.message import EmailMessage
from pathlib import Path

UTF8_FLAG = 0x800


def canvas_file(
    name: str, user: int | str, file: int, own: str, late: bool = False, anonymous: bool = False
) -> str:
    """canvas-lms lib/content_zipper.rb: get_filename, sanitize_user_name, sanitize_file_name."""
    folded = re.sub(r"_(\d+)_", r"\1", name).lower()
    names = [] if anonymous else [folded]
    parts = [*names, *(["LATE"] if late else []), f"anon_{user}" if anonymous else str(user)]
    stem = "".join(letter for letter in "_".join(parts) if _is_word(letter))
    own = re.sub(r'[\x00/\\:*?"<>|]+', "_", own)
    return f"{stem}_{file}_{own}"


def _is_word(letter: str) -> bool:
    """Ruby's [[:word:]]."""
    return unicodedata.category(letter)[0] in "LMN" or unicodedata.category(letter) == "Pc"


def canvas_reads(filename: str) -> tuple[str, str]:
    """canvas-lms app/models/abstract_assignment.rb: infer_comment_context_from_filename."""
    parts = [part for part in filename.rpartition("/")[2].split("_") if part != "LATE"]
    if parts[-1].startswith("link"):
        return "", ""
    if parts[0] == "anon":
        return f"anon_{parts[1]}", parts[2]
    numbers = [part for part in parts if re.fullmatch("[0-9]+", part)]
    return numbers[0], numbers[1]


def moodle_folder(name: str, number: int | None, plugin: str = "file", old: bool = False) -> str:
    """moodle mod/assign/classes/downloader.php: get_student_prefix, load_submissionplugin_filelist."""
    prefix = name.replace("_", " ")
    if number is not None:
        prefix = f"{prefix}_{number}"
    return _clean_filename(f"{prefix}_assignsubmission_{plugin}") + ("_" if old else "")


def _clean_filename(name: str) -> str:
    """moodle lib/moodlelib.php: clean_filename, clean_param with PARAM_FILE."""
    name = re.sub(r"[\x00-\x1f\x7f]|[&<>\"`|':\\/]", "", name)
    return re.sub(r"\.\.+", "", name)


def moodle_reads(path: str) -> tuple[int, str, str, str] | None:
    """moodle mod/assign/feedback/file/importziplib.php: is_valid_filename_for_import.

    Returns the participant's number, the type and the name of the plugin, and the file's path.
    """
    parts = path.split("/")
    while parts:
        info = parts.pop(0).split("_", 4)
        if len(info) < 4 or not info[1].isdigit():
            continue
        rest = [info[4] if len(info) == 5 else "", *parts]
        return int(info[1]), info[2], info[3], "/".join(rest)
    return None


def write_zip(path: Path, files: Iterable[tuple[str, bytes]], says_utf8: bool = True) -> Path:
    """Write a zip file; says_utf8: whether it says so of names in UTF-8, as rubyzip does not."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name twice
        for name, content in files:
            info = zipfile.ZipInfo(name, (2026, 1, 31, 12, 0, 0))
            archive.writestr(info, content)
    if not says_utf8:
        data = path.read_bytes()
        path.write_bytes(_without_flag(data))
    return path


def _without_flag(data: bytes) -> bytes:
    """Take the flag of UTF-8 out of all headers of a zip file."""
    result = bytearray(data)
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for match in re.finditer(re.escape(signature), data):
            result[match.start() + place + 1] &= 0xFF ^ (UTF8_FLAG >> 8)
    return bytes(result)


def mail(
    sender: str, date: str, attachments: Sequence[tuple[str, bytes | EmailMessage]]
) -> EmailMessage:
    """Return a mail as a mail program writes it."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "teacher@uni.example"
    message["Date"] = date
    message["Subject"] = "my notebook"
    message.set_content("Here it is.")
    for name, content in attachments:
        if isinstance(content, EmailMessage):
            message.add_attachment(content)
        else:
            message.add_attachment(
                content, maintype="application", subtype="octet-stream", filename=name
            )
    return message


def canvas_sheet(
    students: Sequence[Sequence[str]],
    assignments: Sequence[tuple[str, str]],
    manual: bool = False,
    sis: bool = True,
    delimiter: str = ",",
) -> str:
    """canvas-lms lib/gradebook_exporter.rb: csv_data.

    students: name, id, SIS user id, login, section, and a cell for each assignment; assignments:
    the title with its id, and the points possible.
    """
    columns = ["Student", "ID", *(["SIS User ID"] if sis else []), "SIS Login ID", "Section"]
    totals = ["Assignments Current Score", "Current Score", "Final Score"]
    rows = [[*columns, *(title for title, _ in assignments), *totals]]
    if manual:
        rows.append(["" for _ in columns] + ["Manual Posting" for _ in assignments] + [""] * 3)
    rows.append(
        ["    Points Possible", *[""] * (len(columns) - 1)]
        + [points for _, points in assignments]
        + ["(read only)"] * 3
    )
    for name, number, user_id, login, section, *cells in students:
        ids = [name, number, *([user_id] if sis else []), login, section]
        rows.append([*ids, *cells, "80.00", "80.00", "80.00"])
    return as_csv(rows, delimiter, "\n")


def moodle_sheet(
    participants: Sequence[tuple[int, str, str, str]],
    maximum: str = "100.00",
    words: Sequence[str] = (),
    identifier: str = "Participant ",
) -> str:
    """moodle mod/assign/gradingtable.php with a download: its columns, in their order.

    participants: number, full name, e-mail, grade; words: the headers in another language.
    """
    headers = words or (
        *("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade"),
        *("Grade can be changed", "Last modified (submission)", "Last modified (grade)"),
        "Feedback comments",
    )
    rows: list[Sequence[str]] = [headers]
    for number, name, address, grade in participants:
        status = "Submitted for grading - "
        day = "Saturday, 31 January 2026, 11:59 PM"
        rows.append(
            [f"{identifier}{number}", name, address, status, grade, maximum, "Yes", day, "-", ""]
        )
    return as_csv(rows, ",", "\n")


def as_csv(rows: Iterable[Sequence[str]], delimiter: str, newline: str) -> str:
    """Return rows as CSV, with quotes where they are needed."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=newline).writerows(rows)
    return text.getvalue()
