"""Moodle: “Download all submissions” of an assignment.

Source: moodle/moodle, mod/assign/classes/downloader.php (get_student_prefix,
load_submissionplugin_filelist), commit da54552: folders NAME_NUMBER_assignsubmission_file/ with the
student's own files and folders; before 4.1 with a _ at the end; without the option “in folders”,
and before 3.1, files NAME_NUMBER_assignsubmission_file_OWN. NAME is the full name with spaces for
its _ and without & < > " ` | ' : \\ / (lib/moodlelib.php, clean_filename), the word for a
participant where the assignment is anonymous, GROUP-NAME in older versions where groups hand in;
today it is then the group's name and NUMBER the group's, or “Default group” and no number. NUMBER
is that of the participant in this assignment, which the grading worksheet shows too. What was typed
lies in a folder NAME_NUMBER_assignsubmission_onlinetext. The zip file is written while it is sent
(files/classes/local/archive_writer/zip_writer.php), and its times are those of the download.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import tzinfo

from grader.instructor.platforms.downloads.arrival import Arrival, Person, Unplaced
from grader.instructor.platforms.downloads.entries import Entry
from grader.instructor.platforms.downloads.scheme import Placement, Scheme

PREFIX = (
    r"(?:(?P<name>[^_]*)_(?P<number>[0-9]+)|(?P<group>[^_]+))_assignsubmission_(?P<plugin>[a-z]+)"
)
FOLDER = re.compile(PREFIX + "_?")
FILE = re.compile(PREFIX + "_(?P<own>.+)", re.DOTALL)


def place(entries: Sequence[Entry], zone: tzinfo | None) -> Placement:
    """Return whose files these are by Moodle's names."""
    placement = Placement()
    for entry in entries:
        match = match_of(entry.path)
        if match and match["plugin"] != "file":
            reason = f"it was not handed in as a file, but by “{match['plugin']}” of Moodle"
            placement.others.append(Unplaced(entry.path, reason))
        elif match:
            placement.arrivals.append(_arrival(entry, match))
    return placement


def match_of(path: str) -> re.Match[str] | None:
    """Return what Moodle's name says in a path: the groups name, number, group and plugin."""
    *folders, name = path.split("/")
    for folder in folders:
        match = FOLDER.fullmatch(folder)
        if match:
            return match
    return FILE.fullmatch(name)


def _arrival(entry: Entry, match: re.Match[str]) -> Arrival:
    own = match.groupdict().get("own") or entry.name
    person = Person(name=match["name"] or match["group"] or "", number=match["number"] or "")
    return Arrival("moodle", entry.path, own, (person,), entry.read)


SCHEME = Scheme("moodle", "Moodle", "Ada Lovelace_1234_assignsubmission_file/affine.ipynb", place)
