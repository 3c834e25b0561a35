"""What `progress()` shows: the points so far, and by name what is still open."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from grader.show.verdict import Verdict, amount


@dataclass(frozen=True)
class Summary:
    """The verdicts on all exercises of a notebook."""

    verdicts: tuple[Verdict, ...]

    @property
    def earned(self) -> float:
        return sum(verdict.earned for verdict in self.verdicts)

    @property
    def points(self) -> float:
        return sum(verdict.points for verdict in self.verdicts)

    @property
    def open(self) -> list[str]:
        """Exercises without a point by name, the others by what they lack: 'db of affine_backward'."""
        names = []
        for verdict in self.verdicts:
            missing = [part.name for part in verdict.parts if not part.right]
            if missing:
                whole = len(missing) == len(verdict.parts)
                names.append(verdict.exercise if whole else f"{' and '.join(missing)} of {verdict.exercise}")
        return names

    def __str__(self) -> str:
        if not self.verdicts:
            return "nothing to count yet: run the cells above first"
        told = f"{amount(self.earned)} of {amount(self.points)}"
        return f"{told}; open: {', '.join(self.open)}" if self.open else f"{told}: everything is right"

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        share = 100 * self.earned / self.points if self.points else 0
        bar = (
            "<div style='height:10px;max-width:30em;border:1px solid var(--jp-border-color1,#bdbdbd);border-radius:5px;"
            f"overflow:hidden;margin:6px 0'><div style='height:100%;width:{share:.0f}%;background:#0072b2'></div></div>"
        )
        return f"<div>{escape(str(self))}{bar}</div>"
