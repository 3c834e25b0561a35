"""What the fast layers ask of their arguments: each error names what, where and what is expected."""

from __future__ import annotations

import numpy as np

Array = np.ndarray
# Built once: a small layer would spend as long building them as on its product.
DTYPES = (np.dtype(np.float32), np.dtype(np.float64))
UNUSUAL = (np.ma.MaskedArray, np.matrix)  # their products are other ones


def _is_int(value: object, lowest: int) -> bool:
    if type(value) is int:
        return value >= lowest  # the usual case, and the quickest
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return whole and value >= lowest  # type: ignore[operator]


def at_least(name: str, value: int, lowest: int) -> int:
    """Return the value as Python's int, which cannot overflow as numpy's do.

    Raises ValueError unless it is an int of at least `lowest`.
    """
    if not _is_int(value, lowest):
        raise ValueError(f"{name} is {value!r}, expected an int of at least {lowest}")
    return int(value)


def window(size: tuple[int, int]) -> tuple[int, int]:
    """Return (kh, kw) as Python's ints. Raises ValueError unless size is that."""
    if np.shape(size) != (2,) or not all(_is_int(side, 1) for side in size):
        raise ValueError(f"size is {size!r}, expected (kh, kw), two ints of at least 1")
    return int(size[0]), int(size[1])


def arrays(**named: Array) -> None:
    """Raise a ValueError unless all are arrays of one dtype, float32 or float64."""
    first, *others = named
    for name, array in named.items():
        kind = type(array).__name__
        if not isinstance(array, np.ndarray):
            raise ValueError(f"{name} is {kind}, expected an array of float32 or float64")
        if isinstance(array, UNUSUAL):
            raise ValueError(f"{name} is a {kind}, expected a plain array")
    dtype = named[first].dtype
    if dtype not in DTYPES:
        raise ValueError(f"{first} is {dtype}, expected an array of float32 or float64")
    for name in others:
        other = named[name].dtype
        if other != dtype:
            raise ValueError(f"{name} is {other}, expected {dtype} as {first} is")


def shape(name: str, array: Array, expected: tuple[int, ...]) -> None:
    """Raise a ValueError unless the array has the expected shape."""
    if array.shape != expected:
        raise ValueError(f"{name} has shape {array.shape}, expected {expected}")


def images(x: Array) -> None:
    """Raise a ValueError unless x is a batch of images (N, C, H, W)."""
    if x.ndim != 4:
        raise ValueError(f"x is {x.ndim}-dimensional, expected (N, C, H, W)")
