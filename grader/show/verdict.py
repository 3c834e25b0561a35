"""What a check says: one object with a text form for terminals and screen readers and an HTML form for the notebook."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any

import numpy as np

from grader.show.numbers import MONO, beside, block, lines_of, number, row

MIME = "application/vnd.cnn-gradients.verdict+json"


@dataclass(frozen=True)
class PartVerdict:
    """One part of an exercise: its points, what was seen, and the catalogued mistake's name where it was recognised."""

    name: str
    points: float
    earned: float
    says: str
    mistake: str = ""

    @property
    def right(self) -> bool:
        return self.earned == self.points


@dataclass(frozen=True, eq=False)
class Example:
    """The smallest case that shows a mistake. inputs: argument names and values.

    yours: None where there is no value to show (the verdict says why); right: None where it is not told.
    """

    part: str
    inputs: dict[str, Any]
    yours: Any
    right: Any = None
    source: str = ""


@dataclass(frozen=True)
class Verdict:
    """The outcome of one exercise. fault: one sentence that stands for all parts ("is not written yet")."""

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

    def as_json(self) -> dict[str, Any]:
        """Return the verdict without its example as plain JSON values."""
        return {
            "exercise": self.exercise,
            "earned": self.earned,
            "points": self.points,
            "fault": self.fault,
            "parts": [asdict(part) for part in self.parts],
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        return "\n".join(_text(self))

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return _html(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {MIME: self.as_json()}  # beside text and HTML, for programs that read the notebook


def amount(points: float) -> str:
    """Return '2', '0.5' or '1'."""
    return f"{points:g}"


def _points(verdict: Verdict) -> str:
    return f"{amount(verdict.earned)} of {amount(verdict.points)} point{'' if verdict.points == 1 else 's'}"


def differing(yours: Any, right: Any) -> np.ndarray | None:
    """Return a mask of the entries that differ, or None where the two cannot be compared."""
    if not (isinstance(yours, np.ndarray) and isinstance(right, np.ndarray)) or yours.shape != right.shape:
        return None
    return ~np.isclose(yours, right, rtol=1e-5, atol=1e-9 * max(1.0, np.abs(right).max(initial=0.0)))


def first_difference(example: Example) -> str:
    """Return 'dw[2, 0]: numerically 4.75, yours 2.25', or '' where the two cannot be compared."""
    yours, right = example.yours, example.right
    apart = differing(yours, right)
    if apart is None or not apart.any():
        return ""
    place = tuple(int(i) for i in np.argwhere(apart)[0])
    name = f"{example.part}[{', '.join(map(str, place))}]" if place else example.part
    return f"{name}: {example.source} {number(right[place])}, yours {number(yours[place])}"


def results(example: Example) -> list[tuple[str, Any]]:
    """Return titles and values of yours and right, with their shapes where these differ."""
    both = {"yours": example.yours, "right": example.right}
    shown = [(name, value) for name, value in both.items() if value is not None]
    shapes = {np.shape(value) for _, value in shown if isinstance(value, np.ndarray)}
    return [(f"{name}, shape {np.shape(value)}" if len(shapes) > 1 else name, value) for name, value in shown]


def _text(verdict: Verdict) -> list[str]:
    if verdict.fault:
        lines = [f"{verdict.exercise}: {_points(verdict)}", f"  {verdict.fault}"]
    else:
        width = max(len(part.name) for part in verdict.parts)
        lines = [f"{verdict.exercise}: {_points(verdict)}"]
        lines += [f"  {part.name.ljust(width)}  {part.says}" for part in verdict.parts]
    lines += [f"  note: {note}" for note in verdict.notes]
    if verdict.example:
        lines += ["", *(f"  {line}".rstrip() for line in _example_text(verdict.example))]
    if verdict.printed:
        lines += ["", "  Your function printed:", *(f"  | {line}" for line in verdict.printed.splitlines())]
    return lines


def _example_text(example: Example) -> list[str]:
    lines = [f"The smallest case that shows it ({example.part}):"]
    lines += beside([(name, lines_of(value)) for name, value in example.inputs.items()])
    columns = [(title, lines_of(value)) for title, value in results(example)]
    difference = first_difference(example)
    return [*lines, *(["", *beside(columns)] if columns else []), *([difference] if difference else [])]


# The HTML form. Colours come from JupyterLab's theme where there is one, so it is readable in light and dark; a wrong
# cell is marked by weight and a frame as well.
_BOX = (
    "border:1px solid var(--jp-border-color1,#bdbdbd);border-left:6px solid {edge};border-radius:4px;"
    "padding:8px 14px;margin:4px 0;max-width:60em;line-height:1.45;overflow-x:auto;"
    "color:var(--jp-content-font-color1,#212121);background:var(--jp-layout-color1,#fff)"
)
_EDGE = {"right": "#0072b2", "part": "#e69f00", "wrong": "#d55e00"}
_PLAIN = "border:none;background:none;padding:2px 8px;text-align:left;vertical-align:top;"


def _html(verdict: Verdict) -> str:
    state = "right" if verdict.right else "part" if verdict.earned else "wrong"
    head = f"<b><code>{escape(verdict.exercise)}</code>: {_points(verdict)}</b>"
    rows = f"<div>{escape(verdict.fault)}</div>" if verdict.fault else _parts_html(verdict)
    notes = "".join(f"<div><i>Note:</i> {escape(note)}</div>" for note in verdict.notes)
    example = _example_html(verdict.example) if verdict.example else ""
    printed = ""
    if verdict.printed:
        printed = (
            "<details><summary>Your function printed</summary>"
            f"<pre style='{MONO};margin:0'>{escape(verdict.printed)}</pre></details>"
        )
    box = _BOX.format(edge=_EDGE[state])
    return f"<div style=\"{box}\" role='group' aria-label='check'>{head}{rows}{notes}{example}{printed}</div>"


def _parts_html(verdict: Verdict) -> str:
    rows = ""
    for part in verdict.parts:
        mark = "&#10003;" if part.right else "&#10007;"
        rows += (
            f"<tr style='background:none'><td style='{_PLAIN}'>{mark}</td><td style='{_PLAIN}{MONO}'>{escape(part.name)}</td>"
            f"<td style='{_PLAIN}'>{escape(part.says)}</td></tr>"
        )
    return f"<table style='border-collapse:collapse;margin:4px 0;border:none'>{rows}</table>"


def _example_html(example: Example) -> str:
    differs = differing(example.yours, example.right)
    inputs = [block(name, value) for name, value in example.inputs.items()]
    blocks = [block(title, value, differs) for title, value in results(example)]
    difference = first_difference(example)
    return (
        f"<div style='margin-top:8px'>The smallest case that shows it (<code>{escape(example.part)}</code>):</div>"
        f"{row(inputs)}{row(blocks)}" + (f"<div style='{MONO}'>{escape(difference)}</div>" if difference else "")
    )
