"""The shipped table of fingerprints: data only, no answer, right or wrong, as code."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from grader.exercises import EXERCISES

FOLDER = Path(__file__).parents[1] / "fingerprints"


def file_of(assignment: str) -> Path:
    return FOLDER / f"{assignment}.json"


@cache
def of_assignment(assignment: str) -> dict[str, Any]:
    """Return exercise -> table. Each notebook needs its own alone."""
    return json.loads(file_of(assignment).read_text(encoding="utf-8"))


def table(exercise: str) -> dict[str, Any]:
    """Return what `grader.instructor.author.catalogue` makes from an exercise's reference and its catalogue of mistakes.

    "cases": part -> one entry per visible case: scale, right (a fingerprint), wrong (fingerprint -> mistakes), and for a case
    that is large or on a kink the right values, which no fingerprint or difference could tell;
    "hints" and "parts": mistake -> its sentence, and the parts it gets wrong;
    "shown": part -> right values per case, for parts that no numerical gradient can supply (null where too many to show).
    """
    return of_assignment(EXERCISES[exercise].assignment)[exercise]
