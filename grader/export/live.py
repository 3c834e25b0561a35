"""Widgets that step in a page without a kernel: their data in an output, and their script."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from grader.widgets import KINDS
from grader.widgets.bundle import in_page
from grader.widgets.grids import MIME

LIMIT = 100_000  # characters, several times those of the largest widget's data


def widget_of(data: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the kind and the data, as JSON, of an output's widget.

    data: the output by MIME types. Return None if it holds no widget that can be drawn.

    A stranger may have written the output. So the widget is built again from its data by its own
    function, which checks them, and the page gets the data of the new widget.
    """
    try:
        text = json.dumps(data[MIME])
    except (KeyError, TypeError, ValueError, RecursionError):
        return None
    return _rebuilt(text) if len(text) <= LIMIT else None


@lru_cache(4096)  # a page needs each widget several times
def _rebuilt(text: str) -> tuple[str, str] | None:
    try:
        output = json.loads(text)
        data = output["data"]
        widget = KINDS[output["widget"]].again(data)
        if words := data.get("fold"):
            widget = widget.folded(str(words))
        return widget.kind, json.dumps(widget.data)
    except Exception:  # data that are not a widget's can fail in any way
        return None


@cache
def script(kind: str) -> str:
    """Return the module that draws all widgets of a kind in a page."""
    draw = Path(__file__).with_name("live.js").read_text(encoding="utf-8")
    return f"{in_page(f'{kind}.js')}\n{draw.replace('KIND', kind)}"
