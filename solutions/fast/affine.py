"""The affine layer: three products of matrices, which BLAS computes at the machine's limit."""

from __future__ import annotations

import numpy as np

from solutions.fast import checks
from solutions.fast.checks import Array


def _check(x: Array, w: Array) -> tuple[int, int]:
    if x.ndim != 2 or w.ndim != 2 or x.shape[1] != w.shape[0]:
        raise ValueError(f"x is {x.shape} and w {w.shape}, expected x (N, D) and w (D, C)")
    return x.shape[0], w.shape[1]


def affine_forward(x: Array, w: Array, b: Array) -> Array:
    """Return y = xw + b for every row of x (Eq. 1).

    x: (N, D);  w: (D, C);  b: (C,)  ->  y: (N, C)
    Raises ValueError if shapes or dtypes do not fit.
    """
    checks.arrays(x=x, w=w, b=b)
    _, C = _check(x, w)
    checks.shape("b", b, (C,))
    y: Array = np.matmul(x, w, order="C")
    y += b
    return y


def affine_backward(dy: Array, x: Array, w: Array) -> tuple[Array, Array, Array]:
    """Return dL/dx, dL/dW and dL/db for a batch of N rows (Eqs. 4, 6, 8).

    dy: (N, C);  x: (N, D);  w: (D, C)  ->  dx: (N, D), dw: (D, C), db: (C,)
    Raises ValueError if shapes or dtypes do not fit.
    """
    checks.arrays(x=x, w=w, dy=dy)
    checks.shape("dy", dy, _check(x, w))
    return np.matmul(dy, w.T, order="C"), np.matmul(x.T, dy, order="C"), dy.sum(axis=0)
