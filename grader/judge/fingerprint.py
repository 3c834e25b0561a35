"""Take the fingerprint of an answer."""

from __future__ import annotations

import hashlib

import numpy as np

from grader.call.answer import Answer
from grader.judge.case import Case
from grader.judge.exercise import Part

SCALE = 16 * 3600.0


BIGGEST = 2.0**62


GRID = (
    1 / 16
)  # products of quarters; where everything is 0, a Fourier transform still errs by 1e-17


def fingerprint(answer: Answer, scale: float = SCALE) -> str:
    """Return the fault, or sixteen hex digits for the shape and the scaled and rounded values."""
    if answer.fault:
        return answer.fault
    if answer.array is None:
        spelt = (
            repr(answer.value).replace("True", "1").replace("False", "0")
        )  # words are in lower case
        return hashlib.blake2b(spelt.encode(), digest_size=8).hexdigest()
    with np.errstate(all="ignore"):
        scaled = np.rint(answer.array.astype(np.float64) * scale)
    if not (np.abs(scaled) < BIGGEST).all():
        return "too large"
    digits = str(answer.array.shape).encode() + scaled.astype("<i8").tobytes()
    return hashlib.blake2b(digits, digest_size=8).hexdigest()


def on_grid(answer: Answer, part: Part, case: Case, scale: float) -> bool:
    """Tell whether the values lie on multiples of 1/scale as closely as a right answer does."""
    if answer.array is None:
        return True
    values = answer.array.astype(np.float64) * scale
    worst = np.abs(values - np.rint(values)).max(initial=0.0)
    return bool(worst <= max(part.tolerance, case.slack) * np.abs(values).max(initial=scale * GRID))
