"""The widget that is suggested after a wrong answer: it goes through the case of the verdict.

The student's own result is shown in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.judge.exercise import Exercise
from grader.show.verdict import Example, differing

if TYPE_CHECKING:
    from grader.widgets.grids import Widget


def suggest_widget(exercise: Exercise, example: Example | None) -> Widget | None:
    """Return the widget that goes through the example of a verdict, or None if no widget shows it.

    The student's own result is marked in it if it has the right shape, and left out if it cannot be
    shown. All of it comes from what the verdict shows: the widget itself computes what is right,
    also where the verdict does not tell yet. This function never raises.
    """
    row = exercise.widget
    if row is None or example is None or example.part != row.part or _is_right(example):
        return None
    arguments = {name: _one_channel(value) for name, value in example.inputs.items()}
    for compare in _results(example.yours, row.ndim):
        try:
            with np.errstate(all="ignore"):  # infinity among the student's numbers
                widget: Widget | None = row.make(compare=compare, **arguments)
        except Exception:  # too large, or with numbers that cannot be shown
            continue
        return None if widget is None else widget.folded(row.words)
    return None


def _is_right(example: Example) -> bool:
    """Tell whether the student's numbers are the right ones: then a widget has nothing to show."""
    apart = differing(example.yours, example.right)
    return apart is not None and not apart.any()


def _results(yours: Any, ndim: int) -> Iterator[np.ndarray | None]:
    """Yield the student's result if it has so many axes, and then None.

    None stands for a widget without a result, for one that cannot be shown.
    """
    if type(yours) is np.ndarray and yours.ndim == ndim:
        yield _one_channel(yours)
    yield None


def _one_channel(value: Any) -> Any:
    """Return one channel of one image if that is all there is, and anything else as it is.

    No widget takes a value that holds more.
    """
    if isinstance(value, np.ndarray) and value.ndim == 4 and value.shape[:2] == (1, 1):
        return value[0, 0]
    return value
