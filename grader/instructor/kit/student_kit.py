"""What is in the student kit: a zip file with all that students need."""

from __future__ import annotations

import importlib.metadata as metadata
import io
import stat
import tempfile
import time
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from grader.instructor.classroom import Classroom
from grader.instructor.kit.handout import Handout
from grader.instructor.kit.pins import constraints
from grader.instructor.kit.summary_sheet import summary_sheet
from grader.instructor.kit.wheels import REPOSITORY, students_wheel
from grader.notebook.packages import GRADING, STAND_INS, in_words

KIT = "student-kit"
PAGE = "course.md"  # the start page, in notebooks/ and in the kit
SUMMARY = "summary.html"  # the blank sheet, in the kit
PARTS = Path(__file__).with_name("contents")
HAND_IN = """ If that is by JupyterLab: in the menu Nbgrader, the Assignment List
has Submit beside the notebook's folder (it takes the file as last saved) and, later, Fetch\
 Feedback."""


def pages(classroom: Classroom, handout: Handout) -> dict[str, str]:
    """Return the pages that belong to a class beside its notebooks, by name: the start page and the
    blank summary sheet.
    """
    return {
        PAGE: start_page(classroom, handout),
        SUMMARY: summary_sheet(classroom.course, filled=False),
    }


def student_kit(
    classroom: Classroom, assignment_list: bool, more: Mapping[str, str | bytes]
) -> bytes:
    """Return a zip file with all that students need.

    It holds the released notebooks, the students' wheel, the versions of packages that fit, and
    start.py, which installs them. more: the pages, and the files that the instructor adds, by name.
    """
    also = ("nbgrader",) if assignment_list else ()
    hand_in = HAND_IN if assignment_list else ""
    readme = (PARTS / "README.md").read_text(encoding="utf-8")
    buffer = io.BytesIO()
    with (
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as kit,
    ):
        wheel = students_wheel(Path(folder))
        text = readme.format(
            wheel=wheel.name,
            hand_in=hand_in,
            packages=in_words(_versions()),
            stand_ins=in_words(STAND_INS),
        )
        _add(kit, wheel.name, wheel.read_bytes())
        _add(kit, "start.py", (PARTS / "start.py").read_bytes())
        _add(kit, "constraints.txt", constraints(wheel.name, also))
        _add(kit, "README.md", text)
        for name, content in more.items():
            _add(kit, name, content)
        # What has been released so far, with the files that lie beside a notebook.
        for assignment in classroom.course.by_assignment:
            for path in sorted((classroom.release / assignment).glob("*.*")):
                _add(kit, f"{assignment}/{path.name}", path.read_bytes())
    return buffer.getvalue()


def start_page(classroom: Classroom, handout: Handout) -> str:
    """Return the page with the course's map, rules and words, as this class gets it.

    A notebook that is not released yet has no link.
    """
    page = (REPOSITORY / "notebooks" / PAGE).read_text(encoding="utf-8")
    for assignment, notebook in classroom.course.by_assignment.items():
        place = f"{assignment}/{notebook.file}"
        if not (classroom.release / place).is_file():
            page = page.replace(f"[{assignment}]({place})", assignment)
    return handout.fill(page)


def _add(kit: zipfile.ZipFile, name: str, content: str | bytes) -> None:
    """Add a file that everybody may read once it is unpacked, whatever its mode is here."""
    entry = zipfile.ZipInfo(f"{KIT}/{name}", time.localtime()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    kit.writestr(entry, content)


def _versions() -> list[str]:
    """Return the packages of grading that are installed here, with their versions."""
    versions = []
    for name in GRADING:
        with suppress(metadata.PackageNotFoundError):
            versions.append(f"{name} {metadata.version(name)}")
    return versions
