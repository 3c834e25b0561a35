"""`track`: a progress bar round a loop that takes a while."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any


def track(steps: Sequence[Any], what: str = "") -> Iterator[Any]:
    """Yield the steps one by one, and show how far the loop has come. Outside a notebook nothing is shown."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None or not hasattr(shell, "kernel"):
        yield from steps
        return
    from IPython.display import display
    from ipywidgets import IntProgress

    bar = IntProgress(max=len(steps), description=what, style={"description_width": "initial"})
    display(bar)
    for number, step in enumerate(steps, 1):
        yield step
        bar.value = number
    bar.description = f"{what}: done" if what else "done"
