"""How a case is shown: from an exercise's arguments, by name, to the widget.

`compare` is the student's own result, or None. `widgets.py` loads this module when one is shown.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.widgets import pool_router, stride_trick, toeplitz_pair
from grader.widgets import spray as spray_widget
from grader.widgets.grids import Widget, made_up
from grader.widgets.spray import Spray, forward_and_backward, output_shape


def spray(
    view: str, compare: Any, x: Any, w: Any, pad: int, stride: int = 1, dy: Any = None
) -> Spray:
    """Return the convolution in one of its views."""
    return spray_widget(x, w, stride, pad, dy, compare, view=view)


def forward_row(view: str, compare: Any, x: Any, w: Any, pad: int) -> Spray:
    """Return the forward pass of a row, alone: which views lead back is still to be found out."""
    return spray_widget(x, w, 1, pad, None, compare, view=view, views="forward")


def spray_row(view: str, compare: Any, dy: Any, w: Any, pad: int) -> Widget:
    """Return the backward pass in one dimension: of x, which is not given, the length is enough."""
    x = made_up((len(dy) + len(w) - 1 - 2 * pad,))
    return spray(view, compare, x, w, pad, dy=dy)


def spray_without_bias(view: str, compare: Any, b: Any, **arguments: Any) -> Widget | None:
    """Return the convolution alone, since `spray` has no b. The widget says so.

    Return None if the mistake is in b alone: this widget does not show it.
    """
    if compare is None:
        return spray(view, None, **arguments).without_bias()
    unbiased = compare - b[0]
    if _differs_by_a_constant(unbiased, **arguments):
        return None
    return spray(view, unbiased, **arguments).without_bias()


def _differs_by_a_constant(y: np.ndarray, x: Any, w: Any, pad: int, stride: int = 1) -> bool:
    dy = np.zeros(output_shape(x, w, stride, pad))
    right, _ = forward_and_backward(x, w, dy, stride, pad)
    return bool(np.ptp(y - right) <= 1e-9 * max(1.0, np.abs(right).max()))


def trick(compare: Any, dy: Any, x: Any, w: Any, stride: int, pad: int) -> Widget:
    """Return the strided backward pass as a correlation with what was dilated."""
    return stride_trick(x, w, stride, pad, dy, compare)


def toeplitz(compare: Any, w: Any, n: int, pad: int) -> Widget:
    """Return the convolution as a product with its Toeplitz matrix, without the way back."""
    return toeplitz_pair(w, n, pad, compare=compare, views="forward")


def pool(compare: Any, x: Any, size: Any = (2, 2), stride: int = 2, dy: Any = None) -> Widget:
    """Return max pooling, forward or, with dy, backward."""
    return pool_router(x, size, stride, dy, compare)
