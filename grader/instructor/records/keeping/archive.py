"""One archive of a course folder: what is in it, written and brought back.

It is a zip file: all files of the folder below course/, the gradebook as course/gradebook.db, and
archive.json, which says what they are and holds a digest of each.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, TypedDict

from grader.instructor import rights, system
from grader.instructor.classroom import Classroom
from grader.instructor.courses import CourseError, engine_version
from grader.instructor.records.keeping.copies import (
    copy_gradebook,
    fill_database,
    problem_of_copy,
)

FORMAT = 1  # of archives; a version that writes others counts on
MANIFEST = "archive.json"
TOP = "course/"  # what the names of the folder's files begin with
GRADEBOOK = "gradebook.db"
CHUNK = 1 << 20  # bytes that are read at once
DAMAGED = "It is damaged, or was changed"
# How zipfile ends with a file that is none, is cut, or has been changed.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
# What commands and SQLite leave in the folder while they run; the gradebook is copied by SQLite.
PASSING = re.compile(
    r"\.(grading|collecting|feedback)-.*|\.new-\d+|gradebook\.db(-journal|-wal|-shm)?"
)


class Manifest(TypedDict):
    """What an archive says of itself.

    format: which kind of archive; version: of this package; course: its name; written: when, in
    UTC; gradebook: whether there is one; folders, files: their paths, these with digests.
    """

    format: int
    version: str
    course: str
    written: str
    gradebook: bool
    folders: list[str]
    files: dict[str, str]


@dataclass
class Archived:
    """What became of an archive. left_out: what is not in it, and why."""

    path: Path
    files: int = 0
    left_out: list[str] = field(default_factory=list)


def archive(classroom: Classroom, path: Path) -> Archived:
    """Write a new archive of a class; it is whole or not there, and others cannot read it.

    Raises CourseError where there is such a file, or it would lie in the course folder, and
    OSError.
    """
    result = Archived(path.absolute())
    _check_place(classroom, result.path)
    handle, name = tempfile.mkstemp(dir=result.path.parent, prefix=f".{path.name}.")
    new = Path(name)  # mode 600
    try:
        with (
            os.fdopen(handle, "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as content,
        ):
            _write(classroom, content, result)
        _put(new, result.path)
    finally:
        new.unlink(missing_ok=True)
    return result


def _check_place(classroom: Classroom, path: Path) -> None:
    """Raise CourseError where an archive cannot be written."""
    if os.path.lexists(path):
        raise CourseError(f"{path} is there already. Name a new file. Nothing was written.")
    if not path.parent.is_dir():
        raise CourseError(f"There is no folder {path.parent}. Nothing was written.")
    if path.parent.resolve().is_relative_to(classroom.folder):
        raise CourseError(
            f"{path} would lie in the course folder, and so in the next archive. "
            "Name a place elsewhere. Nothing was written."
        )


def _put(new: Path, path: Path) -> None:
    """Give a new file its name, unless there is such a file by now. Raises CourseError."""
    try:
        os.link(new, path)
    except FileExistsError:
        raise CourseError(f"{path} is there by now. Name a new file.") from None
    except OSError:  # a file system without hard links
        os.rename(new, path)


def _write(classroom: Classroom, content: zipfile.ZipFile, result: Archived) -> None:
    """Write all files of a class into a zip file."""
    files: dict[str, str] = {}
    folders = []
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place, GRADEBOOK)
        has_gradebook = copy_gradebook(classroom, copy)
        if has_gradebook:
            files[GRADEBOOK] = _add(content, copy, GRADEBOOK)
    in_folder = classroom.folder / GRADEBOOK
    if classroom.gradebook_file != in_folder and in_folder.exists():
        result.left_out.append(f"{GRADEBOOK}: the class has another gradebook (--db)")
    for path in _paths(classroom.folder):
        name = path.relative_to(classroom.folder).as_posix()
        reason = _why_left_out(classroom, path)
        if reason:
            result.left_out.append(f"{name}: {reason}")
        elif path.is_dir():
            folders.append(name)
        else:
            files[name] = _add(content, path, name)
    manifest: Manifest = {
        "format": FORMAT,
        "version": engine_version(),
        "course": classroom.course.name,
        "written": time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()),
        "gradebook": has_gradebook,
        "folders": folders,
        "files": files,
    }
    content.writestr(MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False))
    result.files = len(files)


def _paths(folder: Path) -> Iterator[Path]:
    """Yield what is in a course folder beside the gradebook and what stands there during a run.

    Raises OSError where a folder cannot be read.
    """
    for path in sorted(folder.iterdir()):
        if not PASSING.fullmatch(path.name):
            yield from _below(path)


def _below(path: Path) -> Iterator[Path]:
    """Yield a path and, where it is a folder, all that is in it; no link is followed."""
    if path.name == ".regrade":
        return
    yield path
    if path.is_dir() and not path.is_symlink():
        for inner in sorted(path.iterdir()):
            yield from _below(inner)


def _why_left_out(classroom: Classroom, path: Path) -> str:
    """Return why a file is not in the archive, or ""."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        return "its name is not written in UTF-8"
    mode = path.lstat().st_mode
    if system.is_link(path.lstat()):
        return "it is a link"
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        return "it is no file"
    return ""


def _add(content: zipfile.ZipFile, path: Path, name: str) -> str:
    """Add a file to a zip file; return its digest."""
    info = zipfile.ZipInfo.from_file(path, f"{TOP}{name}", strict_timestamps=False)
    info.compress_type = zipfile.ZIP_DEFLATED
    with path.open("rb") as file, content.open(info, "w") as to:
        return _copy(file, to)


def _copy(file: IO[bytes], to: IO[bytes]) -> str:
    """Copy a file; return its digest."""
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        to.write(chunk)
    return digest.hexdigest()


def restore(classroom: Classroom, path: Path) -> Manifest:
    """Bring an archive back into a course folder that is new or empty; return what it says.

    Everything is written beside the folder and compared with its digests; then it takes the
    folder's place. Raises CourseError, and then nothing is written, and OSError.
    """
    folder = classroom.folder
    if folder.exists() and any(folder.iterdir()):
        raise CourseError(
            f"{folder} is not empty, and nothing is overwritten. Name a new folder with --course."
        )
    if not folder.parent.is_dir():
        raise CourseError(f"There is no folder {folder.parent}. Nothing was written.")
    _check_gradebook(classroom)
    with _opened(path) as content:
        manifest = _manifest(content, path, classroom.course.name)
        stage = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.restore-"))
        try:
            _like_folder(stage, folder)
            with rights.private(stage):
                _extract(content, manifest, stage, path)
                _place_gradebook(classroom, manifest, stage)
            with suppress(FileNotFoundError):  # Windows renames onto no folder
                folder.rmdir()
            os.rename(stage, folder)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    return manifest


def _check_gradebook(classroom: Classroom) -> None:
    """Raise CourseError where a gradebook is named that is there already."""
    file = classroom.gradebook_file
    if file is not None and file.exists():
        raise CourseError(
            f"There is a gradebook {file} already, and nothing is overwritten. "
            "Name another one with --db."
        )


def _like_folder(stage: Path, folder: Path) -> None:
    """Give a new folder the group and the mode of the empty one whose place it takes."""
    if folder.exists() and system.has_modes():
        state = folder.stat()
        with suppress(OSError):
            os.chown(stage, -1, state.st_gid)
        stage.chmod(stat.S_IMODE(state.st_mode))
    rights.close(stage)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive. Raises CourseError for a file that is none, and OSError."""
    try:
        with zipfile.ZipFile(path) as content:
            yield content
    except UNREADABLE as error:
        raise CourseError(
            f"{path} is no whole archive ({error}). {DAMAGED}. Nothing was written."
        ) from None


def _manifest(content: zipfile.ZipFile, path: Path, course: str) -> Manifest:
    """Return what an archive says of itself. Raises CourseError where it cannot be used here."""
    if MANIFEST not in content.namelist():
        raise CourseError(
            f"{path} is no archive of a course: it has no {MANIFEST}. "
            "`grader archive` writes them. Nothing was written."
        )
    try:
        manifest: Manifest = json.loads(content.read(MANIFEST))
        is_newer = manifest["format"] > FORMAT
        is_newer |= _numbers(manifest["version"]) > _numbers(engine_version())
        name, version = str(manifest["course"]), str(manifest["version"])
        names = [*manifest["files"], *manifest["folders"]]
        is_safe = all(_is_safe(each) for each in names)
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, AttributeError):
        raise CourseError(
            f"The {MANIFEST} of {path} cannot be read. {DAMAGED}. Nothing was written."
        ) from None
    if is_newer:
        raise CourseError(
            f"{path} was written by version {version} of this package, which is newer than this "
            f"one ({engine_version()}). Install that version. Nothing was written."
        )
    if name != course:
        raise CourseError(
            f"{path} is an archive of the course {name}, and this is {course}. "
            f"Name the course with --content {name}. Nothing was written."
        )
    inside = sorted(each.removeprefix(TOP) for each in content.namelist() if each != MANIFEST)
    if not is_safe or inside != sorted(manifest["files"]):
        raise CourseError(
            f"The files of {path} are not those that its {MANIFEST} names. {DAMAGED}. "
            "Nothing was written."
        )
    return manifest


def _numbers(version: str) -> list[int]:
    """Return the numbers of a version, by which versions are compared."""
    return [int(number) for number in re.findall(r"\d+", version)]


def _is_safe(name: str) -> bool:
    """Tell whether a path stays in the folder to which it is added, on any system."""
    parts = PurePosixPath(name).parts
    return bool(parts) and "/".join(parts) == name and not any(map(_leads_out, parts))


def _leads_out(part: str) -> bool:
    is_drive = not system.has_modes() and (":" in part or "\\" in part)
    return part in ("..", "/", ".") or is_drive


def _extract(content: zipfile.ZipFile, manifest: Manifest, stage: Path, path: Path) -> None:
    """Write the files of an archive into a folder. Raises CourseError where one is damaged."""
    for name in manifest["folders"]:
        (stage / name).mkdir(parents=True, exist_ok=True)
    for name, digest in manifest["files"].items():
        place = stage / name
        place.parent.mkdir(parents=True, exist_ok=True)
        with content.open(f"{TOP}{name}") as file, place.open("xb") as to:
            if _copy(file, to) != digest:
                raise CourseError(
                    f"{name} in {path} is not what was archived. {DAMAGED}. Nothing was written."
                )


def _place_gradebook(classroom: Classroom, manifest: Manifest, stage: Path) -> None:
    """Put the gradebook where the class has it. Raises CourseError."""
    if not manifest["gradebook"]:
        return
    copy = stage / GRADEBOOK
    problem = problem_of_copy(copy)
    if problem:
        raise CourseError(f"The gradebook in the archive is damaged: {problem}.")
    file = classroom.gradebook_file
    if file is None:
        fill_database(classroom, copy)
        copy.unlink()
    elif file != classroom.folder / GRADEBOOK:
        shutil.copyfile(copy, file)
        copy.unlink()
