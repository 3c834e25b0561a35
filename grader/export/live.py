"""Widgets that step in a page without a kernel: what an output says of one, and the script that draws it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from grader.widgets import KINDS
from grader.widgets.grids import MIME

MOST = 100_000  # characters, several times what the largest widget says
EXPORT = re.compile(r"^export default (.+);$", re.MULTILINE)


def given(data: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return (kind, data as JSON) of an output's widget, None if it has none that can be drawn.

    A stranger may have written the output. So the widget is made again from its data, under the checks of its function; what the
    page gets is what this widget says.
    """
    try:
        said = json.dumps(data[MIME])
    except (KeyError, TypeError, ValueError, RecursionError):
        return None
    return _made(said) if len(said) <= MOST else None


@lru_cache(4096)  # asked several times on the way to a page
def _made(said: str) -> tuple[str, str] | None:
    try:
        kind, data = (given := json.loads(said))["widget"], given["data"]
        made = KINDS[kind].again(data)
        if words := data.get("fold"):
            made = made.folded(str(words))
        return made.kind, json.dumps(made.data)
    except Exception:  # data that are no widget's are wrong in any way there is
        return None


@cache
def script(kind: str) -> str:
    """Return the module that draws all widgets of a kind in a page. Raises ValueError for one that does not fit into a page."""
    module, exports = EXPORT.subn(r"const exported = \1;", KINDS[kind]._esm)
    if exports != 1 or "</script" in module or "<!--" in module:
        raise ValueError(f"widget {kind!r}: its module cannot stand in a page: expected one line `export default ...;`")
    draw = Path(__file__).with_name("live.js").read_text(encoding="utf-8")
    return f"{module}\n{draw.replace('KIND', kind)}"
