"""The files in a download, which is a zip file or a folder: listed, and read one at a time.

Nothing is written to disk, no link is followed, and what is damaged costs its own file alone.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from grader.instructor import system
from grader.instructor.courses import CourseError
from grader.instructor.platforms.downloads.arrival import Unplaced
from grader.instructor.sealed.intake import read_bytes
from grader.notebook.cells_of_file import FILE_LIMIT, Unreadable

ENTRIES_LIMIT = 200_000
PATH_LIMIT = 1000  # letters of a file's path in a download
NOISE_NAMES = (".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX")
UTF8_FLAG = 0x800  # of a zip's entry: its name is in UTF-8
ENCRYPTED_FLAG = 0x1
UNSAFE = re.compile(r"^/|^[A-Za-z]:|(^|/)\.\.(/|$)|[\x00-\x08\x0e-\x1f\x7f]")
ADVICE = (
    "Expected: the zip file that the platform's “Download submissions” gives, or the folder that "
    "was unpacked from it, or a folder of mails. Download it again, and name that file."
)


@dataclass(frozen=True)
class Entry:
    """A file of a download.

    path: its path there, with /; read: returns its bytes, or raises Unreadable; place: where it
    lies on disk, None in a zip file.
    """

    path: str
    read: Callable[[], bytes]
    place: Path | None = None

    @property
    def parts(self) -> list[str]:
        """The names of its folders, and its own."""
        return self.path.split("/")

    @property
    def name(self) -> str:
        """Its name without its folders."""
        return self.parts[-1]


def entries_of(path: Path) -> tuple[list[Entry], list[Unplaced]]:
    """Return the files in a zip file, in a folder, or a file of mails; and those to leave alone.

    Raises CourseError where the path is none of these.
    """
    if path.is_dir():
        listed = list(_folder_entries(path.resolve()))
    elif path.suffix.lower() in (".eml", ".mbox") or begins_as_mailbox(path):
        listed = [_file_entry(path.resolve(), path.name)]
    else:
        listed = list(_zip_entries(path))
    if len(listed) > ENTRIES_LIMIT:
        raise CourseError(f"{path} holds more than {ENTRIES_LIMIT} files. {ADVICE}")
    entries = [item for item in listed if isinstance(item, Entry)]
    return entries, [item for item in listed if isinstance(item, Unplaced)]


def begins_as_mailbox(path: Path) -> bool:
    """Tell whether a file begins with the line of a mailbox (mbox)."""
    if not path.is_file():  # opening a pipe would wait
        return False
    try:
        with path.open("rb") as file:
            return file.read(5) == b"From "
    except OSError:
        return False


def _is_noise(path: str) -> bool:
    """Tell whether a system has put a file there for itself."""
    parts = path.split("/")
    return parts[-1].startswith("._") or any(part in NOISE_NAMES for part in parts)


# --- a zip file ---


def _zip_entries(path: Path) -> Iterator[Entry | Unplaced]:
    """Yield the files of a zip file. Raises CourseError where it is none."""
    archive = _opened(path)
    known_paths: set[str] = set()
    for info in archive.infolist():
        name = _name_of(info)
        if name.endswith("/") or _is_noise(name):
            continue
        problem = _problem_of(info, name)
        if name in known_paths:
            problem = "the zip file holds two files of this name, and this is the later one"
        known_paths.add(name)
        if problem:
            yield Unplaced(name, problem)
        else:
            yield Entry(name, partial(_read_member, archive, info))


def _opened(path: Path) -> zipfile.ZipFile:
    """Open a zip file; it is closed when nothing refers to it any more. Raises CourseError."""
    try:
        if not path.is_file():
            raise CourseError(f"There is no file or folder {path}. {ADVICE}")
        return zipfile.ZipFile(path)
    except OSError as error:
        raise CourseError(f"{path} cannot be opened: {error.strerror}. {ADVICE}") from None
    except UnicodeDecodeError:
        raise CourseError(
            f"{path} names a file in damaged letters. Unpack it, and name the folder instead."
        ) from None
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
        raise CourseError(f"{path} is not a zip file, or is cut off ({error}). {ADVICE}") from None


def _name_of(info: zipfile.ZipInfo) -> str:
    """Return the path of a zip's file, in Unicode's form NFC and with /.

    Canvas's and macOS's zip files have names in UTF-8 and do not say so.
    """
    name = info.filename
    if not info.flag_bits & UTF8_FLAG and name == info.orig_filename:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.orig_filename  # of an old Windows
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _problem_of(info: zipfile.ZipInfo, name: str) -> str:
    """Return why a zip's file is not read, or ""."""
    if UNSAFE.search(name) or len(name) > PATH_LIMIT:
        return "its path leads out of the folder, or is no path"
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "it is a link, and not a file"
    if info.flag_bits & ENCRYPTED_FLAG:
        return "it has a password. Unpack the zip file with it, and name the folder"
    return _problem_of_size(info.file_size)


def _problem_of_size(size: int) -> str:
    """Return why a file of so many bytes is not read, or ""."""
    if size <= FILE_LIMIT:
        return ""
    return f"it has {size / 2**20:.1f} MiB, and at most {FILE_LIMIT // 2**20} are read"


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return the bytes of a zip's file. Raises Unreadable.

    No more than the size is unpacked that the zip file states, which was looked at.
    """
    try:
        with archive.open(info) as file:
            return file.read(FILE_LIMIT)
    except Exception as error:  # a damaged archive, an odd method
        reason = str(error) or type(error).__name__
        raise Unreadable(f"it is damaged in the zip file ({reason}). Download it again") from None


# --- a folder ---


def _folder_entries(folder: Path) -> Iterator[Entry | Unplaced]:
    """Yield the files in a folder and in the folders there, sorted."""
    closed: list[OSError] = []
    for where, folders, names in os.walk(folder, onerror=closed.append):
        folders.sort()
        linked = [name for name in folders if Path(where, name).is_symlink()]
        for name in sorted((*names, *linked)):
            place = Path(where, name)
            path = unicodedata.normalize("NFC", place.relative_to(folder).as_posix())
            if not _is_noise(path):
                yield _file_entry(place, path)
    for error in closed:
        yield Unplaced(str(error.filename), f"the folder cannot be opened: {error.strerror}")


def _file_entry(place: Path, path: str) -> Entry | Unplaced:
    """Return a file on disk, or why it is not read."""
    try:
        path.encode("utf-8")
        state = place.lstat()
    except UnicodeEncodeError:
        return Unplaced(path.encode("utf-8", "replace").decode(), "its name is not in UTF-8")
    except OSError as error:
        return Unplaced(path, f"it cannot be looked at: {error.strerror}")
    if system.is_link(state) or not stat.S_ISREG(state.st_mode):
        return Unplaced(path, "it is a link, and not a file")
    problem = _problem_of_size(state.st_size)
    if problem and not begins_as_mailbox(place):  # whose mails are read one after another
        return Unplaced(path, problem)
    return Entry(path, partial(_read_file, place), place)


def _read_file(place: Path) -> bytes:
    """Return the bytes of a file on disk. Raises Unreadable."""
    try:
        return read_bytes(place)
    except FileNotFoundError:
        raise Unreadable(f"{place.name} is gone") from None
