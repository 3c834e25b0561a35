"""Widgets that step in a page without a kernel: what an output says of one, and the script that draws it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from grader.widgets import KINDS
from grader.widgets.grids import MIME

EXPORT = re.compile(r"^export default (.+);$", re.MULTILINE)


def given(data: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return (kind, data as JSON) of an output's widget, None if it has none that can be drawn.

    A stranger may have written the output. So the widget is made again from its data, under the checks of its function; what the
    page gets is what this widget says.
    """
    try:
        said = data[MIME]
        made = KINDS[said["widget"]].again(said["data"])
        if words := said["data"].get("fold"):
            made = made.folded(str(words))
        kind, text = made.kind, json.dumps(made.data)
    except Exception:  # data that are no widget's are wrong in any way there is
        return None
    return kind, text


@cache
def script(kind: str) -> str:
    """Return the module that draws all widgets of a kind in a page. Raises ValueError for one that does not fit into a page."""
    module, exports = EXPORT.subn(r"const exported = \1;", KINDS[kind]._esm)
    if exports != 1 or "</script" in module or "<!--" in module:
        raise ValueError(f"widget {kind!r}: its module cannot stand in a page: expected one line `export default ...;`")
    draw = Path(__file__).with_name("live.js").read_text(encoding="utf-8")
    return f"{module}\n{draw.replace('KIND', kind)}"
