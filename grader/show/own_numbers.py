"""What `numbers_for` shows: the numbers with which a student works an exercise out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.show.numbers import beside, block, lines_of
from grader.show.render import html


@dataclass(frozen=True, eq=False)
class OwnNumbers:
    """The arguments of one draw. inputs: argument names and values."""

    exercise: str
    inputs: Mapping[str, Any]

    def __str__(self) -> str:
        columns = [(name, lines_of(value)) for name, value in self.inputs.items()]
        return "\n".join([f"{self.exercise}: your numbers", *beside(columns)])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str | None:
        inputs = [block(name, value) for name, value in self.inputs.items()]
        return html("numbers_of.html.j2", exercise=self.exercise, inputs=inputs)


@dataclass(frozen=True)
class Sentence:
    """One sentence, in the notebook and in a terminal."""

    text: str

    def __repr__(self) -> str:
        return self.text
