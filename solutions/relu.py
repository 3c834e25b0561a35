"""Section 3 of the text: the ReLU layer (Eqs. 11-12)."""

import numpy as np


def relu_forward(x):
    """Return max(x, 0), entry by entry (Eq. 11).

    x: any shape  ->  y: like x
    """
    return np.maximum(x, 0)


def eq_12():
    """Return the letter, "a" to "d", of the right version of Eq. 12.

    In it both sides are the same thing.
    """
    return "c"


def relu_backward(dy, x):
    """Return dL/dx of y = max(x, 0) (Eq. 12, repaired).

    dy: like x;  x: any shape  ->  dx: like x
    """
    return dy * (x > 0)


def slopes_at_zero(candidates):
    """Return the candidates that are subgradients of max(x, 0) at x = 0.

    They are returned as a tuple, in their order.

    A slope s is a subgradient when the line s * x lies nowhere above max(x, 0).
    candidates: a tuple of numbers
    """
    return tuple(slope for slope in candidates if 0 <= slope <= 1)


def mask_is_enough(jacobian):
    """Return True when a mask can take the place of the Jacobian.

    Then dy @ jacobian is dy multiplied entry by entry with one fixed row, for every dy.

    jacobian: (n, n), outputs by inputs
    """
    return not np.any(jacobian - np.diag(np.diag(jacobian)))


def chain_by_hand(dy, x, w):
    """Return dx and dw of your numbers, where y is the ReLU of the scores x @ w.

    dx: (1, 2);  dw: (2, 3)
    """
    ds = relu_backward(dy, x @ w)
    return ds @ w.T, x.T @ ds
