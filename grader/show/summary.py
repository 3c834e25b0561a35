"""The summary that `progress()` shows: the points so far, and the names of what is still open."""

from __future__ import annotations

from dataclasses import dataclass

from grader.show.render import html
from grader.show.verdict import Verdict, amount


@dataclass(frozen=True)
class Summary:
    """The verdicts on all exercises of a notebook.

    by_hand: the points that a person gives beside them, for essays.
    """

    verdicts: tuple[Verdict, ...]
    by_hand: float = 0.0

    @property
    def earned(self) -> float:
        return sum(verdict.earned for verdict in self.verdicts)

    @property
    def points(self) -> float:
        return sum(verdict.points for verdict in self.verdicts)

    @property
    def open(self) -> list[str]:
        """The exercises that are not right.

        One without a right part is named alone, any other by what it lacks: 'db of
        affine_backward'. One that gives no points says so, unless none does.
        """
        names = []
        for verdict in self.verdicts:
            missing = [part.name for part in verdict.parts if not part.right]
            if missing and len(missing) == len(verdict.parts):
                is_practice = self.points and not verdict.points
                mark = " (no points)" if is_practice else ""
                names.append(f"{verdict.exercise}{mark}")
            elif missing:
                names.append(f"{' and '.join(missing)} of {verdict.exercise}")
        return names

    def __str__(self) -> str:
        if not self.verdicts:
            return "nothing to count yet: run the cells above first"
        if self.open:
            return f"{self._scores}; open: {', '.join(self.open)}{self._more}"
        return f"{self._scores}{': everything is right' if self.points else ''}{self._more}"

    @property
    def _scores(self) -> str:
        """The points so far; where none are given, how many exercises are right."""
        if self.points:
            return f"{amount(self.earned)} of {amount(self.points)}"
        return f"{self._right} of {len(self.verdicts)} exercises right (no points)"

    @property
    def _right(self) -> int:
        return sum(all(part.right for part in verdict.parts) for verdict in self.verdicts)

    @property
    def _more(self) -> str:
        """What a person grades, behind what the checks say."""
        if not self.by_hand:
            return ""
        more = f"{amount(self.by_hand)} more"
        return f". What you explain in sentences is worth {more}: a person reads it"

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str | None:
        return html("summary.html.j2", text=str(self), percent=f"{100 * self._share:.0f}")

    @property
    def _share(self) -> float:
        if self.points:
            return self.earned / self.points
        return self._right / len(self.verdicts) if self.verdicts else 0.0
