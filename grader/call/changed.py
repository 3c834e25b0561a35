"""What counts as a changed argument: anything that is not as it was, to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np


def copied(value: Any) -> Any:
    """Return an argument that may be changed without a trace: arrays are copied, dicts of arrays
    too.
    """
    if isinstance(value, dict):
        return {name: copied(part) for name, part in value.items()}
    return value.copy() if isinstance(value, np.ndarray) else value


def is_unchanged(before: Any, after: Any) -> bool:
    """Tell whether an argument is as it was, to the last bit. What cannot be compared any more has
    been changed.
    """
    try:
        return _is_same(before, after)
    except Exception:
        return False


def _is_same(before: Any, after: Any) -> bool:
    if isinstance(before, dict):
        same_names = type(after) is dict and before.keys() == after.keys()
        return same_names and all(_is_same(part, after[name]) for name, part in before.items())
    if not isinstance(before, np.ndarray):
        return True
    if not isinstance(after, np.ndarray) or before.dtype != after.dtype:
        return False
    return before.shape == after.shape and before.tobytes() == after.tobytes()
