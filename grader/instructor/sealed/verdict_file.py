"""The verdict file of a submission: what it earned and why, under a digest of its own."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.instructor.files import digest
from grader.instructor.sealed.basis import Basis
from grader.instructor.sealed.grade_one import WorkJSON
from grader.instructor.sealed.intake import Identity
from grader.notebook.whole_file import write_atomically


class VerdictFile(WorkJSON, Identity):
    """What a verdict file holds.

    made_with: the versions of Python and numpy; sandbox: the name of its tier; basis: what of the
    course the grade depends on; handed_in: when this file first came.
    """

    student: str
    made_with: dict[str, str]
    sandbox: str
    basis: Basis
    handed_in: str


def stored(path: Path) -> VerdictFile | None:
    """Return an earlier verdict file, or None where there is none that is whole and ours."""
    try:
        verdict = json.loads(path.read_text(encoding="utf-8"))
        its_digest = verdict.pop("digest")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return verdict if its_digest == digest_of(verdict) else None


def write(path: Path, verdict: VerdictFile) -> None:
    """Write a verdict file. Raises OSError."""
    whole = {**verdict, "digest": digest_of(verdict)}
    write_atomically(path, json.dumps(whole, indent=1) + "\n")


def digest_of(verdict: Any) -> str:
    """Return the digest under which a verdict file is whole."""
    return digest(json.dumps(verdict, sort_keys=True).encode())


def identity_of(verdict: VerdictFile) -> Identity:
    """Return which submission a verdict file is about."""
    return {"sha256": verdict["sha256"], "timestamp": verdict["timestamp"]}


def scores_of(verdict: VerdictFile) -> dict[str, float]:
    """Return the points of each exercise."""
    return {each["exercise"]: each["earned"] for each in verdict["exercises"]}


def time_of(text: str) -> datetime | None:
    """Return a time of a verdict file, None where it holds none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
