"""The warnings of a student's function that a verdict repeats."""

from __future__ import annotations

import re
import warnings
from typing import Any

import numpy as np

from .text import is_name, short

# Python itself shows none of these.
UNTOLD = (PendingDeprecationWarning, ImportWarning, ResourceWarning)
# In numpy's own words.
OWN = re.compile(r"(?:divide by zero|overflow|invalid value) encountered in (?:scalar )?(\w+)")
NAMES = frozenset((*dir(np), *dir(np.linalg)))
KINDS = frozenset(
    ("Warning", "UserWarning", "RuntimeWarning", "DeprecationWarning", "FutureWarning")
)
PRODUCT = re.compile(
    r"(divide by zero|overflow|invalid value) encountered in (matmul|matvec|vecmat|dot)\b"
)


def is_of_the_library(warning: object, args: Any, result: Any) -> bool:
    """Tell whether a warning on a matrix product comes from the library that computes it: nothing
    in it is other than finite.

    Apple's Accelerate leaves the processor's flags set after right products, and numpy reads them
    (numpy issues 28687, 29820).
    """
    try:
        return PRODUCT.match(short(warning)) is not None and _is_finite(args) and _is_finite(result)
    except Exception:  # an object that raises when it is looked at
        return False


def _is_finite(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, (tuple, list)):
        return all(map(_is_finite, value))
    if isinstance(value, (np.ndarray, np.generic, float)) and np.asarray(value).dtype.kind == "f":
        return bool(np.isfinite(value).all())
    return True


def note_on(warning: str) -> str:
    """Return the note on a warning, 'RuntimeWarning: overflow encountered in exp'.

    Words that are not numpy's own are the student's, and are quoted.
    """
    kind, _, words = warning.partition(": ")
    if warning in KINDS or _is_of_numpy(kind, words):
        return f"warned: {warning}"
    return f'warned: {kind if is_name(kind) else "a warning"} with the message "{words or kind}"'


def without_words(warning: str) -> str:
    """Return a warning, or its kind alone where its words are not numpy's own."""
    kind, _, words = warning.partition(": ")
    if _is_of_numpy(kind, words):
        return warning
    return kind if kind in KINDS else "Warning"


def _is_of_numpy(kind: str, words: str) -> bool:
    own = OWN.fullmatch(words)
    return kind == "RuntimeWarning" and own is not None and own[1] in NAMES


def warning_texts(recorded: list[warnings.WarningMessage], args: Any, result: Any) -> list[str]:
    """Return 'RuntimeWarning: overflow encountered in exp' for each warning that is the function's
    own, each once.
    """
    own = [
        w
        for w in recorded
        if not issubclass(w.category, UNTOLD) and not is_of_the_library(w.message, args, result)
    ]
    return list(dict.fromkeys(f"{w.category.__name__}: {short(w.message)}" for w in own))
