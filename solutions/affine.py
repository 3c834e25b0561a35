"""Section 1 of the text: the affine layer and its gradients (Eqs. 1-8), two losses, a checker."""

import numpy as np


def affine_forward(x, w, b):
    """Return y = xw + b for every row of x (Eq. 1).

    x: (N, D);  w: (D, C);  b: (C,)  ->  y: (N, C)
    """
    return x @ w + b  # Eq. 1


def shape_of_jacobian(output_shape, input_shape):
    """Return the shape of the derivative of an array by an array, as a tuple.

    output_shape, input_shape: tuples of any length; () is the shape of a single number.
    """
    return tuple(output_shape) + tuple(input_shape)


def affine_jacobians(x, w):
    """Return dy/dx, dy/dW and dy/db for one row x (Eqs. 3, 5, 7).

    x: (D,);  w: (D, C)  ->  dy_dx: (C, D), dy_dw: (C, D, C), dy_db: (C, C)
    """
    D, C = w.shape
    dy_dx = w.T.copy()  # Eq. 3
    dy_dw = np.zeros((C, D, C))
    for i in range(C):
        dy_dw[i, :, i] = x  # Eq. 5: slice i holds x in column i
    dy_db = np.eye(C)  # Eq. 7
    return dy_dx, dy_dw, dy_db


def nonzeros_of_dy_dw(C, D):
    """Return (how many entries of dy/dW can differ from zero, how many it has)."""
    return C * D, C * D * C


def literal_product(C, D):
    """Return what dy @ T gives: its shape as a tuple, or "raises".

    dy: (1, C);  T: (C, D, C)
    """
    return (C, 1, C) if C == D else "raises"


def affine_backward_row(dy, x, w):
    """Return dL/dx, dL/dW and dL/db for a single row x (Eqs. 4, 6, 8).

    dy: (1, C);  x: (1, D);  w: (D, C)  ->  dx: (1, D), dw: (D, C), db: (C,)
    """
    dx = dy @ w.T  # Eq. 4
    dw = x.T @ dy  # Eq. 6
    db = dy[0].copy()  # Eq. 8
    return dx, dw, db


def batch_by_hand(dy, x):
    """Return dw and db of your two images, worked out by hand.

    dw: (2, 3);  db: (3,)
    """
    return x.T @ dy, dy.sum(axis=0)


def affine_backward(dy, x, w):
    """Return dL/dx, dL/dW and dL/db for a batch of N rows.

    dy: (N, C);  x: (N, D);  w: (D, C)  ->  dx: (N, D), dw: (D, C), db: (C,)
    """
    dx = dy @ w.T  # Eq. 4, row by row
    dw = x.T @ dy  # Eq. 6 holds: the product sums over the rows
    db = dy.sum(axis=0)  # Eq. 8 becomes a sum: every row got the same b
    return dx, dw, db


def numerical_gradient(f, x, dy):
    """Return dL/dx for L = sum(dy * f(x)), by central differences of step 1e-5.

    f: takes an array like x, returns an array like dy; it may return x itself
    x: (R, S), floats or whole numbers;  dy: the shape of f(x)
        ->  dx: (R, S), floats
    """
    step = 1e-5
    dx = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        there, back = x.astype(float), x.astype(float)
        there[place] += step
        back[place] -= step
        dx[place] = np.sum(dy * (f(there) - f(back))) / (2 * step)
    return dx


def softmax_loss(y, labels):
    """Return the mean cross-entropy loss of the scores y, and dL/dy.

    y: (N, C), of any size (1000 is fine);  labels: (N,) whole numbers below C
        ->  loss: a number, dy: (N, C)
    """
    rows = np.arange(len(y))
    shifted = y - y.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_p[rows, labels].mean()
    dy = np.exp(log_p)
    dy[rows, labels] -= 1
    return loss, dy / len(y)


def hinge_loss(y, labels):
    """Return the mean multi-class hinge loss of the scores y, and dL/dy.

    Row n loses max(0, y[n, c] - y[n, t] + 1) for every class c other than its
    target t = labels[n]. A class exactly on the margin,
    y[n, c] - y[n, t] + 1 = 0, adds nothing to the loss and to dy.

    y: (N, C);  labels: (N,) whole numbers below C
        ->  loss: a number, dy: (N, C)
    """
    rows = np.arange(len(y))
    margins = y - y[rows, labels][:, None] + 1
    margins[rows, labels] = 0
    loss = np.maximum(margins, 0).sum() / len(y)
    dy = (margins > 0).astype(float)
    dy[rows, labels] = -dy.sum(axis=1)
    return loss, dy / len(y)
