"""A value in a few words."""

from __future__ import annotations


def short(value: object, limit: int = 200) -> str:
    """Return str(value) on one line, cut; a value whose __str__ fails is named by its type."""
    try:
        text = " ".join(str(value).split()).encode("utf-8", "backslashreplace").decode()
    except BaseException:
        text = "(no text)"
    return text if len(text) <= limit else text[: limit - 3] + "..."
