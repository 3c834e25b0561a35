"""`grader dist`: what a release of the course is, in one folder named after its version."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from pathlib import Path

from grader.instructor.classroom import Classroom, notebooks_to_release
from grader.instructor.commands.release import release
from grader.instructor.commands.site import Plan, site
from grader.instructor.courses import CourseError
from grader.instructor.kit.student_kit import KIT
from grader.instructor.kit.wheels import REPOSITORY, build, project_table
from grader.judge.course import Course
from grader.notebook.whole_file import write_atomically

NOTES = "UPGRADE.md"
SUMS = "SHA256SUMS"
UNRELEASED = "Unreleased"


def dist(course: Course, folder: Path, repository: str) -> list[str]:
    """Write both wheels, the student kit, the site as a zip file, and the notes on the upgrade.

    folder: in it a folder named after the version comes whole, in place of an earlier one
    repository: owner/name on GitHub, for the site's links

    Return a line for each file. Raises CourseError.
    """
    version = project_table()["version"]
    notes = upgrade_notes((REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8"), version)
    target = folder / f"{course.name}-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".dist-") as name:
        work = Path(name)
        whole = work / "dist"
        whole.mkdir()
        in_lab = notebooks_to_release(course, ())
        build(whole)
        classroom = Classroom.at(work / "class", course=course)
        release(classroom, in_lab)
        shutil.copy(classroom.release / f"{KIT}.zip", whole)
        site(Plan(course, in_lab, repository=repository), work / "site")
        shutil.make_archive(str(whole / "site"), "zip", work / "site")
        write_atomically(whole / NOTES, notes)
        write_atomically(whole / SUMS, _sums(whole))
        if target.exists():
            shutil.rmtree(target)
        whole.rename(target)
    return [f"wrote {path}" for path in sorted(target.iterdir())]


def upgrade_notes(changelog: str, version: str) -> str:
    """Return what the changelog says of a version, else of what is not released yet.

    Raises CourseError where it says nothing of either.
    """
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    texts = {section.split()[0].strip("[]"): section for section in sections}
    text = texts.get(version) or texts.get(UNRELEASED)
    if text is None:
        raise CourseError(
            f"CHANGELOG.md has no section {version!r} and none {UNRELEASED!r}. Write what is new."
        )
    _, _, said = text.partition("\n")
    return f"# What is new in {version}\n\n{said.strip()}\n"


def _sums(folder: Path) -> str:
    """Return the digests of a folder's files as `sha256sum --check` reads them."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.iterdir())
    ]
    return "".join(lines)
