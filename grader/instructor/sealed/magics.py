"""IPython's syntax as text: into plain Python where that can be done, and named where it cannot. Nothing runs here."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

HARMLESS = ("time", "timeit", "capture", "prun")  # cell magics that run their cell
BEYOND = re.compile(r"\A\s*%%(\w+)|^[ \t]*%(run|load|loadpy|cython)\b", re.MULTILINE)
SPECIAL = re.compile(
    r"[%!?]|\A\s|^[ \t]*(?:[,;/]|>>>|In \[)", re.MULTILINE
)  # what IPython may read otherwise than Python does
MAGICS = re.compile(r"^[^\S\n]*[%!?,;/]|=\s*[%!]|\?[^\S\n;]*$", re.MULTILINE)
TIMED = re.compile(
    r"\s*%%(?P<name>time|timeit|capture|prun)\b(?P<line>[^\n]*)\n(?P<body>.*)", re.DOTALL
)


@cache
def _transformer() -> Any:
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager()


def plain_python(source: str) -> str:
    """Return a cell with its magics as calls of get_ipython(), which is inert in the worker.

    A cell that is longer than people write, or has more magics, stays as it is: IPython would read it for minutes.
    """
    if len(source) > 20_000 or not SPECIAL.search(source):
        return source
    timed = TIMED.match(source)
    if timed is None:
        return _transformed(source)
    body = (
        timed["body"] if TIMED.match(timed["body"]) else _transformed(timed["body"])
    )  # one in another would grow without end
    return f"get_ipython().run_cell_magic({timed['name']!r}, {timed['line']!r}, {body!r})\n"


@lru_cache(1024)  # most cells of a class are the released ones
def _transformed(source: str) -> str:
    if len(MAGICS.findall(source)) > 50 or max(map(len, source.splitlines()), default=0) > 2_000:
        return source
    try:
        return str(_transformer().transform_cell(source))
    except Exception:  # what IPython cannot read, Python will not either: let the worker say so
        return source


def beyond_python(source: str) -> str:
    """Return the magic that takes a cell out of Python's hands, as %%cython does, or ""."""
    found = BEYOND.search(source)
    return found[0].strip() if found and found[1] not in HARMLESS else ""
