"""Gradients by differences: the witness that needs no derivation.

For a function that is linear in its argument a central difference has no truncation error at any
step, and with data that floating point holds exactly it has no rounding error either: the numerical
gradient is exact.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Array = np.ndarray


def numerical_gradient(
    f: Callable[[Array], Array], x: Array, dy: Array, step: float = 1.0
) -> Array:
    """Return the gradient of sum(dy * f(x)) with respect to x by central differences.

    f: takes an array like x; x: any shape; dy: the shape of f(x)  ->  x's shape. The default step
        is for functions that
    are linear in x. The two values of f are subtracted before dy is applied: that keeps the digits.
    """
    gradient = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        there, back = x.astype(float), x.astype(float)
        there[place] += step
        back[place] -= step
        gradient[place] = np.sum(dy * (np.array(f(there), float) - np.array(f(back), float))) / (
            2 * step
        )
    return gradient


def numerical_jacobian(f: Callable[[Array], Array], x: Array, step: float = 2.0**-10) -> Array:
    """Return the derivative of every entry of f(x) by every entry of x, by central differences.

    x: any shape  ->  the shape of f(x), then the shape of x: (C, D) for a row of C from a row of D,
        (C, D, C) when x is
    a D x C matrix (the text's section 1, second explanation and footnote). The step is a power of
    two, so that functions that are linear in x give exact results.
    """
    x = np.asarray(x, float)
    columns = []
    for place in np.ndindex(*x.shape):
        there, back = x.copy(), x.copy()
        there[place] += step
        back[place] -= step
        columns.append((np.array(f(there), float) - np.array(f(back), float)) / (2 * step))
    return np.moveaxis(np.array(columns), 0, -1).reshape(np.shape(columns[0]) + x.shape)


def complex_step_gradient(f: Callable[[Array], complex], x: Array, step: float = 1e-30) -> Array:
    """Return the gradient of a smooth f, which takes complex arrays and returns a number, exact to
    the last digits.

    Squire and Trapp, "Using complex variables to estimate derivatives of real functions" (1998):
    nothing is subtracted, so the step can be as small as you like.
    """
    gradient = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        there = x.astype(complex)
        there[place] += 1j * step
        gradient[place] = np.imag(f(there)) / step
    return gradient
