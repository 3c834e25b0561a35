"""The widget that is offered after a wrong answer: it goes through the case of the verdict.

The student's own result is shown in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.show.verdict import Example, differing

if TYPE_CHECKING:
    from grader.widgets.grids import Widget

WORDS = "Step through this case"


@dataclass(frozen=True)
class Row:
    """The widget of an exercise, for when one of its results is not right.

    part: the result that the widget shows
    ndim: the number of its axes; the first two of four are batch and channel
    make: a function of the case's arguments, with one channel of one image, and of the student's
        own result or None, as `compare`
    words: under which the widget is closed; they differ where its numbers are not just those of
        the verdict
    """

    part: str
    ndim: int
    make: Callable[..., Widget | None]
    words: str = WORDS


def offer(exercise: str, example: Example | None) -> Widget | None:
    """Return the widget that goes through the example of a verdict, or None if no widget shows it.

    The student's own result is marked in it if it has the right shape, and left out if it cannot be
    shown. All of it comes from what the verdict shows: the widget itself computes what is right,
    also where the verdict does not tell yet. This function never raises.
    """
    row = TABLE.get(exercise)
    if row is None or example is None or example.part != row.part or _is_right(example):
        return None
    arguments = {name: _one_channel(value) for name, value in example.inputs.items()}
    for compare in _results(example.yours, row.ndim):
        try:
            with np.errstate(all="ignore"):  # infinity among the student's numbers
                widget = row.make(compare=compare, **arguments)
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


# The widgets are imported when one is made, so that a check without a wrong answer stays quick.


def _spray(view: str) -> Callable[..., Widget]:
    def make(compare: Any, x: Any, w: Any, pad: int, stride: int = 1, dy: Any = None) -> Widget:
        from grader.widgets import spray

        return spray(x, w, stride, pad, dy, compare, view=view)

    return make


def _row_backward(view: str) -> Callable[..., Widget]:
    """In one dimension x is not given: only its length plays a part."""

    def make(compare: Any, dy: Any, w: Any, pad: int) -> Widget:
        from grader.widgets.grids import made_up

        x = made_up((len(dy) + len(w) - 1 - 2 * pad,))
        return _spray(view)(compare, x, w, pad, dy=dy)

    return make


def _without_bias(compare: Any, b: Any, **arguments: Any) -> Widget | None:
    """Return the convolution alone, since `spray` has no b.

    Return None if the mistake is in b alone: this widget does not show it.
    """
    if compare is None:
        return _spray("forward gather")(None, **arguments)
    unbiased = compare - b[0]
    if _differs_by_a_constant(unbiased, **arguments):
        return None
    return _spray("forward gather")(unbiased, **arguments)


def _differs_by_a_constant(y: np.ndarray, x: Any, w: Any, pad: int, stride: int = 1) -> bool:
    from grader.widgets.spray import forward_and_backward, output_shape

    dy = np.zeros(output_shape(x, w, stride, pad))
    right, _ = forward_and_backward(x, w, dy, stride, pad)
    return bool(np.ptp(y - right) <= 1e-9 * max(1.0, np.abs(right).max()))


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
