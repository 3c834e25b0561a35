"""What a catalogued mistake is, and the catalogue that the modules beside this one fill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Mistake:
    """One wrong answer. parts: the results it loses, separated by spaces."""

    name: str
    exercise: str
    parts: tuple[str, ...]
    hint: str
    answer: Callable[..., Any]


CATALOGUE: list[Mistake] = []


def mistake(exercises: str, parts: str, hint: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter the decorated function as a mistake of one exercise or several (separated by spaces)."""

    def enter(answer: Callable[..., Any]) -> Callable[..., Any]:
        for exercise in exercises.split():
            CATALOGUE.append(Mistake(answer.__name__, exercise, tuple(parts.split()), hint, answer))
        return answer

    return enter
