"""The widgets that go through a case after a wrong answer.

The widgets are imported when one is made, so that a check without a wrong answer stays quick.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.judge.exercise import CaseWidget

if TYPE_CHECKING:
    from grader.widgets.grids import Widget


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


ROW_GATHER = CaseWidget("y", 1, _spray("forward gather"))
ROW_SPRAY = CaseWidget("y", 1, _spray("forward spray"))
TOEPLITZ = CaseWidget("T", 2, _toeplitz)
ROW_BACKWARD_SPRAY = CaseWidget("dx", 1, _row_backward("backward spray"))
ROW_BACKWARD_GATHER = CaseWidget("dx", 1, _row_backward("backward gather"))
FORWARD = CaseWidget("y", 4, _without_bias, "Step through this case, without b")
BACKWARD_SPRAY = CaseWidget("dx", 4, _spray("backward spray"))
STRIDE_TRICK = CaseWidget("dx", 4, _trick)
POOL_FORWARD = CaseWidget("y", 4, _pool)
POOL_BACKWARD = CaseWidget("dx", 4, _pool)
