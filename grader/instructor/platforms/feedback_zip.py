"""A zip file of feedback pages, which a platform takes back and gives to each student.

Sources: moodle/moodle, mod/assign/feedback/file/importziplib.php (is_valid_filename_for_import),
commit 0203d8f: the first folder NAME_NUMBER_TYPE_PLUGIN whose number is a participant's says whose
the files in it are; hidden files are left out. The number of a group is none, so feedback to a
group goes to each of its members, by the numbers in the grading worksheet.
instructure/canvas-lms, app/models/abstract_assignment.rb (infer_comment_context_from_filename,
generate_comments_from_files), commit 028f76b: of what stands between the _ of a name, but for LATE,
the first two numbers are the user and the file that was handed in (after anon the id and the file),
and what begins the last part must not be “link”. Canvas adds the file to a comment under the name
of the file that was handed in, whatever it is called in the zip file: a page comes to the student
as “affine.ipynb”. So there a notebook with the feedback in it serves better than a page.
"""

from __future__ import annotations

import os
import re
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from grader.instructor.courses import CourseError
from grader.instructor.platforms.downloads import canvas
from grader.instructor.platforms.downloads.arrival import Person
from grader.notebook.whole_file import mode_of_new_files

NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f&<>\"`|':\\/]")  # lib/moodlelib.php, clean_filename


def moodle_feedback_name(person: Person, page: str) -> str:
    """Return what Moodle takes for a feedback file of a participant.

    person: of a download or of the worksheet; page: the file's name. Raises ValueError for a person
    without a participant's number, and for a name that Moodle takes for a hidden file.
    """
    if not person.number.isdecimal() or page[:1] in (".", "~", ""):
        raise ValueError(f"Moodle places no file {page!r} of {person}")
    name = NOT_IN_NAMES.sub("", person.name.replace("_", " "))
    return f"{name}_{person.number}_assignfeedback_file/{page}"


def canvas_feedback_name(entry: str, suffix: str) -> str:
    """Return what Canvas takes for a comment on a file that was handed in.

    entry: the path of that file in the download; suffix: what the feedback's name ends with. Raises
    ValueError for a path that is none of Canvas's.
    """
    name = entry.rpartition("/")[2]
    match = canvas.NAME.fullmatch(name)
    if not match or match["own"] is None:
        raise ValueError(f"Canvas has not named {entry!r}")
    return f"{name[: match.start('own')]}feedback{suffix}"


def write_feedback_zip(path: Path, entries: Iterable[tuple[str, bytes]]) -> int:
    """Write a zip file of feedback, whole or not at all; return how many files are in it.

    entries: names in the platform's layout, and bytes; one after another is held in memory. Raises
    CourseError where it cannot be written, and ValueError for a name that comes twice.
    """
    names: set[str] = set()
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _not_written(path, error) from None
    try:
        with (
            os.fdopen(handle, "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for name, content in entries:
                if name in names:
                    raise ValueError(f"two files of feedback are called {name}")
                names.add(name)
                # Without the time of now, so that the same feedback is the same file.
                info = zipfile.ZipInfo(name)
                archive.writestr(info, content, zipfile.ZIP_DEFLATED)
        os.chmod(temporary, mode_of_new_files())
        os.replace(temporary, path)
    except BaseException as error:
        os.unlink(temporary)
        if isinstance(error, OSError):
            raise _not_written(path, error) from None
        raise
    return len(names)


def _not_written(path: Path, error: OSError) -> CourseError:
    return CourseError(f"{path} cannot be written: {error.strerror}. Name another place.")
