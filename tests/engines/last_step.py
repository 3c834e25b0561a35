"""What each example shows at its last step: its sentence, and the numbers of its grids by the
references and numpy.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from examples import IMAGE
from support import references

from grader.widgets.grids import made_up

SENTENCES = {
    "jacobian_explorer": "dy[3]/dx[2] = W[2,3] = −2: if x[2] grows by 1, y[3] falls by 2.",
    "pool_router": "dy[1,1] = 3 is added onto dx[3,2], whose x = 3 won the window.",
    "relu_mask": "x[4,5] = −2 is below 0, the gate is shut: y[4,5] = 0, and dx[4,5] = 0·3 = 0.",
    "spray": "dy[2,2] = 8 times w is added onto 6 pixels of dx. 3 numbers land on the padding and "
    "fall off.",
    "stride_trick": "dx[4,5] = 0: w′ meets zeros only. No window of x has seen this pixel.",
    "toeplitz_pair": "Row 4 of T holds (1, −2), a part of w, in columns 3 to 4: y[4] = 1·4 + "
    "(−2)·1 = 2. The same numbers: column 4 of Tᵀ.",
}

Grids = dict[str, np.ndarray]


def jacobian_explorer() -> Grids:
    x, w, b = np.array([[1.0, -2, 3]]), IMAGE[:3, :4], np.array([0.0, 1, 2, -1])
    y = references("1-affine")["affine_forward"](x, w, b)
    return {"x": x, "W": w, "b": b[None], "y": y, "entry": w.T}


def pool_router() -> Grids:
    dy = np.arange(4.0).reshape(2, 2)
    backward = references("5-max-pool")["max_pool_backward"]
    dx = backward(dy[None, None], IMAGE[None, None], (2, 3), 2)[0, 0]
    return {"pixel": IMAGE, "output": dy, "gradient": dx}


def relu_mask() -> Grids:
    answer, dy = references("4-relu"), made_up(IMAGE.shape)
    y, dx = answer["relu_forward"](IMAGE), answer["relu_backward"](dy, IMAGE)
    return {"x": IMAGE, "mask": IMAGE > 0, "y": y, "dy": dy, "dx": dx}


def spray(steps: int = 9) -> Grids:
    """After so many steps, each of which adds one number of dy, times w, onto dx."""
    w, dy = np.arange(9.0).reshape(3, 3) - 4, np.arange(9.0).reshape(3, 3)
    first = np.where(np.arange(9).reshape(3, 3) < steps, dy, 0)
    dx = dx_of(first, w, stride=2, pad=1)
    return {"pixel": np.pad(dx, 1), "kernel": w, "output": dy}


def stride_trick() -> Grids:
    w, dy = np.ones((2, 3)), np.arange(4.0).reshape(2, 2)
    dilated = np.zeros((6, 8))  # a zero between, a row and a column of remainder, 1 and 2 around
    dilated[1:4:2, 2:5:2] = dy
    dx = dx_of(dy, w, stride=2, pad=0)
    return {"dy": dy, "strip": dilated, "kernel": w, "trick": dx, "spray": dx}


def toeplitz_pair() -> Grids:
    x, dy = np.array([3.0, 0, -2, 4, 1]), made_up((5,))
    matrix = references("2-convolution")["toeplitz_1d"](np.array([1.0, -2, 4]), 5, 1)
    columns = {"y": (matrix @ x)[:, None], "dx": (matrix.T @ dy)[:, None]}
    return {"x": x[None], "T": matrix, "dy": dy[None], "Tᵀ": matrix.T, **columns}


def dx_of(dy: np.ndarray, w: np.ndarray, stride: int, pad: int) -> np.ndarray:
    backward = references("3-strided")["strided_backward_spray"]
    return backward(dy[None, None], IMAGE[None, None], w[None, None], stride, pad)[0][0, 0]


NUMBERS: dict[str, Callable[[], Grids]] = {
    function.__name__: function
    for function in (jacobian_explorer, pool_router, relu_mask, spray, stride_trick, toeplitz_pair)
}
