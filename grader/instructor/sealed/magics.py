"""IPython's syntax as text: turned into plain Python where possible, and named where it is not.

Nothing runs here.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

# Cells beyond these limits stay as they are: IPython would read them for minutes.
SOURCE_LIMIT = 20_000  # characters
LINE_LIMIT = 2_000  # characters
MAGIC_LIMIT = 50
CUT = "\n# ... cut here: the submission goes on\n"  # stands where a text is not shown to its end

HARMLESS = ("time", "timeit", "capture", "prun")  # cell magics that run their cell
BEYOND = re.compile(r"\A\s*%%(\w+)|^[ \t]*%(run|load|loadpy|cython)\b", re.MULTILINE)
# What IPython may read otherwise than Python does.
SPECIAL = re.compile(r"[%!?]|\A\s|^[ \t]*(?:[,;/]|>>>|In \[)", re.MULTILINE)
MAGICS = re.compile(r"^[^\S\n]*[%!?,;/]|=\s*[%!]|\?[^\S\n;]*$", re.MULTILINE)
TIMED = re.compile(
    r"\s*%%(?P<name>time|timeit|capture|prun)\b(?P<line>[^\n]*)\n(?P<body>.*)", re.DOTALL
)


@cache
def _transformer() -> Any:
    # Imported here, since IPython takes long to load and most cells hold no magic.
    from IPython.core.inputtransformer2 import TransformerManager  # noqa: PLC0415

    return TransformerManager()


def plain_python(source: str) -> str:
    """Return a cell with its magics as calls of get_ipython(), which is inert in the worker.

    A cell that is longer than people write, or has more magics, stays as it is.
    """
    if len(source) > SOURCE_LIMIT or not SPECIAL.search(source):
        return source
    timed = TIMED.match(source)
    if timed is None:
        return _transformed(source)
    body = timed["body"]
    if not TIMED.match(body):  # one in another would grow without end
        body = _transformed(body)
    return f"get_ipython().run_cell_magic({timed['name']!r}, {timed['line']!r}, {body!r})\n"


@lru_cache(1024)  # most cells of a class are the released ones
def _transformed(source: str) -> str:
    longest = max(map(len, source.splitlines()), default=0)
    if longest > LINE_LIMIT or len(MAGICS.findall(source)) > MAGIC_LIMIT:
        return source
    try:
        return str(_transformer().transform_cell(source))
    except Exception:  # Python will not read it either, and the worker reports that
        return source


def beyond_python(source: str) -> str:
    """Return the magic that takes a cell out of Python's hands, as %%cython does, or ""."""
    magic = BEYOND.search(source)
    if magic is None or magic[1] in HARMLESS:
        return ""
    return magic[0].strip()
