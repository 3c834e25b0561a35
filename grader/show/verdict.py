"""The verdict of a check.

It is one object with a text form for terminals and screen readers, and an HTML form for the
notebook.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypedDict, cast

import numpy as np

from grader.show.numbers import beside, block, lines_of, number
from grader.show.render import html

MIME = "application/vnd.cnn-gradients.verdict+json"
RIGHT = "right"  # the message on a part that is right; a reason may follow: "right: ..."


class PartJSON(TypedDict):
    """A PartVerdict as plain JSON values."""

    name: str
    points: float
    earned: float
    message: str
    mistake: str
    explained: str


class VerdictJSON(TypedDict):
    """A Verdict as plain JSON values, without its example and what was printed."""

    exercise: str
    earned: float
    points: float
    fault: str
    parts: list[PartJSON]
    notes: list[str]


def is_right(points: float, earned: float, message: str) -> bool:
    """Tell whether a part is right. One without points has none to earn: its message tells."""
    if points:
        return earned == points
    return message == RIGHT or message.startswith(f"{RIGHT}: ")


@dataclass(frozen=True)
class PartVerdict:
    """The verdict on one part of an exercise.

    message: the sentence on it;  mistake: the name of the catalogued mistake, if one was recognised
    explained: how a wrong part was: by the catalogue, the frame that raised, its shape, what its
        numbers have in common, its stamps, a condition; "none", or "" for a right one
    """

    name: str
    points: float
    earned: float
    message: str
    mistake: str = ""
    explained: str = ""

    @property
    def right(self) -> bool:
        return is_right(self.points, self.earned, self.message)


@dataclass(frozen=True, eq=False)
class Example:
    """The smallest case that shows a mistake.

    inputs: argument names and values
    yours: the student's result, None if there is no value to show (the verdict says why)
    right: the right result, None if it is not revealed;  source: how it was found
    window: a sentence on the window of the first entry that differs, or ''
    title: what stands above it
    """

    part: str
    inputs: dict[str, Any]
    yours: Any
    right: Any = None
    source: str = ""
    window: str = ""
    title: str = "The smallest case that shows it"


@dataclass(frozen=True)
class Verdict:
    """The verdict on one exercise.

    fault: one sentence that stands for all parts, such as "is not written yet"
    printed: what the student's function printed
    """

    exercise: str
    parts: tuple[PartVerdict, ...]
    fault: str = ""
    notes: tuple[str, ...] = ()
    example: Example | None = field(default=None, compare=False)
    printed: str = ""

    @property
    def points(self) -> float:
        return sum(part.points for part in self.parts)

    @property
    def earned(self) -> float:
        return sum(part.earned for part in self.parts)

    @property
    def right(self) -> bool:
        return all(part.right for part in self.parts)

    def as_json(self) -> VerdictJSON:
        """Return the verdict without its example as plain JSON values."""
        return {
            "exercise": self.exercise,
            "earned": self.earned,
            "points": self.points,
            "fault": self.fault,
            "parts": [cast(PartJSON, asdict(part)) for part in self.parts],
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        return "\n".join(_text(self))

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str | None:
        return _html(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, VerdictJSON]:
        # It stands beside text and HTML, for programs that read the notebook.
        return {MIME: self.as_json()}


def amount(points: float) -> str:
    """Return '2', '0.5' or '1'."""
    return f"{points:g}"


def _points(verdict: Verdict) -> str:
    if not verdict.points:
        return f"{RIGHT if verdict.right else 'not right yet'} (no points)"
    plural = "" if verdict.points == 1 else "s"
    return f"{amount(verdict.earned)} of {amount(verdict.points)} point{plural}"


def differing(yours: Any, right: Any) -> np.ndarray | None:
    """Return a mask of the entries that differ, or None if the two cannot be compared.

    yours, right: anything; only arrays of one shape can be compared
    """
    if not isinstance(yours, np.ndarray) or not isinstance(right, np.ndarray):
        return None
    if yours.shape != right.shape:
        return None
    largest = max(1.0, np.abs(right).max(initial=0.0))
    return ~np.isclose(yours, right, rtol=1e-5, atol=1e-9 * largest)


def first_place(yours: Any, right: Any) -> tuple[int, ...] | None:
    """Return the indexes of the first entry that differs, None where there is none to tell."""
    apart = differing(yours, right)
    if apart is None or not apart.any():
        return None
    return tuple(int(i) for i in np.argwhere(apart)[0])


def first_difference(example: Example) -> str:
    """Return 'dw[2, 0]: numerically 4.75, yours 2.25' and its window, or '' if the two cannot be
    compared.
    """
    yours, right = example.yours, example.right
    if isinstance(yours, dict) and isinstance(right, dict):
        parts = (
            replace(example, part=f"{example.part}[{name!r}]", yours=yours[name], right=right[name])
            for name in right
        )
        return next(filter(None, map(first_difference, parts)), "")
    place = first_place(yours, right)
    if place is None:
        return ""
    name = f"{example.part}[{', '.join(map(str, place))}]" if place else example.part
    text = f"{name}: {example.source} {number(right[place])}, yours {number(yours[place])}"
    return f"{text}. {example.window}" if example.window else text


def results(example: Example) -> list[tuple[str, Any]]:
    """Return titles and values of yours and right, with their shapes if these differ."""
    if isinstance(example.yours, dict) and isinstance(example.right, dict):
        return [("yours beside right", _by_name(example.yours, example.right))]
    both = {"yours": example.yours, "right": example.right}
    values = {name: value for name, value in both.items() if value is not None}
    shapes = {np.shape(value) for value in values.values() if isinstance(value, np.ndarray)}
    if len(shapes) <= 1:
        return list(values.items())
    return [(f"{name}, shape {np.shape(value)}", value) for name, value in values.items()]


def _by_name(yours: dict[str, np.ndarray], right: dict[str, np.ndarray]) -> dict[str, str]:
    """Return 'right' or '12 of 54 differ' for each array."""
    counts = {}
    for name, values in right.items():
        apart = differing(yours[name], values)
        count = values.size if apart is None else int(apart.sum())
        counts[name] = f"{count} of {values.size} differ" if count else "right"
    return counts


def _text(verdict: Verdict) -> list[str]:
    """Return the lines of the text form."""
    lines = [f"{verdict.exercise}: {_points(verdict)}"]
    if verdict.fault:
        lines.append(f"  {verdict.fault}")
    else:
        lines += _parts_text(verdict)
    lines += [f"  note: {note}" for note in verdict.notes]
    if verdict.example:
        lines.append("")
        lines += [f"  {line}".rstrip() for line in _example_text(verdict.example)]
    if verdict.printed:
        lines += ["", "  Your function printed:"]
        lines += [f"  | {line}" for line in verdict.printed.splitlines()]
    return lines


def _parts_text(verdict: Verdict) -> list[str]:
    width = max(len(part.name) for part in verdict.parts)
    return [f"  {part.name.ljust(width)}  {part.message}" for part in verdict.parts]


def _example_text(example: Example) -> list[str]:
    lines = [f"{example.title} ({example.part}):"]
    lines += beside([(name, lines_of(value)) for name, value in example.inputs.items()])
    columns = [(title, lines_of(value)) for title, value in results(example)]
    if columns:
        lines += ["", *beside(columns)]
    difference = first_difference(example)
    if difference:
        lines.append(difference)
    return lines


_RIGHT, _PART, _WRONG = "#0072b2", "#e69f00", "#d55e00"


def _html(verdict: Verdict) -> str | None:
    """Return the HTML form, or None where it cannot be made (see grader.show.render)."""
    values: dict[str, Any] = {"points": _points(verdict), "edge": _edge(verdict)}
    if verdict.example:
        values |= _example_values(verdict.example)
    return html("verdict.html.j2", verdict=verdict, **values)


def _edge(verdict: Verdict) -> str:
    """Return the colour of the left edge."""
    if verdict.right:
        return _RIGHT
    return _PART if verdict.earned else _WRONG


def _example_values(example: Example) -> dict[str, Any]:
    """Return what the HTML form shows of an example."""
    differs = differing(example.yours, example.right)
    return {
        "inputs": [block(name, value) for name, value in example.inputs.items()],
        "results": [
            block(title, value, differs if title.startswith("yours") else None)
            for title, value in results(example)
        ],
        "difference": first_difference(example),
    }
