"""The fingerprint of an answer: what a student's kernel knows of right and wrong results.

It is the kind of the outcome where there is no usable array ("raised:ValueError", "count:2",
"type:list", "not finite"), else a hash of the shape and of rint(result * scale). The scale is 16
times a common multiple of what a mean could divide by. Rounding takes -0.0, dtype, memory order and
last bits out, so one mistake written six ways has one fingerprint.
"""

from __future__ import annotations

import hashlib

import numpy as np

from grader.call.answer import Answer

SCALE = 16 * 3600.0
BIGGEST = 2.0**62


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
    if not abs(scaled).max(initial=0.0) < BIGGEST:
        return "too large"
    shape = str(answer.layout or answer.array.shape)
    digits = shape.encode() + scaled.astype("<i8").tobytes()
    return hashlib.blake2b(digits, digest_size=8).hexdigest()
