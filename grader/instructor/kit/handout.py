"""What an instructor adds to the kit: rules for the start page, and the text or a link to it.

It lies in the class's folder `handout`: `policy.md`, and `text.url` or a file `text` with any other
suffix.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.instructor.courses import CourseError

FOLDER = "handout"
POLICY = "policy.md"
LINK = "text.url"
FILE_LIMIT = 50 * 2**20  # bytes of the text
PAGE_LIMIT = 2**16  # bytes of the policy, and of the file with the link
ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"']+")
SLOT = re.compile(r"<!-- (\w+) -->\n(.*?)<!-- /\1 -->", re.DOTALL)


@dataclass(frozen=True)
class Handout:
    """What stands in the slots of the start page, in Markdown, and the files that come with it."""

    slots: dict[str, str]
    files: dict[str, bytes]

    def fill(self, page: str) -> str:
        """Return a page with its slots filled; where there is nothing for one, its words stay."""
        return SLOT.sub(lambda slot: self.slots.get(slot[1], slot[2]).strip(), page)


def handout_of(course: Path) -> Handout:
    """Return what lies in the handout folder of a class's folder. Raises CourseError."""
    folder = course / FOLDER
    slots: dict[str, str] = {}
    files: dict[str, bytes] = {}
    if not folder.is_dir():
        return Handout(slots, files)
    paths = list(_files(folder))
    texts = [path.name for path in paths if path.name != POLICY]
    if len(texts) > 1:
        raise CourseError(
            f"{folder} holds more than one text: {', '.join(texts)}. Leave one of them there."
        )
    for path in paths:
        if path.name == POLICY:
            slots["policy"] = _page(path)
        elif path.name == LINK:
            slots["text"] = _about(_address(path))
        else:
            files[path.name] = _bytes(path, FILE_LIMIT)
            slots["text"] = _about(path.name)
    return Handout(slots, files)


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files of a handout, sorted. Raises CourseError for one that no page would show."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.name != POLICY and (path.stem != "text" or not path.suffix or not path.is_file()):
            raise CourseError(
                f"{path} would be in no kit. Expected in {folder}: {POLICY} (your rules on helpers "
                f"and AI), and {LINK} (the address of the text) or the text itself (text.pdf)."
            )
        yield path


def _about(place: str) -> str:
    """Return the sentence on the text, with a link to it."""
    return (
        f"The notebooks follow a text, [*Gradient in convolutional neural networks*]({place}), and "
        "use its equations and their numbers. Each equation is printed in the notebooks too, and "
        "each Question of the text is put again in a box."
    )


def _address(path: Path) -> str:
    """Return the one address in a file. Raises CourseError."""
    address = _page(path).strip()
    if not ADDRESS.fullmatch(address):
        raise CourseError(
            f"{path} holds {address[:60]!r}. Expected one address that begins with https:// or "
            "http://, and nothing else."
        )
    return address


def _page(path: Path) -> str:
    """Return the text of a small file. Raises CourseError."""
    try:
        text = _bytes(path, PAGE_LIMIT).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CourseError(f"{path} is not text in UTF-8. Save it as UTF-8.") from None
    if not text.strip():
        raise CourseError(f"{path} is empty. Write into it, or remove it.")
    return text


def _bytes(path: Path, limit: int) -> bytes:
    """Return the bytes of a file of a limited size. Raises CourseError."""
    try:
        size = path.stat().st_size
        if size > limit:
            raise CourseError(
                f"{path} has {size / 2**20:.1f} MiB; at most {limit / 2**20:g} go into a kit. "
                f"Put an address into {LINK} in its place."
            )
        return path.read_bytes()
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}.") from None
