"""The shipped table of fingerprints: data only, no answer, right or wrong, as code."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("fingerprints.json")


@cache
def table() -> dict[str, Any]:
    """Return the table that `grader.course.catalogue` makes from the solutions and their catalogue of mistakes.

    "cases": exercise -> part -> one entry per visible case: scale, right (a fingerprint), wrong (fingerprint -> mistakes),
    and for a large case or one on a kink the right values, which no fingerprint or difference could tell;
    "hints" and "parts": exercise -> mistake -> its sentence, and the parts it gets wrong;
    "shown": exercise -> part -> right values per case, for parts that no numerical gradient can supply.
    """
    return json.loads(FILE.read_text(encoding="utf-8"))
