"""What strangers wrote, as HTML that is safe to open: nothing of theirs runs or is fetched."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from itertools import accumulate
from pathlib import Path
from typing import Any

import nh3
from nbconvert.filters.ansi import ansi2html, strip_ansi

from grader.export.allowed import PAGES, VERDICTS
from grader.export.media import settled
from grader.export.pictures import Find, within
from grader.export.prose import Prose

TEMPLATES = Path(__file__).with_name("templates")
COLOURS_LIMIT = 10_000  # in one text: nbconvert's time grows with the square of their number


@lru_cache(1024)  # most cells of a class are the released ones
def markdown(source: str) -> str:
    """Return Markdown as HTML, with equations as MathML.

    HTML in it is cleaned as an output's is. No file is read: a picture that does not lie in the
    text itself is a sentence.
    """
    return prose(source, within)


def prose(source: str, find: Find) -> str:
    """Return Markdown as HTML, with the pictures that `find` finds."""
    written = Prose(_writable(source))
    return written.completed(clean_output(written.html, find))


def first(kinds: Sequence[str], data: Mapping[str, Any]) -> list[str]:
    """Return the first of some kinds that an output has as text.

    It stands alone in a list, as nbconvert expects it; the list may be empty.
    """
    return [kind for kind in kinds if isinstance(data.get(kind), str)][:1]


def picture_attributes(output: Mapping[str, Any], kind: str) -> list[tuple[str, str]]:
    """Return the words and the size of an output's picture, and whether it needs a dark ground.

    The size is in its metadata: half as many pixels as in the data, for a retina display.
    """
    metadata = _mapping(output.get("metadata"))
    details = _mapping(metadata.get(kind))
    words = (details.get("alt"), output.get("data", {}).get("text/plain"), "a picture")
    attributes = [("alt", next(text for text in words if isinstance(text, str) and text))]
    for name in ("width", "height"):
        value = details.get(name)
        if isinstance(value, int | float) and 1 <= value <= 10_000:
            attributes.append((name, str(round(value))))
    if metadata.get("needs_background") == "dark":
        attributes.append(("class", "on-dark"))
    return attributes


def _mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping as it is, and an empty one for anything else that a file may hold."""
    return value if isinstance(value, Mapping) else {}


def colours(text: str) -> str:
    """Return a text with terminal colours as HTML, as it stands in a terminal in the end.

    The colours are dropped if they are malformed, or too many.
    """
    text = printed(text)
    few = text.count("\x1b") <= COLOURS_LIMIT
    try:
        return str(ansi2html(text if few else strip_ansi(text)))
    except (IndexError, ValueError):  # "\x1b[38m": a colour is announced, and none follows
        return escape(strip_ansi(text))


def printed(text: str) -> str:
    """Return what is left of a text after its carriage returns and backspaces: progress bars."""
    if "\b" in text:
        text = _without_backspaces(text)
    if "\r" not in text:
        return text
    return "\n".join(map(_overwritten, text.replace("\r\n", "\n").split("\n")))


def _overwritten(line: str) -> str:
    """Return a line of which each part starts again at the left."""
    parts = line.split("\r")[::-1]  # what came last is seen as far as it goes
    ends = accumulate(map(len, parts), max, initial=0)
    return "".join(part[end:] for part, end in zip(parts, ends))


def _without_backspaces(text: str) -> str:
    kept: list[str] = []
    for letter in text:
        if letter != "\b":
            kept.append(letter)
        elif kept and kept[-1] != "\n":
            kept.pop()
    return "".join(kept)


def clean(html: Any) -> str:
    """Return HTML with the elements of a verdict, and of anything else in it the text.

    Style sheets and scripts are left out.
    """
    text = html.decode() if isinstance(html, bytes) else str(html)
    return nh3.clean(_writable(text), **VERDICTS)


def clean_output(html: str, find: Find = within) -> str:
    """Return any output's HTML with its pictures, and else as `clean` does."""
    return nh3.clean(settled(_writable(html), find), **PAGES)


def _writable(html: str) -> str:
    """Return HTML with "?" for lone surrogates, at which nh3 would raise UnicodeEncodeError."""
    return html.encode("utf-8", "replace").decode()


def is_visible(html: str) -> bool:
    """Tell whether cleaned HTML shows anything."""
    return bool(re.search(r"<(?:img|video|audio|hr)\b", html) or re.sub(r"<[^>]*>|\s", "", html))
