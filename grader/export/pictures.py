"""The pictures that a notebook names: those attached to a cell, and files beside the notebook."""

from __future__ import annotations

import base64
import os
import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from grader.export.allowed import PICTURE

FILE_LIMIT = 20 * 2**20  # bytes of a picture
PAGE_LIMIT = 100 * 2**20  # letters of all of them: a page can name the same one many times
ATTACHED = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/svg+xml")
BEGINNINGS = (  # a file's name can say anything
    (re.compile(rb"\x89PNG\r\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"BM....\0\0\0\0", re.DOTALL), "image/bmp"),
    (
        re.compile(
            rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).){0,500}-->\s*)*"
            rb"(?:<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]",
            re.DOTALL,
        ),
        "image/svg+xml",
    ),
)

Find = Callable[[str], str]


class Missing(Exception):
    """A picture cannot be shown; the text says why."""


def within(address: str) -> str:
    """Return the address of a picture that lies in the text itself. Raises Missing for others."""
    if PICTURE.fullmatch(address):
        return address
    if address.startswith("data:"):
        raise Missing("its data are no picture's")
    if re.match(r"(?:https?:)?//", address, re.IGNORECASE):
        raise Missing("it lies on another host, and nothing is fetched")
    raise Missing("it does not lie in the notebook itself")


class Pictures:
    """What a page may show of the pictures that its notebook names.

    folder: the notebook's, or None if that is not known, as where it was read from a pipe.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.length = 0

    def of(self, cell: Mapping[str, Any]) -> Find:
        """Return what finds the pictures of a cell: by address, as an address with the data.

        That raises Missing.
        """
        attached = cell.get("attachments")
        attachments = attached if isinstance(attached, dict) else {}

        def find(address: str) -> str:
            scheme, _, name = address.partition(":")
            if scheme.lower() == "attachment":
                return self._counted(_attached(attachments, name))
            if self.folder is None or re.match(r"[A-Za-z][\w+.-]+:|//", address):
                return within(address)
            return self._counted(_file(self.folder, address))

        return find

    def _counted(self, data: str) -> str:
        if self.length + len(data) > PAGE_LIMIT:
            raise Missing("the page would be too long")
        self.length += len(data)
        return data


def _attached(attachments: Mapping[str, Any], name: str) -> str:
    """Return a picture that is attached to a cell. Raises Missing."""
    names = (name, unquote(name))
    bundle = next((attachments[n] for n in names if isinstance(attachments.get(n), dict)), None)
    if bundle is None:
        raise Missing("no such picture is attached to this cell")
    for kind in ATTACHED:
        if isinstance(data := bundle.get(kind), str):
            text = data.strip()
            return (
                _data(kind, text.encode("utf-8", "replace"))
                if text[:1] == "<"
                else (within(f"data:{kind};base64,{text}"))
            )
    raise Missing("what is attached is no picture")


def _file(folder: Path, address: str) -> str:
    """Return a picture that lies beside the notebook. Raises Missing."""
    name = unquote(re.sub(r"[?#].*", "", address, flags=re.DOTALL))
    try:
        base = folder.resolve(strict=True)
        path = (base / name.replace("\\", "/")).resolve(strict=True)
        if not path.is_relative_to(base):
            raise Missing("it lies outside the notebook's folder")
        content = _content(path)
    except (OSError, ValueError, RuntimeError):  # a zero in the name, links that go in circles
        raise Missing("there is no such file beside the notebook") from None
    for beginning, kind in BEGINNINGS:
        if beginning.match(content):
            return _data(kind, content)
    raise Missing("the file is no picture of a kind that browsers show")


def _content(path: Path) -> bytes:
    """Return the bytes of a regular file. Raises Missing, OSError."""
    # Neither a link that has taken the file's place nor a pipe that never ends
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise Missing("it is no regular file")
        content = file.read(FILE_LIMIT + 1)
    if len(content) > FILE_LIMIT:
        raise Missing(f"the file has more than {FILE_LIMIT // 2**20} MB")
    return content


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
