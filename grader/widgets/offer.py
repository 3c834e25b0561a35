"""What a wrong answer is offered: the widget that goes through the case of its verdict, with the student's own result in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.show.verdict import Example, differing

if TYPE_CHECKING:
    from grader.widgets.grids import Widget

WORDS = "Step through this case"


@dataclass(frozen=True)
class Row:
    """What an exercise is offered when one of its results is not right.

    part: the result that the widget shows;  ndim: its dimensions, of which the first two of four are batch and channel
    make: takes the arguments of the case, with one channel of one image, and the student's own result or None as `compare`
    words: under which the widget is closed, where its numbers are not just those of the verdict
    """

    part: str
    ndim: int
    make: Callable[..., Widget | None]
    words: str = WORDS


def offer(exercise: str, example: Example | None) -> Widget | None:
    """Return the widget that goes through the example of a verdict, or None where no widget shows it. Never raises.

    The student's own result is marked in it where it has the right shape, and left out where it has none that can be shown.
    All of it comes from what the verdict shows: the widget itself counts what is right, also where the verdict does not tell yet.
    """
    row = TABLE.get(exercise)
    if row is None or example is None or example.part != row.part or _same(example):
        return None
    given = {name: _one(value) for name, value in example.inputs.items()}
    yours = _one(example.yours) if type(example.yours) is np.ndarray and example.yours.ndim == row.ndim else None
    for compare in (None,) if yours is None else (yours, None):
        try:
            with np.errstate(all="ignore"):  # infinity among the student's numbers
                widget = row.make(compare=compare, **given)
        except Exception:  # too large, or with numbers that cannot be shown: without the student's own, or not at all
            continue
        return None if widget is None else widget.folded(row.words)
    return None


def _same(example: Example) -> bool:
    """Tell whether the student's numbers are the right ones: then a widget has nothing to show."""
    apart = differing(example.yours, example.right)
    return apart is not None and not apart.any()


def _one(value: Any) -> Any:
    """Return one channel of one image where that is all there is; anything else as it is, which no widget takes if it is more."""
    return value[0, 0] if isinstance(value, np.ndarray) and value.ndim == 4 and value.shape[:2] == (1, 1) else value


# ---- the widgets, which are imported when one is made


def _spray(view: str) -> Callable[..., Widget]:
    def made(compare: Any, x: Any, w: Any, pad: int, stride: int = 1, dy: Any = None) -> Widget:
        from grader.widgets import spray

        return spray(x, w, stride, pad, dy, compare, view=view)

    return made


def _row_backward(view: str) -> Callable[..., Widget]:
    """In one dimension the x is not given, and plays no part."""

    def made(compare: Any, dy: Any, w: Any, pad: int) -> Widget:
        from grader.widgets.grids import made_up

        return _spray(view)(compare, made_up((len(dy) + len(w) - 1 - 2 * pad,)), w, pad, dy=dy)

    return made


def _without_bias(compare: Any, b: Any, **given: Any) -> Widget | None:
    """Return the convolution alone: spray has no b. A mistake in b alone is none that it shows."""
    from grader.widgets.spray import forward_and_backward, output_shape

    if compare is not None:
        compare = compare - b[0]
        x, w, stride, pad = given["x"], given["w"], given.get("stride", 1), given["pad"]
        right, _ = forward_and_backward(x, w, np.zeros(output_shape(x, w, stride, pad)), stride, pad)
        if np.ptp(compare - right) <= 1e-9 * max(1.0, np.abs(right).max()):
            return None
    return _spray("forward gather")(compare, **given)


def _trick(compare: Any, dy: Any, x: Any, w: Any, stride: int, pad: int) -> Widget:
    from grader.widgets import stride_trick

    return stride_trick(x, w, stride, pad, dy, compare)


def _toeplitz(compare: Any, w: Any, n: int, pad: int) -> Widget:
    from grader.widgets import toeplitz_pair

    return toeplitz_pair(w, n, pad, compare=compare)


def _pool(compare: Any, x: Any, size: Any = (2, 2), stride: int = 2, dy: Any = None) -> Widget:
    from grader.widgets import pool_router

    return pool_router(x, size, stride, dy, compare)


TABLE: Mapping[str, Row] = {
    "correlate_1d": Row("y", 1, _spray("forward gather")),
    "spray_1d": Row("y", 1, _spray("forward spray")),
    "toeplitz_1d": Row("T", 2, _toeplitz),
    "conv_1d_backward_spray": Row("dx", 1, _row_backward("backward spray")),
    "conv_1d_backward_rotated": Row("dx", 1, _row_backward("backward gather")),
    "conv_forward": Row("y", 4, _without_bias, f"{WORDS}, without b"),
    "conv_backward": Row("dx", 4, _spray("backward spray")),
    "strided_forward": Row("y", 4, _without_bias, f"{WORDS}, without b"),
    "strided_backward_spray": Row("dx", 4, _spray("backward spray")),
    "strided_backward_rotated": Row("dx", 4, _trick),
    "max_pool_forward": Row("y", 4, _pool),
    "max_pool_2x2_backward": Row("dx", 4, _pool),
    "max_pool_backward": Row("dx", 4, _pool),
}
