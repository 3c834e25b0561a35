"""A value in a few words.

It is a room of its own, since both call/ and call/explain/ need it.
"""

from __future__ import annotations

from typing import Any

NAME_LIMIT = 60  # letters


def short(value: object, limit: int = 200) -> str:
    """Return str(value) on one line, cut; a value whose __str__ fails is named by its type."""
    try:
        text = " ".join(str(value).split()).encode("utf-8", "backslashreplace").decode()
    except BaseException:
        text = "(no text)"
    return text if len(text) <= limit else text[: limit - 3] + "..."


def is_name(value: Any) -> bool:
    """Tell whether a name may stand in a sentence: other letters may look like words of ours."""
    is_plain = type(value) is str and value.isascii() and value.isidentifier()
    return is_plain and len(value) <= NAME_LIMIT
