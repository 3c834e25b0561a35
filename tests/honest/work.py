"""What an entry is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from our_course import NOTEBOOKS

from grader.instructor.author import notebook

ASSIGNMENT = "1-affine"
Notebook = dict[str, Any]


@dataclass(frozen=True)
class Work:
    """One honest submission: the solved notebook with answers of another style, cells put in, or the file edited.

    extra: cells after the first one.  prints: what one of them must have printed, so that it is known to have run.
    """

    name: str
    extra: tuple[str, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    edit: Callable[[Notebook], bytes | None] | None = None
    prints: str = ""

    def content(self) -> bytes:
        """Return the bytes that are handed in."""
        made = notebook.with_answers(
            notebook.solve(NOTEBOOKS[ASSIGNMENT]), self.answers, self.extra
        )
        edited = self.edit(made) if self.edit else None
        return json.dumps(made, ensure_ascii=False).encode() if edited is None else edited


def scratch(name: str, *cells: str, prints: str = "") -> Work:
    return Work(name, cells, prints=prints)


def helped(name: str, cell: str, prints: str = "") -> Work:
    """A cell that also defines the helper which affine_backward calls: should the cell stop early, points are lost."""
    backward = "def affine_backward(dy, x, w):\n    dx, dw = helper(dy, w.T), helper(x.T, dy)\n    return dx, dw, dy.sum(axis=0)\n"
    return Work(
        name,
        (cell + "\n\ndef helper(a, b):\n    return a @ b\n",),
        {"affine_backward": backward},
        prints=prints,
    )


def backward(name: str, code: str, *cells: str, prints: str = "") -> Work:
    """Another way to write affine_backward."""
    return Work(name, cells, {"affine_backward": code}, prints=prints)
