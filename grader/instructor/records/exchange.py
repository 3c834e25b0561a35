"""Repairs of nbgrader's exchange, for classes where some work came by another way.

nbgrader_config.py installs them.
"""

from __future__ import annotations

import glob
import os
import stat
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeReleaseFeedback

from grader.instructor.classroom import FIRST_STAMP, STAMP
from grader.instructor.sealed.intake import submission_secret
from grader.instructor.sealed.timestamp import UnreadableFile, submitted_at


class ReleaseFeedback(ExchangeReleaseFeedback):  # type: ignore[misc]
    """nbgrader's Release Feedback, which leaves out submissions from outside the exchange.

    Without this repair the step ends with an error at the first submission that lacks
    submission_secret.txt, and those after it get no feedback (nbgrader's issue 1897).
    """

    dest_path: str  # nbgrader's: the exchange's folder of feedback
    src_path: str  # nbgrader's: a pattern of folders, here one folder at a time

    def copy_files(self) -> None:
        """Copy the feedback of each submission that has a secret and a timestamp."""
        for folder in sorted(glob.glob(self.src_path)):
            if submission_secret(Path(folder)) and os.path.isfile(os.path.join(folder, STAMP)):
                self.src_path = folder
                super().copy_files()
            else:
                self.log.warning(
                    "Not handed in through the exchange, so hand it back yourself: %s",
                    os.path.normpath(folder),
                )
        self._open_pages()

    def _open_pages(self) -> None:
        """Let students read the pages, which have the mode of those in the course folder.

        Nobody can list the folder, and a page's name is known to its student alone.
        """
        for page in Path(self.dest_path).glob("*.html"):
            with suppress(OSError):  # another instructor's
                page.chmod(page.stat().st_mode | stat.S_IROTH | stat.S_IRGRP)


def existing_timestamp(coursedir: Any, folder: str) -> datetime | None:
    """Return the time in a folder's timestamp.txt, or None where there is none to read."""
    try:
        return submitted_at(Path(folder) / STAMP)
    except UnreadableFile:
        return None


def submitted_timestamp(api: Any, assignment: str, student: str) -> datetime | None:
    """Return when a student handed in an assignment, or None where no time is to be read.

    formgrader compares it with the gradebook's time: where the same file came again, and was graded
    since, that is its first time.
    """
    coursedir = api.coursedir
    folder = coursedir.format_path(coursedir.submitted_directory, student, assignment)
    time = existing_timestamp(coursedir, folder)
    autograded = coursedir.format_path(coursedir.autograded_directory, student, assignment)
    if time is None or time != existing_timestamp(coursedir, autograded):
        return time
    try:
        return submitted_at(Path(autograded) / FIRST_STAMP) or time
    except UnreadableFile:
        return time


# What reads timestamp.txt in nbgrader: the class, its method, and what takes the method's place.
# Without them one file that holds no time ends Formgrader's page of the whole class with an error
# 500, and Collect as well. We know of no issue about it in nbgrader's list.
TIMESTAMP_READERS = (
    (CourseDirectory, "get_existing_timestamp", existing_timestamp),
    (NbGraderAPI, "get_submitted_timestamp", submitted_timestamp),
)


def tolerate_bad_timestamps() -> None:
    """Let nbgrader treat a timestamp.txt that cannot be parsed as a missing one."""
    for owner, name, reader in TIMESTAMP_READERS:
        setattr(owner, name, reader)
