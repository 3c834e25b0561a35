"""`track`: a progress bar round a loop that takes a while."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from grader.show.display import shell

SECONDS = 0.1  # between two pictures of the bar


@dataclass(frozen=True, repr=False)
class Bar:
    """A progress bar as HTML, which a notebook keeps when it is saved."""

    what: str
    step: int
    count: int

    def __repr__(self) -> str:
        return f"{self.what}: {self.step} of {self.count}".removeprefix(": ")

    def _repr_html_(self) -> str:
        bar = f"<progress max='{max(self.count, 1)}' value='{self.step}'></progress>"
        return f"<div>{bar} {escape(repr(self))}</div>"


def track(steps: Sequence[Any], what: str = "") -> Iterator[Any]:
    """Yield the steps one by one, and show how far the loop has come.

    what: the name of the loop, beside the bar. Outside a notebook nothing is shown.
    """
    if not hasattr(shell(), "kernel"):
        yield from steps
        return
    # IPython is optional, and slow to import.
    from IPython.display import display  # noqa: PLC0415

    handle = display(Bar(what, 0, len(steps)), display_id=True)
    drawn = time.monotonic()
    for number, step in enumerate(steps, 1):
        yield step
        if number == len(steps) or time.monotonic() - drawn > SECONDS:
            handle.update(Bar(what, number, len(steps)))
            drawn = time.monotonic()
