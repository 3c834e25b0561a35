"""What explains a raise: the explanations of all kinds, those first that say the most."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .calls import of_helper, of_padding
from .indexes import of_index
from .names import of_notebook
from .place import Place, place_of
from .sentences import EXPLANATIONS_LIMIT, because
from .shapes import of_shapes
from .values import of_values
from .whatever import of_whatever

Explaining = Callable[[Place, BaseException], list[dict[str, Any]]]
KINDS: tuple[Explaining, ...] = (
    of_index,
    of_shapes,
    of_values,
    of_padding,
    of_helper,
    of_notebook,
)


def explanations(error: BaseException, function: Any) -> list[dict[str, Any]]:
    """Return what explains a raise, by its frame, [] where nothing does. Never raises."""
    try:
        place = place_of(function, error)
    except Exception:  # source that is gone, or that an object of the student's stands for
        return []
    if place is None:
        return []
    explained: list[dict[str, Any]] = []
    for explain in KINDS:
        for each in _safely(explain, place, error):
            if _is_sayable(each) and each not in explained:
                explained.append(each)
    explained = explained or list(filter(_is_sayable, _safely(of_whatever, place, error)))
    return explained[:EXPLANATIONS_LIMIT]


def _safely(explain: Explaining, place: Place, error: BaseException) -> list[dict[str, Any]]:
    try:
        return explain(place, error)
    except Exception:  # the sentence without an explanation stays
        return []


def _is_sayable(explanation: dict[str, Any]) -> bool:
    """Tell whether an explanation has a sentence; one that quotes odd letters has none."""
    try:
        return bool(because([explanation]))
    except Exception:
        return False
